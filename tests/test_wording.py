"""Counts have the word that fits."""

from __future__ import annotations

from proseg_gui.wording import plural


def test_counts_have_the_word_that_fits() -> None:
    assert [plural(n, "rater") for n in (0, 1, 4)] == ["0 raters", "1 rater", "4 raters"]
    assert [plural(n, "axis", "axes") for n in (1, 2)] == ["1 axis", "2 axes"]
