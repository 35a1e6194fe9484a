"""Asks which model looks at the scan: the shipped ones as cards, or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from proseg_gui.gui import theme
from proseg_gui.gui.dialogs.frame import DialogFrame, PictureList, PictureRow, heading, words
from proseg_gui.gui.language import marked, tr
from proseg_gui.wording import plural

NO_MODELS = marked("No model is installed here. Browse for the folder of one.")


@dataclass(frozen=True)
class ModelItem:
    """A model's card; ``trouble`` says why it cannot be used, when it cannot."""

    key: Any
    name: str
    version: str
    raters: tuple[str, ...]
    structures: tuple[str, ...]
    modality: str
    metrics: tuple[tuple[str, str], ...] = ()
    intended_use: str = ""
    licence: str = ""
    current: bool = False
    trouble: str = ""

    @property
    def facts(self) -> str:
        """One line for the list."""
        count = plural(len(self.raters), tr("rater"), tr("raters"))
        return " · ".join(filter(None, (self.modality, count, ", ".join(self.structures))))


class ModelChooser(DialogFrame):
    """List left, the marked card right. ``chosen()`` is a card's key, or the folder that was browsed for."""

    def __init__(self, cards: Sequence[ModelItem], parent: QWidget | None = None) -> None:
        super().__init__(tr("Choose a model"), parent)
        self._cards = tuple(cards)
        self._folder: Path | None = None
        self.list = PictureList(tr("Models"))
        for card in self._cards:
            title = f"{card.name} {card.version}" + (tr("  (in use)") if card.current else "")
            self.list.add_row(PictureRow(title, card.facts, card.trouble, with_picture=False))
        self.detail = QStackedWidget()
        for card in self._cards:
            self.detail.addWidget(_detail(card))
        columns = QHBoxLayout()
        columns.setSpacing(10)
        columns.addWidget(self.list, 2)
        columns.addWidget(self.detail, 3)
        self.list.setVisible(bool(cards))
        self.detail.setVisible(bool(cards))
        self.body.addWidget(words(tr("Which model shall look at the scan?") if cards else tr(NO_MODELS), "title"))
        self.body.addLayout(columns, 1)
        self.browse = QPushButton(tr("Browse…"))
        self.browse.setAutoDefault(False)
        self.browse.setToolTip(tr("Choose a model's folder (with card.json and model.safetensors)"))
        theme.set_icon(self.browse, "open")
        self.browse.clicked.connect(self._browse)
        self.add_left(self.browse)
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self.use = self.add_button(tr("Use this model"), primary=True)
        self.use.clicked.connect(self.accept)
        self.list.currentRowChanged.connect(self._show_card)
        self.list.itemDoubleClicked.connect(lambda _item: self.accept() if self.use.isEnabled() else None)
        current = next((i for i, card in enumerate(self._cards) if card.current), 0)
        self.list.setCurrentRow(current if self._cards else -1)
        self._show_card(self.list.currentRow())
        self.resize(680, 400)

    def chosen(self) -> Any:
        """The key of the marked card, the browsed folder, or ``None`` when there is neither."""
        if self._folder is not None:
            return self._folder
        row = self.list.currentRow()
        return self._cards[row].key if row >= 0 else None

    def take_folder(self, folder: str) -> None:
        """Choose a folder on the disk and close."""
        self._folder = Path(folder)
        self.accept()

    def _browse(self) -> None:
        dialog = QFileDialog(self, tr("Folder of a model"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.take_folder)
        dialog.open()

    def _show_card(self, row: int) -> None:
        self.detail.setCurrentIndex(row)
        self.use.setEnabled(row >= 0 and not self._cards[row].trouble)


def _detail(card: ModelItem) -> QFrame:
    facts = QGridLayout()
    facts.setHorizontalSpacing(12)
    facts.setVerticalSpacing(2)
    facts.setColumnStretch(1, 1)
    rows = [
        (tr("Raters"), ", ".join(card.raters)),
        (tr("Structures"), ", ".join(card.structures)),
        (tr("Images"), card.modality),
        (tr("Licence"), card.licence),
        *card.metrics,
    ]
    for number, (name, value) in enumerate((name, value) for name, value in rows if value):
        facts.addWidget(words(name, "muted"), number, 0, Qt.AlignmentFlag.AlignTop)
        facts.addWidget(words(value), number, 1)
    frame = QFrame()
    frame.setProperty("role", "card")
    box = QVBoxLayout(frame)
    box.setContentsMargins(12, 10, 12, 10)
    box.addWidget(words(f"{card.name} {card.version}", "title"))
    for text, role in ((card.trouble, "danger"), (card.intended_use, "")):
        if text:
            box.addWidget(words(text, role))
    box.addWidget(heading(tr("Card")))
    box.addLayout(facts)
    box.addStretch(1)
    return frame
