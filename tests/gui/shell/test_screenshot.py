"""A picture without patient data: a planted name is in nothing that the window paints, and comes back afterwards."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from proseg_gui.errors import UserError
from proseg_gui.gui.shell.left_out import DATE, cleaner
from proseg_gui.gui.views import overlay_text
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.state import WorkItem
from tests.gui.conftest import small_study

NAME, DAY = "ZQDOE^JOHN", "2024-11-03"


@pytest.fixture
def painted(monkeypatch, tmp_path):
    """A function that gives every text that a widget hands to a painter."""
    over: list[str] = []
    real = overlay_text._glowing

    def recording(text, *rest):
        over.append(text)
        return real(text, *rest)

    monkeypatch.setattr(overlay_text, "_glowing", recording)

    def texts(widget) -> str:
        over.clear()
        for pane in widget.scene.every_pane:
            pane._labels = type(pane._labels)()  # it keeps what it wrote as a picture
        paper = QSvgGenerator()
        paper.setFileName(str(tmp_path / "painted.svg"))
        paper.setSize(widget.size())
        painter = QPainter(paper)
        widget.render(painter, QPoint())
        painter.end()
        drawn = re.findall(r"<text[^>]*>([^<]*)</text>", (tmp_path / "painted.svg").read_text("utf-8"))
        return "\n".join((*drawn, *over))

    return texts


@pytest.fixture
def planted(window, tmp_path):
    """A case of a patient, in a worklist, with names wherever the window shows any."""
    study = small_study()
    volume = replace(study.image, description=f"T1 {NAME} {DAY}")
    study = replace(
        study, name=NAME, channels={"image": volume}, notices=(f"{NAME}.dcm: a gap between slices, seen on {DAY}",)
    )
    window.opener.worklist.items = tuple(
        WorkItem(key=key, path=tmp_path / f"{key}.nii.gz", name=key, state="in progress", current=key == NAME)
        for key in (NAME, "ZQROE^JANE")
    )
    window.opener.worklist_changed.emit(window.opener.worklist.items)
    window.controller.desk.show(OpenedCase.fresh(study))
    window.status.notice(f"{NAME} was opened")
    return window


def test_the_planted_name_is_painted_but_not_where_patient_data_is_left_out(planted, painted, qtbot):
    qtbot.wait(50)  # until the layout has settled
    before = painted(planted)
    assert "ZQDOE" in before and "ZQROE" in before and DAY in before  # the search finds what is there
    with planted.patient_left_out():
        inside = painted(planted)
    assert "ZQ" not in inside and "DOE" not in inside and "JANE" not in inside and not DATE.search(inside)
    assert (
        "Axial" in before
        and "Axial" in inside
        and "case 1" in inside
        and "a gap between slices" in inside
        and "WORKLIST" in inside
    )
    assert set(painted(planted).split("\n")) == set(before.split("\n"))


def test_the_command_writes_the_picture_in_a_worker_whole(planted, qtbot, tmp_path):
    QTest.keyClick(planted, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    (dialog,) = planted.findChildren(QFileDialog)
    assert "ZQ" not in dialog.selectedFiles()[0]
    file = tmp_path / "picture.png"
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(file))
    dialog.accept()
    qtbot.waitUntil(file.exists)
    written, shown = QImage(str(file)), planted.grab().toImage()
    assert written.size() == shown.size()
    assert written != shown  # the names are in one of them
    qtbot.waitUntil(lambda: "picture.png" in planted.status.currentMessage())
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".png"] == ["picture.png"]
    assert planted.failures == []


def test_a_picture_with_patient_data_is_the_window(planted):
    assert planted.screenshots.take(patient_data=True) == planted.grab().toImage()
    assert planted.screenshots.take(patient_data=False) != planted.grab().toImage()


def test_a_picture_that_cannot_be_written_is_told(planted, qtbot, tmp_path):
    (tmp_path / "file").write_text("no folder")
    picture = planted.screenshots.take(patient_data=False)
    planted.screenshots.save(picture, tmp_path / "file" / "picture.png")
    qtbot.waitUntil(lambda: bool(planted.failures))
    assert isinstance(planted.failures[0], UserError)


def test_names_go_by_their_parts_and_dates_in_any_writing(planted):
    clean = cleaner(planted.controller.desk.study, planted.opener)
    for text in ("zqdoe_t1", "JOHN Q", "3.11.2024", "20241103", "03/11/2024", "2024.11.03"):
        assert not re.search(r"(?i)zqdoe|john|2024", clean(text)), clean(text)
    for text in ("Volume 12.5 ml", "slice 3 / 24", "W 1500  L −600", "10 samples"):
        assert clean(text) == text
