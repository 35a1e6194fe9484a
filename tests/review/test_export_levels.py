"""The window's export of agreement levels: the chosen ones, and the share of raters."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from proseg_gui.bundle import Bundle, Card
from proseg_gui.inference.drawings import consensus_points
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.io.contours.seg_read import read_seg, read_segments
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.images.masks import read_mask
from proseg_gui.io.images.nifti_write import origin_beside
from proseg_gui.io.images.shares import read_share
from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.networks.rater_heads import RaterHeads
from proseg_gui.networks.registry import METHODS as NETWORKS
from proseg_gui.review.export_request import ExportRequest, problem
from proseg_gui.review.exports import export, levels_of, maps_of, targets
from proseg_gui.review.state import Outgoing
from proseg_gui.volume import Geometry, Study, Volume

RATERS = ("ann", "ben", "cy")


@pytest.fixture
def review():
    """A scan through an untrained model of three levels."""
    torch.manual_seed(1)
    kind = next(network for network in NETWORKS.values() if network.capabilities.levels)
    method = kind(3, widths=(4, 4), features=8, hidden=8)
    with torch.no_grad():
        last = [module for module in method.modules() if isinstance(module, torch.nn.Conv2d)][-1]
        last.weight *= 12.0
        last.bias[0] = 1.5
    card = Card(
        kind=method.kind, name="levels", version="1", architecture=method.architecture(), raters=RATERS,
        structures=("lesion",), channels=("c0",), modality="CT", spacing_mm=(1.0, 1.0),
        window={"kind": "fixed", "low": -100.0, "high": 100.0}, field_of_view={"kind": "whole"}, sha256="1" * 64,
    )  # fmt: skip
    bundle = Bundle(card, method.eval().requires_grad_(False), Path("levels"))
    geometry = Geometry((3, 14, 11), np.array([5.0, -3.0, 2.0]), (2.5, 1.0, 1.0), np.eye(3))
    values = np.random.default_rng(0).normal(0, 60, geometry.shape).astype(np.float32)
    study = Study("scan", {"c0": Volume(values, geometry, "HU", "CT")}, ())
    return SimpleNamespace(bundle=bundle, study=study, engine=Engine(bundle, study, device="cpu"),
                           survey=SimpleNamespace(plan=default_plan(bundle)))  # fmt: skip


def exported(review, folder, what, levels, fmt):
    request = ExportRequest(frozenset(what), (), 0, (), fmt, folder, "lesion", "", levels=levels)
    assert problem(request) == ""
    active = Outgoing("lesion", 0, {}, SimpleNamespace(text=""), None, None, None, colour="#ffd166")
    series = review.study.image.dicom is None
    expected = targets(request, RATERS, with_series=series, with_latents=False)
    files, _ = export(review.study, review, request, [], active, {}, CancelToken(), no_progress)
    assert files == expected
    return files


def test_levels_have_words_where_the_model_has_them(review):
    assert levels_of(review) == ("at least 1 of 3", "at least 2 of 3", "all 3") and levels_of(None) == ()
    heads = SimpleNamespace(engine=SimpleNamespace(method=RaterHeads(3, widths=(4, 4)), raters=RATERS))
    assert levels_of(heads) == ()
    assert maps_of(review) == ("total", "inter", "residual") and maps_of(None) == ()
    nothing = ExportRequest(frozenset({"levels"}), (), 0, (), "nifti", Path("/x"), "lesion", "")
    assert problem(nothing) == "Choose at least one agreement level."


def test_a_chosen_level_and_the_share_as_nifti(review, tmp_path):
    files = exported(review, tmp_path / "out", {"levels", "consensus"}, (2, 3), "nifti")
    assert [f.name for f in files] == [
        "consensus.nii.gz", "consensus_probability.nii.gz", "level_2_of_3.nii.gz", "level_3_of_3.nii.gz",
    ]  # fmt: skip
    by_level = np.array([list(review.engine.probabilities(k, consensus_points(review.bundle))) for k in range(3)])
    by_level, geometry = by_level[:, :, 0], review.study.geometry
    for level in (2, 3):
        path = tmp_path / "out" / f"level_{level}_of_3.nii.gz"
        mask = read_mask(path, geometry)
        assert np.array_equal(mask.array, by_level[:, level - 1] > 0.5) and mask.array.any()
        assert origin_beside(path, mask).rater == ("at least 2 of 3" if level == 2 else "all 3")
    share, _ = read_share(tmp_path / "out" / "consensus_probability.nii.gz", geometry)
    np.testing.assert_allclose(share, by_level.mean(1), atol=1e-6)


def test_levels_and_the_share_as_dicom_seg(review, tmp_path):
    exported(review, tmp_path / "out", {"levels", "consensus"}, (1, 3), "seg")
    series, _ = read_series(scan_folder(tmp_path / "out" / "seg_image").series[0])
    masks = {mask.name: mask.array for mask in read_seg(tmp_path / "out" / "seg.dcm", series)}
    assert list(masks) == ["lesion consensus", "lesion level 1 of 3", "lesion level 3 of 3"]
    assert (masks["lesion level 1 of 3"] | ~masks["lesion level 3 of 3"]).all()
    by_level = [list(review.engine.probabilities(k, consensus_points(review.bundle))) for k in range(3)]
    (soft,) = read_segments(tmp_path / "out" / "seg_probability.dcm", series)
    assert np.abs(soft.values - np.array(by_level)[:, :, 0].mean(1)).max() <= 0.5 / 255 + 1e-6
