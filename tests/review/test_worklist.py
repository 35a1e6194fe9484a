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
