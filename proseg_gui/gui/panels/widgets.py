"""Small parts that several panels share: headings, labels that adapt to the room, swatches, thumbnails, own keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from proseg_gui.gui import theme
from proseg_gui.gui.panels.model import Thumbnail

SWATCH = 12


class AdaptiveLabel(QLabel):
    """A label that knows several wordings and shows the longest one that fits; the last one is elided if it must.

    The full wording is always in the tooltip's reach: unless a hint is given, the tooltip shows it when it is cut.
    """

    texts_changed = Signal()

    def __init__(self, *texts: str, role: str = "", minimum: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: tuple[str, ...] = ()
        self._hint = ""
        self._minimum = minimum
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_texts(texts or ("",))

    def set_texts(self, texts: Sequence[str], hint: str = "") -> None:
        """Set the wordings, longest first, and a tooltip."""
        if (tuple(texts), hint) == (self._texts, self._hint):
            return
        self._texts = tuple(texts)
        self._hint = hint
        self.setAccessibleName(self._texts[0])
        self._choose()
        self.updateGeometry()
        self.texts_changed.emit()

    def widths(self) -> list[int]:
        """Room that each wording needs, in the order of the wordings."""
        self.ensurePolished()
        return [self.fontMetrics().horizontalAdvance(text) + 2 for text in self._texts]

    def full_text(self) -> str:
        """The longest wording."""
        return self._texts[0]

    def sizeHint(self) -> QSize:  # Qt naming
        """Room for the longest wording."""
        return QSize(self.widths()[0], self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters: the label gives way before its neighbours do."""
        return QSize(min(self._minimum, self.sizeHint().width()), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the wording again."""
        super().resizeEvent(event)
        self._choose()

    def changeEvent(self, event: QEvent) -> None:
        """Choose again when the letters change."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._choose()

    def _choose(self) -> None:
        self.ensurePolished()
        metrics, room = self.fontMetrics(), self.width()
        fitting = [text for text in self._texts if metrics.horizontalAdvance(text) <= room]
        if fitting:
            shown = fitting[0]
        else:
            shown = metrics.elidedText(self._texts[-1], Qt.TextElideMode.ElideRight, room)
        self.setText(shown)
        self.setToolTip(self._hint or (self._texts[0] if shown != self._texts[0] else ""))


class SplitLine(QWidget):
    """Two labels in one line. The left one is kept whole as long as the right one still has a wording that fits."""

    GAP = 8

    def __init__(self, left: AdaptiveLabel, right: AdaptiveLabel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left, self._right = left, right
        for label in (left, right):
            label.setParent(self)
            label.texts_changed.connect(self._arrange)
        right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for both in full."""
        left, right = self._left.sizeHint(), self._right.sizeHint()
        return QSize(left.width() + self.GAP + right.width(), max(left.height(), right.height()))

    def minimumSizeHint(self) -> QSize:
        """Room for some of the left one beside the shortest right one."""
        left = self._left.minimumSizeHint().width()
        return QSize(left + self.GAP + min(self._right.widths()), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room again."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Share the room again when the letters change."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._arrange()

    def _arrange(self) -> None:
        room, height = self.width(), self.height()
        whole = self._left.sizeHint().width()
        widths = self._right.widths()
        right = next((width for width in widths if whole + self.GAP + width <= room), min(widths))
        right = min(right, room)
        left = max(0, min(whole, room - right - self.GAP))
        self._left.setGeometry(0, 0, left, height)
        self._right.setGeometry(room - right, 0, right, height)
        self.updateGeometry()


class Section(QWidget):
    """A panel's frame: heading left, hint right (wordings, longest first), then its content in ``body``."""

    def __init__(self, title: str, *hints: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title.title())
        self.title = AdaptiveLabel(title.upper(), role="header")
        self.hint = AdaptiveLabel(*hints, role="muted")
        self.heading = QHBoxLayout()
        self.heading.setSpacing(6)
        self.heading.addWidget(SplitLine(self.title, self.hint), 1)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(10, 6, 10, 6)
        self.body.setSpacing(4)
        self.body.addLayout(self.heading)


def rule() -> QFrame:
    """A hairline between sections."""
    line = QFrame()
    line.setProperty("role", "rule")
    return line


def muted(text: str = "", wrap: bool = True) -> QLabel:
    """Secondary text."""
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    return label


def notice(text: str = "") -> QLabel:
    """A line that should be noticed; hidden while it is empty (see :func:`set_notice`)."""
    label = QLabel()
    label.setProperty("role", "notice")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    set_notice(label, text)
    return label


def set_notice(label: QLabel, text: str) -> None:
    """Show ``text`` in a label, or hide it."""
    label.setText(text)
    label.setVisible(bool(text))


if TYPE_CHECKING:
    _ButtonMixin = QAbstractButton
else:
    _ButtonMixin = object  # Qt allows one Qt base only: two of them in one class crash the interpreter


class Eliding(_ButtonMixin):
    """For buttons and check boxes: shows its name elided in the middle where the room is short, whole elsewhere.

    Mixed in before the Qt class: ``class PresetButton(Eliding, QPushButton)``.
    """

    full_name = ""

    def set_full_name(self, name: str) -> None:
        """Set the name; it is the accessible name as well."""
        if name == self.full_name:
            return
        self.full_name = name
        self.setText(name.replace("&", "&&"))
        self.setAccessibleName(name)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The size for the whole name, whatever is shown now."""
        self.ensurePolished()
        hint = super().sizeHint()
        metrics = self.fontMetrics()
        extra = hint.width() - metrics.horizontalAdvance(self.text().replace("&&", "&"))
        return QSize(extra + metrics.horizontalAdvance(self.full_name) + 1, hint.height())

    def minimumSizeHint(self) -> QSize:
        """Room for a colour square and a few letters."""
        return QSize(min(60, self.sizeHint().width()), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elide the name to the room."""
        super().resizeEvent(event)
        metrics = self.fontMetrics()
        room = self.width() - (self.sizeHint().width() - metrics.horizontalAdvance(self.full_name) - 1)
        shown = metrics.elidedText(self.full_name, Qt.TextElideMode.ElideMiddle, room)
        self.setText(shown.replace("&", "&&"))


def button(text: str, icon_name: str = "", *, kind: str = "", tip: str = "") -> QPushButton:
    """A push button that the mouse does not give the focus to, so that Space stays the window's own key."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(tip)
    if kind:
        made.setProperty("kind", kind)
    if icon_name:
        theme.set_icon(made, icon_name)
        made.setIconSize(QSize(14, 14))
    own_keys(made, Qt.Key.Key_Space)
    return made


def flat_button(icon_name: str, tip: str) -> QToolButton:
    """A small button with an icon only; ``tip`` is its accessible name too."""
    made = QToolButton()
    made.setProperty("kind", "flat")
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setIconSize(QSize(14, 14))
    theme.set_icon(made, icon_name)
    own_keys(made, Qt.Key.Key_Space)
    return made


class _OwnKeys(QObject):
    def __init__(self, parent: QObject, keys: frozenset[int]) -> None:
        super().__init__(parent)
        self._keys = keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
            if event.key() in self._keys and plain:
                event.accept()
                return True
        return super().eventFilter(watched, event)


def own_keys(widget: QWidget, *keys: Qt.Key) -> None:
    """Let ``widget``, while it has the focus, get these keys even where the window uses them as shortcuts."""
    widget.installEventFilter(_OwnKeys(widget, frozenset(int(key) for key in keys)))


def paint_swatch(painter: QPainter, box: QRectF, colour: QColor, *, hollow: bool = False) -> None:
    """Paint a rounded colour square; ``hollow`` draws only its frame."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 2.0) if hollow else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    inset = 1.0 if hollow else 0.0
    painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), 2.5, 2.5)
    painter.restore()


def swatch_icon(colour: str, *, hollow: bool = False) -> QIcon:
    """A colour square as an icon, sharp at scale factors 1 to 3."""
    result = QIcon()
    for scale in (1, 2, 3):
        pixmap = QPixmap(SWATCH * scale, SWATCH * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.scale(scale, scale)
        paint_swatch(painter, QRectF(0.5, 0.5, SWATCH - 1, SWATCH - 1), QColor(colour), hollow=hollow)
        painter.end()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled):
            result.addPixmap(pixmap, mode)
    return result


class Swatch(QWidget):
    """A colour square."""

    def __init__(self, colour: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = QColor(colour)
        self.setFixedSize(SWATCH, SWATCH)

    def set_colour(self, colour: str) -> None:
        """Change the colour."""
        self._colour = QColor(colour)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the square."""
        if self._colour.isValid():
            painter = QPainter(self)
            paint_swatch(painter, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), self._colour)


def pixmap_of(thumbnail: Thumbnail, side: int, ratio: float = 1.0) -> QPixmap:
    """Scale an ``(h, w, 3)`` RGB array to fit a square of ``side`` logical pixels at device pixel ratio ``ratio``."""
    array = np.ascontiguousarray(thumbnail, dtype=np.uint8)
    if array.ndim != 3 or array.shape[2] != 3 or 0 in array.shape:
        raise ValueError(f"a thumbnail must be (h, w, 3), got {array.shape}")
    height, width = array.shape[:2]
    image = QImage(array.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    device = max(1, round(side * ratio))
    scaled = QPixmap.fromImage(image).scaled(
        device, device, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    scaled.setDevicePixelRatio(ratio)
    return scaled


class Picture(QWidget):
    """A thumbnail in a square of fixed side; an empty frame while there is none."""

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnail: Thumbnail | None = None
        self._pixmap: QPixmap | None = None
        self.setFixedSize(side, side)

    @property
    def thumbnail(self) -> Thumbnail | None:
        """What is shown."""
        return self._thumbnail

    def set_thumbnail(self, thumbnail: Thumbnail | None) -> None:
        """Show an ``(h, w, 3)`` array, or the empty frame."""
        self._thumbnail = thumbnail
        self._pixmap = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture in the middle of the frame."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        ratio = self.devicePixelRatioF()
        if self._thumbnail is not None:
            if self._pixmap is None or self._pixmap.devicePixelRatio() != ratio:
                self._pixmap = pixmap_of(self._thumbnail, self.width(), ratio)
            size = self._pixmap.deviceIndependentSize()
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(QRectF(self.rect()).center())
            painter.drawPixmap(place, self._pixmap, QRectF(self._pixmap.rect()))
        else:
            painter.setPen(self.palette().dark().color())
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
