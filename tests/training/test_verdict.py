"""What speaks against a new model, in plain words."""

from __future__ import annotations

import pytest

from proseg_gui.training.verdict import beside_heads, doubts

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


def heads(mean, low, high, *, model=0.10, own_map=0.12, apart=0.0):
    return {"plain_heads": {
        "n_cases": 6, "dice_identity": {"model": 0.88, "heads": 0.88 - mean,
                                        "difference": {"mean": mean, "low": low, "high": high, "n_cases": 6}},
        "own_minus_wrong": {"model": 0.01, "heads": 0.01 - apart,
                            "difference": {"mean": apart, "low": apart - 0.001, "high": apart + 0.001, "n_cases": 6}},
        "fair_ged2": {"model": model, "heads": 0.17, "own_map": own_map},
    }}  # fmt: skip


@pytest.mark.parametrize(
    ("found", "said", "not_said"),
    [
        (heads(0.001, -0.002, 0.004), "would do as well (Dice 0.880 against 0.879)", "better"),
        (heads(0.010, 0.005, 0.015), "it is better than plain heads", "as well"),
        (heads(-0.010, -0.015, -0.005), "plain heads on its features would do better", "as well"),
        (heads(0.001, -0.002, 0.004, model=0.13), "its draws add nothing to that", "nearer"),
        (heads(0.001, -0.002, 0.004, apart=-0.004), "they tell raters apart better by 0.004", "nothing"),
    ],
)
def test_it_is_said_in_words_when_heads_would_do_as_well(found, said, not_said):
    text = beside_heads(found)
    assert said in text and not_said not in text.replace("apart better", "").replace("would do better", "").replace(
        "it is better", "")  # fmt: skip


def test_nothing_is_said_of_heads_where_nobody_looked_or_one_case_did():
    assert beside_heads({}) == beside_heads({"plain_heads": {}}) == beside_heads(heads(0.1, None, None)) == ""
