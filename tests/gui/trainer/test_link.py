"""The Trainer tab by mouse and keys, with real training processes on a tiny data set."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPlainTextEdit

from proseg_gui.bundle import load_bundle, own_models, read_card
from proseg_gui.catalogue import METHODS
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.trainer.link import TrainerLink
from proseg_gui.gui.trainer.tab import TrainerTab
from proseg_gui.gui.views.palette import DARK
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.review.keeper import Keeper
from proseg_gui.settings import Settings
from proseg_gui.training.process import Network, Training
from proseg_gui.volume import Geometry

from ..watching import on, watch

LIMIT_MS = 240_000


@pytest.fixture(autouse=True)
def _the_windows_thread_touches_no_disk(monkeypatch) -> Iterator[None]:
    found = watch(monkeypatch)
    on(found)
    yield
    on(None)
    assert not found.faults, "\n".join(dict.fromkeys(found.faults))


@pytest.fixture
def make(qtbot, tmp_path, monkeypatch):
    """A shown tab with its link, as often as wanted; no training outlives the test."""
    for module in ("trainer.link", "review.model_before"):
        monkeypatch.setattr(f"proseg_gui.gui.{module}.own_models", lambda: tmp_path / "home" / "models")
    made = []

    def build():
        tab = TrainerTab()
        qtbot.addWidget(tab)
        tab.resize(1366, 700)
        tab.set_colours(DARK)
        controller = Controller(Settings(), tab)
        link = TrainerLink(tab, controller, Opener(controller, Keeper(), "cpu"), tab)
        link.controller, link.failures, link.dialogs, link.notices = controller, [], [], []
        link.failed.connect(link.failures.append)
        controller.failed.connect(link.failures.append)
        link.dialog_made.connect(link.dialogs.append)
        link.noticed.connect(link.notices.append)
        tab.show()
        link.begin()
        made.append(link)
        wait(lambda: not link.jobs.busy("library") and not link.jobs.busy("training"))
        return link

    yield build
    for link in made:
        if link.training is not None:
            link.training.kill()
        link.close()
        link.controller.close()


@pytest.fixture
def link(make, discs, qtbot):
    found = make()
    drop(found.tab, discs)
    qtbot.waitUntil(lambda: found.data.complete, timeout=LIMIT_MS)
    return found


def drop(tab, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    rest = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(tab, QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, *rest))
    QApplication.sendEvent(tab, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, *rest))


def click(button):
    assert button.isVisible() and button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def click_part(link, row):
    table = link.tab.data.table
    box = table.visualRect(table.cases.index(row, table.cases.columnCount() - 1))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def begin(link, steps=100_000):
    link.tab.setup.steps.setValue(steps)
    click(link.tab.setup.start)
    wait(lambda: link.training is not None or link.failures)
    assert link.failures == []


def wait(there):
    """Until what is done in the background has come to be seen."""
    until = time.monotonic() + LIMIT_MS / 1000
    while not there():
        assert time.monotonic() < until
        QTest.qWait(20)


def until(link, qtbot, *statuses):
    def there():
        found = link.snapshot
        assert found is not None and (found.alive or found.status in statuses), (found, link.training.console_text())
        return found.status in statuses

    qtbot.waitUntil(there, timeout=LIMIT_MS)


def answer(dialog, text):
    dialog.open()
    QTest.mouseClick(next(b for b in dialog.buttons() if b.text() == text), Qt.MouseButton.LeftButton)


def test_a_dropped_folder_becomes_a_table_with_its_problems(link):
    cases, tab = link.tab.data.table.cases, link.tab
    assert [row.case.name for row in cases.rows] == [f"case{i}" for i in range(6)]
    assert cases.parts["case4"] == "out" and set(cases.parts.values()) == {"train", "val", "out"}
    assert tab.data.hint.full_text() == "6 cases · 3 raters · 1 problem"
    assert "case4 is left out" in tab.data.problem.text() and "anna.nii.gz" in tab.data.problem.text()
    assert tab.setup.name.text() == "discs-1" and tab.setup.start.isEnabled()
    assert tab.setup.split.text().startswith(("1 patient,", "2 patients,"))
    assert tab.setup.test.text().startswith("none")


def test_a_click_moves_a_whole_patient(link):
    before = dict(link.tab.data.table.cases.parts)
    click_part(link, 5)
    after = link.tab.data.table.cases.parts
    assert after["case0"] == after["case5"] != before["case5"]
    assert {name: after[name] for name in before if name not in ("case0", "case5")} == {
        name: part for name, part in before.items() if name not in ("case0", "case5")
    }
    click_part(link, 4)
    assert link.tab.data.table.cases.parts["case4"] == "out"  # what is wrong stays out
    QTest.keyClick(link.tab.data.table, Qt.Key.Key_Space)
    assert link.tab.data.table.cases.parts["case4"] == "out"


def test_how_training_varies_a_slice_can_be_seen_beforehand(link, qtbot):
    link.tab.setup.flip.setCurrentIndex(1)
    click(link.tab.setup.preview)
    dialog = link.dialogs[-1]
    dialog.open()

    def drawn():
        return all(p.thumbnail is not None for p in dialog.pictures) and not link.jobs.busy("variation")

    qtbot.waitUntil(drawn, timeout=LIMIT_MS)
    before = [picture.thumbnail for picture in dialog.pictures]
    assert "case1, slice 1" in dialog.words.text() or "case0, slice 1" in dialog.words.text()
    assert "mirrored left and right" in dialog.words.text() and "15°" in dialog.words.text()
    assert not any(np.array_equal(before[0], other) for other in before[1:])
    click(dialog.others)
    qtbot.waitUntil(lambda: not np.array_equal(dialog.pictures[1].thumbnail, before[1]), timeout=LIMIT_MS)
    assert np.array_equal(dialog.pictures[0].thumbnail, before[0]), "the first one is the slice as it is"
    dialog.accept()
    link.tab.setup.flip.setCurrentIndex(0)
    link.tab.setup.intensities.setText("0, 100")
    click(link.tab.setup.preview)
    other = link.dialogs[-1]
    qtbot.waitUntil(lambda: "never mirrored" in other.words.text(), timeout=LIMIT_MS)
    assert "a little brighter or darker" in other.words.text()
    link.tab.setup.intensities.setText("100, 0")
    assert not link.tab.setup.preview.isEnabled()


def test_what_cannot_be_started_says_why(link):
    setup = link.tab.setup
    setup.name.setFocus()
    setup.name.selectAll()
    QTest.keyClicks(setup.name, "../up")
    assert not setup.start.isEnabled() and "cannot be a model's name" in setup.trouble.text()
    setup.name.setText("fine")
    assert setup.start.isEnabled() and not setup.trouble.isVisible()
    QTest.keyClicks(setup.intensities, "40, -160")
    assert not setup.start.isEnabled() and "lower first" in setup.trouble.text()
    setup.intensities.setText("-160 to 240")
    assert setup.start.isEnabled() and setup.setup().window == "-160,240"
    for row in range(6):
        while link.tab.data.table.cases.parts[f"case{row}"] != "out":
            click_part(link, row)
    assert not setup.start.isEnabled() and "No case is left" in setup.trouble.text()


def test_a_folder_without_cases_is_told(make, tmp_path, qtbot):
    link = make()
    (tmp_path / "nothing").mkdir()
    drop(link.tab, tmp_path / "nothing")
    qtbot.waitUntil(lambda: bool(link.failures), timeout=LIMIT_MS)
    assert "no case was found" in str(link.failures[0])
    assert link.tab.data.invitation.isVisible() and not link.tab.setup.start.isEnabled()


def test_train_pause_close_come_back_resume_stop_try_and_accept(make, link, qtbot, discs):
    begin(link)
    tab = link.tab
    until(link, qtbot, "running")
    assert not tab.setup.isVisible() and not tab.data.choose.isEnabled()
    assert next(curve.name for curve in tab.run.losses.curves) == "sum" and len(tab.run.losses.curves) >= 4
    qtbot.waitUntil(lambda: "left" in tab.run.hint.full_text(), timeout=LIMIT_MS)  # known from the second row on
    click_part(link, 0)
    assert link.notices and link.tab.data.table.cases.parts == link.data.parts
    click(tab.run.pause)
    until(link, qtbot, "paused")
    assert tab.run.resume.isVisible() and not tab.run.stop.isVisible() and not link.working
    qtbot.waitUntil(lambda: all(p.thumbnail is not None for p in tab.strip.pictures.values()), timeout=LIMIT_MS)

    later = make()  # another window
    assert later.snapshot.status == "paused" and later.snapshot.step == link.snapshot.step
    qtbot.waitUntil(lambda: later.data.complete, timeout=LIMIT_MS)
    assert later.tab.data.table.cases.parts == link.data.parts
    click(later.tab.run.resume)
    until(later, qtbot, "running")
    click(later.tab.run.stop)
    until(later, qtbot, "finished")
    figures = {name: value for name, _, value in later.tab.result.bars.rows}
    drawn = {rater for name in later.training.plan.val for rater in ("anna", "ben", "cleo")
             if later.data.rows[name].cells[rater].state != "missing"}  # fmt: skip
    assert list(figures) == ["anna", "ben", "cleo"]
    assert [value is not None for value in figures.values()] == [rater in drawn for rater in ("anna", "ben", "cleo")]
    assert "Stopped after" in later.tab.result.verdict.text()
    assert [curve.name for curve in later.tab.run.dice.curves] == ["wrong rater", *sorted(drawn), "mean"]

    click(later.tab.result.attempt)  # opens a validation case through the new model
    qtbot.waitUntil(lambda: later.controller.desk.review is not None, timeout=LIMIT_MS)
    assert later.controller.desk.review.bundle.card.name == "discs-1"
    assert later.controller.desk.study.name in later.training.plan.val
    click(later.tab.result.accept)
    wait(lambda: later.training is None and not later.jobs.busy("library"))
    assert later.failures == [] and later.training is None and later.tab.setup.isVisible()
    assert load_bundle(later.models / "discs-1").card.raters == ("rater1", "rater2", "rater3")
    assert later.tab.library.models[0].card.name == "discs-1" and not later.tab.library.models[0].shipped
    assert later.tab.setup.name.text() == "discs-2" and "at the pace of the last" in later.tab.setup.estimate.text()
    qtbot.waitUntil(lambda: later.library.in_use() == later.models / "discs-1", timeout=LIMIT_MS)
    later.controller.jobs.cancel("sweep")
    link.training = None


def test_a_killed_training_is_told_and_discarded_when_confirmed(link, qtbot):
    begin(link)
    until(link, qtbot, "running")
    psutil.Process(link.training._process.pid).kill()
    until(link, qtbot, "interrupted", "failed")
    assert "ended from outside" in link.tab.run.trouble.text() and link.tab.run.trouble.isVisible()
    click(link.tab.run.log)
    wait(lambda: link.dialogs)
    assert "step" in link.dialogs.pop().findChild(QPlainTextEdit).toPlainText()
    folder = link.training.folder
    click(link.tab.run.discard)
    answer(link.dialogs[-1], "Cancel")
    assert folder.exists()
    click(link.tab.run.discard)
    answer(link.dialogs[-1], "Discard")
    wait(lambda: link.training is None)
    assert not folder.exists() and link.training is None and link.tab.setup.start.isEnabled()


@pytest.mark.parametrize(("reply", "closed", "asked"), [("Keep running", True, ""), ("Stop and save", True, "stop"),
                                                        ("Cancel", False, "")])  # fmt: skip
def test_closing_asks(link, monkeypatch, reply, closed, asked):
    requests, closings = [], []
    monkeypatch.setattr(Training, "stop", lambda _training: requests.append("stop"))
    link.training = Training(link.trainings / "x", link_plan())
    link.ask_before_closing(lambda: closings.append(True))
    box = link.dialogs[-1]
    assert isinstance(box, QMessageBox)
    answer(box, reply)
    wait(lambda: not link.jobs.busy("training"))
    assert (bool(closings), "".join(requests)) == (closed, asked)
    link.training = None


def link_plan():
    from proseg_gui.training.process import Plan

    return Plan("d", "x", 2, 0, ("case0",), ())


def test_ones_own_models_can_be_removed_and_shipped_ones_not(make, tiny_bundle, tmp_path):
    import shutil

    folder = tmp_path / "home" / "models" / "tiny"
    shutil.copytree(tiny_bundle, folder)
    link = make()
    library = link.tab.library
    assert library.chosen().folder == folder and library.remove.isVisible()
    library.list.setFocus()
    QTest.keyClick(library.list, Qt.Key.Key_Down)
    assert library.chosen().shipped and not library.remove.isVisible()
    QTest.keyClick(library.list, Qt.Key.Key_Up)
    click(library.remove)
    answer(link.dialogs[-1], "Remove")
    wait(lambda: not link.jobs.busy("library"))
    assert not folder.exists() and all(model.shipped for model in library.models)
    click(library.activate)
    assert link.controller.display.view.settings.model == str(library.chosen().folder)


def test_own_models_lie_in_the_users_data_folder():
    assert own_models().name == "models" and "proseg-gui" in own_models().parts


def test_a_double_click_opens_the_case_in_review(link, qtbot, discs):
    table = link.tab.data.table
    place: QPoint = table.visualRect(table.cases.index(1, 0)).center()
    with qtbot.waitSignal(link.review_requested, timeout=LIMIT_MS):
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: link.controller.desk.study is not None, timeout=LIMIT_MS)
    assert link.controller.desk.study.name == "case1"
    qtbot.waitUntil(lambda: not link.controller.jobs.busy("open"), timeout=LIMIT_MS)


def show_row(link, row):
    table = link.tab.data.table
    place = table.visualRect(table.cases.index(row, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def state_of(link, case, rater):
    return link.data.rows[case].cells[rater].state


def test_masks_on_another_grid_are_resampled_when_asked_and_the_plan_says_so(link, qtbot, discs):
    panel = link.tab.data
    assert "case4 is left out" in panel.problem.text() and panel.resample.isVisible() and panel.look.isVisible()
    click(panel.resample)
    qtbot.waitUntil(lambda: state_of(link, "case4", "anna") == "resampled", timeout=LIMIT_MS)
    assert link.failures == [] and panel.hint.full_text() == "6 cases · 3 raters"
    assert link.tab.data.table.cases.parts["case4"] in ("train", "val")
    assert "anna.nii.gz: the mask was put on the image's grid by nearest neighbour" in panel.problem.text()
    assert not panel.resample.isVisible() and state_of(link, "case4", "ben") == "annotated"
    assert link.setup.plan().resample == ("case4",)
    click(panel.leave)
    qtbot.waitUntil(lambda: state_of(link, "case4", "anna") == "problem", timeout=LIMIT_MS)
    assert link.tab.data.table.cases.parts["case4"] == "out" and link.setup.plan().resample == ()
    click(panel.leave)  # decided: there is no other problem to tell of
    assert not panel.problem.isVisible() and not panel.answers.isVisible()
    show_row(link, 4)
    assert panel.problem.isVisible() and panel.resample.isVisible()
    show_row(link, 0)
    assert not panel.problem.isVisible()


def test_what_cannot_be_resampled_says_why_and_stays_out(make, discs, qtbot):
    far = Geometry((1, 9, 9), np.array([900.0, 900.0, 0.0]), (3.0, 1.0, 1.0), np.eye(3))
    write_nifti(np.ones((1, 9, 9), np.uint8), far, discs / "case4" / "masks" / "anna.nii.gz", overwrite=True)
    link = make()
    drop(link.tab, discs)
    qtbot.waitUntil(lambda: link.data.complete, timeout=LIMIT_MS)
    click(link.tab.data.resample)
    qtbot.waitUntil(lambda: bool(link.failures), timeout=LIMIT_MS)
    assert "nothing that it holds lies within the image" in str(link.failures[0])
    assert link.tab.data.table.cases.parts["case4"] == "out" and link.setup.plan().resample == ()


def test_a_case_with_another_grid_is_looked_at_before_deciding(link, qtbot):
    with qtbot.waitSignal(link.review_requested, timeout=LIMIT_MS):
        click(link.tab.data.look)
    qtbot.waitUntil(lambda: link.controller.desk.study is not None, timeout=LIMIT_MS)
    study = link.controller.desk.study
    assert study.name == "case4" and [r.rater for r in study.readings] == ["anna", "ben", "cleo"]
    assert "nearest neighbour" in " ".join(study.notices)
    assert study.readings[0].mask.array.sum() == 13 * 13  # 9 voxels of 1.5 mm a side
    assert link.tab.data.table.cases.parts["case4"] == "out"  # looking decides nothing
    qtbot.waitUntil(lambda: not link.controller.jobs.busy("open"), timeout=LIMIT_MS)


@pytest.fixture
def own(tiny_bundle, tmp_path):
    """One's own models: "tiny" of anna, ben and cleo."""
    import shutil

    root = tmp_path / "home" / "models"
    shutil.copytree(tiny_bundle, root / "tiny")
    return root


def choose_base(link, text):
    box = link.tab.setup.base
    box.setFocus()
    while not box.currentText().startswith(text):
        before = box.currentText()
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentText() != before, f"no {text} below {before}"


def say_who(link, *buttons, **choices):
    """Answer the dialog of who is who: by its buttons, then person by person."""
    click(link.tab.setup.who)
    dialog = link.dialogs[-1]
    dialog.open()
    for name in buttons:
        click(getattr(dialog, name))
    for person, rater in choices.items():
        dialog.choices[person].setCurrentIndex(dialog.choices[person].findData(rater))
    click(dialog.done_button)
    return dialog


def test_a_training_asks_what_the_images_are_where_nothing_says_it(make, discs, qtbot):
    info = json.loads((discs / "dataset.json").read_text())
    (discs / "dataset.json").write_text(json.dumps({**info, "modality": ""}))
    link = make()
    drop(link.tab, discs)
    qtbot.waitUntil(lambda: link.data.complete, timeout=LIMIT_MS)
    setup = link.tab.setup
    assert not setup.start.isEnabled() and "do not say what the images are" in setup.trouble.text()
    setup.modality.setFocus()
    QTest.keyClick(setup.modality, Qt.Key.Key_Down)
    assert setup.start.isEnabled() and link.setup.plan().modality == "MR"


def test_a_base_fixes_what_it_fixes_and_says_whom_it_knows(own, make, discs, qtbot):
    (discs / "case1" / "masks" / "cleo.nii.gz").rename(discs / "case1" / "masks" / "dora.nii.gz")
    link = make()
    drop(link.tab, discs)
    qtbot.waitUntil(lambda: link.data.complete, timeout=LIMIT_MS)
    setup = link.tab.setup
    assert not setup.stages.isVisible() and setup.steps.value() == 1200 and setup.name.text() == "discs-1"
    choose_base(link, "tiny 1")
    assert setup.stages.isVisible() and not setup.modality.isVisible() and not setup.intensities.isVisible()
    assert not setup.preview.isVisible() and not setup.flip.isVisible()  # nothing is varied on encoded slices
    assert setup.raters.text() == "New: dora. Not said yet: anna, ben, cleo."
    say_who(link, "same")
    assert setup.raters.text() == "Known: anna, ben, cleo. New: dora. Only the new ones learn."
    assert "stay exactly as they are" in setup.sentence.text() and setup.name.text() == "tiny-rater-1"
    steps = setup.steps.value()
    assert steps < 1200
    click(setup.stages.buttons["full"])
    assert setup.steps.value() > steps and "everything" in setup.sentence.text()
    assert setup.preview.isVisible() and setup.flip.isVisible()
    assert setup.name.text() == "tiny-full-1" and setup.start.isEnabled()
    plan = link.setup.plan()
    assert (plan.init, plan.stage) == (str(link.models / "tiny"), "full") and plan.window == plan.modality == ""
    setup.name.selectAll()
    QTest.keyClicks(setup.name, "mine")
    click(setup.stages.buttons["adapt"])
    assert setup.name.text() == "mine"  # a name that somebody gave stays
    choose_up = link.tab.setup.base
    choose_up.setFocus()
    QTest.keyClick(choose_up, Qt.Key.Key_Home)
    assert not setup.stages.isVisible() and setup.modality.isVisible() and setup.steps.value() == 1200


def test_images_of_another_kind_are_told_before_the_training(own, make, discs, qtbot):
    coarse = Geometry.plain((1, 24, 20), (3.0, 9.0, 9.0))
    for file in (discs / "case0").rglob("*.nii.gz"):
        write_nifti(np.ones((1, 24, 20), np.uint8), coarse, file, overwrite=True)
    link = make()
    drop(link.tab, discs)
    qtbot.waitUntil(lambda: link.data.complete, timeout=LIMIT_MS)
    choose_base(link, "tiny 1")
    click(link.tab.setup.stages.buttons["adapt"])
    say_who(link, "same")
    assert not link.tab.setup.start.isEnabled()
    assert "case0 has 9 x 9 mm pixels and tiny learned from 2 x 2 mm" in link.tab.setup.trouble.text()
    while link.tab.data.table.cases.parts["case0"] != "out":
        click_part(link, 0)
    assert link.tab.setup.start.isEnabled()


def test_adding_a_rater_needs_a_new_one(own, link):
    choose_base(link, "tiny 1")
    setup = link.tab.setup
    say_who(link, "same")
    assert setup.raters.text() == "Known: anna, ben, cleo."
    assert not setup.start.isEnabled() and "there is none to add" in setup.trouble.text()
    click(setup.stages.buttons["adapt"])
    assert setup.start.isEnabled() and not setup.trouble.isVisible()


def test_equal_names_are_not_one_person_until_somebody_says_so(own, link):
    choose_base(link, "tiny 1")
    setup = link.tab.setup
    click(setup.stages.buttons["adapt"])
    assert not setup.start.isEnabled() and "anna, ben and cleo are the same as in the base" in setup.trouble.text()
    assert link.setup.plan().people is None
    dialog = say_who(link, "others", ben="cleo")  # this ben is the model's cleo; the other two are new
    assert [box.currentText() for box in dialog.choices.values()] == ["Somebody new", "cleo", "Somebody new"]
    assert setup.start.isEnabled() and setup.raters.text() == "Known: ben (its cleo). New: anna, cleo."
    assert link.setup.plan().people == {"anna": None, "ben": "cleo", "cleo": None}
    click(setup.stages.buttons["rater"])  # what was said stays said
    assert setup.start.isEnabled() and "Only the new ones learn" in setup.raters.text()


def test_two_people_cannot_be_one_rater(own, link):
    choose_base(link, "tiny 1")
    click(link.tab.setup.who)
    dialog = link.dialogs[-1]
    dialog.open()
    assert not dialog.done_button.isEnabled() and not dialog.trouble.isVisible()  # nobody was spoken of yet
    click(dialog.same)
    assert dialog.done_button.isEnabled()
    dialog.choices["ben"].setCurrentIndex(dialog.choices["ben"].findData("anna"))
    assert not dialog.done_button.isEnabled() and "anna: two people cannot be" in dialog.trouble.text()
    dialog.reject()
    assert link.setup.plan().people is None


def test_choices_are_folded_away_and_in_the_plan(link):
    advanced = link.tab.setup.advanced
    assert not advanced.content.isVisible() and advanced.fold.text() == "Advanced: as shipped"
    assert link.setup.plan().network == Network()
    QTest.mouseClick(advanced.fold, Qt.MouseButton.LeftButton)
    boxes = advanced.boxes
    assert advanced.content.isVisible() and all(box.isVisible() for box in boxes.values())
    boxes["method"].setFocus()
    QTest.keyClick(boxes["method"], Qt.Key.Key_End)
    assert boxes["method"].currentData() == METHODS[-1].name and not boxes["conditioning"].isEnabled()
    QTest.keyClick(boxes["method"], Qt.Key.Key_Home)
    boxes["conditioning"].setFocus()
    QTest.keyClick(boxes["conditioning"], Qt.Key.Key_Down)
    QTest.keyClick(boxes["precision"], Qt.Key.Key_Down)
    advanced.patience.setValue(3)
    assert advanced.fold.text() == "Advanced: 3 changed"
    assert link.setup.plan().network == Network(options={"conditioning": "matrix"}, precision="bf16-mixed", patience=3)
    QTest.keyClick(boxes["backbone"], Qt.Key.Key_Down)
    assert not link.tab.setup.start.isEnabled() and "ResNet-18's weights" in link.tab.setup.trouble.text()
    advanced.set_weights("/somewhere/resnet18.safetensors")
    assert link.tab.setup.start.isEnabled()
    assert link.setup.plan().network.encoder_weights == "/somewhere/resnet18.safetensors"
    click(advanced.reset)
    assert link.setup.plan().network == Network() and advanced.fold.text() == "Advanced: as shipped"


def test_of_a_base_the_network_stays_and_patience_is_its_own(own, link):
    advanced = link.tab.setup.advanced
    QTest.mouseClick(advanced.fold, Qt.MouseButton.LeftButton)
    advanced.boxes["conditioning"].setCurrentIndex(1)
    choose_base(link, "tiny 1")
    assert [name for name, box in advanced.boxes.items() if box.isEnabled()] == ["precision"]
    assert advanced.patience.value() == 4 and link.setup.plan().network == Network()
    advanced.patience.setValue(0)
    assert link.setup.plan().network == Network(patience=0)


def test_a_part_set_aside_is_judged_once_and_a_report_written(link, qtbot, tmp_path):
    tab = link.tab
    while link.data.parts["case2"] != "test":
        click_part(link, 2)
    assert "1 patient, set aside" in tab.setup.test.text()
    begin(link, steps=4)
    assert link.training.plan.test == ("case2",) and "case2" not in link.training.plan.train
    until(link, qtbot, "finished")
    assert tab.result.test.isVisible() and "1 case is set aside" in tab.result.tested.text()
    click(tab.result.test)
    answer(link.dialogs[-1], "Cancel")
    assert tab.result.test.isVisible() and "test" not in read_card(link.training.bundle).metrics
    click(tab.result.test)
    answer(link.dialogs[-1], "Judge")
    assert not tab.result.accept.isEnabled()
    qtbot.waitUntil(lambda: "judged once" in tab.result.tested.text(), timeout=30_000)
    assert link.failures == [] and not tab.result.test.isVisible() and tab.result.accept.isEnabled()
    test = read_card(link.training.bundle).metrics["test"]
    assert test["n_cases"] == 1 and test["seen_in_training"] == 0 and set(test["dice_identity"]) == {"rater1", "rater2"}

    qtbot.waitUntil(lambda: all(p.thumbnail is not None for p in tab.strip.pictures.values()), timeout=LIMIT_MS)
    dialogs = len(link.dialogs)
    click(tab.result.report)
    wait(lambda: len(link.dialogs) > dialogs)
    link.dialogs[-1].fileSelected.emit(str(tmp_path / "out" / "report.html"))
    wait(lambda: not link.jobs.busy("report"))
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Test, judged once" in page and page.count("data:image/png") == len(link.training.plan.val)
    assert "anna" not in page and "case2" not in page  # the card's names only
    assert (tmp_path / "out" / "report.csv").is_file() and "Wrote report.html and report.csv" in link.notices[-1]

    click(tab.result.accept)
    wait(lambda: link.training is None and not link.jobs.busy("library"))
    library = tab.library
    library.list.setCurrentRow([m.card.name for m in link.library.models].index("discs-1"))
    assert "Test part: Dice" in library.detail.text()
    dialogs = len(link.dialogs)
    click(library.report)
    wait(lambda: len(link.dialogs) > dialogs)
    link.dialogs[-1].fileSelected.emit(str(tmp_path / "again.html"))
    wait(lambda: not link.jobs.busy("report"))
    assert "<svg" in (tmp_path / "again.html").read_text()  # the log went with the model
    dialogs = len(link.dialogs)
    click(library.report)
    wait(lambda: len(link.dialogs) > dialogs)
    link.dialogs[-1].fileSelected.emit(str(tmp_path / "missing" / "\0"))
    wait(lambda: link.failures)
    assert link.failures


def test_notes_and_author_are_kept_with_a_model(own, make):
    link = make()
    library = link.tab.library
    assert library.chosen().card.name == "tiny"
    click(library.notes)
    dialog = link.dialogs[-1]
    dialog.open()
    QTest.keyClicks(dialog.author, "A. Physicist")
    QTest.keyClicks(dialog.notes, "Discs only.")
    click(dialog.save)
    wait(lambda: not link.jobs.busy("library"))
    card = read_card(own / "tiny")
    assert (card.author, card.notes) == ("A. Physicist", "Discs only.")
    assert "By A. Physicist" in library.detail.text() and "Discs only." in library.detail.text()
    library.list.setFocus()
    QTest.keyClick(library.list, Qt.Key.Key_Down)
    assert library.chosen().shipped and not library.notes.isVisible()  # what is shipped stays as it was shipped


def test_try_in_review_opens_a_validation_case_whatever_is_open(link, qtbot):
    link.data.open_case("case1")
    qtbot.waitUntil(lambda: link.controller.desk.study is not None, timeout=LIMIT_MS)
    begin(link, steps=2)
    until(link, qtbot, "finished")
    first = link.training.plan.val[0]
    click(link.tab.result.attempt)
    qtbot.waitUntil(lambda: link.controller.desk.study.name == first and link.controller.desk.review is not None,
                    timeout=LIMIT_MS)  # fmt: skip
    assert link.controller.desk.review.bundle.card.name == "discs-1"
    link.controller.jobs.cancel("sweep")


def test_models_that_do_not_fit_are_greyed_with_the_reason(own, discs, make, qtbot):
    for folder in discs.glob("case*"):
        (folder / "images").mkdir()
        (folder / "image.nii.gz").rename(folder / "images" / "a.nii.gz")
        (folder / "images" / "b.nii.gz").write_bytes((folder / "images" / "a.nii.gz").read_bytes())
    link = make()
    drop(link.tab, discs)
    qtbot.waitUntil(lambda: link.data.complete, timeout=LIMIT_MS)
    base = link.tab.setup.base
    entries = [base.model().item(i) for i in range(base.count())]
    assert entries[0].isEnabled() and not any(entry.isEnabled() for entry in entries[1:])
    assert "takes 1 channels and the data have 2" in entries[1].toolTip()


def test_using_another_model_leaves_a_way_back(own, make, qtbot):
    link = make()
    library = link.tab.library
    assert not library.back.isVisible()
    click(library.activate)
    assert link.controller.display.view.settings.model == str(own / "tiny") and not library.back.isVisible()
    library.list.setFocus()
    QTest.keyClick(library.list, Qt.Key.Key_Down)
    shipped = library.chosen()
    click(library.activate)
    assert library.back.text().startswith("Roll back to tiny 1")
    click(library.back)
    assert link.controller.display.view.settings.model == str(own / "tiny")
    assert library.back.text().startswith(f"Roll back to {shipped.card.name}")
    assert "Back to tiny 1" in link.notices


def test_two_models_are_compared_by_their_cards_or_judged_on_the_same_cases(own, link, qtbot):
    library = link.tab.library
    click(library.compare)
    dialog = link.dialogs[-1]
    dialog.open()
    assert [m.card.name for m in dialog.models()][1] == "tiny"
    qtbot.waitUntil(lambda: not dialog.bar.isVisible(), timeout=LIMIT_MS)
    assert "was not judged on any case" in dialog.alike.text() and dialog.chart.rows == ()
    left = dialog.pickers[0]
    left.setFocus()
    QTest.keyClick(left, Qt.Key.Key_Home)
    assert not dialog.judge.isEnabled() or dialog.models()[0] is not dialog.models()[1]
    QTest.keyClick(left, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: dialog.judge.isEnabled(), timeout=LIMIT_MS)
    click(dialog.judge)
    qtbot.waitUntil(lambda: bool(dialog.chart.rows), timeout=LIMIT_MS)
    rows = {row.name: row for row in dialog.chart.rows}
    assert set(rows) == {"anna", "ben"}  # cleo drew none of these cases, and the left model's raters neither
    assert rows["anna"].before is None and rows["anna"].after is not None
    assert "is known to both models" in dialog.trouble.text() and dialog.trouble.isVisible()
    assert dialog.cells["ged2"][1].text() not in ("", "–")
    dialog.close()


@pytest.fixture
def trained(make, discs, tmp_path, qtbot):
    """One's own model "first" of anna and ben, trained for two steps on the cases that can be read."""
    import json

    from proseg_gui.cli import main

    split = {"train": ["case1", "case2"], "val": ["case3"]}
    (tmp_path / "split.json").write_text(json.dumps(split))
    hidden = list(discs.glob("case*/masks/cleo.nii.gz"))
    for file in hidden:
        file.rename(file.with_suffix(".kept"))
    out = tmp_path / "home" / "models" / "first"
    arguments = ["train", str(discs), "--out", str(out), "--split", str(tmp_path / "split.json"), "--steps", "2"]
    assert main([*arguments, "--modality", "MR", "--keep-names"]) == 0
    for file in hidden:
        file.with_suffix(".kept").rename(file)
    link = make()
    drop(link.tab, discs)
    qtbot.waitUntil(lambda: link.data.complete, timeout=LIMIT_MS)
    return link


def test_a_rater_is_added_to_a_model_that_stays_as_it_is(trained, qtbot):
    link, tab = trained, trained.tab
    before = {file.name: file.read_bytes() for file in (link.models / "first").iterdir()}
    click(tab.data.resample)  # with a case that is put on its image's grid
    qtbot.waitUntil(lambda: state_of(link, "case4", "anna") == "resampled", timeout=LIMIT_MS)
    while link.data.parts["case3"] != "val":  # somebody has to judge the new rater
        click_part(link, 3)
    choose_base(link, "first")
    say_who(link, "same")
    assert tab.setup.raters.text() == "Known: anna, ben. New: cleo. Only the new ones learn."
    begin(link, steps=6)
    until(link, qtbot, "finished")
    assert tab.result.title.full_text() == "4 · BEFORE AND AFTER"
    rows = {row.name: row for row in tab.result.chart.rows}
    assert list(rows) == ["anna", "ben", "cleo"] and rows["cleo"].new
    assert rows["cleo"].after is not None and rows["anna"].difference == 0.0
    assert "unchanged, exactly" in tab.result.verdict.text()
    assert [curve.name for curve in tab.run.dice.curves] == ["wrong rater", "anna", "ben", "cleo", "mean"]
    assert {"human_majority", "dice_soft", "ged2"} <= {
        key for key, (line, _) in tab.result.figures.lines.items() if line.isVisible()
    }
    click(tab.result.accept)
    wait(lambda: link.training is None and not link.jobs.busy("library"))
    assert link.failures == []
    card = load_bundle(link.models / "first-rater-1").card
    assert card.training["stage"] == "rater" and card.training["resampled_cases"] == 1
    assert before == {file.name: file.read_bytes() for file in (link.models / "first").iterdir()}
    tab.library.list.setCurrentRow([m.card.name for m in link.library.models].index("first-rater-1"))
    assert "Made from first" in tab.library.detail.text() and "(add a rater)" in tab.library.detail.text()


def test_the_accepted_readings_of_the_project_train_a_new_rater_whose_preset_is_in_review(
    own, make, discs, qtbot, tmp_path
):
    """Accept cases as a new person, one click for the data, add that person to a model, see the preset."""
    from proseg_gui.io.open import open_study
    from proseg_gui.review.edits import Bricks
    from proseg_gui.review.keeper import open_keeper
    from proseg_gui.review.state import WorkItem

    on(None)  # what follows was done in Review before
    keeper = open_keeper(tmp_path / "work.project")
    keeper.set_person("dora")
    for number in (0, 1, 2, 3):
        place = discs / f"case{number}"
        case = keeper.open(open_study(place), WorkItem(str(number), place, place.name))
        anna = next(reading for reading in case.study.readings if reading.rater == "anna")
        case.document.accept("lesion", Bricks.of(anna.mask.array), how="by hand")
    link = make()
    link.data._opener.keeper = keeper
    try:
        click(link.tab.data.project)
        wait(lambda: link.data.complete or link.failures)
        assert link.failures == []
        assert link.data.arranged.dataset.raters == ("dora",) and len(link.data.rows) == 4
        choose_base(link, "tiny 1")
        say_who(link, "others")
        assert link.tab.setup.raters.text().startswith("New: dora.")
        while link.data.parts["case3"] != "val":
            click_part(link, 3)
        begin(link, steps=6)
        until(link, qtbot, "finished")
        click(link.tab.result.accept)
        wait(lambda: link.training is None and not link.jobs.busy("library"))
        assert link.failures == []
        newest = next(m for m in link.library.models if m.card.training.get("stage") == "rater")
        assert link.tab.library.chosen() == newest and link.tab.library.activate.isEnabled()  # one click away
        bundle = load_bundle(newest.folder)
        assert len(bundle.card.raters) == 4
        from proseg_gui.bundle import local_names
        from proseg_gui.review.session import begin_review

        review = begin_review(open_study(discs / "case0", contours=False), bundle, "cpu")
        alias = local_names(bundle.card)["dora"]
        assert alias in review.engine.raters and review.sliders.rater_point(alias)["tau"]
    finally:
        keeper.close()


def test_who_draws_in_a_new_way_is_led_to_adding_a_rater(own, make, discs, qtbot, tmp_path):
    from proseg_gui.io.open import open_study
    from proseg_gui.review.edits import Bricks
    from proseg_gui.review.keeper import open_keeper
    from proseg_gui.review.state import WorkItem

    on(None)
    keeper = open_keeper(tmp_path / "work.project")
    link = make()
    link.data._opener.keeper = keeper
    base = next(m.folder for m in link.library.models if m.card.name.startswith("tiny"))
    try:
        link.add_rater(base)
        wait(lambda: link.failures)
        assert "accepted" in str(link.failures.pop()), "nothing was accepted yet, and that is said"
        keeper.set_person("dora")
        for number in (0, 1):
            place = discs / f"case{number}"
            case = keeper.open(open_study(place), WorkItem(str(number), place, place.name))
            anna = next(reading for reading in case.study.readings if reading.rater == "anna")
            case.document.accept("lesion", Bricks.of(anna.mask.array), how="by hand")
        link.add_rater(base)
        wait(lambda: link.data.complete or link.failures)
        assert link.failures == []
        given = link.tab.setup.setup()
        assert (given.init, given.stage) == (str(base), "rater")
        link.data.choose_project()
        wait(lambda: link.data.complete)
        link.tab.setup.choose_start("", "full")
        link.data.choose_project()
        wait(lambda: link.data.complete)
        assert link.tab.setup.setup().init == "", "what was wanted once is not wanted again"
    finally:
        keeper.close()
