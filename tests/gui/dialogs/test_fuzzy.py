"""What people type finds what they mean."""

from __future__ import annotations

import pytest

from proseg_gui.gui.dialogs.fuzzy import score

NAMES = {
    "Next most uncertain slice": ("doubt jump disagreement",),
    "Next slice or plane": ("scroll up",),
    "Heatmap": ("uncertainty doubt overlay",),
    "Export": ("save write DICOM masks",),
    "Window: Lung": ("grey level contrast",),
    "Übernehmen": ("",),
}


def found(typed: str) -> list[str]:
    scores = {name: score(typed, name, words) for name, words in NAMES.items()}
    return sorted((name for name in NAMES if scores[name]), key=lambda name: -scores[name])


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("next unc", "Next most uncertain slice"), ("plane next", "Next slice or plane"),
        ("nmus", "Next most uncertain slice"), ("lung", "Window: Lung"), ("save", "Export"), ("exprot", "Export"),
        ("HEAT", "Heatmap"), ("ubernehmen", "Übernehmen"), ("doubt map", "Heatmap"),
    ],
)  # fmt: skip
def test_the_first_is_the_one_that_is_meant(typed, first):
    assert found(typed)[0] == first


@pytest.mark.parametrize("typed", ["zzz", "next zebra", "q"])
def test_what_is_not_there_is_not_found(typed):
    assert found(typed) == []


def test_a_name_counts_more_than_a_word_beside_it():
    assert score("export", "Export", ()) > score("export", "Save latents", ("export",)) > 0
    assert score("expo", "Export", ()) > score("port", "Export", ()) > 0
