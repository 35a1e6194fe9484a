"""Outlines look as Qt's own stroke draws them, at every width, zoom, turn and scale of the screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform
from scipy import ndimage

from proseg_gui.gui.views import strokes
from proseg_gui.gui.views.contours import trace
from proseg_gui.gui.views.strokes import CASING, Canvas, ContourLayer, paint_layer


def painted(layer: ContourLayer, ratio: float, *, cased: bool = False, ground: str = "black") -> np.ndarray:
    """``(h, w, 3)`` uint8 device pixels."""
    image = QImage(round(60 * ratio), round(60 * ratio), QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.black if ground == "black" else Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_layer(painter, layer, Canvas(QTransform.fromScale(2.0, 2.0), QSize(60, 60), ratio), cased=cased)
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


@pytest.fixture(scope="module")
def coastline() -> QPainterPath:
    """A winding outline with islands and holes, about 128 pixels wide."""
    noise = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=(128, 128)), 6)
    return trace((1 / (1 + np.exp(-6 * (noise / noise.std() - 0.3)))).astype(np.float32))


SIDE = 240
TURNS = {"straight": (0.0, 0.0), "oblique": (20.0, 0.0), "mirrored and sheared": (135.0, 0.3)}


def onto(zoom: float, turn: str) -> QTransform:
    """The middle of the picture in the middle of a canvas, whose edges cut the outline at the larger zooms."""
    degrees, shear = TURNS[turn]
    where = QTransform.fromTranslate(SIDE / 2 + 0.37, SIDE / 2 + 0.81)
    where.rotate(degrees)
    where.shear(shear, 0.0)
    where.scale(-zoom if shear else zoom, zoom)
    where.translate(-64, -64)
    return where


def cover(ratio: float, paint) -> np.ndarray:
    """``(h, w)`` 0..1: how far what ``paint`` draws in white covers each device pixel."""
    image = QImage(round(SIDE * ratio), round(SIDE * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter)
    painter.end()
    return np.ndarray((image.height(), image.width(), 4), np.uint8, image.constBits())[..., 1] / 255.0


def by_qt(painter: QPainter, path: QPainterPath, where: QTransform, device_width: float) -> None:
    pen = QPen(QColor("white"), device_width)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setTransform(where)
    painter.drawPath(path)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("zoom", [0.8, 1.7, 6.0])
@pytest.mark.parametrize("width", [1.5, 2.0, 3.5])
def test_a_line_looks_as_qt_strokes_it(qapp, coastline, width, zoom, ratio, turn) -> None:
    where = onto(zoom, turn)
    canvas = Canvas(where, QSize(SIDE, SIDE), ratio)
    ours = cover(ratio, lambda p: paint_layer(p, ContourLayer(coastline, "#ffffff", width), canvas, cased=False))
    theirs = cover(ratio, lambda p: by_qt(p, coastline, where, width * ratio))
    around = ndimage.maximum_filter(theirs, 5) > 0
    difference = np.abs(ours - theirs)
    assert difference[around].mean() < 0.055  # of full cover
    assert difference[~around].max(initial=0.0) < 0.05
    assert (difference > 0.5).mean() < 0.002
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.18)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize(("style", "width"), [("dash", 1.2), ("dash", 3.0), ("dot", 1.4), ("dot", 2.5)])
def test_dashes_have_the_lengths_and_the_width_that_qt_gives_them(qapp, style, width, ratio) -> None:
    path = QPainterPath()
    path.moveTo(2.0, 60.0)
    path.lineTo(118.0, 60.0)
    canvas = Canvas(QTransform.fromScale(2.0, 2.0), QSize(SIDE, SIDE), ratio)

    def theirs(painter: QPainter) -> None:
        pen = QPen(QColor("white"), width * ratio)
        pen.setCosmetic(True)
        pen.setDashPattern(strokes.DASHES[style])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.setTransform(canvas.to_widget)
        painter.drawPath(path)

    ours = cover(ratio, lambda p: paint_layer(p, ContourLayer(path, "#ffffff", width, style), canvas, cased=False))
    qts = cover(ratio, theirs)
    along, along_qt = (picture.max(0) > 0.45 for picture in (ours, qts))
    starts, starts_qt = (np.flatnonzero(np.diff(line.astype(int)) == 1) for line in (along, along_qt))
    assert abs(len(starts) - len(starts_qt)) <= 1
    assert along.mean() == pytest.approx(along_qt.mean(), rel=0.3)
    assert np.diff(starts).mean() == pytest.approx(np.diff(starts_qt).mean(), rel=0.03)
    assert ours.max(1).sum() == pytest.approx(qts.max(1).sum(), abs=0.9)


def test_the_canvas_edge_cuts_an_outline_and_nothing_beyond_it_costs(qapp, coastline) -> None:
    canvas = Canvas(onto(200.0, "straight"), QSize(SIDE, SIDE), 1.0)
    layer = ContourLayer(coastline, "#ffffff", 3.0)
    box, hairline = strokes._hairline(layer, canvas, False, 8)
    assert max(hairline.shape) <= SIDE + 4 * 8
    assert (box.width(), box.height()) == hairline.shape[::-1]
    away = Canvas(QTransform.fromTranslate(900, 0), QSize(SIDE, SIDE), 1.0)
    assert strokes._hairline(layer, away, False, 8)[0].isEmpty()
    assert not cover(1.0, lambda p: paint_layer(p, layer, away, cased=True)).any()


def test_two_panes_and_the_dark_edge_share_one_hairline(qapp, coastline) -> None:
    strokes._hairline.cache_clear()
    strokes._line.cache_clear()
    layer = ContourLayer(coastline, "#ffffff", 2.0)
    for cased in (False, True):
        canvas = Canvas(onto(1.7, "straight"), QSize(SIDE, SIDE), 2.0)
        cover(2.0, lambda p, cased=cased, canvas=canvas: paint_layer(p, layer, canvas, cased=cased))
    assert strokes._hairline.cache_info().misses == 1
    assert strokes._line.cache_info().misses == 2  # the line and its edge


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_dark_edge_is_a_pixel_wide(qapp, ratio) -> None:
    layer = ContourLayer(upright(), "#ffffff", 2.0)
    row = painted(layer, ratio, cased=True, ground="white")[round(30 * ratio), :, 0] / 255.0
    dark = CASING.alphaF()
    assert (1.0 - row).sum() == pytest.approx(2.0 * ratio * dark, rel=0.25)
    assert row.min() == pytest.approx(1.0 - dark, abs=0.15)


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
