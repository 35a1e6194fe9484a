"""Names are planted in a data set (raters, cases, patients, folders, the user's own); then all that training leaves is
searched, in its files' names and bytes, and all that it prints.

Names may stand in what belongs to this computer: the table of who is who, and, while a run lasts, its plan, its split
and its last error, all readable by the user only. Not in a model, a checkpoint, a log, or a benchmark's results.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from proseg_gui.bundle import load_bundle, local_names, name_table_path
from proseg_gui.cli import main
from proseg_gui.errors import UserError
from proseg_gui.io.dataset import Split, read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.training.place import Place, run_folder
from proseg_gui.training.process import Plan, Training
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.request import Request
from proseg_gui.training.run import train_bundle
from proseg_gui.volume import Geometry

LIMIT_S = 180.0
USER, FOLDER, CASE, PATIENT, RATER = NAMES = ("ZQUSER", "ZQHOSPITAL", "ZQCASEDOE", "ZQPATIENTDOE", "ZQDRLEE")
QUICK = Recipe(steps=4, items=2, validations=2, validation_draws=1, widths=(4, 8))


@pytest.fixture
def planted(tmp_path, make_study) -> Path:
    folder = tmp_path / USER / FOLDER
    patients = {}
    for i in range(4):
        study = make_study(2 * i, raters=(RATER, "rater1", "rater2"))
        case = folder / f"{CASE}{i}"
        patients[case.name] = f"{PATIENT}{i}"
        write_nifti(study.image.array, study.geometry, case / "image.nii.gz")
        for reading in study.readings:
            write_nifti(reading.mask, study.geometry, case / "masks" / f"{reading.rater}.nii.gz")
    (folder / "dataset.json").write_text(json.dumps({"structures": ["disc"], "patients": patients}))
    return folder


def traces(root: Path, words=NAMES) -> list[str]:
    """Files below ``root`` that hold one of the words in their name or content."""
    found = []
    for path in [root, *root.rglob("*")]:
        content = path.read_bytes() if path.is_file() else b""
        found += [f"{path.name}: {word}" for word in words if word in path.name or word.encode() in content]
    return found


def wait(training, *statuses):
    until = time.monotonic() + LIMIT_S
    while (found := training.poll()).status not in statuses:
        assert time.monotonic() < until and (found.alive or found.status in statuses), found
        time.sleep(0.05)
    return found


def test_a_training_of_the_window_and_its_model_name_nobody(planted, tmp_path):
    names = [f"{CASE}{i}" for i in range(4)]
    training = Training.begin(tmp_path / "trainings", Plan(str(planted), "new-1", 100_000, 0, tuple(names[:3]),
                                                           (names[3],), modality="MR"))  # fmt: skip
    said = set()
    try:
        while (found := training.poll()).status != "running":
            assert found.alive, found
            said.add(found.message)
            time.sleep(0.02)
        training.pause()
        wait(training, "paused")
        private = {path for path in training.folder.rglob("*") if path.is_file() and traces(path)}
        assert {path.name for path in private} == {"run.json", "split.json"}
        assert all(path.stat().st_mode & 0o077 == 0 for path in (*private, training.errors))
        assert not traces(training.state) and (training.state / "checkpoint.safetensors").is_file()
        log = training.console_text()
        assert "reading case 3 of 3" in log and not [name for name in NAMES if name in log]
        training.resume()
        wait(training, "running")
        training.stop()
        wait(training, "finished")
    finally:
        training.kill()
    assert not traces(training.console) and not [name for name in NAMES for text in said if name in text]
    models = tmp_path / "models"
    card = load_bundle(training.accept(models)).card
    assert {path.name for path in (models / "new-1").iterdir()} == {"card.json", "model.safetensors", "log.jsonl"}
    assert not traces(models) and not (tmp_path / "trainings" / "new-1").exists()
    assert len(card.training["case_hashes"]) == 3 and card.raters == ("rater1", "rater2", "rater3")
    assert card.training["command"] == ("proseg-gui train DATASET --out new-1 --split SPLIT --steps 100000 "
                                        "--modality MR")  # fmt: skip
    assert local_names(card)[RATER] == "rater3" and name_table_path().stat().st_mode & 0o077 == 0


def test_a_bad_file_is_named_on_the_screen_and_not_in_the_log(planted, tmp_path):
    mask = planted / f"{CASE}0" / "masks" / f"{RATER}.nii.gz"
    write_nifti(np.zeros((1, 5, 5), np.float32), Geometry.plain((1, 5, 5), (3.0, 1.5, 1.5)), mask, overwrite=True)
    training = Training.begin(tmp_path / "trainings", Plan(str(planted), "new-1", 4, 0, (f"{CASE}0",), ()))
    try:
        found = wait(training, "failed")
    finally:
        training.kill()
    assert mask.name in found.message and not [name for name in NAMES if name in training.console_text()]
    training.discard()


def test_the_command_line_prints_and_keeps_no_name(planted, tmp_path, capsys):
    split = planted.with_name(f"{FOLDER}.json")
    split.write_text(json.dumps({"train": [f"{CASE}{i}" for i in range(3)], "val": [f"{CASE}3"]}))
    base, out = tmp_path / USER / "base", tmp_path / USER / "discs"
    common = ["train", str(planted), "--steps", "2", "--device", "cpu", f"--split={split}"]
    assert main([*common, "--widths", "4,8", "--out", str(base)]) == 0
    assert main([*common, "--init", str(base), "--stage", "full", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert "wrote discs: 3 raters" in printed.out and "reading case 1 of 3" in printed.out
    assert not [name for name in NAMES if name in printed.out + printed.err]
    for folder in (base, out, run_folder(base), run_folder(out)):
        assert list(folder.iterdir()) and not traces(folder)
    command = load_bundle(out).card.training["command"]
    assert command == ("proseg-gui train DATASET --out discs --init base --stage full --split SPLIT --steps 2 "
                       "--device cpu")  # fmt: skip
    capsys.readouterr()
    assert main([*common, "--widths", "4,8", "--keep-names", "--out", str(tmp_path / "kept")]) == 0
    assert load_bundle(tmp_path / "kept").card.raters == (RATER, "rater1", "rater2")  # asked for, and no other name
    assert RATER in capsys.readouterr().out
    others = tuple(name for name in NAMES if name != RATER)
    assert not traces(tmp_path / "kept", others) and not traces(run_folder(tmp_path / "kept"), others)


def test_a_benchmark_names_nobody(planted, tmp_path, capsys):
    out = tmp_path / "results"
    words = ["benchmark", str(planted), "--out", str(out), "--methods", "majority", "--seeds", "1", "--folds", "2",
             "--steps", "2", "--side", "16"]  # fmt: skip
    assert main(words) == 0
    assert (out / "runs" / "data-16px-2steps-majority-fold0-seed0.json").is_file() and not traces(out)
    assert not [name for name in NAMES if name in capsys.readouterr().out]
    assert main([*words, "--name", "open discs"]) == 0
    assert (out / "runs" / "open discs-16px-2steps-majority-fold0-seed0.json").is_file()
    assert main([*words, "--name", "../up"]) == 2
    assert "--name" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["rater", "case", "image", "split", "nothing"])
def test_a_checkpoint_without_names_is_still_of_its_data_only(planted, tmp_path, change):
    names = tuple(f"{CASE}{i}" for i in range(4))
    split = Split(names[:3], names[3:])
    request = Request(read_dataset(planted), Place(tmp_path / "m"), QUICK, split, device="cpu")
    card = train_bundle(request)
    if change == "rater":
        for name in names:
            (planted / name / "masks" / f"{RATER}.nii.gz").rename(planted / name / "masks" / "ZQDRASH.nii.gz")
    elif change == "case":
        (planted / names[0]).rename(planted / "another")
        split = Split(("another", *names[1:3]), names[3:])
    elif change == "image":
        image = planted / names[0] / "image.nii.gz"
        write_nifti(np.zeros((1, 24, 20), np.float32), Geometry.plain((1, 24, 20), (3.0, 1.0, 1.0)), image,
                    overwrite=True)  # fmt: skip
    elif change == "split":
        split = Split(names[1:3], (names[0], names[3]))
    place = Place(tmp_path / "m", overwrite=True, resume=True)
    again = Request(read_dataset(planted), place, QUICK, split, device="cpu")
    if change == "nothing":
        assert train_bundle(again).sha256 == card.sha256
        return
    with pytest.raises(UserError, match="another data set or split"):
        train_bundle(again)
