"""Choosing a series and choosing a model."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel

from proseg_gui.gui.dialogs.model_chooser import ModelChooser, ModelItem
from proseg_gui.gui.dialogs.series_chooser import SeriesChooser, SeriesOption

LEFT = Qt.MouseButton.LeftButton
SERIES = (
    SeriesOption("uid1", "CT thorax", "CT", "120 slices", "512 x 512", "0.7 x 0.7 x 1 mm"),
    SeriesOption("uid2", "Scout", "CT", "2 slices", "", "", warning="Two slices only"),
)
MODELS = (
    ModelItem(
        "phantom", "phantom", "1.0", ("generous", "tight"), ("lesion",), "CT", (("identity Dice", "0.91"),), "Demo."
    ),
    ModelItem("brain", "brain_growth", "1.1", ("rater1",), ("white matter",), "MR", current=True),
    ModelItem("bad", "bad", "0", ("x",), ("y",), "CT", trouble="Its weights do not match its card"),
)


def middle(chooser, row):
    return chooser.list.visualItemRect(chooser.list.item(row)).center()


@pytest.fixture
def series(shown) -> SeriesChooser:
    return shown(SeriesChooser(SERIES, "folder"))


def test_the_marked_series_is_opened(series):
    assert series.chosen() == "uid1"
    QTest.mouseClick(series.list.viewport(), LEFT, pos=middle(series, 1))
    QTest.mouseClick(series.open_button, LEFT)
    assert series.result() == SeriesChooser.DialogCode.Accepted
    assert series.chosen() == "uid2"


def test_double_click_and_keys_open_too(series, shown):
    QTest.mouseClick(series.list.viewport(), LEFT, pos=middle(series, 1))
    QTest.mouseDClick(series.list.viewport(), LEFT, pos=middle(series, 1))
    assert (series.result(), series.chosen()) == (SeriesChooser.DialogCode.Accepted, "uid2")
    other = shown(SeriesChooser(SERIES))
    other.list.setFocus()
    QTest.keyClick(other.list, Qt.Key.Key_Down)
    QTest.keyClick(other.list, Qt.Key.Key_Return)
    assert (other.result(), other.chosen()) == (SeriesChooser.DialogCode.Accepted, "uid2")


def test_facts_and_warnings_are_readable_for_all(series):
    text = series.list.item(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text == "Scout, CT · 2 slices, Two slices only"
    assert SERIES[0].facts == "CT · 120 slices · 512 x 512 · 0.7 x 0.7 x 1 mm"
    assert "folder holds 2 images" in series.findChildren(QLabel)[0].text()


def test_a_thumbnail_that_comes_later_is_shown(series, thumbnail):
    before = series.list.viewport().grab().toImage()
    series.set_thumbnail("uid2", thumbnail)
    assert series.list.viewport().grab().toImage() != before
    assert series.list.row_at(1).title == "Scout"
    series.set_thumbnail("gone", thumbnail)
    series.reject()
    assert series.result() == SeriesChooser.DialogCode.Rejected


def test_series_stand_under_their_study_and_what_cannot_be_read_is_passed_by(shown):
    made = [
        SeriesOption("bad", "torn", "", "", "", "", warning="cut short", group="Patient 1 / study A", readable=False),
        SeriesOption("b", "brain", "MR", "3 slices", "", "", group="Patient 2 / study B"),
        SeriesOption("a", "thorax", "CT", "9 slices", "", "", group="Patient 1 / study A"),
    ]
    dialog = shown(SeriesChooser(made, "cd", "Passed over: 2 localisers."))
    texts = [dialog.list.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(dialog.list.count())]
    assert [text.split(",")[0] for text in texts] == [
        "Patient 1 / study A", "torn", "thorax", "Patient 2 / study B", "brain",
    ]  # fmt: skip
    assert dialog.chosen() == "a", "the first that can be read"
    dialog.list.setFocus()
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    assert dialog.chosen() == "b" and dialog.open_button.isEnabled(), "headings are passed by"
    QTest.mouseClick(dialog.list.viewport(), LEFT, pos=middle(dialog, 1))
    assert not dialog.open_button.isEnabled() and "cut short" in texts[1]
    QTest.mouseDClick(dialog.list.viewport(), LEFT, pos=middle(dialog, 1))
    assert dialog.isVisible() and dialog.left_out.text() == "Passed over: 2 localisers."


def test_nothing_to_choose_from_is_a_fault():
    with pytest.raises(ValueError, match="choose"):
        SeriesChooser(())


@pytest.fixture
def models(shown) -> ModelChooser:
    return shown(ModelChooser(MODELS))


def test_the_model_in_use_is_marked_and_another_can_be_taken(models):
    assert models.chosen() == "brain"
    QTest.mouseClick(models.list.viewport(), LEFT, pos=middle(models, 0))
    texts = [label.text() for label in models.detail.currentWidget().findChildren(QLabel)]
    assert {"phantom 1.0", "generous, tight", "0.91", "Demo."} <= set(texts)
    QTest.mouseClick(models.use, LEFT)
    assert (models.result(), models.chosen()) == (ModelChooser.DialogCode.Accepted, "phantom")


def test_a_model_with_trouble_says_so_and_cannot_be_used(models):
    QTest.mouseClick(models.list.viewport(), LEFT, pos=middle(models, 2))
    assert not models.use.isEnabled()
    assert MODELS[2].trouble in [label.text() for label in models.detail.currentWidget().findChildren(QLabel)]
    QTest.mouseDClick(models.list.viewport(), LEFT, pos=middle(models, 2))
    assert models.result() == ModelChooser.DialogCode.Rejected


def test_a_folder_can_be_browsed_for(models, tmp_path):
    QTest.mouseClick(models.browse, LEFT)
    models.findChild(QFileDialog).fileSelected.emit(str(tmp_path))
    assert models.result() == ModelChooser.DialogCode.Accepted
    assert models.chosen() == Path(tmp_path)


def test_without_any_model_only_browsing_is_left(shown):
    chooser = shown(ModelChooser(()))
    assert chooser.chosen() is None
    assert not chooser.use.isEnabled()
    assert not chooser.list.isVisible()
    assert "Browse" in chooser.findChildren(QLabel)[0].text()
