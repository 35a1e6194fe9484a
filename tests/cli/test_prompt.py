"""``predict --prompt`` and ``Case.describe``: the window's prompt without a window, said in provenance."""

from __future__ import annotations

import json

import nibabel as nib
import numpy as np
import pytest

from proseg_gui import api
from proseg_gui.cli import main
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.phantom import demo_study
from proseg_gui.volume import Geometry


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """The slice of the demo on which most is drawn."""
    whole = demo_study()
    k = int(sum(reading.mask.array.sum((1, 2)) for reading in whole.readings).argmax())
    path = tmp_path_factory.mktemp("prompt") / "scan.nii.gz"
    geometry = Geometry.plain((1, *whole.image.array.shape[1:]), whole.geometry.spacing_mm)
    write_nifti(whole.image.array[k : k + 1], geometry, path)
    return path


def predict(scan, out, *options):
    return main(["predict", str(scan), "--model", "phantom", "--out", str(out), "--device", "cpu", *options])


def test_a_prompt_draws_what_the_window_would_and_says_so_in_files(scan, tmp_path, capsys):
    assert predict(scan, tmp_path / "out", "--rater", "consensus-style", "--prompt", "tighter, mauve") == 0
    summary = json.loads((tmp_path / "out" / "predict.json").read_text())
    assert summary["prompt"]["understood"] == "tighter" and summary["prompt"]["not_understood"] == ["mauve"]
    assert summary["prompt"]["reached"]["size"] == pytest.approx(-1.0, abs=0.4)
    assert "'mauve' in the prompt was not understood" in capsys.readouterr().out
    names = ("described", "consensus_style")
    drawn, style = (np.asarray(nib.load(tmp_path / "out" / f"{name}.nii.gz").dataobj) for name in names)
    assert 0.5 < drawn.sum() / style.sum() < 0.95
    origin = json.loads((tmp_path / "out" / "described.json").read_text())
    assert "described: tighter" in json.dumps(origin) and "mauve" not in json.dumps(origin)

    case = api.open(scan, model="phantom", device="cpu")
    told = case.describe("lesion", "tighter, mauve")
    assert told == summary["prompt"]
    assert np.array_equal(case.draft("lesion").array.T, drawn.astype(bool))
    case.export(tmp_path / "mine", "rtstruct")
    assert b"described: tighter" in (tmp_path / "mine" / "rtstruct.dcm").read_bytes()
    case.undo()
    assert np.array_equal(case.draft("lesion").array.T, style.astype(bool))


@pytest.mark.parametrize("text", ["", "mauve", "please"])
def test_a_prompt_that_asks_for_nothing_is_refused_before_anything_is_drawn(scan, tmp_path, capsys, text):
    assert predict(scan, tmp_path / "out", "--prompt", text) == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1 and "asks for nothing" in told.err and ("mauve" in told.err) == (text == "mauve")
    assert not (tmp_path / "out").exists()
    with pytest.raises(api.UserError, match="asks for nothing"):
        api.open(scan, model="phantom", device="cpu").describe("lesion", text)
