"""A tour of Review on the demo: at the first opening of the demo, and again from the Help menu."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from proseg_gui.gui.dialogs.tour_card import TourCard
from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller


class Tour:
    """Goes through its steps by the card's buttons; what was seen or skipped is remembered.

    Parameters
    ----------
    open_demo:
        Called where no scan is open: there is nothing to show without one.
    targets:
        The parts of the window that the steps are about: panes, preference, ambiguity, strip, structures, header.
    """

    def __init__(
        self, window: QWidget, controller: Controller, open_demo: Callable[[], object], targets: Mapping[str, QWidget]
    ) -> None:
        self._window, self._controller, self._open_demo, self._targets = window, controller, open_demo, targets
        self.card: TourCard | None = None
        self._number = 0

    def steps(self) -> list[tuple[str, str, str]]:
        """Part of the window, title, text."""
        return [
            ("panes", tr("Scan and uncertainty"),
             tr("Left the scan with contours, right the same slice as map of uncertainty. The wheel goes through the "
                "slices, Ctrl and the wheel zoom, the middle button moves, the right one sets the grey levels.")),
            ("preference", tr("Who draws"),
             tr("Each rater's way of drawing is a preset. Move a slider and the contour follows at once; between two "
                "raters lies every blend of them.")),
            ("ambiguity", tr("What the image leaves open"),
             tr("These sliders move the contour as far as this image allows. Random shows another plausible contour, "
                "and a setting can be remembered.")),
            ("strip", tr("Where to look"),
             tr("The bars say how uncertain each slice is, the signs above them where regions of doubt lie. Click a "
                "bar, or press N for the most doubtful region that you have not seen.")),
            ("structures", tr("Accept"),
             tr("When the contour is right, accept the structure with Ctrl+Return. Everything can be undone with "
                "Ctrl+Z, and all work is kept by itself.")),
            ("header", tr("Every command"),
             tr("Ctrl+K finds any command by its name, F1 shows all keys. Export writes contours for other programs.")),
        ]  # fmt: skip

    def offer(self) -> None:
        """Begin unless it was seen or skipped before."""
        if not self._controller.display.view.settings.tour_seen:
            self.begin()

    def begin(self) -> None:
        """Begin at the first step."""
        if self._controller.desk.study is None:
            self._open_demo()
        self._end()
        self._number = 0
        self.card = TourCard(self._window)
        self.card.forward.connect(lambda: self._go(1))
        self.card.back.connect(lambda: self._go(-1))
        self.card.ended.connect(self.finish)
        self._go(0)

    def finish(self) -> None:
        """Take the card away, and remember that the tour is known."""
        self._end()
        self._controller.display.set_view(tour_seen=True)

    def _go(self, by: int) -> None:
        steps = self.steps()
        self._number += by
        if self._number >= len(steps):
            self.finish()
        elif self.card is not None:
            part, title, text = steps[self._number]
            self.card.show_step(self._number + 1, len(steps), title, text, self._targets[part])

    def _end(self) -> None:
        if self.card is not None:
            self.card.hide()
            self.card.deleteLater()
            self.card = None
