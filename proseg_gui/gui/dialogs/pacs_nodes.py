"""The fields of one archive node, DICOMweb or DIMSE."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from proseg_gui.gui.language import marked, tr
from proseg_gui.io.pacs.nodes import Node

KIND_LABELS = {"dicomweb": "DICOMweb", "dimse": "DIMSE"}
RETRIEVE_LABELS = {
    "get": marked("C-GET (on our own connection)"),
    "move": marked("C-MOVE (the archive connects to us)"),
}


class FileField(QWidget):
    """A path that can be typed or browsed for; empty for none."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.edit = QLineEdit()
        self.edit.setAccessibleName(name)
        self.edit.setPlaceholderText(tip)
        self.edit.setToolTip(tip)
        self._name = name
        self.browse = QPushButton(tr("Browse…"))
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.edit, 1)
        row.addWidget(self.browse)

    def _browse(self) -> None:
        dialog = QFileDialog(self, self._name, "", tr("Certificates (*.pem *.crt *.cer *.key);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.edit.setText)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


class NodeForm(QWidget):
    """Setters and :meth:`node`; shows only the fields that belong to what is chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind, self.retrieve = QComboBox(), QComboBox()
        for box, labels in ((self.kind, KIND_LABELS), (self.retrieve, RETRIEVE_LABELS)):
            for key, label in labels.items():
                box.addItem(tr(label), key)
        self.name, self.url, self.user, self.password = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.host, self.called_ae, self.calling_ae = QLineEdit(), QLineEdit(), QLineEdit()
        self.port, self.listen_port = QSpinBox(), QSpinBox()
        for port in (self.port, self.listen_port):
            port.setRange(1, 65535)
        self.listen_port.setToolTip(tr("The archive must know this computer with our AE title and this port"))
        self.tls = QCheckBox(tr("Encrypt (TLS)"))
        self.ca_file = FileField(tr("Trusted certificates"), tr("PEM; empty: those of this computer"))
        self.cert_file = FileField(tr("Our certificate"), tr("PEM; only where the archive wants one"))
        self.key_file = FileField(tr("Our key"), tr("PEM; empty: it is in the certificate's file"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.url.setPlaceholderText("https://archive/dicom-web")
        self._lay_out()
        self._connect()
        self.show_node(Node("", "dicomweb"))

    def _lay_out(self) -> None:
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(4)
        for label, field in (
            (tr("Name"), self.name), (tr("Kind"), self.kind), ("URL", self.url), (tr("User"), self.user),
            (tr("Password"), self.password), (tr("Host"), self.host), (tr("Port"), self.port),
            (tr("Archive's AE title"), self.called_ae), (tr("Our AE title"), self.calling_ae),
            (tr("Fetch by"), self.retrieve), (tr("Our port"), self.listen_port), ("", self.tls),
            (tr("Trusted certificates"), self.ca_file), (tr("Our certificate"), self.cert_file),
            (tr("Our key"), self.key_file),
        ):  # fmt: skip
            self._form.addRow(label, field)
            if label:
                field.setAccessibleName(label)

    def _connect(self) -> None:
        for edit in self._edits().values():
            edit.textChanged.connect(self._refresh)
        for port in (self.port, self.listen_port):
            port.valueChanged.connect(self.changed)
        for box in (self.kind, self.retrieve):
            box.currentIndexChanged.connect(self._refresh)
        self.tls.toggled.connect(self._refresh)

    def _edits(self) -> dict[str, QLineEdit]:
        """Text fields by the node's field."""
        names = ("name", "url", "user", "password", "host", "called_ae", "calling_ae")
        files = {name: getattr(self, name).edit for name in ("ca_file", "cert_file", "key_file")}
        return {name: getattr(self, name) for name in names} | files

    def node(self) -> Node:
        """What the fields say."""
        texts = {
            name: edit.text() if name == "password" else edit.text().strip() for name, edit in self._edits().items()
        }
        return Node(
            **texts,
            kind=self.kind.currentData(),
            port=self.port.value(),
            retrieve=self.retrieve.currentData(),
            listen_port=self.listen_port.value(),
            tls=self.tls.isChecked(),
        )

    def show_node(self, node: Node) -> None:
        """Fill the fields."""
        self.kind.setCurrentIndex(self.kind.findData(node.kind))
        self.retrieve.setCurrentIndex(max(self.retrieve.findData(node.retrieve), 0))
        for name, edit in self._edits().items():
            edit.setText(getattr(node, name))
        self.port.setValue(node.port)
        self.listen_port.setValue(node.listen_port)
        self.tls.setChecked(node.tls)
        self._refresh()

    def _refresh(self) -> None:
        web = self.kind.currentData() == "dicomweb"
        coded = self.url.text().strip().lower().startswith("https:") if web else self.tls.isChecked()
        for fields, there in (
            ((self.url, self.user, self.password), web),
            ((self.host, self.port, self.called_ae, self.calling_ae, self.retrieve, self.tls), not web),
            ((self.listen_port,), not web and self.retrieve.currentData() == "move"),
            ((self.ca_file, self.cert_file, self.key_file), coded),
        ):
            for field in fields:
                self._form.setRowVisible(field, there)
        self.changed.emit()
