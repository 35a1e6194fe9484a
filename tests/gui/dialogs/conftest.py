"""Dialogs in the dark theme, shown and taken away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QDialog

from proseg_gui.gui import theme


@pytest.fixture(autouse=True)
def dark(qapp: QApplication) -> Iterator[QApplication]:
    before = qapp.palette()
    theme.apply_theme(qapp, "dark")
    yield qapp
    qapp.setStyleSheet("")
    qapp.setPalette(before)


@pytest.fixture
def shown(qtbot) -> Callable:
    def show(dialog: QDialog) -> QDialog:
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        return dialog

    return show


@pytest.fixture
def thumbnail() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (40, 56, 3), dtype=np.uint8)
