"""A survey looks where the draws say something; what it says is what looking everywhere would."""

import numpy as np
import pytest
import torch

from proseg_gui.bundle import load_bundle
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.grid import plan_grid
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import point_from
from proseg_gui.inference.region import LEFT_OUT, NEGLIGIBLE, uncertain_part, whole_part
from proseg_gui.inference.survey import CaseSurvey, survey_of
from proseg_gui.inference.uncertainty import PARTS
from proseg_gui.networks.registry import METHODS
from proseg_gui.phantom import demo_study
from proseg_gui.volume import Geometry


@pytest.mark.parametrize(
    ("spacing", "model", "view"),
    [
        ((1.0, 1.0), (1.0, 1.0), {"kind": "whole"}),
        ((0.7, 0.7), (2.0, 1.7), {"kind": "whole"}),
        ((2.0, 1.5), (1.0, 1.5), {"kind": "whole"}),
        ((1.0, 1.0), (1.3, 1.3), {"kind": "box", "size_mm": [20.0, 26.0]}),
    ],
)
def test_a_part_of_the_grid_has_the_images_own_values(spacing, model, view):
    grid = plan_grid(Geometry.plain((3, 41, 53), (2.0, *spacing)), model, view)
    logits = torch.randn(2, *grid.model_shape, generator=torch.Generator().manual_seed(1))
    whole = grid.to_image(logits)
    height, width = grid.model_shape
    for rows, columns in (
        (slice(0, height), slice(0, width)),
        (slice(height // 3, height - 2), slice(1, width // 2)),
        (slice(2, 3), slice(0, 1)),
    ):
        part = grid.part(rows, columns)
        found = part.to_image(logits[:, rows, columns])
        assert found.shape[1:] == part.image_shape
        torch.testing.assert_close(found, whole[:, part.image_rows, part.image_columns], atol=1e-5, rtol=1e-5)
    everything = grid.part(slice(0, height), slice(0, width))
    assert everything.image_shape == grid.size  # nothing of the field of view is left out


@pytest.fixture(scope="module")
def demo():
    bundle = load_bundle("phantom")
    engine = Engine(bundle, demo_study(), device="cpu")
    return engine, default_plan(bundle)


@pytest.mark.parametrize("k", [18, 24])
@pytest.mark.parametrize("form", ["variance", "entropy"])
def test_a_slice_is_surveyed_as_if_everywhere(demo, k, form):
    engine, plan = demo
    points = plan.points(engine.method)
    quick = survey_of(engine, k, plan, points, None, form)
    full = survey_of(engine, k, plan, points, None, form, everywhere=True)
    rows, columns = quick.where
    assert (rows.stop - rows.start) * (columns.stop - columns.start) < 0.3 * full.maps["total"][0].size
    np.testing.assert_array_equal(quick.sample_areas, full.sample_areas)
    np.testing.assert_array_equal(quick.rater_areas, full.rater_areas)
    total = full.sums["total"].sum()
    for part in PARTS:
        assert abs(quick.sums[part] - full.sums[part]).sum() <= (2 if form == "variance" else 10) * LEFT_OUT * total
        inside = np.s_[:, rows, columns]
        np.testing.assert_allclose(quick.maps[part][inside], full.maps[part][inside], atol=5e-6)
        outside = full.maps[part].copy()
        outside[inside] = 0.0
        assert np.abs(outside).max() < (0.01 if form == "variance" else 0.06)
    np.testing.assert_allclose(quick.agreement, full.agreement, atol=1e-6)
    np.testing.assert_array_equal(quick.thin > 0.5, full.thin > 0.5)
    assert quick.nbytes < 0.3 * full.nbytes


def test_a_slice_without_the_structure_costs_and_keeps_nothing(demo):
    engine, plan = demo
    points = plan.points(engine.method)
    empty = next(k for k in range(engine.n_slices) if uncertain_part(engine, k, points) is None)
    quick = survey_of(engine, empty, plan, points, None, "variance")
    full = survey_of(engine, empty, plan, points, None, "variance", everywhere=True)
    assert quick.nbytes == 0 and quick.maps["total"].shape == full.maps["total"].shape
    assert full.sums["total"].sum() <= 2 * NEGLIGIBLE and full.sample_areas.sum() <= 1  # of 48 draws together


def test_the_shares_of_a_case_are_those_of_looking_everywhere(demo, monkeypatch):
    engine, plan = demo
    quick, full = CaseSurvey(engine, plan), CaseSurvey(engine, plan)
    slices = range(14, 34, 6)
    for k in slices:
        quick.slice(k)
    monkeypatch.setattr("proseg_gui.inference.survey.uncertain_part", lambda engine, *_rest: whole_part(engine))
    for k in slices:
        full.slice(k)
    shares, wanted = quick.shares(), full.shares()
    assert shares.keys() == wanted.keys() and shares
    for part, value in wanted.items():
        assert shares[part] == pytest.approx(value, abs=2 * LEFT_OUT)
    np.testing.assert_allclose(quick.volumes_ml(engine.geometry), full.volumes_ml(engine.geometry))


def test_a_structure_that_fills_the_slice_is_all_inside(make):
    engine = Engine(make.random_bundle(), make.noise(), device="cpu")
    plan = default_plan(engine.bundle)
    part = uncertain_part(engine, 2, plan.points(engine.method))
    assert part is not None and part.image_shape == engine.geometry.shape[1:]


def test_nothing_that_is_drawn_lies_outside(make):
    engine = Engine(make.bright_bundle(), make.ball(shape=(3, 90, 200), radius=6.0), device="cpu")
    point = point_from(engine.method.consensus_style())
    for k in range(3):
        inside = engine.probability(k, point)[0] > 0.5
        part = uncertain_part(engine, k, [point])
        assert inside.any() and part is not None
        outside = inside.copy()
        outside[part.image] = False
        assert not outside.any()


@pytest.mark.parametrize("kind", METHODS)
def test_every_method_is_decoded_in_a_box_as_everywhere(make, monkeypatch, kind):
    """All of them decode pixel by pixel, so the box serves all of them, and several structures at once."""
    torch.manual_seed(2)
    method = METHODS[kind](3, 2, widths=(4, 8), features=4, hidden=4)
    engine = Engine(make.bundle(method, kind=kind, structures=("one", "two")), make.noise(), device="cpu")
    plan, box = default_plan(engine.bundle), (slice(7, 30), slice(4, 41))
    points = plan.points(engine.method)
    full = survey_of(engine, 2, plan, points, everywhere=True)
    monkeypatch.setattr("proseg_gui.inference.survey.uncertain_part", lambda engine, *_rest: engine.grid.part(*box))
    boxed = survey_of(engine, 2, plan, points)
    assert boxed.where == box
    for part in PARTS:
        np.testing.assert_allclose(boxed.kept[part], full.maps[part][:, box[0], box[1]], atol=1e-5)
    np.testing.assert_allclose(boxed.kept["agreement"], full.agreement[:, box[0], box[1]], atol=1e-6)
