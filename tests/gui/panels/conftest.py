"""What several panel tests use: raters, axes, thumbnails, a recorder of every signal of a panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from proseg_gui.gui import theme
from proseg_gui.gui.panels.model import AxisRow, RaterItem

COLOURS = ("#70d0f0", "#e05020", "#9060f0", "#e070b0", "#c0b020", "#c0f0d0", "#70a0f0", "#f0a0a0", "#609070")
LONG_NAMES = (
    "p1_amira",
    "p1_imagej",
    "p2_amira",
    "Dr. Hofmann-Bergström, second reading of 2019",
    "p3_imagej",
    "p4_amira",
    "p4_imagej (resident & fellow)",
    "p5_amira",
    "p5_imagej",
)


def make_raters(names: Sequence[str]) -> list[RaterItem]:
    return [RaterItem(name, COLOURS[i % len(COLOURS)]) for i, name in enumerate(names)]


def make_axes(n: int) -> list[AxisRow]:
    shares = (0.62, 0.21, 0.09, 0.04, 0.02, 0.01, 0.01)
    effects = (2.1, -0.8, 0.5, None, 0.034, 0.0, 0.2)
    return [AxisRow(f"axis{i}", f"{i + 1} · direction", shares[i], 3.0, effects[i]) for i in range(n)]


def make_thumbnail(seed: int = 0, shape: tuple[int, int] = (40, 56)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


class Recorder:
    """Collects (signal name, arguments) of every signal of a gesture that a widget's own classes declare."""

    def __init__(self, widget: QObject) -> None:
        self.calls: list[tuple[str, tuple]] = []
        for cls in type(widget).__mro__:
            for name, value in vars(cls).items():
                if isinstance(value, Signal) and name != "shown" and cls.__module__.startswith("proseg_gui"):
                    getattr(widget, name).connect(self._slot(name))

    def _slot(self, name: str) -> Callable:
        return lambda *args: self.calls.append((name, args))

    def of(self, name: str) -> list[tuple]:
        return [args for called, args in self.calls if called == name]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


def turn_wheel(widget: QWidget, notches: float) -> QWheelEvent:
    centre = QPointF(widget.rect().center())
    event = QWheelEvent(
        centre, widget.mapToGlobal(centre), QPoint(), QPoint(0, round(120 * notches)), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event


@pytest.fixture
def kit() -> SimpleNamespace:
    return SimpleNamespace(
        raters=make_raters, axes=make_axes, thumbnail=make_thumbnail, Recorder=Recorder, wheel=turn_wheel,
        long_names=LONG_NAMES,
    )  # fmt: skip


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the dark theme; undressed afterwards."""
    before = qapp.palette()
    theme.apply_theme(qapp, "dark")
    yield qapp
    qapp.setStyleSheet("")
    qapp.setPalette(before)


@pytest.fixture
def shown(qtbot) -> Callable:
    """Show a widget at a size and wait until it is painted."""

    def show(widget: QWidget, width: int = 290, height: int = 0) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(width, height or max(widget.sizeHint().height(), 40))
        widget.show()
        qtbot.waitExposed(widget)
        widget.activateWindow()
        QApplication.processEvents()
        return widget

    return show
