"""The tour: begins with the demo's command once, stops nobody, can be skipped, and comes again from the Help menu."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.dialogs.tour_card import TourCard

LEFT = Qt.MouseButton.LeftButton


def test_the_tour_goes_through_its_steps_beside_what_they_are_about(reviewed, qtbot):
    reviewed.menus.give("tour")
    card, seen = reviewed.tour.card, []
    for number in range(6):
        assert card.isVisible() and reviewed.rect().contains(card.geometry())
        assert card.count.text() == f"Tour, {number + 1} of 6"
        seen.append(card.title.text())
        settings = reviewed.controller.display.view.settings
        QTest.keyClick(reviewed.scene.scan, Qt.Key.Key_U)  # nobody is stopped from working
        assert reviewed.controller.display.view.settings.show_heatmap is not settings.show_heatmap
        QTest.mouseClick(card.next, LEFT)
    assert len(set(seen)) == 6 and reviewed.tour.card is None
    assert reviewed.controller.display.view.settings.tour_seen


def test_it_comes_by_itself_once_and_can_be_skipped(reviewed, qtbot, monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr(reviewed.opener, "open_demo", lambda: asked.append(1))
    reviewed.menus.give("open_demo")
    assert asked == [1]
    QTest.mouseClick(reviewed.tour.card.next, LEFT)
    QTest.mouseClick(reviewed.tour.card.previous, LEFT)
    assert reviewed.tour.card.count.text() == "Tour, 1 of 6"
    QTest.mouseClick(reviewed.tour.card.skip, LEFT)
    assert not [card for card in reviewed.findChildren(TourCard) if card.isVisible()]
    reviewed.menus.give("open_demo")
    assert reviewed.tour.card is None and asked == [1, 1]
    reviewed.menus.give("tour")
    assert reviewed.tour.card.isVisible()
    reviewed.tour.finish()
