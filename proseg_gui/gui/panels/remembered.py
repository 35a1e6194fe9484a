"""The strip of remembered settings: click goes back to one, Delete or its menu forgets it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
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

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.model import RememberedItem, millilitres
from proseg_gui.gui.panels.widgets import own_keys, pixmap_of

SIDE = 44
_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class _PictureDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(SIDE + 4, SIDE + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: RememberedItem = index.data(_ROLE)
        box = QRectF(option.rect).adjusted(2, 2, -2, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(box, option.palette.base())
        if item.thumbnail is not None:
            picture = pixmap_of(item.thumbnail, SIDE, painter.device().devicePixelRatioF())
            size = picture.deviceIndependentSize()
            centre = box.center()
            painter.drawPixmap(
                QRectF(centre.x() - size.width() / 2, centre.y() - size.height() / 2, size.width(), size.height()),
                picture,
                QRectF(picture.rect()),
            )
        self._caption(painter, box, item)
        self._frame(painter, box, option, item)
        painter.restore()

    @staticmethod
    def _caption(painter: QPainter, box: QRectF, item: RememberedItem) -> None:
        if item.volume_ml is None:
            return
        band = QRectF(box.left(), box.bottom() - 13, box.width(), 13)
        painter.fillRect(band, QColor(0, 0, 0, 170))
        font = QFont(painter.font())
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(band, Qt.AlignmentFlag.AlignCenter, millilitres(item.volume_ml))

    @staticmethod
    def _frame(painter: QPainter, box: QRectF, option: QStyleOptionViewItem, item: RememberedItem) -> None:
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if item.current:
            painter.setPen(QPen(option.palette.accent().color(), 2.0))
        elif focused:
            painter.setPen(QPen(option.palette.link().color(), 1.5, Qt.PenStyle.DotLine))
        else:
            painter.setPen(QPen((option.palette.shadow() if hovered else option.palette.dark()).color(), 1.0))
        painter.drawRect(box)
        if item.current and focused:
            painter.setPen(QPen(QColor("#ffffff"), 1.0, Qt.PenStyle.DotLine))
            painter.drawRect(box.adjusted(2, 2, -2, -2))


def _same(a: RememberedItem, b: RememberedItem) -> bool:
    return (a.name, a.volume_ml, a.current) == (b.name, b.volume_ml, b.current) and a.thumbnail is b.thumbnail


class RememberedStrip(QListWidget):
    """Thumbnails in one row, scrolled sideways when there are many."""

    recalled = Signal(int)
    forgotten = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Remembered settings"))
        self.setProperty("role", "plain")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setSpacing(1)
        self.setUniformItemSizes(True)
        self.setItemDelegate(_PictureDelegate(self))
        self.setMouseTracking(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.horizontalScrollBar().rangeChanged.connect(lambda _least, _most: self.updateGeometry())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.itemClicked.connect(lambda item: self.recalled.emit(self.row(item)))
        own_keys(
            self, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return,
            Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Space,
        )  # fmt: skip

    def set_items(self, items: Sequence[RememberedItem]) -> None:
        """Show these settings; the current one is outlined. Emits nothing."""
        before = [self.item(i).data(_ROLE) for i in range(self.count())]
        while self.count() > len(items):
            self.takeItem(self.count() - 1)
        while self.count() < len(items):
            self.addItem(QListWidgetItem())
        for index, remembered in enumerate(items):
            if index < len(before) and _same(before[index], remembered):
                continue  # called on every move of a slider: only what changed is touched
            item = self.item(index)
            item.setData(_ROLE, remembered)
            words = f"{remembered.name} · {millilitres(remembered.volume_ml)}"
            item.setToolTip(tr("{words}\nClick to go back to it; Delete forgets it").format(words=words))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        was = next((i for i, remembered in enumerate(before) if remembered.current), -1)
        now = next((i for i, remembered in enumerate(items) if remembered.current), -1)
        if now >= 0 and now != was:
            self.setCurrentRow(now)
            self.scrollToItem(self.item(now))

    def sizeHint(self) -> QSize:
        """One row, and room for its scroll bar when it has one."""
        scroll_bar = self.horizontalScrollBar()
        bar = scroll_bar.sizeHint().height() if scroll_bar.maximum() > scroll_bar.minimum() else 0
        return QSize(200, SIDE + 8 + bar)

    def minimumSizeHint(self) -> QSize:
        """Room for one."""
        return QSize(SIDE + 8, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter or Space goes back to the marked one, Delete forgets it."""
        row = self.currentRow()
        if row >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.recalled.emit(row)
        elif row >= 0 and event.key() == Qt.Key.Key_Delete:
            self.forgotten.emit(row)
        else:
            super().keyPressEvent(event)

    def menu_for(self, row: int) -> QMenu:
        """The context menu of one setting."""
        menu = QMenu(self)
        menu.addAction(tr("Go back to it"), lambda: self.recalled.emit(row))
        menu.addAction(tr("Forget it"), lambda: self.forgotten.emit(row))
        return menu

    def _menu(self, place: QPoint) -> None:
        item = self.itemAt(place)
        if item is not None:
            menu = self.menu_for(self.row(item))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.viewport().mapToGlobal(place))
