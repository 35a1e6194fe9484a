"""Regions of doubt, against what a plain loop over voxels says."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.inference.doubted import DoubtedPixels, doubted_pixels
from proseg_gui.inference.plan import SurveyPlan
from proseg_gui.inference.uncertainty import PARTS, StreamingMoments, without_chance
from proseg_gui.review.regions import find_regions
from proseg_gui.volume import Geometry

SHAPE = (8, 24, 20)
RATERS = ("anna", "ben", "cleo")
PLAN = SurveyPlan(3, 2, 2)
GEOMETRY = Geometry(SHAPE, np.array([-10.0, -12.0, 5.0]), (3.0, 1.5, 1.0), np.eye(3))
VOXEL_ML = 3.0 * 1.5 * 1.0 / 1000


class Case:
    """A fake survey: all draws of every voxel, and a rater's own contour where most of the rater's draws have it."""

    def __init__(self, probability: np.ndarray) -> None:
        self.p = probability  # (12, z, y, x)
        moments = StreamingMoments(PLAN.raters, PLAN.tau_draws, PLAN.eps_draws)
        for p in probability:
            moments.add(p)
        self.maps = moments.maps()
        self.raters = probability.reshape(3, 4, *SHAPE).mean(1) > 0.5

    def doubted(self, slices=range(SHAPE[0]), floor: float = 0.0, corner: tuple[int, int] = (2, 3), most: int = 10**6):
        rows, columns = slice(corner[0], None), slice(corner[1], None)
        bits = np.packbits(self.p > 0.5, axis=0)
        return {
            k: doubted_pixels(
                np.stack([self.maps[part][k, rows, columns] for part in PARTS]), bits[:, k, rows, columns],
                self.raters[:, k, rows, columns], corner, floor, most,
            )
            for k in slices
        }  # fmt: skip


@pytest.fixture
def two_places() -> Case:
    """A large place that anna and cleo include, and a small one that only ben includes, and one below the floor."""
    rng = np.random.default_rng(1)
    p = np.zeros((12, *SHAPE))
    p[:4, 1:4, 4:9, 5:10] = p[8:, 1:4, 4:9, 5:10] = 0.9
    p[:, 1:4, 4:9, 5:10] += rng.uniform(0, 0.05, (12, 3, 5, 5))
    p[4:8, 5:7, 15:18, 14:16] = 0.8
    p[0, 0, 20, 18] = 0.7
    return Case(p)


def test_regions_hold_what_touches_by_doubted_volume(two_places) -> None:
    large, small = find_regions(two_places.doubted(), GEOMETRY, PLAN, RATERS)
    total = two_places.maps["total"]
    for region, box in ((large, np.s_[1:4, 4:9, 5:10]), (small, np.s_[5:7, 15:18, 14:16])):
        assert region.ml == pytest.approx(total[box].sum() * VOXEL_ML, rel=2e-3)
        inside = np.zeros(SHAPE, bool)
        inside[box] = True
        assert sorted(map(tuple, region.voxels.tolist())) == sorted(map(tuple, np.argwhere(inside).tolist()))
        volumes = [(draw[box] > 0.5).sum() * VOXEL_ML for draw in two_places.p]
        np.testing.assert_allclose(region.volumes_ml(), volumes)
        sums = {part: two_places.maps[part][box].sum() for part in PARTS}
        parts = without_chance(sums, 3, 2, 2, least=0.0)
        for part in PARTS[1:]:
            assert region.causes[part] == pytest.approx(float(parts[part] / parts["total"]), abs=3e-3)
    assert (large.slices, small.slices) == ((1, 3), (5, 6))
    assert large.raters == pytest.approx({"anna": 1, "ben": 0, "cleo": 1}) and small.raters == {
        "anna": 0, "ben": pytest.approx(1), "cleo": 0}  # fmt: skip


def test_a_sentence_says_where_how_much_who_and_why(two_places) -> None:
    large, small = find_regions(two_places.doubted(), GEOMETRY, PLAN, RATERS)
    assert large.sentence == (
        f"Slices 2 to 4, front right: {large.ml:.2f} ml in doubt; anna and cleo include it, ben leaves it out; "
        "mostly because experts differ"
    )
    # +z is to the head, +y to the back, +x to the left: beside the middle of all doubt
    assert small.sentence.startswith(f"Slices 6 to 7, upper back left: {small.ml:.2f} ml in doubt; ben includes it,")


def test_the_middle_is_a_voxel_of_the_most_doubtful_slice(two_places) -> None:
    two_places.maps["total"][2, 4:9, 5:10] = 0.25
    large, _small = find_regions(two_places.doubted(), GEOMETRY, PLAN, RATERS)
    assert large.middle == (2, 6, 7) and large.holds(large.middle) and not large.holds((2, 6, 12))


def test_what_was_not_measured_does_not_part_a_region(two_places) -> None:
    doubted = two_places.doubted(slices=(0, 1, 3, 6, 7))
    large, small = find_regions(doubted, GEOMETRY, PLAN, RATERS)
    assert (large.slices, small.slices) == ((1, 3), (6, 6))
    here = two_places.maps["total"][[1, 3], 4:9, 5:10].sum() * VOXEL_ML
    assert large.ml == pytest.approx(here, rel=2e-3), "only what was measured counts"


def test_nothing_in_doubt_has_no_region() -> None:
    assert find_regions({}, GEOMETRY, PLAN, RATERS) == ()
    assert find_regions(Case(np.ones((12, *SHAPE))).doubted(), GEOMETRY, PLAN, RATERS) == ()


def test_a_method_without_raters_names_none(two_places) -> None:
    for region in find_regions(two_places.doubted(), GEOMETRY, PLAN, ()):
        assert region.raters == {} and "include" not in region.sentence


def doubt_far_off(pixels: DoubtedPixels) -> DoubtedPixels:
    """One pixel in a corner."""
    return DoubtedPixels(np.zeros((1, 2), np.uint16), pixels.parts[:, :1], pixels.draws[:1], pixels.raters[:1])


def test_a_shell_with_a_thick_place_is_several_regions_that_share_all_of_it() -> None:
    """One shell is no place to go to: its thick place comes first, and no voxel is lost or counted twice."""
    shape = (20, 60, 60)
    geometry = Geometry(shape, np.zeros(3), (2.0, 1.0, 1.0), np.eye(3))
    z, y, x = np.mgrid[:20, :60, :60]
    distance = np.sqrt((2.0 * (z - 10)) ** 2 + (y - 30) ** 2 + (x - 30) ** 2)
    shell = np.abs(distance - 15) < 1.5
    lobe = np.hypot(np.hypot(2.0 * (z - 10), y - 30), x - 46) < 5
    total = np.where(lobe, 0.25, np.where(shell, 0.2, 0.0))
    maps = np.stack([total, total, *np.zeros((3, *shape))])
    bits = np.packbits(np.stack([np.zeros(shape, bool)] * 11 + [lobe | shell]), axis=0)
    raters = np.zeros((3, *shape), bool)
    doubted = {k: doubted_pixels(maps[:, k], bits[:, k], raters[:, k], (0, 0), 0.0, 10**6) for k in range(20)}
    doubted |= {19: doubt_far_off(doubted[10])}
    for k in (0, 1, 18):
        del doubted[k]  # passed over: the gap beside the shell must not make its regions coarser
    regions = find_regions(doubted, geometry, PLAN, RATERS)
    assert 3 <= len(regions) <= 20
    assert lobe[regions[0].middle] and regions[0].ml == max(region.ml for region in regions)
    voxels = np.concatenate([region.voxels for region in regions])
    assert len(np.unique(voxels, axis=0)) == len(voxels)
    assert len(voxels) >= 0.8 * (lobe | shell).sum(), "the rest is in regions below the floor"
    assert sum(region.volumes_ml()[11] for region in regions) == pytest.approx(len(voxels) * 2.0 / 1000)


def test_a_slice_keeps_its_most_doubtful_pixels_where_not_all_fit(two_places) -> None:
    kept = two_places.doubted(slices=(2,), most=7)[2]
    total = two_places.maps["total"][2].astype(np.float16)
    assert len(kept) == 7
    assert sorted(kept.parts[0].tolist()) == sorted(total.ravel().tolist())[-7:]
    np.testing.assert_array_equal(total[tuple(kept.places.T)], kept.parts[0])
    assert len(two_places.doubted(slices=(2,), floor=0.26)[2]) == 0
