"""A slider in standard deviations: exact to the pixel, live on every mouse move, silent when it is set by program."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.model import Thumbnail, signed
from proseg_gui.gui.panels.widgets import AdaptiveLabel, Picture, SplitLine, own_keys

STEP_SD = 0.1
PROPOSAL_COLOUR = "#7fe3ff"
"""Of what the model proposes after a stroke: contour, bar and ghosts of the sliders."""
COARSE_STEP_SD = 0.5
PREVIEW_SIDE = 32
WHEEL_PAUSE_MS = 250
"""A pause this long ends a turn of the wheel."""

_UNITS = 100
"""Whole numbers per standard deviation in the accessible value; the position itself is a float beside it."""
_RADIUS = 6.0


class SliderTrack(QSlider):
    """The track. A ``QSlider`` for its accessible role and value; position, painting and gestures are its own.

    Every gesture is bracketed: ``drag_started``, ``moved(position)`` ..., ``drag_ended``.
    """

    drag_started = Signal()
    moved = Signal(float)
    drag_ended = Signal()
    shown = Signal(float)
    """The position that is now displayed, whoever set it."""

    def __init__(self, limit: float = 3.0, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._limit = limit
        self._stops = 0
        self._ghost: tuple[float, float] | None = None
        self._position = 0.0
        self._grab: float | None = None
        self._gesture = False
        self._pending: float | None = None
        self._syncing = False
        self._wheel_pause = QTimer(self, singleShot=True, interval=WHEEL_PAUSE_MS)
        self._wheel_pause.timeout.connect(self._end)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.valueChanged.connect(self._set_by_accessibility)
        own_keys(self, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_0)
        self.set_limit(limit)

    # -- the position ---------------------------------------------------------------------------------------------
    def set_ghost(self, ghost: tuple[float, float] | None) -> None:
        """Show where a proposal would move the handle, and how wide its draws lie around; ``None``: nowhere."""
        if ghost != self._ghost:
            self._ghost = ghost
            self.update()

    def set_stops(self, count: int) -> None:
        """Let the handle rest at ``count`` evenly spaced positions only; 0: anywhere."""
        self._stops = count
        self.update()

    @property
    def step(self) -> float:
        """What a key moves the handle by: a stop, or a tenth of a standard deviation."""
        return 2.0 * self._limit / (self._stops - 1) if self._stops > 1 else STEP_SD

    def stop_at(self, position: float) -> int:
        """Number of the stop that is nearest to ``position``."""
        return round((position + self._limit) / self.step)

    @property
    def limit(self) -> float:
        """The end of the track in standard deviations."""
        return self._limit

    @property
    def position(self) -> float:
        """Where the handle is, in standard deviations."""
        return self._position

    def set_limit(self, limit: float) -> None:
        """Let the track run from ``-limit`` to ``+limit``; emits nothing."""
        if not limit > 0:
            raise ValueError(f"limit must be positive, got {limit}")
        self._limit = limit
        self._syncing = True
        self.setRange(-round(limit * _UNITS), round(limit * _UNITS))
        self._syncing = False
        self._show(self._position)

    def set_position(self, position: float) -> None:
        """Show ``position`` without emitting. During a drag the hand wins; the value is shown when it ends."""
        if self._grab is not None:
            self._pending = position
        elif position != self._position:
            self._show(position)

    def reset(self) -> None:
        """Go to 0, as a gesture of its own."""
        self._begin()
        self._move(0.0)
        self._end()

    def x_of(self, position: float) -> float:
        """Pixel (logical, from the left edge) of ``position``."""
        return _RADIUS + (position + self._limit) / (2 * self._limit) * self._span()

    def position_at(self, x: float) -> float:
        """Position under pixel ``x``, clipped to the track."""
        raw = (x - _RADIUS) / self._span() * 2 * self._limit - self._limit
        return min(self._limit, max(-self._limit, raw))

    def _span(self) -> float:
        return max(1.0, self.width() - 2 * _RADIUS)

    def _show(self, position: float) -> None:
        self._position = min(self._limit, max(-self._limit, float(position)))
        self._syncing = True
        self.setValue(round(self._position * _UNITS))
        self._syncing = False
        self.setAccessibleDescription(tr("{position} standard deviations").format(position=signed(self._position)))
        self.shown.emit(self._position)
        self.update()

    def _move(self, position: float) -> None:
        if self._stops > 1:
            position = self.stop_at(min(self._limit, max(-self._limit, position))) * self.step - self._limit
        self._show(position)
        self.moved.emit(self._position)

    def _begin(self) -> None:
        if not self._gesture:
            self._gesture = True
            self.drag_started.emit()

    def _end(self) -> None:
        if self._gesture and self._grab is None:
            self._wheel_pause.stop()
            self._gesture = False
            self.drag_ended.emit()
            if self._pending is not None:
                self._show(self._pending)
                self._pending = None

    def _set_by_accessibility(self, value: int) -> None:
        if not self._syncing:
            self._begin()
            self._move(value / _UNITS)
            self._end()

    # -- gestures -------------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle where it was caught; beside it, jump there."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        x = event.position().x()
        offset = x - self.x_of(self._position)
        self._begin()
        self._grab = offset if abs(offset) <= _RADIUS else 0.0
        if abs(offset) > _RADIUS:
            self._move(self.position_at(x))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand, without steps."""
        if self._grab is None:
            event.ignore()
            return
        self._move(self.position_at(event.position().x() - self._grab))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton and self._grab is not None:
            self._grab = None
            self._end()
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Reset."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step only with the focus: a wheel over an unfocused slider scrolls the panel."""
        delta = event.angleDelta().y()
        if not self.hasFocus() or not delta:
            event.ignore()
            return
        self._begin()
        self._move(self._position + delta / 120.0 * self.step)
        self._wheel_pause.start()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right step, with Shift further; Home or 0 resets. Up, Down and Page keys stay the slice's."""
        far = event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not self._stops
        step = COARSE_STEP_SD if far else self.step
        targets = {
            Qt.Key.Key_Right: self._position + step,
            Qt.Key.Key_Left: self._position - step,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_0: 0.0,
        }
        key = Qt.Key(event.key())
        if key not in targets:
            event.ignore()
            return
        self._begin()
        # Steps land on whole tenths, and return to exactly 0, however the position came about.
        target = targets[key]
        self._move(0.0 if abs(target) < 1e-9 else target)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """A held key is one gesture; it ends when the key comes up."""
        if event.isAutoRepeat():
            return
        self._end()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End a gesture whose key comes up elsewhere."""
        self._end()
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A slider that is disabled under the hand lets go."""
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self._grab = None
            self._end()
        super().changeEvent(event)

    # -- painting -------------------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """A track of useful length."""
        return QSize(160, 17)

    def minimumSizeHint(self) -> QSize:
        """The shortest track that still can be aimed at."""
        return QSize(60, 17)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, ticks at the ends and at 0, the stretch from 0 to the handle, the handle and its focus ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        middle = self.height() / 2
        zero, at = self.x_of(0.0), self.x_of(self._position)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.mid())
        painter.drawRoundedRect(QRectF(_RADIUS, middle - 1.5, self._span(), 3), 1.5, 1.5)
        ticks = [(_RADIUS, 3.0), (zero, 5.0), (_RADIUS + self._span(), 3.0)]
        if self._stops > 1:
            ticks = [(self.x_of(i * self.step - self._limit), 3.0) for i in range(self._stops)]
        for x, half in ticks:
            painter.fillRect(QRectF(round(x) - 0.5, middle - half, 1, 2 * half), colours.shadow())
        if self._ghost is not None:
            self._paint_ghost(painter, *self._ghost, middle)
        accent = colours.accent().color()
        stretch = QColor(accent)
        stretch.setAlphaF(0.55)
        painter.setBrush(stretch)
        painter.drawRect(QRectF(min(zero, at), middle - 1.5, abs(at - zero), 3))
        self._paint_handle(painter, QPointF(at, middle), accent)

    def _paint_ghost(self, painter: QPainter, mean: float, width: float, middle: float) -> None:
        """A pale band of one standard deviation to each side, and a hollow handle at the mean."""
        ends = [self.x_of(min(self._limit, max(-self._limit, at))) for at in (mean - width, mean, mean + width)]
        colour = QColor(PROPOSAL_COLOUR)
        colour.setAlphaF(0.35)
        painter.fillRect(QRectF(ends[0], middle - 3, max(ends[2] - ends[0], 1.0), 6), colour)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(PROPOSAL_COLOUR), 1.5))
        painter.drawEllipse(QPointF(ends[1], middle), _RADIUS - 1.5, _RADIUS - 1.5)
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_handle(self, painter: QPainter, centre: QPointF, accent: QColor) -> None:
        colours = self.palette()
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.link().color(), 1.5))
            painter.drawEllipse(centre, _RADIUS + 1.6, _RADIUS + 1.6)
        painter.setPen(QPen(colours.window().color(), 1.0))
        painter.setBrush(accent.lighter(115) if self.underMouse() and self.isEnabled() else accent)
        radius = _RADIUS if self._grab is not None or self.underMouse() else _RADIUS - 0.5
        painter.drawEllipse(centre, radius, radius)


class _EffectLabel(AdaptiveLabel):
    """The measured effect; dotted underneath while it is provisional."""

    provisional = False

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.provisional and self.text():
            painter = QPainter(self)
            painter.setPen(QPen(self.palette().color(self.foregroundRole()), 1.0, Qt.PenStyle.DotLine))
            width = self.fontMetrics().horizontalAdvance(self.text())
            base = self.height() - 1.5
            painter.drawLine(QPointF(self.width() - width, base), QPointF(self.width(), base))


class LatentSlider(QWidget):
    """A row: name left, measured effect right, the track below with its position as a number beside it."""

    drag_started = Signal()
    moved = Signal(float)
    drag_ended = Signal()

    def __init__(self, label: str, limit: float = 3.0, *, preview: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = AdaptiveLabel(label, minimum=60)
        self.effect = _EffectLabel(role="muted", minimum=50)
        self.track = SliderTrack(limit)
        self.figure = QLabel()
        self.figure.setProperty("role", "muted")
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.picture = Picture(PREVIEW_SIDE) if preview else None
        self._stops: tuple[str, ...] = ()
        self._lay_out()
        self.track.shown.connect(self._write_figure)
        self.track.drag_started.connect(self.drag_started)
        self.track.moved.connect(self.moved)
        self.track.drag_ended.connect(self.drag_ended)
        self.set_label(label)
        self.set_effect(("",))
        self._write_figure(0.0)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.track, 1)
        line.addWidget(self.figure)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(SplitLine(self.name, self.effect))
        words.addLayout(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(7)
        if self.picture is not None:
            row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)

    @property
    def position(self) -> float:
        """Where the handle is, in standard deviations."""
        return self.track.position

    def set_position(self, position: float) -> None:
        """Show ``position``; emits nothing."""
        self.track.set_position(position)

    def set_ghost(self, ghost: tuple[float, float] | None) -> None:
        """Show ``(mean, width)`` of a proposal in standard deviations, or nothing."""
        self.track.set_ghost(ghost)

    def set_label(self, label: str, full: str = "") -> None:
        """Name the axis; ``full`` is the name in long for the tooltip and for screen readers."""
        self.name.set_texts((label,), hint=full)
        self._describe()

    def set_effect(self, texts: Sequence[str], hint: str = "", *, provisional: bool = False) -> None:
        """Set the effect's wordings (longest first); a provisional one is dotted and ``hint`` says why."""
        self.effect.provisional = provisional
        self.effect.set_texts(texts, hint or texts[0])
        self.effect.update()
        self._describe()

    def set_stops(self, words: Sequence[str]) -> None:
        """Let the slider rest only at these positions, evenly spaced, which are shown by their words."""
        if tuple(words) != self._stops:
            self._stops = tuple(words)
            self.track.set_stops(len(self._stops))
            self._describe()
            self._write_figure(self.position)

    def set_preview(self, thumbnail: Thumbnail | None) -> None:
        """Show a tiny picture of what the axis does; only for rows made with ``preview=True``."""
        if self.picture is None:
            raise ValueError("this slider was made without a preview")
        self.picture.set_thumbnail(thumbnail)

    def _describe(self) -> None:
        self.track.setAccessibleName(f"{self.name.full_text()}: {self.effect.full_text()}".rstrip(": "))
        keys = tr("Left/Right one step") if self._stops else tr("Left/Right 0.1 sd, with Shift 0.5 sd")
        self.track.setToolTip(tr("Drag or click; {keys}; double click, Home or 0 resets").format(keys=keys))

    def _write_figure(self, position: float) -> None:
        metrics = self.figure.fontMetrics()
        text = (
            self._stops[self.track.stop_at(position)]
            if self._stops
            else tr("{position} sd").format(position=signed(position, 2))
        )
        widest = max(map(metrics.horizontalAdvance, self._stops or ("+0.00 sd",)))
        # Of a fixed size, or each figure would have the whole column laid out again.
        self.figure.setFixedSize(widest + 2, metrics.height())
        self.figure.setText(text)
        if self._stops:
            self.track.setAccessibleDescription(text)
