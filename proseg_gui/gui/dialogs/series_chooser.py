"""Asks which of several series (or cases) to open, with a picture and the counts of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtWidgets import QPushButton, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame, PictureList, PictureRow, words
from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.model import Thumbnail

ONE, CASES, CHANNELS = "one", "cases", "channels"


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

    ``how`` says what was asked for: the marked one, all as cases, or all as channels of one scan. ``likely`` is the way
    that Enter takes; other than :data:`ONE` it says that all were chosen by hand. ``channels``: whether all may be.
    """

    def __init__(
        self,
        options: Sequence[SeriesOption],
        title_path: str = "",
        left_out: str = "",
        parent: QWidget | None = None,
        *,
        likely: str = ONE,
        channels: bool = False,
    ) -> None:
        super().__init__(tr("Which series?") if likely == ONE else tr("Several images"), parent)
        if not options:
            raise ValueError("there must be something to choose from")
        self._rows: dict[int, SeriesOption] = {}
        asked = tr("This folder holds {n} images. Which one shall be opened?").format(n=len(options))
        if title_path:
            asked = tr("{place} holds {n} images. Which one shall be opened?").format(place=title_path, n=len(options))
        if likely != ONE:
            asked = tr("{n} images were chosen. As what shall they be opened?").format(n=len(options))
        self.body.addWidget(words(asked, "title"))
        self.list = PictureList(tr("Series"))
        self._fill(options)
        self.list.itemDoubleClicked.connect(lambda _item: self._open())
        self.list.currentRowChanged.connect(lambda _row: self._refresh())
        self.body.addWidget(self.list, 1)
        self.left_out = words(left_out, "muted")
        self.left_out.setVisible(bool(left_out))
        self.body.addWidget(self.left_out)
        self.how = ONE
        readable = [option for option in options if option.readable]
        each = tr("As {n} cases").format(n=len(readable))
        one_scan = tr("Laid on the grid of the first; all show the same person")
        self.open_button = QPushButton(tr("Open") if likely == ONE else tr("Only the marked one"))
        self.as_cases, self.as_channels = QPushButton(each), QPushButton(tr("As channels of one scan"))
        self.as_cases.setToolTip(tr("Every image is a case of the worklist"))
        self.as_channels.setToolTip(one_scan)
        self.as_cases.setVisible(len(readable) > 1)
        self.as_channels.setVisible(channels)
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        ways = {ONE: self.open_button, CASES: self.as_cases, CHANNELS: self.as_channels}
        for how in sorted(ways, key=lambda how: how == likely):  # the likely one stands last, where Enter takes it
            self.put_button(ways[how], primary=how == likely)
            ways[how].clicked.connect(partial(self._take, how))
        self.list.setCurrentRow(next((row for row, option in self._rows.items() if option.readable), min(self._rows)))
        self._refresh()
        self.resize(560, 420)

    def _take(self, how: str, _checked: bool = False) -> None:
        self.how = how
        self.accept()

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
