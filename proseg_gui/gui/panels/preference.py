"""The preference panel: who draws. Presets, a blend of raters, a draw from one of them, and the axes between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.axis_list import AxisList
from proseg_gui.gui.panels.blend_pad import BlendPad
from proseg_gui.gui.panels.flow import FlowLayout
from proseg_gui.gui.panels.model import AxisRow, PreferenceState, RaterItem, percent
from proseg_gui.gui.panels.prompt_box import PromptBox
from proseg_gui.gui.panels.widgets import AdaptiveLabel, Eliding, Section, button, muted, own_keys, swatch_icon

SHOWN_AXES = 2
WEIGHT_LINES = 3
NO_MODEL = marked("Open a scan with a model to choose who draws.")
SAME_FOR_ALL = marked("This model draws the same for everybody.")
LEVELS = marked("This model knows no single rater: choose how many of them should agree.")
READINGS = marked("This model knows no single rater: choose one of its own readings, or as it weighs them.")
CROWD = 4
"""With more raters than this, one name takes at most half a row."""


class PresetButton(Eliding, QPushButton):
    """A rater's preset: colour and name; a name that is too long for the row is elided and kept in the tooltip."""

    def __init__(self, rater: RaterItem) -> None:
        super().__init__()
        self.rater = rater
        self.setProperty("kind", "preset")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIcon(swatch_icon(rater.colour))
        self.setIconSize(QSize(12, 12))
        self.set_full_name(rater.text)
        tip = tr("Draw as {rater} does").format(rater=rater.text)
        beside = tr("beside the others, in training: {style}").format(style=rater.style) if rater.style else ""
        self.setToolTip("\n".join(filter(None, (tip, beside))))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        own_keys(self, Qt.Key.Key_Space)

    def set_drawn(self, drawn: bool) -> None:
        """Mark that the present preference is a random draw of this rater, not the preset itself."""
        if self.property("drawn") != drawn:
            self.setProperty("drawn", drawn)
            self.style().unpolish(self)
            self.style().polish(self)


class WeightLines(QWidget):
    """The shares of a blend, as many side by side as fit, the heaviest first; what does not fit is summed up."""

    def __init__(self, lines: int = WEIGHT_LINES, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self._parts: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: Sequence[tuple[str, float]]) -> None:
        """Show these (name, weight 0..1) pairs; weights under half a percent are left out."""
        self._parts = tuple(sorted((part for part in parts if part[1] >= 0.005), key=lambda part: -part[1]))
        whole = " · ".join(f"{name} {percent(weight)}" for name, weight in self._parts)
        self.setToolTip(whole)
        self.setAccessibleName(whole)
        self.update()

    def sizeHint(self) -> QSize:
        """Room for its lines."""
        return QSize(100, self._lines * self.fontMetrics().lineSpacing())

    def texts(self) -> list[str]:
        """The lines as they are painted at the present width."""
        metrics, room = self.fontMetrics(), self.width()
        for kept in range(len(self._parts), 0, -1):
            items = [f"{name} {percent(weight)}" for name, weight in self._parts[:kept]]
            if kept < len(self._parts):
                items.append(
                    tr("{n} others {share}").format(
                        n=len(self._parts) - kept, share=percent(sum(w for _, w in self._parts[kept:]))
                    )
                )
            lines: list[str] = []
            for item in items:
                joined = f"{lines[-1]} · {item}" if lines else item
                if lines and metrics.horizontalAdvance(joined) <= room:
                    lines[-1] = joined
                else:
                    lines.append(item)
            if len(lines) <= self._lines:
                return [metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, room) for line in lines]
        return []

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the lines."""
        painter = QPainter(self)
        painter.setPen(self.palette().text().color())
        step = self.fontMetrics().lineSpacing()
        for index, line in enumerate(self.texts()):
            painter.drawText(QRectF(0, index * step, self.width(), step), Qt.AlignmentFlag.AlignVCenter, line)


class PreferencePanel(Section):
    """Who draws."""

    rater_chosen = Signal(str)
    consensus_chosen = Signal()
    blend_moved = Signal(object)
    """``tuple[float, ...]``: a weight per rater."""
    sample_requested = Signal(str)
    axis_moved = Signal(str, float)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Preference"), tr("who draws"), parent=parent)
        self._raters: tuple[RaterItem, ...] = ()
        self._state = PreferenceState()
        self.presets: dict[str, PresetButton] = {}
        self._flow = FlowLayout(spacing=4)
        self.consensus = button(tr("Consensus style"), kind="preset", tip=tr("The mean of all raters' preferences"))
        self.consensus.setCheckable(True)
        self.consensus.clicked.connect(self._consensus_clicked)
        self._flow.addWidget(self.consensus)
        self.pad = BlendPad()
        self.blend_title = AdaptiveLabel(tr("Blend of raters"), tr("Blend"), role="muted")
        self.blend_weights = WeightLines()
        self.sample = button(tr("Draw sample"), "dice")
        self.sample.clicked.connect(self._sample_clicked)
        self.prompt = PromptBox()
        self.axes = AxisList(tr("raters' spread"), SHOWN_AXES)
        self.empty = muted(tr(NO_MODEL))
        self._blend = self._blend_row()
        self.body.addWidget(self.empty)
        self.body.addLayout(self._flow)
        self.body.addWidget(self._blend)
        self.body.addWidget(self.prompt)
        self.body.addWidget(self.axes)
        self.pad.moved.connect(self._pad_moved)
        self.pad.drag_started.connect(self.drag_started)
        self.pad.drag_ended.connect(self.drag_ended)
        self.axes.moved.connect(self.axis_moved)
        self.axes.drag_started.connect(self.drag_started)
        self.axes.drag_ended.connect(self.drag_ended)
        self.set_raters(())

    def _blend_row(self) -> QWidget:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.blend_title)
        words.addWidget(self.blend_weights)
        words.addStretch(1)
        words.addWidget(self.sample, 0, Qt.AlignmentFlag.AlignLeft)
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 1, 0, 1)
        row.setSpacing(10)
        row.addWidget(self.pad, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        return box

    # -- setters --------------------------------------------------------------------------------------------------
    def set_raters(
        self,
        raters: Sequence[RaterItem],
        *,
        repeats: bool = True,
        why_none: str = NO_MODEL,
        axes: bool = False,
        prompts: bool = False,
    ) -> None:
        """Show these raters; without any, the panel says ``why_none``.

        ``repeats``: a rater draws differently on another day, so that a draw can be asked for. ``axes``: there are
        sliders, also where there is no rater. ``prompts``: they can be moved by words.
        """
        for old in self.presets.values():
            self._flow.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._flow.removeWidget(self.consensus)
        self._raters = tuple(raters)
        self.presets = {}
        for rater in self._raters:
            preset = PresetButton(rater)
            preset.clicked.connect(partial(self._preset_clicked, rater.name))
            self._flow.addWidget(preset)
            self.presets[rater.name] = preset
        self._flow.addWidget(self.consensus)
        self._flow.set_widest(0.5 if len(self._raters) > CROWD else 1.0)
        self._order_tabs()
        self.pad.set_raters(self._raters)
        self.empty.setText(tr(why_none))
        self.empty.setVisible(not self._raters)
        self.sample.setVisible(repeats)
        self.consensus.setVisible(len(self._raters) > 1)
        self._blend.setVisible(bool(self._raters))
        self.pad.setVisible(len(self._raters) > 1)
        self.prompt.setVisible(prompts)
        self.axes.setVisible(bool(self._raters) or axes)
        self.set_state(PreferenceState())

    def _order_tabs(self) -> None:
        tracks = [slider.track for slider in self.axes.sliders.values()]
        chain: list[QWidget] = [
            *self.presets.values(),
            self.consensus,
            self.pad,
            self.sample,
            self.prompt.line,
            *tracks,
            self.axes.fold,
        ]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def set_state(self, state: PreferenceState) -> None:
        """Mark which preference is set; emits nothing."""
        self._state = state
        for name, preset in self.presets.items():
            preset.setChecked(name == state.active)
            preset.set_drawn(name == state.drawn)
        self.consensus.setChecked(state.consensus)
        self.pad.set_weights(state.weights)
        self._write_blend()
        self._write_sample()

    def set_axes(self, rows: Sequence[AxisRow], provisional: bool = False) -> None:
        """Show the axes between the raters."""
        before = list(self.axes.sliders)
        self.axes.set_axes(rows, provisional=provisional)
        if list(self.axes.sliders) != before:
            self._order_tabs()

    def set_ghosts(self, ghosts: Mapping[str, tuple[float, float]]) -> None:
        """Show where a proposal would move the sliders, ``(mean, width)`` by key; emits nothing."""
        self.axes.set_ghosts(ghosts)

    def set_positions(self, positions: Mapping[str, float]) -> None:
        """Show slider positions by axis key; emits nothing."""
        self.axes.set_positions(positions)

    # -- what is written ------------------------------------------------------------------------------------------
    def _label(self, name: str | None) -> str:
        return next((rater.text for rater in self._raters if rater.name == name), "")

    def _write_blend(self) -> None:
        weights = self.pad.weights
        if weights is not None:
            title: tuple[str, ...] = (tr("Blend of raters"), tr("Blend"))
        elif self._state.drawn is not None:
            title = (tr("A draw of {rater}").format(rater=self._label(self._state.drawn)),)
        elif self._state.described:
            title = (tr("As described"),)
        else:
            title = (tr("Not a blend of raters"), tr("Not a blend")) if self._raters else ("",)
        self.blend_title.set_texts(title)
        names = [rater.text for rater in self._raters]
        self.blend_weights.set_parts(() if weights is None else tuple(zip(names, weights, strict=True)))

    def _write_sample(self) -> None:
        who = self._label(self._state.sample_rater)
        self.sample.setEnabled(bool(who))
        self.sample.setToolTip(
            tr("Draw one reading of {who}: a random preference out of this rater's own spread").format(who=who)
            if who
            else tr("Choose a rater first: a sample is drawn out of one rater's own spread")
        )

    # -- gestures -------------------------------------------------------------------------------------------------
    def _preset_clicked(self, name: str, _checked: bool = False) -> None:
        self.set_state(self._state)  # Qt has toggled the button already; the answer to the signal decides
        self.rater_chosen.emit(name)

    def _consensus_clicked(self) -> None:
        self.set_state(self._state)
        self.consensus_chosen.emit()

    def _sample_clicked(self) -> None:
        if self._state.sample_rater is not None:
            self.sample_requested.emit(self._state.sample_rater)

    def _pad_moved(self, weights: tuple[float, ...]) -> None:
        self._write_blend()
        self.blend_moved.emit(weights)
