"""Medoids against every choice there is; weights, and where a further one would add nothing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from proseg_gui.inference.medoids import k_medoids


def spread_out(places: list[float]) -> np.ndarray:
    at = np.array(places)
    return np.abs(at[:, None] - at[None, :])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("k", [1, 2, 3])
def test_medoids_are_about_as_good_as_the_best_of_all_choices(seed, k):
    distance = spread_out(list(np.random.default_rng(seed).normal(size=9)))
    medoids, labels = k_medoids(distance, k)
    cost = distance[:, medoids].min(1).sum()
    best = min(distance[:, list(some)].min(1).sum() for some in itertools.combinations(range(9), k))
    assert len(medoids) == k and cost <= 1.15 * best
    assert np.array_equal(distance[:, medoids].argmin(1), labels)
    if k == 1:
        assert cost == pytest.approx(best)


def test_three_clusters_give_three_medoids_and_their_sizes():
    distance = spread_out([0, 0.1, 0.2, 5, 5.1, 5.2, 5.3, 9])
    medoids, labels = k_medoids(distance, 3)
    assert medoids[0] == 1 and medoids[1] in (4, 5) and medoids[2] == 7
    assert np.bincount(labels).tolist() == [3, 4, 1]


def test_no_more_medoids_than_different_shapes():
    assert k_medoids(spread_out([1, 1, 1, 4, 4]), 12)[0] == (0, 3)
    assert k_medoids(np.zeros((6, 6)), 12)[0] == (0,)


def test_a_weight_counts_like_as_many_items():
    places, weights = [0.0, 1.0, 2.0, 9.0], np.array([5.0, 1.0, 1.0, 2.0])
    assert k_medoids(spread_out(places), 1, weights)[0] == (0,)
    many = [place for place, weight in zip(places, weights, strict=True) for _ in range(int(weight))]
    medoids, _ = k_medoids(spread_out(many), 2)
    assert [many[m] for m in medoids] == [places[m] for m in k_medoids(spread_out(places), 2, weights)[0]]


def test_items_that_are_alike_need_no_medoid_of_their_own_beyond_the_fewest():
    distance = spread_out([0.0, 0.01, 0.02, 1.0, 1.01])
    assert len(k_medoids(distance, 5, alike=0.05)[0]) == 2
    assert len(k_medoids(distance, 5, alike=0.05, fewest=3)[0]) == 3
