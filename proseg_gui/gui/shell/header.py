"""The row of quick choices beside the menus: layout, window, model, device, export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QMenuBar, QPushButton, QToolButton, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.shell.actions import mouse_help, preset_names
from proseg_gui.gui.theme import set_icon
from proseg_gui.review.state import ViewState
from proseg_gui.settings import WINDOW_PRESETS
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle

CHIP_PADDING = 56
NARROW_PADDING = 44
"""Of a chip without words."""
LEVELS_MS = 100
LONGEST_NARROW = 80
"""Widget pixels for a name once there is little room."""


def layout_names() -> dict[str, str]:
    """Layouts of the panes, as the settings know them, and what people call them."""
    return {"two": tr("scan | heatmap"), "single": tr("single pane"), "mpr": tr("planes across"),
            "compare": tr("compare"), "gallery": tr("gallery"), "surface": tr("scan | surface")}  # fmt: skip


class TopBar(QWidget):
    """Menus and tabs at the left, quick choices at the right, in one row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.menus = QMenuBar(self)
        self.menus.setNativeMenuBar(False)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.menus, 0, Qt.AlignmentFlag.AlignVCenter)

        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self._tabs: QWidget | None = None
        self._header: Header | None = None

    def minimumSizeHint(self) -> QSize:
        """As narrow as one likes: the choices shorten."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the choices shorten to the room that menus and tabs leave."""
        super().resizeEvent(event)
        if self._header is not None and self._tabs is not None:
            taken = self.menus.sizeHint().width() + self._tabs.sizeHint().width() + 3 * self._row.spacing()
            self._header.fit(self.width() - taken)
            self._row.invalidate()
            self._row.activate()

    def set_header(self, tabs: QWidget, header: Header) -> None:
        """Put the tabs and the quick choices beside the menus."""
        self._tabs, self._header = tabs, header
        self._row.addWidget(tabs, 0)
        self._row.addStretch(1)
        self._row.addWidget(header, 0)


class Header(QWidget):
    """Shows the choices of the moment; a click offers the others."""

    def __init__(
        self,
        controller: Controller,
        opener: Opener,
        *,
        export: Callable[[], None],
        choose_model: Callable[[], None],
        automatic_window: Callable[[], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._controller, self._opener = controller, opener
        self._texts: dict[QToolButton, tuple[str, ...]] = {}
        self._tips: dict[QToolButton, str] = {}
        self._said: dict[QToolButton, tuple[str, str, int]] = {}
        """Text, tool tip and width of each chip as they are written now."""
        self._room = 1 << 20
        self._levels: tuple[float, float] | None = None
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(4, 3, 8, 3)
        row.setSpacing(6)
        self._presets: list[QAction] = []
        self._layout = self._chip("layout", tr("Panes"))
        self._window = self._chip("window_level", tr("Window / level"))
        self._model = self._chip("model", tr("Model"))
        self._device = self._chip("", tr("Where the model runs"))
        for chip in (self._layout, self._window, self._model, self._device):
            row.addWidget(chip)
        self._export = QPushButton(tr("Export\u2026"))
        self._export.setProperty("kind", "primary")
        set_icon(self._export, "export")
        self._export.clicked.connect(export)
        row.addWidget(self._export)
        self._window.setMenu(self._window_menu(automatic_window))
        self._device.setMenu(self._device_menu())
        self._model.setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
        self._model.clicked.connect(choose_model)
        # A chip that changes its words lays out the whole window: while levels are dragged, at a pace that can be read.
        self._levels_soon = QTimer(self)
        self._levels_soon.setSingleShot(True)
        self._levels_soon.setInterval(LEVELS_MS)
        self._levels_soon.timeout.connect(self._show_levels)
        controller.view_changed.connect(self._show_view)
        controller.bundle_changed.connect(self._show_bundle)
        controller.structure_state_changed.connect(lambda _none: self._allow_export())
        controller.study_changed.connect(lambda _study: self._show_view(controller.display.view))
        self._show_view(controller.display.view)
        self._show_bundle(None)

    def offer_layouts(self, commands: Sequence[QAction]) -> None:
        """Offer the menus' own commands for layouts: with their keys, and only what can be shown now."""
        menu = QMenu(self)
        menu.addActions(commands)
        self._layout.setMenu(menu)

    def tell_keys(self, keys: Callable[[str], Sequence[str]]) -> None:
        """Say in the tool tips by which keys the same is done; ``keys`` tells those of a command."""
        for widget, text, command in (
            (self._layout, tr("Panes"), "single_pane"),
            (self._model, tr("Model"), "choose_model"),
            (self._export, tr("Write contours, samples and maps"), "export"),
        ):
            found = ", ".join(keys(command))
            told = f"{text} ({found})" if found else text
            if isinstance(widget, QToolButton):
                self._tips[widget] = told
            else:
                widget.setToolTip(told)
        self.fit(self._room)

    def _chip(self, icon: str, tip: str) -> QToolButton:
        chip = QToolButton(self)
        chip.setProperty("kind", "chip")
        self._tips[chip] = tip
        if icon:
            set_icon(chip, icon)
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return chip

    def _label(self, chip: QToolButton, *texts: str) -> None:
        """What a chip says, from the longest wording to the shortest; the longest is in the tip of a shortened one."""
        if self._texts.get(chip) != texts:
            self._texts[chip] = texts
            self.fit(self._room)

    def _tip(self, chip: QToolButton, text: str) -> str:
        """What a chip is for, its whole words where they are shortened, and of the panes what the mouse does there."""
        whole = self._texts[chip][0]
        tip = self._tips[chip] if text == whole else f"{self._tips[chip]}: {whole}"
        mouse = "\n".join(f"{how}: {what}" for how, what in mouse_help()) if chip is self._layout else ""
        return "\n\n".join(part for part in (tip, mouse) if part)

    def fit(self, room: int) -> None:
        """Write the chips as long as ``room`` widget pixels allow.

        A chip gets the width that it needs by hand: the style sheet's arrow is not in its size hint.
        """
        self._room = room
        margins = self._row.contentsMargins()
        room -= margins.left() + margins.right() + self._export.sizeHint().width()
        for level in range(LEVELS):
            shown = {chip: _at_level(chip, texts, level) for chip, texts in self._texts.items()}
            widths = {chip: _chip_width(chip, text) for chip, text in shown.items()}
            if sum(widths.values()) + self._row.spacing() * len(widths) <= room:
                break
        said = {chip: (text, self._tip(chip, text), widths[chip]) for chip, text in shown.items()}
        for chip, (text, tip, width) in said.items():
            if self._said.get(chip) != said[chip]:
                chip.setText(text)
                chip.setToolTip(tip)
                chip.setFixedWidth(width)
        if said != self._said:
            self._said = said
            self._row.activate()
            self.updateGeometry()

    def _window_menu(self, automatic: Callable[[], None]) -> QMenu:
        menu = QMenu(self)
        names = preset_names()
        for name, centre, width in WINDOW_PRESETS:
            text = f"{names[name]}   {centre:g} / {width:g}"
            self._presets.append(menu.addAction(text, partial(self._controller.display.set_window, centre, width)))
        menu.addSeparator()
        menu.addAction(tr("As the file says, or the whole range"), automatic)
        return menu

    def _device_menu(self) -> QMenu:
        menu = QMenu(self)

        def fill() -> None:
            # Only what this computer has. Asking needs torch, which is there once a model was loaded.
            menu.clear()
            names = ["auto"]
            if self._controller.desk.review is not None:
                from proseg_gui.inference.device import available_devices

                names += available_devices()
            for name in names:
                menu.addAction(name, partial(self._opener.use_device, name))

        menu.aboutToShow.connect(fill)
        return menu

    def _show_view(self, view: ViewState) -> None:
        self._label(self._layout, layout_names()[view.settings.layout], "")
        if view.window != self._levels and not self._levels_soon.isActive():
            self._show_levels()
            self._levels_soon.start()
        study = self._controller.desk.study
        self._window.setEnabled(study is not None)
        for action in self._presets:
            action.setEnabled(study is not None and self._controller.display.shown.unit == "HU")

    def _show_levels(self) -> None:
        centre, width = self._levels = self._controller.display.view.window
        found = next((name for name, c, w in WINDOW_PRESETS if (c, w) == (centre, width)), "")
        preset = preset_names().get(found, tr("Window"))
        levels = f"{centre:.0f} / {width:.0f}" if abs(width) >= 10 else f"{centre:.3g} / {width:.3g}"
        self._label(self._window, f"{preset} {levels}", levels, "")

    def _allow_export(self) -> None:
        desk = self._controller.desk
        self._export.setEnabled(desk.study is not None and bool(desk.structures))

    def _show_bundle(self, bundle: Bundle | None) -> None:
        review = self._controller.desk.review
        self._allow_export()
        if bundle is None or review is None:
            self._label(self._model, tr("no model"))
            self._label(self._device, "auto")
            return
        card = bundle.card
        shorter = f"{card.name} \u00b7 {plural(len(card.raters), tr('rater'), tr('raters'))}"
        self._label(self._model, f"{shorter} \u00b7 v{card.version}", shorter, card.name)
        self._label(self._device, review.engine.device_name)


LEVELS = 4
"""Wordings: all, shorter, shortest with names cut, and each name as short as it can be."""


def _at_level(chip: QToolButton, texts: tuple[str, ...], level: int) -> str:
    text = texts[min(level, len(texts) - 1)]
    if level < 2:
        return text
    width = LONGEST_NARROW if level == 2 else LONGEST_NARROW // 2
    return chip.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width)


def _chip_width(chip: QToolButton, text: str) -> int:
    return chip.fontMetrics().horizontalAdvance(text) + CHIP_PADDING if text else NARROW_PADDING
