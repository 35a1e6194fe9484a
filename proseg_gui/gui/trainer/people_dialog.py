"""Who is who: the people of the data beside the raters of the model to start from, matched by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame, words
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import button, notice, set_notice
from proseg_gui.gui.trainer.calm import calm_choices

UNSAID, NEW = "?", ""
"""What a row's choice holds where nothing was chosen yet, and for somebody new; else it is a rater of the model."""
WHY = marked(
    "Equal names need not be one person: two hospitals each have a rater1. Say for everybody who drew these data "
    "whether the model knows them already."
)


class PeopleDialog(DialogFrame):
    """A row a person; ``answered`` gives name -> rater of the model, ``None`` for somebody new."""

    answered = Signal(object)

    def __init__(
        self, model: str, raters: Mapping[str, str], likely: Mapping[str, str | None],
        answers: Mapping[str, str | None], parent: QWidget,
    ) -> None:  # fmt: skip
        """``raters``: the model's, and what each is called here; ``likely``: everybody in the data, and who by name."""
        super().__init__(tr("Who is who"), parent)
        self._likely = dict(likely)
        self.choices: dict[str, QComboBox] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        for column, text in enumerate((tr("In these data"), tr("In {model}").format(model=model))):
            head = QLabel(text)
            head.setProperty("role", "header")
            grid.addWidget(head, 0, column)
        for line, name in enumerate(likely, start=1):
            box = self._box(name, model, raters)
            index = box.findData(UNSAID if name not in answers else answers[name] or NEW)
            box.setCurrentIndex(max(index, 0))
            label = QLabel(name)
            label.setBuddy(box)
            grid.addWidget(label, line, 0)
            grid.addWidget(box, line, 1)
            self.choices[name] = box
        grid.setRowStretch(len(likely) + 1, 1)
        grid.setColumnStretch(1, 1)
        table = QWidget()
        table.setLayout(grid)
        calm_choices(table)
        scroll = QScrollArea()
        scroll.setWidget(table)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setMinimumHeight(min(34 * (len(likely) + 1) + 8, 320))
        self.same = button(tr("Equal names are one person"), tip=tr("Only if you know that the same people drew both"))
        self.others = button(tr("All are other people"), tip=tr("Nobody who drew these data is known to the model"))
        self.same.clicked.connect(lambda: self._fill(self._likely))
        self.others.clicked.connect(lambda: self._fill(dict.fromkeys(self._likely)))
        row = QHBoxLayout()
        row.addWidget(self.same)
        row.addWidget(self.others)
        row.addStretch(1)
        self.trouble = notice("")
        self.body.addWidget(words(tr(WHY)))
        self.body.addLayout(row)
        self.body.addWidget(scroll, 1)
        self.body.addWidget(self.trouble)
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self.done_button = self.add_button(tr("Use this"), primary=True)
        self.done_button.clicked.connect(self._answer)
        self.setMinimumWidth(460)
        self._look()

    def _box(self, name: str, model: str, raters: Mapping[str, str]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(tr("{name} in {model}").format(name=name, model=model))
        box.addItem(tr("Choose…"), UNSAID)
        box.addItem(tr("Somebody new"), NEW)
        for alias, real in raters.items():
            box.addItem(alias if real == alias else f"{alias} ({real})", alias)
        box.currentIndexChanged.connect(lambda _index: self._look())
        return box

    def _fill(self, answers: Mapping[str, str | None]) -> None:
        for name, box in self.choices.items():
            box.setCurrentIndex(box.findData(answers[name] or NEW))

    def answers(self) -> dict[str, str | None]:
        """Those of whom something was said."""
        said = {name: str(box.currentData()) for name, box in self.choices.items() if box.currentData() != UNSAID}
        return {name: value or None for name, value in said.items()}

    def _look(self) -> None:
        if len(self.choices) < len(self._likely):  # still being built
            return
        found = self.answers()
        taken = [alias for alias in found.values() if alias is not None]
        twice = sorted({alias for alias in taken if taken.count(alias) > 1})
        set_notice(
            self.trouble,
            tr("{names}: two people cannot be the same rater.").format(names=_listed(twice)) if twice else "",
        )
        self.done_button.setEnabled(not twice and len(found) == len(self.choices))

    def _answer(self) -> None:
        self.answered.emit(self.answers())
        self.accept()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
