from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from proseg_gui.bundle import Card, save_bundle
from proseg_gui.cli import main
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.volume import Geometry


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    method = ProSeg(2, widths=(4, 4), features=4, hidden=4, modes=2)
    card = Card(
        "proseg", "tiny", "1", method.architecture(), ("rater1", "rater2"), ("lesion",), ("image",), "", (1.0, 1.0),
        {"kind": "percentile", "low": 1, "high": 99}, {"kind": "whole"},
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_bundle(folder, card, method)
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng, geometry = np.random.default_rng(0), Geometry.plain((2, 12, 12))
    folder = tmp_path / "data"
    for name in ("one", "two", "three"):
        write_nifti(rng.normal(0, 1, (2, 12, 12)).astype(np.float32), geometry, folder / name / "image.nii.gz")
        for rater in ("rater1", "rater2"):
            write_nifti(rng.random((2, 12, 12)) < 0.4, geometry, folder / name / "masks" / f"{rater}.nii.gz")
    (folder / "split.json").write_text(json.dumps({"train": ["one"], "val": ["two", "three"]}))
    return folder


def run(*words: object) -> int:
    return main(["evaluate", *map(str, words), "--device", "cpu"])


def test_it_prints_a_row_a_case_and_writes_the_same_numbers(model, data, tmp_path, capsys) -> None:
    out = tmp_path / "result.json"
    assert run(data, "--model", model, "--samples", 4, "--json", out) == 0
    text = capsys.readouterr().out
    result = json.loads(out.read_text())
    assert [case["name"] for case in result["cases"]] == ["one", "three", "two"]
    for case in result["cases"]:
        row = next(line for line in text.splitlines() if line.startswith(case["name"]))
        assert f"{case['ged2']:.4f}" in row and f"{case['human_majority']:.4f}" in row
    mean = next(line for line in text.splitlines() if line.startswith("mean"))
    assert f"{result['dice_identity_mean']:.4f}" in mean
    assert "3 cases, 4 samples each, seed 0, model tiny 1" in text


def test_floors_stand_under_the_table_and_coverage_is_told_from_enough_samples(model, data, tmp_path, capsys) -> None:
    write_nifti(np.ones((2, 12, 12), bool), Geometry.plain((2, 12, 12)), data / "one" / "masks" / "rater1@2.nii.gz")
    (data / "one" / "masks" / "rater1.nii.gz").rename(data / "one" / "masks" / "rater1@1.nii.gz")
    out = tmp_path / "result.json"
    assert run(data, "--model", model, "--samples", 4, "--json", out) == 0
    text, result = capsys.readouterr().out, json.loads(out.read_text())
    assert f"fair GED^2 (free of the number of samples) {result['fair_ged2']:.4f}" in text
    assert f"cut at random levels {result['random_levels']:.4f}" in text and "--samples 400 on" in text
    assert f"as the raters do {result['rater_floor']:.4f}" in text
    assert f"repeated readings: {result['repeat_gap']:+.4f}" in text
    mean = {
        key: np.mean([case[key] for case in result["cases"]]) for key in ("fair_ged2", "random_levels", "rater_floor")
    }
    below, most = (mean["random_levels"] - mean[key] for key in ("fair_ged2", "rater_floor"))
    assert result["share_removed"] == pytest.approx(below / most)
    bins = np.sum([case["reliability"] for case in result["cases"]], axis=0)
    assert bins[0].sum() == 3 * 2 * 12 * 12
    inner = np.abs(bins[1] - bins[2])[1:9].sum() / bins[0, 1:9].sum()
    assert result["inner_calibration_error"] == pytest.approx(inner)
    assert run(data, "--model", model, "--samples", 400, "--cases", "train", "--json", out, "--overwrite") == 0
    held = json.loads(out.read_text())
    assert f"interval holds {held['volume_in_95']:.0%} of the raters' volumes" in capsys.readouterr().out


def test_the_split_and_a_file_choose_the_cases(model, data, tmp_path) -> None:
    out, chosen = tmp_path / "r.json", tmp_path / "chosen.json"
    assert run(data, "--model", model, "--samples", 2, "--cases", "val", "--json", out) == 0
    assert [case["name"] for case in json.loads(out.read_text())["cases"]] == ["two", "three"]
    chosen.write_text('["one"]')
    assert run(data, "--model", model, "--samples", 2, "--cases", chosen, "--json", out, "--overwrite") == 0
    assert [case["name"] for case in json.loads(out.read_text())["cases"]] == ["one"]


def test_it_runs_without_qt(model, data) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from proseg_gui.cli import main; "
        f"code = main(['evaluate', {str(data)!r}, '--model', {str(model)!r}, '--samples', '2', '--device', 'cpu']); "
        "sys.exit(code or any(name.startswith('PySide6') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--samples", "-1"], "--samples -1"),
        (["--samples", "0"], "--samples 0"),
        (["--seed", "-2"], "--seed -2"),
        (["--cases", "test"], "lists no case under test"),
        (["--cases", "nowhere.json"], "nowhere.json"),
        (["--device", "cuda:99"], "cuda:99"),
    ],
)
def test_bad_words_are_one_sentence_and_exit_2(model, data, capsys, words, says) -> None:
    assert main(["evaluate", str(data), "--model", str(model), *words]) == 2
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1


def test_bad_case_files_are_named(model, data, tmp_path, capsys) -> None:
    file = tmp_path / "cases.json"
    for content, says in (('{"val": []}', "not a JSON list"), ('["zero"]', "no case 'zero'"), ("[1", "not valid JSON")):
        file.write_text(content)
        assert run(data, "--model", model, "--cases", file) == 2
        assert says in capsys.readouterr().err


def test_nothing_is_overwritten_unless_asked(model, data, tmp_path, capsys) -> None:
    out = tmp_path / "result.json"
    out.write_text("precious")
    assert run(data, "--model", model, "--samples", 2, "--json", out) == 2
    assert out.read_text() == "precious"
    assert "exists already" in capsys.readouterr().err


def test_a_split_that_is_not_there_is_said(model, data, capsys) -> None:
    (data / "split.json").unlink()
    assert run(data, "--model", model, "--cases", "val") == 2
    assert "no split.json" in capsys.readouterr().err


def test_an_unknown_model_and_a_folder_without_cases(data, tmp_path, model, capsys) -> None:
    assert run(data, "--model", tmp_path / "none") == 2
    (tmp_path / "void").mkdir()
    assert run(tmp_path / "void", "--model", model) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_how_far_certainty_can_be_trusted_goes_into_the_card(model, data, tmp_path, capsys) -> None:
    from shutil import copytree

    from proseg_gui.bundle import load_bundle
    from proseg_gui.inference.calibration import calibration_of

    own = copytree(model, tmp_path / "own")
    before, out = load_bundle(own).card, tmp_path / "r.json"
    assert run(data, "--model", own, "--cases", "val", "--into-card", "--json", out) == 0
    text, card = capsys.readouterr().out, load_bundle(own).card
    known = calibration_of(card)
    assert known is not None and known.n_cases == 2 and calibration_of(before) is None
    assert json.loads(out.read_text())["calibration"] == card.metrics["calibration"]
    assert set(card.metrics["calibration"]["stop"]) == {"n", "factor"}
    assert card.sha256 == before.sha256 and f"kept in the card of {card.name}" in text
