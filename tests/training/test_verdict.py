"""What speaks against a new model, in plain words."""

from __future__ import annotations

import pytest

from proseg_gui.training.verdict import doubts

GOOD = {
    "n_cases": 6, "dice_identity_mean": 0.91, "dice_identity_permuted": 0.88, "human_majority": 0.90,
    "own_minus_wrong": {"mean": 0.03, "low": 0.01, "high": 0.05, "n_cases": 6},
}  # fmt: skip


def test_a_model_that_is_good_raises_no_doubt():
    assert doubts({"validation": GOOD}) == []


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"n_cases": 1}, "a single case"),
        ({"dice_identity_mean": 0.89}, "majority of the others by 0.900"),
        ({"own_minus_wrong": {"mean": 0.01, "low": -0.001, "high": 0.02, "n_cases": 6}}, "not told apart"),
    ],
)
def test_each_weakness_is_named(changed, word):
    (only,) = doubts({"validation": {**GOOD, **changed}})
    assert word in only


def test_a_model_that_nobody_judged_is_doubted():
    assert doubts({}) == ["no case validated it"]


def test_a_card_of_before_and_one_rater_raise_no_false_doubt():
    old = {name: value for name, value in GOOD.items() if name not in ("own_minus_wrong", "human_majority")}
    assert doubts({"validation": old}) == []
    assert doubts({"validation": {**GOOD, "own_minus_wrong": {"mean": 0.1, "low": None, "high": None}}}) == []
