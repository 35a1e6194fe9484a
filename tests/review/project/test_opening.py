"""Files that are no project, newer, damaged, in use or in a bad place: a sentence, and not one byte changed."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from project_cases import SHAPE, fill, make_study, state_of, worked

from proseg_gui.errors import UserError
from proseg_gui.review.document import Document
from proseg_gui.review.edits import Bricks
from proseg_gui.review.project import check, complete, lease, open_project, place, schema

ROOT = Path(__file__).parents[3]


def _bytes(folder: Path) -> dict[str, str]:
    return {item.name: hashlib.sha256(item.read_bytes()).hexdigest() for item in folder.iterdir() if item.is_file()}


@pytest.fixture
def filled(path) -> Path:
    project = open_project(path, create=True)
    fill(project, 2)
    case = project.cases()[0].id
    project.set_shown(case, "lesion", Bricks.of(np.random.default_rng(1).random(SHAPE) < 0.5), {"name": "toy"})
    project.close()
    return path


def _python(code: str, *arguments: object) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)], env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _sql(path: Path, *statements: str) -> None:
    db = sqlite3.connect(path)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


# -- what is no project -----------------------------------------------------------------------------------------------
def test_files_that_are_no_project_are_named_and_untouched(tmp_path) -> None:
    (tmp_path / "empty.project").write_bytes(b"")
    (tmp_path / "text.project").write_text("hello " * 100)
    (tmp_path / "short.project").write_bytes(b"SQLite format 3\0")
    _sql(tmp_path / "other.project", "CREATE TABLE meta (key TEXT)")
    before = _bytes(tmp_path)
    expected = {"empty": "empty", "text": "not a project", "short": "not a project", "other": "another program"}
    for name, sentence in expected.items():
        with pytest.raises(UserError, match=sentence):
            open_project(tmp_path / f"{name}.project", create=True)
    assert _bytes(tmp_path) == before


def test_a_folder_a_missing_file_and_a_place_below_a_file_are_sentences(tmp_path) -> None:
    with pytest.raises(UserError, match="folder"):
        open_project(tmp_path)
    with pytest.raises(UserError, match="no such project"):
        open_project(tmp_path / "none.project")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError):
        open_project(tmp_path / "file" / "mine.project", create=True)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file"]


def test_a_newer_project_is_explained_and_untouched(filled) -> None:
    _sql(filled, f"PRAGMA user_version = {schema.VERSION + 1}")
    before = _bytes(filled.parent)
    with pytest.raises(UserError, match="newer version"):
        open_project(filled)
    assert _bytes(filled.parent) == before


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON log BEGIN DELETE FROM log; END",
        "CREATE VIEW v AS SELECT * FROM log",
        "CREATE TABLE more (x)",
        "ALTER TABLE log ADD COLUMN more",
        "DROP TABLE state",
        "CREATE INDEX i ON log (case_id)",
    ],
)
def test_tables_triggers_and_views_that_are_not_ours_are_refused(filled, statement) -> None:
    _sql(filled, statement)
    before = _bytes(filled.parent)
    with pytest.raises(UserError, match="not as it should be"):
        open_project(filled)
    assert _bytes(filled.parent) == before


# -- damage -----------------------------------------------------------------------------------------------------------
def _outcome(path: Path, truth: dict) -> str:
    """Open a file that may be damaged, and see that whatever it gives is true."""
    try:
        project = open_project(path, write=False)
    except UserError:
        return "explained"
    said = bool(check.problems(project))
    try:
        for entry in project.cases():
            try:
                history = project.history(entry.id)
                shown = project.shown(entry.id, "lesion")
            except UserError:
                assert said
                continue
            if history:
                assert state_of(Document(SHAPE, history)) == truth[entry.id][0]
            if shown is not None:
                assert shown[0].digest == truth[entry.id][1]
        project.session(), project.person(), project.persons(), project.view(next(iter(truth)))
    except UserError:
        assert said
    finally:
        project.close()
    return "said" if said else "whole"


def test_flipped_bits_never_crash_and_never_give_a_wrong_voxel(filled, tmp_path) -> None:
    whole = open_project(filled, write=False)
    cases = [entry.id for entry in whole.cases()]
    shown = {case: whole.shown(case, "lesion") for case in cases}
    states = {case: state_of(Document(SHAPE, whole.history(case))) for case in cases}
    truth = {case: (states[case], shown[case] and shown[case][0].digest) for case in cases}
    whole.close()
    content = filled.read_bytes()
    outcomes: dict[str, int] = {}
    for seed in range(200):
        rng = random.Random(seed)
        data = bytearray(content)
        for _ in range(rng.choice((1, 1, 1, 3, 20))):
            at = rng.randrange(len(data))
            data[at] ^= 1 << rng.randrange(8)
        copy = tmp_path / "flipped.project"
        copy.write_bytes(data)
        outcome = _outcome(copy, truth)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        assert copy.read_bytes() == bytes(data), seed
        for beside in tmp_path.glob("flipped.project-*"):
            beside.unlink()
    assert outcomes["explained"] + outcomes["said"] > 60, outcomes  # the rest of the bits is in unused parts of pages


@pytest.mark.parametrize("share", [0.0005, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_short_is_explained_and_untouched(filled, share) -> None:
    content = filled.read_bytes()
    filled.write_bytes(content[: int(len(content) * share)])
    before = _bytes(filled.parent)
    try:
        project = open_project(filled)
    except UserError:
        pass
    else:
        assert "damaged" in project.read_only
        project.close()
    assert _bytes(filled.parent) == before


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)", "content|end of its log"),
        ("UPDATE log SET person = 'somebody' WHERE seq = 3", "broken at entry 3"),
        ("DELETE FROM payload WHERE seq = 4", "content of a gesture is missing"),
        ("UPDATE meta SET data = x'00' WHERE key = 'head'", "end of its log"),
        ("DELETE FROM meta WHERE key = 'head'", "end of its log"),
        ("UPDATE cases SET data = x'7b7d'", "case is damaged"),
        ("DELETE FROM cases WHERE rowid = 1", "case is missing"),
        ("INSERT INTO cases VALUES ('x', x'7b7d', x'00')", "case is damaged"),
    ],
)
def test_what_was_changed_behind_our_back_is_said_and_nothing_is_written(filled, statement, sentence) -> None:
    _sql(filled, "PRAGMA foreign_keys = OFF", statement)
    before = _bytes(filled.parent)
    project = open_project(filled)
    assert "damaged" in project.read_only
    assert re.search(sentence, project.read_only)
    with pytest.raises(UserError, match="damaged"):
        project.set_person("me")
    assert not project.regain()
    project.close()
    assert _bytes(filled.parent) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE blob SET data = zeroblob(length(data))",
        "UPDATE payload SET data = CAST(replace(CAST(data AS TEXT), 'by hand', 'blind!!') AS BLOB)",
        "DELETE FROM blob",
        "UPDATE state SET data = zeroblob(length(data)) WHERE key LIKE 'shown/%'",
        "UPDATE state SET data = zeroblob(length(data)) WHERE key = 'summary'",
        "UPDATE local SET data = x'7b7d'",
        "UPDATE state SET key = 'shown/liver' WHERE key = 'shown/lesion'",
    ],
)
def test_what_opening_does_not_read_is_found_by_check_and_when_it_is_read(filled, statement) -> None:
    _sql(filled, statement)
    project = open_project(filled, write=False)
    assert check.problems(project)
    case = project.cases()[0].id
    if "blob SET" in statement or "payload" in statement or "DELETE" in statement:
        with pytest.raises(UserError, match="damaged"):
            project.history(case)
    if "shown/%" in statement:
        with pytest.raises(UserError, match="damaged"):
            project.shown(case, "lesion")
    if "liver" in statement:
        with pytest.raises(UserError, match="damaged"):
            project.shown(case, "liver")
    assert project.cases()[0].n_gestures == len(worked().history) or "payload" in statement
    project.close()


def test_a_whole_project_has_no_problem(filled) -> None:
    project = open_project(filled, write=False)
    assert check.problems(project) == []
    project.close()


# -- who writes -------------------------------------------------------------------------------------------------------
def test_two_programs_at_once_one_writes_and_the_other_says_who(filled) -> None:
    child = _python(
        """
        import sys
        from proseg_gui.review.project import open_project
        project = open_project(sys.argv[1])
        print(repr(project.read_only), flush=True)
        sys.stdin.readline()
        """,
        filled,
    )
    assert child.stdout.readline() == "''\n"
    second = open_project(filled)
    assert f"written by process {child.pid} on {socket.gethostname()}" in second.read_only
    with pytest.raises(UserError, match="written by"):
        second.set_person("me")
    assert len(second.cases()) == 2
    assert not second.regain()
    child.kill()
    child.wait()
    child.stdin.close(), child.stdout.close()
    assert second.regain()
    assert second.read_only == ""
    second.set_person("me")
    second.close()


def test_two_windows_never_erase_each_others_work(filled) -> None:
    first = open_project(filled)
    second = open_project(filled)
    case = first.cases()[0].id
    ours = Document(SHAPE, second.history(case))
    theirs = Document(SHAPE, first.history(case))
    first.append(case, theirs.reopen("lesion"))
    assert second.entry(case).state == "in progress"
    first.close()
    assert second.regain()
    with pytest.raises(UserError, match="another window"):
        second.append(case, ours.undo())
    assert state_of(Document(SHAPE, second.history(case))) == state_of(theirs)
    second.close()


def test_whoever_lost_the_lease_writes_nothing_more(filled) -> None:
    first = open_project(filled)
    _sql(filled, "UPDATE lease SET token = 'taken', pid = 4242, host = 'elsewhere'")
    with pytest.raises(UserError, match="process 4242 on elsewhere"):
        first.set_person("me")
    assert "elsewhere" in first.read_only
    assert first.person() == ""
    first.close()


def _row(**changes) -> lease.Lease:
    mine = lease.mine()
    return lease.Lease(**{**mine.__dict__, **changes})


def _take(path: Path, holder: lease.Lease, sleep=lambda _s: None):
    db = place.connect(path, "rw")
    db.execute("DELETE FROM lease")
    db.execute("INSERT INTO lease VALUES (1, ?, ?, ?, ?, ?, ?, ?)", tuple(holder.__dict__.values()))
    found = lease.take(db, lease.mine(), sleep=sleep)
    db.close()
    return found


def test_a_lease_of_this_machine_is_judged_by_its_process(filled) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert _take(filled, _row(pid=gone.pid)) is None
    assert _take(filled, _row(started=lease.mine().started - 100.0)) is None, "a process number that was used again"
    assert _take(filled, _row()) is not None
    assert _take(filled, _row(at=0.0)) is not None, "a process of this machine lives, however long it was stopped"


def test_a_lease_of_another_machine_is_judged_by_its_heartbeat_alone(filled) -> None:
    now = time.time()
    assert _take(filled, _row(scope="other", at=now)) is not None
    assert _take(filled, _row(scope="other", at=now - 1e4)) is None
    assert _take(filled, _row(scope="other", at=now + 1e4)) is None, "its clock was ahead, and it beats no more"

    def beats(_seconds: float) -> None:
        _sql(filled, "UPDATE lease SET beats = beats + 1")

    found = _take(filled, _row(scope="other", host="far", at=now - 1e4), sleep=beats)
    assert found is not None and found.host == "far", "its clock is wrong, but it beats"


def test_a_file_that_was_exchanged_or_deleted_is_not_written_to(filled, tmp_path) -> None:
    project = open_project(filled)
    filled.rename(tmp_path / "away.project")
    with pytest.raises(UserError, match="moved, replaced or deleted"):
        project.set_person("me")
    shutil.copy(tmp_path / "away.project", filled)
    with pytest.raises(UserError, match="moved, replaced or deleted"):
        project.set_person("me")
    project.close()


def test_a_place_that_cannot_be_written_to_is_read(filled, monkeypatch) -> None:
    before = _bytes(filled.parent)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
    project = open_project(filled)
    assert "cannot be written to" in project.read_only
    assert len(project.cases()) == 2
    case = project.case_for(complete(make_study(9)), name="seen here", path="/x")
    assert (project.entry(case).name, project.history(case), project.view(case)) == ("seen here", (), None)
    project.close()
    assert _bytes(filled.parent)["work.project"] == before["work.project"]


def test_a_folder_without_the_right_to_write_for_real() -> None:
    folder = Path(tempfile.mkdtemp(dir="/tmp"))  # pytest's own are closed to other accounts
    try:
        path, killed = folder / "work.project", folder / "killed.project"
        project = open_project(path, create=True)
        fill(project)
        shutil.copy(path, killed)
        shutil.copy(f"{path}-wal", f"{killed}-wal")
        project.close()
        for item in folder.iterdir():
            item.chmod(0o444)
        folder.chmod(0o555)
        before = _bytes(folder)
        child = os.fork()
        if not child:
            code = 1
            try:
                if os.geteuid() == 0:
                    os.setuid(65534)  # root may write anywhere
                found = open_project(path)
                assert "cannot be written to" in found.read_only
                assert len(found.history(found.cases()[0].id)) == len(worked().history)
                with pytest.raises(UserError, match="mid-write"):
                    open_project(killed)
                with pytest.raises(UserError, match="cannot be written to"):
                    open_project(folder / "new.project", create=True)
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert _bytes(folder) == before
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_network_drive_gets_a_rollback_journal(path, monkeypatch) -> None:
    monkeypatch.setattr(place, "file_system", lambda _path: "nfs4")
    project = open_project(path, create=True)
    (case,) = fill(project)
    with project.reading() as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    project.close()
    monkeypatch.setattr(place, "file_system", lambda _path: "ext4")
    project = open_project(path)
    with project.reading() as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert len(project.history(case)) == len(worked().history)
    project.close()


def test_file_systems_are_told_by_the_longest_mount_point(monkeypatch) -> None:
    parts = [("/", "ext4", "rw"), ("/data", "nfs4", "rw"), ("/data/local", "xfs", "rw"), ("/odd", "", "rw")]
    rows = [type("Part", (), dict(zip(("mountpoint", "fstype", "opts"), part, strict=True))) for part in parts]
    monkeypatch.setattr(place.psutil, "disk_partitions", lambda all: rows)
    assert [place.is_local(Path(p)) for p in ("/a/x", "/data/x", "/data/local/x", "/odd/x", "/database/x")] == [
        True, False, True, False, True,
    ]  # fmt: skip


def test_connections_trust_no_schema_keep_foreign_keys_and_load_nothing(filled) -> None:
    for mode in ("ro", "rw"):
        db = place.connect(filled, mode)
        assert db.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
        with pytest.raises(sqlite3.OperationalError):
            db.execute("SELECT load_extension('x')")
        db.close()


def test_the_private_project_lies_in_a_private_folder(monkeypatch, tmp_path) -> None:
    import platformdirs

    from proseg_gui.review.project import default_project_path

    monkeypatch.setattr(platformdirs, "user_data_path", lambda name: tmp_path / "home" / name)
    path = default_project_path()
    open_project(path, create=True).close()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_foreign_projects_paths_are_hidden_until_they_are_allowed(filled, monkeypatch) -> None:
    project = open_project(filled)
    assert not project.foreign
    monkeypatch.setattr(place, "this_user", lambda: "elsewhere|1000")
    assert project.foreign
    assert [entry.path for entry in project.cases()] == [None, None]
    project.allow_paths()
    assert not project.foreign
    assert all(entry.path is not None for entry in project.cases())
    project.close()
