"""Kill -9 of the real window at random moments of random gestures: at most the last second is gone, all else is right.

``pytest -m heavy tests/gui/test_kills.py`` does it 200 times (``KILLS=n``: n times; ``KILLS_FROM=n``: from the n-th on,
where an earlier run ended); a few are done with every run.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.review.document import POINT, Document
from proseg_gui.review.edits import Bricks
from proseg_gui.review.project import Project, check, open_project

from .conftest import small_study

ROOT = Path(__file__).parents[2]
LOST_S = 1.0
"""What a kill may cost."""
START_WITHIN_S = 40.0


class Windows:
    """Windows on one project, one after the other, each killed; what they told, and what the file must hold."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.project = folder, folder / "work.project"
        self._told = folder / "told.jsonl"
        self._read_to = 0
        self.seen = {"kills": 0, "in a start": 0, "steps told": 0, "steps lost": 0, "oldest lost s": 0.0}
        self.history: dict[str, list[str]] = {}
        """Case -> the names of its steps as the file held them after the last kill."""
        self.slices: dict[str, int] = {}
        self.points: dict[tuple[str, str], Any] = {}
        self.current = ""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
        self._errors = (folder / "errors.txt").open("a")
        self._server = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("killed_window.py")), str(folder)],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
        )  # fmt: skip
        self._buffer = b""

    def close(self) -> None:
        """Let the program that forks windows go."""
        self._server.stdin.close()
        self._server.wait(20)
        self._server.stdout.close()
        self._errors.close()

    def _line(self, within_s: float = START_WITHIN_S) -> str:
        until = time.monotonic() + within_s
        out = self._server.stdout.fileno()
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([out], [], [], max(0.0, until - time.monotonic()))
            data = os.read(out, 4096) if ready else b""
            assert data, f"nothing came: {(self.folder / 'errors.txt').read_text()[-2000:]} {self._new()[-5:]}"
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()

    def _new(self) -> list[dict[str, Any]]:
        """What was told since the last look; a line that a kill tore is left out."""
        if not self._told.exists():
            return []
        data = self._told.read_bytes()[self._read_to :]
        self._read_to += len(data)
        found = []
        for line in data.split(b"\n"):
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def kill(self, seed: int) -> None:
        """Start a window, let it work for a while, kill it, and look at the file."""
        rng = random.Random(f"kill {seed}")
        self._server.stdin.write((json.dumps({"seed": seed}) + "\n").encode())
        self._server.stdin.flush()
        pid = int(self._line())
        in_start = seed % 10 == 9
        if in_start:
            time.sleep(rng.uniform(0.0, 1.5))
        else:
            assert self._line() == "begun"
            time.sleep(rng.triangular(0.3, 4.0, 0.3))
        killed = time.time()
        os.kill(pid, signal.SIGKILL)
        while (line := self._line()) != "ended":
            assert line == "begun"
        self.seen["kills"] += 1
        self.seen["in a start"] += in_start
        if self.project.exists():
            self._look(killed, seed)

    # -- what must be true ----------------------------------------------------------------------------------------
    def _look(self, killed: float, seed: int) -> None:
        told = self._new()
        assert [event for event in told if event["kind"] == "failed"] == [], seed
        assert all(event["read_only"] == "" for event in told if event["kind"] == "started"), seed
        self._came_back(told, seed)
        project = open_project(self.project)
        try:
            assert project.read_only == "", seed
            assert check.problems(project) == [], seed
            for entry in project.cases():
                steps = [event for event in told if event["kind"] == "gesture" and event["case"] == entry.id]
                self._history(project, entry.id, steps, killed, seed)
                views = [event for event in told if event["kind"] == "view" and event["case"] == entry.id]
                kept = (project.view(entry.id) or {}).get("slice")
                allowed = _recent(views, "slice", killed, self.slices.get(entry.id))
                assert kept in allowed, (seed, kept, allowed)
                if kept is not None:
                    self.slices[entry.id] = kept
            session = project.session()
            current = next((item["case_id"] for item in (session or {"items": ()})["items"] if item["current"]), "")
            allowed = _recent([event for event in told if event["kind"] == "current"], "case", killed, self.current)
            assert current in allowed, (seed, current, allowed)
            self.current = current
        finally:
            project.close()
        assert sorted(path.name for path in self.folder.iterdir() if path.name.startswith("work.project")) == [
            "work.project"
        ], seed

    def _history(self, project: Project, case_id: str, steps: list[dict[str, Any]], killed: float, seed: int) -> None:
        history = project.history(case_id)
        names = [gesture.name for gesture in history]
        before = self.history.get(case_id, [])
        assert [event["number"] for event in steps] == list(range(len(before) + 1, len(before) + 1 + len(steps))), seed
        wanted = before + [event["name"] for event in steps]
        # Killed between writing and telling, the file is one step ahead of what was told.
        assert names[: len(wanted)] == wanted[: len(names)] and len(names) <= len(wanted) + 1, (seed, names, wanted)
        assert len(names) >= len(before), seed
        lost = [killed - event["t"] for event in steps[len(names) - len(before) :]]
        self.seen["steps told"] += len(steps)
        self.seen["steps lost"] += len(lost)
        self.seen["oldest lost s"] = round(max([self.seen["oldest lost s"], *lost]), 3)
        assert all(age <= LOST_S for age in lost), (seed, lost)
        document = Document(project.entry(case_id).geometry.shape, history)
        for reading in document.readings.values():
            mask = document.masks[reading.mask]
            assert Bricks.of(mask.mask()).digest == mask.digest == reading.mask, seed
        self.history[case_id] = names
        for key in document.keys(POINT):
            self.points[case_id, key.removeprefix(POINT)] = document.value(key)

    def _came_back(self, told: list[dict[str, Any]], seed: int) -> None:
        """The start after the last kill showed the case that was in view, where it stood."""
        opened = [event for event in told if event["kind"] == "opened"]
        if not self.current or not opened:
            return
        first = opened[0]
        assert first["case"] == self.current, seed
        assert first["steps"] == len(self.history[self.current]), seed
        if self.current in self.slices:
            assert first["slice"] == self.slices[self.current], seed
        stands = [event for event in told if event["kind"] == "stands"]
        if stands and stands[0]["case"] == self.current:
            for structure, point in stands[0]["stands"].items():
                kept = self.points.get((self.current, structure))
                if kept is not None and kept["model"] == stands[0]["model"]:
                    assert {k: tuple(v) for k, v in point.items()} == dict(kept["point"]), (seed, structure)


def _recent(events: list[dict[str, Any]], key: str, killed: float, before: Any) -> list[Any]:
    """What may be in the file: the newest that is older than what may be lost, and all after it."""
    old = [event[key] for event in events if killed - event["t"] > LOST_S]
    new = [event[key] for event in events if killed - event["t"] <= LOST_S]
    return [old[-1] if old else before, *new]


@pytest.fixture
def windows(tmp_path, tiny_bundle) -> Iterator[Windows]:
    """Three small cases, and two models of the same raters."""
    for number, size in enumerate((40, 36, 44), 1):
        image = small_study(size=size).image
        place = tmp_path / "set" / f"case{number}" / "image.nii.gz"
        place.parent.mkdir(parents=True)
        write_nifti(image.array.astype(np.float32), image.geometry, place)
    (tmp_path / "models").mkdir()
    shutil.copytree(tiny_bundle, tmp_path / "models" / "one")
    another_bundle(tmp_path / "models" / "two")
    found = Windows(tmp_path)
    yield found
    found.close()


def another_bundle(folder: Path) -> None:
    """A second untrained model, which draws otherwise."""
    import torch

    from proseg_gui.bundle import load_bundle, save_bundle
    from proseg_gui.networks.proseg import ProSeg

    card = load_bundle(folder.with_name("one")).card
    torch.manual_seed(4)
    save_bundle(folder, card, ProSeg(3, widths=(8, 8), features=8, hidden=8, modes=4).eval())


def test_a_killed_window_costs_the_last_second_at_most(windows) -> None:
    for seed in (0, 1, 2, 9, 3, 4):  # 9 is killed while it starts
        windows.kill(seed)
    assert windows.seen["steps told"] > 20, windows.seen


@pytest.mark.heavy
def test_two_hundred_killed_windows_cost_the_last_second_at_most(windows) -> None:
    for seed in range(int(os.environ.get("KILLS_FROM", "0")), int(os.environ.get("KILLS", "200"))):
        windows.kill(seed)
        sys.stderr.write(f"{json.dumps(windows.seen)}\n")
