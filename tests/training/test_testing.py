"""A test part is looked at once, and what was seen is in the card."""

from __future__ import annotations

import json

import pytest

from proseg_gui.bundle import load_bundle, read_card
from proseg_gui.errors import UserError
from proseg_gui.io.dataset import read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.training.place import Place
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.request import Images, Request
from proseg_gui.training.run import train_bundle
from proseg_gui.training.testing import judge_once

QUICK = Recipe(steps=2, items=2, volumes=2, draws=6, validations=1, validation_draws=1, widths=(4, 8))
PEOPLE = {f"rater{i}": f"rater{i}" for i in (1, 2, 3)}


@pytest.fixture
def dataset(tmp_path, make_study):
    for i in range(5):
        study = make_study(2 * i)
        folder = tmp_path / "discs" / study.name
        write_nifti(study.image.array, study.geometry, folder / "image.nii.gz")
        for reading in study.readings:
            write_nifti(reading.mask, study.geometry, folder / "masks" / f"{reading.rater}.nii.gz")
    parts = {"train": ["case0", "case2"], "val": ["case4"], "test": ["case6", "case8"]}
    (tmp_path / "discs" / "split.json").write_text(json.dumps(parts))
    return read_dataset(tmp_path / "discs")


@pytest.fixture
def trained(dataset, tmp_path):
    def make(name):
        train_bundle(Request(dataset, Place(tmp_path / name), QUICK, images=Images(modality="MR")))
        return tmp_path / name

    return make


def test_the_test_part_is_judged_once_and_recorded(dataset, trained):
    folder = trained("a")
    weights = (folder / "model.safetensors").read_bytes()
    card = judge_once(folder, dataset, dataset.split.test, PEOPLE)
    test = card.metrics["test"]
    assert card == read_card(folder) == load_bundle(folder).card
    assert (folder / "model.safetensors").read_bytes() == weights
    assert test["n_cases"] == 2 and 0 <= test["dice_identity_mean"] <= 1 and set(test["dice_identity"]) == set(PEOPLE)
    assert test["seen_in_training"] == 0 and len(test["case_hashes"]) == 2 and test["used_before_by"] == []
    assert card.metrics["validation"]["n_cases"] == 1
    assert test["own_minus_wrong"]["low"] <= test["own_minus_wrong"]["mean"]
    with pytest.raises(UserError, match="already"):
        judge_once(folder, dataset, dataset.split.test, PEOPLE)
    assert read_card(folder) == card


def test_a_part_that_another_model_was_judged_on_is_told(dataset, trained):
    first = judge_once(trained("a"), dataset, dataset.split.test, PEOPLE)
    second = judge_once(trained("b"), dataset, dataset.split.test[:1], PEOPLE, [first])
    assert second.metrics["test"]["used_before_by"] == ["a"]
    fresh = judge_once(trained("c"), dataset, ["case4"], PEOPLE, [first, second])
    assert fresh.metrics["test"]["used_before_by"] == []


def test_nothing_is_recorded_where_a_case_cannot_be_judged(dataset, trained):
    folder = trained("a")
    (dataset.path / "case8" / "image.nii.gz").write_bytes(b"no image")
    before = read_card(folder)
    with pytest.raises(UserError):
        judge_once(folder, dataset, dataset.split.test, PEOPLE)
    assert read_card(folder) == before
