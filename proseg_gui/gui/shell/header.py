"""The row of quick choices beside the menus: layout, window, model, device, export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QMenuBar, QPushButton, QToolButton, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.shell.actions import mouse_help, preset_names
from proseg_gui.gui.theme import set_icon
from proseg_gui.review.state import ViewState
from proseg_gui.settings import WINDOW_PRESETS

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle

CHIP_PADDING = 56


def layout_names() -> dict[str, str]:
    """Layouts of the panes, as the settings know them, and what people call them."""
    return {"two": tr("scan | heatmap"), "single": tr("single pane"), "mpr": tr("planes across")}


class TopBar(QWidget):
    """Menus and tabs at the left, quick choices at the right, in one row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.menus = QMenuBar(self)
        self.menus.setNativeMenuBar(False)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.menus, 0)

    def set_header(self, tabs: QWidget, header: QWidget) -> None:
        """Put the tabs and the quick choices beside the menus."""
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
        row = QHBoxLayout(self)
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
        self._layout.setMenu(self._layout_menu())
        self._window.setMenu(self._window_menu(automatic_window))
        self._device.setMenu(self._device_menu())
        self._model.setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
        self._model.clicked.connect(choose_model)
        controller.view_changed.connect(self._show_view)
        controller.bundle_changed.connect(self._show_bundle)
        controller.study_changed.connect(lambda _study: self._show_view(controller.display.view))
        self._show_view(controller.display.view)
        self._show_bundle(None)

    def tell_keys(self, keys: Callable[[str], Sequence[str]]) -> None:
        """Say in the tool tips by which keys the same is done; ``keys`` tells those of a command."""
        for widget, text, command in (
            (self._layout, tr("Panes"), "single_pane"),
            (self._model, tr("Model"), "choose_model"),
            (self._export, tr("Write contours, samples and maps"), "export"),
        ):
            found = ", ".join(keys(command))
            widget.setToolTip(f"{text} ({found})" if found else text)
        mouse = "\n".join(f"{how}: {what}" for how, what in mouse_help())
        self._layout.setToolTip(f"{self._layout.toolTip()}\n\n{mouse}")

    def _chip(self, icon: str, tip: str) -> QToolButton:
        chip = QToolButton(self)
        chip.setProperty("kind", "chip")
        chip.setToolTip(tip)
        if icon:
            set_icon(chip, icon)
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return chip

    def _label(self, chip: QToolButton, text: str) -> None:
        """Set a chip's text and give it the width that it needs (the style sheet's arrow is not in its size hint)."""
        chip.setText(text)
        chip.setMinimumWidth(chip.fontMetrics().horizontalAdvance(text) + CHIP_PADDING)

    def _layout_menu(self) -> QMenu:
        menu = QMenu(self)
        for key, name in layout_names().items():
            menu.addAction(name, partial(self._controller.display.set_view, layout=key))
        return menu

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
        self._label(self._layout, layout_names()[view.settings.layout])
        centre, width = view.window
        found = next((name for name, c, w in WINDOW_PRESETS if (c, w) == (centre, width)), "")
        preset = preset_names().get(found, tr("Window"))
        text = f"{preset} {centre:.0f} / {width:.0f}" if abs(width) >= 10 else f"{preset} {centre:.3g} / {width:.3g}"
        self._label(self._window, text)
        study = self._controller.desk.study
        self._window.setEnabled(study is not None)
        for action in self._presets:
            action.setEnabled(study is not None and self._controller.display.shown.unit == "HU")

    def _show_bundle(self, bundle: Bundle | None) -> None:
        review = self._controller.desk.review
        self._export.setEnabled(bundle is not None)
        if bundle is None or review is None:
            self._label(self._model, tr("no model"))
            self._label(self._device, "auto")
            return
        card = bundle.card
        self._label(
            self._model,
            tr("{name} \u00b7 {n} raters \u00b7 v{version}").format(
                name=card.name, n=len(card.raters), version=card.version
            ),
        )
        self._label(self._device, review.engine.device_name)
