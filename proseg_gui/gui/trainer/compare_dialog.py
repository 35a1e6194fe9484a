"""Two models side by side: what they are, their figures, and each rater where both were judged on the same cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame, words
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import button, notice, set_notice
from proseg_gui.gui.trainer.comparing import FIGURES, Alike, Judged, of_cards
from proseg_gui.gui.trainer.differences import DifferenceChart
from proseg_gui.gui.trainer.library import Model, stage_of, stage_title
from proseg_gui.wording import plural

DASH = "–"


class CompareDialog(DialogFrame):
    """Setters in, gestures out; closing it stops what it waits for."""

    chosen = Signal(object, object)
    judge_asked = Signal(object, object)

    def __init__(self, models: Sequence[Model], a: Model, b: Model, n_cases: int, parent: QWidget) -> None:
        super().__init__(tr("Compare two models"), parent)
        self._models = tuple(models)
        self.pickers = tuple(
            self._picker(model, name) for model, name in ((a, tr("Left model")), (b, tr("Right model")))
        )
        self.cells: dict[str, tuple[QLabel, QLabel]] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(3)
        for column, picker in enumerate(self.pickers, start=1):
            self._grid.addWidget(picker, 0, column)
            self._grid.setColumnStretch(column, 1)
        for key, title, tip in (*_FACTS, *((key, title, tip) for title, key, tip in FIGURES)):
            self._add_line(key, title, tip)
        self.alike = words("", selectable=True)
        self.chart = DifferenceChart(tr("Dice of each rater: right is better for the right model"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.trouble = notice("")
        self.judge = button("", tip=tr("Runs both models over these cases, as the command evaluate does"))
        self.judge.setText(tr("Judge both on the {n_cases} validation cases of section 1").format(n_cases=n_cases))
        self._n_cases = n_cases
        self.judge.clicked.connect(lambda: self.judge_asked.emit(*self.models()))
        row = QHBoxLayout()
        row.addWidget(self.judge)
        row.addStretch(1)
        self.body.addLayout(self._grid)
        self.body.addWidget(self.alike)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.chart)
        self.body.addWidget(self.trouble)
        self.body.addLayout(row)
        self.add_button(tr("Close"), primary=True).clicked.connect(self.accept)
        self.setMinimumWidth(660)
        self._show_cards()

    def _picker(self, model: Model, name: str) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(name)
        for other in self._models:
            made.addItem(f"{other.card.name} {other.card.version}" + (tr(" (shipped)") if other.shipped else ""))
        made.setCurrentIndex(self._models.index(model))
        made.activated.connect(lambda _index: self._picked())
        return made

    def _add_line(self, key: str, title: str, tip: str) -> None:
        line = self._grid.rowCount()
        label = QLabel(tr(title))
        label.setProperty("role", "muted")
        pair = words("", selectable=True), words("", selectable=True)
        for widget in (label, *pair):
            widget.setToolTip(tr(tip))
        self._grid.addWidget(label, line, 0, Qt.AlignmentFlag.AlignTop)
        for column, cell in enumerate(pair, start=1):
            self._grid.addWidget(cell, line, column, Qt.AlignmentFlag.AlignTop)
        self.cells[key] = pair

    def models(self) -> tuple[Model, Model]:
        """The left and the right one."""
        left, right = (self._models[picker.currentIndex()] for picker in self.pickers)
        return left, right

    def _picked(self) -> None:
        self._show_cards()
        self.chosen.emit(*self.models())

    def _show_cards(self) -> None:
        for i, model in enumerate(self.models()):
            for key, text in _facts(model).items():
                self.cells[key][i].setText(text)
            self._show_figures(i, model.card.metrics.get("validation", {}))
        self.chart.set_rows(())
        set_notice(self.trouble, "")

    def _show_figures(self, i: int, figures: Mapping[str, Any]) -> None:
        for _, key, _ in FIGURES:
            value = figures.get(key)
            self.cells[key][i].setText(DASH if value is None else f"{value:.3f}")

    def show_working(self, text: str, share: float) -> None:
        """Say what is being done."""
        set_notice(self.trouble, "")
        self.alike.setText(text)
        self.bar.setVisible(True)
        self.bar.setValue(round(100 * share))
        self.judge.setEnabled(False)

    def _rest(self) -> None:
        self.bar.setVisible(False)
        self.judge.setEnabled(self._n_cases > 0 and len(set(map(id, self.models()))) == 2)
        self.judge.setVisible(self._n_cases > 0)
        self.fit()

    def show_alike(self, found: Alike) -> None:
        """Show the raters' figures of the cards where they may be compared; else say why not."""
        self.alike.setText(
            found.why if found.same else tr("{why} Figures per rater are not set side by side.").format(why=found.why)
        )
        self.chart.set_rows(of_cards(*(model.card for model in self.models())) if found.same else ())
        self._rest()

    def show_judged(self, found: Judged) -> None:
        """Show what both were worth on the same cases just now."""
        self.alike.setText(
            tr(
                "Both judged now on the same {cases}; intervals by paired bootstrap over cases. "
                "A model that learned from them or was chosen by them looks better than it is."
            ).format(cases=plural(found.n_cases, tr("case"), tr("cases")))
        )
        for i, figures in enumerate(found.figures):
            self._show_figures(i, figures)
        rows = [row for row in found.rows if row.before is not None or row.after is not None]
        self.chart.set_rows(rows)
        if not any(row.difference is not None for row in rows):
            set_notice(
                self.trouble, tr("No rater of these cases is known to both models: there is nothing to subtract.")
            )
        self._rest()

    def show_trouble(self, text: str) -> None:
        """Say what went wrong."""
        self.alike.setText("")
        set_notice(self.trouble, text)
        self._rest()


_FACTS = (
    ("data", marked("Data"), marked("What it was trained on")),
    ("training", marked("Training"), marked("How it was made")),
    ("raters", marked("Raters"), marked("Whom it knows")),
    ("judged", marked("Judged on"), marked("The validation cases of its own training")),
)


def _facts(model: Model) -> dict[str, str]:
    card = model.card
    training, figures = card.training, card.metrics.get("validation", {})
    steps, stage = training.get("steps_done", training.get("steps")), stage_of(card)
    base = training.get("init", {})
    made = tr("anew")
    if stage:
        made = tr("{stage}, from {base}").format(stage=stage_title(stage), base=base.get("name", "?"))
    return {
        "data": " · ".join(filter(None, (training.get("data") or tr("not said"), card.known_modality))),
        "training": tr("{made}, {steps} steps, seed {seed}").format(made=made, steps=steps, seed=training.get("seed"))
        if steps
        else made,
        "raters": f"{len(card.raters)}: {', '.join(card.raters)}",
        "judged": plural(figures["n_cases"], tr("validation case"), tr("validation cases"))
        if figures
        else tr("no case"),
    }
