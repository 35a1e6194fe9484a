"""The banner of a model that does not fit: there while it does not, readable, and never in the way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from proseg_gui.gui import theme
from proseg_gui.gui.panels.fit_banner import FitBanner
from proseg_gui.inference.fit import Fit

REASONS = (
    "This is CT, and the model brain_growth learned from MR images.",
    "The image does not look like those that the model brain_growth learned from: another kind of image, another part "
    "of the body, or turned or inverted.",
)


@pytest.fixture
def banner(qtbot):
    made = FitBanner()
    qtbot.addWidget(made)
    made.resize(420, 40)
    return made


def test_it_is_there_while_the_model_does_not_fit_and_only_then(banner):
    assert banner.isHidden()
    banner.set_fit(Fit(False, REASONS, 3.0, 1.5))
    assert not banner.isHidden() and all(reason in banner.reasons.text() for reason in REASONS)
    assert banner.accessibleDescription() == banner.reasons.text()
    banner.set_fit(Fit(True, (), 1.0, 1.5))
    assert banner.isHidden() and banner.reasons.text() == ""
    banner.set_fit(Fit(False, REASONS))
    banner.set_fit(None)
    assert banner.isHidden()


def test_every_word_is_seen_at_any_width(qtbot):
    window, banner = QWidget(), FitBanner()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.addWidget(banner)
    column.addStretch(1)
    banner.set_fit(Fit(False, REASONS))
    window.show()
    for width in (320, 420, 900):
        window.resize(width, 400)
        QApplication.processEvents()
        for label in (banner.title, banner.reasons):
            assert label.height() >= label.heightForWidth(label.width())
            assert banner.rect().contains(label.geometry())
        assert banner.rect().contains(banner.choose.geometry())


def test_nothing_puts_it_away_but_another_answer(banner, qtbot):
    banner.set_fit(Fit(False, REASONS))
    banner.show()
    asked = []
    banner.model_asked.connect(lambda: asked.append(True))
    QTest.mouseClick(banner, Qt.MouseButton.LeftButton)
    QTest.keyClick(banner, Qt.Key.Key_Escape)
    assert not banner.isHidden() and not asked
    QTest.mouseClick(banner.choose, Qt.MouseButton.LeftButton)
    assert asked == [True] and not banner.isHidden() and not banner.choose.isDefault()


def test_a_model_s_name_is_text_and_no_markup(banner):
    banner.set_fit(Fit(False, ("The model <b>x</b> takes 2 channels.",)))
    assert banner.reasons.textFormat() == Qt.TextFormat.PlainText


@pytest.mark.parametrize("name", ["dark", "light"])
def test_its_words_read_on_its_ground(qapp, banner, name):
    """Measured on the painted pixels: 4.5 to 1 or better in both themes."""
    before = qapp.styleSheet()
    try:
        theme.apply_theme(qapp, name)
        banner.set_fit(Fit(False, REASONS))
        banner.setFixedSize(600, banner.heightForWidth(600))
        banner.show()
        QApplication.processEvents()
        picture = banner.grab().toImage()
        for label in (banner.title, banner.reasons):
            place, ratio = label.geometry(), picture.devicePixelRatio()
            found = [
                luminance(picture.pixelColor(int(x * ratio), int(y * ratio)))
                for x in range(place.left(), place.right()) for y in range(place.top(), place.bottom())
            ]  # fmt: skip
            ground = sorted(found)[len(found) // 2]  # most of a label is its ground
            ink = max(found, key=lambda value: abs(value - ground))
            assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) >= 4.5
    finally:
        qapp.setStyleSheet(before)


def luminance(colour) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
             for c in (colour.redF(), colour.greenF(), colour.blueF())]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
