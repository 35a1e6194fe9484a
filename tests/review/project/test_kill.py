"""kill -9 in the middle of writing: what was there a second before is there, in order, and the file is whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from project_cases import SHAPE, state_of

from proseg_gui.review.document import Document
from proseg_gui.review.project import check, open_project

ROOT = Path(__file__).parents[3]

WRITER = """
import os, sys, time
from project_cases import SHAPE, make_study, stroke
from proseg_gui.review.document import Document
from proseg_gui.review.edits import Bricks
from proseg_gui.review.project import complete, open_project, place
from proseg_gui.review.saves import Saves

place.file_system = lambda path: sys.argv[2]
for line in sys.stdin:  # a child for each kill, so that the imports are paid once
    pid = os.fork()
    if pid:
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("ended", flush=True)
        continue
    project = open_project(sys.argv[1], create=True)
    assert not project.read_only, project.read_only
    saves = Saves(project, failed=lambda error: os.write(1, str(error).encode()))
    case = project.case_for(complete(make_study()), name="a")
    document = Document(SHAPE, project.history(case))
    seed = len(document.history)
    with open(sys.argv[3], "a") as log:
        while True:
            made = document.undo() if seed % 7 == 6 else stroke(document, seed) if seed % 7 != 5 else document.undo()
            if made is not None:
                log.write(f"{time.time()} {made.number} {made.name}\\n")
                log.flush()
                saves.gesture(case, made)
                saves.view(case, {"slice": made.number})
                saves.shown(case, "lesion", document.evidence("lesion"), {"name": str(made.number)})
            seed += 1
            time.sleep(0.002)
"""


def _kills(folder: Path, times: int, file_system: str) -> None:
    path, log = folder / "work.project", folder / "asked.txt"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"}
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(path), file_system, str(log)],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    )  # fmt: skip
    rng = random.Random(0)
    try:
        for number in range(times):
            child.stdin.write("go\n")
            pid = int(child.stdout.readline())
            time.sleep(rng.uniform(0.05, 0.4))
            os.kill(pid, signal.SIGKILL)
            killed = time.time()
            assert child.stdout.readline() == "ended\n"
            _look(path, log, killed, number)
    finally:
        child.stdin.close()
        child.wait(20)
        child.stdout.close()


def _look(path: Path, log: Path, killed: float, number: int) -> None:
    if not path.exists():  # killed before it was made
        return
    project = open_project(path)
    assert project.read_only == "", number
    assert check.problems(project) == [], number
    cases = project.cases()
    asked = [line.split(" ", 2) for line in log.read_text().splitlines()] if log.exists() else []
    if cases:
        history = project.history(cases[0].id)
        document = Document(SHAPE, history)
        names = [gesture.name for gesture in history]
        assert names == [line[2] for line in asked[: len(names)]], number
        lost = [float(line[0]) for line in asked[len(names) :]]
        assert all(killed - at <= 1.0 for at in lost), (number, [killed - at for at in lost])
        assert state_of(document)[-1] == state_of(Document(SHAPE, history))[-1]
        shown = project.shown(cases[0].id, "lesion")
        if shown is not None and int(shown[1]["name"]) == len(history):
            assert shown[0].digest == document.evidence("lesion").digest
        kept = [line for line in asked if int(line[1]) <= len(history)]
        log.write_text("".join(" ".join(line) + "\n" for line in kept))
    project.close()


@pytest.mark.parametrize("file_system", ["ext4", "nfs4"])
def test_killed_in_mid_write(tmp_path, file_system) -> None:
    _kills(tmp_path, 10, file_system)


@pytest.mark.heavy
def test_killed_in_mid_write_two_hundred_times(tmp_path) -> None:
    _kills(tmp_path, 200, "ext4")


def test_a_disc_that_is_full_keeps_the_file_whole_and_says_so(tmp_path) -> None:
    code = """
        import resource, sys
        from project_cases import SHAPE, make_study, stroke
        from proseg_gui.review.document import Document
        from proseg_gui.review.project import complete, open_project
        from proseg_gui.review.saves import Saves
        said = []
        project = open_project(sys.argv[1], create=True)
        saves = Saves(project, failed=lambda error: said.append(str(error)), written=lambda: said.append("again"))
        case = project.case_for(complete(make_study()), name="a")
        document = Document(SHAPE)
        saves.gesture(case, stroke(document, 0))
        assert saves.drain(10)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
        for seed in range(1, 300):
            saves.gesture(case, stroke(document, seed))
        assert not saves.drain(3)
        assert len(said) == 1, said
        held = len(saves.waiting)
        assert held and saves.waiting[-1][1] is document.history[-1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert saves.drain(10)
        assert saves.close() and said[1:] == ["again"], said
        assert Document(SHAPE, project.history(case)).evidence("lesion").digest == (
            document.evidence("lesion").digest)
        project.close()
        print(said[0])
    """
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "work.project")], env=environment,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "work.project: " in done.stdout
    project = open_project(tmp_path / "work.project")
    assert check.problems(project) == []
    project.close()
