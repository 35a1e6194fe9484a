"""The gallery layout: a wall of samples that stand for all draws; a click takes one's point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QWidget

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.views.contours import trace
from proseg_gui.gui.views.image_pane import ContourLayer, ImagePane
from proseg_gui.gui.views.overlay_text import MARGIN, draw_text
from proseg_gui.gui.views.pane_overlay import Labels, Shown
from proseg_gui.gui.views.view_link import ViewLink
from proseg_gui.jobs import CancelToken
from proseg_gui.review.gallery import MOST, Sample, choose, draw, first_draws, stream, why_none
from proseg_gui.review.state import Who

LANE, TITLE = "gallery", marked("Choosing samples")
COLUMNS = 4
FRAME, FRAME_WIDTH = "#ffffff", 2.0
STEP_NAME = "take sample"
MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
"""Up and down change the slice, here as everywhere."""


class ShareLabels(Labels):
    """On a small pane: the case above, the share below, and nothing over the outline."""

    def paint(self, painter: QPainter, pane: QRectF, shown: Shown) -> None:
        """Write both."""
        metrics = QFontMetricsF(painter.font())
        case = metrics.elidedText(shown.case, Qt.TextElideMode.ElideRight, pane.width() - 2 * MARGIN)
        draw_text(painter, QPointF(pane.left() + MARGIN, pane.top() + MARGIN + metrics.ascent() - 3), case)
        draw_text(painter, QPointF(pane.left() + MARGIN, pane.bottom() - MARGIN), shown.notice)


class SamplePane(ImagePane):
    """One sample: the slice, its outline, its share. Enter or a click takes it, left and right go to the next."""

    taken = Signal()
    walked = Signal(int)

    def __init__(self, link: ViewLink, parent: QWidget) -> None:
        super().__init__(link, role="scan", parent=parent)
        self.set_empty_text("")
        self._labels = ShareLabels()
        self.clicked.connect(lambda _voxel: self.taken.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes; left and right walk along the wall."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
        elif event.key() in MOVES and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier
        ):  # fmt: skip
            self.walked.emit(MOVES[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, and a frame where keys go."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(FRAME), FRAME_WIDTH))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
            painter.end()


def columns_of(count: int) -> int:
    """Panes side by side: of four, two, since panes as narrow as a quarter of the wall show little of a slice."""
    return COLUMNS if count > COLUMNS else 2 if count > 2 else max(count, 1)


class GalleryView(QWidget):
    """The wall of panes below a line that says what it shows."""

    def __init__(self, link: ViewLink, parent: QWidget) -> None:
        super().__init__(parent)
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setSpacing(4)
        head = QWidget(self)
        row = QHBoxLayout(head)
        row.setContentsMargins(6, 2, 6, 2)
        self.said = QLabel(head)
        self.over = QComboBox(head)
        self.over.addItems([tr("over the whole volume"), tr("over this slice")])
        self.over.setAccessibleName(tr("Where samples are compared"))
        row.addWidget(self.said, 1)
        row.addWidget(self.over)
        self.grid.addWidget(head, 0, 0, 1, COLUMNS)
        self.panes = tuple(SamplePane(link, self) for _ in range(MOST))
        self.alone: SamplePane | None = None
        self._count = 0
        for number, pane in enumerate(self.panes):
            pane.walked.connect(lambda step, number=number: self._walk(number + step))
            pane.maximise_requested.connect(lambda pane=pane: self._maximise(pane))
        self._lay(0)

    def set_count(self, count: int) -> None:
        """Show so many panes."""
        if count != self._count:
            self.alone = None
            self._lay(count)

    def _lay(self, count: int) -> None:
        self._count = count
        shown = (self.alone,) if self.alone is not None else self.panes[:count]
        for pane in self.panes:
            self.grid.removeWidget(pane)
            pane.setVisible(pane in shown)
        wide = 1 if self.alone is not None else columns_of(count)
        for number, pane in enumerate(shown):
            self.grid.addWidget(pane, 1 + number // wide, number % wide)
        for row in range(1, 2 + MOST // COLUMNS):
            self.grid.setRowStretch(row, 1 if row <= -(-max(len(shown), 1) // wide) else 0)
        for column in range(COLUMNS):
            self.grid.setColumnStretch(column, 1 if column < wide else 0)

    def _walk(self, number: int) -> None:
        if self.alone is None and 0 <= number < self._count:
            self.panes[number].setFocus()

    def _maximise(self, pane: SamplePane) -> None:
        self.alone = None if self.alone is not None else pane
        self._lay(self._count)
        pane.setFocus()


class Gallery(QObject):
    """Chooses samples in the background while the layout is in view, and draws them on the slice in view."""

    def __init__(self, controller: Controller, link: ViewLink, parent: QWidget) -> None:
        super().__init__(parent)
        self._controller = controller
        self.view = GalleryView(link, parent)
        self.panes = self.view.panes
        self._on = False
        self._samples: tuple[Sample, ...] = ()
        self._asked: tuple[Any, ...] = ()
        self._of: tuple[Any, ...] = ()
        for number, pane in enumerate(self.panes):
            pane.taken.connect(lambda number=number: self.take(number))
        self.view.over.currentIndexChanged.connect(lambda _index: self.look())
        for signal in (
            controller.bundle_changed, controller.structure_changed, controller.slice_changed,
            controller.summary_changed, controller.structure_state_changed, controller.point_changed,
        ):  # fmt: skip
            signal.connect(lambda _value: self.look())

    def blocked(self) -> str:
        """Why there is no gallery; empty where there is one."""
        return why_none(self._controller.desk.review)

    def show(self, on: bool) -> None:
        """The layout came into view, or left it."""
        self._on = on
        if on:
            self.look()
        else:
            self._controller.work.cancel(LANE)
            self._asked = self._of = ()

    def take(self, number: int) -> None:
        """Go to a sample's point: one step, which undo takes back."""
        if number < len(self._samples):
            sample = self._samples[number]
            who = None if sample.clicks is None else Who(clicks=sample.clicks)
            self._controller.latents.set_point(sample.point, who, name=STEP_NAME)

    def look(self) -> None:
        """Choose anew where something else is to be shown, and draw on the slice in view."""
        desk, review = self._controller.desk, self._controller.desk.review
        if not self._on or review is None or self.blocked():
            return
        k = desk.slice_index
        over = k if self.view.over.currentIndex() else None
        complete = desk.summary is not None and desk.summary.complete
        clicks = desk.latents.who.clicks
        of = (review.engine, desk.model_structure, over, complete, clicks)
        if (*of, k) == self._asked:
            return
        self._asked, asked = (*of, k), (*of, k)
        known = self._samples if of == self._of else ()
        structure = desk.model_structure
        if not known:
            self.view.said.setText(tr("Choosing samples\u2026"))

        def work(token: CancelToken, tell: Callable[[Any], None]) -> None:
            def show(drawn: tuple[int, Any]) -> None:
                tell((asked, (drawn[0], trace(drawn[1]))))

            first = () if known or not clicks.empty else first_draws(review)
            if first:
                tell((asked, first))
                stream(review, first, structure, k, token, show)
            samples = known or choose(review, structure, over, token, clicks=clicks)
            if not known:
                tell((asked, samples))
            draw(review, samples, structure, k, token, show)

        self._controller.work.look(LANE, tr(TITLE), work, self._take)

    def _take(self, told: tuple[tuple[Any, ...], Any]) -> None:
        asked, found = told
        if asked != self._asked:
            return
        if found and isinstance(found[0], Sample):
            self._samples, self._of = found, () if found[0].share is None else asked[:-1]
            self.view.set_count(len(found))
            self.view.said.setText(self._sentence(found).format(
                count=len(found), n=self._controller.desk.review.survey.plan.n,  # type: ignore[union-attr]
                name=self._controller.desk.modelled[asked[1]],
            ))  # fmt: skip
            for pane, sample in zip(self.panes, found, strict=False):
                pane.set_notice(_notice(sample))
                pane.setAccessibleName(_heard(sample))
            return
        number, path = found
        settings = self._controller.display.view.settings
        colour = self._controller.desk.drafts.colour(asked[1])
        self.panes[number].set_contours([ContourLayer(path, colour, settings.line_width)])

    @staticmethod
    def _sentence(samples: tuple[Sample, ...]) -> str:
        if samples[0].clicks is not None:
            return tr("{count} candidates for what is meant of {name}, each with its share; a click takes one")
        if samples[0].own:
            return tr(
                "{count} readings of {name}, each with the probability that the model gives it; a click takes one"
            )
        if samples[0].share is None:
            return tr("{count} of {n} draws of {name} as they come, step by step; how frequent each is follows")
        return tr("{count} samples stand for {n} draws of {name}; a click takes one")


def _notice(sample: Sample) -> str:
    """What stands under a sample's outline."""
    if sample.own:
        return tr("reading {number}: {share} %").format(number=sample.number + 1, share=sample.share)
    return "" if sample.share is None else f"{sample.share} %"


def _heard(sample: Sample) -> str:
    """What a screen reader says of a sample."""
    if sample.share is None:
        return tr("A draw as it comes")
    if sample.clicks is not None:
        return tr("Candidate, {share} % of what agrees with the clicks").format(share=sample.share)
    said = tr("Reading, {share} % probable") if sample.own else tr("Sample, {share} % of all draws")
    return said.format(share=sample.share)
