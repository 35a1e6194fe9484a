"""From a dataset folder to a bundle that loads: names, split, card, local name table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from proseg_gui.bundle import case_hash, load_bundle, local_names, name_table_path, seen_in_training
from proseg_gui.errors import UserError
from proseg_gui.io.dataset import Case, load_case, read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.training.log import LOG_NAME, read_rows
from proseg_gui.training.naming import pseudonyms, rater_names
from proseg_gui.training.place import Place, run_folder
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.request import Images, Request, Words
from proseg_gui.training.run import automatic_split, train_bundle

QUICK = Recipe(steps=4, items=2, volumes=2, draws=6, validations=1, validation_draws=1, widths=(4, 8))


@pytest.fixture(scope="session")
def write_cases(make_study):
    def write(folder: Path, n=4, **keywords):
        for i in range(n):
            study = make_study(i, **keywords)
            case = folder / study.name
            write_nifti(study.image.array, study.geometry, case / "image.nii.gz")
            for r in study.readings:
                reading = f"@{r.reading}" if r.reading else ""
                write_nifti(r.mask, study.geometry, case / "masks" / f"{r.rater}{reading}.nii.gz")
        (folder / "split.json").write_text(json.dumps({"train": ["case0", "case1", "case2"], "val": ["case3"]}))
        return folder

    return write


@pytest.fixture
def dataset(write_cases, tmp_path):
    return read_dataset(write_cases(tmp_path / "discs"))


def case(name, patient):
    return Case(name, Path(name), patient, {}, {})


def test_real_names_become_pseudonyms_and_pseudonyms_stay():
    assert pseudonyms(["rater3", "Zoe", "Ann", "rater1"]) == {
        "rater1": "rater1", "rater3": "rater3", "Ann": "rater2", "Zoe": "rater4",
    }  # fmt: skip
    assert pseudonyms(["rater10", "rater2"]) == {"rater10": "rater10", "rater2": "rater2"}
    assert pseudonyms(["Rater1", "rater 1"]) == {"Rater1": "rater1", "rater 1": "rater2"}


def test_raters_come_in_the_order_of_their_numbers(dataset):
    many = replace(dataset, raters=("rater10", "rater2", "bob"))
    assert list(rater_names(many).values()) == ["rater1", "rater2", "rater10"]
    assert list(rater_names(many, keep_names=True)) == ["bob", "rater2", "rater10"]


def test_the_automatic_split_parts_no_patient():
    cases = [case(f"c{i}", f"p{i // 3}") for i in range(30)]
    split = automatic_split(cases, seed=0)
    patients = [{c.patient for c in cases if c.name in names} for names in (split.train, split.val)]
    assert patients[0].isdisjoint(patients[1]) and len(patients[1]) == 2
    assert len(split.train) + len(split.val) == 30
    assert automatic_split(cases, seed=0) == split != automatic_split(cases, seed=1)
    assert automatic_split([case("only", "p")], 0).val == ()


def test_a_trained_bundle_loads_and_says_how_it_was_made(dataset, tmp_path):
    out = tmp_path / "bundle"
    words = Words("ours", "tests", "proseg-gui x")
    card = train_bundle(Request(dataset, Place(out), QUICK, images=Images(modality="MR"), words=words))
    bundle = load_bundle(out)
    assert bundle.card == card and bundle.card.name == "bundle"
    assert card.raters == ("rater1", "rater2", "rater3") and card.modality == "MR"
    assert card.structures == dataset.structures and card.spacing_mm == (1.0, 1.0)
    training = card.training
    assert training["command"] == "proseg-gui x" and training["seed"] == 0 and training["steps"] == 4
    assert training["recipe"]["weights"]["energy"] == QUICK.weights.energy and training["versions"]["torch"]
    assert card.metrics["validation"]["n_cases"] == 1 and 0 <= card.metrics["validation"]["dice_identity_mean"] <= 1
    own = card.metrics["validation"]["dice_identity"]
    assert tuple(own) == card.raters and training["steps_done"] == 4
    assert np.mean(list(own.values())) == pytest.approx(card.metrics["validation"]["dice_identity_mean"], abs=1e-4)
    seen = {c.name: seen_in_training(card, load_case(c)) for c in dataset.cases}
    assert seen == {"case0": True, "case1": True, "case2": True, "case3": False}
    assert not list(out.glob("*.part*")) and (run_folder(out) / "log.jsonl").is_file()


def test_hashes_are_salted(dataset):
    study = load_case(dataset.cases[0])
    assert case_hash(study, "a") != case_hash(study, "b")
    assert case_hash(study, "a") != case_hash(load_case(dataset.cases[1]), "a")


def test_real_names_stay_on_this_computer(write_cases, tmp_path):
    folder = write_cases(tmp_path / "named", raters=("Dr Lee", "Dr Ash", "rater1"))
    out = tmp_path / "bundle"
    card = train_bundle(Request(read_dataset(folder), Place(out), QUICK))
    assert card.raters == ("rater1", "rater2", "rater3")
    assert not any(b"Lee" in path.read_bytes() for path in out.iterdir())
    expected = {"Dr Ash": "rater2", "Dr Lee": "rater3", "rater1": "rater1", "rater2": "rater2", "rater3": "rater3"}
    assert local_names(card) == expected
    assert name_table_path().is_file()
    kept = train_bundle(Request(read_dataset(folder), Place(tmp_path / "kept"), QUICK, keep_names=True))
    assert kept.raters == ("Dr Ash", "Dr Lee", "rater1")
    assert local_names(kept) == {name: name for name in kept.raters}


def test_nothing_is_overwritten_unasked(dataset, tmp_path):
    out = tmp_path / "bundle"
    out.mkdir()
    (out / "thesis.txt").write_text("precious")
    with pytest.raises(UserError, match="exists"):
        train_bundle(Request(dataset, Place(out), QUICK))
    with pytest.raises(UserError, match="thesis"):
        train_bundle(Request(dataset, Place(out, overwrite=True), QUICK))
    assert (out / "thesis.txt").read_text() == "precious"


def test_a_begun_run_is_resumed_or_overwritten_only_when_asked(dataset, tmp_path):
    out = tmp_path / "bundle"
    request = Request(dataset, Place(out), QUICK)
    with pytest.raises(UserError, match="no interrupted training"):
        train_bundle(replace(request, place=Place(out, resume=True)))
    card = train_bundle(request)
    with pytest.raises(UserError, match="exists"):
        train_bundle(request)
    with pytest.raises(UserError, match="another recipe"):
        train_bundle(Request(dataset, Place(out, overwrite=True, resume=True), replace(QUICK, seed=1)))
    again = train_bundle(replace(request, place=Place(out, overwrite=True)))
    assert again.sha256 == card.sha256  # the same data, recipe and seed: the same weights


def test_a_split_without_training_cases_is_refused(dataset, tmp_path):
    from proseg_gui.io.dataset import Split

    with pytest.raises(UserError, match="no training case"):
        train_bundle(Request(dataset, Place(tmp_path / "b"), QUICK, split=Split((), ("case1",))))


def test_a_fixed_window_goes_into_the_card(dataset, tmp_path):
    card = train_bundle(Request(dataset, Place(tmp_path / "b"), QUICK, images=Images((-10.0, 90.0))))
    assert card.window == {"kind": "fixed", "low": -10.0, "high": 90.0}
    case = load_case(dataset.cases[0])
    from proseg_gui.bundle import normalise

    found = normalise(case.image.array, card.window)
    expected = np.clip((case.image.array + 10) / 50 - 1, -1, 1)
    assert np.allclose(found, expected, atol=1e-5)


def test_names_that_no_bundle_can_hold_are_refused_before_the_training(write_cases, tmp_path, monkeypatch):
    folder = write_cases(tmp_path / "odd", raters=("=cmd", "ok"))
    from proseg_gui.training.loop import Trainer

    monkeypatch.setattr(Trainer, "run", lambda *_: pytest.fail("it was trained"))
    with pytest.raises(UserError, match="'=cmd' is not a plain name"):
        train_bundle(Request(read_dataset(folder), Place(tmp_path / "b"), QUICK, keep_names=True))
    assert not (tmp_path / "b").exists()


def test_the_card_names_the_commit_at_the_start(dataset, tmp_path, monkeypatch):
    from proseg_gui.training import run
    from proseg_gui.training.loop import Trainer

    now = ["first"]
    monkeypatch.setattr(run, "current_commit", lambda: now[0])
    trained = Trainer.run

    def moved_on(self, *arguments):
        now[0] = "second"
        return trained(self, *arguments)

    monkeypatch.setattr(Trainer, "run", moved_on)
    assert train_bundle(Request(dataset, Place(tmp_path / "b"), QUICK)).training["commit"] == "first"


def test_killed_before_the_first_checkpoint_it_goes_on_from_the_beginning(dataset, tmp_path):
    """``--resume`` said "leave it out", and without it "give --resume": now either way out works."""
    request, folder = Request(dataset, Place(tmp_path / "bundle"), QUICK), tmp_path / "bundle.training"
    folder.mkdir()
    (folder / LOG_NAME).write_text('{"step": 1, "total": 2.0, "seconds": 1.0}\n{"step": 1, "to')
    with pytest.raises(UserError, match=r"a training was begun here.*Give --resume or --overwrite"):
        train_bundle(request)
    said = []
    card = train_bundle(
        replace(request, place=Place(tmp_path / "bundle", resume=True)), lambda _share, text: said.append(text)
    )
    assert any("before its first checkpoint" in text for text in said)
    rows = read_rows(folder / LOG_NAME)
    assert [row["step"] for row in rows if "total" in row] == [1, 4] and rows[0]["total"] != 2.0
    assert train_bundle(replace(request, place=Place(tmp_path / "other"))).sha256 == card.sha256


def test_what_a_lost_process_left_in_the_runs_folder_goes(dataset, tmp_path):
    folder = tmp_path / "bundle.training"
    folder.mkdir()
    code = "from proseg_gui.io.base.leftovers import *; print(hidden_name('.safetensors'))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    (folder / made.stdout.strip()).write_bytes(b"half a checkpoint")
    train_bundle(Request(dataset, Place(tmp_path / "bundle", resume=True), QUICK))
    assert not [item.name for item in folder.iterdir() if item.name.startswith(".")]
