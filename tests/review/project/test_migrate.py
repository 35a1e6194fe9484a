"""Every older format is brought to the newest in a new file; a kill at any step leaves one that opens."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import sys
from pathlib import Path

import pytest
from project_cases import SHAPE, state_of, worked

from proseg_gui.review.document import Document
from proseg_gui.review.project import check, migrate, open_project, place, schema

DATA = Path(__file__).parent / "data"
VERSIONS = range(1, schema.VERSION)


def test_a_file_of_every_older_format_is_kept_here() -> None:
    assert sorted(item.name for item in DATA.iterdir()) == [f"schema-{version}.project" for version in VERSIONS]
    assert set(migrate.STEPS) == set(VERSIONS)


@pytest.fixture(params=VERSIONS)
def old(request, tmp_path) -> Path:
    path = tmp_path / "old.project"
    shutil.copy(DATA / f"schema-{request.param}.project", path)
    path.chmod(0o600)
    return path


def _is_all_there(project) -> None:
    first, second = project.cases()
    assert (first.state, first.flagged, first.n_readings, second.doubt) == ("accepted", True, 1, 1.25)
    assert state_of(Document(SHAPE, project.history(first.id))) == state_of(worked())
    assert (project.person(), project.persons(), project.view(first.id)) == ("reader", ("reader",), {"slice": 2})
    assert project.session() == {"cases": (first.id, second.id), "current": second.id}
    assert project.shown(first.id, "lesion")[0].count() == SHAPE[0] * SHAPE[1] * SHAPE[2]


def test_an_older_project_is_brought_to_the_newest_format_with_all_that_it_holds(old) -> None:
    project = open_project(old)
    assert project.read_only == ""
    _is_all_there(project)
    assert check.problems(project) == []
    project.set_person("another")
    assert project.persons() == ("another", "reader")
    project.close()
    assert sqlite3.connect(old).execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    assert [item.name for item in old.parent.iterdir()] == ["old.project"]
    assert old.stat().st_mode & 0o777 == 0o600


def test_an_older_project_that_is_only_read_stays_as_it_is(old) -> None:
    before = old.read_bytes()
    project = open_project(old, write=False)
    _is_all_there(project)
    assert check.problems(project) == []
    project.close()
    assert old.read_bytes() == before


def test_an_older_project_that_another_program_writes_is_read_and_not_exchanged(old) -> None:
    from proseg_gui.review.project import lease

    db = place.connect(old, "rw")
    assert lease.take(db, lease.mine()) is None
    db.close()
    before = old.read_bytes()
    project = open_project(old)
    assert "written by process" in project.read_only
    _is_all_there(project)
    project.close()
    assert old.read_bytes() == before


def test_an_older_project_that_another_window_has_open_is_read_and_not_exchanged(old) -> None:
    db = place.connect(old, "ro")
    db.execute("SELECT count(*) FROM log").fetchone()
    content = _content(old)
    project = open_project(old)
    assert "older format" in project.read_only and "in use" in project.read_only
    _is_all_there(project)
    assert _content(old) == content
    db.close()
    assert project.regain()
    project.set_person("another")
    assert project.persons() == ("another", "reader")
    project.close()


def test_a_full_disc_leaves_the_older_project_as_it_is(old, monkeypatch) -> None:
    step = migrate.STEPS[1]

    def full(db):
        if db.execute("PRAGMA database_list").fetchone()[2]:  # on the disc, not in memory
            raise sqlite3.OperationalError("database or disk is full")
        step(db)

    content = _content(old)
    monkeypatch.setitem(migrate.STEPS, 1, full)
    project = open_project(old)
    assert "the disk is full" in project.read_only
    _is_all_there(project)
    project.close()
    monkeypatch.undo()
    assert _content(old) == content
    project = open_project(old)
    _is_all_there(project)
    project.close()


def _content(path: Path) -> str:
    """A hash of all that a file holds but who has the lease."""
    db = sqlite3.connect(path)
    lines = [line for line in db.iterdump() if '"lease"' not in line]
    db.close()
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _killed_at(path: Path, line: int) -> bool:
    """Open ``path`` in a child that is killed before the ``line``-th line of the migration; whether it came to it."""
    child = os.fork()
    if not child:
        seen = 0

        def trace(frame, event, _argument):
            nonlocal seen
            if Path(frame.f_code.co_filename).name not in ("migrate.py", "opening.py"):
                return None
            if event == "line" and frame.f_code.co_name in ("in_place", "_bring_over", "_to_2", "_migrate"):
                seen += 1
                if seen == line:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        try:
            open_project(path)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_killed_at_every_step_of_a_migration(old) -> None:
    original, content = old.read_bytes(), _content(old)
    older = newer = 0
    for line in range(1, 500):
        for item in old.parent.iterdir():
            item.unlink()
        old.write_bytes(original)
        if not _killed_at(old, line):
            break
        # What is found is one of the two: the old file with its content, or the new one.
        db = sqlite3.connect(old)
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.close()
        if version < schema.VERSION:
            assert _content(old) == content, line
            older += 1
        else:
            newer += 1
        project = open_project(old)
        assert project.read_only == "", line
        _is_all_there(project)
        project.close()
        assert [item.name for item in old.parent.iterdir()] == ["old.project"], line
    assert older > 15 and newer > 0, (older, newer)
