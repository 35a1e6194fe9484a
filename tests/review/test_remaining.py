"""What is left of the regions' doubt and by how much it could change the volume, against plain loops over voxels."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from proseg_gui.review.edits import Bricks
from proseg_gui.review.regions import Found, find_regions
from proseg_gui.review.remaining import remaining
from tests.review.test_regions import GEOMETRY, PLAN, RATERS, SHAPE, VOXEL_ML, Case

NOTHING = Bricks.empty(SHAPE)


@pytest.fixture
def case() -> Case:
    """Two places of which draws include more or less, not in the same order."""
    rng = np.random.default_rng(3)
    p = np.zeros((12, *SHAPE))
    for box in (np.s_[1:4, 4:9, 5:10], np.s_[5:7, 13:18, 12:18]):
        size = rng.uniform(0.1, 0.9, 12)
        p[(slice(None), *box)] = (
            rng.uniform(0, 1, (12, *np.zeros(SHAPE)[box].shape)) < size[:, None, None, None]
        ) * 0.9
    return Case(p)


@pytest.fixture
def found(case) -> Found:
    regions = find_regions(case.doubted(), GEOMETRY, PLAN, RATERS)
    assert len(regions) >= 2
    return Found(0, regions, True)


@pytest.fixture
def shown() -> np.ndarray:
    return np.random.default_rng(4).random(SHAPE) < 0.4


@pytest.fixture
def codes(found) -> np.ndarray:
    """Something said of half of the first region, and of all of the second."""
    codes = np.zeros(SHAPE, np.uint8)
    first, second = found.regions[:2]
    codes[tuple(first.voxels[::2].T)] = 1
    codes[tuple(second.voxels.T)] = 6
    return codes


def changes(case, found, numbers, shown, codes) -> list[float]:
    """By how much each draw changes the volume, if it is drawn in these regions wherever nothing was said."""
    result = []
    for draw in case.p > 0.5:
        ml = 0.0
        for number in numbers:
            for z, y, x in found.regions[number].voxels.tolist():
                if codes[z, y, x] == 0:
                    ml += (int(draw[z, y, x]) - int(shown[z, y, x])) * VOXEL_ML
        result.append(ml)
    return result


@pytest.mark.parametrize("numbers", [(0, 1), (1,), (0,), ()])
def test_the_stop_rule_is_a_quantile_of_summed_changes(case, found, shown, codes, numbers) -> None:
    for said in (np.zeros(SHAPE, np.uint8), codes):
        left = remaining(found, Bricks.of(said), Bricks.of(shown))
        sizes = sorted(abs(ml) for ml in changes(case, found, numbers, shown, said))
        assert left.could_change_ml(numbers) == pytest.approx(sizes[10])  # 11 of 12 draws change no more: >= 90 %
        assert left.could_change_ml(numbers, 0.5) == pytest.approx(sizes[5])
        apart = sum(left.could_change_ml([number]) for number in numbers)
        assert left.could_change_ml(numbers) <= apart + 1e-12


def test_doubt_that_was_spoken_of_is_gone(case, found, codes) -> None:
    left = remaining(found, Bricks.of(codes), None)
    total = case.maps["total"]
    for region, one in zip(found.regions, left.left, strict=True):
        ml = sum(total[tuple(voxel)] * VOXEL_ML for voxel in region.voxels if codes[tuple(voxel)] == 0)
        assert one.ml == pytest.approx(ml, rel=2e-3, abs=1e-9)
        assert one.said == codes[tuple(region.voxels.T)].any() and one.change_ml is None
    assert left.left[1].ml == 0 and left.could_change_ml([0]) is None and left.could_change_ml([]) == 0.0
    assert left.floor_ml == pytest.approx(0.05 * found.regions[0].ml)


def test_weighed_draws_change_what_is_left(case, found, shown, codes) -> None:
    """An ensemble on every second pixel, of which the model makes other draws: by loops over voxels and draws."""
    rng = np.random.default_rng(5)
    weights = rng.dirichlet(np.ones(7))
    lattices, drawn = {}, {}
    for k in range(SHAPE[0]):
        pixels = np.argwhere(np.ones(SHAPE[1:], bool))[:: 2 + k % 2].astype(float)
        pixels += rng.uniform(-0.2, 0.2, pixels.shape)  # so that one is the nearest
        even = rng.normal(size=len(pixels)).astype(np.float32)
        lattices[k] = SimpleNamespace(k=k, pixels=pixels, even=even)
        drawn[k] = rng.normal(size=(7, len(pixels))).astype(np.float32)
    del lattices[6]  # no doubt there, says the ensemble
    ensemble = SimpleNamespace(
        prepare=lambda k, token: lattices.get(k), engine=SimpleNamespace(pause_point=lambda token: None)
    )
    posterior = SimpleNamespace(weights=weights, logits=lambda lattice, at: drawn[lattice.k][:, at])
    left = remaining(found, Bricks.of(codes), Bricks.of(shown), (ensemble, posterior))
    size = np.zeros(7)
    for region, one in zip(found.regions, left.left, strict=True):
        before = after = 0.0
        change = np.zeros(7)
        for z, y, x in region.voxels.tolist():
            if z in lattices:
                place = np.square(lattices[z].pixels - (y, x)).sum(1).argmin()
                p = 1 / (1 + np.exp(-float(lattices[z].even[place])))
                before += p * (1 - p)
                if not codes[z, y, x]:
                    mean = weights @ (1 / (1 + np.exp(-drawn[z][:, place].astype(float))))
                    after += mean * (1 - mean) if (mean > 0.5) == shown[z, y, x] else 0.25
                    change += (drawn[z][:, place] > 0) * VOXEL_ML
            elif not codes[z, y, x]:
                change += ((case.p[:, z, y, x] > 0.5).mean() > 0.5) * VOXEL_ML
            if not codes[z, y, x]:
                change -= shown[z, y, x] * VOXEL_ML
        assert one.ml == pytest.approx(region.ml * after / before, rel=1e-4)
        assert one.change_ml == pytest.approx(change, abs=1e-9)
        size += one.change_ml
    order = np.argsort(np.abs(size))
    held = np.cumsum(weights[order])
    told = left.could_change_ml(range(len(found.regions)))
    at = np.flatnonzero(np.isclose(np.abs(size[order]), told))[0]
    assert held[at] >= 0.9 and (at == 0 or held[at - 1] < 0.9)
