"""The scale of a map stands beside its pane, with its values and unit."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QHBoxLayout, QWidget

from proseg_gui.gui.views.colour_bar import ColourBar
from proseg_gui.gui.views.picture import HeatStyle


@pytest.fixture
def bar(qtbot) -> Iterator[ColourBar]:
    """A bar in a row, which gives it the width that it asks for."""
    holder = QWidget()
    qtbot.addWidget(holder)
    made = ColourBar(holder)
    row = QHBoxLayout(holder)
    row.addWidget(made)
    row.addStretch(1)
    holder.resize(300, 400)
    holder.show()
    yield made  # the holder is still known here


def coloured(picture: np.ndarray) -> int:
    """How many pixels are no grey."""
    values = picture.astype(int)
    return int((values.max(axis=2) - values.min(axis=2) > 60).sum())


def test_it_shows_the_colours_of_its_map_and_nothing_without_one(bar, eye) -> None:
    assert eye.grabbed(bar).max() == 0
    bar.set_style(HeatStyle())
    assert coloured(eye.grabbed(bar)) > 1000 and bar.toolTip() == "Total uncertainty"
    bar.set_style(None)
    assert eye.grabbed(bar).max() == 0


@pytest.mark.parametrize("style", [HeatStyle(), HeatStyle(unit="nats", levels=(0.0, math.log(2)))])
def test_no_value_is_cut(bar, eye, style) -> None:
    bar.set_style(style)
    picture = eye.grabbed(bar)
    assert picture[:, :2].max() < 20, "nothing touches the edge"
    assert picture[:, -2:].max() < 20
