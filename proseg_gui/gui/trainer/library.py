"""The models that there are, shipped and one's own: version, data, figures; choose one for Review, compare, remove."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout

from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.frame import PictureList, PictureRow
from proseg_gui.gui.panels.widgets import Section, button, muted
from proseg_gui.io.atomic import write_error
from proseg_gui.locations import data_folder

if TYPE_CHECKING:
    from proseg_gui.bundle import Card


@dataclass(frozen=True)
class Model:
    """A bundle on this computer."""

    folder: Path
    card: Card
    shipped: bool


def find_models(own: Path) -> list[Model]:
    """One's own models, then the shipped ones, each by name; damaged ones are left out."""
    from proseg_gui.bundle import CARD_NAME, read_card

    found = []
    for root, shipped in ((own, False), (data_folder("models"), True)):
        for path in sorted(root.glob(f"*/{CARD_NAME}")):
            with contextlib.suppress(UserError):
                found.append(Model(path.parent, read_card(path.parent), shipped))
    return found


def remove_model(model: Model) -> None:
    """Delete one of one's own models."""
    try:
        shutil.rmtree(model.folder)
    except OSError as error:
        raise write_error(error, model.folder) from error


def seconds_a_step(models: Sequence[Model], data: str) -> float | None:
    """How long a step took when a model was last trained on the data set called ``data``; ``None`` if none was."""
    for model in sorted(models, key=lambda m: (m.card.version, m.folder.stat().st_mtime), reverse=True):
        training = model.card.training
        steps = training.get("steps_done", training.get("steps"))
        if training.get("data") == data and steps and "seconds" in training and not model.shipped:
            return float(training["seconds"]) / float(steps)
    return None


def facts(card: Any) -> str:
    """One line about a model."""
    figures = card.metrics.get("validation", {})
    parts = [f"{len(card.raters)} raters", card.modality]
    if figures:
        parts += [f"Dice {figures['dice_identity_mean']:.3f}", f"GED² {figures['ged2']:.3f}"]
    data = card.training.get("data", "")
    return " · ".join(filter(None, [*parts, f"data {data}" if data else ""]))


class LibraryPanel(Section):
    """Setters in, gestures out."""

    activate_asked = Signal(object)
    remove_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__("Model library")
        self.models: tuple[Model, ...] = ()
        self._active: Path | None = None
        self.list = PictureList("Models")
        self.list.currentRowChanged.connect(lambda _row: self._show_buttons())
        self.list.itemDoubleClicked.connect(lambda _item: self._ask(self.activate_asked))
        self.detail = muted("")
        self.activate = button("Use in Review", tip="Look at scans through this model")
        self.remove = button("Remove…", tip="Delete this model of yours from the disk")
        self.activate.clicked.connect(lambda: self._ask(self.activate_asked))
        self.remove.clicked.connect(lambda: self._ask(self.remove_asked))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.activate)
        row.addWidget(self.remove)
        row.addStretch(1)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.detail)
        self.body.addLayout(row)
        self.list.setMinimumHeight(120)

    def set_models(self, models: Sequence[Model], active: Path | None) -> None:
        """Show these; ``active`` is the folder of the model that looks at the scan in Review."""
        chosen = self.chosen()
        self.models, self._active = tuple(models), active
        self.list.clear()
        for model in models:
            in_use = "  (in use)" if model.folder == active else ""
            where = "shipped" if model.shipped else ""
            title = f"{model.card.name} {model.card.version}{in_use}"
            text = " · ".join(filter(None, (where, facts(model.card))))
            self.list.add_row(PictureRow(title, text, with_picture=False))
        folders = [model.folder for model in models]
        wanted = chosen.folder if chosen is not None else active
        self.list.setCurrentRow(folders.index(wanted) if wanted in folders else 0 if folders else -1)
        self._show_buttons()

    def chosen(self) -> Model | None:
        """The marked model."""
        row = self.list.currentRow()
        return self.models[row] if 0 <= row < len(self.models) else None

    def _ask(self, signal: Any) -> None:
        model = self.chosen()
        if model is not None:
            signal.emit(model)

    def _show_buttons(self) -> None:
        model = self.chosen()
        self.activate.setEnabled(model is not None and model.folder != self._active)
        self.remove.setVisible(model is not None and not model.shipped)
        self.detail.setText("" if model is None else _detail(model.card))

    def sizeHint(self) -> QSize:
        """A few models."""
        return QSize(290, 260)


def _detail(card: Any) -> str:
    training, figures = card.training, card.metrics.get("validation", {})
    lines = [f"Raters: {', '.join(card.raters)}"]
    if training.get("steps_done", training.get("steps")):
        lines.append(f"{training.get('steps_done', training.get('steps'))} steps, seed {training.get('seed')}, "
                     f"{round(training.get('seconds', 0) / 60)} min on {training.get('device', '?')}")  # fmt: skip
    if figures:
        lines.append(f"Wrong-rater Dice {figures['dice_identity_permuted']:.3f}, {figures['n_cases']} validation cases")
    return "\n".join(lines)
