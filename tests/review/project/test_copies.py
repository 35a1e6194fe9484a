"""Copies of a project, for oneself and for somebody else; images collected beside it; the older worklist."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from project_cases import SHAPE, clock, fill, make_study, state_of, stroke, worked

from proseg_gui.errors import UserError
from proseg_gui.io.case_write import write_case
from proseg_gui.io.open import open_study
from proseg_gui.review.document import FLAGGED, Document
from proseg_gui.review.project import CaseIdentity, check, complete, identify, open_project, take_over_worklist
from proseg_gui.volume import DicomReference


def test_save_as_makes_a_whole_second_project_while_the_first_is_open(project, tmp_path) -> None:
    (case,) = fill(project)
    project.set_session({"current": case})
    project.copy_to(tmp_path / "copy.project")
    copy = open_project(tmp_path / "copy.project")
    assert (copy.read_only, check.problems(copy), copy.foreign) == ("", [], False)
    assert state_of(Document(SHAPE, copy.history(case))) == state_of(worked())
    assert (copy.session(), str(copy.entry(case).path)) == ({"current": case}, "/nowhere/case0")
    document = Document(SHAPE, copy.history(case), clock=clock())
    copy.append(case, document.undo())
    assert len(project.history(case)) + 1 == len(copy.history(case))
    assert (tmp_path / "copy.project").stat().st_mode & 0o777 == 0o600
    copy.close()


def test_save_as_replaces_nothing_unasked(project, tmp_path) -> None:
    fill(project)
    (tmp_path / "there").write_text("mine")
    with pytest.raises(UserError, match="exists"):
        project.copy_to(tmp_path / "there")
    assert (tmp_path / "there").read_text() == "mine"
    project.copy_to(tmp_path / "there", overwrite=True)
    open_project(tmp_path / "there").close()


def test_a_copy_that_is_shared_says_nothing_of_folders_names_or_patients(project, tmp_path) -> None:
    study = make_study()
    identity = replace(complete(study), patient="PID-0815")
    case = project.case_for(identity, name="DOE_JANE", path="/home/jane/DOE_JANE")
    same = project.case_for(CaseIdentity(identity.geometry, "voxels:x", patient="PID-0815"), name="DOE_2", path="/b")
    other = project.case_for(CaseIdentity(identity.geometry, "voxels:y", patient="PID-4711"), name="ROE", path="/c")
    for gesture in worked().history:
        project.append(case, gesture)
    project.set_view(case, {"slice": 1})
    project.set_session({"opened": "/home/jane/DOE_JANE"})
    before = project.patient(case)
    salt = project.meta("salt")
    project.copy_to(tmp_path / "shared.project", share=True)
    content = (tmp_path / "shared.project").read_bytes()
    for word in (b"DOE", b"jane", b"PID-0815", before.encode(), str(salt).encode()):
        assert word not in content
    copy = open_project(tmp_path / "shared.project")
    assert [entry.name for entry in copy.cases()] == ["case 1", "case 2", "case 3"]
    assert (copy.foreign, copy.view(case), copy.session(), check.problems(copy)) == (True, None, None, [])
    assert copy.patient(case) == copy.patient(same) != copy.patient(other)
    assert state_of(Document(SHAPE, copy.history(case))) == state_of(worked())
    assert copy.case_for(complete(study), name="mine now", path="/mine") == case
    copy.close()


def test_patients_are_kept_as_salted_hashes_only(project, path) -> None:
    identity = replace(complete(make_study()), patient="PID-0815")
    case = project.case_for(identity, name="a", path="/a")
    project.close()
    content = b"".join(item.read_bytes() for item in path.parent.iterdir())
    assert b"PID-0815" not in content and hashlib.sha256(b"PID-0815").hexdigest().encode() not in content
    again = open_project(path)
    assert len(again.patient(case)) == 64
    again.close()


def test_images_are_copied_only_when_asked_and_are_the_same_case(project, tmp_path) -> None:
    source = tmp_path / "scans" / "case0"
    write_case(make_study(), source)
    write_case(replace(make_study(), readings=()), tmp_path / "scans" / "other")
    study = open_study(source)
    case = project.case_for(complete(study), name="case0", path=source)
    assert project.entry(case).collected is None and not project.images.exists()
    folder = project.collect(case, study)
    assert project.entry(case).collected == folder
    again = open_study(folder)
    assert np.array_equal(again.image.array, study.image.array)
    assert project.case_for(complete(again), name="case0") == case
    project.copy_to(tmp_path / "copy" / "copy.project")
    copy = open_project(tmp_path / "copy" / "copy.project")
    assert np.array_equal(open_study(copy.entry(case).collected).image.array, study.image.array)
    copy.close()
    project.remove_case(case)
    assert not folder.exists()
    with pytest.raises(UserError, match="does not come from files"):
        project.collect(project.case_for(complete(make_study(1)), name="b"), make_study(1))


def test_an_identity_names_voxels_grid_and_patient_whatever_the_files_are_called(tmp_path) -> None:
    write_case(make_study(), tmp_path / "a" / "one")
    write_case(make_study(), tmp_path / "b" / "two")
    (tmp_path / "a" / "dataset.json").write_text(json.dumps({"patients": {"one": "P1"}}))
    one, two = open_study(tmp_path / "a" / "one"), open_study(tmp_path / "b" / "two")
    assert complete(one).content == complete(two).content
    assert identify(one).quick != identify(two).quick
    assert (identify(one).patient, identify(two).patient) == ("P1", "")
    changed = np.array(one.image.array)
    changed[0, 0, 0] += 1
    other = replace(one, channels={"image": replace(one.image, array=changed)})
    assert complete(other).content != complete(one).content


# -- the older worklist -----------------------------------------------------------------------------------------------
def _worklist(file, entries) -> None:
    keys = {hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]: entry for path, entry in entries.items()}
    file.write_text(json.dumps(keys))


def test_the_older_worklist_is_taken_over_once_and_is_gone(project, tmp_path) -> None:
    old = tmp_path / "worklist.json"
    paths = {name: tmp_path / name for name in ("new", "review", "done", "flag", "unknown")}
    _worklist(old, {
        paths["new"]: {"state": "new", "doubt": 1.5}, paths["review"]: {"state": "in review"},
        paths["done"]: {"state": "accepted", "doubt": float(0)}, paths["flag"]: {"state": "flagged"},
    })  # fmt: skip
    assert take_over_worklist(project, old) == 4
    assert not old.exists()
    assert take_over_worklist(project, old) == 0
    grid = make_study().geometry
    ids = {
        name: project.case_for(CaseIdentity(grid, f"voxels:{name}"), name=name, path=path)
        for name, path in paths.items()
    }
    found = {name: project.entry(case) for name, case in ids.items()}
    assert {name: (e.state, e.flagged, e.doubt) for name, e in found.items()} == {
        "new": ("not started", False, 1.5), "review": ("in progress", False, None),
        "done": ("accepted", False, 0.0), "flag": ("in progress", True, None), "unknown": ("not started", False, None),
    }  # fmt: skip
    assert "kept no voxels" in found["done"].note and found["done"].n_readings == 0
    assert [entry.note for name, entry in found.items() if name != "done"] == [""] * 4
    flagged = Document(SHAPE, project.history(ids["flag"]), clock=clock())
    assert flagged.value(FLAGGED) is True
    project.append(ids["flag"], flagged.undo())
    assert not project.entry(ids["flag"]).flagged
    document = Document(SHAPE, clock=clock())
    project.append(ids["done"], stroke(document))
    assert (project.entry(ids["done"]).state, project.entry(ids["done"]).note) == ("in progress", "")


@pytest.mark.parametrize(
    "content",
    [
        "[1]",
        "{",
        '{"a": 1}',
        '{"a": {"state": 3, "doubt": "x"}}',
        '{"a": {"doubt": 1e999}}',
        "[" * 100_000,
        '{"a": {"doubt": 1' + "0" * 400 + "}}",
        '{"a": {"doubt": NaN}}',
    ],
)
def test_an_odd_worklist_is_taken_for_what_it_says_or_left_alone(project, tmp_path, content) -> None:
    old = tmp_path / "worklist.json"
    old.write_text(content)
    try:
        take_over_worklist(project, old)
    except UserError:
        assert old.read_text() == content
    else:
        assert not old.exists()
    assert project.cases() == ()


def test_a_project_that_is_only_read_takes_nothing_over(project, tmp_path) -> None:
    old = tmp_path / "worklist.json"
    _worklist(old, {tmp_path / "a": {"state": "accepted"}})
    other = open_project(project.path)
    with pytest.raises(UserError):
        take_over_worklist(other, old)
    assert old.exists()
    other.close()


def test_the_clock_may_be_set_back(project) -> None:
    case = project.case_for(complete(make_study()), name="a")
    times = iter(["2026-05-01T00:00:00+00:00", "2020-01-01T00:00:00+00:00", "2026-05-02T00:00:00+00:00"])
    document = Document(SHAPE, clock=lambda: next(times))
    for seed in range(3):
        project.append(case, stroke(document, seed))
    assert [gesture.at[:4] for gesture in project.history(case)] == ["2026", "2020", "2026"]
    assert check.problems(project) == []


def test_numbers_have_decimal_points_in_every_locale(project, monkeypatch) -> None:
    import locale

    names = ("de_DE.UTF-8", "de_DE", "fr_FR.UTF-8")
    before = locale.setlocale(locale.LC_ALL)
    for name in names:
        try:
            locale.setlocale(locale.LC_ALL, name)
            break
        except locale.Error:
            continue
    try:
        (case,) = fill(project)
        project.set_doubt(case, 1.25, None)
        with project.reading() as db:
            (data,) = db.execute("SELECT data FROM state WHERE key = 'doubt'").fetchone()
        assert data == b'{"ml":1.25,"model":null}'
        assert state_of(Document(SHAPE, project.history(case))) == state_of(worked())
    finally:
        locale.setlocale(locale.LC_ALL, before)


def test_the_log_names_nobody(project, path) -> None:
    project.case_for(replace(complete(make_study()), patient="DOE^JANE"), name="DOE_JANE", path="/scans/DOE_JANE")
    fill(project)
    project.close()
    db = sqlite3.connect(path)
    rows = db.execute("SELECT * FROM log").fetchall() + db.execute("SELECT * FROM payload").fetchall()
    db.close()
    assert rows and b"DOE" not in repr(rows).encode()


def test_frames_of_one_file_are_different_images_and_a_resampled_series_is_another_one() -> None:
    study = make_study()

    def framed(frames: tuple[int, ...]):
        reference = DicomReference("1.2", "1.2.3", "1.2.4", "1.2.5", ("1.2.6",) * 4, {"PatientID": "P"}, frames)
        return replace(study, channels={"image": replace(study.image, dicom=reference)})

    first, second = framed((1, 2, 3, 4)), framed((5, 6, 7, 8))
    assert identify(first).content == identify(framed((1, 2, 3, 4))).content != identify(second).content
    derived = replace(study.image, derived_from=first.image.dicom, derivation="straightened")
    found = complete(replace(study, channels={"image": derived}))
    assert found.content.startswith("voxels:") and found.patient == "P"


def test_another_patient_in_the_same_place_is_no_version_of_the_case(project) -> None:
    def put(content: str, patient: str, slices: int) -> str:
        grid = make_study(shape=(slices, 8, 8)).geometry
        return project.case_for(CaseIdentity(grid, content, patient=patient), name="current", path="/inbox/current")

    first = put("dicom:1", "P1", 4)
    other = put("dicom:2", "P2", 5)
    later = put("dicom:3", "P1", 6)
    assert project.entry(other).version_of is None
    assert project.entry(later).version_of == first
    assert project.patient(later) == project.patient(first) != project.patient(other)
