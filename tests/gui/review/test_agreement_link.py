"""Agreement with given masks in the real window: opened by a click, right in its figures, live with the contour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from proseg_gui.gui.dialogs.agreement_dialog import FIGURES
from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.metrics.overlap import dice
from proseg_gui.review.case import OpenedCase

LIMIT_MS = 60_000


def click(widget):
    assert widget.isVisible() and widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.fixture
def opened(reviewed, qtbot):
    """The window with the dialog open and all measured."""
    button = reviewed.measurements.details
    reviewed.docks["cases"].widget().ensureWidgetVisible(button)
    click(button)
    reviewed.dialog = reviewed.agreement.dialog
    qtbot.waitUntil(lambda: done(reviewed), timeout=LIMIT_MS)
    yield reviewed
    reviewed.dialog.close()


def done(window):
    dialog = window.dialog
    return dialog.presets.rowCount() == 3 and not dialog.bar.isVisible() and "…" not in dialog.text()


def cells(table, row):
    return [table.item(row, column).text() for column in range(table.columnCount())]


def expected(window, point):
    review = window.controller.desk.review
    mask = review.mask(point, 0, CancelToken(), no_progress).array
    return [f"{dice(mask, reading.mask.array):.3f}" for reading in review.study.readings]


def test_every_preset_and_the_current_contour_stand_against_every_reading(opened):
    dialog, review = opened.dialog, opened.controller.desk.review
    assert [dialog.current.verticalHeaderItem(r).text() for r in range(4)] == ["anna", "ben", "majority", "STAPLE"]
    assert [cells(dialog.current, r)[0] for r in range(2)] == expected(opened, opened.controller.latents.point)
    for row, rater in enumerate(("anna", "ben", "cleo")):
        assert cells(dialog.presets, row)[:2] == expected(opened, review.sliders.rater_point(rater))
    bold = [(r, c) for r in range(3) for c in range(4) if dialog.presets.item(r, c).font().bold()]
    assert bold == [(0, 0), (1, 1)]  # cleo drew nothing here
    assert "lesion" in dialog.about.text() and "2 mm" in dialog.about.text()


def test_the_figures_follow_the_contour(opened, qtbot):
    dialog, controller = opened.dialog, opened.controller
    before = cells(dialog.current, 0)
    controller.latents.move_axis(controller.desk.axes.ambiguity[0], 2.5)
    qtbot.waitUntil(lambda: cells(dialog.current, 0) != before and done(opened), timeout=LIMIT_MS)
    assert [cells(dialog.current, r)[0] for r in range(2)] == expected(opened, controller.latents.point)


def test_another_figure_is_chosen_and_both_tables_are_copied(opened):
    dialog = opened.dialog
    dialog.figure.setFocus()
    QTest.keyClick(dialog.figure, Qt.Key.Key_End)
    assert dialog.figure.currentText() == "Volume (ml)"
    volumes = [cell for row in range(3) for cell in cells(dialog.presets, row)]
    assert all(cell == "0" or cell[0] in "+−" for cell in volumes)
    click(dialog.copy)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[1].split("\t") == ["", *(title for _, title, _, _ in FIGURES)]
    assert lines[2].split("\t") == ["anna", *cells(dialog.current, 0)] and "Presets: Volume (ml)" in lines


def test_nothing_is_offered_without_given_masks(window, tiny_bundle, qtbot):
    from proseg_gui.bundle import load_bundle
    from proseg_gui.review.session import begin_review

    from ..conftest import small_study

    study = replace(small_study(), readings=())
    window.controller.desk.show(OpenedCase.fresh(study))
    with qtbot.waitSignal(window.controller.settled, timeout=LIMIT_MS):
        window.controller.desk.begin(begin_review(study, load_bundle(tiny_bundle), "cpu"))
    assert not window.measurements.details.isVisible() and not window.agreement.possible
    window.agreement.open()
    assert window.agreement.dialog is None


def test_it_closes_with_the_case_and_measures_only_while_open(opened, qtbot):
    dialog, controller = opened.dialog, opened.controller
    text = dialog.text()
    dialog.close()
    with qtbot.waitSignal(controller.settled, timeout=LIMIT_MS):
        controller.latents.choose_rater("ben")
    assert dialog.text() == text and not controller.jobs.busy("agreement")
    opened.agreement.open()
    qtbot.waitUntil(lambda: done(opened), timeout=LIMIT_MS)
    controller.desk.show(OpenedCase.fresh(controller.desk.study))
    assert not dialog.isVisible()
