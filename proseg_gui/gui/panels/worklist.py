"""The worklist: cases with their state and doubt, the most doubtful first if wished."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QColor, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from proseg_gui.gui import theme
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.model import WORK_STATES, WorkRow
from proseg_gui.gui.panels.widgets import Section, flat_button, muted, own_keys

ORDERS = {
    "doubt": (marked("most doubtful first"), marked("by doubt")),
    "name": (marked("by name"),),
    "state": (marked("by state"),),
}
"""Ways to sort, each in wordings from long to short."""
LINE = 40
MOST_ROWS = 8
_ROLE = Qt.ItemDataRole.UserRole
_BAR_WIDTH = 46
_DOUBT_COLOUR = "#f58518"
Index = QModelIndex | QPersistentModelIndex


class _CaseDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, LINE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: WorkRow = index.data(_ROLE)
        colours = QApplication.palette()  # a view's own one has a half transparent muted colour
        box = QRectF(option.rect).adjusted(0.5, 1.5, -0.5, -1.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if row.current or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.midlight() if row.current else colours.light())
            painter.drawRoundedRect(box, 4, 4)
        focused = option.state & QStyle.StateFlag.State_HasFocus
        if option.state & QStyle.StateFlag.State_Selected and (focused or not row.current):
            painter.setPen(QPen((colours.link() if focused else colours.shadow()).color(), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 4, 4)
        self._words(painter, option, box.adjusted(7, 3, -7, -3), row)
        painter.restore()

    def _words(self, painter: QPainter, option: QStyleOptionViewItem, box: QRectF, row: WorkRow) -> None:
        colours = QApplication.palette()
        painter.setPen(colours.text().color())
        painter.setFont(option.font)
        metrics = painter.fontMetrics()
        room = box.width() - _BAR_WIDTH - 8
        name = metrics.elidedText(row.name, Qt.TextElideMode.ElideMiddle, int(room))
        top = QRectF(box.left(), box.top(), room, metrics.height())
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, name)
        self._bar(painter, option, QRectF(box.right() - _BAR_WIDTH, top.center().y() - 2, _BAR_WIDTH, 4), row)
        font = QFont(option.font)
        font.setPixelSize(max(9, metrics.height() * 11 // 15))
        painter.setFont(font)
        small = painter.fontMetrics()
        words = f"{tr(row.state)} · {row.detail}" if row.detail else tr(row.state)
        bottom = QRectF(box.left(), box.bottom() - small.height(), box.width() - 12, small.height())
        if row.flagged:
            _flag(painter, bottom.adjusted(0, 0, 12, 0))
        painter.setPen(colours.text().color() if row.current else colours.placeholderText().color())
        left = bottom.adjusted(_state_mark(painter, bottom, row.state, colours.placeholderText().color()), 0, 0, 0)
        shown = small.elidedText(words, Qt.TextElideMode.ElideRight, int(left.width()))
        painter.drawText(left, Qt.AlignmentFlag.AlignVCenter, shown)

    @staticmethod
    def _bar(painter: QPainter, option: QStyleOptionViewItem, box: QRectF, row: WorkRow) -> None:
        if row.doubt is None:
            return
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(option.palette.mid())
        painter.drawRoundedRect(box, 2, 2)
        painter.setBrush(QColor(_DOUBT_COLOUR))
        width = box.width() * min(1.0, max(0.0, row.doubt))
        painter.drawRoundedRect(QRectF(box.left(), box.top(), width, box.height()), 2, 2)
        painter.restore()


def _state_mark(painter: QPainter, line: QRectF, state: str, neutral: QColor) -> float:
    """Paint the state's sign (shape, not colour alone, tells them apart); return the room that it took."""
    mark = QRectF(line.left(), line.center().y() - 3.5, 7, 7)
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(neutral, 1.4))
    if state == "not started":
        painter.drawEllipse(mark)
    elif state == "in progress":
        painter.drawEllipse(mark)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(neutral)
        painter.drawPie(mark, 90 * 16, -180 * 16)
    else:
        painter.setPen(QPen(theme.colour("good"), 1.8))
        painter.drawPolyline([mark.bottomLeft() + QPoint(0, -3), mark.center() + QPoint(-1, 3), mark.topRight()])
    painter.restore()
    return mark.width() + 5


def _flag(painter: QPainter, right: QRectF) -> None:
    """A small flag at the right end of a line."""
    pole = QRectF(right.right() - 9, right.center().y() - 5, 8, 10)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("warning"), 1.4))
    painter.drawLine(pole.topLeft(), pole.bottomLeft())
    painter.setBrush(theme.colour("warning"))
    painter.drawPolygon([pole.topLeft(), pole.topRight() + QPointF(0, 2.5), pole.topLeft() + QPointF(0, 5)])
    painter.restore()


class _CaseList(QListWidget):
    activated_by_key = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.activated_by_key.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(200, LINE * min(MOST_ROWS, max(1, self.count())) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, min(self.sizeHint().height(), 3 * LINE + 4))


class WorklistPanel(Section):
    """The cases of the opened folder."""

    open_requested = Signal(object)
    flag_chosen = Signal(object, bool)
    order_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Worklist"), *map(tr, ORDERS["doubt"]), parent=parent)
        self._rows: tuple[WorkRow, ...] = ()
        self.order = "doubt"
        self.sort = flat_button("sort", tr("Sort the worklist"))
        self.sort.clicked.connect(self._sort_menu)
        self.heading.addWidget(self.sort)
        self.list = _CaseList()
        self.list.setProperty("role", "plain")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setAccessibleName(tr("Worklist"))
        self.list.setItemDelegate(_CaseDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._case_menu)
        self.list.itemDoubleClicked.connect(lambda item: self.open_requested.emit(self._row_of(item).key))
        self.list.activated_by_key.connect(lambda row: self.open_requested.emit(self._row_of(self.list.item(row)).key))
        own_keys(
            self.list, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter,
        )  # fmt: skip
        self.empty = muted(tr("Open a folder of cases to work through them, the most doubtful first."))
        self.body.addWidget(self.empty)
        self.body.addWidget(self.list)
        self.set_items(())

    def set_items(self, rows: Sequence[WorkRow]) -> None:
        """Show these cases in this order; emits nothing. The marked row stays the same case."""
        unknown = {row.state for row in rows} - set(WORK_STATES)
        if unknown:
            raise ValueError(f"states must be among {WORK_STATES}, got {sorted(unknown)}")
        self._rows = tuple(rows)
        self.empty.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self.sort.setVisible(len(rows) > 1)
        self.hint.setVisible(len(rows) > 1)
        self._fill()

    def set_order(self, order: str) -> None:
        """Say how the cases are sorted: ``"doubt"``, ``"name"`` or ``"state"``; emits nothing."""
        self.order = order
        self.hint.set_texts(tuple(map(tr, ORDERS[order])))

    def _fill(self) -> None:
        chosen = self.list.currentItem()
        marked_key = self._row_of(chosen).key if chosen is not None else None
        if marked_key is None:
            marked_key = next((row.key for row in self._rows if row.current), None)
        self.list.clear()
        for row in self._rows:
            item = QListWidgetItem()
            item.setData(_ROLE, row)
            doubt = (
                tr("not measured yet") if row.doubt is None else tr("doubt {doubt:.0f} %").format(doubt=100 * row.doubt)
            )
            state = tr("{state}, flagged").format(state=tr(row.state)) if row.flagged else tr(row.state)
            item.setToolTip("\n".join(filter(None, (row.name, row.detail, f"{state} · {doubt}"))))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{row.name}, {state}, {doubt}")
            self.list.addItem(item)
            if row.key == marked_key:
                self.list.setCurrentItem(item)
        self.list.updateGeometry()

    @staticmethod
    def _row_of(item: QListWidgetItem) -> WorkRow:
        row: WorkRow = item.data(_ROLE)
        return row

    # -- menus ----------------------------------------------------------------------------------------------------
    def sort_menu(self) -> QMenu:
        """The menu of the sort button."""
        menu = QMenu(self)
        group = QActionGroup(menu)
        for order, words in ORDERS.items():
            action = menu.addAction(_capital(tr(words[0])), partial(self.order_chosen.emit, order))
            action.setCheckable(True)
            action.setChecked(order == self.order)
            group.addAction(action)
        return menu

    def case_menu(self, row: WorkRow) -> QMenu:
        """The context menu of a case."""
        menu = QMenu(self)
        menu.addAction(tr("Open"), lambda: self.open_requested.emit(row.key))
        menu.addSeparator()
        words = tr("Take the flag away") if row.flagged else tr("Flag")
        menu.addAction(words, partial(self.flag_chosen.emit, row.key, not row.flagged))
        return menu

    def _sort_menu(self) -> None:
        menu = self.sort_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.sort.mapToGlobal(QPoint(0, self.sort.height())))

    def _case_menu(self, place: QPoint) -> None:
        item = self.list.itemAt(place)
        if item is not None:
            menu = self.case_menu(self._row_of(item))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.list.viewport().mapToGlobal(place))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
