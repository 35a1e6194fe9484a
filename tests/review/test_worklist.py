"""The list of cases: its order, which stands still while one works, and the case below the open one."""

from __future__ import annotations

from pathlib import Path

import pytest

from proseg_gui.review.state import WorkItem
from proseg_gui.review.worklist import Worklist, natural, ordered

ITEMS = (
    WorkItem("a", Path("/a"), "case 10", state="accepted", doubt=0.2),
    WorkItem("b", Path("/b"), "case 9"),
    WorkItem("c", Path("/c"), "case 2", state="in progress", doubt=0.9, flagged=True),
    WorkItem("d", Path("/d"), "Case 1", state="in progress", doubt=0.5),
)


def _keys(worklist: Worklist) -> str:
    return "".join(item.key for item in worklist.items)


@pytest.fixture
def worklist() -> Worklist:
    found = Worklist()
    found.show(ITEMS)
    return found


def test_orders() -> None:
    assert [item.name for item in ordered(ITEMS, "doubt")] == ["case 2", "Case 1", "case 10", "case 9"]
    assert [item.name for item in ordered(ITEMS, "name")] == ["Case 1", "case 2", "case 9", "case 10"]
    assert [item.state for item in ordered(ITEMS, "state")] == [
        "not started", "in progress", "in progress", "accepted",
    ]  # fmt: skip
    assert natural("b2a10") < natural("b10a2")
    assert natural("7") < natural("a")


def test_next_and_previous_follow_the_order_that_is_seen(worklist) -> None:
    assert _keys(worklist) == "cdab"
    worklist.open(worklist.item("c"))
    went = []
    while (after := worklist.neighbour(1)) is not None:
        worklist.open(after)
        went.append(after.key)
    assert went == ["d", "a", "b"]
    assert worklist.neighbour(-1).key == "a"
    worklist.sort("name")
    assert _keys(worklist) == "dcba"
    assert worklist.neighbour(1).key == "a"


def test_a_doubt_that_becomes_known_moves_nothing_until_one_sorts_again(worklist) -> None:
    worklist.update("b", doubt=3.0, state="in progress")
    assert _keys(worklist) == "cdab"
    assert worklist.item("b").doubt == 3.0
    worklist.sort("doubt")
    assert _keys(worklist) == "bcda"


def test_by_name_an_unmeasured_case_keeps_its_place_when_others_become_known(worklist) -> None:
    worklist.sort("name")
    worklist.update("a", doubt=9.0)
    assert _keys(worklist) == "dcba"


def test_opening_marks_one_case_and_adds_what_is_not_there(worklist) -> None:
    worklist.open(worklist.item("a"))
    worklist.open(WorkItem("z", Path("/z"), "new one"))
    assert [item.key for item in worklist.items if item.current] == ["z"]
    assert _keys(worklist) == "cdabz"
    assert worklist.current.name == "new one"
    assert worklist.neighbour(1) is None


def test_the_ends_and_unknown_orders(worklist) -> None:
    assert worklist.neighbour(1) is None
    assert worklist.item("nobody") is None
    with pytest.raises(ValueError, match="spiral"):
        worklist.sort("spiral")


# -- measured in the background ---------------------------------------------------------------------------------------
A, B = "hash of a", "hash of b"


@pytest.fixture
def measured() -> Worklist:
    found = Worklist()
    found.show(
        WorkItem(key, Path(f"/{key}"), key, doubt=ml, doubts={A: ml} if ml else {}, current=key == "p")
        for key, ml in (("p", 0.0), ("q", 1.0), ("r", 0.0), ("s", 2.0))
    )
    return found


def test_what_was_measured_moves_to_its_place_and_the_next_one_is_the_first_as_seen(measured) -> None:
    measured.compare_by(A)
    assert _keys(measured) == "sqpr" and measured.to_measure().key == "r", "the open case measures itself"
    measured.measured("r", "case-7", 1.5, A)
    assert _keys(measured) == "srqp" and measured.to_measure() is None
    assert (measured.item("r").case_id, measured.item("r").doubt_by(A)) == ("case-7", 1.5)
    assert measured.neighbour(-1).key == "q"


def test_another_model_has_figures_of_its_own_and_the_first_ones_come_back(measured) -> None:
    measured.compare_by(A)
    measured.compare_by(B)
    assert [item.doubt_by(B) for item in measured.items] == [None] * 4 and _keys(measured) == "pqrs"
    assert measured.to_measure().key == "q"
    measured.measured("s", "", 0.1, B)
    assert _keys(measured) == "spqr"
    measured.compare_by(A)
    assert _keys(measured) == "sqpr" and measured.item("s").doubt_by(A) == 2.0


def test_what_cannot_be_measured_keeps_its_row_and_is_tried_again_by_another_model(measured) -> None:
    measured.compare_by(B)
    measured.update("q", problem="the file is damaged")
    assert measured.to_measure().key == "r" and measured.item("q").problem == "the file is damaged"
    measured.compare_by(A)
    measured.compare_by(B)
    assert measured.to_measure().key == "q"


def test_by_name_nothing_moves_and_without_a_model_nothing_is_measured(measured) -> None:
    assert measured.to_measure() is None
    measured.sort("name")
    measured.compare_by(A)
    measured.measured("r", "", 9.0, A)
    assert _keys(measured) == "pqrs"
