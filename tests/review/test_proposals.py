"""Proposals without a window: when one is asked for and offered, what taking and rejecting does, what never changes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from proseg_gui.planes import Plane
from proseg_gui.review.drafts import IN, OUT
from proseg_gui.review.edits import has_origin
from proseg_gui.review.proposals import Proposal, said

from .conftest import SHAPE, Model, mask_at
from .test_drafts import spot, stroke
from .test_operations import whole

POINT = {"tau": (4.0, 0.0), "eps": (1.0, 0.0)}


def wanted_shape() -> np.ndarray:
    """What the fake model proposes: not what it draws at any point."""
    shape = np.zeros(SHAPE, bool)
    shape[1:5, 1:4, 1:3] = True
    return shape


def answer(
    bench, shape: np.ndarray | None = None, *, slices: tuple[int, ...] | None = None, notice: str = ""
) -> Proposal:
    """Answer the last request as the worker does: the hand's words are in the proposal."""
    (request,) = bench.worker.of("propose")[-1]
    shape = (wanted_shape() if shape is None else shape).copy()
    places, inside = said(request.hand)
    shape[tuple(places.T)] = inside
    slices = tuple(range(SHAPE[0])) if slices is None else slices
    found = Proposal(request, {} if notice else {k: shape[k] for k in slices}, len(slices) == SHAPE[0], POINT,
                     {"anna": 0.8, "ben": 0.2}, {}, notice, SimpleNamespace(point=POINT))  # fmt: skip
    bench.desk.proposals.take(found)
    return found


@pytest.fixture
def drawn(bench):
    """A case with one stroke in slice 2, for which a proposal was offered."""
    case = bench.open()
    bench.desk.set_slice(2)
    bench.worker.answer()
    stroke(bench.desk, OUT, spot(2, 1, 1))
    answer(bench)
    return case


# -- asking -------------------------------------------------------------------------------------------------------
def test_only_the_hand_is_evidence(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    stroke(desk, IN, spot(2, 4, 3), origin="tool")
    stroke(desk, IN, spot(2, 4, 2), origin="copy")
    assert bench.worker.of("propose") == []
    stroke(desk, IN, spot(2, 0, 0))
    stroke(desk, OUT, spot(3, 0, 1))
    (request,) = bench.worker.of("propose")[-1]
    places, inside = said(request.hand)
    assert places.tolist() == [[2, 0, 0], [3, 0, 1]]
    assert inside.tolist() == [True, False]
    assert request.point == desk.latents.point


def test_nothing_is_asked_of_what_cannot_answer_or_is_not_wanted(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    desk.drafts.add("GTV")
    stroke(desk, IN, spot(2, 0, 0), name="GTV")
    desk.display.set_view(proposals=False)
    desk.set_structure(0)
    stroke(desk, IN, spot(2, 0, 0))
    assert bench.worker.of("propose") == []
    desk.display.set_view(proposals=True)
    desk.review.bundle.method.capabilities.samples = False
    desk.proposals.ask()
    assert bench.worker.of("propose") == []


def test_a_proposal_of_a_state_that_is_no_more_is_dropped(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    stroke(desk, IN, spot(2, 0, 0))
    (late,) = bench.worker.of("propose")[-1]
    stroke(desk, IN, spot(2, 0, 1))
    desk.proposals.take(Proposal(late, {2: np.ones(SHAPE[1:], bool)}, False, POINT, {}))
    assert desk.proposals.offered is None
    answer(bench)
    assert desk.proposals.offered is not None
    desk.undo()  # asks again for what is left
    (request,) = bench.worker.of("propose")[-1]
    assert said(request.hand)[0].tolist() == [[2, 0, 0]]
    desk.undo()
    assert desk.proposals.offered is None


def test_it_is_said_why_nothing_is_proposed(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    stroke(desk, IN, spot(2, 0, 0))
    answer(bench, notice="No proposal: it would agree less with what was accepted or left alone.")
    assert desk.proposals.offered is None
    assert bench.sayings("noticed")[-1].startswith("No proposal")


# -- looking ------------------------------------------------------------------------------------------------------
def test_the_proposal_is_there_on_every_plane_and_in_ml(bench, drawn) -> None:
    desk, expected = bench.desk, wanted_shape()
    expected[2, 1, 1] = False
    for axis in range(3):
        for index in range(SHAPE[axis]):
            plane = Plane(axis, index)
            assert np.array_equal(desk.proposals.inside(plane), plane.take(expected)), plane
    assert desk.proposals.ml() == pytest.approx(expected.sum() * 6 / 1000)


def test_of_the_slice_in_view_alone_other_planes_are_not_known(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    stroke(desk, IN, spot(2, 0, 0))
    answer(bench, slices=(2,))
    assert desk.proposals.inside(Plane(0, 2)) is not None
    assert desk.proposals.inside(Plane(0, 3)) is None
    assert desk.proposals.inside(Plane(1, 1)) is None
    assert desk.proposals.ml() is None
    desk.proposals.accept_all()
    assert "still being worked out" in bench.sayings("noticed")[-1]


# -- taking and rejecting -----------------------------------------------------------------------------------------
def test_taking_a_slice_pins_it_and_leaves_the_hand_and_the_offer(bench, drawn) -> None:
    desk = bench.desk
    desk.proposals.accept_slice()
    expected = wanted_shape()[2]
    expected[1, 1] = False
    assert np.array_equal(whole(desk, bench)[2], expected)
    codes = desk.drafts.codes("lesion")
    assert has_origin(codes, "hand").sum() == 1
    assert has_origin(codes[2], "proposal").sum() == SHAPE[1] * SHAPE[2] - 1
    assert not codes[[0, 1, 3, 4, 5]].any()
    assert desk.proposals.offered is not None
    assert len(bench.worker.of("propose")) == 1  # the hand said nothing new
    desk.latents.choose_rater("ben")
    assert np.array_equal(whole(desk, bench)[2], expected)


def test_taking_here_takes_the_part_that_is_pointed_at(bench, drawn) -> None:
    desk = bench.desk
    before = whole(desk, bench)[2]
    changes = np.argwhere(wanted_shape()[2] ^ before)
    assert len(changes) > 1
    y, x = (int(n) for n in changes[-1])
    desk.proposals.accept_here((2, y, x))
    after = whole(desk, bench)[2]
    assert after[y, x] == wanted_shape()[2][y, x]
    assert desk.undo_name == "take a part of the proposal on slice 3"
    assert has_origin(desk.drafts.codes("lesion"), "hand").sum() == 1


def test_taking_here_is_about_the_proposals_structure_also_while_ones_own_is_active(bench, drawn) -> None:
    desk = bench.desk
    changes = wanted_shape()[2] ^ whole(desk, bench)[2]
    desk.drafts.add("GTV")
    y, x = (int(n) for n in np.argwhere(changes)[-1])
    desk.proposals.accept_here((2, y, x))
    assert whole(desk, bench)[2, y, x] == wanted_shape()[2, y, x]
    taken = has_origin(desk.drafts.codes("lesion")[2], "proposal")
    assert taken[y, x] and not (taken & ~changes).any()


def test_taking_all_moves_the_sliders_keeps_the_hand_and_is_one_step(bench, drawn) -> None:
    desk = bench.desk
    before, history = whole(desk, bench), len(drawn.document.history)
    desk.proposals.accept_all()
    bench.worker.finish()
    expected = wanted_shape()
    expected[2, 1, 1] = False
    assert desk.latents.point == POINT
    assert np.array_equal(whole(desk, bench), expected)
    assert has_origin(desk.drafts.codes("lesion"), "hand").sum() == 1
    assert len(drawn.document.history) == history + 1
    assert desk.undo_name == "take the proposal on all slices"
    assert desk.proposals.offered is None
    asked = len(bench.worker.of("propose"))
    desk.settled()
    assert len(bench.worker.of("propose")) == asked  # the same words propose nothing twice
    desk.undo()
    assert np.array_equal(whole(desk, bench), before)
    assert len(bench.worker.of("propose")) == asked + 1
    desk.redo()
    stroke(desk, IN, spot(5, 4, 3))
    (request,) = bench.worker.of("propose")[-1]
    assert request.before.point == POINT  # goes on from the proposal that was taken over


def test_a_rejected_proposal_comes_back_by_undo_or_with_new_words(bench, drawn) -> None:
    desk = bench.desk
    desk.proposals.reject()
    assert desk.proposals.offered is None
    assert desk.undo_name == "reject the proposal"
    asked = len(bench.worker.of("propose"))
    desk.settled()
    assert len(bench.worker.of("propose")) == asked
    desk.undo()
    assert len(bench.worker.of("propose")) == asked + 1
    desk.redo()
    stroke(desk, IN, spot(2, 4, 3))
    assert len(bench.worker.of("propose")) == asked + 2


def test_the_record_says_that_a_proposal_was_seen_also_after_coming_back(bench, drawn) -> None:
    desk = bench.desk
    desk.display.set_view(proposals=False)
    case = bench.again(drawn)
    desk.leave()
    case = bench.again(drawn)
    desk.show(case)
    desk.begin(Model(desk.study))
    desk.shapes.accept(all_structures=True)
    bench.worker.finish()
    how = {name: case.document.accepted(name).how for name in ("lesion", "oedema")}
    assert how == {"lesion": "proposal seen", "oedema": "by hand"}


@pytest.mark.parametrize("seed", range(40))
def test_no_gesture_changes_what_the_hand_said_or_was_accepted(bench, seed) -> None:
    """Random gestures by the dozen: hand-drawn voxels change by the hand only, accepted readings never."""
    random = np.random.default_rng(seed)
    case, desk = bench.open(), bench.desk
    said_before = np.zeros(SHAPE, np.uint8)
    for _ in range(30):
        kind = random.integers(8)
        if kind <= 2:
            z, y, x = (int(random.integers(n)) for n in SHAPE)
            if desk.drafts.begin("lesion", "brush", IN if kind else OUT):
                desk.drafts.add_to_stroke(spot(z, y, x))
                desk.drafts.end()
                said_before = _hand(desk)
        elif kind == 3 and bench.worker.of("propose"):
            answer(bench, random.random(SHAPE) > 0.5)
        elif kind == 4:
            desk.proposals.accept_slice()
        elif kind == 5:
            desk.proposals.accept_all()
            bench.worker.finish()
        elif kind == 6:
            desk.set_slice(int(random.integers(SHAPE[0])))
            bench.worker.answer()
        elif random.random() < 0.3:
            desk.shapes.accept()
            bench.worker.finish()
            reading = case.document.readings[next(reversed(case.document.readings))]
            assert np.array_equal(
                case.document.masks[reading.mask].mask()[said_before > 0], (said_before % 2 == 1)[said_before > 0]
            )
            desk.shapes.reopen()
        assert np.array_equal(_hand(desk), said_before)
    masks = {reading.mask for reading in case.document.readings.values()}
    assert all(case.document.masks[mask].digest == mask for mask in masks)


def _hand(desk) -> np.ndarray:
    codes = desk.drafts.codes("lesion").copy()
    codes[~has_origin(codes, "hand")] = 0
    return codes


def test_the_fake_model_draws_by_tau_only() -> None:
    """What the expectations above stand on."""
    assert mask_at(POINT).mask()[:4].all() and not mask_at(POINT).mask()[4:].any()
