"""Asks which of several series (or cases) to open, with a picture and the counts of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtWidgets import QPushButton, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame, PictureList, PictureRow, words
from proseg_gui.gui.panels.model import Thumbnail
from proseg_gui.review.inputs import patient_of

ONE, CASES, CHANNELS = "one", "cases", "channels"
MOST_CHANNELS = 8


@dataclass(frozen=True, eq=False)
class SeriesOption:
    """One of the series; ``label`` and ``group`` (patient and study) must be patient-safe (no name, no identifier).

    ``readable`` says whether it can be opened; where not, ``warning`` says why.
    """

    key: Any
    label: str
    modality: str
    count_text: str
    size_text: str
    spacing_text: str
    thumbnail: Thumbnail | None = None
    warning: str = ""
    group: str = ""
    readable: bool = True

    @property
    def facts(self) -> str:
        """Modality, counts, size and spacing in one line."""
        return " · ".join(filter(None, (self.modality, self.count_text, self.size_text, self.spacing_text)))


class SeriesChooser(DialogFrame):
    """Choose by click and Open, double click, or arrows and Enter. Series stand under their patient and study.

    ``how`` says what was asked for: the marked one, all as cases, or all as channels of one scan.
    """

    def __init__(
        self, options: Sequence[SeriesOption], title_path: str = "", left_out: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__("Which series?", parent)
        if not options:
            raise ValueError("there must be something to choose from")
        self._rows: dict[int, SeriesOption] = {}
        place = f"{title_path} holds" if title_path else "This folder holds"
        self.body.addWidget(words(f"{place} {len(options)} images. Which one shall be opened?", "title"))
        self.list = PictureList("Series")
        self._fill(options)
        self.list.itemDoubleClicked.connect(lambda _item: self._open())
        self.list.currentRowChanged.connect(lambda _row: self._refresh())
        self.body.addWidget(self.list, 1)
        self.left_out = words(left_out, "muted")
        self.left_out.setVisible(bool(left_out))
        self.body.addWidget(self.left_out)
        self.how = ONE
        readable = [option for option in options if option.readable]
        self.as_cases = self._way("Open all as cases", CASES, "Every image is a case of the worklist")
        self.as_channels = self._way("As channels of one scan", CHANNELS,
                                     "Laid on the grid of the first; all show the same person")  # fmt: skip
        self.as_cases.setVisible(len(readable) > 1)
        one_person = len({patient_of(option.group) for option in readable}) == 1
        self.as_channels.setVisible(1 < len(readable) <= MOST_CHANNELS and one_person)
        self.add_button("Cancel").clicked.connect(self.reject)
        self.open_button = self.add_button("Open", primary=True)
        self.open_button.clicked.connect(self.accept)
        self.list.setCurrentRow(next((row for row, option in self._rows.items() if option.readable), min(self._rows)))
        self._refresh()
        self.resize(560, 420)

    def _way(self, text: str, how: str, tip: str) -> QPushButton:
        made = QPushButton(text)
        made.setAutoDefault(False)
        made.setToolTip(tip)
        self.add_left(made)

        def clicked() -> None:
            self.how = how
            self.accept()

        made.clicked.connect(clicked)
        return made

    def all_readable(self) -> list[Any]:
        """The keys of all that can be opened, in their order."""
        return [option.key for option in self._rows.values() if option.readable]

    def chosen(self) -> Any:
        """The key of the marked one."""
        return self._rows[self.list.currentRow()].key

    def set_thumbnail(self, key: Any, thumbnail: Thumbnail) -> None:
        """Show a picture that was made after the dialog had opened."""
        for row, option in self._rows.items():
            if option.key == key:
                self.list.set_row(row, replace(self.list.row_at(row), thumbnail=thumbnail))

    def _fill(self, options: Sequence[SeriesOption]) -> None:
        for group in dict.fromkeys(option.group for option in options):
            if group:
                self.list.add_heading(group)
            for option in options:
                if option.group == group:
                    self._rows[self.list.count()] = option
                    row = PictureRow(option.label, option.facts, option.warning, option.thumbnail, option.readable)
                    self.list.add_row(row)

    def _refresh(self) -> None:
        option = self._rows.get(self.list.currentRow())
        self.open_button.setEnabled(option is not None and option.readable)

    def _open(self) -> None:
        if self.open_button.isEnabled():
            self.accept()
