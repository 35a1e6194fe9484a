"""What a command is, and the menus that are built from the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from proseg_gui.gui.language import tr


@dataclass(frozen=True)
class Command:
    """What a person can ask of the window: a row of the table in :mod:`.commands`, in a menu and in the palette.

    Parameters
    ----------
    id:
        How settings know it; never changes.
    menu:
        One of :func:`menu_titles`.
    text:
        As the menu shows it, with ``&`` before its letter and an ellipsis where something is asked first.
    key:
        The keys it has unless a person chose others, as Qt writes them, with ``|`` between several.
    run:
        Carries it out.
    tip:
        What it does, in a few words: the tool tip.
    words:
        What else people call it; the palette finds it by these too.
    checked:
        Makes it checkable and says its state.
    blocked:
        Why it cannot be given now (shown to people), or an empty text.
    group:
        Entries of another group are set apart by a line.
    submenu:
        The menu within the menu that holds it.
    label:
        The text of the moment, where it changes; ``text`` stands in lists of commands.
    """

    id: str
    menu: str
    text: str
    key: str
    run: Callable[[], object]
    tip: str
    words: str = ""
    checked: Callable[[], bool] | None = None
    blocked: Callable[[], str] | None = None
    group: str = ""
    submenu: str = ""
    label: Callable[[], str] | None = None

    @property
    def name(self) -> str:
        """The text without the signs that only a menu needs."""
        return self.text.replace("&", "").rstrip("\u2026")

    @property
    def title(self) -> str:
        """The name, with the submenu that it is read together with."""
        return f"{self.submenu.replace('&', '')}: {self.name}" if self.submenu else self.name

    @property
    def keys(self) -> tuple[str, ...]:
        """The table's own keys, one text each."""
        return tuple(key for key in self.key.split("|") if key)

    @property
    def everywhere(self) -> bool:
        """Whether it does not belong to the scan in view, so that it can be given in the Trainer too."""
        return self.menu in ("File", "Help") or self.group == "app"


def menu_titles() -> dict[str, str]:
    """The menus in the order of the bar: what rows of the table call them, and their titles."""
    return {
        "File": tr("&File"),
        "Edit": tr("&Edit"),
        "View": tr("&View"),
        "Case": tr("&Case"),
        "Tools": tr("&Tools"),
        "Help": tr("&Help"),
    }


def preset_names() -> dict[str, str]:
    """The grey-level windows for CT, as :data:`proseg_gui.settings.WINDOW_PRESETS` and as people call them."""
    return {
        "Soft tissue": tr("Soft tissue"),
        "Lung": tr("Lung"),
        "Bone": tr("Bone"),
        "Brain": tr("Brain"),
        "Mediastinum": tr("Mediastinum"),
    }


def mouse_help() -> tuple[tuple[str, str], ...]:
    """What the mouse does over a pane: (how, what)."""
    return (
        (tr("Wheel"), tr("Previous / next slice")),
        (tr("Ctrl + wheel"), tr("Zoom at the cursor")),
        (tr("Middle drag"), tr("Pan")),
        (tr("Right drag"), tr("Window / level (or zoom: View > Right drag zooms)")),
        (tr("Double click"), tr("One pane / two panes")),
    )


class Menus:
    """The window's menus, built from commands; :meth:`refresh` brings check marks and greying up to date."""

    def __init__(self, window: QMainWindow, bar: QMenuBar, commands: Sequence[Command]) -> None:
        self.by_name: dict[str, QMenu] = {}
        self.commands = {command.id: command for command in commands}
        self._actions: dict[str, QAction] = {}
        self._review = True
        for name, title in menu_titles().items():
            of_menu = [command for command in commands if command.menu == name]
            self._fill(self._menu(bar.addMenu(title), name), of_menu, window)
        self.set_keys(lambda name: self.commands[name].keys)
        self.refresh()

    def _menu(self, menu: QMenu, name: str) -> QMenu:
        self.by_name[name] = menu
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self.refresh)
        return menu

    def _fill(self, menu: QMenu, commands: Sequence[Command], window: QMainWindow) -> None:
        last_group, submenus = "", dict[str, QMenu]()
        for number, command in enumerate(commands):
            if number and command.group != last_group:
                menu.addSeparator()
            last_group = command.group
            target = menu
            if command.submenu:
                if command.submenu not in submenus:
                    submenus[command.submenu] = self._menu(menu.addMenu(command.submenu), command.submenu)
                target = submenus[command.submenu]
            action = QAction(command.text, window)
            action.setToolTip(command.tip)
            action.setCheckable(command.checked is not None)
            action.triggered.connect(lambda _checked=False, run=command.run: run())
            target.addAction(action)
            window.addAction(action)
            self._actions[command.id] = action

    def action(self, command_id: str) -> QAction:
        """The menu entry of a command."""
        return self._actions[command_id]

    def set_keys(self, of: Callable[[str], Sequence[str]]) -> None:
        """Give every command its keys."""
        for action in self._actions.values():
            action.setShortcuts([])  # or two commands would have one key for a moment
        for name, action in self._actions.items():
            action.setShortcuts([QKeySequence(key) for key in of(name)])

    def keys_shown(self, command_id: str) -> tuple[str, ...]:
        """The keys of a command as people read them."""
        native = QKeySequence.SequenceFormat.NativeText
        return tuple(key.toString(native) for key in self._actions[command_id].shortcuts())

    def give(self, command_id: str) -> None:
        """Carry a command out as its menu entry does: one that is blocked stays without effect."""
        self.refresh()
        self._actions[command_id].trigger()

    def why_not(self, command_id: str) -> str:
        """Why a command cannot be given now; empty if it can."""
        command = self.commands[command_id]
        if not (self._review or command.everywhere):
            return tr("Bring Review to the front first")
        return "" if command.blocked is None else command.blocked()

    def set_review(self, review: bool) -> None:
        """Whether Review is in front: elsewhere only commands that belong to no scan can be given."""
        self._review = review
        self.refresh()

    def refresh(self) -> None:
        """Ask every command for its state."""
        for name, action in self._actions.items():
            command = self.commands[name]
            if command.checked is not None:
                action.setChecked(command.checked())
            if command.label is not None:
                action.setText(command.label())
            action.setEnabled(not self.why_not(name))


def shortcut_groups(menus: Menus) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups for the sheet of keys: one a menu, as the keys are now, and the mouse."""
    groups: dict[str, list[tuple[str, str]]] = {}
    titles = menu_titles()
    for command in menus.commands.values():
        keys = menus.keys_shown(command.id)
        if keys:
            groups.setdefault(titles[command.menu].replace("&", ""), []).append(("|".join(keys), command.title))
    return [*groups.items(), (tr("Mouse"), list(mouse_help()))]
