"""Figures free of the number of draws, and floors: each against another way to compute it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from proseg_gui.metrics.floors import (
    fair_ged2,
    random_levels,
    rater_floor,
    repeat_gap,
    shape_share,
    share_removed,
    unbiased_diversity,
)
from proseg_gui.metrics.multirater import ged2


def jaccard(a, b):
    union = np.logical_or(a, b).sum()
    return 1.0 - np.logical_and(a, b).sum() / union if union else 0.0


def blobs(count, seed, shape=(6, 7)):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: shape[0], : shape[1]]
    centres, sizes = rng.normal(3, 1, (count, 2)), rng.uniform(1, 3, count)
    return [np.hypot(y - c[0], x - c[1]) < r for c, r in zip(centres, sizes, strict=True)]


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def test_fair_ged_leaves_out_the_pairs_of_a_draw_with_itself():
    labels, draws = blobs(4, 0), blobs(6, 1)
    cross = np.mean([jaccard(y, p) for y in labels for p in draws])
    among = np.mean([jaccard(a, b) for a in labels for b in labels])
    between = np.mean([jaccard(a, b) for a, b in itertools.permutations(draws, 2)])
    assert fair_ged2(labels, draws) == pytest.approx(2 * cross - among - between)
    assert unbiased_diversity(draws) == pytest.approx(between)
    assert math.isnan(fair_ged2(labels, draws[:1])) and math.isnan(unbiased_diversity(draws[:1]))


def test_the_fair_figure_does_not_depend_on_the_number_of_draws_and_the_published_one_does():
    population, labels, rng = blobs(30, 2), blobs(5, 3), np.random.default_rng(0)

    def mean(figure, n):
        picks = [[population[i] for i in rng.integers(30, size=n)] for _ in range(400)]
        return np.mean([figure(labels, draws) for draws in picks])

    limit = ged2(labels, population).value
    assert mean(fair_ged2, 3) == pytest.approx(limit, abs=0.02)
    assert mean(lambda y, p: ged2(y, p).value, 3) > limit + 0.1


def test_draws_like_the_raters_score_the_raters_floor():
    population, rng = blobs(40, 4), np.random.default_rng(1)
    scores, floors = [], []
    for _ in range(300):
        raters, draws = ([population[i] for i in rng.integers(40, size=n)] for n in (4, 12))
        scores.append(fair_ged2(raters, draws))
        floors.append(rater_floor(raters))
    assert np.mean(scores) == pytest.approx(np.mean(floors), abs=0.02)
    assert rater_floor(population[:3]) == pytest.approx(unbiased_diversity(population[:3]) / 3)


def test_random_levels_are_the_limit_of_cutting_a_map_at_random():
    labels, rng = blobs(4, 5), np.random.default_rng(2)
    probability = np.mean(blobs(9, 6), axis=0) * 0.9 + 0.05 * rng.random((6, 7))
    draws = [probability > t for t in rng.random(1500)]
    cross = np.mean([jaccard(y, p) for y in labels for p in draws])
    among = np.mean([jaccard(a, b) for a in labels for b in labels])
    pairs = rng.integers(1500, size=(20_000, 2))
    between = np.mean([jaccard(draws[i], draws[j]) for i, j in pairs if i != j])
    assert random_levels(labels, probability) == pytest.approx(2 * cross - among - between, abs=0.012)


def test_random_levels_count_what_is_above_a_level_strictly_and_empty_sets_agree():
    step = np.array([0.5, 0.5, 0.0, 0.0])  # half of the levels cut {0, 1}, half cut nothing
    y = np.array([True, True, False, False])
    assert random_levels([y], step) == pytest.approx(2 * 0.5 - 0 - 2 * 0.25)
    assert random_levels([y], y.astype(np.float32)) == 0.0
    assert random_levels([~y & False], np.zeros(4)) == 0.0


def test_the_shape_share_is_0_for_level_sets_and_that_of_equal_areas_by_hand():
    probability = np.array([[0.9, 0.8, 0.7], [0.3, 0.2, 0.1]])
    assert shape_share([probability > t for t in (0.05, 0.25, 0.75, 0.95)], probability) == 0.0
    other = np.array([[True, False, False], [True, False, False]])  # its level set: the first two of the first row
    assert shape_share([other], probability) == pytest.approx(1 - 1 / 3)
    assert shape_share([other, probability > 0.75], probability) == pytest.approx((1 - 1 / 3) / 2)
    rng = np.random.default_rng(3)
    many, p = blobs(7, 8), rng.random((6, 7))
    ranked = np.sort(p.ravel())[::-1]
    expected = [jaccard(m, p >= ranked[m.sum() - 1]) if m.any() else 0.0 for m in many]
    assert shape_share(many, p) == pytest.approx(np.mean(expected))


def test_share_removed_is_1_for_a_model_like_the_raters_and_0_on_its_floor():
    assert share_removed(0.03, 0.06, 0.03) == pytest.approx(1.0)
    assert share_removed(0.06, 0.06, 0.03) == 0.0
    assert share_removed(0.07, 0.06, 0.03) < 0 and math.isnan(share_removed(0.01, 0.02, 0.02))


def test_the_gap_of_repeated_readings_is_own_less_others():
    a1, a2, b1, b2, c = blobs(5, 9)
    own = np.mean([dice(a1, a2), dice(b1, b2)])
    wrong_a = np.mean(
        [np.mean([dice(a, b) for a in (a1, a2) for b in (b1, b2)]), np.mean([dice(a, c) for a in (a1, a2)])]
    )
    wrong_b = np.mean(
        [np.mean([dice(a, b) for a in (a1, a2) for b in (b1, b2)]), np.mean([dice(b, c) for b in (b1, b2)])]
    )
    assert repeat_gap([[a1, a2], [b1, b2], [c]]) == pytest.approx(own - (wrong_a + wrong_b) / 2)
    assert math.isnan(repeat_gap([[a1], [b1]])) and math.isnan(repeat_gap([[a1, a2]]))
