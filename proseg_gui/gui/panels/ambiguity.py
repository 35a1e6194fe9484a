"""The ambiguity panel: what the image leaves open. Sliders, a random draw, and settings to go back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.axis_list import AxisList
from proseg_gui.gui.panels.flow import FlowLayout
from proseg_gui.gui.panels.model import AxisRow, RememberedItem, Thumbnail
from proseg_gui.gui.panels.remembered import RememberedStrip
from proseg_gui.gui.panels.widgets import Section, button, muted, notice, set_notice

SHOWN_AXES = 3
NOTHING_OPEN = marked("Open a scan with a model to see what the image leaves open.")
NOT_KNOWN = marked("This model does not tell what the image leaves open: only raters differ.")
BEING_MEASURED = marked("What the image leaves open is being measured.")
NOTHING_LEFT = marked("At this preference the image leaves nothing open: no direction explains 2 % or more.")
STREAMED = marked(
    "This model makes a draw step by step: Random makes another, Reset shows what all draws have in common."
)


class AmbiguityPanel(Section):
    """What the image leaves open."""

    axis_moved = Signal(str, float)
    random_requested = Signal()
    reset_requested = Signal()
    remember_requested = Signal()
    recalled = Signal(int)
    forgotten = Signal(int)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Ambiguity"), tr("what the image leaves open"), tr("left open by the image"), parent=parent)
        self._without_axes = NOTHING_LEFT
        self.axes = AxisList(tr("this image's ambiguity"), SHOWN_AXES, preview=True)
        self.axes.moved.connect(self.axis_moved)
        self.axes.drag_started.connect(self.drag_started)
        self.axes.drag_ended.connect(self.drag_ended)
        self.empty = muted(tr(NOTHING_OPEN))
        self.notice = notice()
        self.random = button(tr("Random"), "dice", tip=tr("One random draw of what the image leaves open"))
        self.reset = button(tr("Reset"), "reset", tip=tr("All sliders back to 0: the most typical contour"))
        self.remember = button(
            tr("Remember"), "remember", tip=tr("Keep this setting, preference and ambiguity, in the strip")
        )
        self.random.clicked.connect(self.random_requested)
        self.reset.clicked.connect(self.reset_requested)
        self.remember.clicked.connect(self.remember_requested)
        self.strip = RememberedStrip()
        self.strip.recalled.connect(self.recalled)
        self.strip.forgotten.connect(self.forgotten)
        self.strip.hide()
        buttons = FlowLayout(spacing=4)
        for each in (self.random, self.reset, self.remember):
            buttons.addWidget(each)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.notice)
        self.body.addWidget(self.axes)
        self.body.addLayout(buttons)
        self.body.addWidget(self.strip)
        self.set_axes(None)

    def set_known(self, known: bool, *, streams: bool = False) -> None:
        """Whether the model has a notion of ambiguity at all, which decides what is said where there is no axis.

        ``streams``: it has draws, but no axis runs through them.
        """
        self._without_axes = STREAMED if streams else NOTHING_LEFT if known else NOT_KNOWN
        self.random.setVisible(known or streams)
        self.reset.setVisible(known or streams)

    def set_axes(self, rows: Sequence[AxisRow] | None, provisional: bool = False, notice: str = "") -> None:
        """Show the axes; ``None`` when nothing is open, an empty list when the image leaves nothing open.

        An empty provisional set is not known yet. A provisional set is dotted;
        ``notice`` says how far it is, as in "provisional: 12 of 48 slices encoded".
        """
        self.axes.set_axes(rows or (), provisional=provisional)
        self.axes.setVisible(bool(rows))
        unknown = provisional and self._without_axes == NOTHING_LEFT
        self.empty.setText(tr(NOTHING_OPEN if rows is None else BEING_MEASURED if unknown else self._without_axes))
        self.empty.setVisible(not rows)
        set_notice(self.notice, notice)
        drawn = bool(rows) or (rows is not None and self._without_axes == STREAMED)
        self.random.setEnabled(drawn)
        self.reset.setEnabled(drawn)
        self.remember.setEnabled(rows is not None)

    def set_ghosts(self, ghosts: Mapping[str, tuple[float, float]]) -> None:
        """Show where a proposal would move the sliders, ``(mean, width)`` by key; emits nothing."""
        self.axes.set_ghosts(ghosts)

    def set_positions(self, positions: Mapping[str, float]) -> None:
        """Show slider positions by axis key; emits nothing."""
        self.axes.set_positions(positions)

    def set_preview(self, key: str, thumbnail: Thumbnail | None) -> None:
        """Show a tiny picture of what axis ``key`` does, or none."""
        self.axes.set_preview(key, thumbnail)

    def set_remembered(self, items: Sequence[RememberedItem]) -> None:
        """Show the remembered settings; the strip is there once there is one."""
        self.strip.set_items(items)
        self.strip.setVisible(bool(items))
