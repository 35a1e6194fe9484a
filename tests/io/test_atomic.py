"""A file or folder appears whole or not at all, and nothing that exists is touched without being asked."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.base.atomic import (
    atomic_bytes,
    atomic_folder,
    atomic_json,
    atomic_write,
    atomic_write_all,
    check_folder,
)


def _full_disk(monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)


def _names(folder):
    return sorted(item.name for item in folder.iterdir())


def test_writes_with_missing_parents_and_the_target_s_suffixes(tmp_path):
    seen = []
    atomic_write(tmp_path / "a" / "b" / "x.nii.gz", lambda p: (seen.append(p), p.write_bytes(b"1"))[0])
    assert (tmp_path / "a" / "b" / "x.nii.gz").read_bytes() == b"1"
    assert seen[0].name.endswith(".nii.gz") and seen[0].parent == tmp_path / "a" / "b"
    assert _names(tmp_path / "a" / "b") == ["x.nii.gz"]


def test_existing_file_needs_overwrite(tmp_path):
    atomic_bytes(tmp_path / "x", b"old")
    with pytest.raises(UserError, match="exists already"):
        atomic_bytes(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"old"
    atomic_bytes(tmp_path / "x", b"new", overwrite=True)
    assert (tmp_path / "x").read_bytes() == b"new"


@pytest.mark.parametrize("error", [UserError("checked and found wrong"), Cancelled(), KeyboardInterrupt()])
def test_a_failing_writer_leaves_the_old_file_and_nothing_else(tmp_path, error):
    atomic_bytes(tmp_path / "x", b"old")

    def write(temporary: Path) -> None:
        temporary.write_bytes(b"half")
        raise error

    with pytest.raises(type(error)):
        atomic_write(tmp_path / "x", write, overwrite=True)
    with pytest.raises(type(error)):
        atomic_write(tmp_path / "new" / "deep" / "y", write)
    assert _names(tmp_path) == ["x"] and (tmp_path / "x").read_bytes() == b"old"


def test_full_disk_is_one_sentence_and_leaves_nothing(tmp_path, monkeypatch):
    atomic_bytes(tmp_path / "x", b"old")
    _full_disk(monkeypatch)
    with pytest.raises(UserError, match="the disk is full") as caught:
        atomic_bytes(tmp_path / "x", b"new", overwrite=True)
    assert caught.value.path == tmp_path / "x"
    with pytest.raises(UserError, match="the disk is full"):
        atomic_folder(tmp_path / "f", lambda p: (p / "a").write_bytes(b"1"))
    assert _names(tmp_path) == ["x"] and (tmp_path / "x").read_bytes() == b"old"


def test_files_that_belong_together_appear_together(tmp_path):
    def fail(temporary: Path) -> None:
        raise UserError("second is wrong")

    with pytest.raises(UserError, match="second"):
        atomic_write_all({tmp_path / "a": lambda p: p.write_bytes(b"1") and None, tmp_path / "b": fail})
    assert _names(tmp_path) == []
    (tmp_path / "b").write_bytes(b"here first")
    with pytest.raises(UserError, match="exists already"):
        atomic_write_all({tmp_path / "a": lambda p: None, tmp_path / "b": lambda p: None})
    assert _names(tmp_path) == ["b"]


def test_paths_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="a folder of this name exists"):
        atomic_bytes(tmp_path / "folder", b"", overwrite=True)
    with pytest.raises(UserError, match="is a file, not a folder"):
        atomic_bytes(tmp_path / "file" / "x", b"")
    with pytest.raises(UserError, match="is a file, not a folder"):
        check_folder(tmp_path / "file" / "x")
    with pytest.raises(UserError, match="this is a file, not a folder"):
        check_folder(tmp_path / "file")

    def denied(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", denied)
    with pytest.raises(UserError, match="cannot be written to"):
        atomic_bytes(tmp_path / "x", b"")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write into a read-only folder")
def test_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UserError, match="cannot be written to"):
            atomic_bytes(tmp_path / "x", b"")
        with pytest.raises(UserError, match="cannot be written to"):
            check_folder(tmp_path / "new")
    finally:
        tmp_path.chmod(0o700)


def test_json_is_readable_and_never_nan(tmp_path):
    atomic_json(tmp_path / "x.json", {"é": [1, 2.5]})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"é": [1, 2.5]}
    with pytest.raises(ValueError, match="JSON"):
        atomic_json(tmp_path / "y.json", {"a": float("nan")})


def test_folder_appears_whole(tmp_path):
    target = tmp_path / "out" / "bundle"

    def fill(temporary: Path) -> None:
        assert not target.exists()
        (temporary / "sub").mkdir()
        (temporary / "sub" / "a").write_bytes(b"1")

    atomic_folder(target, fill)
    assert (target / "sub" / "a").read_bytes() == b"1"
    with pytest.raises(UserError, match="not empty"):
        atomic_folder(target, fill)


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "f").mkdir()
    atomic_folder(tmp_path / "f", lambda p: (p / "a").write_bytes(b"1"))
    assert _names(tmp_path / "f") == ["a"]


def test_overwriting_a_folder_never_deletes_foreign_files(tmp_path):
    atomic_folder(tmp_path / "f", lambda p: (p / "a").write_bytes(b"1"))
    atomic_folder(tmp_path / "f", lambda p: (p / "a").write_bytes(b"2"), overwrite=True)
    assert (tmp_path / "f" / "a").read_bytes() == b"2"
    (tmp_path / "f" / "thesis.docx").write_bytes(b"3")
    with pytest.raises(UserError, match=r"'thesis.docx', which overwriting would delete"):
        atomic_folder(tmp_path / "f", lambda p: (p / "a").write_bytes(b"4"), overwrite=True)
    assert (tmp_path / "f" / "a").read_bytes() == b"2" and _names(tmp_path) == ["f"]
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match="this is a file"):
        atomic_folder(tmp_path / "file", lambda p: None, overwrite=True)
