"""The fields of one archive node, DICOMweb or DIMSE."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from proseg_gui.io.pacs import Node

KIND_LABELS = {"dicomweb": "DICOMweb", "dimse": "DIMSE"}


class NodeForm(QWidget):
    """Setters and :meth:`node`; shows only the fields that belong to the chosen kind."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = QComboBox()
        for key, label in KIND_LABELS.items():
            self.kind.addItem(label, key)
        self.name, self.url, self.user, self.password = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.host, self.called_ae, self.calling_ae = QLineEdit(), QLineEdit(), QLineEdit()
        self.port = QSpinBox()
        self.port.setRange(1, 65535)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.url.setPlaceholderText("https://archive/dicom-web")
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(4)
        self._rows: dict[str, tuple[QWidget, ...]] = {
            "dicomweb": (self.url, self.user, self.password),
            "dimse": (self.host, self.port, self.called_ae, self.calling_ae),
        }
        for label, field in (
            ("Name", self.name), ("Kind", self.kind), ("URL", self.url), ("User", self.user),
            ("Password", self.password), ("Host", self.host), ("Port", self.port),
            ("Archive's AE title", self.called_ae), ("Our AE title", self.calling_ae),
        ):  # fmt: skip
            self._form.addRow(label, field)
            field.setAccessibleName(label)
            if isinstance(field, QLineEdit):
                field.textChanged.connect(self.changed)
        self.port.valueChanged.connect(self.changed)
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.show_node(Node("", "dicomweb"))

    def node(self) -> Node:
        """What the fields say."""
        return Node(
            name=self.name.text().strip(),
            kind=self.kind.currentData(),
            url=self.url.text().strip(),
            user=self.user.text().strip(),
            password=self.password.text(),
            host=self.host.text().strip(),
            port=self.port.value(),
            called_ae=self.called_ae.text().strip(),
            calling_ae=self.calling_ae.text().strip(),
        )

    def show_node(self, node: Node) -> None:
        """Fill the fields."""
        self.kind.setCurrentIndex(self.kind.findData(node.kind))
        for name in ("name", "url", "user", "password", "host", "called_ae", "calling_ae"):
            getattr(self, name).setText(getattr(node, name))
        self.port.setValue(node.port)
        self._show_kind()

    def _show_kind(self) -> None:
        for kind, fields in self._rows.items():
            for field in fields:
                self._form.setRowVisible(field, kind == self.kind.currentData())
        self.changed.emit()
