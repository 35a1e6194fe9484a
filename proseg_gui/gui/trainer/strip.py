"""Validation cases as the model in training would draw them: each rater's contour in the rater's colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.widgets import Picture, Section, muted
from proseg_gui.gui.trainer.nice import lower_priority
from proseg_gui.gui.trainer.survey import CaseRow, picture_of
from proseg_gui.gui.views.palette import rater_colour
from proseg_gui.jobs import CancelToken

MAX_CASES = 6
LEAST_SIDE, MOST_SIDE, DRAWN_SIDE, GAP = 84, 220, 240, 8
SHARE = 0.135
"""Of the window's height that a picture takes."""


def draw_cases(
    checkpoint: Path,
    spacing_mm: tuple[float, float],
    rows: Sequence[CaseRow],
    structures: Sequence[str],
    token: CancelToken,
    found: Callable[[str, np.ndarray], None],
) -> None:
    """Predict the best slice of each case for every rater; ``found(case, picture)`` as they come. One thread, nice."""
    from proseg_gui.inference.drawings import rater_points
    from proseg_gui.inference.engine import Engine
    from proseg_gui.io.dataset import load_case
    from proseg_gui.training.preview import bundle_of_checkpoint

    lower_priority()
    bundle = bundle_of_checkpoint(checkpoint, spacing_mm)
    points = rater_points(bundle)
    for row in rows:
        token.check()
        study = load_case(row.case, structures, channels=bundle.card.channels, token=token)
        engine = Engine(bundle, study, device="cpu", threads=1)
        outlines = []
        for r, probability in enumerate(engine.probabilities(row.best_slice, points, token)):
            outlines += [(structure > 0.5, rater_colour(r)) for structure in probability]
        found(row.case.name, picture_of(study, row.best_slice, outlines, DRAWN_SIDE))


class _SizedPicture(Picture):
    def set_side(self, side: int) -> None:
        """Show the picture at another size."""
        if side != self.width():
            self.setFixedSize(side, side)
            self.set_thumbnail(self.thumbnail)  # scaled anew


class CaseStrip(Section):
    """Pictures with the cases' names; which rater has which colour stands below."""

    def __init__(self) -> None:
        super().__init__(tr("Validation cases, as each rater would draw"))
        self.pictures: dict[str, _SizedPicture] = {}
        self._cards: list[QWidget] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(GAP)
        self._row.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.empty = muted(tr("They appear with the first checkpoint."), wrap=True)
        self.raters = QLabel()
        self.raters.setTextFormat(Qt.TextFormat.RichText)
        self.raters.setWordWrap(True)
        self.raters.setProperty("role", "muted")
        self.body.addWidget(self.empty)
        self.body.addLayout(self._row)
        self.body.addWidget(self.raters)
        self.body.addStretch(1)

    def set_cases(self, names: Sequence[str], raters: Sequence[str]) -> None:
        """Show empty frames for these cases."""
        for card in self._cards:
            self._row.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards, self.pictures = [], {}
        for name in list(names)[:MAX_CASES]:
            card = QWidget()
            box = QVBoxLayout(card)
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(2)
            self.pictures[name] = _SizedPicture(LEAST_SIDE)
            label = muted(name, wrap=False)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            box.addWidget(self.pictures[name])
            box.addWidget(label)
            self._row.addWidget(card)
            self._cards.append(card)
        marks = [f'<span style="color:{rater_colour(r)}">■</span>&nbsp;{_plain(n)}' for r, n in enumerate(raters)]
        self.raters.setText(" &nbsp; ".join(marks) if names else "")
        self.empty.setVisible(True)
        self.empty.setText(tr("They appear with the first checkpoint.") if names else tr("No case validates."))
        self._fit()

    def set_picture(self, name: str, picture: np.ndarray) -> None:
        """Show a case's picture."""
        if name in self.pictures:
            self.empty.setVisible(False)
            self.pictures[name].set_thumbnail(picture)

    def set_when(self, text: str) -> None:
        """Say of which step the pictures are."""
        self.hint.set_texts((text,))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Pictures as large as the room allows; what does not fit even so is hidden rather than squeezed."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width, count = self.width() - 20 + GAP, max(len(self._cards), 1)
        side = max(LEAST_SIDE, min(width // count - GAP, int(self.window().height() * SHARE), MOST_SIDE))
        for number, card in enumerate(self._cards):
            card.setVisible(number < max(1, width // (side + GAP)))
        for picture in self.pictures.values():
            picture.set_side(side)

    def minimumSizeHint(self) -> QSize:
        """Room for two pictures; more are shown where there is room."""
        return QSize(2 * LEAST_SIDE + 40, super().minimumSizeHint().height())


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(" ", "&nbsp;")
