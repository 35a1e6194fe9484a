"""Asks what to write, in which format and where; shows what would be replaced before anything is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from proseg_gui.gui.dialogs.code_box import CodeBox
from proseg_gui.gui.dialogs.frame import DialogFrame, banner, heading, words
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.flow import FlowLayout
from proseg_gui.gui.panels.model import MAPS
from proseg_gui.gui.panels.widgets import Eliding
from proseg_gui.review.export_request import (
    CONTOURS_ONLY,
    DICOM_FORMATS,
    FORMATS,
    INTERPRETED_TYPES,
    LONGEST_NAME,
    MAPS_HAVE_NO_PLACE,
    NAME_IN_DICOM,
    ONE_ONLY,
    SEGMENTS_ONLY,
    ExportOffer,
    ExportRequest,
    Place,
    problem,
)

__all__ = ["ExportDialog", "ExportOffer", "ExportRequest"]

WHAT = {
    "current": (
        marked("Current contour"),
        marked("The accepted reading where there is one, else the draft as it stands"),
    ),
    "raters": (marked("Each rater's contour"), marked("As the model says each of them draws")),
    "consensus": (
        marked("Consensus"),
        marked("Where the raters' mean probability is above one half, and that probability"),
    ),
    "levels": (
        marked("Agreement levels"),
        marked("What at least so many raters would include, one inside the other"),
    ),
    "consensus_style": (
        marked("Consensus style"),
        marked("The preset of that name: one contour at the mean preference"),
    ),
    "samples": (marked("Samples"), marked("Random readings, spread evenly over the raters")),
    "maps": (marked("Uncertainty maps"), marked("Voxel maps of the total and its parts")),
}
MOST_SAMPLES = 200
TYPING_MS = 250
"""A folder's name is looked up once the typing pauses."""
CHECKING = marked("Checking the folder…")
MAP_LABELS = {part.key: part.label for part in MAPS}


Look = Callable[[ExportRequest, Callable[[Place], None]], None]
"""Looks at the disk in the background (:func:`proseg_gui.review.export_request.look`) and calls with the answer."""


class ExportDialog(DialogFrame):
    """``request()`` is what was asked for when the dialog was accepted.

    ``look`` asks the disk; nothing is exported before its answer is there.
    """

    def __init__(self, offer: ExportOffer, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(tr("Export"), parent)
        self._offer, self._look = offer, look
        self._asked: ExportRequest | None = None
        self._place: Place | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._ask)
        lacks = {"levels": not offer.levels, "raters": not (offer.raters or offer.model_refusal)}
        shown = [key for key in WHAT if not lacks.get(key)]
        self.what = {key: QCheckBox(tr(WHAT[key][0])) for key in shown}
        self.raters = {name: _name_box(name) for name in offer.raters}
        self.maps = {name: _name_box(tr(MAP_LABELS.get(name, name))) for name in offer.maps}
        self.levels = {level: _name_box(words) for level, words in enumerate(offer.levels, 1)}
        self.structures = {name: _name_box(name) for name in offer.structures}
        self.one, self.all = QRadioButton(), QRadioButton(tr("All structures"))
        groups: dict[str, Mapping[Any, QCheckBox]] = {"raters": self.raters, "maps": self.maps, "levels": self.levels}
        self._name_boxes = {key: _indented(boxes) for key, boxes in groups.items() if key in shown}
        self._seen: tuple[Path, ...] = ()
        self.samples = QSpinBox()
        self.formats = {key: QRadioButton(text) for key, text in FORMATS.items()}
        self._format_group = QButtonGroup(self)
        self.structure_name = QLineEdit(offer.structures[offer.structure])
        self.interpreted_type = QComboBox()
        self.code = CodeBox()
        self.folder = QLineEdit(str(offer.folder))
        self.browse = QPushButton(tr("Browse…"))
        self.replace_files = QCheckBox()
        self.conflict = words("", "notice")
        self.trouble = words("", "muted")
        self.note = words("", "muted")
        self._build()
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self.export = self.add_button(tr("Export"), primary=True)
        self.export.clicked.connect(self.accept)
        self._connect()
        self._refresh()
        self.setMinimumWidth(520)

    # -- building -------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        self.body.addWidget(banner())
        self.body.addWidget(heading(tr("What")))
        self.body.addLayout(self._what_grid())
        self.body.addWidget(heading(tr("As")))
        self.body.addLayout(self._format_form())
        self.body.addWidget(heading(tr("Into")))
        place = QHBoxLayout()
        place.setSpacing(6)
        place.addWidget(self.folder, 1)
        self.browse.setAutoDefault(False)
        place.addWidget(self.browse)
        self.folder.setAccessibleName(tr("Folder"))
        self.body.addLayout(place)
        said = QGridLayout()  # one or the other is said, in the same place
        said.addWidget(self.conflict, 0, 0)
        said.addWidget(self.trouble, 0, 0)
        self.body.addLayout(said)
        self.body.addWidget(self.replace_files)
        for widget in (self.conflict, self.replace_files, self.trouble):
            kept = widget.sizePolicy()
            kept.setRetainSizeWhenHidden(True)  # the dialog stands still while one types
            widget.setSizePolicy(kept)
        self.body.addStretch(1)

    def _what_grid(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(3)
        self.samples.setRange(1, MOST_SAMPLES)
        self.samples.setValue(self._offer.samples)
        self.samples.setAccessibleName(tr("Number of samples"))
        for key, toggle in self.what.items():
            toggle.setToolTip(tr(WHAT[key][1]))
            if key == "samples":
                row = QHBoxLayout()
                row.addWidget(toggle)
                row.addWidget(self.samples)
                row.addStretch(1)
                box.addLayout(row)
            else:
                box.addWidget(toggle)
            if key == "current":
                box.addWidget(self._scope())
            if key in self._name_boxes:
                box.addWidget(self._name_boxes[key])
        for key, toggle in self.what.items():
            toggle.setChecked(key in self._offer.what)
        boxes = (self.raters, self.maps, self.structures, self.levels)
        for each in (box for group in boxes for box in group.values()):
            each.setChecked(True)
        return box

    def _scope(self) -> QWidget:
        """Of which structures: the active one, or all and which of them; not asked where there is one."""
        active = self._offer.structures[self._offer.structure]
        self.one.setText(tr("This structure ({active})").format(active=active))
        self.one.setToolTip(active)
        (self.all if self._offer.all_structures and len(self.structures) > 1 else self.one).setChecked(True)
        self._which, holder = _indented(self.structures), QWidget()
        column, row = QVBoxLayout(holder), QHBoxLayout()
        column.setContentsMargins(20, 0, 0, 2)
        column.setSpacing(3)
        row.addWidget(self.one)
        row.addWidget(self.all)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._which)
        holder.setVisible(len(self.structures) > 1)
        self._scope_holder = holder
        return holder

    def _format_form(self) -> QFormLayout:
        row = QHBoxLayout()
        row.setSpacing(14)
        for key, radio in self.formats.items():
            self._format_group.addButton(radio)
            row.addWidget(radio)
            radio.setToolTip(self._offer.dicom_refusal if key in DICOM_FORMATS else "")
        row.addStretch(1)
        refused = self._offer.dicom_refusal and self._offer.fmt in DICOM_FORMATS
        self.formats["nifti" if refused else self._offer.fmt].setChecked(True)
        for key in DICOM_FORMATS:
            self.formats[key].setEnabled(not self._offer.dicom_refusal)
        self.structure_name.setMaxLength(LONGEST_NAME)
        for kind in INTERPRETED_TYPES:
            self.interpreted_type.addItem(kind or tr("None"), kind)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(5)
        form.addRow(tr("Format"), row)
        form.addRow("", self.note)
        form.addRow(tr("Structure name"), self.structure_name)
        form.addRow(tr("Interpreted type"), self.interpreted_type)
        form.addRow(tr("Coded structure"), self.code)
        self._form = form
        return form

    def _connect(self) -> None:
        groups = (self.what, self.structures, self.raters, self.maps, self.levels)
        boxes = [box for group in groups for box in group.values()]
        for toggle in (*boxes, self.one, self.replace_files):
            toggle.toggled.connect(self._refresh)
        for radio in self.formats.values():
            radio.toggled.connect(self._refresh)
        self.samples.valueChanged.connect(self._refresh)
        self.structure_name.textChanged.connect(self._refresh)
        self.folder.textEdited.connect(lambda _text: self._soon.start(TYPING_MS))
        self.folder.textChanged.connect(self._refresh)
        self.interpreted_type.currentIndexChanged.connect(self._refresh)
        self.code.changed.connect(self._refresh)
        self.browse.clicked.connect(self._browse)

    # -- the request ----------------------------------------------------------------------------------------------
    def request(self) -> ExportRequest:
        """What is asked for now."""
        what = frozenset(key for key, toggle in self.what.items() if toggle.isChecked() and toggle.isEnabled())
        fmt = next(key for key, radio in self.formats.items() if radio.isChecked())
        several = self.all.isChecked()
        return ExportRequest(
            what=what,
            raters=tuple(n for n, toggle in self.raters.items() if toggle.isChecked()) if "raters" in what else (),
            samples=self.samples.value() if "samples" in what else 0,
            maps=tuple(n for n, toggle in self.maps.items() if toggle.isChecked()) if "maps" in what else (),
            fmt=fmt,
            folder=Path(self.folder.text().strip()).expanduser(),
            structure_name=self.structure_name.text().strip(),
            interpreted_type=self.interpreted_type.currentData() if fmt == "rtstruct" and not several else "",
            code=self.code.key() if fmt == "seg" and not several else "",
            overwrite=self.replace_files.isChecked() and not self.replace_files.isHidden(),
            structures=tuple(n for n, toggle in self.structures.items() if toggle.isChecked()) if several else None,
            levels=tuple(c for c, toggle in self.levels.items() if toggle.isChecked()) if "levels" in what else (),
        )

    def _refresh(self) -> None:
        """Grey what does not go together, with the reason, and show what would be replaced."""
        fmt = next(key for key, radio in self.formats.items() if radio.isChecked())
        for key, toggle in self.what.items():
            reason = "" if key == "current" else self._offer.model_refusal
            if key == "maps":
                reason = reason or self._offer.maps_refusal or tr(MAPS_HAVE_NO_PLACE.get(fmt, ""))
            toggle.setEnabled(not reason)
            toggle.setText(f"{tr(WHAT[key][0])} ({reason})" if reason else tr(WHAT[key][0]))
            toggle.setToolTip(reason or tr(WHAT[key][1]))
        several = self.all.isChecked()
        self._scope_holder.setEnabled(self.what["current"].isChecked())
        self._which.setEnabled(several)
        for group, holder in self._name_boxes.items():
            holder.setEnabled(self.what[group].isChecked() and self.what[group].isEnabled())
        self.samples.setEnabled(self.what["samples"].isChecked() and self.what["samples"].isEnabled())
        for field, formats, only in (
            (self.structure_name, DICOM_FORMATS, NAME_IN_DICOM),
            (self.interpreted_type, ("rtstruct",), CONTOURS_ONLY),
            (self.code, ("seg",), SEGMENTS_ONLY),
        ):
            field.setEnabled(fmt in formats and not several)
            field.setToolTip(tr(only) if fmt not in formats else tr(ONE_ONLY) if several else "")
        self.note.setText(self._offer.dicom_note if fmt in DICOM_FORMATS else self._offer.dicom_refusal)
        self._show_conflicts()

    def _where(self) -> ExportRequest:
        """What decides which files are written: the rest of a request moves none of them."""
        return replace(self.request(), structure_name="", interpreted_type="", code="", overwrite=False)

    def _ask(self) -> None:
        where = self._where()

        def answered(place: Place) -> None:
            if where == self._asked:  # else something else was asked for meanwhile
                self._place = place
                self._show_place()

        if where != self._asked:
            self._asked, self._place = where, None
            self._look(where, answered)

    def _show_conflicts(self) -> None:
        """Ask the disk again where that matters, and say what is known."""
        if problem(self.request()):
            self._asked = self._place = None
        elif self._where() != self._asked:
            self._place = None
            if not self._soon.isActive():
                self._ask()
        self._show_place()

    def _show_place(self) -> None:
        trouble, place = problem(self.request()), self._place
        there = () if place is None else place.there
        with QSignalBlocker(self.replace_files):
            if place is not None and there != self._seen:
                self.replace_files.setChecked(False)  # other files: ask again
        if place is not None:
            self._seen = there
        names = ", ".join(path.name for path in there[:4]) + (
            tr(" and {n} more").format(n=len(there) - 4) if len(there) > 4 else ""
        )
        self.conflict.setText(tr("Already there: {names}.").format(names=names) if there else "")
        self.replace_files.setText(
            tr("Replace it") if len(there) == 1 else tr("Replace these {n} files").format(n=len(there))
        )
        if place is not None:
            trouble = trouble or place.trouble
        self.trouble.setText(
            trouble or (tr(CHECKING) if place is None else tr("The folder will be made.") if place.is_new else "")
        )
        self.conflict.setVisible(bool(there))
        self.replace_files.setVisible(bool(there))
        self.trouble.setVisible(bool(self.trouble.text()))
        ready = place is not None and not trouble
        self.export.setEnabled(ready and (not there or self.replace_files.isChecked()))

    def _browse(self) -> None:
        dialog = QFileDialog(self, tr("Export into"), self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()


class _NameBox(Eliding, QCheckBox):
    """A check box with a name that may be long."""


def _name_box(name: str) -> _NameBox:
    box = _NameBox()
    box.set_full_name(name)
    box.setToolTip(name)
    return box


def _indented(toggles: Mapping[Any, QCheckBox]) -> QWidget:
    holder = QWidget()
    flow = FlowLayout(holder, spacing=3)
    flow.set_widest(0.5)
    flow.setContentsMargins(20, 0, 0, 2)
    for toggle in toggles.values():
        flow.addWidget(toggle)
    return holder
