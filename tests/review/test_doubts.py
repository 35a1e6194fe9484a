"""The way through the regions of doubt, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.review.doubts import AGREE, DISAGREE, LATER
from proseg_gui.review.proposals import Proposal
from proseg_gui.review.regions import Found, Region


def region(ml: float, k: int, row: int, *, last: int | None = None) -> Region:
    voxels = np.array([[z, row, x] for z in range(k, (last or k) + 1) for x in (1, 2)], np.int32)
    n = len(voxels)
    draws = np.packbits(np.arange(5)[None] < np.arange(n)[:, None] % 6, axis=1)  # voxel 0 in none, 1 in one ...
    return Region(ml, (k, last or k), (k, row, 1), "", {"anna": 1.0, "ben": 0.0}, {"inter": 1.0}, voxels,
                  np.full(n, 0.01), np.full(n, ml / n), draws, 5)  # fmt: skip


REGIONS = (region(3.0, 1, 2, last=2), region(2.0, 4, 3), region(1.0, 1, 4))


@pytest.fixture
def desk(bench):
    bench.open()
    bench.desk.doubts.take(Found(0, REGIONS, True))
    return bench.desk


def states(desk) -> list[str]:
    return [one.state for one in desk.doubts.seen()]


def said(bench) -> str:
    return bench.sayings("noticed")[-1]


def stroke(desk, k: int, row: int) -> None:
    """The hand says something of one voxel."""
    box = (slice(k, k + 1), slice(row, row + 1), slice(1, 2))
    patch = desk.document.evidence("lesion").changed(box, np.ones((1, 1, 1), np.uint8))
    desk.document.edit("brush", "lesion", patch)


def test_regions_are_gone_to_by_doubted_volume_and_said(desk, bench) -> None:
    went = []
    for _ in range(4):
        desk.doubts.next()
        went.append((desk.slice_index, bench.sayings("doubt_reached")[-1]))
        assert said(bench) == desk.doubts.current.sentence
    assert went == [(1, REGIONS[0]), (2, REGIONS[0]), (4, REGIONS[1]), (1, REGIONS[2])]
    assert states(desk) == ["visited"] * 3
    desk.doubts.next()
    assert said(bench) == "Every region of doubt was looked at" and desk.doubts.current is REGIONS[2]
    for k in (4, 2, 1, 3):
        desk.doubts.back()
        assert desk.slice_index == k
    assert desk.doubts.current is None
    desk.doubts.back()
    assert said(bench) == "There is no earlier place to go back to"


def test_what_was_set_aside_comes_again_after_the_rest_and_agreed_never(desk) -> None:
    doubts = desk.doubts
    for word in (LATER, AGREE, DISAGREE):
        doubts.next()
        doubts.mark(word)
    assert states(desk) == ["later", "agree", "disagree"]
    went = []
    for _ in range(3):
        doubts.next()
        went.append(doubts.current.ml)
    assert went == [3.0, 1.0, 3.0]


def test_a_mark_is_a_step_and_the_same_again_takes_it_back(desk, bench) -> None:
    desk.doubts.mark(AGREE)
    assert said(bench) == "Go to a region of doubt first" and not desk.document.history
    desk.doubts.next()
    desk.doubts.mark(AGREE)
    assert said(bench) == "Agreed; 2 regions left with 3.00 ml in doubt"
    assert desk.undo_name == "agree: doubt in slices 2 to 3"
    desk.undo()
    assert states(desk)[0] == "visited"
    desk.redo()
    assert states(desk)[0] == "agree"
    desk.doubts.mark(LATER)
    assert states(desk)[0] == "later"
    desk.doubts.mark(LATER)
    assert states(desk)[0] == "visited"
    desk.undo()
    assert states(desk)[0] == "later"


def test_marks_and_visits_come_back_with_the_case(desk, bench) -> None:
    case = desk.case
    desk.doubts.next()
    desk.doubts.mark(AGREE)
    desk.doubts.next()
    desk.leave()
    bench.open(case=bench.again(case))
    desk.doubts.take(Found(0, REGIONS, True))
    assert states(desk) == ["agree", "visited", "open"]


def test_what_was_drawn_on_after_a_visit_leaves_the_list_until_it_is_undone(desk, bench) -> None:
    desk.doubts.next()
    stroke(desk, 2, 2)
    assert states(desk) == ["visited", "open", "open"], "until it was weighed"
    bench.worker.weigh()
    assert states(desk) == ["drawn", "open", "open"]
    stroke(desk, 3, 3)
    bench.worker.weigh()
    assert states(desk) == ["drawn", "open", "open"], "beside a region is not in it"
    desk.doubts.next()
    assert desk.doubts.current is REGIONS[1]
    desk.undo()
    desk.undo()
    bench.worker.weigh()
    assert states(desk) == ["visited", "visited", "open"]


def test_a_stroke_in_a_region_nobody_went_to_leaves_the_rest_of_its_doubt(desk, bench) -> None:
    stroke(desk, 1, 2)
    bench.worker.weigh()
    one = desk.doubts.seen()[0]
    assert one.state == "open" and one.ml == pytest.approx(3.0 * 3 / 4)
    box = (slice(1, 3), slice(2, 3), slice(1, 3))
    patch = desk.document.evidence("lesion").changed(box, np.full((2, 1, 2), 2, np.uint8))
    desk.document.edit("brush", "lesion", patch)
    bench.worker.weigh()
    one = desk.doubts.seen()[0]
    assert (one.state, one.ml) == ("settled", 0.0)
    desk.doubts.next()
    assert desk.doubts.current is REGIONS[1]


def test_the_largest_that_is_left_comes_first(desk, bench) -> None:
    for row, x in ((2, 1), (2, 2)):
        box = (slice(1, 2), slice(row, row + 1), slice(x, x + 1))
        patch = desk.document.evidence("lesion").changed(box, np.ones((1, 1, 1), np.uint8))
        desk.document.edit("brush", "lesion", patch)
    bench.worker.weigh()
    desk.doubts.next()
    assert desk.doubts.current is REGIONS[1]
    desk.doubts.next()
    assert desk.doubts.current is REGIONS[0]
    assert said(bench) == (
        "Slices 2 to 3: 3.00 ml in doubt, 1.50 ml after what you drew; anna includes it, ben leaves it out; "
        "mostly because experts differ"
    )


def test_accepting_a_structure_closes_its_regions_until_it_is_reopened(desk, bench) -> None:
    desk.shapes.accept()
    bench.worker.finish()
    assert states(desk) == ["accepted"] * 3
    desk.doubts.next()
    assert said(bench) == "Every region of doubt was looked at" and desk.doubts.current is None
    desk.undo()
    assert states(desk) == ["open"] * 3


def test_what_follows_from_strokes_elsewhere_is_settled(desk, bench) -> None:
    from proseg_gui.review.remaining import Left, Remaining

    found = bench.worker.of("weigh")[-1][0].found
    left = tuple(Left(ml, False, None) for ml in (3.0, 0.14, 0.16))
    desk.doubts.take_remaining(Remaining(found, left, np.full(5, 0.2)))
    assert states(desk) == ["open", "settled", "open"]  # the floor is 5 % of the largest
    assert desk.doubts.rest_told() == "2 regions left with 3.16 ml in doubt"


def test_the_stop_rule_is_what_held_on_validation_cases_where_the_card_knows(desk, bench) -> None:
    desk.take_figures(bench.figures())
    bench.worker.weigh()
    bare = desk.doubts.could_change_ml()
    card = desk.review.bundle.card
    kept = {"agreement": [[0, 0, 0]] * 11, "odds": [], "n_cases": 6, "stop": {"n": 40, "factor": 0.25}}
    card.metrics["calibration"] = kept
    assert desk.doubts.could_change_ml() == pytest.approx(0.25 * bare)
    card.metrics["calibration"] = {**kept, "stop": {"n": 4, "factor": None}}
    assert desk.doubts.could_change_ml() == bare
    for odd in (-1.0, float("nan"), float("inf")):
        card.metrics["calibration"] = {**kept, "stop": {"n": 40, "factor": odd}}
        assert desk.doubts.could_change_ml() == bare


def test_the_stop_rule_is_told_and_follows_what_is_left(desk, bench) -> None:
    assert desk.doubts.could_change_ml() is None, "nobody knows the contour yet"
    desk.take_figures(bench.figures())  # includes every voxel
    bench.worker.weigh()
    # The five draws include of (4, 2, 2) voxels: 6, 3, 1, 0, 0 in all; the contour includes all 8.
    assert desk.doubts.could_change_ml() == pytest.approx(0.08)
    for word in (AGREE, LATER):
        desk.doubts.next()
        desk.doubts.mark(word)
    assert desk.doubts.could_change_ml() == pytest.approx(0.04)
    assert said(bench).endswith("in doubt; what is left could change the volume by at most 0.04 ml (90 %)")
    for _ in range(2):
        desk.doubts.next()
        desk.doubts.mark(AGREE)
    assert desk.doubts.could_change_ml() == 0.0
    assert said(bench) == "Agreed; no region of doubt is left"


def test_a_proposal_comes_before_what_is_left_is_weighed(desk, bench) -> None:
    asked = len(bench.worker.of("weigh"))
    stroke(desk, 1, 2)
    assert desk.proposals.awaited and len(bench.worker.of("weigh")) == asked
    request = bench.worker.of("propose")[-1][0]
    for complete in (False, True):
        desk.proposals.take(Proposal(request, {}, complete, request.point, {}))
        assert len(bench.worker.of("weigh")) == asked + complete
    assert bench.worker.of("weigh")[-1][0].hand.count() == 1
    desk.display.set_view(proposals=False)
    stroke(desk, 1, 3)
    assert bench.worker.of("weigh")[-1][0].hand is None


def test_a_mark_does_not_cover_a_region_that_has_grown(desk) -> None:
    desk.doubts.next()
    desk.doubts.mark(AGREE)
    desk.doubts.take(Found(0, (region(4.4, 1, 2, last=3), *REGIONS[1:]), True))
    assert states(desk)[0] == "agree" and desk.doubts.current.ml == 4.4
    desk.doubts.take(Found(0, (region(4.6, 1, 2, last=3), *REGIONS[1:]), True))
    assert states(desk)[0] == "visited"


def test_while_the_volume_is_measured_it_says_so_far(desk, bench) -> None:
    desk.doubts.take(Found(0, REGIONS[:1], False))
    desk.doubts.next()
    assert said(bench).endswith("(of the slices measured so far)")
    desk.doubts.next()
    assert desk.slice_index == 2  # the rest of the region first
    desk.doubts.next()
    assert said(bench) == "Every region of doubt (of the slices measured so far) was looked at"


def test_regions_are_asked_for_now_and_then_while_measuring_and_at_its_end(bench) -> None:
    bench.open()
    bench.worker.asked.clear()
    for now, asked in ((1.0, 0), (1.9, 0), (2.1, 1), (3.0, 1), (4.2, 2)):
        bench.now = now
        bench.desk.take_surveyed(0)
        assert len(bench.worker.of("regions")) == asked, now
    bench.desk.take_swept()
    assert len(bench.worker.of("regions")) == 3


def test_another_structure_has_regions_of_its_own(desk, bench) -> None:
    desk.doubts.next()
    desk.set_structure(1)
    assert desk.doubts.regions == () and bench.worker.of("regions")[-1] == (1,)
    desk.doubts.take(Found(0, REGIONS, True))
    assert desk.doubts.regions == (), "an answer about the other structure is dropped"
    desk.doubts.take(Found(1, REGIONS, True))
    assert states(desk) == ["open"] * 3


@pytest.mark.parametrize("kept", [3, {"lesion": "x"}, {"lesion": [[1, 2], ["a", 1, 2], [1, True, 2]]}])
def test_a_damaged_view_is_no_visit(bench, kept) -> None:
    bench.desk.doubts.begin(kept)
    assert not any(bench.desk.doubts.visited.values())
