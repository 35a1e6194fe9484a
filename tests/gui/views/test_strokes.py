"""Hairlines together look like one line of the wished width, at every scale of the screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QTransform

from proseg_gui.gui.views.strokes import ContourLayer, hairlines, paint_layer


def painted(layer: ContourLayer, ratio: float, *, cased: bool = False, ground: str = "black") -> np.ndarray:
    """``(h, w, 3)`` uint8 device pixels."""
    image = QImage(round(60 * ratio), round(60 * ratio), QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.black if ground == "black" else Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_layer(painter, layer, QTransform.fromScale(2.0, 2.0), ratio, cased=cased)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def upright() -> QPainterPath:
    path = QPainterPath()
    path.moveTo(15.0, 3.0)
    path.lineTo(15.0, 27.0)
    return path


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("width", [1.0, 1.5, 2.0, 3.0, 4.0, 6.0])
def test_a_line_is_as_wide_as_wished(qapp, width, ratio) -> None:
    row = painted(ContourLayer(upright(), "#00ff00", width), ratio)[round(30 * ratio), :, 1] / 255.0
    assert row.sum() == pytest.approx(width * ratio, abs=0.9)
    inside = np.flatnonzero(row > 0.3)
    assert (np.diff(inside) == 1).all()  # no gap within the line
    assert (inside[0] + inside[-1]) / 2 == pytest.approx(30 * ratio - 0.5, abs=0.6)


def test_hairlines_are_few_for_a_usual_line() -> None:
    assert len(hairlines(1.0)) == 1
    assert len(hairlines(2.0)) == 4


def test_a_dark_edge_sets_the_line_off_from_a_ground_of_its_colour(qapp) -> None:
    layer = ContourLayer(upright(), "#ffffff", 2.0)
    bare = painted(layer, 1.0, ground="white")[30, :, 0]
    cased = painted(layer, 1.0, cased=True, ground="white")[30, :, 0]
    assert bare.min() > 250
    assert cased.min() < 150
    assert cased[29:31].min() > 200  # the line itself stays on top


def test_a_fixed_outline_is_drawn_once_and_stays(qtbot) -> None:
    from proseg_gui.gui.views.image_pane import ImagePane
    from proseg_gui.gui.views.view_link import ViewLink
    from proseg_gui.volume import Geometry, Volume

    pane = ImagePane(ViewLink(None))
    qtbot.addWidget(pane)
    pane.resize(200, 200)
    geometry = Geometry.plain((2, 30, 30))
    pane.set_volume(Volume(np.zeros(geometry.shape, np.float32), geometry))
    fixed, moving = ContourLayer(upright(), "#00ff00", 3.0), ContourLayer(upright().translated(6, 0), "#ff0000", 3.0)

    def colours() -> tuple[bool, bool]:
        image = pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        found = rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)
        green, red = found[..., 1] - found[..., 0], found[..., 0] - found[..., 1]
        return bool((green > 200).any()), bool((red > 200).any())

    pane.set_contours([moving], [fixed])
    assert colours() == (True, True)
    pane.set_contours([], [fixed])
    assert colours() == (True, False)
    pane.zoom_by(1.5)
    assert colours() == (True, False)
    pane.set_contours([moving], [])
    assert colours() == (False, True)
