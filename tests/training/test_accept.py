"""Accepting a model: whole on any disk, whatever moment the process is lost, and never stuck afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from proseg_gui.bundle import CARD_NAME, WEIGHTS_NAME
from proseg_gui.errors import UserError
from proseg_gui.training.process import LOG, Plan, Training, find_trainings

sys.path.insert(0, str(Path(__file__).parents[1]))
from killing import killed_at

sys.path.pop(0)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
OTHER_DISK = Path("/dev/shm")
WEIGHTS = random.Random(0).randbytes(300_000)
CARD = {"schema_version": 1, "name": "m", "sha256": hashlib.sha256(WEIGHTS).hexdigest()}


@pytest.fixture(params=["same disk", "other disk"])
def models(request, tmp_path):
    if request.param == "same disk":
        yield tmp_path / "models"
        return
    if not OTHER_DISK.is_dir() or OTHER_DISK.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
    folder = OTHER_DISK / f"proseg-gui-test-{os.getpid()}-{tmp_path.name}"
    folder.mkdir()
    yield folder / "models"
    shutil.rmtree(folder)


def finished_run(root: Path) -> Training:
    """A run that made its bundle."""
    folder = root / "m"
    (folder / "m").mkdir(parents=True)
    (folder / "m.training").mkdir()
    (folder / "m" / CARD_NAME).write_text(json.dumps(CARD))
    (folder / "m" / WEIGHTS_NAME).write_bytes(WEIGHTS)
    (folder / "m.training" / LOG).write_text('{"step": 1, "total": 1.0}\n')
    (folder / "console.log").write_text("")
    plan = Plan("data", "m", 1, 0, ("a",), ())
    (folder / "run.json").write_text(json.dumps({"plan": asdict(plan), "pid": 0, "born": 0.0}))
    return Training.load(folder)


def whole(folder: Path) -> bool:
    names = {path.name for path in folder.iterdir()}
    return names == {CARD_NAME, WEIGHTS_NAME, LOG} and (folder / WEIGHTS_NAME).read_bytes() == WEIGHTS


def shown(models: Path) -> list[Path]:
    return list(models.glob("[!.]*"))


def nothing_left(*folders: Path) -> bool:
    return not any(item.name.startswith(".") for folder in folders if folder.is_dir() for item in folder.iterdir())


def test_killed_at_any_step_it_can_be_accepted_again(tmp_path, models):
    runs = tmp_path / "trainings"
    left = set()
    for step in range(200):
        training = finished_run(runs)
        killed = killed_at(step, Path(tmp_path.name), lambda training=training: training.accept(models))
        assert all(whole(folder) for folder in shown(models)), "a torn model is never seen"
        left |= {item.name[:6] for folder in (models, runs) if folder.is_dir() for item in folder.iterdir()}
        for found in find_trainings(runs):
            assert found.poll().status == "finished", "a run is never seen without its model"
            found.accept(models)
        assert [path.name for path in shown(models)] == ["m"] and whole(models / "m") and find_trainings(runs) == []
        if not killed:
            break
        shutil.rmtree(models)
    assert 8 < step < 199 and ".part-" in left and nothing_left(models, runs)


def test_a_model_that_was_put_there_before_the_process_was_lost_is_known(tmp_path, models):
    training = finished_run(tmp_path / "trainings")
    shutil.copytree(training.bundle, models / "m")
    assert training.accept(models) == models / "m" and not training.folder.exists()


@pytest.mark.parametrize("torn", ["empty", "card cut", "weights cut", "no weights", "card only begun"])
def test_what_an_earlier_version_left_half_moved_is_replaced(torn, tmp_path, models):
    training = finished_run(tmp_path / "trainings")
    target = models / "m"
    target.mkdir(parents=True)
    if torn != "empty":
        (target / CARD_NAME).write_bytes((training.bundle / CARD_NAME).read_bytes()[: {"card cut": 9}.get(torn)])
    if torn == "card only begun":
        (target / CARD_NAME).write_bytes(b"")
    if torn == "weights cut":
        (target / WEIGHTS_NAME).write_bytes(WEIGHTS[:1000])
    assert training.accept(models) == target and whole(target) and not training.folder.exists()
    assert nothing_left(models)


@pytest.mark.parametrize("other", ["weights", "card", "a further file", "a file"])
def test_another_model_of_this_name_is_never_touched(other, tmp_path, models):
    training = finished_run(tmp_path / "trainings")
    target = models / "m"
    if other == "a file":
        models.mkdir(parents=True)
        target.write_text("mine")
    else:
        shutil.copytree(training.bundle, target)
        changed = {"weights": WEIGHTS_NAME, "card": CARD_NAME}.get(other)
        if changed:
            (target / changed).write_bytes(b"X" + (target / changed).read_bytes()[1:])
        else:
            (target / CARD_NAME).unlink()
            (target / "thesis.txt").write_text("mine")
    before = {path: path.read_bytes() for path in models.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match="a model of this name exists"):
        training.accept(models)
    assert {path: path.read_bytes() for path in models.rglob("*") if path.is_file()} == before
    assert training.poll().status == "finished"


def test_a_full_disk_leaves_the_run_as_it_was(tmp_path, models, monkeypatch):
    training = finished_run(tmp_path / "trainings")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="the disk is full"):
        training.accept(models)
    monkeypatch.undo()
    assert shown(models) == [] and training.poll().status == "finished"
    training.accept(models)
    assert whole(models / "m")


@pytest.mark.heavy
def test_killed_at_any_moment_it_can_be_accepted_again(tmp_path, models):
    """120 real kills, at moments spread over the time that it takes."""
    code = (
        "import sys; from pathlib import Path; from proseg_gui.training.process import Training;"
        "t = Training.load(Path(sys.argv[1])); print('go', flush=True); t.accept(Path(sys.argv[2])); print('done')"
    )
    runs, chance, hit = tmp_path / "trainings", random.Random(1), 0
    for _ in range(120):
        training = finished_run(runs)
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(training.folder), str(models)],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        assert process.stdout.readline() == "go\n"
        time.sleep(chance.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        hit += process.wait() == -9 and process.stdout.read() != "done\n"
        process.stdout.close()
        assert all(whole(folder) for folder in shown(models))
        for found in find_trainings(runs):
            assert found.poll().status == "finished"
            found.accept(models)
        assert [path.name for path in shown(models)] == ["m"] and whole(models / "m")
        assert nothing_left(runs)
        shutil.rmtree(models)
    assert hit > 20
