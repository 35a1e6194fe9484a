"""Ctrl+K: type a part of a command's name, Enter carries it out. What cannot be done now says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from proseg_gui.gui.dialogs.frame import words
from proseg_gui.gui.dialogs.fuzzy import score
from proseg_gui.gui.language import tr

WIDTH, HEIGHT, FROM_TOP = 620, 460, 64
_ENTRY = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class PaletteEntry:
    """A command as the palette shows it.

    Parameters
    ----------
    id:
        Comes back when it is chosen.
    keys:
        As people read them, one text each.
    words:
        What it is found by beside its name and menu.
    why_not:
        Why it cannot be given now; empty if it can.
    """

    id: str
    name: str
    menu: str
    tip: str
    keys: tuple[str, ...] = ()
    words: str = ""
    why_not: str = ""


class CommandPalette(QDialog):
    """A field and a list under it: the commands given last first, then all; what answers best while one types.

    Parameters
    ----------
    entries:
        Asked at every change, so that what can be done is told as it is now.
    recent:
        Ids of the commands given last, the newest first.
    """

    chosen = Signal(str)

    def __init__(
        self, entries: Callable[[], Sequence[PaletteEntry]], recent: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle(tr("Find a command"))
        self.setProperty("role", "palette")
        self._entries, self._recent = entries, tuple(recent)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Type a part of a command's name"))
        self.field.setAccessibleName(tr("Find a command"))
        self.field.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands"))
        self.list.setProperty("role", "plain")
        self.list.setItemDelegate(_RowDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field keeps the keys; arrows move the choice
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.told: QLabel = words("", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.told)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._search)
        self.list.currentItemChanged.connect(self._tell)
        self.list.itemClicked.connect(lambda _item: self._choose())
        self._search("")
        self.resize(WIDTH, HEIGHT)

    def open_over(self, window: QWidget) -> None:
        """Show it in the upper middle of ``window``; it goes when something else is clicked."""
        area = window.geometry()
        self.resize(min(WIDTH, area.width() - 40), min(HEIGHT, area.height() - FROM_TOP - 40))
        self.move(area.center().x() - self.width() // 2, area.top() + FROM_TOP)
        self.show()
        self.raise_()
        self.activateWindow()
        self.field.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """Go away when another window comes to the front."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isVisible() and not self.isActiveWindow():
            self.reject()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field that belong to the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key, row = event.key(), self.list.currentRow()
            page = max(1, self.list.viewport().height() // max(1, self.list.sizeHintForRow(0)))
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
            if key in steps:
                self._go(row + steps[Qt.Key(key)], wrap=abs(steps[Qt.Key(key)]) == 1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose()
                return True
        return super().eventFilter(watched, event)

    def shown(self) -> list[PaletteEntry]:
        """The rows of the moment, from the top."""
        return [self.list.item(row).data(_ENTRY) for row in range(self.list.count())]

    def current(self) -> PaletteEntry | None:
        """The row that Enter would give."""
        item = self.list.currentItem()
        return None if item is None else item.data(_ENTRY)

    def _go(self, row: int, *, wrap: bool) -> None:
        count = self.list.count()
        if count:
            self.list.setCurrentRow(row % count if wrap else min(max(row, 0), count - 1))

    def _search(self, typed: str) -> None:
        entries = self._entries()
        age = {name: number for number, name in enumerate(self._recent)}
        order = {entry.id: (age.get(entry.id, len(age)), place) for place, entry in enumerate(entries)}
        if typed.strip():
            scores = {
                entry.id: score(typed, entry.name, (entry.menu, entry.words, entry.id, entry.tip)) for entry in entries
            }
            found = [entry for entry in entries if scores[entry.id]]
            found.sort(key=lambda entry: (-scores[entry.id], order[entry.id]))
        else:
            found = sorted(entries, key=lambda entry: order[entry.id])
        self.list.clear()
        for entry in found:
            item = QListWidgetItem()
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _spoken(entry))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        if not found:
            self.told.setText(tr("No command answers to that"))

    def _tell(self) -> None:
        entry = self.current()
        if entry is not None:
            self.told.setText(entry.why_not or entry.tip)

    def _choose(self) -> None:
        """Give the chosen command, unless it cannot be given: then its reason stays in view."""
        entry = self.current()
        now = None if entry is None else next((one for one in self._entries() if one.id == entry.id), None)
        if now is None:
            return
        if now.why_not:
            self.told.setText(now.why_not)
            return
        self.accept()
        self.chosen.emit(now.id)


def _spoken(entry: PaletteEntry) -> str:
    return ", ".join(filter(None, (entry.name, entry.menu, *entry.keys, entry.why_not)))


class _RowDelegate(QStyledItemDelegate):
    """Name and menu at the left, keys at the right; what cannot be given is greyed, with the reason for the tip."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, 2 * option.fontMetrics.lineSpacing() + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: PaletteEntry = index.data(_ENTRY)
        colours = QApplication.palette()
        box = QRectF(option.rect).adjusted(1, 1, -3, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(colours.accent().color(), 1.0) if selected else Qt.PenStyle.NoPen)
            painter.setBrush(colours.midlight() if selected else colours.light())
            painter.drawRoundedRect(box, 4, 4)
        inner = box.adjusted(8, 2, -8, -2)
        small = QFont(option.font)
        small.setPixelSize(11)
        right = self._caps(painter, inner, entry.keys, small)
        words_of = colours.text() if not entry.why_not else colours.placeholderText()
        upper = QRectF(inner.left(), inner.top(), right - inner.left() - 10, inner.height() / 2)
        painter.setFont(option.font)
        painter.setPen(words_of.color())
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, _cut(painter, entry.name, upper))
        lower = upper.translated(0, inner.height() / 2)
        painter.setFont(small)
        painter.setPen(colours.brightText().color() if entry.why_not else colours.placeholderText().color())
        if selected and not entry.why_not:
            painter.setPen(colours.text().color())
        text = f"{entry.menu} \u00b7 {entry.why_not or entry.tip}"
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, _cut(painter, text, lower))
        painter.restore()

    @staticmethod
    def _caps(painter: QPainter, box: QRectF, keys: Sequence[str], font: QFont) -> float:
        """Key caps from the right edge; returns where they begin."""
        painter.setFont(font)
        metrics, colours, right = painter.fontMetrics(), QApplication.palette(), box.right()
        for key in reversed(keys):
            width = metrics.horizontalAdvance(key) + 12
            cap = QRectF(right - width, box.center().y() - metrics.height() / 2 - 2, width, metrics.height() + 4)
            painter.setPen(QPen(colours.dark().color(), 1.0))
            painter.setBrush(colours.button())
            painter.drawRoundedRect(cap, 3, 3)
            painter.setPen(colours.text().color())
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
            right = cap.left() - 4
        return right


def _cut(painter: QPainter, text: str, box: QRectF) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
