"""A coarse pass finds where the structure can be; what is passed over is small, and is looked at when asked."""

import numpy as np
import pytest

from proseg_gui.bundle import load_bundle
from proseg_gui.inference.coarse import COARSE_MM, LEFT_OUT, between, coarse_slices, gaps_to_pass, nearest_first
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import point_from
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.phantom import demo_study
from proseg_gui.volume import Geometry


@pytest.mark.parametrize(("n", "mm"), [(300, 1.0), (48, 2.5), (40, 5.0), (25, 7.0), (13, 0.5), (11, 1.0), (1, 1.0)])
def test_coarse_slices_leave_no_room(n, mm):
    found = coarse_slices(Geometry.plain((n, 4, 4), (mm, 1.0, 1.0)))
    assert found[0] == 0 and found[-1] == n - 1 and list(found) == sorted(set(found))
    steps = np.diff(found)
    assert all(step == 1 or step * mm <= COARSE_MM + 1e-6 for step in steps)
    assert len(found) == n or len(found) <= n * mm / COARSE_MM * 2 + 2


def test_slices_come_nearest_to_the_view_first():
    view = [5]
    order = nearest_first(range(10), lambda: view[0])
    assert [next(order) for _ in range(3)] == [5, 4, 6]
    view[0] = 0
    assert [next(order) for _ in range(3)] == [0, 1, 2]
    assert sorted(order) == [3, 7, 8, 9]


@pytest.fixture(scope="module")
def bundle():
    return load_bundle("phantom")


@pytest.fixture(scope="module")
def thin():
    """The demo's scan with slices 1.25 mm apart, so that there is something to pass over."""
    from dataclasses import replace

    demo = demo_study()
    array = np.repeat(demo.image.array[3:48:4, ::2, ::2], 4, 0)
    geometry = Geometry.plain(array.shape, (1.25, 3.0, 3.0))
    volume = replace(demo.image, array=array, geometry=geometry, dicom=None)
    return replace(demo, channels={"CT": volume}, readings=())


@pytest.fixture(scope="module")
def both(bundle, thin):
    """The case surveyed coarse to fine, and exhaustively."""
    from proseg_gui.jobs import CancelToken, no_progress
    from proseg_gui.review.sweep import sweep

    found = []
    for exhaustive in (False, True):
        engine = Engine(bundle, thin, device="cpu")
        survey = CaseSurvey(engine, default_plan(bundle))
        sweep(engine, survey, lambda: 24, CancelToken(), no_progress, lambda _k: None, lambda: None,
              exhaustive=exhaustive)  # fmt: skip
        found.append((engine, survey))
    return found


def test_what_is_passed_over_is_bounded(both):
    (_, quick), (_, full) = both
    assert quick.complete and full.complete and not full.passed
    assert 10 < len(quick.passed) < 50
    total, wanted = quick.slice_uncertainty().sum(), full.slice_uncertainty().sum()
    assert total == pytest.approx(wanted, rel=LEFT_OUT)
    assert full.slice_uncertainty()[sorted(quick.passed)].sum() <= 2 * LEFT_OUT * wanted
    for part, share in full.shares().items():
        assert quick.shares()[part] == pytest.approx(share, abs=LEFT_OUT)
    geometry = quick._engine.geometry
    np.testing.assert_allclose(quick.rater_volumes_ml(geometry), full.rater_volumes_ml(geometry), rtol=0.005)
    assert quick.volumes_ml(geometry).mean() == pytest.approx(full.volumes_ml(geometry).mean(), rel=LEFT_OUT)


def test_masks_of_the_raters_miss_nothing(both, bundle):
    (quick, survey), (full, _) = both
    assert len(survey.passed) > 10
    for rater in range(2):
        point = point_from(bundle.method.rater_coords(rater))
        exact = full.mask(point).array
        assert exact.any()
        np.testing.assert_array_equal(quick.mask(point, everywhere=False).array, exact)
    assert not any(k in quick._cache for k in survey.passed)  # nothing was encoded for it


def test_a_slice_that_was_passed_over_is_measured_when_looked_at(both):
    (engine, quick), (_, full) = both
    k = max(quick.passed)
    before = len(quick.measured)
    quick.slice(k)
    assert k not in quick.passed and len(quick.measured) == before + 1 and quick.complete
    assert quick.totals(k) == pytest.approx(full.totals(k))
    assert engine.is_encoded(k)


def test_a_structure_in_a_gap_is_passed_over_only_where_the_bound_says(make):
    """Gaps beside anything drawn are never passed over."""
    engine = Engine(
        make.bright_bundle(), make.ball(shape=(40, 30, 30), spacing=(1.0, 1.0, 1.0), radius=8.0), device="cpu"
    )
    survey = CaseSurvey(engine, default_plan(engine.bundle))
    for k in coarse_slices(engine.geometry):
        survey.slice(k)
    drawn = {k for k in survey.measured if survey.shows(k, 0.05)}
    passed = set(between(gaps_to_pass(survey)))
    assert drawn and not any({k - 1, k + 1} & passed for k in drawn)


def test_a_mask_at_an_extreme_point_reaches_into_what_was_passed_over(make):
    engine = Engine(make.bright_bundle(), make.ball(shape=(30, 30, 30), spacing=(1.0, 1.0, 1.0), radius=8.0),
                    device="cpu", cache_bytes=1)  # fmt: skip
    point = point_from(engine.method.consensus_style())
    middle = engine.mask(point).array
    shown = np.flatnonzero(middle.any((1, 2)))
    for k in range(shown[2], shown[-2]):
        engine.patches._patches.pop(k)
        engine.patches.pass_over(k)  # as if a coarse pass had seen the ends only
    found = engine.mask(point, everywhere=False).array
    np.testing.assert_array_equal(found, middle)


def test_a_patch_draws_what_the_slice_draws(make, bundle, thin):
    small = Engine(bundle, thin, device="cpu", cache_bytes=1)
    large = Engine(bundle, thin, device="cpu")
    for k in range(12, 34, 3):
        small.encode(k)
    point = point_from(bundle.method.rater_coords(1))
    used = 0
    for k in range(12, 34, 3):
        patch = small.patches.exactly(k)
        inside = None if patch is None else small._inside_patch(patch, point, 0, None)
        if inside is not None:
            used += 1
            np.testing.assert_array_equal(inside, large.probability(k, point)[0] > 0.5)
    assert used >= 3
