from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from proseg_gui.metrics.multirater import (
    dice_identity,
    dice_match,
    dice_soft,
    dice_soft_of_means,
    diversity,
    ged2,
    hm_iou,
    human_majority,
    identity_matrix,
    permuted_mean,
)
from proseg_gui.metrics.overlap import dice, iou

A, B, C, D = (np.array(row, bool) for row in ([1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 0, 0], [0, 1, 0, 0]))


def test_ged_equals_its_definition_on_random_masks() -> None:
    rng = np.random.default_rng(1)
    y, p = rng.random((3, 40)) < 0.4, rng.random((5, 40)) < 0.5

    def mean_d(one, other) -> float:
        return float(np.mean([1 - iou(a, b) for a, b in itertools.product(one, other)]))

    assert ged2(y, p).value == pytest.approx(2 * mean_d(y, p) - mean_d(y, y) - mean_d(p, p))
    assert diversity(p) == pytest.approx(mean_d(p, p))


def test_match_needs_a_prediction_for_each_label() -> None:
    with pytest.raises(ValueError, match="2 labels need as many"):
        dice_match([A, B], [A])


def test_match_is_the_best_assignment_of_all() -> None:
    rng = np.random.default_rng(2)
    y, p = rng.random((3, 30)) < 0.5, rng.random((4, 30)) < 0.5
    orders = itertools.permutations(range(4), 3)
    best = max(np.mean([dice(y[i], p[j]) for i, j in enumerate(order)]) for order in orders)
    assert dice_match(y, p) == pytest.approx(best)


def test_hm_iou_matches_unequal_numbers_by_repetition() -> None:
    assert hm_iou([A, B], [A, B, A, B]) == pytest.approx(1.0)
    assert hm_iou([A, B], [A]) == pytest.approx((1 + 2 / 3) / 2)
    assert hm_iou([A, A, B], [A, B]) == pytest.approx((5 + 2 / 3) / 6)  # one A must take a B


def test_identity_is_the_mean_over_readings_and_nan_where_missing() -> None:
    own = dice_identity([[A, B], [], [D]], [A, B, C])
    assert own[0] == pytest.approx((1 + 0.8) / 2)
    assert math.isnan(own[1])
    assert own[2] == 0.0


def test_permuted_mean_is_the_mean_over_wrong_assignments() -> None:
    matrix = identity_matrix([[A], [B], [D]], [A, B, D])
    wrong = [order for order in itertools.permutations(range(3)) if all(i != j for i, j in enumerate(order))]
    expected = np.mean([[matrix[i, j] for i, j in enumerate(order)] for order in wrong])
    assert permuted_mean(matrix) == pytest.approx(expected)
    assert math.isnan(permuted_mean(np.ones((1, 1))))


def test_permuted_mean_leaves_missing_raters_out() -> None:
    assert permuted_mean(identity_matrix([[A], []], [B, A])) == pytest.approx(1.0)


def test_predictions_must_be_one_a_rater() -> None:
    with pytest.raises(ValueError, match="2 raters have 1"):
        identity_matrix([[A], [B]], [A])


def test_soft_dice_from_running_means_is_the_same() -> None:
    y, p = [A, B, D], [np.array([0.9, 0.8, 0.2, 0.1]), np.array([0.5, 0.9, 0.4, 0.1])]
    assert dice_soft_of_means(np.mean(y, axis=0), np.mean(p, axis=0)) == dice_soft(y, p)


def test_a_share_equal_to_a_threshold_is_not_above_it_in_half_the_bits() -> None:
    share = np.array([0.7, 0.3, 0.1])
    assert dice_soft_of_means(share.astype(np.float32), share) == 1.0


def test_human_majority_is_strict_and_a_tie_is_background() -> None:
    one, two, three = (np.array(row, bool) for row in ([1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 0]))
    # rater one: the others agree on pixel 0 only (1 of 2 is a tie) -> Dice([1,1,0,0], [1,0,0,0]) = 2/3
    # rater two: the same -> 2/3; rater three: -> 1
    assert human_majority({"one": [one], "two": [two], "three": [three]}) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_human_majority_gives_a_rater_with_two_readings_one_vote() -> None:
    a, b = np.array([1, 1], bool), np.array([1, 0], bool)
    # against a: votes of b (1, .0) and c split (1, .5): share (1, .25) -> [1, 0] -> 2/3
    # against b: a (1, 1), c (1, .5): (1, .75) -> [1, 1] -> 2/3; against c: (1, .5) -> [1, 0]: readings a 2/3, b 1
    assert human_majority({"a": [a], "b": [b], "c": [a, b]}) == pytest.approx((2 / 3 + 2 / 3 + 5 / 6) / 3)


def test_human_majority_needs_two_raters() -> None:
    assert math.isnan(human_majority({"a": [A], "b": []}))
