"""Opens the palette on the window's commands, and remembers what was given last."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from proseg_gui.gui.dialogs.command_palette import CommandPalette, PaletteEntry
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.shell.actions import Menus, menu_titles
from proseg_gui.settings import MAX_RECENT


class Finder:
    """One palette at a time."""

    def __init__(self, menus: Menus, controller: Controller, window: QWidget) -> None:
        self._menus, self._controller, self._window = menus, controller, window
        self._open: CommandPalette | None = None

    def ask(self) -> None:
        """Show the palette; what is chosen is given as its menu entry would be."""
        if self._open is not None:
            self._open.close()
        palette = CommandPalette(self.entries, self._controller.display.view.settings.recent_commands, self._window)
        palette.chosen.connect(self._give)
        palette.finished.connect(lambda _code: self._gone(palette))
        self._open = palette
        palette.open_over(self._window)

    def entries(self) -> list[PaletteEntry]:
        """Every command but the palette's own, as it stands now."""
        titles = menu_titles()
        return [
            PaletteEntry(
                id=command.id,
                name=command.title,
                menu=titles[command.menu].replace("&", ""),
                tip=command.tip,
                keys=self._menus.keys_shown(command.id),
                words=command.words,
                why_not=self._menus.why_not(command.id),
            )
            for command in self._menus.commands.values()
            if command.id != "find_command"
        ]

    def _gone(self, palette: CommandPalette) -> None:
        if self._open is palette:
            self._open = None
        palette.deleteLater()

    def _give(self, command_id: str) -> None:
        display = self._controller.display
        before = tuple(name for name in display.view.settings.recent_commands if name != command_id)
        display.set_view(recent_commands=(command_id, *before)[:MAX_RECENT])
        self._menus.give(command_id)
