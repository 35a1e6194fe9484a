"""The archive panel: saved nodes, find, fetch and open, send, sends that wait. It shows and asks, and does no work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from proseg_gui.gui.dialogs.frame import DialogFrame, heading, words
from proseg_gui.gui.dialogs.pacs_nodes import NodeForm
from proseg_gui.gui.language import marked, tr
from proseg_gui.io.pacs.nodes import FoundSeries, Node, Query
from proseg_gui.io.pacs.queue import KeptSend
from proseg_gui.wording import plural

COLUMNS = (
    marked("Patient ID"),
    marked("Name"),
    marked("Date"),
    marked("Modality"),
    marked("Description"),
    marked("Images"),
)


class PacsDialog(DialogFrame):
    """Setters in, signals out; ``set_busy`` greys what cannot be asked for while something runs."""

    nodes_changed = Signal(object)
    """The list of nodes, after Save or Remove."""
    find_asked = Signal(object, object)
    """``(node, query)``."""
    fetch_asked = Signal(object, object, object)
    """``(node, series, folder)``."""
    send_asked = Signal(object, object)
    """``(node, files)``."""
    retry_asked = Signal(object, object)
    """``(node, key)``."""
    drop_asked = Signal(object)
    cancel_asked = Signal()

    def __init__(self, nodes: Sequence[Node], folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(tr("Archive (PACS)"), parent)
        self._nodes = list(nodes)
        self._series: list[FoundSeries] = []
        self._kept: list[KeptSend] = []
        self._busy = False
        self.node_box, self.form = QComboBox(), NodeForm()
        self.save, self.remove = QPushButton(tr("Save node")), QPushButton(tr("Remove node"))
        self.fields = {name: QLineEdit() for name in ("patient_id", "patient_name", "date", "modality", "accession")}
        self.find_button = QPushButton(tr("Find"))
        self.table = QTableWidget(0, len(COLUMNS))
        self.folder = QLineEdit(str(folder))
        self.fetch, self.send = QPushButton(tr("Fetch and open")), QPushButton(tr("Send files…"))
        self.kept = QListWidget()
        self.retry, self.drop = QPushButton(tr("Send again")), QPushButton(tr("Forget"))
        self.bar, self.cancel, self.trouble = QProgressBar(), QPushButton(tr("Stop")), words("", "notice")
        self._build()
        self._connect()
        self._fill_nodes(self._nodes[0].name if self._nodes else "")
        self.resize(760, 640)

    # -- building -------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        self.body.addWidget(heading(tr("Node")))
        self.node_box.setAccessibleName(tr("Node"))
        self.body.addLayout(_row(self.node_box, self.save, self.remove, stretch=self.node_box))
        self.body.addWidget(self.form)
        self.body.addWidget(heading(tr("Find")))
        labels = (
            tr("Patient ID"),
            tr("Name, * for any"),
            tr("Date YYYYMMDD[-YYYYMMDD]"),
            tr("Modality"),
            tr("Accession"),
        )
        for field, label in zip(self.fields.values(), labels, strict=True):
            field.setPlaceholderText(label)
            field.setAccessibleName(label)
        self.body.addLayout(_row(*self.fields.values(), self.find_button))
        self.table.setHorizontalHeaderLabels([tr(column) for column in COLUMNS])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setAccessibleName(tr("Series"))
        self.body.addWidget(self.table, 1)
        self.folder.setAccessibleName(tr("Folder for fetched images"))
        self.body.addLayout(_row(words(tr("Into")), self.folder, self.fetch, stretch=self.folder))
        self.body.addWidget(heading(tr("Send")))
        self.kept.setMaximumHeight(80)
        self.kept.setAccessibleName(tr("Sends that wait"))
        side = QVBoxLayout()
        for button in (self.send, self.retry, self.drop):
            side.addWidget(button)
        line = QHBoxLayout()
        line.addWidget(self.kept, 1)
        line.addLayout(side)
        self.body.addLayout(line)
        self.trouble.setVisible(False)
        self.body.addWidget(self.trouble)
        self.bar.setRange(0, 100)
        self.body.addLayout(_row(self.bar, self.cancel, stretch=self.bar))
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self.add_button(tr("Close")).clicked.connect(self.reject)

    def _connect(self) -> None:
        self.node_box.currentIndexChanged.connect(self._show_node)
        self.form.changed.connect(self._refresh)
        self.save.clicked.connect(self._save)
        self.remove.clicked.connect(self._remove)
        self.find_button.clicked.connect(self._find)
        for field in self.fields.values():
            field.returnPressed.connect(self._find)
        self.table.itemSelectionChanged.connect(self._refresh)
        self.table.itemDoubleClicked.connect(lambda _item: self._fetch())
        self.folder.textChanged.connect(self._refresh)
        self.fetch.clicked.connect(self._fetch)
        self.send.clicked.connect(self._choose_files)
        self.kept.currentRowChanged.connect(self._refresh)
        self.retry.clicked.connect(self._retry)
        self.drop.clicked.connect(lambda: self.drop_asked.emit(self._kept[self.kept.currentRow()].key))
        self.cancel.clicked.connect(self.cancel_asked)

    # -- what is shown --------------------------------------------------------------------------------------------
    def show_series(self, series: Sequence[FoundSeries]) -> None:
        """The answer to a search."""
        self._series = list(series)
        self.table.setRowCount(len(self._series))
        for row, one in enumerate(self._series):
            name = one.patient_name.replace("^", " ").strip()
            cells = (one.patient_id, name, one.date, one.modality, one.description, str(one.n_images))
            for column, text in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self.table.resizeColumnsToContents()
        self.say("" if self._series else tr("Nothing was found."))
        self._refresh()

    def show_kept(self, kept: Sequence[KeptSend]) -> None:
        """The sends that wait."""
        self._kept = list(kept)
        self.kept.clear()
        for entry in self._kept:
            count = plural(len(entry.files), tr("file"), tr("files"))
            self.kept.addItem(
                tr("{count} to {node}, {when}: {reason}").format(
                    count=count, node=entry.node, when=entry.created.replace("T", " "), reason=entry.reason
                )
            )
        if self._kept:
            self.kept.setCurrentRow(0)
        self._refresh()

    def set_busy(self, busy: bool) -> None:
        """While something runs only Stop can be asked for."""
        self._busy = busy
        if not busy:
            self.show_progress(0.0, "")
        self._refresh()

    def show_progress(self, share: float, text: str) -> None:
        """How far the work is."""
        self.bar.setValue(round(100 * share))
        if text:
            self.say(text)

    def say(self, text: str) -> None:
        """A sentence about what happened; empty takes it away."""
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))

    def _refresh(self) -> None:
        problem, free = self.form.node().problem(), not self._busy
        self.save.setEnabled(free and not problem)
        self.save.setToolTip(problem)
        self.remove.setEnabled(free and self.node_box.currentIndex() < len(self._nodes))
        self.find_button.setEnabled(free and not problem)
        self.send.setEnabled(free and not problem)
        self.fetch.setEnabled(free and not problem and self._row() >= 0 and bool(self.folder.text().strip()))
        waiting = free and self.kept.currentRow() >= 0
        self.retry.setEnabled(waiting and not problem)
        self.drop.setEnabled(waiting)
        self.cancel.setEnabled(self._busy)
        self.bar.setVisible(self._busy)
        self.cancel.setVisible(self._busy)

    # -- nodes ----------------------------------------------------------------------------------------------------
    def _fill_nodes(self, current: str) -> None:
        self.node_box.blockSignals(True)
        self.node_box.clear()
        self.node_box.addItems([*(node.name for node in self._nodes), tr("New node")])
        names = [node.name for node in self._nodes]
        self.node_box.setCurrentIndex(names.index(current) if current in names else len(names))
        self.node_box.blockSignals(False)
        self._show_node()

    def _show_node(self) -> None:
        index = self.node_box.currentIndex()
        self.form.show_node(self._nodes[index] if index < len(self._nodes) else Node("", "dicomweb"))
        self._refresh()

    def _save(self) -> None:
        node = self.form.node()
        chosen = self.node_box.currentText() if self.node_box.currentIndex() < len(self._nodes) else None
        self._nodes = [other for other in self._nodes if other.name not in (node.name, chosen)] + [node]
        self.nodes_changed.emit(list(self._nodes))
        self._fill_nodes(node.name)

    def _remove(self) -> None:
        del self._nodes[self.node_box.currentIndex()]
        self.nodes_changed.emit(list(self._nodes))
        self._fill_nodes("")

    # -- intents --------------------------------------------------------------------------------------------------
    def _row(self) -> int:
        rows = self.table.selectionModel().selectedRows()
        return rows[0].row() if rows else -1

    def _find(self) -> None:
        if self.find_button.isEnabled():
            query = Query(**{name: field.text().strip() for name, field in self.fields.items()})
            self.find_asked.emit(self.form.node(), query)

    def _fetch(self) -> None:
        if self.fetch.isEnabled():
            folder = Path(self.folder.text().strip()).expanduser()
            self.fetch_asked.emit(self.form.node(), self._series[self._row()], folder)

    def _choose_files(self) -> None:
        dialog = QFileDialog(self, tr("Send"), "", tr("DICOM (*.dcm);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(
            lambda names: self.send_asked.emit(self.form.node(), [Path(name) for name in names])
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _retry(self) -> None:
        self.retry_asked.emit(self.form.node(), self._kept[self.kept.currentRow()].key)


def _row(*widgets: QWidget, stretch: QWidget | None = None) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(6)
    for widget in widgets:
        line.addWidget(widget, 1 if widget is stretch else 0)
    return line
