"""A small CT-like scene (a chest slice with a lesion and a lobe), panes on the screen, and what a hand does to them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from proseg_gui.gui.views.image_pane import ImagePane
from proseg_gui.gui.views.view_link import ViewLink
from proseg_gui.volume import Geometry, Volume


def lesion(size: int, grow: float = 0.0, lobe: bool = True) -> np.ndarray:
    """``(size, size)`` float32 probability of a star-shaped lesion, with or without a lobe at its upper right."""
    y, x = np.mgrid[:size, :size] / size
    angle, radius = np.arctan2(y - 0.6, x - 0.5), np.hypot(y - 0.6, x - 0.5)
    logit = (0.15 + grow + 0.012 * np.sin(5 * angle) - radius) / 0.009
    if lobe:
        logit = np.maximum(logit, (0.10 + grow / 2 - np.hypot((y - 0.42) * 1.2, x - 0.63)) / 0.009)
    return (1 / (1 + np.exp(-np.clip(logit, -20, 20)))).astype(np.float32)


def chest(shape: tuple[int, int, int]) -> np.ndarray:
    """``(z, y, x)`` float32 HU: soft tissue around a lung, a lesion, some bone, noise."""
    rng = np.random.default_rng(0)
    size = shape[1]
    y, x = np.mgrid[:size, :size] / size
    lung = np.hypot((y - 0.5) / 0.47, (x - 0.43) / 0.36) < 1
    image = np.where(lung, -820.0, 45.0)
    image = image + (35 - image) * lesion(size)
    image = np.where(np.hypot(y - 1.0, x - 0.97) < 0.15, 700.0, image)
    return np.stack([image + rng.normal(0, 14, image.shape) for _ in range(shape[0])]).astype(np.float32)


@pytest.fixture
def volume() -> Volume:
    """Six axial slices of 96 x 96 pixels, 0.8 mm, 2.5 mm apart."""
    shape = (6, 96, 96)
    grid = Geometry(shape, np.array([-38.0, -38.0, 8.1]), (2.5, 0.8, 0.8), np.eye(3))
    return Volume(chest(shape), grid, unit="HU", modality="CT", description="CT thorax", window=(-600.0, 1500.0))


@pytest.fixture
def link(qapp: QApplication) -> ViewLink:
    return ViewLink()


@pytest.fixture
def make_pane(qtbot, link: ViewLink) -> Callable[..., ImagePane]:
    """Build shown panes that share one link."""

    def make(volume: Volume | None, width: int = 480, height: int = 500, role: str = "scan") -> ImagePane:
        pane = ImagePane(link, role)
        qtbot.addWidget(pane)
        pane.set_volume(volume)
        pane.resize(width, height)
        pane.show()
        qtbot.waitExposed(pane)
        return pane

    return make


@pytest.fixture
def pane(make_pane, volume: Volume) -> ImagePane:
    return make_pane(volume)


@pytest.fixture
def hand() -> SimpleNamespace:
    """``hand.wheel`` and ``hand.drag``."""
    return SimpleNamespace(wheel=wheel, drag=drag)


@pytest.fixture
def eye() -> SimpleNamespace:
    """``eye.grabbed`` (pixels of a widget) and ``eye.nearness`` (to a colour)."""
    return SimpleNamespace(grabbed=grabbed, nearness=nearness)


@pytest.fixture
def draw_lesion() -> Callable[..., np.ndarray]:
    return lesion


def wheel(widget: QWidget, at: QPointF, turned: int, *, control: bool = False) -> None:
    """Turn the wheel by ``turned`` (120 = one notch, away from the hand)."""
    held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
    away = QPointF(widget.mapToGlobal(at.toPoint()))
    event = QWheelEvent(
        at, away, QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton, held, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(widget, event)


def drag(widget: QWidget, button: Qt.MouseButton, start: QPoint, end: QPoint) -> None:
    """Press, move in two steps, release."""
    none = Qt.KeyboardModifier.NoModifier
    QTest.mousePress(widget, button, none, start)
    QTest.mouseMove(widget, (start + end) / 2)
    QTest.mouseMove(widget, end)
    QTest.mouseRelease(widget, button, none, end)


def grabbed(widget: QWidget) -> np.ndarray:
    """``(height, width, 3)`` RGB of the widget as painted now."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.ndarray((image.height(), image.bytesPerLine()), np.uint8, image.constBits())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def nearness(pixels: np.ndarray, colour: str) -> np.ndarray:
    """``(height, width)`` largest difference of any channel from ``colour``."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return np.abs(pixels.astype(int) - wanted).max(axis=2)
