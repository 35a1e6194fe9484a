"""The tools of the hand above the panes, with the settings of the one that is held. Setters in, signals out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QToolButton, QWidget

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import button, flat_button
from proseg_gui.review.tools import (
    BRUSH,
    CLICK,
    ERASER,
    FLOOD,
    LASSO,
    LEAST_MM,
    MOST_MM,
    RESTORE,
    ROUND,
    THRESHOLD,
    TOOLS,
    ToolState,
)

ICONS = {
    BRUSH: "brush",
    ERASER: "eraser",
    RESTORE: "restore",
    LASSO: "lasso",
    THRESHOLD: "threshold",
    FLOOD: "flood",
    CLICK: "click",
}
MOUSE = {
    BRUSH: (
        (marked("Drag"), marked("draws")),
        (marked("Ctrl + drag"), marked("erases")),
        (marked("Shift + wheel"), marked("sizes the brush")),
    ),
    ERASER: (
        (marked("Drag"), marked("erases")),
        (marked("Ctrl + drag"), marked("draws")),
        (marked("Shift + wheel"), marked("sizes the eraser")),
    ),
    RESTORE: (
        (marked("Drag"), marked("gives back to the model what was drawn")),
        (marked("Shift + wheel"), marked("sizes the circle")),
    ),
    LASSO: (
        (marked("Drag"), marked("surrounds freely")),
        (marked("Clicks"), marked("set corners")),
        (marked("Double click"), marked("closes")),
        (marked("Ctrl + first"), marked("cuts away")),
    ),
    THRESHOLD: (
        (marked("Drag"), marked("draws within the range of values")),
        (marked("Ctrl + drag"), marked("erases there")),
    ),
    FLOOD: (
        (marked("Click"), marked("fills what is connected within the range")),
        (marked("Ctrl + click"), marked("cuts it away")),
    ),
    CLICK: (
        (marked("Click"), marked("says that this is in")),
        (marked("Right click, Shift + click"), marked("says that this is out")),
        (marked("Drag"), marked("draws a box around what is meant")),
    ),
}
NAMES = {
    BRUSH: marked("Brush"),
    ERASER: marked("Eraser"),
    RESTORE: marked("Back to the model"),
    LASSO: marked("Lasso"),
    THRESHOLD: marked("Threshold brush"),
    FLOOD: marked("Flood fill"),
    CLICK: marked("Click on what is meant"),
}
WIDEST = 1e9


def tool_tip(kind: str, key: str = "") -> str:
    """A tool's name and key, and a table of what the mouse does with it, as rich text."""
    lines = [*((tr(mouse), tr(what)) for mouse, what in MOUSE[kind]), ("Esc", tr("lays it down"))]
    rows = "".join(f"<tr><td>{mouse}&nbsp;&nbsp;</td><td>{what}</td></tr>" for mouse, what in lines)
    return f"<b>{tr(NAMES[kind])}</b>{f' ({key})' if key else ''}<table>{rows}</table>"


class _Number(QDoubleSpinBox):
    """A spin box that takes keys only while it has the focus, and gives it up on Enter."""

    def __init__(self, low: float, high: float, suffix: str, tip: str, decimals: int) -> None:
        super().__init__()
        self.setRange(low, high)
        self.setDecimals(decimals)
        self.setSuffix(suffix)
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.editingFinished.connect(self.clearFocus)


class ToolBar(QWidget):
    """One row: the tools, then what the held tool can be set to."""

    tool_chosen = Signal(str)
    radius_changed = Signal(float)
    ball_changed = Signal(bool)
    range_changed = Signal(object, object)
    range_asked = Signal()
    """Take the range from the values inside the contour."""
    reach_changed = Signal(float)
    clicks_cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(4)
        self.buttons: dict[str, QToolButton] = {}
        for kind in TOOLS:
            made = flat_button(ICONS[kind], tool_tip(kind))
            made.setAccessibleName(tr(NAMES[kind]))
            made.setCheckable(True)
            made.clicked.connect(lambda _checked=False, kind=kind: self.tool_chosen.emit(kind))
            row.addWidget(made)
            self.buttons[kind] = made
        self.radius = _Number(LEAST_MM, MOST_MM, " mm", tr("Radius in mm (Shift+wheel, [ and ])"), 2)
        self.radius.setPrefix("r ")
        self.radius.valueChanged.connect(self.radius_changed)
        self.ball = flat_button("ball", tr("3D: a ball through neighbouring slices (V)"))
        self.ball.setCheckable(True)
        self.ball.clicked.connect(self.ball_changed)
        self.low = _Number(-WIDEST, WIDEST, "", tr("Lowest value that is drawn on"), 1)
        self.high = _Number(-WIDEST, WIDEST, "", tr("Highest value that is drawn on"), 1)
        for box in (self.low, self.high):
            box.valueChanged.connect(lambda _value: self.range_changed.emit(self.low.value(), self.high.value()))
        self.range_label = QLabel(tr("values"))
        self.take_range = button(
            tr("From contour"), tip=tr("Take the range from the values inside the contour on this slice")
        )
        self.take_range.clicked.connect(self.range_asked)
        self.reach = _Number(1.0, 500.0, " mm", tr("How far a fill goes from where you click"), 0)
        self.reach.setPrefix(tr("within "))
        self.reach.valueChanged.connect(self.reach_changed)
        self.clear = button(tr("Clear clicks"), tip=tr("Forget all clicks and the box: the consensus style comes back"))
        self.clear.clicked.connect(self.clicks_cleared)
        for widget in (
            self.radius, self.ball, self.range_label, self.low, self.high, self.take_range, self.reach, self.clear,
        ):  # fmt: skip
            row.addWidget(widget)
        row.addStretch(1)
        self.operations = button(tr("Structure"), tip=tr("Grow, smooth, fill, combine, copy: the whole structure"))
        row.addWidget(self.operations)
        self.set_tool(ToolState())
        self.set_takes_clicks(False)

    def set_tool(self, state: ToolState) -> None:
        """Show the tool that is held; emits nothing."""
        ranged = state.kind in (THRESHOLD, FLOOD)
        for kind, made in self.buttons.items():
            made.setChecked(kind == state.kind)
        _show(self.radius, state.radius_mm, state.kind in ROUND)
        self.ball.setChecked(state.ball)
        self.ball.setVisible(state.kind in ROUND or state.kind == FLOOD)
        _show(self.low, -WIDEST if state.low is None else state.low, ranged and state.low is not None)
        _show(self.high, WIDEST if state.high is None else state.high, ranged and state.high is not None)
        self.range_label.setVisible(ranged)
        self.range_label.setText(tr("values") if state.low is not None else tr("values: as around the click") if
                                 state.kind == FLOOD else tr("values: all"))  # fmt: skip
        self.take_range.setVisible(ranged)
        _show(self.reach, state.reach_mm, state.kind == FLOOD)
        self.clear.setVisible(state.kind == CLICK)

    def set_takes_clicks(self, takes: bool) -> None:
        """Whether the model can be pointed at what is meant: the tool is there only then."""
        self.buttons[CLICK].setVisible(takes)

    def set_available(self, available: bool) -> None:
        """Whether there is a scan to draw on."""
        for made in (*self.buttons.values(), self.operations):
            made.setEnabled(available)

    def set_keys(self, keys: dict[str, str]) -> None:
        """Name the tools' keys in their tool tips."""
        for kind, made in self.buttons.items():
            made.setToolTip(tool_tip(kind, keys.get(kind, "")))


def _show(box: _Number, value: float, visible: bool) -> None:
    blocked = box.blockSignals(True)
    box.setValue(value)
    box.blockSignals(blocked)
    box.setVisible(visible)
