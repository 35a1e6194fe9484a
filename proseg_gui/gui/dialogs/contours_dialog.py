"""Asks what contours from files are to the scan in view: drawings of raters, or the reference to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QButtonGroup, QComboBox, QRadioButton, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame, words

RATERS, REFERENCE = "raters", "reference"
ROLES = {
    RATERS: "Drawings of raters of this case: a file is a rater",
    REFERENCE: "The reference to compare the current contour with",
}


@dataclass(frozen=True)
class Region:
    """One region of a file: who drew it (the file), what, and how large it is."""

    rater: str
    structure: str
    ml: float

    @property
    def text(self) -> str:
        """For the list."""
        return f"{self.rater}: {self.structure}, {self.ml:.3g} ml"


class ContoursDialog(DialogFrame):
    """:meth:`role` and :meth:`region` are what was chosen when the dialog was accepted."""

    def __init__(
        self, regions: Sequence[Region], compared: str, notices: Sequence[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__("Contours on this scan", parent)
        if not regions:
            raise ValueError("there must be something to choose from")
        raters = len({region.rater for region in regions})
        count = "1 region lies" if len(regions) == 1 else f"{len(regions)} regions of {raters} raters lie"
        if raters == 1 and len(regions) > 1:
            count = f"{len(regions)} regions lie"
        self.body.addWidget(words(f"{count} on this scan. What are they?", "title"))
        self.roles = {key: QRadioButton(text) for key, text in ROLES.items()}
        self._group = QButtonGroup(self)
        for button in self.roles.values():
            self._group.addButton(button)
            self.body.addWidget(button)
        self.roles[RATERS].setChecked(True)
        self.regions = QComboBox()
        self.regions.setAccessibleName("Region to compare with")
        self.regions.addItems([region.text for region in regions])
        self.regions.setCurrentIndex(_likeliest(regions, compared))
        self.body.addWidget(self.regions)
        self.what = words(f"It is compared with the contour of {compared!r}." if compared else "", "muted")
        self.body.addWidget(self.what)
        self.notices = words(" ".join(notices), "notice")
        self.notices.setVisible(bool(notices))
        self.body.addWidget(self.notices)
        self.body.addStretch(1)
        self.add_button("Cancel").clicked.connect(self.reject)
        self.add = self.add_button("Add", primary=True)
        self.add.clicked.connect(self.accept)
        self._group.buttonToggled.connect(lambda _button, _on: self._refresh())
        self._refresh()
        self.setMinimumWidth(440)

    def role(self) -> str:
        """``raters`` or ``reference``."""
        return REFERENCE if self.roles[REFERENCE].isChecked() else RATERS

    def region(self) -> int:
        """Which region is the reference."""
        return self.regions.currentIndex()

    def _refresh(self) -> None:
        reference = self.role() == REFERENCE
        self.regions.setEnabled(reference)
        self.what.setVisible(reference and bool(self.what.text()))


def _likeliest(regions: Sequence[Region], compared: str) -> int:
    """The region that is called like the structure in view, else the first."""
    names = [region.structure.casefold() for region in regions]
    return names.index(compared.casefold()) if compared.casefold() in names else 0
