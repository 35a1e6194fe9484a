"""``predict --click`` and ``--box``: candidates for what is meant, said in provenance, or one sentence why not."""

from __future__ import annotations

import json

import nibabel as nib
import numpy as np
import pytest
import torch

from proseg_gui import api
from proseg_gui.bundle import Card, save_bundle
from proseg_gui.cli import main
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.networks.registry import METHODS, build
from proseg_gui.volume import Geometry

KIND = next(name for name, method in METHODS.items() if method.capabilities.clicks)


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    path = tmp_path_factory.mktemp("click") / "scan.nii.gz"
    rng = np.random.default_rng(0)
    write_nifti(rng.normal(size=(3, 20, 24)).astype(np.float32), Geometry.plain((3, 20, 24), (4.0, 2.0, 2.0)), path)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """An untrained one, which follows clicks as it likes."""
    torch.manual_seed(1)
    method = build(KIND, {"n_raters": 2, "widths": (4, 8), "features": 4, "hidden": 4}).eval()
    card = Card(KIND, "tiny", "1", method.architecture(), ("a", "b"), ("lesion",), ("image",), "unknown", (2.0, 2.0),
                {"kind": "percentile", "low": 1.0, "high": 99.0}, {"kind": "whole"})  # fmt: skip
    path = tmp_path_factory.mktemp("model") / "tiny"
    save_bundle(path, card, method)
    return path


def predict(scan, model, out, *options):
    return main(["predict", str(scan), "--model", str(model), "--out", str(out), "--device", "cpu", *options])


def test_clicks_draw_candidates_with_shares_and_say_so_in_files(scan, model, tmp_path):
    out = tmp_path / "out"
    options = ("--click", "10,12,4", "--click", "30,8,4,out", "--box", "4,4,4,20,20,4")
    assert predict(scan, model, out, *options) == 0
    summary = json.loads((out / "predict.json").read_text())
    told = summary["clicks"]
    assert told["places"] == [{"place": [10, 12, 4], "inside": True}, {"place": [30, 8, 4], "inside": False}]
    assert told["box"] == [[4, 4, 4], [20, 20, 4]] and told["slice"] == 1 and told["structure"] == "lesion"
    shares = [row["share"] for row in told["candidates"]]
    assert 1 <= len(shares) <= 6 and sum(shares) == pytest.approx(1, abs=1e-3) and shares == sorted(shares)[::-1]
    origin = json.loads((out / "candidate_1.json").read_text())
    assert f"candidate 1 ({shares[0]:.0%}), by 1 click in and 1 click out and a box" in json.dumps(origin)
    drawn = np.asarray(nib.load(out / "clicked.nii.gz").dataobj).astype(bool)
    case = api.open(scan, model=model, device="cpu")
    case.set_point("lesion", summary["latents"]["clicked"])
    assert np.array_equal(case.draft("lesion").array.T, drawn)
    found = case.click("lesion", [(10, 12, 4)], [(30, 8, 4)], ((4, 4, 4), (20, 20, 4)))
    assert [round(share, 4) for _, share in found] == shares and case.draft("lesion").array.T.tolist() == drawn.tolist()
    case.accept("lesion")
    case.export(tmp_path / "mine", "nifti")
    told = "".join(path.read_text() for path in (tmp_path / "mine").rglob("*.json"))
    assert "clicked, by 1 click in and 1 click out and a box" in told
    with pytest.raises(api.UserError, match="nothing was pointed at"):
        case.click("lesion")


@pytest.mark.parametrize(("option", "text", "said"), [
    ("--click", "1,2", "not three numbers"), ("--click", "1,2,nan", "not three numbers"),
    ("--click", "-1,-2,up", "not three numbers"), ("--box", "1,2,3", "not six numbers"),
    ("--click", "10,12,400", "outside of what the model looks at"),
])  # fmt: skip
def test_what_is_no_place_is_refused_in_a_sentence(scan, model, tmp_path, capsys, option, text, said):
    assert predict(scan, model, tmp_path / "out", option, text) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and said in told and not (tmp_path / "out").exists()


def test_a_model_that_takes_no_clicks_says_so(scan, tmp_path, capsys):
    assert predict(scan, "phantom", tmp_path / "out", "--click", "10,12,4") == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "takes no clicks" in told
