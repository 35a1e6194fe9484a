"""What the program is, its versions and licence, how to cite it, and what it is not."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from proseg_gui.gui import theme
from proseg_gui.gui.dialogs.frame import RESEARCH_USE, DialogFrame, banner, heading, words
from proseg_gui.gui.language import marked, tr

WHAT_IT_IS = marked(
    "Review of segmentations by several raters: how each would draw, what the image leaves open, "
    "and how sure anybody can be."
)
NOT_FOR = marked("Do not use it for decisions about patients.")


class AboutDialog(DialogFrame):
    """Versions can be copied for a report of a fault, and so can the citation."""

    def __init__(self, versions: Mapping[str, str], citation: str, licence: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("About proseg-gui"), parent)
        self._versions = dict(versions)
        self._citation = citation
        self.body.addWidget(words(f"proseg-gui {self._versions.get('proseg-gui', '')}".strip(), "title"))
        self.body.addWidget(words(tr(WHAT_IT_IS)))
        self.body.addWidget(banner(f"{tr(RESEARCH_USE)}. {tr(NOT_FOR)}"))
        self.body.addWidget(heading(tr("Versions")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for row, (name, version) in enumerate(self._versions.items()):
            grid.addWidget(words(name, "muted"), row, 0)
            grid.addWidget(words(version, selectable=True), row, 1)
        self.body.addLayout(grid)
        self.body.addWidget(heading(tr("How to cite")))
        self.body.addWidget(words(citation, selectable=True))
        self.body.addWidget(heading(tr("Licence")))
        self.body.addWidget(words(licence, selectable=True))
        self.body.addStretch(1)
        self.copy_versions = self._copy_button(tr("Copy versions"), self.versions_text())
        self.copy_citation = self._copy_button(tr("Copy citation"), citation)
        self.add_button(tr("Close"), primary=True).clicked.connect(self.accept)
        self.setMinimumWidth(480)

    def versions_text(self) -> str:
        """The versions, a line each, as they are copied."""
        return "\n".join(f"{name} {version}" for name, version in self._versions.items())

    def _copy_button(self, text: str, content: str) -> QPushButton:
        made = QPushButton(text)
        made.setAutoDefault(False)
        theme.set_icon(made, "copy")
        made.clicked.connect(lambda: QGuiApplication.clipboard().setText(content))
        self.add_left(made)
        return made
