"""The Trainer's place in the window: empty until it is needed, as its panels and plots cost a third of a start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from proseg_gui.bundle import own_models, trainings_beside
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.views.palette import DARK, ViewColours

if TYPE_CHECKING:
    from proseg_gui.gui.trainer.link import TrainerLink
    from proseg_gui.gui.trainer.tab import TrainerTab


class TrainerPage(QWidget):
    """Makes the Trainer when it is first shown or asked for, and at once where a training was left here.

    Its signals are those of :class:`~proseg_gui.gui.trainer.link.TrainerLink`, and what the tab is to say.
    """

    review_requested = Signal()
    failed = Signal(object)
    noticed = Signal(str)
    dialog_made = Signal(object)
    stands = Signal(str)
    """How far a training is, for the tab; empty where there is none."""

    def __init__(self, controller: Controller, opener: Opener, parent: QWidget) -> None:
        super().__init__(parent)
        self._controller, self._opener, self._colours = controller, opener, DARK
        self._link: TrainerLink | None = None
        self._place = QVBoxLayout(self)
        self._place.setContentsMargins(0, 0, 0, 0)

    def follow_what_was_left(self) -> None:
        """Make the Trainer where there is a training: how far it is can be read from Review, and closing asks."""
        trainings = trainings_beside(own_models())
        if trainings.is_dir() and next(trainings.iterdir(), None) is not None:
            self.look()

    @property
    def link(self) -> TrainerLink:
        """What the Trainer does; made now if it was not."""
        if self._link is None:
            self._link = self._made()
        return self._link

    @property
    def tab(self) -> TrainerTab:
        """The Trainer's panels; made now if they were not."""
        return self.link.tab

    def _made(self) -> TrainerLink:
        from proseg_gui.gui.trainer.link import TrainerLink  # late, as the module's text says
        from proseg_gui.gui.trainer.run_panel import tab_text
        from proseg_gui.gui.trainer.tab import TrainerTab

        tab = TrainerTab(self)
        link = TrainerLink(tab, self._controller, self._opener, self)
        link.review_requested.connect(self.review_requested)
        link.failed.connect(self.failed)
        link.noticed.connect(self.noticed)
        link.dialog_made.connect(self.dialog_made)
        link.stood.connect(lambda found: self.stands.emit(tab_text(found)))
        tab.set_colours(self._colours)
        self._place.addWidget(tab)
        tab.show()
        link.begin()
        return link

    def showEvent(self, event: QShowEvent) -> None:
        """The Trainer comes to the front."""
        self.look()
        super().showEvent(event)

    def look(self) -> None:
        """See where the training stands."""
        self.link.look()

    def set_colours(self, colours: ViewColours) -> None:
        """Follow the theme."""
        self._colours = colours
        if self._link is not None:
            self._link.tab.set_colours(colours)

    # -- the end --------------------------------------------------------------------------------------------------
    @property
    def working(self) -> bool:
        """Whether a training process works now."""
        return self._link is not None and self._link.working

    def ask_before_closing(self, close: Callable[[], Any]) -> None:
        """Ask what becomes of the running training; ``close()`` unless the answer is to stay."""
        self.link.ask_before_closing(close)

    def rest(self) -> None:
        """Follow the training no more; it goes on."""
        if self._link is not None:
            self._link.rest()

    def end(self) -> None:
        """For a thread of the closing window: wait for the Trainer's own."""
        if self._link is not None:
            self._link.jobs.close()
