"""How figures are written."""

from __future__ import annotations

from itertools import pairwise

import pytest

from proseg_gui.gui.panels.model import (
    AxisRow,
    RaterItem,
    effect_texts,
    millilitres,
    percent,
    signed,
    significant,
)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1.94, 1, "+1.9"),
        (-0.24, 1, "−0.2"),
        (0.04, 1, "0.0"),
        (-0.04, 1, "0.0"),
        (0.0, 2, "0.00"),
        (-1.005, 2, "−1.00"),
    ],
)
def test_signs(value, digits, text):
    assert signed(value, digits) == text


@pytest.mark.parametrize(
    ("value", "digits"), [(0.0, 1), (12.3, 1), (1.0, 1), (0.95, 1), (0.5, 2), (0.05, 3), (0.0004, 3)]
)
def test_small_values_get_more_figures(value, digits):
    assert significant(value) == digits


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (0.004, "<1 %"), (0.006, "1 %"), (0.814, "81 %"), (1.0, "100 %")]
)
def test_percentages(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(("ml", "text"), [(None, "–"), (14.23, "14.2 ml"), (0.123, "0.12 ml"), (1234.5, "1,234 ml")])
def test_volumes(ml, text):
    assert millilitres(ml) == text


def test_effects_from_long_to_short():
    texts = effect_texts(AxisRow("k", "Axis 1", 0.814, 3.0, 1.94), "raters' spread")
    assert texts == (
        "+1.9 ml per sd · 81 % of raters' spread",
        "+1.9 ml per sd · 81 %",
        "+1.9 ml/sd · 81 %",
        "+1.9 ml/sd",
    )
    assert all(len(a) > len(b) for a, b in pairwise(texts))


def test_an_unmeasured_effect_shows_no_figure():
    assert effect_texts(AxisRow("k", "Axis 1", 0.1, 3.0), "raters' spread") == ("10 % of raters' spread", "10 %")


def test_a_rater_is_read_by_label_and_known_by_name():
    assert RaterItem("rater1", "#000000").text == "rater1"
    assert RaterItem("rater1", "#000000", "Dr. A").text == "Dr. A"


def test_what_is_more_than_nothing_is_not_written_as_zero():
    assert effect_texts(AxisRow("a", "Axis 1", 0.3, 2.0, 0.0002), "all")[-1] == "< 0.001 ml/sd"
