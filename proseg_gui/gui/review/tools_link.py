"""Joins the tools of the hand and the list of structures with the desk."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog

from proseg_gui.gui.dialogs.structure_dialog import StructureDialog
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.structures import StructuresPanel
from proseg_gui.gui.panels.toolbar import ToolBar
from proseg_gui.gui.review.controller import Controller
from proseg_gui.planes import Plane


class ToolsLink(QObject):
    """Tool bar and structures: what is chosen there is told to the desk, what changed there is shown."""

    def __init__(self, host: Host, controller: Controller, toolbar: ToolBar, structures: StructuresPanel) -> None:
        super().__init__(controller)
        self._host, self._controller = host, controller
        desk = controller.desk
        tools, drafts = desk.tools, desk.drafts
        toolbar.tool_chosen.connect(tools.choose)
        toolbar.radius_changed.connect(tools.set_radius)
        toolbar.ball_changed.connect(tools.set_ball)
        toolbar.range_changed.connect(tools.set_range)
        toolbar.range_asked.connect(tools.range_from_contour)
        toolbar.reach_changed.connect(tools.set_reach)
        toolbar.clicks_cleared.connect(desk.clicking.clear)
        controller.bundle_changed.connect(lambda _bundle: toolbar.set_takes_clicks(desk.clicking.able))
        controller.tool_changed.connect(toolbar.set_tool)
        controller.study_changed.connect(lambda study: toolbar.set_available(study is not None))
        toolbar.set_available(desk.study is not None)
        structures.add_asked.connect(self.ask_to_add)
        structures.rename_asked.connect(self.ask_to_rename)
        structures.colour_asked.connect(self.ask_colour)
        structures.delete_asked.connect(lambda number: drafts.delete(desk.structures[number]))
        structures.clear_asked.connect(lambda number: drafts.clear(desk.structures[number]))
        structures.lock_changed.connect(lambda number, locked: drafts.lock(desk.structures[number], locked))
        structures.moved.connect(lambda number, steps: drafts.move(desk.structures[number], steps))

    def ask_to_add(self) -> None:
        """Ask for the name of a structure and add it."""
        if self._controller.desk.case is None:
            self._controller.noticed.emit(tr("Open a scan first"))
            return
        dialog = StructureDialog(tr("Add a structure"), parent=self._host.parent)
        self._host.show_dialog(dialog, lambda: self._controller.desk.drafts.add(dialog.name()))

    def ask_to_rename(self, number: int) -> None:
        """Ask what a structure is to be called."""
        old = self._controller.desk.structures[number]
        dialog = StructureDialog(tr("Rename {old}").format(old=old), old, parent=self._host.parent)
        self._host.show_dialog(dialog, lambda: self._controller.desk.drafts.rename(old, dialog.name()))

    def ask_colour(self, number: int) -> None:
        """Ask for a structure's colour."""
        name = self._controller.desk.structures[number]
        dialog = QColorDialog(QColor(self._controller.desk.drafts.colour(number)), self._host.parent)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setWindowTitle(tr("Colour of {name}").format(name=name))
        chosen = self._controller.desk.drafts.recolour
        self._host.show_dialog(dialog, lambda: chosen(name, dialog.currentColor().name()))

    def clear_here(self) -> None:
        """Forget what was drawn of the active structure on the slice in view."""
        desk = self._controller.desk
        if desk.drafts.clear(desk.structure_name, Plane(0, desk.slice_index)) is None:
            self._controller.noticed.emit(tr("Nothing was drawn on this slice"))
