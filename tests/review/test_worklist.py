"""The worklist keeps states between starts, privately, and survives a damaged store."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from proseg_gui.review.worklist import Worklist

CASES = [(Path("/data/doe_john"), "case 1"), (Path("/data/roe_jane"), "case 2"), (Path("/data/c"), "case 3")]


def test_states_and_doubts_come_back(tmp_path) -> None:
    store = tmp_path / "worklist.json"
    first = Worklist(store)
    first.show(CASES, CASES[0][0])
    first.update(CASES[1][0], state="flagged", doubt=1.5)
    again = Worklist(store)
    again.show(CASES, CASES[1][0])
    assert [(i.state, i.doubt, i.current) for i in again.items] == [
        ("new", None, False), ("flagged", 1.5, True), ("new", None, False),
    ]  # fmt: skip


def test_the_store_is_private_and_names_nobody(tmp_path) -> None:
    store = tmp_path / "deep" / "worklist.json"
    worklist = Worklist(store)
    worklist.show(CASES, None)
    worklist.update(CASES[0][0], state="accepted")
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert "doe" not in store.read_text()


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"k": 3}', '{"k": {"state": "evil", "doubt": "x"}}', "\x00\xff"])
def test_a_damaged_store_is_an_empty_one(tmp_path, text) -> None:
    store = tmp_path / "worklist.json"
    store.write_text(text)
    worklist = Worklist(store)
    worklist.show(CASES, None)
    assert {item.state for item in worklist.items} == {"new"}


def test_neighbours_end_at_the_ends() -> None:
    worklist = Worklist()
    worklist.show(CASES, CASES[0][0])
    assert worklist.neighbour(-1) is None
    assert worklist.neighbour(1).name == "case 2"
    worklist.add(CASES[2][0], "case 3")
    assert worklist.current.name == "case 3"
    assert worklist.neighbour(1) is None


def test_an_unknown_state_is_refused() -> None:
    worklist = Worklist()
    worklist.show(CASES, None)
    with pytest.raises(ValueError, match="accepted"):
        worklist.update(CASES[0][0], state="done")


def test_clear_forgets_on_disk_too(tmp_path) -> None:
    store = tmp_path / "worklist.json"
    worklist = Worklist(store)
    worklist.show(CASES, None)
    worklist.update(CASES[0][0], state="accepted")
    worklist.clear()
    assert not store.exists()
    assert {item.state for item in worklist.items} == {"new"}


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, '{"a": {"doubt": 1' + "0" * 400 + "}}", '{"a": {"doubt": NaN}}', '{"a": {"doubt": 1e999}}', "\udcff"],
)
def test_a_store_with_numbers_that_no_list_has_keeps_nothing_from_starting(tmp_path, content) -> None:
    store = tmp_path / "worklist.json"
    store.write_bytes(content.encode(errors="surrogateescape"))
    worklist = Worklist(store)
    worklist.show(CASES, None)
    assert {item.state for item in worklist.items} == {"new"}
    worklist.update(CASES[0][0], state="accepted", doubt=0.5)
    again = Worklist(store)
    again.show(CASES, None)
    assert again.items[0].state == "accepted"
