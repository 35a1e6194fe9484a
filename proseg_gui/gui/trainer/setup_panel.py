"""Section 2 of the Trainer tab: what to start from, how much may change, and how the new model is trained."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QStackedLayout,
    QWidget,
)

from proseg_gui.catalogue import STAGE_ENTRIES, STAGES, STEPS
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import AdaptiveLabel, Section, button, muted, notice, set_notice
from proseg_gui.gui.trainer.advanced import Advanced, may_be_narrow
from proseg_gui.training.process import Network

MODALITIES = (
    (marked("As the files say"), ""), ("MR", "MR"), ("CT", "CT"), ("PET", "PT"), (marked("Ultrasound"), "US"),
    (marked("X-ray"), "DX"), (marked("Microscopy"), "SM"), (marked("Photograph"), "XC"), (marked("Other"), "OT"),
)  # fmt: skip
FLIPS = (
    (marked("Nothing"), "none"),
    (marked("Left and right"), "x"),
    (marked("Front and back"), "y"),
    (marked("Both"), "xy"),
)
INTENSITIES = marked(
    "LOW, HIGH: the values that count as black and white, such as -160, 240 HU for CT.\n"
    "Empty: the 1st to 99th percentile of each image (MR and others)."
)
NEW_MODEL = marked("New model")
_WINDOW = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:,|;|to|\.\.)\s*(-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True)
class Setup:
    """What the fields say; ``window`` is ``LOW,HIGH`` or empty, ``init`` and ``stage`` are empty for a new model."""

    name: str
    steps: int
    seed: int
    modality: str
    flip: str
    window: str
    keep_names: bool
    init: str = ""
    stage: str = ""
    network: Network = dataclasses.field(default_factory=Network)


@dataclass(frozen=True)
class StartItem:
    """A model to start from: ``key`` is its folder; ``problem`` says why it cannot be (empty when it can)."""

    key: str
    title: str
    problem: str = ""


class SetupPanel(Section):
    """Setters in, ``started`` out. Shown while no training is there."""

    started = Signal()
    changed = Signal()
    preview_asked = Signal()
    """To see how training varies a slice."""
    people_asked = Signal()
    """To say who is who."""
    start_chosen = Signal()
    """Another base or stage: what depends on it is to be shown anew."""

    def __init__(self) -> None:
        super().__init__(tr("2 · Start from and stage"))
        self._steps_touched = False
        self.base = _choice((), tr("What the training begins with; a base is never overwritten"))
        self.base.addItem(tr(NEW_MODEL), "")
        self.stages = _Stages()
        self.sentence = muted("", wrap=True)
        self.raters = muted("", wrap=True)
        self.who = button(tr("Who is who…"), tip=tr("Say which people of these data the base knows"))
        self.who.clicked.connect(self.people_asked)
        self.advanced = Advanced()
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.steps = _spin(2, 1_000_000, STEPS, tr("Optimiser steps; 1200 is what the shipped models had at least"))
        self.steps.setSingleStep(100)
        self.seed = _spin(0, 2_000_000_000, 0, tr("Fixes every random choice: the same again gives the same model"))
        self.modality = _choice(MODALITIES, tr("What the images are; the model warns when it sees others"))
        self.flip = _choice(
            FLIPS, tr("What may be mirrored while training without being wrong: a liver is on the right")
        )
        self.preview = button(
            tr("Preview…"), tip=tr("See how training turns, bends and brightens a slice of these data")
        )
        self.preview.clicked.connect(self.preview_asked)
        self.intensities = QLineEdit()
        self.intensities.setPlaceholderText(tr("each image's own range"))
        self.intensities.setToolTip(tr(INTENSITIES))
        self._modality, self._window = _OrFixed(self.modality), _OrFixed(self.intensities)
        self._variation = _OrFixed(_side_by_side(self.flip, self.preview))
        self.keep_names = QCheckBox(tr("Keep the raters' names in the model"))
        self.keep_names.setToolTip(tr("Else they become rater1, rater2 ...; who is who stays on this computer"))
        self.split = muted("", wrap=True)
        self.test = muted("", wrap=True)
        self.estimate = muted("", wrap=True)
        self.trouble = notice("")
        self.start = button(tr("Start training"), kind="primary")
        self.start.clicked.connect(self.started)
        self._build()
        self.base.activated.connect(lambda _index: self._start_changed())
        self.stages.chosen.connect(self._start_changed)
        for field in (self.name, self.intensities):
            field.textChanged.connect(lambda _text: self.changed.emit())
        self.modality.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.steps.valueChanged.connect(self._steps_changed)
        self.seed.valueChanged.connect(lambda _value: self.changed.emit())
        self.advanced.changed.connect(self.changed)
        self._show_start()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        rows: tuple[tuple[tuple[str, QWidget, QWidget], ...], ...] = (
            ((tr("Start from"), self.base, self.base),),
            ((tr("Name"), self.name, self.name), (tr("Images"), self.modality, self._modality)),
            ((tr("Steps"), self.steps, self.steps), (tr("Mirroring"), self.flip, self._variation)),
            ((tr("Seed"), self.seed, self.seed), (tr("Intensities"), self.intensities, self._window)),
        )
        for row, fields in zip((0, 3, 4, 5), rows, strict=True):
            for column, (text, field, placed) in enumerate(fields):
                label = QLabel(text)
                label.setBuddy(field)
                field.setAccessibleName(text)
                grid.addWidget(label, row, 2 * column)
                grid.addWidget(placed, row, 2 * column + 1)
        self._stage_label = QLabel(tr("Stage"))
        grid.addWidget(self.sentence, 0, 2, 1, 2)
        grid.addWidget(self._stage_label, 1, 0)
        grid.addWidget(self.stages, 1, 1, 1, 3)
        grid.addWidget(self.raters, 2, 0, 1, 3)
        grid.addWidget(self.who, 2, 3, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        said = ((tr("Validation"), self.split), (tr("Time"), self.estimate), (tr("Test part"), self.test))
        for number, (text, label) in enumerate(said):
            line, column = divmod(number, 2)
            grid.addWidget(QLabel(text), 6 + line, 2 * column, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label, 6 + line, 2 * column + 1, 1, 3 if line else 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.advanced, 8, 0, 1, 4)
        grid.addWidget(self.keep_names, 9, 0, 1, 3)
        grid.addWidget(self.start, 9, 3, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.body.addLayout(grid)
        self.body.addWidget(self.trouble)

    # -- where it begins ------------------------------------------------------------------------------------------
    def set_bases(self, items: Sequence[StartItem]) -> None:
        """Offer a new model and these; what was chosen stays chosen while it is there and can be used."""
        chosen = self.base.currentData()
        self.base.clear()
        self.base.addItem(tr(NEW_MODEL), "")
        for item in items:
            self.base.addItem(item.title, item.key)
            entry = self.base.model().item(self.base.count() - 1)  # type: ignore[attr-defined]
            entry.setEnabled(not item.problem)
            entry.setToolTip(item.problem[:1].upper() + item.problem[1:] or item.key)
        usable = {"", *(item.key for item in items if not item.problem)}
        self.base.setCurrentIndex(self.base.findData(chosen if chosen in usable else ""))
        self._show_start()

    def choose_start(self, key: str, stage: str) -> bool:
        """Start from the base ``key`` with a stage, where it is offered and can be used; whether it can."""
        at = self.base.findData(key)
        if at < 0 or not self.base.model().item(at).isEnabled():  # type: ignore[attr-defined]
            return False
        self.base.setCurrentIndex(at)
        self.stages.buttons[stage].setChecked(True)
        self._start_changed()
        return True

    def set_fixed(self, images: str, intensities: str, raters: str) -> None:
        """What the base says of images, intensities and raters; empty for a new model."""
        self._modality.set_fixed(tr("{images}, as the base").format(images=images) if images else "")
        self._window.set_fixed(tr("{intensities}, as the base").format(intensities=intensities) if intensities else "")
        self.raters.setText(raters)
        self.raters.setVisible(bool(raters))
        self.who.setVisible(bool(raters))

    def _start_changed(self) -> None:
        self._steps_touched = False
        self._show_start()
        self.start_chosen.emit()

    def _show_start(self) -> None:
        stage = STAGE_ENTRIES[self.stages.current()] if self.base.currentData() else None
        for part in (self._stage_label, self.stages):
            part.setVisible(stage is not None)
        self.advanced.set_new(stage is None)
        self._variation.set_fixed("" if stage is None or stage.varies else tr("slices stay as they are"))
        self.sentence.setText(tr("Learns everything from these data alone.") if stage is None else tr(stage.sentence))
        if not self._steps_touched:
            self.steps.setValue(STEPS if stage is None else stage.steps)
            self._steps_touched = False

    def _steps_changed(self, _value: int) -> None:
        self._steps_touched = True
        self.changed.emit()

    # -- what the fields say --------------------------------------------------------------------------------------
    def setup(self) -> Setup:
        """What the fields say."""
        found = _WINDOW.fullmatch(self.intensities.text())
        window = f"{found[1]},{found[2]}" if found else self.intensities.text().strip()
        init = str(self.base.currentData() or "")
        return Setup(self.name.text().strip(), self.steps.value(), self.seed.value(),
                     "" if init else self.modality.currentData(), self.flip.currentData(), "" if init else window,
                     self.keep_names.isChecked(), init, self.stages.current() if init else "",
                     self.advanced.network())  # fmt: skip

    def window_trouble(self) -> str:
        """Why the intensities cannot be meant, or nothing."""
        text = self.intensities.text()
        found = _WINDOW.fullmatch(text)
        if not text.strip() or self.base.currentData():
            return ""
        if found is None or float(found[1]) >= float(found[2]):
            return tr("Intensities are two numbers, the lower first, such as -160, 240.")
        return ""

    def set_modality(self, modality: str) -> None:
        """Choose a modality, where it is one of those offered."""
        self.modality.setCurrentIndex(max(self.modality.findData(modality), 0))

    def show_state(self, split: str, test: str, estimate: str, trouble: str, ready: bool) -> None:
        """Say what is validated on and set aside, how long it will take, and what stands in the way."""
        self.split.setText(split)
        self.test.setText(test)
        self.estimate.setText(estimate)
        set_notice(self.trouble, trouble)
        self.start.setEnabled(ready and not trouble)
        self.preview.setEnabled(ready and not self.window_trouble())


class _Stages(QWidget):
    """Three buttons of which one is down."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Stage"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._group = QButtonGroup(self)
        self.buttons = {}
        for stage in STAGES:
            made = button(tr(stage.title), tip=tr(stage.sentence))
            made.setCheckable(True)
            self._group.addButton(made)
            self.buttons[stage.name] = made
            row.addWidget(made)
        row.addStretch(1)
        self.buttons[STAGES[0].name].setChecked(True)
        self._group.buttonClicked.connect(lambda _button: self.chosen.emit())

    def current(self) -> str:
        """Name of the stage."""
        return next(name for name, made in self.buttons.items() if made.isChecked())


class _OrFixed(QWidget):
    """A field, or in its place the words that say what it is fixed to."""

    def __init__(self, field: QWidget) -> None:
        super().__init__()
        self._words = AdaptiveLabel("", role="muted")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(field)
        self._stack.addWidget(self._words)

    def set_fixed(self, text: str) -> None:
        """Show ``text``, or the field where it is empty."""
        self._words.set_texts((text,))
        self._stack.setCurrentIndex(1 if text else 0)


def _side_by_side(*parts: QWidget) -> QWidget:
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for number, part in enumerate(parts):
        row.addWidget(part, 0 if number else 1)
    return whole


def _spin(low: int, high: int, value: int, tip: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setValue(value)
    spin.setToolTip(tip)
    spin.setMinimumWidth(90)
    spin.lineEdit().setTextMargins(4, 0, 0, 0)  # where the other fields' text begins; a style's padding is not heeded
    return spin


def _choice(options: tuple[tuple[str, str], ...], tip: str) -> QComboBox:
    box = QComboBox()
    for text, data in options:
        box.addItem(tr(text), data)
    box.setToolTip(tip)
    may_be_narrow(box)
    return box
