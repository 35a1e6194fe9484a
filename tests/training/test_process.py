"""Real training processes on a tiny data set: followed, paused, resumed, stopped, killed, accepted, discarded."""

from __future__ import annotations

import json
import time
from dataclasses import asdict

import numpy as np
import psutil
import pytest

from proseg_gui.bundle import load_bundle
from proseg_gui.errors import UserError
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.training import checkpoint, loop, process
from proseg_gui.training.process import Network, Plan, Training, check_name, find_trainings, seconds_left
from proseg_gui.volume import Geometry

LIMIT_S = 180.0


@pytest.fixture
def dataset(tmp_path, make_study):
    folder = tmp_path / "discs"
    for i in range(3):
        study = make_study(2 * i)
        write_nifti(study.image.array, study.geometry, folder / study.name / "image.nii.gz")
        for reading in study.readings:
            write_nifti(reading.mask, study.geometry, folder / study.name / "masks" / f"{reading.rater}.nii.gz")
    return folder


@pytest.fixture
def plan(dataset):
    return Plan(str(dataset), "discs-1", 100_000, 0, ("case0", "case2"), ("case4",), modality="MR")


@pytest.fixture
def begun(tmp_path, plan):
    """Start trainings that surely end with the test."""
    made = []

    def begin(**changes):
        made.append(Training.begin(tmp_path / "trainings", Plan(**{**plan.__dict__, **changes})))
        return made[-1]

    yield begin
    for training in made:
        training.kill()


def wait(training, *statuses):
    until = time.monotonic() + LIMIT_S
    while (found := training.poll()).status not in statuses:
        assert time.monotonic() < until, f"{found.status}: {training.console_text()}"
        if not found.alive:
            pytest.fail(f"{found.status} {found.message}: {training.console_text()}")
        time.sleep(0.05)
    return found


def test_the_names_of_files_are_those_of_the_loop():
    assert (process.CHECKPOINT, process.LOG, process.REQUEST) == (checkpoint.NAME, loop.LOG_NAME, loop.REQUEST_NAME)


def test_a_run_is_followed_paused_resumed_stopped_and_accepted(begun, tmp_path):
    training = begun()
    assert psutil.Process(training._process.pid).nice() > psutil.Process().nice()
    running = wait(training, "running")
    assert running.losses[0]["segmentation"] > 0 and running.losses[0]["step"] == 1 and running.steps == 100_000
    training.pause()
    paused = wait(training, "paused")
    assert paused.step >= running.step and paused.checkpoint_at is not None

    again = Training.load(training.folder)  # as a window that is opened later
    assert again.plan == training.plan and again.poll().status == "paused"
    assert [found.folder for found in find_trainings(tmp_path / "trainings")] == [training.folder]
    again.resume()
    try:
        assert again.poll().status in ("starting", "running")
        assert training.poll().status != "paused"
        wait(again, "running")
        again.stop()
        finished = wait(again, "finished")
    finally:
        again.kill()
    assert finished.step >= paused.step and len(finished.validations[-1]["validation"]["dice_identity"]) == 3

    models = tmp_path / "models"
    folder = again.accept(models)
    assert folder == models / "discs-1" and not training.folder.exists()
    card = load_bundle(folder).card
    assert card.name == "discs-1" and card.training["steps_done"] == finished.step
    assert (folder / "log.jsonl").is_file()
    assert "--out discs-1 --split SPLIT" in card.training["command"]


def test_choices_and_a_part_that_is_set_aside_reach_the_process(begun, tmp_path):
    training = begun(steps=4, train=("case0",), test=("case2",),
                     network=Network(method="rater_heads", precision="bf16-mixed", patience=2))  # fmt: skip
    wait(training, "finished")
    assert Training.load(training.folder).plan == training.plan
    card = load_bundle(training.bundle).card
    assert card.kind == "rater_heads" and card.training["recipe"]["precision"] == "bf16-mixed"
    assert card.training["recipe"]["patience"] == 2 and len(card.training["case_hashes"]) == 1
    split = json.loads((training.folder / "split.json").read_text())
    assert split == {"train": ["case0"], "val": ["case4"], "test": ["case2"]}


def test_a_killed_run_is_told_and_goes_on_to_the_end(begun):
    training = begun(steps=60)
    until = time.monotonic() + LIMIT_S
    while training.poll().checkpoint_at is None and training.poll().alive:
        assert time.monotonic() < until
        time.sleep(0.01)
    psutil.Process(training._process.pid).kill() if training.poll().alive else None
    training._process.wait(30)
    found = training.poll()
    if found.status != "finished":  # it may just have got there
        assert found.status == "interrupted" and "(signal 9)" in found.message
        training.resume()
        found = wait(training, "finished")
    assert [row["step"] for row in found.losses] == [1, 20, 40, 60]
    training.discard()
    assert not training.folder.exists()


def test_a_run_that_cannot_work_says_why(begun, dataset):
    wrong = Geometry.plain((1, 5, 5), (3.0, 1.5, 1.5))
    write_nifti(np.zeros(wrong.shape, np.float32), wrong, dataset / "case0" / "masks" / "rater1.nii.gz", overwrite=True)
    training = begun()
    until = time.monotonic() + LIMIT_S
    while training.poll().alive:
        assert time.monotonic() < until
        time.sleep(0.05)
    found = training.poll()
    assert found.status == "failed" and "rater1.nii.gz" in found.message and "proseg-gui:" not in found.message
    with pytest.raises(UserError, match="no model yet"):
        training.accept(dataset)
    training.discard()


def test_a_plan_becomes_the_command_line(plan, tmp_path):
    full = Plan(**{**plan.__dict__, "window": "-160,240", "flip": "x", "keep_names": True})
    found = full.arguments(tmp_path / "out", tmp_path / "split.json")
    from proseg_gui.cli import Parser, train

    parser = Parser()
    train.add_parser(parser.add_subparsers(dest="command"))
    args = parser.parse_args(found)
    assert (args.dataset.name, args.out, args.split) == ("discs", tmp_path / "out", tmp_path / "split.json")
    assert (args.steps, args.seed, args.flip, args.window) == (100_000, 0, "x", "-160,240")
    assert args.modality == "MR" and args.keep_names
    assert "--keep-names" not in plan.arguments(tmp_path, tmp_path) and plan.window == ""
    based = Plan(**{**plan.__dict__, "init": "/models/base", "stage": "adapt"})
    args = parser.parse_args(based.arguments(tmp_path / "out", tmp_path / "split.json"))
    assert (args.init, args.stage, args.modality, args.window) == ("/models/base", "adapt", "", None)


def test_a_method_that_learns_in_stages_does_all_steps_in_each(plan):
    staged = Plan(**{**plan.__dict__, "steps": 100, "network": Network(method="dpersona")})
    assert staged.all_steps == 200 and plan.all_steps == plan.steps
    assert Plan(**{**staged.__dict__, "init": "/models/base", "stage": "adapt"}).all_steps == 100


def test_resampled_cases_stand_in_the_plan_and_in_the_split(begun, tmp_path):
    training = begun(resample=("case2",))
    training.kill()
    assert json.loads((training.folder / "split.json").read_text())["resample"] == ["case2"]
    assert Training.load(training.folder).plan == training.plan and training.plan.resample == ("case2",)


@pytest.mark.parametrize("name", ["", "../x", ".hidden", "a/b", "a b\n", "x" * 70])
def test_odd_names_are_refused(name):
    with pytest.raises(UserError, match="cannot be a model's name"):
        check_name(name, [])


def test_a_name_is_taken_once(plan, tmp_path):
    with pytest.raises(UserError, match="already"):
        check_name("Liver", ["liver"])
    (tmp_path / "runs" / "discs-1").mkdir(parents=True)
    with pytest.raises(UserError, match="already"):
        Training.begin(tmp_path / "runs", plan)
    with pytest.raises(UserError, match="train on"):
        Training.begin(tmp_path / "others", Plan(**{**plan.__dict__, "train": ()}))
    assert not (tmp_path / "others").exists()


def test_a_damaged_record_is_told_and_left_out(tmp_path):
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{")
    with pytest.raises(UserError, match="record of this training is damaged"):
        Training.load(folder)
    assert find_trainings(tmp_path / "runs") == [] == find_trainings(tmp_path / "none")


def test_a_half_written_log_and_a_foreign_process_do_no_harm(tmp_path, plan):
    training = Training(tmp_path / plan.name, plan)
    training.state.mkdir(parents=True)
    mine = psutil.Process()
    record = {"plan": asdict(plan), "pid": mine.pid, "born": mine.create_time() - 1000}
    (training.folder / "run.json").write_text(json.dumps(record))
    rows = [{"step": 20, "seconds": 2.0, "total": 1.5}, {"step": 30, "validation": {"ged2": 0.2}}]
    log = "".join(f"{json.dumps(row)}\n" for row in rows)
    (training.state / "log.jsonl").write_text(log + '{"step": 40, "sec')
    found = training.poll()
    assert (found.status, found.step) == ("failed", 30)  # the number is now another process's
    assert "ended from outside" in found.message
    assert found.losses == (rows[0],) and found.validations == (rows[1],)
    training.kill()
    assert mine.is_running()


def test_time_left_follows_the_recent_pace():
    rows = [{"step": 20 * i, "seconds": 100.0 + 2.0 * i} for i in range(1, 13)]
    assert seconds_left(rows, 1240, None) == pytest.approx(100.0)  # 0.1 s a step of late
    assert seconds_left(rows[:2], 140, None) == pytest.approx(260.0)
    assert seconds_left(rows[:1], 120, None) is None  # the first step warms up too
    assert seconds_left([], 100, None) is None
    assert seconds_left(rows, 1240, time.time() - 500) == 0.0
