"""What is put into a project comes out again: histories, views, shown voxels, the list of cases."""

from __future__ import annotations

import stat
import time
from dataclasses import replace

import numpy as np
import pytest
from project_cases import SHAPE, clock, fill, make_study, state_of, stroke, worked

from proseg_gui.errors import UserError
from proseg_gui.review.document import FLAGGED, Document
from proseg_gui.review.edits import Bricks
from proseg_gui.review.project import CaseConflict, check, complete, identify, open_project


def test_a_history_comes_back_as_it_was(project, path) -> None:
    (case,) = fill(project)
    project.close()
    again = open_project(path)
    assert again.read_only == ""
    assert state_of(Document(SHAPE, again.history(case))) == state_of(worked())
    reading = Document(SHAPE, again.history(case)).accepted("lesion")
    assert (reading.person, reading.how, reading.seconds, reading.model) == (
        "reader", "by hand", 12.3, {"name": "toy", "sha256": "ab"},
    )  # fmt: skip
    again.close()


def test_the_list_says_state_flag_steps_and_readings(project) -> None:
    (case,) = fill(project)
    fresh = project.case_for(complete(make_study(7)), name="case7", path="/nowhere/case7")
    first, second = project.cases()
    assert (first.id, first.name, first.state, first.flagged, first.n_readings) == (case, "case0", "accepted", True, 1)
    assert first.n_gestures == len(worked().history)
    assert (second.id, second.state, second.flagged, second.doubt, second.n_gestures) == (
        fresh, "not started", False, None, 0,
    )  # fmt: skip
    project.set_doubt(fresh, 0.0, {"name": "toy"})
    assert (project.entry(fresh).doubt, project.entry(fresh).doubt_model) == (0.0, {"name": "toy"})


def test_undoing_an_acceptance_makes_the_case_be_in_progress_and_withdraws_the_reading(project) -> None:
    (case,) = fill(project)
    document = Document(SHAPE, project.history(case), clock=clock())
    project.append(case, document.undo())
    assert (project.entry(case).state, project.entry(case).n_readings) == ("in progress", 0)
    project.append(case, document.redo())
    assert (project.entry(case).state, project.entry(case).n_readings) == ("accepted", 1)
    project.append(case, document.reopen("lesion"))
    assert (project.entry(case).state, project.entry(case).n_readings) == ("in progress", 1)


def test_a_case_is_accepted_when_all_that_it_is_about_is(project) -> None:
    study = make_study()
    case = project.case_for(complete(study), name="a", structures=("lesion", "liver"))
    document = Document(SHAPE, clock=clock())
    mask = Bricks.of(np.ones(SHAPE, bool))
    project.append(case, document.accept("lesion", mask, how="blind"))
    assert project.entry(case).state == "in progress"
    project.append(case, document.accept("liver", mask, how="blind"))
    assert project.entry(case).state == "accepted"
    project.case_for(complete(study), name="a", structures=("lesion", "liver", "spleen"))
    assert project.entry(case).state == "in progress"


def test_a_flag_alone_is_no_work_and_all_undone_is_not_started(project) -> None:
    case = project.case_for(complete(make_study()), name="a")
    document = Document(SHAPE, clock=clock())
    project.append(case, document.set("flag", {FLAGGED: True}))
    assert (project.entry(case).state, project.entry(case).flagged) == ("not started", True)
    project.append(case, stroke(document))
    assert project.entry(case).state == "in progress"
    project.append(case, document.undo())
    assert project.entry(case).state == "not started"
    project.append(case, document.undo())
    assert (project.entry(case).flagged, project.entry(case).n_gestures) == (False, 4)


def test_view_session_shown_and_person_come_back_and_absent_is_none(project, path) -> None:
    (case,) = fill(project)
    assert (project.view(case), project.session(), project.shown(case, "lesion"), project.person()) == (
        None, None, None, "",
    )  # fmt: skip
    bricks = Bricks.of(np.random.default_rng(0).random(SHAPE) < 0.5)
    project.set_view(case, {"slice": 3, "zoom": 1.5, "window": (40.0, 400.0)})
    project.set_session({"cases": [case], "current": case})
    project.set_shown(case, "lesion", bricks, {"name": "toy"})
    project.set_person("reader")
    project.close()
    again = open_project(path)
    assert again.view(case) == {"slice": 3, "zoom": 1.5, "window": (40.0, 400.0)}
    assert again.session() == {"cases": (case,), "current": case}
    found, model = again.shown(case, "lesion")
    assert (found.digest, model, again.person()) == (bricks.digest, {"name": "toy"}, "reader")
    assert again.shown_structures(case) == ("lesion",)
    again.close()


def test_an_empty_volume_is_not_a_missing_one(project) -> None:
    (case,) = fill(project)
    project.set_shown(case, "lesion", Bricks.empty(SHAPE), None)
    found, model = project.shown(case, "lesion")
    assert (found.shape, found.count(), model) == (SHAPE, 0, None)


def test_a_gesture_that_does_not_follow_is_refused_and_nothing_is_written(project) -> None:
    (case,) = fill(project)
    before = project.history(case)
    gesture = worked().history[2]
    with pytest.raises(CaseConflict, match="changed by another window"):
        project.append(case, gesture)
    assert len(project.history(case)) == len(before)
    with pytest.raises(CaseConflict, match="removed"):
        project.append("nobody", worked().history[0])


def test_a_batch_that_fails_leaves_nothing(project) -> None:
    (case,) = fill(project)
    document = Document(SHAPE, project.history(case), clock=clock())
    document.reopen("lesion")
    count = len(document.history) - 1
    with pytest.raises(RuntimeError), project.batch():
        project.append(case, document.history[-1])
        project.set_view(case, {"slice": 1})
        raise RuntimeError
    assert (len(project.history(case)), project.view(case)) == (count, None)
    project.append(case, document.history[-1])
    assert len(project.history(case)) == count + 1


def test_the_file_is_readable_by_its_owner_only(project, path) -> None:
    fill(project)
    found = {item.name: stat.S_IMODE(item.stat().st_mode) for item in path.parent.iterdir()}
    assert set(found.values()) == {0o600}, found
    assert {"work.project", "work.project-wal"} <= set(found)


def test_bricks_that_steps_share_are_kept_once(project, path) -> None:
    case = project.case_for(complete(make_study()), name="a")
    document = Document(SHAPE, clock=clock())
    project.append(case, stroke(document))
    for _ in range(20):
        project.append(case, document.undo())
        project.append(case, document.redo())
    with project.reading() as db:
        assert db.execute("SELECT count(*) FROM blob").fetchone() == (1,)


def test_a_removed_case_is_erased_from_the_file_and_the_log_still_checks(project, path) -> None:
    kept, gone = fill(project, 2)
    project.set_shown(gone, "secret-structure", Bricks.empty(SHAPE), None)
    project.remove_case(gone)
    assert [entry.id for entry in project.cases()] == [kept]
    content = b"".join(item.read_bytes() for item in path.parent.iterdir())
    assert b'"case1"' not in content and b"/nowhere/case1" not in content and b"secret-structure" not in content
    assert len(project.history(kept)) == len(worked().history)
    project.close()
    again = open_project(path)
    assert (again.read_only, len(again.cases())) == ("", 1)
    again.close()


def test_traces_that_could_not_be_erased_at_once_are_erased_later(project, path, monkeypatch) -> None:
    kept, gone = fill(project, 2)
    compact = project._compact
    monkeypatch.setattr(project, "_compact", lambda: False)
    project.remove_case(gone)
    project.append(kept, Document(SHAPE, project.history(kept), clock=clock()).undo())
    calls = []
    monkeypatch.setattr(project, "_compact", lambda: calls.append(1) or compact())
    project.beat()
    project.beat()
    assert calls == [1]


def test_a_removal_that_was_rolled_back_removed_nothing(project) -> None:
    (case,) = fill(project)
    (project.images / case).mkdir(parents=True)
    with pytest.raises(RuntimeError), project.batch():
        project.remove_case(case)
        raise RuntimeError
    project.beat()
    assert (project.images / case).is_dir() and len(project.history(case)) == len(worked().history)


def test_a_moved_folder_is_found_by_content_and_a_changed_grid_is_a_new_version(project) -> None:
    study = make_study()
    case = project.case_for(complete(study), name="old", path="/a/old")
    assert project.case_for(complete(study), name="new", path="/b/new") == case
    assert (project.entry(case).name, str(project.entry(case).path)) == ("new", "/b/new")
    other = make_study(spacing=(3.0, 1.0, 1.1))
    second = project.case_for(complete(other), name="new", path="/c/new")
    assert second != case
    assert (project.entry(second).version, project.entry(second).version_of) == (2, case)
    third = project.case_for(complete(make_study(5, shape=(5, 70, 66))), name="new", path="/b/new")
    assert (project.entry(third).version, project.entry(third).version_of) == (3, case)
    same_place_and_grid = project.case_for(complete(make_study(6)), name="new", path="/b/new")
    assert project.entry(same_place_and_grid).version_of is None


def test_a_quick_key_stands_for_content_that_was_measured(project, tmp_path) -> None:
    file = tmp_path / "scan.nii"
    file.write_bytes(b"1234")
    study = make_study(source=file)
    quick = identify(study)
    assert quick.content == "" and quick.quick
    assert not project.known(quick)
    case = project.case_for(quick, name="scan", path=file)
    assert project.known(quick)
    assert project.learn(case, complete(study, quick)) == case
    moved = file.rename(tmp_path / "moved.nii")
    elsewhere = identify(make_study(source=moved))
    assert not project.known(elsewhere)
    provisional = project.case_for(elsewhere, name="moved", path=moved)
    assert provisional != case
    assert project.learn(provisional, complete(study, elsewhere)) == case
    assert [(entry.id, entry.name, entry.path) for entry in project.cases()] == [(case, "moved", moved)]


def test_appending_a_stroke_costs_less_than_5_ms_of_processor_time(project) -> None:
    shape = (300, 512, 512)
    case = project.case_for(complete(make_study()), name="a")
    document = Document(shape, clock=clock())
    gestures = [stroke(document, seed) for seed in range(100)]
    start = time.process_time()
    for gesture in gestures:
        project.append(case, gesture)
    assert (time.process_time() - start) / len(gestures) < 5e-3


def test_a_project_of_100_cases_with_200_gestures_each_opens_within_a_second(project, path) -> None:
    document = Document(SHAPE, clock=clock())
    gestures = [stroke(document, seed) for seed in range(200)]
    identity = complete(make_study())
    for number in range(100):
        case = project.case_for(type(identity)(identity.geometry, f"voxels:{number}"), name=f"case{number}")
        with project.batch():
            for gesture in gestures:
                project.append(case, gesture)
    project.close()
    start = time.process_time()
    again = open_project(path)
    cases = again.cases()
    taken = time.process_time() - start
    assert (len(cases), {entry.n_gestures for entry in cases}) == (100, {200})
    assert taken < 1.0
    again.close()


def test_an_unknown_case_is_a_sentence(project) -> None:
    with pytest.raises(UserError, match="not in the project"):
        project.entry("x")


def test_a_project_can_be_made_in_the_current_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = open_project("mine#1?.project", create=True)
    assert (made.read_only, [item.name for item in tmp_path.iterdir() if item.suffix == ".project"]) == (
        "", ["mine#1?.project"],
    )  # fmt: skip
    made.close()


def test_check_compares_an_accepted_mask_with_the_name_that_it_was_accepted_under(project) -> None:
    case = project.case_for(complete(make_study()), name="a")
    document = Document(SHAPE, clock=clock())
    made = document.accept("lesion", Bricks.of(np.ones(SHAPE, bool)), how="blind")
    other = {made.reading.mask: Bricks.of(np.eye(70, 66, dtype=bool)[None].repeat(4, 0))}
    project.append(case, replace(made, masks=other))
    assert any("not the one that was accepted" in problem for problem in check.problems(project))
