"""Section 2 of the Trainer tab: what the new model is called and how it is trained."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QSpinBox, QWidget

from proseg_gui.gui.panels.widgets import Section, button, muted, notice, set_notice

MODALITIES = (("As the files say", ""), ("MR", "MR"), ("CT", "CT"), ("PET", "PT"), ("Ultrasound", "US"),
              ("X-ray", "DX"), ("Microscopy", "SM"), ("Photograph", "XC"))  # fmt: skip
FLIPS = (("Nothing", "none"), ("Left and right", "x"), ("Front and back", "y"), ("Both", "xy"))
INTENSITIES = (
    "LOW, HIGH: the values that count as black and white, such as -160, 240 HU for CT.\n"
    "Empty: the 1st to 99th percentile of each image (MR and others)."
)
_WINDOW = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:,|;|to|\.\.)\s*(-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True)
class Setup:
    """What the fields say; ``window`` is ``LOW,HIGH`` or empty."""

    name: str
    steps: int
    seed: int
    modality: str
    flip: str
    window: str
    keep_names: bool


class SetupPanel(Section):
    """Setters in, ``started`` out. Shown while no training is there."""

    started = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__("2 · New model")
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.steps = _spin(2, 1_000_000, 1200, "Optimiser steps; 1200 is what the shipped models had at least")
        self.steps.setSingleStep(100)
        self.seed = _spin(0, 2_000_000_000, 0, "Fixes every random choice: the same again gives the same model")
        self.modality = _choice(MODALITIES, "What the images are; the model warns when it sees others")
        self.flip = _choice(FLIPS, "What may be mirrored while training without being wrong: a liver is on the right")
        self.intensities = QLineEdit()
        self.intensities.setPlaceholderText("each image's own range")
        self.intensities.setToolTip(INTENSITIES)
        self.keep_names = QCheckBox("Keep the raters' names in the model")
        self.keep_names.setToolTip("Else they become rater1, rater2 ...; who is who stays on this computer")
        self.split = muted("", wrap=True)
        self.estimate = muted("", wrap=True)
        self.trouble = notice("")
        self.start = button("Start training", kind="primary")
        self.start.clicked.connect(self.started)
        self._build()
        for field in (self.name, self.intensities):
            field.textChanged.connect(lambda _text: self.changed.emit())
        for spin in (self.steps, self.seed):
            spin.valueChanged.connect(lambda _value: self.changed.emit())

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        rows: tuple[tuple[tuple[str, QWidget], ...], ...] = (
            (("Name", self.name), ("Images", self.modality)),
            (("Steps", self.steps), ("May be mirrored", self.flip)),
            (("Seed", self.seed), ("Intensities", self.intensities)),
        )
        for row, fields in enumerate(rows):
            for column, (text, field) in enumerate(fields):
                label = QLabel(text)
                label.setBuddy(field)
                field.setAccessibleName(text)
                grid.addWidget(label, row, 2 * column)
                grid.addWidget(field, row, 2 * column + 1)
        grid.addWidget(QLabel("Validation"), 3, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.split, 3, 1)
        grid.addWidget(QLabel("Time"), 3, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.estimate, 3, 3)
        grid.addWidget(self.keep_names, 4, 0, 1, 3)
        grid.addWidget(self.start, 4, 3, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.body.addLayout(grid)
        self.body.addWidget(self.trouble)

    def setup(self) -> Setup:
        """What the fields say."""
        found = _WINDOW.fullmatch(self.intensities.text())
        window = f"{found[1]},{found[2]}" if found else self.intensities.text().strip()
        return Setup(self.name.text().strip(), self.steps.value(), self.seed.value(), self.modality.currentData(),
                     self.flip.currentData(), window, self.keep_names.isChecked())  # fmt: skip

    def window_trouble(self) -> str:
        """Why the intensities cannot be meant, or nothing."""
        text = self.intensities.text()
        found = _WINDOW.fullmatch(text)
        if not text.strip():
            return ""
        if found is None or float(found[1]) >= float(found[2]):
            return "Intensities are two numbers, the lower first, such as -160, 240."
        return ""

    def set_modality(self, modality: str) -> None:
        """Choose a modality, where it is one of those offered."""
        self.modality.setCurrentIndex(max(self.modality.findData(modality), 0))

    def show_state(self, split: str, estimate: str, trouble: str, ready: bool) -> None:
        """Say what is validated on, how long it will take, and what stands in the way."""
        self.split.setText(split)
        self.estimate.setText(estimate)
        set_notice(self.trouble, trouble)
        self.start.setEnabled(ready and not trouble)


def _spin(low: int, high: int, value: int, tip: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setValue(value)
    spin.setToolTip(tip)
    spin.setMinimumWidth(90)
    return spin


def _choice(options: tuple[tuple[str, str], ...], tip: str) -> QComboBox:
    box = QComboBox()
    for text, data in options:
        box.addItem(text, data)
    box.setToolTip(tip)
    return box
