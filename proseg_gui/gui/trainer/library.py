"""The models that there are, shipped and one's own: data, figures, and what one can do with them."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from proseg_gui.catalogue import STAGES
from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.frame import PictureList, PictureRow
from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.flow import FlowLayout
from proseg_gui.gui.panels.widgets import Section, button, muted
from proseg_gui.gui.trainer.people_here import learn_people
from proseg_gui.io.base.atomic import remove_folder
from proseg_gui.io.base.leftovers import remove_leftovers
from proseg_gui.locations import data_folder
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from proseg_gui.bundle import Card

NOTES_SHOWN = 240
"""Letters of the notes that stand below the list; the rest is in *Notes…*."""
TITLES = {stage.name: stage.title.lower() for stage in STAGES}


@dataclass(frozen=True)
class Model:
    """A bundle on this computer."""

    folder: Path
    card: Card
    shipped: bool
    made: float = 0.0
    """When its folder was written (seconds since the epoch)."""


def find_models(own: Path) -> list[Model]:
    """For a worker: one's own models, then the shipped ones, each by name; damaged ones are left out."""
    from proseg_gui.bundle import CARD_NAME, read_card

    found = []
    for root, shipped in ((own, False), (data_folder("models"), True)):
        remove_leftovers(root)
        for path in sorted(root.glob(f"[!.]*/{CARD_NAME}")):
            with contextlib.suppress(UserError):
                found.append(Model(path.parent, read_card(path.parent), shipped, _modified(path.parent)))
                learn_people(found[-1].card)
    return found


def _modified(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # it is just being removed
        return 0.0


def remove_model(model: Model) -> None:
    """Delete one of one's own models."""
    remove_folder(model.folder)


def find_model(models: Sequence[Model], name_or_path: str) -> Model | None:
    """The model that a setting means: by its folder, else by its name; ``None`` where it is not there (any more)."""
    by_path = (model for model in models if str(model.folder) == name_or_path)
    by_name = (model for model in models if model.folder.name == name_or_path or model.card.name == name_or_path)
    return next(by_path, None) or next(by_name, None)


def stage_of(card: Any) -> str:
    """The stage by which a model was made from another; empty for one that was trained anew."""
    return str(card.training.get("stage", ""))


def seconds_a_step(
    models: Sequence[Model], images: tuple[Sequence[str], Sequence[str], tuple[float, float]], stage: str = ""
) -> float | None:
    """How long a step of ``stage`` took when a model was last trained here on such images, if one was.

    ``images`` is what a model of them has as structures, channels and ``(y, x)`` spacing in mm: cards do not say which
    data set it was.
    """
    for model in sorted(models, key=lambda m: (m.card.version, m.made), reverse=True):
        training = model.card.training
        steps = training.get("steps_done", training.get("steps"))
        card, (structures, channels, spacing) = model.card, images
        same = (tuple(card.structures), tuple(card.channels)) == (tuple(structures), tuple(channels))
        same = same and card.spacing_mm == spacing and stage_of(card) == stage
        if same and steps and "seconds" in training and not model.shipped:
            return float(training["seconds"]) / float(steps)
    return None


def stage_title(stage: str) -> str:
    """A stage's name within a sentence; its key where this version does not know it."""
    return tr(TITLES.get(stage, stage))


def facts(card: Any) -> str:
    """One line about a model."""
    figures = card.metrics.get("validation", {})
    parts = [plural(len(card.raters), tr("rater"), tr("raters")), card.known_modality]
    if figures:
        parts += [f"Dice {figures['dice_identity_mean']:.3f}", f"GED² {figures['ged2']:.3f}"]
    data = card.training.get("data", "")
    return " · ".join(filter(None, [*parts, tr("data {data}").format(data=data) if data else ""]))


class LibraryPanel(Section):
    """Setters in, gestures out."""

    activate_asked = Signal(object)
    remove_asked = Signal(object)
    compare_asked = Signal(object)
    notes_asked = Signal(object)
    report_asked = Signal(object)
    back_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Model library"))
        self.models: tuple[Model, ...] = ()
        self._active: Path | None = None
        self._coming: Path | None = None
        self.list = PictureList(tr("Models"))
        self.list.currentRowChanged.connect(lambda _row: self._show_buttons())
        self.list.itemDoubleClicked.connect(lambda _item: self._ask(self.activate_asked))
        self.detail = muted("")
        self.activate = button(tr("Use in Review"), tip=tr("Look at scans through this model"))
        self.compare = button(tr("Compare…"), tip=tr("See this model beside another one"))
        self.notes = button(tr("Notes…"), tip=tr("Who made this model of yours, and what others should know"))
        self.report = button(tr("Report…"), tip=tr("Figures and curves of its training as a file"))
        self.remove = button(tr("Remove…"), tip=tr("Delete this model of yours from the disk"))
        self.back = button("")
        self.activate.clicked.connect(lambda: self._ask(self.activate_asked))
        self.compare.clicked.connect(lambda: self._ask(self.compare_asked))
        self.notes.clicked.connect(lambda: self._ask(self.notes_asked))
        self.report.clicked.connect(lambda: self._ask(self.report_asked))
        self.remove.clicked.connect(lambda: self._ask(self.remove_asked))
        self.back.clicked.connect(self.back_asked)
        choices = QWidget()
        row = FlowLayout(choices, spacing=6)
        for made in (self.activate, self.compare, self.notes, self.report, self.remove, self.back):
            row.addWidget(made)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.detail)
        self.body.addWidget(choices)
        self.list.setMinimumHeight(120)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # takes what a result leaves

    def mark(self, folder: Path) -> None:
        """Choose a model that comes with the next list: it was made a moment ago."""
        self._coming = folder

    def set_models(self, models: Sequence[Model], active: Path | None, previous: Model | None = None) -> None:
        """Show these; ``active`` is the folder of the model in use in Review, ``previous`` the one before it."""
        there = previous is not None and previous.folder != active
        self.back.setVisible(there)
        if previous is not None and there:
            self.back.setText(
                tr("Roll back to {name} {version}").format(name=previous.card.name, version=previous.card.version)
            )
            self.back.setToolTip(tr("Use the model again that was in use before this one"))
        chosen = self.chosen()
        self.models, self._active = tuple(models), active
        self.list.clear()
        for model in models:
            in_use = tr("  (in use)") if model.folder == active else ""
            where = tr("shipped") if model.shipped else ""
            title = f"{model.card.name} {model.card.version}{in_use}"
            text = " · ".join(filter(None, (where, facts(model.card))))
            self.list.add_row(PictureRow(title, text, with_picture=False))
        folders = [model.folder for model in models]
        wanted = chosen.folder if chosen is not None else active
        if self._coming in folders:
            wanted, self._coming = self._coming, None
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
        self.compare.setEnabled(model is not None and len(self.models) > 1)
        self.report.setEnabled(model is not None)
        for made in (self.notes, self.remove):
            made.setVisible(model is not None and not model.shipped)
        self.detail.setText("" if model is None else _detail(model.card))

    def sizeHint(self) -> QSize:
        """A few models."""
        return QSize(290, 260)


def _detail(card: Any) -> str:
    training, figures = card.training, card.metrics.get("validation", {})
    lines = [tr("Raters: {raters}").format(raters=", ".join(card.raters))]
    base = training.get("init")
    if base:
        lines.append(
            tr("Made from {name} {version} ({stage})").format(
                name=base["name"], version=base["version"], stage=stage_title(stage_of(card))
            )
        )
    if training.get("steps_done", training.get("steps")):
        lines.append(
            tr("{steps} steps, seed {seed}, {minutes} min on {device}").format(
                steps=training.get("steps_done", training.get("steps")),
                seed=training.get("seed"),
                minutes=round(training.get("seconds", 0) / 60),
                device=training.get("device", "?"),
            )
        )
    if figures:
        count = plural(figures["n_cases"], tr("validation case"), tr("validation cases"))
        lines.append(
            tr("Wrong-rater Dice {dice:.3f}, {count}").format(dice=figures["dice_identity_permuted"], count=count)
        )
    test = card.metrics.get("test")
    if test:
        lines.append(
            tr("Test part: Dice {dice:.3f}, {n} cases, {date}").format(
                dice=test["dice_identity_mean"], n=test["n_cases"], date=test["judged"]
            )
        )
    lines += [tr("By {author}").format(author=card.author)] if card.author else []
    lines += [textwrap.shorten(card.notes, NOTES_SHOWN, placeholder=" …")] if card.notes else []
    return "\n".join(lines)
