"""The worklist measures its cases while nobody works, and stops at once when a hand does anything."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.review import list_doubt
from proseg_gui.gui.review.list_doubt import LANE

from ..conftest import SETTLE_MS

SHORT_MS = 60


@pytest.fixture
def listed(window, qtbot, scans, tiny_bundle):
    """Three cases and one that no program can read, the first open under the tiny model; nothing measured yet."""
    damaged = scans[0].parent.parent / "case4" / "image.nii.gz"
    damaged.parent.mkdir()
    damaged.write_bytes(b"no image at all")
    window.list_doubt._pause.setInterval(10_000_000)
    window.opener.use_model(str(tiny_bundle))
    from proseg_gui.io.open import find_inputs

    cases = [c for place in [*scans, damaged] for c in find_inputs(place)]
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        window.opener.open_cases(cases)
    return window


def let_go(window, ms: int = SHORT_MS) -> None:
    """Nobody has worked for long enough."""
    window.list_doubt._pause.setInterval(ms)
    window.list_doubt.stop()


def doubts(window) -> dict[str, float | None]:
    model = window.opener.worklist.model
    return {item.path.parent.name: item.doubt_by(model) for item in window.opener.worklist.items}


def wait_until_all(window, qtbot) -> None:
    worklist, jobs = window.opener.worklist, window.controller.jobs
    qtbot.waitUntil(lambda: worklist.to_measure() is None and not jobs.busy(LANE), timeout=SETTLE_MS)


def test_every_case_is_measured_and_the_most_doubtful_come_first(listed, qtbot) -> None:
    before = doubts(listed)
    assert before["case1"] is not None and before["case2"] is before["case3"] is None
    let_go(listed)
    wait_until_all(listed, qtbot)
    found = doubts(listed)
    assert found["case4"] is None and all(found[name] is not None for name in ("case1", "case2", "case3"))
    order = [item.path.parent.name for item in listed.opener.worklist.items]
    assert order == [*sorted(("case1", "case2", "case3"), key=lambda name: -found[name]), "case4"]
    rows = listed.worklist_panel._rows
    assert rows[-1].detail == "it is named NIfTI but is none, or is cut short", "the row says why"
    assert rows[0].doubt == 1.0 and rows[0].detail.endswith("in doubt")
    assert listed.failures == [], "no dialog for a case that nobody opened"
    # A and D walk what is seen, and a case that is then opened shows the figure that it had.
    at = order.index("case1")
    step, key = (1, Qt.Key.Key_D) if at == 0 else (-1, Qt.Key.Key_A)
    listed.scene.scan.setFocus()
    with qtbot.waitSignal(listed.controller.settled, timeout=SETTLE_MS):
        QTest.keyClick(listed, key)
    assert listed.opener.worklist.current.path.parent.name == order[at + step]
    assert listed.controller.desk.doubt_ml() == pytest.approx(found[order[at + step]])


def test_figures_are_kept_and_another_model_has_its_own(listed, qtbot, tmp_path) -> None:
    let_go(listed)
    wait_until_all(listed, qtbot)
    found, model = doubts(listed), listed.opener.worklist.model
    known = listed.opener.keeper.known(listed.opener.worklist.items)
    assert {item.path.parent.name: item.doubt_by(model) for item in known} == found
    listed.list_doubt._pause.setInterval(10_000_000)
    listed.opener.compare_by("hash of another")
    assert set(doubts(listed).values()) == {None} and all(row.doubt is None for row in listed.worklist_panel._rows)
    listed.opener.compare_by(model)
    assert doubts(listed) == found


@pytest.mark.parametrize("hand", ["key", "mouse", "wheel", "another case"])
def test_it_stops_at_once_when_somebody_works(listed, qtbot, monkeypatch, hand) -> None:
    began, seen = threading.Event(), []

    def slow(item, keeper, bundle, device, token, *, exhaustive):
        began.set()
        while not token.cancelled:
            threading.Event().wait(0.002)
        seen.append(item.path.parent.name)
        token.check()

    monkeypatch.setattr(list_doubt, "measure_doubt", slow)
    let_go(listed)
    qtbot.waitUntil(began.is_set, timeout=SETTLE_MS)
    assert [row.detail for row in listed.worklist_panel._rows].count("being measured") == 1
    pane = listed.scene.scan
    listed.list_doubt._pause.setInterval(10_000_000)
    if hand == "key":
        QTest.keyClick(listed.windowHandle(), Qt.Key.Key_Shift)
    elif hand == "mouse":
        place = pane.mapTo(listed, pane.rect().center())
        QTest.mouseClick(listed.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    elif hand == "wheel":
        from PySide6.QtCore import QPoint, QPointF
        from PySide6.QtGui import QWheelEvent
        from PySide6.QtWidgets import QApplication

        middle = QPointF(pane.mapTo(listed, pane.rect().center()))
        QApplication.sendEvent(listed.windowHandle(), QWheelEvent(
            middle, listed.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        ))  # fmt: skip
    else:
        listed.opener.open_neighbour(1)
    assert not listed.controller.jobs.busy(LANE), "cancelled before the event was dealt with"
    qtbot.waitUntil(lambda: len(seen) == 1, timeout=2000)
    qtbot.waitUntil(lambda: not listed.controller.jobs.busy("open"), timeout=SETTLE_MS)
    qtbot.waitUntil(lambda: all(row.detail != "being measured" for row in listed.worklist_panel._rows), timeout=2000)
    assert listed.failures == []


def test_it_waits_while_anything_else_is_being_worked_out(listed, qtbot, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(list_doubt, "measure_doubt", lambda item, *_, **__: asked.append(item.key) or ("", 1.0))
    go_on = threading.Event()
    listed.controller.jobs.start("sweep", lambda token, progress: go_on.wait(20), title="", done=lambda _x: None,
                                 failed=lambda _e: None)  # fmt: skip
    let_go(listed, 20)
    qtbot.wait(120)
    assert asked == []
    go_on.set()
    qtbot.waitUntil(lambda: len(asked) == 3, timeout=SETTLE_MS)
    assert len(set(asked)) == 3


def test_what_is_no_fault_of_the_files_is_no_dialog_either(listed, qtbot, monkeypatch) -> None:
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(list_doubt, "measure_doubt", broken)
    let_go(listed)
    wait_until_all(listed, qtbot)
    assert listed.failures == []
    assert [row.detail for row in listed.worklist_panel._rows].count("it could not be measured") == 3
