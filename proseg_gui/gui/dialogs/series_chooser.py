"""Asks which of several series (or cases) to open, with a picture and the counts of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtWidgets import QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame, PictureList, PictureRow, words
from proseg_gui.gui.panels.model import Thumbnail


@dataclass(frozen=True, eq=False)
class SeriesOption:
    """One of the series; ``label`` must be patient-safe (no name, no identifier)."""

    key: Any
    label: str
    modality: str
    count_text: str
    size_text: str
    spacing_text: str
    thumbnail: Thumbnail | None = None
    warning: str = ""

    @property
    def facts(self) -> str:
        """Modality, counts, size and spacing in one line."""
        return " · ".join(filter(None, (self.modality, self.count_text, self.size_text, self.spacing_text)))


class SeriesChooser(DialogFrame):
    """Choose by click and Open, double click, or arrows and Enter."""

    def __init__(self, options: Sequence[SeriesOption], title_path: str = "", parent: QWidget | None = None) -> None:
        super().__init__("Which series?", parent)
        if not options:
            raise ValueError("there must be something to choose from")
        self._keys = [option.key for option in options]
        place = f"{title_path} holds" if title_path else "This folder holds"
        self.body.addWidget(words(f"{place} {len(options)} images. Which one shall be opened?", "title"))
        self.list = PictureList("Series")
        for option in options:
            self.list.add_row(PictureRow(option.label, option.facts, option.warning, option.thumbnail))
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(lambda _item: self.accept())
        self.body.addWidget(self.list, 1)
        self.add_button("Cancel").clicked.connect(self.reject)
        self.open_button = self.add_button("Open", primary=True)
        self.open_button.clicked.connect(self.accept)
        self.resize(560, 420)

    def chosen(self) -> Any:
        """The key of the marked one."""
        return self._keys[self.list.currentRow()]

    def set_thumbnail(self, key: Any, thumbnail: Thumbnail) -> None:
        """Show a picture that was made after the dialog had opened."""
        if key in self._keys:
            index = self._keys.index(key)
            self.list.set_row(index, replace(self.list.row_at(index), thumbnail=thumbnail))
