"""Both themes: complete, readable, and applied to icons and palettes."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QAction, QColor, QPalette
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QPushButton, QWidget

from proseg_gui.gui import theme
from proseg_gui.locations import data_folder

THEMES = pytest.mark.parametrize("name", theme.THEMES)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_formula_by_its_known_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@THEMES
@pytest.mark.parametrize(
    ("text", "grounds"),
    [
        ("text", ("window", "panel", "card", "card_hover", "well", "accent_soft")),
        ("muted", ("window", "panel", "card", "well")),
        ("warning", ("panel", "card")),
        ("danger", ("panel", "card")),
        ("good", ("panel", "card")),
        ("on_accent", ("accent_fill", "accent_fill_hover")),
        ("selected_text", ("accent_soft",)),
    ],
)
def test_words_can_be_read(name, text, grounds):
    colours = theme.tokens(name)
    for ground in grounds:
        assert contrast(colours[text], colours[ground]) >= 4.5, f"{text} on {ground}"


@THEMES
def test_controls_and_the_focus_ring_can_be_seen(name):
    colours = theme.tokens(name)
    for mark, grounds in (("focus", ("panel", "card")), ("accent", ("panel", "card")), ("control_border", ("panel",))):
        for ground in grounds:
            assert contrast(colours[mark], colours[ground]) >= 3.0, f"{mark} on {ground}"


def test_both_themes_have_the_same_colours_and_each_is_used():
    dark, light = (theme.tokens(name) for name in theme.THEMES)
    assert set(dark) == set(light)
    sheet = (data_folder("resources") / "themes" / "base.qss").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{(\w+)\}", sheet)) | {token for _, token in theme._ROLES} | {"good"}  # accepted cases
    assert set(dark) - used == set()
    for colours in (dark, light):
        assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours.values())


@THEMES
def test_a_sheet_has_no_open_place_and_no_missing_picture(name):
    sheet = theme.load_theme(name)
    assert "${" not in sheet.split("*/", 1)[1]
    for path in re.findall(r'url\("([^"]+)"\)', sheet):
        assert QSvgRenderer(path).isValid(), path
    assert "#" not in (data_folder("resources") / "themes" / "base.qss").read_text(encoding="utf-8").split("*/", 1)[
        1
    ].replace("#central", "")  # colours stand in the table only


def test_an_unknown_theme_is_refused():
    with pytest.raises(ValueError, match="dark, light"):
        theme.tokens("blue")


def test_applying_a_theme_dresses_palette_sheet_and_icons(dark, shown):
    window = QWidget()
    each = QPushButton("Go", window)
    action = QAction("Open", window)
    theme.set_icon(each, "dice")
    theme.set_icon(action, "open")
    shown(window, 100, 40)
    before = [target.icon().pixmap(16, 16).toImage() for target in (each, action)]
    theme.apply_theme(dark, "light")
    after = [target.icon().pixmap(16, 16).toImage() for target in (each, action)]
    assert all(a != b for a, b in zip(before, after, strict=True))
    assert dark.palette().color(QPalette.ColorRole.Window) == QColor(theme.tokens("light")["panel"])
    assert theme.tokens("light")["card"] in dark.styleSheet()
    assert theme.colour("good") == QColor(theme.tokens("light")["good"])


@pytest.mark.parametrize("name", theme.icon_names())
def test_every_icon_is_a_drawing(qapp, name):
    assert QSvgRenderer(str(theme.icon_path(name))).isValid()
    image = theme.icon(name).pixmap(16, 16).toImage()
    painted = sum(image.pixelColor(x, y).alpha() > 60 for x in range(image.width()) for y in range(image.height()))
    assert painted > 4
