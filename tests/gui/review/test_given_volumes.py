"""Given masks that are shown stand in the volume plot with what they hold."""

from __future__ import annotations

import pytest


def given(window) -> dict[str, float]:
    return {mark.name: mark.ml for mark in window.plot._raters if mark.given}


def test_a_mask_that_is_shown_stands_in_the_plot(reviewed, qtbot) -> None:
    assert given(reviewed) == {}
    reviewed.controller.display.show_masks(frozenset({"ben"}))
    qtbot.waitUntil(lambda: bool(given(reviewed)))
    ben = next(one for one in reviewed.controller.desk.study.readings if one.rater == "ben")
    assert given(reviewed) == {"ben": pytest.approx(ben.mask.volume_ml)}
    reviewed.controller.display.show_masks(frozenset())
    assert given(reviewed) == {}
