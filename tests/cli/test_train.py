"""``proseg-gui train`` and ``models``: arguments to a bundle, refusals in one line."""

from __future__ import annotations

import json

import numpy as np
import pytest

from proseg_gui.bundle import Card, load_bundle, read_card
from proseg_gui.cli import main
from proseg_gui.cli.models import describe
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.volume import Geometry, Mask


@pytest.fixture
def discs(tmp_path):
    geometry = Geometry.plain((1, 16, 16), (3.0, 1.0, 1.0))
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:16, :16]
    distance = np.hypot(y - 8, x - 8)[None]
    for i in range(3):
        case = tmp_path / "discs" / f"case{i}"
        write_nifti((distance + rng.normal(0, 1, distance.shape)).astype(np.float32), geometry, case / "image.nii.gz")
        for rater, radius in (("Ann", 3), ("Bob", 5)):
            write_nifti(Mask(distance < radius, geometry), geometry, case / "masks" / f"{rater}.nii.gz")
    return tmp_path / "discs"


def one_line(capsys):
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1 and captured.err.startswith("proseg-gui: ")
    return captured.err


def test_train_writes_a_bundle_with_its_command(discs, tmp_path, capsys):
    split = tmp_path / "split.json"
    split.write_text(json.dumps({"train": ["case0", "case2"], "val": ["case1"]}))
    words = ["train", str(discs), "--out", str(tmp_path / "m"), "--steps", "2", "--keep-names", "--flip", "xy",
             "--split", str(split), "--window=-5,20", "--seed", "3", "--device", "cpu"]  # fmt: skip
    assert main(words) == 0
    card = json.loads((tmp_path / "m" / "card.json").read_text())
    assert card["raters"] == ["Ann", "Bob"] and card["window"] == {"kind": "fixed", "low": -5.0, "high": 20.0}
    assert card["training"]["command"] == ("proseg-gui train DATASET --out m --keep-names --split SPLIT --steps 2 "
                                           "--seed 3 --flip xy --window=-5,20 --device cpu")  # fmt: skip
    recipe = card["training"]["recipe"]
    assert recipe["seed"] == 3 and recipe["augmentation"]["flip_x"] and recipe["augmentation"]["flip_y"]
    assert len(card["training"]["case_hashes"]) == 2 and card["metrics"]["validation"]["n_cases"] == 1
    out = capsys.readouterr().out
    assert "wrote" in out and "dice_identity_mean" in out
    assert main(words) == 2
    assert "exists" in one_line(capsys)


def test_a_trained_bundle_is_fine_tuned_and_the_verdict_printed(discs, tmp_path, capsys):
    for case in ("case0", "case1", "case2"):
        (discs / case / "masks" / "Bob.nii.gz").rename(tmp_path / f"{case}.nii.gz")
    common = [str(discs), "--steps", "2", "--keep-names", "--device", "cpu"]
    assert main(["train", *common, "--out", str(tmp_path / "base")]) == 0
    for case in ("case0", "case1", "case2"):
        (tmp_path / f"{case}.nii.gz").rename(discs / case / "masks" / "Bob.nii.gz")
    capsys.readouterr()
    more = ["--init", str(tmp_path / "base"), "--stage", "rater"]
    assert main(["train", *common, *more, "--out", str(tmp_path / "new")]) == 0
    out = capsys.readouterr().out
    assert "against base: better for" in out and "the base learned from 1 of the held-out cases" not in out
    card = json.loads((tmp_path / "new" / "card.json").read_text())
    assert card["raters"] == ["Ann", "Bob"] and card["training"]["stage"] == "rater"
    assert main(["train", *common, *more, "--out", str(tmp_path / "base"), "--overwrite"]) == 2
    assert "never overwritten" in one_line(capsys)


def test_who_is_who_is_said_in_a_file_or_told(discs, tmp_path, capsys):
    common = ["train", str(discs), "--steps", "2", "--keep-names", "--device", "cpu", "--out"]
    assert main([*common, str(tmp_path / "base")]) == 0
    more = ["--init", str(tmp_path / "base"), "--stage"]
    capsys.readouterr()
    assert main([*common, str(tmp_path / "adapted"), *more, "adapt"]) == 0
    assert "taken for the same people by their names: Ann, Bob of base" in capsys.readouterr().out
    who = tmp_path / "who.json"
    who.write_text(json.dumps({"Ann": None, "Bob": "Bob"}))
    assert main([*common, str(tmp_path / "new"), *more, "rater", "--people", str(who)]) == 0
    assert "taken for" not in capsys.readouterr().out
    card = read_card(tmp_path / "new")
    assert card.raters == ("Ann", "Bob", "Ann_2") and "who" not in card.training["command"]
    judged = ["evaluate", str(discs), "--model", str(tmp_path / "new"), "--json", str(tmp_path / "f.json")]
    who.write_text(json.dumps({"Ann": "Ann_2", "Bob": None}))
    assert main([*judged, "--people", str(who)]) == 0
    own = json.loads((tmp_path / "f.json").read_text())["dice_identity"]
    assert {name: value is not None for name, value in own.items()} == {"Ann": False, "Bob": False, "Ann_2": True}


@pytest.mark.parametrize(("extra", "said"), [
    (["--people", "who.json"], "Give --init too"),
    (["--init", "phantom", "--stage", "rater", "--people", "nowhere.json"], "nowhere.json"),
    (["--method", "tomorrows"], "no method 'tomorrows'"),
    (["--precision", "16-mixed"], "training in 16-mixed is not for the device cpu. Here --precision may be 32 or bf16"),
    (["--init", "phantom"], "belong together"),
    (["--stage", "rater"], "belong together"),
    (["--init", "phantom", "--stage", "rater", "--method", "proseg"], "cannot be chosen with --init"),
    (["--init", "nowhere", "--stage", "rater"], "no model of this name"),
    (["--init", "phantom", "--stage", "rater", "--window=0,1"], "another window"),
    (["--patience", "-1"], "negative"),
    (["--steps", "0"], "too few"),
    (["--method", "pionono", "--preference", "gaussian"], "--preference gaussian is for --method proseg"),
    (["--method", "pionono", "--conditioning", "matrix"], "--conditioning matrix is for --method proseg"),
    (["--init", "phantom", "--stage", "rater", "--conditioning", "matrix"], "cannot be chosen with --init"),
    (["--preference", "uniform"], "preference"),
    (["--memory", "-1"], "--memory -1.0 is not a size"),
    (["--widths", "8,x"], "is not two to eight numbers"),
    (["--widths", "8"], "is not two to eight numbers"),
    (["--window", "9,1"], "empty"),
    (["--window", "wide"], "LOW,HIGH"),
    (["--device", "cuda:99"], "cuda:99"),
    (["--split", "nowhere.json"], "nowhere.json"),
    (["--flip", "z"], "flip"),
])  # fmt: skip
def test_bad_input_is_one_line_and_leaves_nothing(discs, tmp_path, capsys, extra, said):
    assert main(["train", str(discs), "--out", str(tmp_path / "m"), *extra]) == 2
    assert said in one_line(capsys)
    assert not (tmp_path / "m").exists() and not (tmp_path / "m.training").exists()


def test_a_training_from_temporary_files_gives_the_same_model(discs, tmp_path):
    words = ["train", str(discs), "--steps", "2", "--widths", "4,8", "--out"]
    assert main([*words, str(tmp_path / "a")]) == main([*words, str(tmp_path / "b"), "--memory", "0"]) == 0
    assert read_card(tmp_path / "a").sha256 == read_card(tmp_path / "b").sha256


def test_mixed_precision_is_said_by_the_card_and_not_on_stderr(discs, tmp_path, caplog):
    words = ["train", str(discs), "--out", str(tmp_path / "m"), "--steps", "2", "--widths", "4,8", "--device", "cpu",
             "--precision", "bf16-mixed"]  # fmt: skip
    assert main(words) == 0
    assert read_card(tmp_path / "m").training["recipe"]["precision"] == "bf16-mixed"
    assert not [record for record in caplog.records if record.name.startswith("lightning")]  # its handler is stderr


def test_preference_and_widths_rebuild_the_network(discs, tmp_path):
    words = ["train", str(discs), "--out", str(tmp_path / "m"), "--steps", "2", "--preference", "gaussian",
             "--conditioning", "matrix", "--widths", "4,8"]  # fmt: skip
    assert main(words) == 0
    bundle = load_bundle(tmp_path / "m")
    assert bundle.card.architecture["preference"] == "gaussian" and bundle.card.architecture["widths"] == [4, 8]
    assert bundle.method.preference_domain == "free"
    assert bundle.method.first_mix is not None
    assert bundle.card.training["recipe"]["network"] == {"preference": "gaussian", "conditioning": "matrix"}


def test_a_folder_without_cases_is_refused(tmp_path, capsys):
    assert main(["train", str(tmp_path), "--out", str(tmp_path / "m")]) == 2
    assert "no case" in one_line(capsys)


def test_models_lists_what_ships(capsys):
    assert main(["models"]) == 0
    assert capsys.readouterr().out.strip()


def test_a_card_is_described_by_what_one_chooses_by():
    card = Card(
        "proseg", "liver", "1", {"n_raters": 2, "n_structures": 1, "n_channels": 1}, ("a", "b"), ("lesion",), ("CT",),
        "CT", (2.0, 2.0), {"kind": "fixed", "low": 0, "high": 1}, {"kind": "whole"},
        metrics={"validation": {"n_cases": 5, "dice_identity_mean": 0.91, "ged2": 0.12}}, intended_use="demo",
    )  # fmt: skip
    text = describe(card)
    for part in ("liver", "a, b", "lesion", "CT", "2 x 2 mm", "0.91", "0.12", "5 cases", "demo"):
        assert part in text


@pytest.mark.parametrize(("window", "gain"), [([], 0.15), (["--window=-5,20"], 0.05)])
def test_a_fine_tuning_varies_intensities_as_its_base_did(discs, tmp_path, window, gain):
    words = ["train", str(discs), "--steps", "2", "--device", "cpu"]
    assert main([*words, "--widths", "4,8", *window, "--out", str(tmp_path / "base")]) == 0
    assert main([*words, "--init", str(tmp_path / "base"), "--stage", "full", "--out", str(tmp_path / "m")]) == 0
    for name in ("base", "m"):
        assert read_card(tmp_path / name).training["recipe"]["augmentation"]["gain"] == gain


@pytest.mark.parametrize(("option", "file", "stored"), [
    ((), None, "unknown"), ((), "MR", "MR"), (("--modality", "PT"), "MR", "PT"), (("--modality", "US"), None, "US"),
])  # fmt: skip
def test_what_the_images_are_is_asked_of_the_option_then_of_dataset_json(discs, tmp_path, capsys, option, file, stored):
    """Where nothing says it the card says so, and whoever trains is told once, in a sentence."""
    if file:
        (discs / "dataset.json").write_text(json.dumps({"modality": file}))
    words = ["train", str(discs), "--out", str(tmp_path / "m"), "--steps", "2", "--device", "cpu", *option]
    assert main(words) == 0
    assert read_card(tmp_path / "m").modality == stored
    captured = capsys.readouterr()
    assert captured.err == "" and captured.out.count("give --modality") == (stored == "unknown")


def test_a_modality_that_is_no_code_is_refused(discs, tmp_path, capsys):
    (discs / "dataset.json").write_text(json.dumps({"modality": "some MR"}))
    assert main(["train", str(discs), "--out", str(tmp_path / "m"), "--steps", "2"]) == 2
    assert "modality is a short word in capitals" in one_line(capsys) and not (tmp_path / "m").exists()
