"""Every panel at the widths of a dock: no word is cut, nothing sticks out or overlaps, no control is dead."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QComboBox, QLabel, QWidget

from proseg_gui.gui.panels.ambiguity import AmbiguityPanel
from proseg_gui.gui.panels.column import PanelColumn
from proseg_gui.gui.panels.measurements import MeasurementsPanel
from proseg_gui.gui.panels.model import (
    MAPS,
    Measure,
    PreferenceState,
    RememberedItem,
    ShowState,
    StructureRow,
    WorkRow,
)
from proseg_gui.gui.panels.preference import PreferencePanel
from proseg_gui.gui.panels.show import ShowPanel
from proseg_gui.gui.panels.structures import StructuresPanel
from proseg_gui.gui.panels.uncertainty import UncertaintyPanel
from proseg_gui.gui.panels.widgets import AdaptiveLabel
from proseg_gui.gui.panels.worklist import WorklistPanel

FOUR = ("generous", "tight", "smooth", "no_lobe")
WIDTHS = pytest.mark.parametrize("width", [260, 290, 320])
COLOURS = {"inter": "#4e79a7", "intra": "#76b7b2", "ambiguity": "#f28e2b", "residual": "#79706e"}


def right_panels(kit, names) -> list[QWidget]:
    preference, ambiguity, uncertainty = PreferencePanel(), AmbiguityPanel(), UncertaintyPanel()
    weights = tuple([0.5] + [0.5 / (len(names) - 1)] * (len(names) - 1))
    preference.set_raters(kit.raters(names))
    preference.set_axes(kit.axes(min(7, len(names) - 1)))
    preference.set_state(PreferenceState(active=names[0], weights=weights, sample_rater=names[0]))
    ambiguity.set_axes(kit.axes(5))
    ambiguity.set_remembered([RememberedItem(f"s{i}", 14.2 + i, kit.thumbnail(i), i == 1) for i in range(4)])
    uncertainty.set_colours(COLOURS)
    uncertainty.set_shares({"inter": 0.38, "intra": 0.09, "ambiguity": 0.41, "residual": 0.12})
    uncertainty.set_available(frozenset(part.key for part in MAPS))
    uncertainty.set_map("total", "variance", 0.6, 0.1)
    return [preference, ambiguity, uncertainty]


def left_panels(kit, names) -> list[QWidget]:
    worklist, structures, show, measurements = WorklistPanel(), StructuresPanel(), ShowPanel(), MeasurementsPanel()
    worklist.set_items([WorkRow(i, f"case {i} of the long study of 2019", doubt=i / 4) for i in range(4)])
    structures.set_structures(
        [StructureRow("Lesion", "#ffd166", current=True), StructureRow("Oedema around the lesion, and more", "#70a0f0")]
    )
    show.set_raters(kit.raters(names))
    show.set_references(kit.raters(names))
    show.set_show(ShowState(raters=frozenset(names[:1])))
    measurements.set_rows([Measure("95 % of readings", "11.8 – 18.0 ml"), Measure("Longest diameter", "31.2 mm")])
    measurements.set_references(list(names), names[0])
    measurements.set_dice("0.87")
    return [worklist, structures, show, measurements]


@pytest.fixture(params=["right", "left"])
def panels(request, kit):
    return lambda names: (right_panels if request.param == "right" else left_panels)(kit, names)


def place(widget: QWidget, column: PanelColumn) -> QRect:
    return QRect(widget.mapTo(column.widget(), widget.rect().topLeft()), widget.size())


def visible_children(column: PanelColumn) -> list[QWidget]:
    return [child for child in column.widget().findChildren(QWidget) if child.isVisible()]


@WIDTHS
@pytest.mark.parametrize("crowd", ["four", "nine"])
def test_no_word_is_cut_and_nothing_sticks_out(dark, shown, kit, panels, width, crowd):
    column = PanelColumn(*panels(FOUR if crowd == "four" else kit.long_names))
    shown(column, width, 700)
    inside = QRect(0, 0, column.viewport().width(), column.widget().height())
    assert column.widget().width() <= column.viewport().width()
    for child in visible_children(column):
        if child.parentWidget().objectName().startswith("qt_scrollarea"):
            continue
        assert inside.contains(place(child, column)), f"{child} sticks out"
        if isinstance(child, AdaptiveLabel):
            if child.property("role") == "header":
                assert child.text() == child.full_text(), "a heading is cut"
            assert child.fontMetrics().horizontalAdvance(child.text()) <= child.width()
        elif isinstance(child, QLabel) and not child.wordWrap() and child.text():
            assert child.fontMetrics().horizontalAdvance(child.text()) <= child.width(), child.text()
        elif isinstance(child, QLabel) and child.text():
            assert child.height() >= child.heightForWidth(child.width()), child.text()


@WIDTHS
@pytest.mark.parametrize("crowd", ["four", "nine"])
def test_no_two_controls_overlap(dark, shown, kit, panels, width, crowd):
    column = PanelColumn(*panels(FOUR if crowd == "four" else kit.long_names))
    shown(column, width, 700)
    controls = [
        child for child in visible_children(column) if isinstance(child, QAbstractButton | QAbstractSlider | QComboBox)
    ]
    controls = [c for c in controls if c.parentWidget().metaObject().className() != "QComboBoxPrivateScroller"]
    boxes = [(each, place(each, column)) for each in controls if each.width() > 1]
    for i, (a, box) in enumerate(boxes):
        for b, other in boxes[:i]:
            assert not box.intersects(other), f"{a} over {b}"


def test_the_right_column_needs_little_scrolling_on_a_small_screen(dark, shown, kit):
    """A 1366 x 768 screen leaves about 640 pixels for the panels."""
    column = PanelColumn(*right_panels(kit, FOUR))
    shown(column, 290, 640)
    assert column.verticalScrollBar().maximum() <= 90
    assert column.horizontalScrollBar().maximum() == 0


def test_colours_of_the_theme_change_every_panel(dark, shown, kit, panels):
    from proseg_gui.gui import theme

    column = PanelColumn(*panels(FOUR))
    shown(column, 290, 640)
    before = column.grab().toImage()
    theme.apply_theme(dark, "light")
    QApplication.processEvents()
    after = column.grab().toImage()
    assert before.pixelColor(4, 4).lightness() < 80 < 200 < after.pixelColor(4, 4).lightness()


def test_no_button_is_dead(dark, shown, kit, panels, qtbot):
    """Each enabled button makes its panel say something, unfolds something, or opens a menu."""
    for panel in panels(FOUR):
        shown(panel, 290, 400)
        buttons = [
            each
            for each in panel.findChildren(QAbstractButton)
            if each.isVisible() and each.isEnabled() and not each.objectName().startswith("qt_")
        ]
        said = kit.Recorder(panel)
        for each in buttons:
            calls, picture = len(said.calls), panel.grab().toImage()
            QTest.mouseClick(each, Qt.MouseButton.LeftButton, pos=each.rect().topLeft() + each.rect().center() / 8)
            QApplication.processEvents()
            menu = QApplication.activePopupWidget()
            alive = len(said.calls) > calls or menu is not None or panel.grab().toImage() != picture
            if menu is not None:
                menu.close()
            assert alive, f"{each} ({each.text()!r}) of {type(panel).__name__} does nothing"


def test_everything_can_be_reached_and_is_named(dark, shown, kit, panels):
    """Every control takes the focus by Tab and tells assistive tools what it is."""
    for panel in panels(FOUR):
        shown(panel, 290, 400)
        for each in panel.findChildren(QWidget):
            if not each.isVisible() or not isinstance(each, QAbstractButton | QAbstractSlider | QComboBox):
                continue
            if type(each).__name__ in ("QScrollBar",) or each.objectName().startswith("qt_"):
                continue
            group = each.group() if isinstance(each, QAbstractButton) else None
            stop = group.checkedButton() if group is not None and group.exclusive() else each  # arrows do the rest
            assert stop.focusPolicy() & Qt.FocusPolicy.TabFocus, each
            name = each.accessibleName() or (each.text() if isinstance(each, QAbstractButton) else "")
            assert name, f"{each} of {type(panel).__name__} has no name"
