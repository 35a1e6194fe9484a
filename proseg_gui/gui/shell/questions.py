"""What the window asks: which files, which series, which model; and what it tells about itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from proseg_gui import __version__
from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.about import AboutDialog
from proseg_gui.gui.dialogs.model_chooser import ModelChooser, ModelItem
from proseg_gui.gui.dialogs.person_dialog import PersonDialog
from proseg_gui.gui.dialogs.series_chooser import CASES, CHANNELS, SeriesChooser, SeriesOption
from proseg_gui.gui.dialogs.shortcut_sheet import ShortcutSheet
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.shell.actions import Menus, shortcut_groups
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.wording import plural

FILES = marked(
    "Scans (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.hdr *.dcm *.png *.jpg *.jpeg *.tif *.tiff);;All files (*)"
)
CITATION = (
    "Probabilistic Modeling of Multi-rater Medical Image Segmentation for Diversity and Personalization, "
    "arXiv 2512.00748"
)


class Questions:
    """Opens the window's own dialogs and hands on what was answered."""

    def __init__(self, host: Host, controller: Controller, opener: Opener) -> None:
        self._host, self._controller, self._opener = host, controller, opener

    def open_file(self) -> None:
        """Ask for files and open them."""
        dialog = QFileDialog(
            self._host.parent, tr("Open scan"), self._controller.display.view.settings.last_folder, tr(FILES)
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self._host.show_dialog(dialog, lambda: self._opener.open_paths([Path(f) for f in dialog.selectedFiles()]))

    def open_folder(self) -> None:
        """Ask for a folder (DICOM, a case, a dataset) and open it."""
        dialog = QFileDialog(self._host.parent, tr("Open folder"), self._controller.display.view.settings.last_folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._host.show_dialog(dialog, lambda: self._opener.open_paths([Path(f) for f in dialog.selectedFiles()]))

    def fill_recent(self, file_menu: QMenu) -> None:
        """Put a submenu of recent scans after the first entries of the File menu."""
        menu = QMenu(tr("Open &recent"), file_menu)
        file_menu.insertMenu(file_menu.actions()[3], menu)

        def fill() -> None:
            menu.clear()
            for path in self._controller.display.view.settings.recent:
                menu.addAction(path, partial(self._opener.open_paths, [Path(path)]))
            menu.setEnabled(not menu.isEmpty())

        file_menu.aboutToShow.connect(fill)
        fill()

    def choose_candidate(self, path: Path, candidates: list[Any], how: str) -> None:
        """Ask which of several images to open, or as what all of them; ``how`` is the likely answer."""
        from proseg_gui.review.inputs import can_be_channels

        options = [_series_option(i, candidate) for i, candidate in enumerate(candidates)]
        left_out = " ".join(dict.fromkeys(notice for candidate in candidates for notice in candidate.notices))
        may = can_be_channels([c for c, option in zip(candidates, options, strict=True) if option.readable])
        dialog = SeriesChooser(options, path.name, left_out, self._host.parent, likely=how, channels=may)
        self._opener.fetch_thumbnails(candidates, lambda i, picture: dialog.set_thumbnail(str(i), picture))

        def chosen() -> None:
            every = [candidates[int(key)] for key in dialog.all_readable()]
            if dialog.how == CASES:
                self._opener.open_cases(every)
            elif dialog.how == CHANNELS:
                self._opener.open_channels(every)
            else:
                self._opener.open_candidate(candidates[int(dialog.chosen())])

        self._host.show_dialog(dialog, chosen)

    def choose_model(self) -> None:
        """Ask which bundle looks at the scan."""

        def work(_token: CancelToken, _progress: Progress) -> list[Any]:
            from proseg_gui.bundle import list_bundles

            return list(list_bundles(own=True))

        def done(cards: list[Any]) -> None:
            review = self._controller.desk.review
            current = "" if review is None else review.bundle.card.name
            dialog = ModelChooser([_model_item(card, card.name == current) for card in cards], parent=self._host.parent)
            self._host.show_dialog(dialog, lambda: self._opener.use_model(str(dialog.chosen())))

        self._host.jobs.start("models", work, title=tr("Listing the models"), done=done, failed=self._host.failed,
                              latest=True)  # fmt: skip

    def ask_model(self, error: UserError, answer: Callable[[], None]) -> None:
        """The model was made for other images: use it all the same, or another one."""
        box = QMessageBox(
            QMessageBox.Icon.Question, tr("Other images than the model's"), str(error), parent=self._host.parent
        )
        use = box.addButton(tr("Use it all the same"), QMessageBox.ButtonRole.AcceptRole)
        other = box.addButton(tr("Choose another model"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(other)
        box.buttonClicked.connect(lambda button: answer() if button is use else self.choose_model())
        self._host.show_dialog(box)

    def with_person(self, then: Callable[[], None]) -> None:
        """Carry out what is signed; the first time, who signs is asked before."""
        if self._opener.person:
            then()
        else:
            self.ask_person(then)

    def ask_person(self, then: Callable[[], None]) -> None:
        """Ask for the pseudonym under which readings are signed from now on."""
        dialog = PersonDialog(self._opener.person, self._host.parent)

        def answered() -> None:
            self._opener.set_person(dialog.name())
            then()

        self._host.show_dialog(dialog, answered)

    def show_shortcuts(self, menus: Menus, change: Callable[[], None]) -> None:
        """Show all keys; ``change`` opens what changes them."""
        sheet = ShortcutSheet(shortcut_groups(menus), parent=self._host.parent)
        sheet.change_asked.connect(change)
        self._host.show_dialog(sheet)

    def show_about(self) -> None:
        """Show versions, licence and how to cite."""
        self._host.show_dialog(AboutDialog(versions(), CITATION, "Apache-2.0", parent=self._host.parent))


def clear_traces(then: Callable[[], None], parent: QWidget) -> QMessageBox:
    """Asks before traces are cleared: what goes, and that no work goes."""
    box = QMessageBox(
        QMessageBox.Icon.Question, tr("Clear traces"), tr("Forget where the scans of this computer lie?"), parent=parent
    )
    box.setInformativeText(
        tr(
            "This goes: recent files, the last folders, and the paths of cases in the project of this window. What you "
            "did stays: sliders, contours, accepted readings and their history; a case is known again when its scan is "
            "opened."
        )
    )
    agreed = box.addButton(tr("Forget"), QMessageBox.ButtonRole.DestructiveRole)
    kept = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(kept)
    box.buttonClicked.connect(lambda button: then() if button is agreed else None)
    return box


def not_kept(
    steps: int, reason: str, again: Callable[[], object], close: Callable[[], object], parent: QWidget
) -> QMessageBox:
    """Asked when the window is closed while steps cannot be written: try again, or close without them."""
    text = tr("{steps} could not be kept").format(steps=plural(steps, tr("step"), tr("steps")))
    box = QMessageBox(QMessageBox.Icon.Warning, tr("Not kept yet"), text, parent=parent)
    box.setInformativeText(
        tr("{reason}. They are lost when the window is closed now.").format(
            reason=reason or tr("The project cannot be written")
        )
    )
    retry = box.addButton(tr("Try again"), QMessageBox.ButtonRole.AcceptRole)
    lose = box.addButton(tr("Close and lose them"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(tr("Stay"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.buttonClicked.connect(lambda button: again() if button is retry else close() if button is lose else None)
    return box


def versions() -> dict[str, str]:
    """Versions for the About dialog; torch is left out until it was needed."""
    import PySide6

    found = {"proseg-gui": __version__, "Python": sys.version.split()[0], "Qt": PySide6.__version__}
    if "torch" in sys.modules:
        found["torch"] = str(sys.modules["torch"].__version__)
    return found


METRIC_NAMES = (
    (marked("identity Dice"), "dice_identity_mean"),
    ("GED\u00b2", "ged2"),
    (marked("diversity of samples"), "sample_diversity"),
    (marked("diversity of raters"), "rater_diversity"),
)


def _model_item(card: Any, current: bool) -> ModelItem:
    figures = card.metrics.get("validation", {})
    metrics = tuple((tr(label), f"{figures[key]:.3f}") for label, key in METRIC_NAMES if key in figures)
    return ModelItem(
        key=card.name,
        name=card.name,
        version=card.version,
        raters=card.raters,
        structures=card.structures,
        modality=card.known_modality,
        metrics=metrics,
        intended_use=card.intended_use,
        licence=card.licence,
        current=current,
    )


def _series_option(number: int, candidate: Any) -> SeriesOption:
    series = candidate.series
    if series is None or series.geometry is None:
        return SeriesOption(
            str(number), candidate.label, "", "", "", "", warning=candidate.problem, group=candidate.group,
            readable=not candidate.problem,
        )  # fmt: skip
    (_, rows, columns), (z, y, x) = series.geometry.shape, series.geometry.spacing_mm
    return SeriesOption(
        key=str(number),
        label=", ".join(part for part in (series.description or candidate.label, series.part) if part),
        modality=series.modality,
        count_text=plural(series.n_slices, tr("slice"), tr("slices")),
        size_text=f"{columns} x {rows}",
        spacing_text=f"{x:.3g} x {y:.3g} x {z:.3g} mm, {tr(series.geometry.plane_name().lower())}",
        warning=" ".join(series.notices),
        group=candidate.group,
    )
