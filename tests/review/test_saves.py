"""Writing in the background: in order, nothing dropped, soon; and the work is still there when writing fails."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from proseg_gui.errors import UserError
from proseg_gui.review import saves as saves_module
from proseg_gui.review.document import Document
from proseg_gui.review.edits import Bricks, code
from proseg_gui.review.project import CaseIdentity, Project, open_project
from proseg_gui.review.saves import Saves
from proseg_gui.volume import Geometry

SHAPE = (4, 70, 66)
GRID = Geometry(SHAPE, np.zeros(3), (1.0, 1.0, 1.0), np.eye(3))
UNTIL_S = 10.0


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = open_project(tmp_path / "work.project", create=True)
    yield made
    made.close()


@pytest.fixture
def said() -> list:
    return []


@pytest.fixture
def saves(project, said, monkeypatch) -> Iterator[Saves]:
    monkeypatch.setattr(saves_module, "RETRY_S", 0.02)
    made = Saves(project, failed=lambda error: said.append(str(error)), written=lambda: said.append("again"))
    yield made
    made.close(0.1)


def _case(project: Project, name: str = "a") -> str:
    return project.case_for(CaseIdentity(GRID, f"voxels:{name}"), name=name)


def _stroke(document: Document, number: int):
    box = (slice(0, 1), slice(number % 60, number % 60 + 2), slice(0, 3))
    values = np.full((1, 2, 3), code("hand", bool(number % 2)), np.uint8)
    return document.edit("brush", "lesion", document.evidence("lesion").changed(box, values))


def _wait(true) -> None:
    until = time.monotonic() + UNTIL_S
    while not true():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_gestures_are_in_the_file_in_order_within_a_second(project, saves) -> None:
    cases = {_case(project, name): Document(SHAPE) for name in "ab"}
    for number in range(100):
        for case, document in cases.items():
            saves.gesture(case, _stroke(document, number))
    assert saves.drain(1.0)
    assert saves.pending == 0
    for case, document in cases.items():
        found = Document(SHAPE, project.history(case))
        assert len(found.history) == len(document.history)
        assert found.evidence("lesion").digest == document.evidence("lesion").digest


def test_asking_never_waits_for_the_disc(project, saves, monkeypatch) -> None:
    held = threading.Event()
    append = project.append
    monkeypatch.setattr(project, "append", lambda *item: (held.wait(UNTIL_S), append(*item)))
    case, document = _case(project), Document(SHAPE)
    saves.gesture(case, _stroke(document, 0))
    start = time.perf_counter()
    for number in range(1, 50):
        saves.gesture(case, _stroke(document, number))
        saves.view(case, {"slice": number})
    assert time.perf_counter() - start < 2.0
    assert saves.pending == 51
    held.set()
    assert saves.drain(UNTIL_S)
    assert (len(project.history(case)), project.view(case)) == (50, {"slice": 49})


def test_where_one_looks_is_written_only_as_it_is_now(project, saves, monkeypatch) -> None:
    written = []
    keep = project.set_view
    begun, held = threading.Event(), threading.Event()

    def slow(case, view):
        written.append(view["slice"])
        begun.set()
        held.wait(UNTIL_S)
        keep(case, view)

    monkeypatch.setattr(project, "set_view", slow)
    case = _case(project)
    saves.view(case, {"slice": 0})
    assert begun.wait(UNTIL_S)
    for number in range(1, 100):
        saves.view(case, {"slice": number})
    assert saves.pending == 1
    held.set()
    assert saves.drain(UNTIL_S)
    assert written == [0, 99]
    assert project.view(case) == {"slice": 99}


def test_shown_voxels_session_doubt_and_person_are_kept(project, saves) -> None:
    case = _case(project)
    bricks = Bricks.of(np.ones(SHAPE, bool))
    saves.shown(case, "lesion", bricks, {"name": "toy"})
    saves.session({"cases": [case]})
    saves.doubt(case, 1.5, {"name": "toy"})
    saves.person("reader")
    assert saves.drain(UNTIL_S)
    assert project.shown(case, "lesion")[0].digest == bricks.digest
    assert (project.session(), project.person(), project.entry(case).doubt) == ({"cases": (case,)}, "reader", 1.5)


def test_a_view_that_is_not_plain_is_refused_where_it_is_asked(saves) -> None:
    with pytest.raises(ValueError, match="plain"):
        saves.view("a", {"slice": object()})
    with pytest.raises(ValueError):
        saves.session({"zoom": float("nan")})
    assert saves.pending == 0


def test_a_full_disc_is_said_once_and_all_is_written_once_there_is_room(project, saves, said, monkeypatch) -> None:
    case, document = _case(project), Document(SHAPE)
    full = threading.Event()
    full.set()
    append = project.append

    def write(*item):
        if full.is_set():
            raise UserError("the disk is full")
        append(*item)

    monkeypatch.setattr(project, "append", write)
    for number in range(30):
        saves.gesture(case, _stroke(document, number))
        saves.view(case, {"slice": number})
        time.sleep(0.002)
    _wait(lambda: said)
    assert not saves.drain(0.1)
    assert [gesture.number for _, gesture in saves.waiting] == list(range(1, 31))
    assert said == ["the disk is full."]
    full.clear()
    assert saves.drain(UNTIL_S)
    _wait(lambda: len(said) == 2)
    assert said[1] == "again"
    assert Document(SHAPE, project.history(case)).evidence("lesion").digest == document.evidence("lesion").digest
    assert project.view(case) == {"slice": 29}
    full.set()
    saves.gesture(case, _stroke(document, 30))
    _wait(lambda: len(said) == 3)
    full.clear()
    assert saves.drain(UNTIL_S)


def test_a_fault_of_ours_in_a_write_loses_nothing_either(project, saves, said, monkeypatch) -> None:
    case, document = _case(project), Document(SHAPE)
    append = project.append
    faults = iter([ZeroDivisionError, sqlite3.InterfaceError])

    def write(*item):
        fault = next(faults, None)
        if fault is not None:
            raise fault
        append(*item)

    monkeypatch.setattr(project, "append", write)
    saves.gesture(case, _stroke(document, 0))
    assert saves.drain(UNTIL_S)
    _wait(lambda: said[-1:] == ["again"])
    assert len(said) == 2 and "ZeroDivisionError" in said[0]
    assert len(project.history(case)) == 1


def test_a_case_that_another_window_changed_is_said_and_holds_up_no_other(project, saves, said) -> None:
    one, two = _case(project, "a"), _case(project, "b")
    theirs, ours, other = Document(SHAPE), Document(SHAPE), Document(SHAPE)
    project.append(one, _stroke(theirs, 1))
    saves.gesture(one, _stroke(ours, 2))
    saves.gesture(two, _stroke(other, 3))
    saves.gesture(one, _stroke(ours, 4))
    _wait(lambda: project.entry(two).n_gestures == 1)
    _wait(lambda: said)
    saves.gesture(two, _stroke(other, 5))
    _wait(lambda: project.entry(two).n_gestures == 2)
    assert len(said) == 1 and "another window" in said[0]
    assert [case for case, _ in saves.waiting] == [one, one]
    start = time.monotonic()
    assert not saves.close()
    assert time.monotonic() - start < 5.0, "nothing to wait for"
    assert len(project.history(one)) == 1


def test_close_writes_what_is_left_and_ends_the_thread(project, said) -> None:
    case, document = _case(project), Document(SHAPE)
    saves = Saves(project, failed=said.append)
    for number in range(20):
        saves.gesture(case, _stroke(document, number))
    assert saves.close()
    assert (len(project.history(case)), said) == (20, [])


def test_a_read_only_project_keeps_the_work_in_memory_and_takes_over_when_the_writer_goes(project, monkeypatch) -> None:
    monkeypatch.setattr(saves_module, "RETRY_S", 0.02)
    other = open_project(project.path)
    assert "written by process" in other.read_only
    said: list[str] = []
    saves = Saves(other, failed=lambda error: said.append(str(error)), written=lambda: said.append("again"))
    case, document = _case(other, "new here"), Document(SHAPE)
    assert other.entry(case).name == "new here"
    saves.gesture(case, _stroke(document, 0))
    _wait(lambda: said)
    assert "written by process" in said[0]
    assert project.cases() == ()
    project.close()
    assert saves.drain(UNTIL_S)
    _wait(lambda: len(said) == 2)
    assert (other.read_only, said[1]) == ("", "again")
    assert (len(other.history(case)), other.entry(case).name) == (1, "new here")
    assert saves.close()
    other.close()


def test_a_removed_case_takes_what_was_still_to_be_written_with_it(project, saves, said, monkeypatch) -> None:
    gone, kept = _case(project, "a"), _case(project, "b")
    document, other = Document(SHAPE), Document(SHAPE)
    held = threading.Event()
    append = project.append
    monkeypatch.setattr(project, "append", lambda *item: (held.wait(UNTIL_S), append(*item)))
    saves.gesture(kept, _stroke(other, 0))
    saves.gesture(gone, _stroke(document, 0))
    saves.view(gone, {"slice": 1})
    saves.view(kept, {"slice": 2})
    saves.case(gone, name="late")
    saves.remove(gone)
    saves.case(gone, name="too late")
    held.set()
    assert saves.drain(UNTIL_S)
    assert [entry.id for entry in project.cases()] == [kept]
    assert (project.view(kept), len(project.history(kept)), said) == ({"slice": 2}, 1, [])
    assert project.read_only == ""


def test_what_a_case_is_called_is_kept(project, saves) -> None:
    case = _case(project)
    saves.case(case, name="other", path="/there", structures=("lesion",))
    assert saves.drain(UNTIL_S)
    entry = project.entry(case)
    assert (entry.name, str(entry.path), entry.structures) == ("other", "/there", ("lesion",))
