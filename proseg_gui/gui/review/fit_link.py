"""Joins the banner of fit to the controller: how scan and model go together in, the switch of the adjustment out."""

from __future__ import annotations

from PySide6.QtCore import QObject

from proseg_gui.gui.panels.fit_banner import FitBanner
from proseg_gui.gui.review.controller import Controller


class FitLink(QObject):
    """Keeps the banner showing what is known, and where the switch stands."""

    def __init__(self, controller: Controller, banner: FitBanner) -> None:
        super().__init__(controller)
        self._controller, self._banner = controller, banner
        controller.fit_changed.connect(banner.set_fit)
        controller.bundle_changed.connect(lambda _bundle: self._show())
        controller.view_changed.connect(lambda _view: self._show())
        banner.adjust_asked.connect(self._turn)

    def _turn(self) -> None:
        on = self._controller.display.view.settings.adjust_scanner
        self._controller.display.set_view(adjust_scanner=not on)

    def _show(self) -> None:
        review = self._controller.desk.review
        adjusts = review is not None and review.engine.method.capabilities.adjusts
        self._banner.set_adjusting(adjusts, self._controller.display.view.settings.adjust_scanner)
