"""Review and Trainer as the window's two top-level tabs: which is in front, and what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QSizePolicy, QStackedWidget, QTabBar, QWidget

from proseg_gui.gui.language import tr

if TYPE_CHECKING:
    from proseg_gui.gui.shell.actions import Menus

REVIEW, TRAINER = 0, 1


class Tabs(QObject):
    """Switches between the two; docks, quick choices and keys of Review are there in Review only."""

    changed = Signal(int)

    def __init__(self, review: QWidget, trainer: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._pages = (review, trainer)
        self.stack = QStackedWidget(parent)
        self.stack.addWidget(review)
        self.stack.addWidget(trainer)
        self.bar = QTabBar(parent)
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setUsesScrollButtons(False)  # with them it would let itself be cut where the row is full
        self.bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.bar.setAccessibleName(tr("Review or Trainer"))
        self.bar.addTab(tr("Review"))
        self.bar.addTab(tr("Trainer"))
        self.bar.setTabToolTip(TRAINER, tr("Train a model on your raters' masks"))
        self._docks: list[QDockWidget] = []
        self._hidden: list[QDockWidget] = []
        self._of_review: list[Callable[[bool], None]] = []
        self.bar.currentChanged.connect(self._show)
        self._fit()

    def own(self, docks: list[QDockWidget], header: QWidget, menus: Menus) -> None:
        """Say what belongs to Review."""
        self._docks = docks
        self._of_review = [header.setVisible, menus.set_review]

    def show_review(self) -> None:
        """Bring Review to the front."""
        self.bar.setCurrentIndex(REVIEW)

    def show_trainer(self) -> None:
        """Bring the Trainer to the front."""
        self.bar.setCurrentIndex(TRAINER)

    def show_progress(self, text: str) -> None:
        """Say beside the Trainer's name how far a training is; it is read from Review too."""
        self.bar.setTabText(TRAINER, f"{tr('Trainer')} \u00b7 {text}" if text else tr("Trainer"))

    def _fit(self) -> None:
        """The page behind claims no room: beside Review's docks the Trainer would not fit on a small screen."""
        for page in self._pages:
            front = page is self.stack.currentWidget()
            policy = QSizePolicy.Policy.Preferred if front else QSizePolicy.Policy.Ignored
            page.setSizePolicy(policy, policy)

    def _show(self, index: int) -> None:
        review = index == REVIEW
        if review:  # the Trainer goes before the docks come: both at once would make the window wider
            self.stack.setCurrentIndex(index)
            self._fit()
        else:
            self._hidden = [dock for dock in self._docks if not dock.isHidden()]
        for dock in self._hidden:
            dock.setVisible(review)
        for switch in self._of_review:
            switch(review)
        self.stack.setCurrentIndex(index)
        self._fit()
        self.changed.emit(index)
