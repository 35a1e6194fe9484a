"""The export dialog produces the request that its controls show, and lets nothing be replaced unseen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel

from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.export_dialog import CHECKING, ExportDialog, ExportOffer, ExportRequest, Look
from proseg_gui.gui.dialogs.frame import RESEARCH_USE
from proseg_gui.gui.jobs import QtJobs
from proseg_gui.jobs import CancelToken
from proseg_gui.review.export_request import Place, look

LEFT = Qt.MouseButton.LeftButton
RATERS = ("generous", "tight")
MAPS = ("total", "inter")


def targets(request: ExportRequest) -> list[Path]:
    suffix = "nii.gz" if request.fmt == "nifti" else "dcm"
    return [request.folder / f"{what}.{suffix}" for what in sorted(request.what)]


def at_once(offer: ExportOffer) -> Look:
    """A disk that answers while one asks."""
    return lambda request, answered: answered(look(offer, request))


@pytest.fixture
def offer(tmp_path) -> ExportOffer:
    return ExportOffer(RATERS, MAPS, ("Heart", "Lesion"), 1, tmp_path, targets, dicom_note="A DICOM copy comes along.")


@pytest.fixture
def dialog(shown, offer) -> ExportDialog:
    return shown(ExportDialog(offer, at_once(offer)))


def click(box) -> None:
    QTest.mouseClick(box, LEFT, pos=QPoint(9, box.height() // 2))


def test_the_default_is_the_current_contour_as_nifti(dialog, tmp_path):
    assert dialog.request() == ExportRequest(
        frozenset({"current"}), (), 0, (), "nifti", tmp_path, "Lesion", "", overwrite=False
    )
    assert dialog.export.isEnabled()
    QTest.mouseClick(dialog.export, LEFT)
    assert dialog.result() == ExportDialog.DialogCode.Accepted


def test_every_control_ends_up_in_the_request(dialog, tmp_path, qtbot):
    for key in ("current", "raters", "consensus", "consensus_style", "samples", "maps"):
        click(dialog.what[key])
    click(dialog.raters["generous"])
    click(dialog.maps["inter"])
    dialog.samples.setFocus()
    dialog.samples.selectAll()
    QTest.keyClicks(dialog.samples, "25")
    dialog.folder.selectAll()
    QTest.keyClicks(dialog.folder, str(tmp_path / "new"))
    assert dialog.request() == ExportRequest(
        what=frozenset({"raters", "consensus", "consensus_style", "samples", "maps"}),
        raters=("tight",),
        samples=25,
        maps=("total",),
        fmt="nifti",
        folder=tmp_path / "new",
        structure_name="Lesion",
        interpreted_type="",
        overwrite=False,
    )
    assert dialog.trouble.text() == CHECKING and not dialog.export.isEnabled(), "typing is not over"
    qtbot.waitUntil(dialog.export.isEnabled)
    assert dialog.trouble.text() == "The folder will be made."


def test_agreement_levels_are_offered_where_the_model_has_them(shown, offer, dialog):
    assert "levels" not in dialog.what
    words = ("at least 1 of 3", "at least 2 of 3", "all 3")
    offer = replace(offer, raters=(), levels=words, what=("levels", "raters"))
    dialog = shown(ExportDialog(offer, at_once(offer)))
    assert "raters" not in dialog.what  # a model of levels knows none
    assert tuple(box.full_name for box in dialog.levels.values()) == words
    assert dialog.request().what == {"levels"} and dialog.request().levels == (1, 2, 3)
    click(dialog.levels[1])
    click(dialog.levels[3])
    assert dialog.request().levels == (2,) and dialog.export.isEnabled()
    click(dialog.levels[2])
    assert "at least one agreement level" in dialog.trouble.text() and not dialog.export.isEnabled()
    click(dialog.what["levels"])
    click(dialog.what["current"])
    assert dialog.request().levels == () and dialog.export.isEnabled() and not dialog.levels[1].isEnabled()


def test_all_structures_or_some_of_them(dialog):
    assert dialog.one.isChecked() and dialog.one.text() == "This structure (Lesion)"
    assert dialog.request().structures is None and not dialog.structures["Heart"].isEnabled()
    click(dialog.all)
    assert dialog.request().structures == ("Heart", "Lesion")
    click(dialog.formats["rtstruct"])
    assert not dialog.structure_name.isEnabled() and "each keeps its own name" in dialog.structure_name.toolTip()
    click(dialog.structures["Lesion"])
    assert dialog.request().structures == ("Heart",) and dialog.export.isEnabled()
    click(dialog.structures["Heart"])
    assert "at least one structure" in dialog.trouble.text() and not dialog.export.isEnabled()
    click(dialog.one)
    assert dialog.request().structures is None and dialog.structure_name.isEnabled()


def test_one_structure_is_not_asked_about_and_without_a_model_only_work_is_offered(shown, tmp_path):
    offer = ExportOffer((), (), ("Heart",), 0, tmp_path, targets, model_refusal="no model draws Heart")
    dialog = shown(ExportDialog(offer, at_once(offer)))
    assert not dialog.all.isVisible() and not dialog.one.isVisible()
    assert [key for key, box in dialog.what.items() if box.isEnabled()] == ["current"]
    assert "no model draws Heart" in dialog.what["raters"].text()
    assert dialog.request().what == {"current"} and dialog.export.isEnabled()


def test_rtstruct_asks_for_name_and_type_and_takes_no_maps(dialog):
    click(dialog.what["maps"])
    assert not dialog.structure_name.isEnabled()
    assert "RTSTRUCT" in dialog.structure_name.toolTip()
    click(dialog.formats["rtstruct"])
    assert not dialog.what["maps"].isEnabled()
    assert "contours only" in dialog.what["maps"].text()
    assert dialog.note.isVisible()
    assert dialog.interpreted_type.currentText() == "None"  # chosen by the user, never guessed
    dialog.structure_name.selectAll()
    QTest.keyClicks(dialog.structure_name, "GTVp")
    dialog.interpreted_type.setFocus()
    QTest.keyClick(dialog.interpreted_type, Qt.Key.Key_Down)
    request = dialog.request()
    assert (request.fmt, request.structure_name, request.interpreted_type) == ("rtstruct", "GTVp", "GTV")
    assert "maps" not in request.what
    assert request.maps == ()
    click(dialog.formats["nifti"])
    assert dialog.request().interpreted_type == ""
    assert "maps" in dialog.request().what  # what was ticked comes back with the format


def test_dicom_seg_asks_for_a_coded_structure_by_its_words(dialog):
    assert not dialog.code.isEnabled() and dialog.code.toolTip()
    click(dialog.formats["seg"])
    assert dialog.code.isEnabled() and dialog.structure_name.isEnabled() and not dialog.interpreted_type.isEnabled()
    assert not dialog.what["maps"].isEnabled()
    assert dialog.request().code == "SCT:85756007"  # tissue claims nothing
    edit, popup = dialog.code.edit, dialog.code.completer().popup()
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "oedema")
    assert [dialog.code.completer().model().index(0, 0).data()] == ["Edema (SCT 79654002)"]
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert dialog.request().code == "SCT:79654002" and dialog.code.currentText() == "Edema (SCT 79654002)"
    edit.selectAll()
    QTest.keyClicks(edit, "no such thing")
    dialog.folder.setFocus()
    assert dialog.code.currentText() == "Edema (SCT 79654002)"
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "pros")
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    dialog.folder.setFocus()
    assert dialog.request().code == "SCT:41216001"  # the first that matches what was typed
    assert dialog.request().fmt == "seg" and dialog.request().interpreted_type == ""
    click(dialog.formats["nifti"])
    assert dialog.request().code == ""


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda d: click(d.what["current"]), "Choose what to export."),
        (lambda d: [click(d.what["raters"]), *(click(box) for box in d.raters.values())], "at least one rater"),
        (lambda d: [click(d.what["maps"]), *(click(box) for box in d.maps.values())], "at least one map"),
        (lambda d: [click(d.formats["rtstruct"]), d.structure_name.clear()], "needs a name"),
        (lambda d: [click(d.formats["rtstruct"]), d.structure_name.setText("a\\b")], "backslash"),
        (lambda d: d.folder.clear(), "Choose a folder."),
    ],
)
def test_what_cannot_be_done_is_said_and_not_offered(dialog, prepare, sentence):
    prepare(dialog)
    assert sentence in dialog.trouble.text()
    assert dialog.trouble.isVisible()
    assert not dialog.export.isEnabled()


def test_a_file_in_the_place_of_the_folder_is_named(dialog, tmp_path):
    (tmp_path / "a file").write_text("x")
    dialog.folder.setText(str(tmp_path / "a file" / "below"))
    assert f"{tmp_path / 'a file'} is a file" in dialog.trouble.text()
    assert not dialog.export.isEnabled()


def test_existing_files_are_shown_and_replaced_only_after_a_tick(dialog, tmp_path):
    (tmp_path / "current.nii.gz").write_bytes(b"x")
    click(dialog.what["consensus"])
    assert dialog.conflict.text() == "Already there: current.nii.gz."
    assert not dialog.export.isEnabled()
    assert not dialog.request().overwrite
    click(dialog.replace_files)
    assert dialog.export.isEnabled()
    assert dialog.request().overwrite
    (tmp_path / "samples.nii.gz").write_bytes(b"x")
    click(dialog.what["samples"])  # now other files would be replaced: the tick is gone
    assert "samples.nii.gz" in dialog.conflict.text()
    assert dialog.replace_files.text() == "Replace these 2 files"
    assert not dialog.replace_files.isChecked()
    assert not dialog.export.isEnabled()


def test_a_tick_that_is_out_of_sight_does_not_count(dialog, tmp_path):
    (tmp_path / "current.nii.gz").write_bytes(b"x")
    click(dialog.what["consensus"])
    click(dialog.replace_files)
    dialog.folder.setText(str(tmp_path / "elsewhere"))
    assert not dialog.replace_files.isVisible()
    assert not dialog.request().overwrite


def test_refusals_of_the_offer_are_shown(shown, tmp_path):
    offer = ExportOffer(
        RATERS,
        MAPS,
        ("Lesion",),
        0,
        tmp_path,
        targets,
        dicom_refusal="Slices are tilted.",
        maps_refusal="no survey yet",
    )
    dialog = shown(ExportDialog(offer, at_once(offer)))
    assert not dialog.formats["rtstruct"].isEnabled()
    assert dialog.note.text() == "Slices are tilted."
    assert not dialog.what["maps"].isEnabled()
    assert "no survey yet" in dialog.what["maps"].text()


def test_targets_that_cannot_be_named_are_said(shown, tmp_path):
    def refuse(_request: ExportRequest) -> list[Path]:
        raise UserError("the folder cannot be read", path=tmp_path)

    offer = ExportOffer(RATERS, MAPS, ("Lesion",), 0, tmp_path, refuse)
    dialog = shown(ExportDialog(offer, at_once(offer)))
    assert "cannot be read" in dialog.trouble.text()
    assert not dialog.export.isEnabled()


def test_browsing_sets_the_folder(dialog, tmp_path):
    QTest.mouseClick(dialog.browse, LEFT)
    chooser = dialog.findChild(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "picked"))
    assert dialog.request().folder == tmp_path / "picked"
    chooser.reject()


def test_it_says_research_use_and_can_be_left(dialog):
    assert RESEARCH_USE in [label.text() for label in dialog.findChildren(QLabel)]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.result() == ExportDialog.DialogCode.Rejected


def test_many_long_rater_names_fit(shown, tmp_path):
    names = tuple(f"rater number {i} of the long study" for i in range(9))
    offer = ExportOffer(names, MAPS, ("Lesion",), 0, tmp_path, targets)
    dialog = shown(ExportDialog(offer, at_once(offer)))
    click(dialog.what["raters"])
    boxes = list(dialog.raters.values())
    holder = boxes[0].parentWidget()
    assert all(holder.rect().contains(box.geometry()) for box in boxes)
    assert all(not a.geometry().intersects(b.geometry()) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_folder_that_does_not_answer_stops_nothing(shown, offer, tmp_path, qtbot):
    """Real worker threads, one of which is held until the test lets it go: no call to the disk is made here."""
    main, gate, began = threading.current_thread(), threading.Event(), threading.Event()
    callers: list[threading.Thread] = []
    done: list[int] = []
    jobs, number = QtJobs(), count()

    class Slow(type(tmp_path)):
        """A folder on a network that is gone; the rest is the local disk."""

        def exists(self, **how: bool) -> bool:
            callers.append(threading.current_thread())
            if "gone" in self.parts:
                began.set()
                assert gate.wait(30)
            return super().exists(**how)

    def ask(request: ExportRequest, answered: Callable[[Place], None]) -> None:
        slow = replace(request, folder=Slow(request.folder))

        def work(_token: CancelToken, _progress: object) -> Place:
            return look(offer, slow)

        jobs.start(f"look {next(number)}", work, title="", done=answered, failed=pytest.fail, latest=True)

    try:
        dialog = shown(ExportDialog(offer, ask))
        qtbot.waitUntil(dialog.export.isEnabled)
        dialog.folder.setText(str(tmp_path / "gone" / "away"))
        assert began.wait(30)
        assert dialog.trouble.text() == CHECKING and not dialog.export.isEnabled()
        click(dialog.what["consensus"])  # the window is live, and asks anew
        assert dialog.request().what == {"current", "consensus"} and not dialog.export.isEnabled()
        dialog.folder.setText(str(tmp_path / "here"))  # another folder does not wait for it
        qtbot.waitUntil(dialog.export.isEnabled)
        gate.set()
        jobs.start(
            "look 1", lambda _token, _progress: None, title="", done=lambda _none: done.append(1), failed=pytest.fail
        )
        qtbot.waitUntil(lambda: done == [1])
        assert dialog.trouble.text() == "The folder will be made.", "a late answer about another folder is dropped"
    finally:
        gate.set()
        jobs.close()
    assert callers and main not in callers


def test_it_stands_still_whatever_is_typed(dialog, tmp_path):
    (tmp_path / "current.nii.gz").write_bytes(b"x")
    height = dialog.height()
    places = {dialog.export.y()}
    for folder in (tmp_path / "new", tmp_path, ""):
        dialog.folder.setText(str(folder))
        click(dialog.what["raters"])
        places.add(dialog.export.y())
    assert dialog.height() == height and len(places) == 1
