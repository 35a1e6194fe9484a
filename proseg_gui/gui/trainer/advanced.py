"""What few people change about a training, folded away: method, network, precision, patience."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QHBoxLayout, QLabel, QSpinBox, QToolButton, QWidget

from proseg_gui.catalogue import BACKBONE, METHODS, OPTIONS, PRECISION, STAGE_PATIENCE, Option, options_of
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import AdaptiveLabel, button
from proseg_gui.training.process import Network

METHOD = Option("method", marked("Method"), marked("what kind of model; the guide's page on methods compares them"),
                {entry.name: entry.title for entry in METHODS})  # fmt: skip
FIELDS = (METHOD, *OPTIONS, PRECISION)
MOST_PATIENCE = 1000
LEAST_LETTERS = 5


class Advanced(QWidget):
    """A fold with fields; ``changed`` when one of them says something else."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._new, self._weights = True, ""
        self.fold = QToolButton()
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setProperty("kind", "flat")
        self.fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fold.toggled.connect(self._open)
        self.reset = button(tr("As shipped"), tip=tr("Every choice here as the shipped recipe has it"))
        self.reset.clicked.connect(self.set_shipped)
        self.boxes = {option.name: _box(option) for option in FIELDS}
        self.patience = QSpinBox()
        self.patience.setRange(0, MOST_PATIENCE)
        self.patience.setSpecialValueText(tr("never"))
        self.patience.setAccessibleName(tr("Ends early"))
        self.patience.setToolTip(tr("Ends after so many validations in a row (of 10) that brought nothing better"))
        self.patience.setPrefix(tr("after "))
        self.patience.lineEdit().setTextMargins(4, 0, 0, 0)  # where the other fields' text begins
        self.file = button(
            tr("Weights…"), tip=tr("A safetensors file of the encoder's weights, named as torchvision does")
        )
        self.file.clicked.connect(self._ask)
        self.where = AdaptiveLabel("", role="muted")
        self._build()
        for box in self.boxes.values():
            box.currentIndexChanged.connect(lambda _index: self._show())
        self.patience.valueChanged.connect(lambda _value: self._show())
        self._open(False)
        self._show()

    def _build(self) -> None:
        self.content = QWidget()
        grid = QGridLayout(self.content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        fields: list[tuple[str, QWidget]] = [(tr(option.title), self.boxes[option.name]) for option in FIELDS]
        fields.append((tr("Ends early"), self.patience))
        for number, (text, field) in enumerate(fields):
            line, column = divmod(number, 2)
            label = QLabel(text)
            label.setBuddy(field)
            grid.addWidget(label, line, 2 * column)
            grid.addWidget(field, line, 2 * column + 1)
        self.weights = QWidget()
        row = QHBoxLayout(self.weights)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.file)
        row.addWidget(self.where, 1)
        grid.addWidget(self.weights, (len(fields) + 1) // 2, 0, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        whole = QGridLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.fold, 0, 0)
        whole.addWidget(self.reset, 0, 1)
        whole.setColumnStretch(2, 1)
        whole.addWidget(self.content, 1, 0, 1, 3)

    # -- what it says -----------------------------------------------------------------------------------------------
    def network(self) -> Network:
        """What was chosen; what is as shipped is left empty."""
        values = {name: "" if box.currentIndex() == 0 else str(box.currentData()) for name, box in self.boxes.items()}
        options = {option.name: values[option.name] for option in self._own() if values[option.name]}
        usual = 0 if self._new else STAGE_PATIENCE
        patience = None if self.patience.value() == usual else self.patience.value()
        weights = self._weights if BACKBONE.name in options else ""
        return Network(values["method"] if self._new else "", options, weights, values["precision"], patience)

    def _own(self) -> tuple[Option, ...]:
        """What the network can be asked for: nothing of a base's, which stays what it is."""
        return options_of(str(self.boxes["method"].currentData())) if self._new else ()

    def trouble(self) -> str:
        """Why it cannot be meant, or nothing."""
        found = self.network()
        backbone = found.options.get(BACKBONE.name)
        if backbone and not found.encoder_weights:
            return tr("Choose the file of the {encoder}'s weights (Advanced).").format(
                encoder=tr(BACKBONE.choices[backbone])
            )
        return ""

    def set_new(self, new: bool) -> None:
        """Whether a new model is trained: the network of a base stays what it is."""
        if new == self._new:
            return
        untouched = self.network().patience is None
        self._new = new
        if untouched:
            self.patience.setValue(0 if new else STAGE_PATIENCE)
        self._show()

    def set_shipped(self) -> None:
        """All as the shipped recipe has it."""
        for box in self.boxes.values():
            box.setCurrentIndex(0)
        self.patience.setValue(0 if self._new else STAGE_PATIENCE)

    def set_weights(self, path: str) -> None:
        """The encoder's file."""
        self._weights = path
        self.where.set_texts((path, Path(path).name) if path else (tr("no file chosen"),))
        self.changed.emit()

    def _ask(self) -> None:
        dialog = QFileDialog(self, tr("Weights of the encoder"), self._weights, tr("safetensors (*.safetensors)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.set_weights)
        dialog.open()

    def _open(self, down: bool) -> None:
        self.fold.setArrowType(Qt.ArrowType.DownArrow if down else Qt.ArrowType.RightArrow)
        self.content.setVisible(down)
        self._show_reset()

    def _show_reset(self) -> None:
        self.reset.setVisible(self.fold.isChecked() and self.network() != Network())

    def _show(self) -> None:
        own = self._own()
        for option in OPTIONS:
            self.boxes[option.name].setEnabled(option in own)
        self.boxes[METHOD.name].setEnabled(self._new)
        found = self.network()
        self.weights.setVisible(BACKBONE.name in found.options)
        count = sum(map(bool, (found.method, found.precision, found.patience is not None))) + len(found.options)
        self.fold.setText(tr("Advanced: {count} changed").format(count=count) if count else tr("Advanced: as shipped"))
        self.fold.setAccessibleName(self.fold.text())
        self._show_reset()
        self.changed.emit()


def _box(option: Option) -> QComboBox:
    box = QComboBox()
    for name, title in option.choices.items():
        text = _capital(tr(title))
        box.addItem(tr("{choice}, as shipped").format(choice=text) if name == option.usual else text, name)
    box.setAccessibleName(tr(option.title))
    only = [tr(entry.title) for entry in METHODS if option in entry.options]
    meaning = tr(option.meaning)
    box.setToolTip(f"{', '.join(only)}: {meaning}" if only else _capital(meaning))
    may_be_narrow(box)
    return box


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def may_be_narrow(box: QComboBox) -> None:
    """Let a choice be narrower than its longest words: its list is as wide as they are."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(LEAST_LETTERS)
    box.view().setTextElideMode(Qt.TextElideMode.ElideNone)
    box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + 24)
