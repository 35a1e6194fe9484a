"""Which model was in use before the present one, so that one can go back to it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from proseg_gui.bundle import own_models
from proseg_gui.gui.review.controller import Controller
from proseg_gui.locations import data_folder
from proseg_gui.review.state import ViewState


class ModelBefore(QObject):
    """Remembers in the settings what was used before, whenever and wherever another model is chosen.

    Models on this computer only, one's own or shipped, by name: a training's model that was merely tried, and a
    folder from elsewhere, are nothing to go back to.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._roots = (own_models(), data_folder("models"))
        self._now = controller.display.view.settings.model
        controller.view_changed.connect(self._note)

    def _note(self, view: ViewState) -> None:
        now, before = view.settings.model, self._now
        if now == before:
            return
        self._now = now
        name = self._name(before)
        if name and name != self._name(now):
            self._controller.display.set_view(previous_model=name)

    def _name(self, setting: str) -> str:
        """The name of the model on this computer that a setting means, whether or not it is there; else empty."""
        path = Path(setting)
        return path.name if setting == path.name or path.parent in self._roots else ""
