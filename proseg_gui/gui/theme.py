"""Colours, style sheet and icons of the window: one table of colour tokens (resources/themes/tokens.json) feeds all.

Custom painted widgets read their colours from the ``QPalette``, so that a change of theme needs no code in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Protocol

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication

from proseg_gui.errors import UserError
from proseg_gui.locations import data_folder

THEMES = ("dark", "light")
ICON_SIZES = (16, 20, 24, 32, 48)
"""Device pixels for which icons are drawn: 16 and 20 px at scale factors 1 to 2.5."""

_ICON_PROPERTY = "iconName"

_ROLES: tuple[tuple[QPalette.ColorRole, str], ...] = (
    (QPalette.ColorRole.Window, "panel"),
    (QPalette.ColorRole.WindowText, "text"),
    (QPalette.ColorRole.Base, "well"),
    (QPalette.ColorRole.AlternateBase, "card"),
    (QPalette.ColorRole.Text, "text"),
    (QPalette.ColorRole.PlaceholderText, "muted"),
    (QPalette.ColorRole.Button, "card"),
    (QPalette.ColorRole.ButtonText, "text"),
    (QPalette.ColorRole.BrightText, "warning"),
    (QPalette.ColorRole.Light, "card_hover"),
    (QPalette.ColorRole.Midlight, "accent_soft"),
    (QPalette.ColorRole.Mid, "track"),
    (QPalette.ColorRole.Dark, "border"),
    (QPalette.ColorRole.Shadow, "control_border"),
    (QPalette.ColorRole.Highlight, "accent_fill"),
    (QPalette.ColorRole.HighlightedText, "on_accent"),
    (QPalette.ColorRole.Accent, "accent"),
    (QPalette.ColorRole.Link, "focus"),
    (QPalette.ColorRole.LinkVisited, "focus"),
    (QPalette.ColorRole.ToolTipBase, "card"),
    (QPalette.ColorRole.ToolTipText, "text"),
)
"""What a palette role means here: surfaces, words, and for painting ``Accent`` (handles), ``Mid`` (tracks), ``Link``
(focus ring), ``BrightText`` (warnings), ``Midlight`` (soft selection), ``Dark`` and ``Shadow`` (borders)."""

_DISABLED_ROLES = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.PlaceholderText,
    QPalette.ColorRole.Accent,
)


class HasIcon(Protocol):
    """An action or a button: it shows an icon and can remember a property."""

    def setIcon(self, icon: QIcon) -> None: ...  # noqa: D102 - Qt's own name and meaning

    def setProperty(self, name: str, value: object) -> bool: ...  # noqa: D102 - Qt's own name and meaning


@cache
def _icon_sources() -> Mapping[str, str]:
    """Every icon's SVG, read with the first one: later the window's thread must not wait for a disk."""
    files = (data_folder("resources") / "icons").glob("*.svg")
    return {path.stem: path.read_text(encoding="utf-8") for path in files}


@cache
def _base_sheet() -> tuple[str, Path]:
    """The style sheet of all themes with its colours as names, and the folder of the icons that it uses."""
    folder = data_folder("resources")
    return (folder / "themes" / "base.qss").read_text(encoding="utf-8"), folder / "icons"


@cache
def _all_tokens() -> Mapping[str, Mapping[str, str]]:
    path = data_folder("resources") / "themes" / "tokens.json"
    try:
        table: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        return table
    except (OSError, json.JSONDecodeError) as error:
        raise UserError("the theme cannot be read", path=path, remedy="Install proseg-gui again") from error


def tokens(name: str) -> Mapping[str, str]:
    """Return the colours of a theme: token name to ``#rrggbb``; ``ValueError`` for a theme that does not exist."""
    if name not in THEMES:
        raise ValueError(f"theme must be one of {', '.join(THEMES)}, got {name!r}")
    return _all_tokens()[name]


def load_theme(name: str) -> str:
    """Return the style sheet of theme ``name``; ``KeyError`` if base.qss names a colour that tokens.json lacks."""
    text, icons = _base_sheet()
    return Template(text).substitute(tokens(name), icons=icons.as_posix())


def palette(name: str) -> QPalette:
    """Return the palette of theme ``name``, with muted words for what is disabled."""
    colours = tokens(name)
    result = QPalette()
    for role, token in _ROLES:
        result.setColor(role, QColor(colours[token]))
    for role in _DISABLED_ROLES:
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours["disabled"]))
    return result


def apply_theme(app: QApplication, name: str) -> None:
    """Dress the whole application, and draw every icon given by :func:`set_icon` again in the new colours."""
    app.setStyle("Fusion")
    app.setPalette(palette(name))
    app.setStyleSheet(load_theme(name))
    for window in app.topLevelWidgets():
        for target in window.findChildren(QObject):
            icon_name = target.property(_ICON_PROPERTY)
            if icon_name and isinstance(target, (QAction, QAbstractButton)):
                target.setIcon(icon(str(icon_name)))


def colour(token: str) -> QColor:
    """Return a colour of the theme that the application wears now (told by how dark its windows are)."""
    dark = QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128
    return QColor(tokens("dark" if dark else "light")[token])


def icon_path(name: str) -> Path:
    """Return the file of icon ``name``."""
    return data_folder("resources") / "icons" / f"{name}.svg"


def icon_names() -> tuple[str, ...]:
    """Return the names of all icons that :func:`icon` knows."""
    return tuple(sorted(_icon_sources()))


def icon(name: str) -> QIcon:
    """Draw icon ``name`` in the application palette's text colours (normal and disabled), at several sizes."""
    colours = QApplication.palette()
    source = _icon_sources()[name]
    result = QIcon()
    for group, mode in (
        (QPalette.ColorGroup.Active, QIcon.Mode.Normal),
        (QPalette.ColorGroup.Disabled, QIcon.Mode.Disabled),
    ):
        colour = colours.color(group, QPalette.ColorRole.ButtonText).name()
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
        for size in ICON_SIZES:
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            result.addPixmap(pixmap, mode)
    return result


def set_icon(target: HasIcon, name: str) -> None:
    """Give an action or a button icon ``name``; it follows later changes of theme."""
    target.setProperty(_ICON_PROPERTY, name)
    target.setIcon(icon(name))
