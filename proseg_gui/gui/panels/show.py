"""What the image pane shows: the current contour, its inner and outer line, samples, every rater, given masks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.flow import FlowLayout
from proseg_gui.gui.panels.model import RaterItem, ShowState, percent
from proseg_gui.gui.panels.percent_slider import PercentSlider
from proseg_gui.gui.panels.widgets import Eliding, Section, button, muted, own_keys, swatch_icon
from proseg_gui.wording import plural

INNER_LEVELS = (55, 99)
OUTER_LEVELS = (1, 45)
FIELD_WIDTH, WIDTH_WIDTH = 49, 53
NOT_SURVEYED = marked("This slice is not surveyed yet")


class _Toggle(Eliding, QCheckBox):
    """A check box whose tick the state decides, with a colour square before the words."""

    def __init__(self, text: str, tip: str = "") -> None:
        super().__init__()
        self.set_full_name(text)
        self._tip = tip
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(12, 12))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        own_keys(self, Qt.Key.Key_Space)

    def set_ready(self, ready: bool) -> None:
        """Grey it, with the reason, while there is nothing to show."""
        self.setEnabled(ready)
        self.setToolTip(self._tip if ready else tr(NOT_SURVEYED))


class ShowPanel(Section):
    """Toggles and levels of the contour layers. ``changed`` carries only what a gesture changed."""

    changed = Signal(object)
    """``dict`` of :class:`~proseg_gui.gui.panels.model.ShowState` fields to their new values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Show"), parent=parent)
        self._state = ShowState()
        self._raters: tuple[RaterItem, ...] = ()
        self._references: tuple[RaterItem, ...] = ()
        self._thin_ready = self._raters_ready = True
        self.current = _Toggle(tr("current"), tr("The contour at the present preference and ambiguity"))
        self.inner_outer = _Toggle(
            tr("inner/outer"), tr("Dashed: what most and few readings include; white: their median")
        )
        self.inner = self._level(INNER_LEVELS, tr("Share of readings that include the inner line"))
        self.outer = self._level(OUTER_LEVELS, tr("Share of readings that include the outer line"))
        self.thin = _Toggle("", tr("Thin lines: single readings, spread evenly over raters"))
        self.raters: dict[str, _Toggle] = {}
        self.references: dict[str, _Toggle] = {}
        self._rater_flow = FlowLayout(spacing=2, columns=True)
        self._reference_flow = FlowLayout(spacing=2, columns=True)
        self.all_raters = button(tr("all"), kind="fold")
        self._reference_title = muted(tr("Masks given with the case"), wrap=False)
        self.fill = PercentSlider(tr("Fill"), tr("How strongly the current structure is filled"), most=60)
        self.width_box = QDoubleSpinBox()
        self._lay_out()
        self._connect()
        self.set_colours(current="#ffd166", thin="#c9d6e3")
        self.set_raters(())
        self.set_references(())
        self.set_show(self._state)

    @staticmethod
    def _level(bounds: tuple[int, int], tip: str) -> QSpinBox:
        box = QSpinBox()
        box.setRange(*bounds)
        box.setSuffix(" %")
        box.setToolTip(tip)
        box.setAccessibleName(tip)
        box.setKeyboardTracking(False)
        box.setFixedWidth(FIELD_WIDTH)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        own_keys(box, *_EDIT_KEYS)
        return box

    def _lay_out(self) -> None:
        levels = QHBoxLayout()
        levels.setSpacing(4)
        levels.addWidget(self.inner_outer)
        levels.addStretch(1)
        levels.addWidget(self.inner)
        levels.addWidget(self.outer)
        rater_line = QHBoxLayout()
        rater_line.setSpacing(6)
        self._rater_title = muted(tr("Raters"), wrap=False)
        rater_line.addWidget(self._rater_title)
        rater_line.addStretch(1)
        rater_line.addWidget(self.all_raters)
        self.width_box.setRange(0.5, 6.0)
        self.width_box.setSingleStep(0.5)
        self.width_box.setDecimals(1)
        self.width_box.setSuffix(" px")
        self.width_box.setKeyboardTracking(False)
        self.width_box.setFixedWidth(WIDTH_WIDTH)
        self.width_box.setToolTip(tr("Width of the current contour"))
        self.width_box.setAccessibleName(tr("Line width"))
        own_keys(self.width_box, *_EDIT_KEYS)
        style = QGridLayout()
        style.setHorizontalSpacing(5)
        style.setColumnStretch(0, 1)
        line = QLabel(tr("Line"))
        line.setProperty("role", "muted")
        style.addWidget(self.fill, 0, 0)
        style.addWidget(line, 0, 1)
        style.addWidget(self.width_box, 0, 2)
        self.body.addWidget(self.current)
        self.body.addLayout(levels)
        self.body.addWidget(self.thin)
        self.body.addLayout(rater_line)
        self.body.addLayout(self._rater_flow)
        self.body.addWidget(self._reference_title)
        self.body.addLayout(self._reference_flow)
        self.body.addLayout(style)

    def _connect(self) -> None:
        for name, toggle in (("current", self.current), ("inner_outer", self.inner_outer), ("thin", self.thin)):
            toggle.clicked.connect(partial(self._toggled, name))
        self.inner.valueChanged.connect(lambda value: self.changed.emit({"inner": value / 100}))
        self.outer.valueChanged.connect(lambda value: self.changed.emit({"outer": value / 100}))
        self.fill.moved.connect(lambda value: self.changed.emit({"fill": value}))
        self.width_box.valueChanged.connect(lambda value: self.changed.emit({"line_width": value}))
        self.all_raters.clicked.connect(self._all_clicked)

    # -- setters --------------------------------------------------------------------------------------------------
    def set_colours(self, current: str, thin: str) -> None:
        """Set the colours of the current contour (and its inner and outer line) and of the thin samples."""
        self.current.setIcon(swatch_icon(current))
        self.inner_outer.setIcon(swatch_icon(current, hollow=True))
        self.thin.setIcon(swatch_icon(thin))

    def set_raters(self, raters: Sequence[RaterItem]) -> None:
        """Offer a line for each of these raters as the model draws them."""
        self._raters = tuple(raters)
        self.raters = self._refill(self._rater_flow, self.raters, self._raters, "raters")
        for widget in (self._rater_title, self.all_raters):
            widget.setVisible(bool(raters))
        self._mark()

    def set_references(self, references: Sequence[RaterItem]) -> None:
        """Offer the masks that came with the case; the name is what is emitted."""
        self._references = tuple(references)
        self.references = self._refill(self._reference_flow, self.references, self._references, "references")
        self._reference_title.setVisible(bool(references))
        self._mark()

    def set_show(self, state: ShowState, thin_ready: bool = True, raters_ready: bool = True) -> None:
        """Show what is shown; emits nothing. What is not ready yet is greyed with the reason."""
        self._state = state
        self._thin_ready, self._raters_ready = thin_ready, raters_ready
        self._mark()

    def _mark(self) -> None:
        state, thin_ready, raters_ready = self._state, self._thin_ready, self._raters_ready
        self.thin.set_full_name(plural(state.n_thin, tr("sample"), tr("samples")))
        for toggle, on, ready in (
            (self.current, state.current, True),
            (self.inner_outer, state.inner_outer, thin_ready),
            (self.thin, state.thin, thin_ready),
        ):
            toggle.setChecked(on)
            toggle.set_ready(ready)
        for box, value in ((self.inner, round(100 * state.inner)), (self.outer, round(100 * state.outer))):
            _set_silently(box, value)
            box.setEnabled(thin_ready)
        _set_silently(self.width_box, state.line_width)
        self.fill.set_fraction(state.fill)
        for name, toggle in self.raters.items():
            toggle.setChecked(name in state.raters)
            toggle.set_ready(raters_ready)
        for name, toggle in self.references.items():
            toggle.setChecked(name in state.references)
        self.all_raters.setEnabled(raters_ready)
        self.all_raters.setText(tr("none") if self._all_shown() else tr("all"))
        words = tr("{inner} and {outer} of readings include these lines").format(
            inner=percent(state.inner), outer=percent(state.outer)
        )
        if thin_ready:
            self.inner_outer.setToolTip(words)

    def _refill(
        self, flow: FlowLayout, old: dict[str, _Toggle], items: Sequence[RaterItem], kind: str
    ) -> dict[str, _Toggle]:
        for toggle in old.values():
            flow.removeWidget(toggle)
            toggle.hide()
            toggle.deleteLater()
        made: dict[str, _Toggle] = {}
        for item in items:
            tip = (
                tr("How the model says {rater} draws").format(rater=item.text)
                if kind == "raters"
                else tr("The mask by {rater}").format(rater=item.text)
            )
            toggle = _Toggle(item.text, tip)
            toggle.setIcon(swatch_icon(item.colour, hollow=kind == "references"))
            toggle.clicked.connect(partial(self._one_clicked, kind, item.name))
            flow.addWidget(toggle)
            made[item.name] = toggle
        return made

    # -- gestures -------------------------------------------------------------------------------------------------
    def _all_shown(self) -> bool:
        return bool(self._raters) and all(rater.name in self._state.raters for rater in self._raters)

    def _toggled(self, name: str, _checked: bool = False) -> None:
        self._mark()  # the answer to the signal sets the tick
        self.changed.emit({name: not getattr(self._state, name)})

    def _one_clicked(self, kind: str, name: str, _checked: bool = False) -> None:
        shown: frozenset[str] = getattr(self._state, kind)
        self._mark()
        self.changed.emit({kind: shown ^ {name}})

    def _all_clicked(self) -> None:
        names = frozenset() if self._all_shown() else frozenset(rater.name for rater in self._raters)
        self.changed.emit({"raters": names})


_EDIT_KEYS = (
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Period, Qt.Key.Key_Comma,
    *(Qt.Key(Qt.Key.Key_0 + digit) for digit in range(10)),
)  # fmt: skip


def _set_silently(box: QSpinBox | QDoubleSpinBox, value: float) -> None:
    blocked = box.blockSignals(True)
    box.setValue(value)  # type: ignore[arg-type]
    box.blockSignals(blocked)
