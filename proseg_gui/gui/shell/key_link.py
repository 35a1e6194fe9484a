"""Keys that a person chose, from the settings to the menus and back, and the dialog that changes them."""

from __future__ import annotations

from collections.abc import Callable

from proseg_gui.gui.dialogs.key_table import KeyTable
from proseg_gui.gui.dialogs.keys_dialog import KeyRow, KeysDialog
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.shell.actions import Menus, menu_titles
from proseg_gui.review.state import ViewState


class KeyLink:
    """Menus follow the settings; ``changed`` is called after they did."""

    def __init__(self, host: Host, controller: Controller, menus: Menus, changed: Callable[[], None]) -> None:
        self._host, self._controller, self._menus, self._changed = host, controller, menus, changed
        self._own = {name: command.keys for name, command in menus.commands.items()}
        self._keys = controller.display.view.settings.keys
        self._show(KeyTable(self._own, self._keys))
        controller.view_changed.connect(self._follow)

    def _follow(self, view: ViewState) -> None:
        if view.settings.keys != self._keys:
            self._keys = view.settings.keys
            chosen = KeyTable(self._own, self._keys)
            if chosen.stored() != self._table.stored():
                self._show(chosen)

    def _show(self, table: KeyTable) -> None:
        self._table = table
        self._menus.set_keys(table.of)
        self._changed()

    def ask(self) -> None:
        """Open the dialog; what was chosen counts from OK on."""
        titles = {name: title.replace("&", "") for name, title in menu_titles().items()}
        rows = [
            KeyRow(command.id, command.title, titles[command.menu], command.words)
            for command in self._menus.commands.values()
        ]
        dialog = KeysDialog(rows, self._table, _reserved(), self._host.parent)
        self._host.show_dialog(dialog, lambda: self._controller.display.set_view(keys=dialog.table_of_keys.stored()))


def _reserved() -> dict[str, str]:
    """Keys that are no command's: they move through the window, and open its menus."""
    found = {
        "Return": tr("it presses the button that has the focus"),
        "Enter": tr("it presses the button that has the focus"),
    }
    for title in menu_titles().values():
        letter = title.partition("&")[2][:1].upper()
        found[f"Alt+{letter}"] = tr("it opens the menu {menu}").format(menu=title.replace("&", ""))
    return found
