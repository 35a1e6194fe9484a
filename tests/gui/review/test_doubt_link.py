"""What is left in doubt, when to stop, and how far agreement can be trusted, as the window shows it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.inference.calibration import KEY
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.doubts import AGREE, DONE, SETTLED

from ..conftest import SETTLE_MS, small_study


def begin(window, qtbot, tiny_bundle, calibration=None) -> None:
    from proseg_gui.bundle import load_bundle
    from proseg_gui.review.session import begin_review

    bundle, study = load_bundle(tiny_bundle), small_study()
    if calibration is not None:
        bundle = replace(bundle, card=replace(bundle.card, metrics={KEY: calibration}))
    window.controller.desk.show(OpenedCase.fresh(study))
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        window.controller.desk.begin(begin_review(study, bundle, "cpu"))
    assert window.failures == []


def known(window, qtbot) -> None:
    qtbot.waitUntil(lambda: window.controller.desk.doubts.could_change_ml() is not None, timeout=SETTLE_MS)


def test_the_stop_rule_stands_where_regions_are_and_falls_as_they_are_done(reviewed, qtbot) -> None:
    window, doubts = reviewed, reviewed.controller.desk.doubts
    known(window, qtbot)
    first = doubts.could_change_ml()
    assert first > 0 and window.uncertainty.left.isVisible()
    count = len(doubts.regions)
    assert re.match(r"(1 region|\d+ regions) of doubt left: .* ml\. What is left could change the volume by at most "
                    r".* ml \(90 %\)\.", window.uncertainty.left.text())  # fmt: skip
    bounds = [first]
    for _ in range(count):
        doubts.next()
        while doubts.current is None or next(one for one in doubts.seen() if one.current).state == AGREE:
            doubts.next()
        QTest.keyClick(window, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
        bounds.append(doubts.could_change_ml())
    assert bounds[-1] == 0.0 and window.uncertainty.left.text() == "No region of doubt is left."
    assert window.strip._hints == ("No region of doubt is left",)


def test_a_stroke_moves_the_doubt_that_is_left_also_elsewhere(reviewed, qtbot) -> None:
    window, desk = reviewed, reviewed.controller.desk
    known(window, qtbot)
    before = {id(one.region): one.ml for one in desk.doubts.seen()}
    work = desk.doubts._remaining
    region = desk.doubts.regions[0]
    k, y, x = region.middle
    drawn = desk.review.engine.probability(k, desk.latents.point)[0] > 0.5
    box = (slice(k, k + 1), slice(y - 2, y + 3), slice(x - 2, x + 3))
    codes = np.where(drawn[y - 2 : y + 3, x - 2 : x + 3], 2, 1).astype(np.uint8)[None]  # against the contour
    patch = desk.document.evidence("lesion").changed(box, codes)
    desk.document.edit("brush", "lesion", patch)
    qtbot.waitUntil(lambda: desk.doubts._remaining is not work and not desk.proposals.awaited, timeout=SETTLE_MS)
    after = {id(one.region): one.ml for one in desk.doubts.seen()}
    assert after.keys() == before.keys() and after != before
    assert len(desk.doubts._remaining.weights) != desk.doubts.regions[0].count, "the ensemble's draws, not the survey's"
    work = desk.doubts._remaining
    desk.undo()
    qtbot.waitUntil(lambda: desk.doubts._remaining is not work, timeout=SETTLE_MS)
    assert {id(one.region): one.ml for one in desk.doubts.seen()} == before


def test_accepting_closes_the_list(reviewed, qtbot) -> None:
    window, desk = reviewed, reviewed.controller.desk
    known(window, qtbot)
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        desk.shapes.accept()
    assert all(one.state in DONE and one.state != SETTLED for one in desk.doubts.seen())
    assert window.uncertainty.left.text() == "No region of doubt is left."


def test_how_far_agreement_can_be_trusted_is_said_where_the_card_knows_it(window, qtbot, tiny_bundle) -> None:
    begin(window, qtbot, tiny_bundle)
    assert not window.uncertainty.calibration.isVisible()
    rows = [[1000, 100.0 * level, 95.0 * level] for level in range(11)]
    rows[3] = [10, 3.0, 3.0]
    begin(window, qtbot, tiny_bundle, {"agreement": rows, "odds": [], "n_cases": 6})
    told = window.uncertainty.calibration
    assert told.text() == "Of places shown as 80 % agreed, raters included 76 % (6 validation cases)"
    assert "20 %: 19 %" in told.toolTip() and "30 %" not in told.toolTip()
    begin(window, qtbot, tiny_bundle, {"agreement": "damaged"})
    assert not told.isVisible()


def test_whom_one_draws_like_is_said_as_far_as_the_card_knows(window, qtbot, tiny_bundle) -> None:
    """Of offered proposals: a rater with calibrated odds, one with odds that are not, a stranger, and no card."""
    from proseg_gui.review.edits import Bricks
    from proseg_gui.review.proposals import Proposal, ProposalRequest

    odds = [[0, 0, 0], [100, 20.0, 20], [50, 20.0, 30], [50, 30.0, 12], [50, 41.0, 40], [0, 0, 0]]
    card = {"agreement": [[1000, 0, 0]] * 11, "odds": odds, "n_cases": 6, "least_explained": 0.4}
    begin(window, qtbot, tiny_bundle, card)
    desk, bar, asked = window.controller.desk, window.proposal_bar, []
    drawn = np.zeros(desk.document.shape, np.uint8)
    drawn[0, :8, :8] = 1
    hand, known_card = Bricks.of(drawn), window.proposals._calibration

    def offer(raters, explained) -> str:
        request = ProposalRequest("lesion", 0, hand, hand, desk.latents.point, 0)
        desk.proposals.offered = Proposal(request, {}, False, desk.latents.point, raters, explained=explained)
        window.controller.proposal_changed.emit(desk.proposals.offered)
        return bar.label.full_text()

    well = {"anna": 0.9, "ben": 0.5}
    assert "you draw like anna (82 %; such odds are right in 80 %)" in offer({"anna": 0.82, "ben": 0.18}, well)
    assert not bar.add.isVisible()
    assert "most like anna (such a guess is right in 60 %)" in offer({"anna": 0.4, "b": 0.2, "c": 0.2, "d": 0.2}, well)
    assert "like" not in offer({"anna": 0.5, "ben": 0.5}, well)
    assert "a new way of drawing" in offer({"anna": 0.82, "ben": 0.18}, {"anna": 0.3, "ben": 0.2})
    assert bar.add.isVisible()
    window.trainer.link.add_rater = asked.append
    QTest.mouseClick(bar.add, Qt.MouseButton.LeftButton)
    assert asked == [desk.review.bundle.folder] and window.tabs.stack.currentWidget() is window.trainer
    window.proposals._calibration = None
    text = offer({"anna": 0.82, "ben": 0.18}, {"anna": 0.3, "ben": 0.2})
    assert "like" not in text and "new way" not in text and not bar.add.isVisible()
    assert known_card is not None
    desk.proposals.offered = None
