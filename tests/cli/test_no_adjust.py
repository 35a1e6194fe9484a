"""A model that adjusts for the scanner: by default, not with --no-adjust, and every file says which."""

from __future__ import annotations

import json

import nibabel as nib
import numpy as np
import pytest
import torch

from proseg_gui.bundle import Card, load_bundle, save_bundle
from proseg_gui.cli import main
from proseg_gui.inference.engine import Engine
from proseg_gui.io.base.provenance import ADJUSTED, UNADJUSTED
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import open_study
from proseg_gui.networks.registry import METHODS
from proseg_gui.volume import Geometry

ADJUSTING = next(kind for kind, method in METHODS.items() if method.capabilities.adjusts)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two models, of which one adjusts, and a data set of two cases."""
    root = tmp_path_factory.mktemp("adjust")
    for kind in ("proseg", ADJUSTING):
        torch.manual_seed(3)
        method = METHODS[kind](2, widths=(4, 4), features=4, hidden=4, modes=2, tau_dims=4)
        with torch.no_grad():
            method.third.weight.mul_(6.0)
            if kind == ADJUSTING:
                method.centres.mul_(3.0)
        card = Card(
            kind, kind, "1.0", method.architecture(), ("ann", "bob"), ("lesion",), ("image",), "", (1.0, 1.0),
            {"kind": "percentile", "low": 1, "high": 99}, {"kind": "whole"},
        )  # fmt: skip
        save_bundle(root / kind, card, method)
    rng = np.random.default_rng(0)
    geometry = Geometry.plain((2, 20, 24), (2.0, 1.0, 1.0))
    for case in ("a", "b"):
        array = np.kron(rng.normal(0, 60, (2, 4, 4)), np.ones((1, 5, 6))) + rng.normal(0, 5, (2, 20, 24))
        write_nifti(array.astype(np.float32), geometry, root / "data" / case / "image.nii.gz")
        for rater in ("ann", "bob"):
            write_nifti(rng.random((2, 20, 24)) < 0.4, geometry, root / "data" / case / "masks" / f"{rater}.nii.gz")
    return root


def predict(place, out, *more, kind=ADJUSTING):
    words = ["predict", str(place / "data" / "a"), "--model", str(place / kind), "--out", str(out), "--device", "cpu"]
    return main([*words, "--rater", "ann", *more])


def test_predict_draws_adjusted_unless_told_otherwise_and_files_say_so(place, tmp_path):
    bundle, study = load_bundle(place / ADJUSTING), open_study(place / "data" / "a" / "image.nii.gz")
    found = {}
    for name, words, adjusted in (("on", (), True), ("off", ("--no-adjust",), False)):
        assert predict(place, tmp_path / name, *words) == 0
        written = np.asarray(nib.load(tmp_path / name / "rater_ann.nii.gz").dataobj).transpose(2, 1, 0)
        engine = Engine(bundle, study, device="cpu", adjusted=adjusted)
        point = {k: tuple(v.tolist()) for k, v in bundle.method.rater_coords(0).items()}
        assert np.array_equal(written.astype(bool), engine.mask(point).array)
        found[name] = written
        said = ADJUSTED if adjusted else UNADJUSTED
        assert json.loads((tmp_path / name / "predict.json").read_text())["scanner"] == said
        assert json.loads((tmp_path / name / "rater_ann.json").read_text())["provenance"]["scanner"] == said
    assert not np.array_equal(found["on"], found["off"])


def test_a_model_that_does_not_adjust_has_nothing_to_leave_out(place, tmp_path, capsys):
    assert predict(place, tmp_path / "out", "--no-adjust", kind="proseg") == 2
    assert "does not adjust for the scanner" in capsys.readouterr().err and not (tmp_path / "out").exists()
    assert predict(place, tmp_path / "out", kind="proseg") == 0
    assert "scanner" not in json.loads((tmp_path / "out" / "predict.json").read_text())


def test_going_on_with_the_other_way_is_another_request(place, tmp_path, capsys):
    words = ["predict", str(place / "data"), "--model", str(place / ADJUSTING), "--device", "cpu", "--rater", "ann",
             "--out", str(tmp_path / "out")]  # fmt: skip
    assert main(words) == 0 and main(words) == 0
    assert main([*words, "--no-adjust"]) == 2
    assert "something else than this request's results" in capsys.readouterr().err


def test_evaluate_judges_both_ways(place, tmp_path, capsys):
    figures = {}
    for name, words in (("on", ()), ("off", ("--no-adjust",))):
        path = tmp_path / f"{name}.json"
        assert main(["evaluate", str(place / "data"), "--model", str(place / ADJUSTING), "--samples", "4", "--json",
                     str(path), "--device", "cpu", *words]) == 0  # fmt: skip
        figures[name] = json.loads(path.read_text())
        assert figures[name]["scanner"] in capsys.readouterr().out
    assert (figures["on"]["scanner"], figures["off"]["scanner"]) == (ADJUSTED, UNADJUSTED)
    assert figures["on"]["dice_identity"] != figures["off"]["dice_identity"]
    assert main(["evaluate", str(place / "data"), "--model", str(place / "proseg"), "--no-adjust"]) == 2
    assert main(["evaluate", str(place / "data"), "--model", str(place / ADJUSTING), "--no-adjust", "--into-card"]) == 2
