"""Copies: of a project's file, for oneself or for somebody else, and of the images of its cases."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_folder, atomic_write
from proseg_gui.review.project import lease, place, records
from proseg_gui.volume import Study


def copy(db: sqlite3.Connection, path: Path, *, share: bool, overwrite: bool) -> None:
    """Copy a project by SQLite's own backup; see :meth:`Project.copy_to`."""

    def write(temporary: Path) -> None:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with contextlib.closing(place.connect(temporary, "rw")) as new:
            db.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
            lease.clear(new)
            if share:
                _strip(new)

    try:
        atomic_write(path, write, overwrite=overwrite)
    except sqlite3.Error as error:
        raise place.failure(error, path) from error


def _strip(db: sqlite3.Connection) -> None:
    """Take out what says whose images these are and where they lie."""
    db.execute("BEGIN")
    db.execute("DELETE FROM local")
    db.execute("DELETE FROM state WHERE key = 'view'")
    db.execute("DELETE FROM meta WHERE key IN ('session', 'older worklist', 'homes', 'salt', 'person')")
    salt = secrets.token_hex(16)
    data = records.pack(salt)
    db.execute("INSERT INTO meta VALUES ('salt', ?, ?)", (data, records.seal("salt", data)))
    for case_id, kept, sha256 in db.execute("SELECT id, data, sha256 FROM cases").fetchall():
        fixed = records.unpack(records.unsealed(case_id, kept, sha256))
        # The old salt is gone: patients are still told apart, but no patient's number can be tried out.
        patient = records.salted(salt, fixed["patient"]) if fixed["patient"] else ""
        data = records.pack({**fixed, "patient": patient, "collected": False})
        db.execute("UPDATE cases SET data = ?, sha256 = ? WHERE id = ?", (data, records.seal(case_id, data), case_id))
    db.execute("COMMIT")
    db.execute("VACUUM")


def copy_folder(source: Path, target: Path, *, overwrite: bool) -> None:
    """Copy a folder of collected images."""
    atomic_folder(target, lambda temporary: _copy_below(source, temporary), overwrite=overwrite)


def _copy_below(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)


def collect(study: Study, folder: Path) -> Path:
    """Copy the files that a study's image was read from into ``folder``."""
    if not isinstance(study.source, str | Path):
        raise UserError("the scan does not come from files, so there is nothing to copy", path=study.name)
    source = Path(study.source).resolve()
    files = _files(study, source)
    base = source if source.is_dir() else source.parent

    def fill(temporary: Path) -> None:
        for file in files:
            target = temporary / file.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)

    if not files:
        raise UserError("the files of the scan are not there any more", path=source, remedy="Open the scan again")
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    atomic_folder(folder, fill, overwrite=True)
    return folder


def _files(study: Study, source: Path) -> list[Path]:
    """The files of the image alone: of a folder the series' instances, or the case's images without its masks."""
    if source.is_file():
        same = [item for item in source.parent.iterdir() if item.is_file() and item.stem == source.stem]
        return same if source.suffix.lower() in (".hdr", ".img", ".mhd", ".nhdr") else [source]
    below = sorted(item for item in source.rglob("*") if item.is_file())
    origin = study.image.origin
    if origin is None:
        return [item for item in below if "masks" not in item.relative_to(source).parts]
    wanted = set(origin.sop_instance_uids)
    return [item for item in below if _instance(item) in wanted]


def _instance(file: Path) -> str:
    from proseg_gui.io.dicom.headers import read_header  # late: a window's start would wait half a second for pydicom

    with contextlib.suppress(UserError, OSError):
        header = read_header(file)
        return "" if header is None else header.text("SOPInstanceUID")
    return ""
