"""Agreement levels from the command line's side: chosen levels, and the share of raters as a fractional SEG."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pydicom
import pytest
import torch

from proseg_gui.catalogue import METHODS
from proseg_gui.errors import UserError
from proseg_gui.inference.drawings import Request, consensus_points, list_drawings, rater_points
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.predict import predict_case
from proseg_gui.io.contours.seg_read import read_seg, read_segments
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.nifti_write import origin_beside
from proseg_gui.io.images.shares import read_share
from proseg_gui.io.open import open_study
from proseg_gui.networks.registry import METHODS as NETWORKS
from proseg_gui.volume import Geometry, Study

SIZES = {"widths": (4, 4), "features": 8, "hidden": 8}


def kinds():
    """Every method that has levels, and every choice by which one has them."""
    for entry in METHODS:
        for values in product(*(option.names for option in entry.options)):
            chosen = {option.name: value for option, value in zip(entry.options, values, strict=True)}
            if NETWORKS[entry.name](3, **chosen, **SIZES).capabilities.levels:
                yield pytest.param((entry.name, chosen), id="-".join((entry.name, *values)))


@pytest.fixture(params=kinds())
def levels(make, request):
    torch.manual_seed(5)
    name, chosen = request.param
    method = NETWORKS[name](3, **chosen, **SIZES)
    with torch.no_grad():  # logits of an untrained head hardly leave 0
        for layer in [module for module in method.modules() if isinstance(module, torch.nn.Conv2d)][-1:]:
            layer.weight *= 12.0
            layer.bias[:1] = 1.5
    return make.bundle(method, kind=method.kind)


@pytest.fixture
def slanted(make, tmp_path):
    """The noise study as a DICOM series on a grid that is turned about z."""
    study = make.noise(shape=(3, 21, 26))
    c, s = np.cos(0.3), np.sin(0.3)
    turned = Geometry(study.geometry.shape, [-20.0, 7.5, 3.25], (2.5, 1.0, 1.0), [[c, -s, 0], [s, c, 0], [0, 0, 1]])
    write_series(replace(study.image, geometry=turned, modality="CT"), tmp_path / "ct")
    return Study("ct", {"c0": open_study(tmp_path / "ct").image}, ())


def test_levels_that_are_asked_for_and_their_mean(levels):
    drawn = list_drawings(levels, Request(("consensus",), levels=("3", "1", "3")))
    assert [d.name for d in drawn] == ["consensus", "level_1_of_3", "level_3_of_3"]
    assert [d.rater for d in drawn] == ["consensus", "at least 1 of 3", "all 3"]
    assert drawn[0].mean == "all 3 agreement levels" and drawn[0].point is None
    assert [d.point["tau"] for d in drawn[1:]] == [(1.0,), (3.0,)] and not any(drawn[1].point["eps"])
    everything = list_drawings(levels, Request(levels=("all",)))
    assert [d.name for d in everything] == [f"level_{c}_of_3" for c in (1, 2, 3)]
    assert consensus_points(levels) == tuple(d.point for d in everything)


def test_what_is_no_level_is_refused_in_a_sentence(levels, bundle):
    for text in ("0", "4", "two", "1.5", "-1"):
        with pytest.raises(UserError, match=r"no agreement level .*Levels are 1 to 3"):
            list_drawings(levels, Request(levels=(text,)))
    with pytest.raises(UserError, match="has no agreement levels"):
        list_drawings(bundle, Request(levels=("1",)))
    assert consensus_points(bundle) == rater_points(bundle)


def test_an_earlier_runs_request_reads_as_before_there_were_levels():
    assert "levels" not in Request(("all",)).as_dict()
    assert Request(levels=("2",)).as_dict()["levels"] == ["2"] and Request(levels=("2",)).raters == ()


def test_levels_are_nested_and_the_share_of_raters_comes_back_within_half_a_step(levels, slanted, tmp_path):
    out, image = tmp_path / "out", slanted.image
    predict_case(levels, slanted, out, Request(("consensus",), fmt="seg", levels=("all",)), device="cpu")
    masks = {mask.name: mask.array for mask in read_seg(out / "seg.dcm", image)}
    assert list(masks) == ["consensus", "level_1_of_3", "level_2_of_3", "level_3_of_3"]
    nested = [masks[f"level_{c}_of_3"] for c in (1, 2, 3)]
    assert all((outer | ~inner).all() for outer, inner in pairwise(nested))
    assert nested[0].sum() > nested[2].sum() > 0

    engine = Engine(levels, slanted, device="cpu")
    by_level = np.array([list(engine.probabilities(k, consensus_points(levels))) for k in range(3)])[:, :, 0]
    assert all(np.array_equal(nested[c], by_level[:, c] > 0.5) for c in range(3))
    share = by_level.mean(1)
    (soft,) = read_segments(out / "seg_probability.dcm", image)
    assert np.abs(soft.values - share).max() <= 0.5 / 255 + 1e-6
    assert np.array_equal(masks["consensus"], share > 0.5)
    np.testing.assert_allclose(np.rint(soft.values * 255) / 255, soft.values, atol=1e-7)

    ds = pydicom.dcmread(out / "seg_probability.dcm")
    assert (ds.SegmentationType, ds.SegmentationFractionalType) == ("FRACTIONAL", "PROBABILITY")
    assert ds.MaximumFractionalValue == 255 and ds.FrameOfReferenceUID == image.dicom.frame_of_reference_uid
    orientation = ds.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0].ImageOrientationPatient
    np.testing.assert_allclose(
        [*image.geometry.direction[:, 0], *image.geometry.direction[:, 1]], orientation, atol=1e-6
    )
    for group in ds.PerFrameFunctionalGroupsSequence:
        place = np.array(group.PlanePositionSequence[0].ImagePositionPatient, float)
        assert np.abs(image.geometry.slice_origins() - place).sum(1).min() < 1e-5
    told = ds.SegmentSequence[0].SegmentDescription + ds.ContributingEquipmentSequence[0].ContributionDescription
    assert "mean over all 3 agreement levels" in told and levels.card.sha256 in told


def test_the_share_as_nifti_says_where_it_is_from(levels, make, tmp_path):
    study = make.noise(shape=(2, 12, 9))
    predict_case(levels, study, tmp_path / "out", Request(("consensus",)), device="cpu")
    path = tmp_path / "out" / "consensus_probability.nii.gz"
    values, remark = read_share(path, study.geometry)
    assert remark == "" and 0.0 < values.mean() < 1.0
    assert origin_beside(path, values).sample == "mean over all 3 agreement levels"
    assert origin_beside(path, values).edits == "none"
    assert "changed" in origin_beside(path, values / 2).edits
