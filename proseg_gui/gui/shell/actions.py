"""Every command of the window in one table: menu, text, key, what it does. The shortcut sheet is made from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar


@dataclass(frozen=True)
class Command:
    """One menu entry. ``checked`` (a function) makes it checkable and says its state when the menu opens."""

    menu: str
    text: str
    key: str
    run: Callable[[], object]
    checked: Callable[[], bool] | None = None
    enabled: Callable[[], bool] | None = None
    group: str = ""
    """Entries of another group are set apart by a line."""
    label: Callable[[], str] | None = None
    """The text of the moment, where it changes; ``text`` stands in lists of commands."""


EVERYWHERE = frozenset({"File", "Help"})
"""Menus that do not belong to the scan in view."""
MOUSE_HELP = (
    ("Wheel", "Previous / next slice"),
    ("Ctrl + wheel", "Zoom at the cursor"),
    ("Middle drag", "Pan"),
    ("Right drag", "Window / level (or zoom: View > Right drag zooms)"),
    ("Double click", "One pane / two panes"),
)


class Menus:
    """The window's menus, built from commands; :meth:`refresh` brings check marks and greying up to date."""

    def __init__(self, window: QMainWindow, bar: QMenuBar, commands: Sequence[Command]) -> None:
        self.by_name: dict[str, QMenu] = {}
        self._entries: list[tuple[QAction, Command]] = []
        self._review = True
        last_group: dict[str, str] = {}
        for command in commands:
            if command.menu not in self.by_name:
                self.by_name[command.menu] = bar.addMenu(f"&{command.menu}")
            elif command.group != last_group[command.menu]:
                self.by_name[command.menu].addSeparator()
            last_group[command.menu] = command.group
            action = QAction(command.text, window)
            if command.key:
                action.setShortcuts([QKeySequence(key) for key in command.key.split("|")])
            action.setCheckable(command.checked is not None)
            action.triggered.connect(lambda _checked=False, run=command.run: run())
            self.by_name[command.menu].addAction(action)
            window.addAction(action)
            self._entries.append((action, command))
        for menu in self.by_name.values():
            menu.aboutToShow.connect(self.refresh)
        self.refresh()

    def set_review(self, review: bool) -> None:
        """Whether Review is in front: elsewhere only the commands of :data:`EVERYWHERE` can be given."""
        self._review = review
        self.refresh()

    def refresh(self) -> None:
        """Ask every command for its state."""
        for action, command in self._entries:
            if command.checked is not None:
                action.setChecked(command.checked())
            if command.label is not None:
                action.setText(command.label())
            there = self._review or command.menu in EVERYWHERE
            action.setEnabled(there and (command.enabled is None or command.enabled()))


def shortcut_groups(commands: Sequence[Command]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups for the shortcut sheet: one a menu, and the mouse."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for command in commands:
        if command.key:
            text = command.text.replace("&", "").rstrip("\u2026")
            groups.setdefault(command.menu, []).append((command.key.replace("|", " or "), text))
    return [*groups.items(), ("Mouse", list(MOUSE_HELP))]
