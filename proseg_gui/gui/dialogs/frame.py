"""What the dialogs share: their frame with a row of buttons, the banner, headings, and rows with a picture."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.model import Thumbnail
from proseg_gui.gui.panels.widgets import pixmap_of

RESEARCH_USE = marked("Research use, not a medical device")
PICTURE_SIDE = 56
EDGE = 40
"""Pixels of the screen that a dialog leaves, title bar included."""
_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class DialogFrame(QDialog):
    """A dialog with its content in ``body`` and a row of buttons below; Escape and the close button reject."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        # What does not fit the screen is scrolled; the buttons below stay in reach.
        page = self._page = QWidget()
        self.body = QVBoxLayout(page)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(8)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(page)
        for part in (self._scroll.viewport(), page):
            part.setAutoFillBackground(False)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(6)
        self.buttons.addStretch(1)
        whole = self._whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 12)
        whole.setSpacing(12)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(self.buttons)

    def showEvent(self, event: QShowEvent) -> None:
        """Open at the height that the content needs."""
        super().showEvent(event)
        self.fit()

    def room(self) -> QRect:
        """What the screen leaves for windows, in widget pixels."""
        return self.screen().availableGeometry()

    def fit(self) -> None:
        """Grow to the height that wrapped content needs at the present width, as far as the screen goes."""
        self.body.activate()
        room = self.room()
        margins = self._whole.contentsMargins()
        sides = margins.left() + margins.right()
        least = min(self.body.totalMinimumSize().width() + sides, room.width() - EDGE)
        self.setMinimumWidth(max(self.minimumWidth(), least) if least < room.width() - EDGE else least)
        width = max(self.width(), self.minimumWidth()) - sides
        self.body.invalidate()  # a part may have been shown or hidden a moment ago
        content = self.body.totalHeightForWidth(width)
        if content < 0:  # nothing in it wraps
            content = self.body.totalSizeHint().height()
        self._whole.activate()
        around = margins.top() + margins.bottom() + self._whole.spacing() + self.buttons.sizeHint().height()
        needed = min(content + around, room.height() - EDGE)
        self.setMinimumHeight(needed)
        self.resize(min(max(self.width(), self.minimumWidth()), room.width() - EDGE),
                    min(max(self.height(), needed), room.height() - EDGE))  # fmt: skip
        # It was placed before it grew: its buttons must not lie below the screen.
        frame = self.frameGeometry()
        x = max(min(frame.x(), room.right() + 1 - frame.width()), room.x())
        y = max(min(frame.y(), room.bottom() + 1 - frame.height()), room.y())
        if (x, y) != (frame.x(), frame.y()):
            self.move(x, y)

    def add_button(self, text: str, *, primary: bool = False) -> QPushButton:
        """Add a button at the right; the primary one answers to Enter."""
        made = QPushButton(text)
        self.put_button(made, primary=primary)
        return made

    def put_button(self, made: QPushButton, *, primary: bool = False) -> None:
        """Put a button at the right; the primary one answers to Enter."""
        made.setAutoDefault(primary)
        made.setDefault(primary)
        if primary:
            made.setProperty("kind", "primary")
        self.buttons.addWidget(made)

    def add_left(self, widget: QWidget) -> None:
        """Add a widget at the left of the button row."""
        self.buttons.insertWidget(self.buttons.count() - 1 if self.buttons.count() > 1 else 0, widget)


def banner(text: str = "") -> QLabel:
    """The strip that stands wherever a mask leaves the program; without a text it says that this is for research."""
    label = QLabel(text or tr(RESEARCH_USE))
    label.setProperty("role", "banner")
    return label


def heading(text: str) -> QLabel:
    """A group's title."""
    label = QLabel(text.upper())
    label.setProperty("role", "header")
    return label


def words(text: str, role: str = "", *, selectable: bool = False) -> QLabel:
    """Wrapped plain text."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    if selectable:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return label


@dataclass(frozen=True, eq=False)
class PictureRow:
    """A row of a :class:`PictureList`: picture, title, one line of facts, and a warning."""

    title: str
    facts: str
    warning: str = ""
    thumbnail: Thumbnail | None = None
    with_picture: bool = True


class _PictureRowDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: PictureRow | str = index.data(_ROLE)
        if isinstance(row, str):
            return QSize(200, option.fontMetrics.lineSpacing() + 12)
        lines = 2 + bool(row.warning)
        text = option.fontMetrics.lineSpacing() * lines + 14
        return QSize(200, max(PICTURE_SIDE + 10, text) if row.with_picture else text)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PictureRow | str = index.data(_ROLE)
        colours = QApplication.palette()  # a view's own one has a half transparent muted colour
        box = QRectF(option.rect).adjusted(2, 1, -2, -1)
        if isinstance(row, str):
            painter.setPen(colours.placeholderText().color())
            shown = option.fontMetrics.elidedText(row, Qt.TextElideMode.ElideRight, int(box.width()) - 16)
            place = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            painter.drawText(box.adjusted(8, 0, -8, -3), place, shown)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(colours.accent().color(), 1.0) if selected else Qt.PenStyle.NoPen)
            painter.setBrush(colours.midlight() if selected else colours.light())
            painter.drawRoundedRect(box, 4, 4)
        left = box.left() + 8
        if row.with_picture:
            frame = QRectF(left, box.center().y() - PICTURE_SIDE / 2, PICTURE_SIDE, PICTURE_SIDE)
            self._picture(painter, frame, row, option)
            left += PICTURE_SIDE + 10
        self._lines(painter, QRectF(left, box.top(), box.right() - left - 8, box.height()), row, option, selected)
        painter.restore()

    @staticmethod
    def _picture(painter: QPainter, frame: QRectF, row: PictureRow, option: QStyleOptionViewItem) -> None:
        painter.fillRect(frame, option.palette.base())
        if row.thumbnail is None:
            painter.setPen(QApplication.palette().placeholderText().color())
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, "…")
            return
        picture = pixmap_of(row.thumbnail, PICTURE_SIDE, painter.device().devicePixelRatioF())
        size = picture.deviceIndependentSize()
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(frame.center())
        painter.drawPixmap(place, picture, QRectF(picture.rect()))

    @staticmethod
    def _lines(painter: QPainter, box: QRectF, row: PictureRow, option: QStyleOptionViewItem, selected: bool) -> None:
        colours, step = QApplication.palette(), option.fontMetrics.lineSpacing()
        lines = [(row.title, colours.text().color(), False), (row.facts, colours.placeholderText().color(), True)]
        if selected:
            lines[1] = (row.facts, colours.text().color(), True)
        if row.warning:
            lines.append((row.warning, colours.brightText().color(), True))
        top = box.center().y() - step * len(lines) / 2
        for number, (text, colour, small) in enumerate(lines):
            font = QFont(option.font)
            if small:
                font.setPixelSize(11)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
            line = QRectF(box.left(), top + number * step, box.width(), step)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)


class PictureList(QListWidget):
    """A list to choose one of: picture, title, facts, warning."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setItemDelegate(_PictureRowDelegate(self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def add_heading(self, text: str) -> None:
        """Add a line that stands over the rows after it; it cannot be chosen."""
        item = QListWidgetItem()
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setData(_ROLE, text)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, text)
        item.setToolTip(text)
        self.addItem(item)

    def add_row(self, row: PictureRow) -> None:
        """Add a row at the end."""
        item = QListWidgetItem()
        self.addItem(item)
        self.set_row(self.count() - 1, row)

    def row_at(self, index: int) -> PictureRow:
        """What row ``index`` shows."""
        row: PictureRow = self.item(index).data(_ROLE)
        return row

    def set_row(self, index: int, row: PictureRow) -> None:
        """Show other values in a row."""
        item = self.item(index)
        item.setData(_ROLE, row)
        text = "\n".join(filter(None, (row.title, row.facts, row.warning)))
        item.setToolTip(text)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, text.replace("\n", ", "))
