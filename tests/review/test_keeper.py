"""What is kept of cases over closing and opening, between the desk and a real project file."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from proseg_gui.errors import UserError
from proseg_gui.review import keeper as module
from proseg_gui.review.case import flag
from proseg_gui.review.document import FLAGGED
from proseg_gui.review.edits import Bricks
from proseg_gui.review.keeper import Keeper, item_of, key_of, open_keeper, plain_item
from proseg_gui.review.project import check, open_project
from proseg_gui.review.state import WorkItem

from .conftest import SHAPE, Model, scan


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "a.project"


def _item(name: str = "a", folder: str = "/scans/a") -> WorkItem:
    item = WorkItem("", Path(folder), name)
    return replace(item, key=key_of(item))


def _connect(bench, keeper: Keeper) -> None:
    """As the window does it."""
    hear = {
        "view_kept": lambda kept: keeper.keep_view(*kept),
        "shown_kept": lambda kept: keeper.keep_shown(*kept),
        "doubt_measured": lambda kept: keeper.keep_doubt(*kept),
    }
    announce = bench.desk._announce
    bench.desk._announce = lambda name, value: (announce(name, value), hear.get(name, lambda _v: None)(value))[0]


def test_a_case_comes_back_as_it_was_left(bench, file) -> None:
    keeper = open_keeper(file)
    keeper.set_person("reader1")
    _connect(bench, keeper)
    case = keeper.open(scan(), _item())
    bench.open(case=case)
    desk = bench.desk
    desk.set_slice(5)
    desk.latents.choose_rater("ben")
    desk.take_figures(bench.figures())
    desk.shapes.flag()
    desk.shapes.accept()
    bench.worker.finish()
    desk.latents.random_sample()
    point = desk.latents.point
    desk.leave()
    keeper.close()

    again = open_keeper(file)
    assert again.person == "reader1"
    found = again.open(scan(), _item("renamed", "/elsewhere"))
    assert found.case_id == case.case_id
    desk.show(found)
    desk.begin(Model(desk.study))
    assert (desk.slice_index, desk.shapes.flagged, desk.latents.point) == (5, True, point)
    assert desk.shapes.locked(0) is not None
    assert found.shown["lesion"][0].digest == Bricks.of(np.ones(SHAPE, bool)).digest
    assert desk.undo_name == "random sample"
    desk.undo()
    assert desk.latents.who.rater == "ben"
    entry = again.project.entry(found.case_id)
    assert (entry.flagged, entry.n_readings, entry.doubt) == (True, 1, pytest.approx(0.1518))
    again.close()


def test_two_cases_keep_apart(bench, file) -> None:
    keeper = open_keeper(file)
    _connect(bench, keeper)
    first = keeper.open(scan("a"), _item())
    bench.open(case=first)
    bench.desk.latents.choose_rater("ben")
    second = keeper.open(scan("b", seed=1), _item("b", "/scans/b"))
    bench.open(case=second)
    assert second.case_id != first.case_id
    assert second.document.history == ()
    bench.desk.leave()
    keeper.close()
    again = open_keeper(file)
    assert again.project.view(first.case_id)["slice"] == 3
    assert [g.name for g in again.open(scan("a"), _item()).document.history] == ["draw as ben"]
    again.close()


def test_the_session_comes_back_with_what_is_known_of_each_case(file) -> None:
    keeper = open_keeper(file)
    items = []
    for name, seed in (("a", 0), ("b", 1)):
        item = _item(name, f"/scans/{name}")
        case = keeper.open(scan(name, seed=seed), item)
        items.append(replace(item, case_id=case.case_id, current=name == "b"))
    flag(keeper.document(items[0].case_id), True)
    keeper.keep_doubt(items[0].case_id, 2.5, {"name": "m", "sha256": "s"})
    keeper.keep_session(items, "name")
    keeper.close()
    again = open_keeper(file)
    found, order = again.session()
    assert order == "name"
    assert [(i.name, i.current, i.flagged, i.doubt) for i in found] == [
        ("a", False, True, 2.5),
        ("b", True, False, None),
    ]
    assert [i.key for i in found] == [i.key for i in items]
    again.close()


def test_a_case_of_a_folder_is_known_by_its_place_before_it_is_opened(file, tmp_path) -> None:
    place = tmp_path / "case"
    place.mkdir()
    keeper = open_keeper(file)
    case = keeper.open(scan(), _item(folder=str(place)))
    case.document.set("flag case", {FLAGGED: True})
    keeper.close()
    again = open_keeper(file)
    known = again.known([_item(folder=str(place)), _item("x", "/nowhere")])
    assert [(i.case_id, i.flagged) for i in known] == [(case.case_id, True), ("", False)]
    again.close()


def test_without_a_project_nothing_is_kept_and_nothing_fails(tmp_path) -> None:
    keeper = Keeper()
    case = keeper.open(scan(), _item())
    assert case.case_id == ""
    keeper.keep_view("", {})
    keeper.set_person("me")
    keeper.keep_session([_item()], "doubt")
    assert keeper.session() == ([], "")
    assert keeper.known([_item()]) == [_item()]
    assert keeper.unsaved(0.0) == 0
    keeper.close()


def test_clear_traces_takes_places_and_leaves_work(file) -> None:
    keeper = open_keeper(file)
    case = keeper.open(scan(), _item(folder="/patients/ZQDOE"))
    case.document.set("flag case", {FLAGGED: True})
    keeper.keep_session([_item(folder="/patients/ZQDOE")], "doubt")
    assert keeper.unsaved(10.0) == 0
    keeper.forget_places()
    keeper.close()
    assert not any(b"ZQDOE" in path.read_bytes() for path in file.parent.iterdir())
    again = open_keeper(file)
    assert again.session() == ([], "")
    assert again.open(scan(), _item()).case_id == case.case_id
    assert again.project.entry(case.case_id).flagged
    again.close()


@pytest.fixture
def private(tmp_path, monkeypatch) -> Path:
    place = tmp_path / "user" / "private.project"
    monkeypatch.setattr(module, "default_project_path", lambda: place)
    return place


def test_a_second_window_works_in_a_project_of_its_own(private) -> None:
    first = open_keeper(None)
    second = open_keeper(None)
    assert first.project.path == private
    assert second.project.path == private.with_name("private-2.project")
    assert "of its own" in second.said
    assert (first.read_only, second.read_only, first.said) == ("", "", "")
    case = second.open(scan(), _item())
    case.document.set("flag case", {FLAGGED: True})
    first.close()
    second.close()
    last = open_keeper(None)
    assert last.project.path == second.project.path, "the one that was worked in last"
    assert last.project.cases()[0].flagged
    last.close()


def test_a_private_project_that_cannot_be_opened_is_left_and_said(private) -> None:
    private.parent.mkdir()
    private.write_bytes(b"not a project")
    keeper = open_keeper(None)
    assert keeper.project.path != private
    assert "not a project" in keeper.said
    keeper.close()
    assert private.read_bytes() == b"not a project"


def test_where_no_private_project_can_be_made_it_is_said_and_steps_count_as_not_kept(private) -> None:
    private.parent.write_text("a file where the folder should be")
    keeper = open_keeper(None)
    assert "can be kept" in keeper.said
    case = keeper.open(scan(), _item())
    case.document.set("flag case", {FLAGGED: True})
    assert keeper.unsaved(0.0) == 1
    keeper.close()


def test_a_case_whose_record_is_damaged_opens_and_says_so(file, monkeypatch) -> None:
    keeper = open_keeper(file)
    keeper.open(scan(), _item())
    monkeypatch.setattr(keeper.project, "history", _damaged)
    case = keeper.open(scan(), _item())
    assert "cannot be read" in case.study.notices[0]
    case.document.set("flag case", {FLAGGED: True})
    assert keeper.unsaved(0.0) == 1
    keeper.close()


def _damaged(_case_id: str):
    raise UserError("a step of its history is damaged")


def test_the_old_worklist_is_taken_over_once(private) -> None:
    private.parent.mkdir()
    old = private.with_name("worklist.json")
    place = private.parent / "scan"
    place.mkdir()
    import hashlib

    key = hashlib.sha256(str(place.resolve()).encode()).hexdigest()[:24]
    old.write_text(json.dumps({key: {"state": "flagged", "doubt": 1.5}}))
    keeper = open_keeper(None)
    assert not old.exists()
    case = keeper.open(scan(), _item(folder=str(place)))
    entry = keeper.project.entry(case.case_id)
    assert (entry.flagged, entry.doubt, entry.state) == (True, 1.5, "in progress")
    keeper.close()


def test_a_project_that_another_process_writes_is_read_only_and_steps_wait(file) -> None:
    first, second = open_keeper(file), open_keeper(file)
    assert second.read_only
    assert second.said
    said = []
    second.failed = said.append
    case = second.open(scan(), _item())
    case.document.set("flag case", {FLAGGED: True})
    assert second.unsaved(0.3) == 1
    assert len(said) == 1
    first.close()
    assert second.unsaved(10.0) == 0
    second.close()
    found = open_project(file, write=False)
    assert found.cases()[0].flagged
    found.close()


def test_items_come_back_from_plain_values() -> None:
    item = replace(_item(), series="1.2.3", component=2, case_id="x", current=True)
    item = replace(item, key=key_of(item))
    assert item_of(json.loads(json.dumps(plain_item(item)))) == item


def test_a_case_opened_again_has_the_steps_that_still_wait_for_the_disc(file, monkeypatch) -> None:
    monkeypatch.setattr(module, "LAST_S", 0.1)
    keeper = open_keeper(file)
    case = keeper.open(scan(), _item())
    with keeper.project._writing:  # a disc that takes its time
        case.document.set("flag case", {FLAGGED: True})
        again, _ = keeper._history(case.case_id)
    assert [step.name for step in again] == ["flag case"]
    keeper.close()


def test_a_writer_that_has_ended_unseen_does_not_hold_the_project(file) -> None:
    child = os.fork()
    if child == 0:
        open_project(file, create=True)
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # ended, but nobody has taken note
    try:
        project = open_project(file)
        assert project.read_only == ""
        project.close()
    finally:
        os.waitpid(child, 0)


def test_a_case_opened_again_on_a_full_disc_comes_at_once_as_it_was_left(bench, file, monkeypatch) -> None:
    keeper = open_keeper(file)
    _connect(bench, keeper)
    case = keeper.open(scan(), _item())
    bench.open(case=case)
    assert keeper.unsaved(10.0) == 0

    def full():
        raise UserError("the disk is full")

    monkeypatch.setattr(keeper.project, "_last", full)
    monkeypatch.setattr(keeper._saves, "drain", lambda _s: pytest.fail("opening waits for the disc"))
    bench.desk.set_slice(5)
    bench.desk.take_figures(bench.figures())
    bench.desk.shapes.flag()
    digests = {name: voxels.digest for name, (voxels, _) in bench.desk.shapes.voxels.items()}
    bench.desk.clear()
    del case
    again = keeper.open(scan(), _item("renamed", "/elsewhere"))
    assert again.study.notices == scan().notices
    assert [step.name for step in again.document.history] == ["flag case"]
    assert again.view["slice"] == 5
    assert {name: voxels.digest for name, (voxels, _) in again.shown.items()} == digests != {}
    monkeypatch.undo()
    assert keeper.unsaved(10.0) == 0
    keeper.close()
    kept = open_project(file, write=False)
    assert [(entry.name, entry.flagged) for entry in kept.cases()] == [("renamed", True)]
    kept.close()


def test_a_case_that_is_first_opened_on_a_full_disc_is_kept_once_there_is_room(file, monkeypatch) -> None:
    keeper = open_keeper(file)

    def full():
        raise UserError("the disk is full")

    monkeypatch.setattr(keeper.project, "_last", full)
    case = keeper.open(scan(), _item())
    flag(case.document, True)
    assert keeper.unsaved(0.2) == 1
    monkeypatch.undo()
    assert keeper.unsaved(10.0) == 0
    keeper.close()
    kept = open_project(file, write=False)
    assert [(entry.id, entry.flagged) for entry in kept.cases()] == [(case.case_id, True)]
    kept.close()


def test_an_acceptance_that_ends_after_its_case_was_opened_again_is_in_it(bench, file) -> None:
    keeper = open_keeper(file)
    keeper.set_person("reader1")
    said = []
    keeper.failed = said.append
    _connect(bench, keeper)
    desk = bench.desk
    bench.open(case=keeper.open(scan(), _item()))
    desk.latents.choose_rater("ben")
    desk.shapes.accept()
    bench.open(case=keeper.open(scan("b", seed=1), _item("b", "/scans/b")))
    bench.open(case=keeper.open(scan(), _item()))
    bench.worker.finish()
    assert desk.shapes.locked(0) is not None
    desk.shapes.flag()
    assert keeper.unsaved(10.0) == 0
    keeper.close()
    assert said == []
    kept = open_project(file, write=False)
    assert [len(kept.history(entry.id)) for entry in kept.cases()] == [3, 0]
    kept.close()


def test_a_step_that_comes_between_reading_a_case_again_and_showing_it_is_in_it(bench, file) -> None:
    keeper = open_keeper(file)
    _connect(bench, keeper)
    bench.open(case=keeper.open(scan(), _item()))
    again = keeper.open(scan(), _item())
    bench.desk.latents.choose_rater("ben")
    bench.open(case=again)
    assert bench.desk.latents.who.rater == "ben"
    bench.desk.shapes.flag()
    assert keeper.unsaved(10.0) == 0
    keeper.close()


def test_steps_that_another_window_came_before_are_done_again_after_its_own(bench, file) -> None:
    first, second = open_keeper(file), open_keeper(file)
    for keeper, name in ((first, "ann"), (second, "kay")):
        keeper.set_person(name)
    said = []
    second.failed = said.append
    theirs = first.open(scan(), _item())
    assert first.unsaved(10.0) == 0
    _connect(bench, second)
    bench.open(case=second.open(scan(), _item()))
    desk = bench.desk
    flag(theirs.document, True)
    theirs.document.accept("lesion", Bricks.of(np.zeros(SHAPE, bool)), how="by hand")
    desk.latents.choose_rater("ben")
    desk.remember()
    desk.shapes.accept()
    bench.worker.finish()
    desk.undo()
    desk.redo()
    ours = desk.document.accepted("lesion")
    assert first.unsaved(10.0) == 0
    first.close()
    assert second.unsaved(10.0) == 5
    assert any("another window" in str(error) for error in said)
    again = second.open(scan(), _item())
    assert "5 steps that were done here came after" in again.study.notices[0]
    bench.open(case=again)
    assert desk.shapes.flagged
    found = desk.document.accepted("lesion")
    assert (found.id, found.person, found.mask, found.point) == ("lesion#2", "kay", ours.mask, ours.point)
    assert desk.latents.who.rater == "ben"
    assert len(desk.latents.remembered) == 1
    assert second.unsaved(10.0) == 0
    second.close()
    kept = open_project(file, write=False)
    assert len(kept.history(again.case_id)) == 7
    kept.close()


def test_a_copy_has_what_a_full_disc_does_not_take_and_one_to_share_waits(file, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "LAST_S", 0.2)
    keeper = open_keeper(file)
    known = keeper.open(scan(), _item())
    assert keeper.unsaved(10.0) == 0

    def full():
        raise UserError("the disk is full")

    monkeypatch.setattr(keeper.project, "_last", full)
    flag(known.document, True)
    fresh = keeper.open(scan("b", seed=1), _item("b", "/scans/b"))
    flag(fresh.document, True)
    with pytest.raises(UserError, match="not in the project yet"):
        keeper.copy_to(tmp_path / "shared.project", share=True)
    keeper.copy_to(tmp_path / "copy.project", share=False)
    assert keeper.unsaved(0.0) == 2
    assert sorted(path.name for path in tmp_path.glob("*.project")) == ["a.project", "copy.project"]
    copy = open_project(tmp_path / "copy.project")
    assert copy.read_only == ""
    assert [(entry.id, entry.flagged) for entry in copy.cases()] == [(known.case_id, True), (fresh.case_id, True)]
    assert check.problems(copy) == []
    copy.close()
    monkeypatch.undo()
    assert keeper.unsaved(10.0) == 0
    keeper.close()


def test_a_disc_that_hangs_holds_up_neither_steps_nor_opening_known_cases(bench, file, monkeypatch) -> None:
    keeper = open_keeper(file)
    _connect(bench, keeper)
    scans = [scan("a"), scan("b", seed=1)]
    items = [_item("a", "/scans/a"), _item("b", "/scans/b")]
    for study, item in zip(scans, items, strict=True):
        keeper.open(study, item)
    assert keeper.unsaved(10.0) == 0
    begun, goes_on = threading.Event(), threading.Event()
    last = keeper.project._last

    def slow():
        begun.set()
        goes_on.wait(60.0)
        last()

    monkeypatch.setattr(keeper.project, "_last", slow)
    for study, item in zip(scans, items, strict=True):
        bench.open(case=keeper.open(study, item))
        bench.desk.latents.choose_rater("ben")
        assert begun.wait(10.0)
    bench.desk.clear()
    cases = [keeper.open(study, item) for study, item in zip(scans, items, strict=True)]
    assert [[step.name for step in case.document.history] for case in cases] == [["draw as ben"]] * 2
    assert not goes_on.is_set()
    goes_on.set()
    assert keeper.unsaved(10.0) == 0
    keeper.close()
    kept = open_project(file, write=False)
    assert [len(kept.history(case.case_id)) for case in cases] == [1, 1]
    kept.close()
