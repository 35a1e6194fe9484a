"""Shows over which slices the hand has drawn, and which of them no slider changes any more."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.views.slice_strip import SliceStrip
from proseg_gui.review.drafts import DraftChange


class SaidLink(QObject):
    """Keeps the marks along the strip's foot true to the active structure."""

    def __init__(self, controller: Controller, strip: SliceStrip) -> None:
        super().__init__(controller)
        self._controller, self._strip = controller, strip
        controller.draft_changed.connect(self._drawn)
        for signal in (controller.study_changed, controller.structure_changed, controller.structure_state_changed):
            signal.connect(lambda _value: self._show())

    def _drawn(self, change: DraftChange) -> None:
        desk = self._controller.desk
        if not change.live and desk.structures and change.structure == desk.structures[desk.structure]:
            self._show()

    def _show(self) -> None:
        desk = self._controller.desk
        drawn_on = desk.study is not None and bool(desk.structures)
        self._strip.set_said(desk.drafts.said_of(desk.structures[desk.structure]) if drawn_on else np.zeros(0))
