"""The one place that puts files on disk: a file or folder appears whole, or not at all.

Content goes to a temporary name in the same folder, is flushed to the disk, and is then renamed over the target.
Until that rename the old file is untouched, whatever happens: an error, a full disk, a cancel, a lost process. What a
lost process left is removed by the next one that writes into the folder (``io/base/leftovers.py``).
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.io.base.leftovers import hidden_name, remove_leftovers, set_aside_name

Writer = Callable[[Path], None]

_CLUTTER = {".DS_Store", "Thumbs.db", "desktop.ini"}


def atomic_write(path: str | Path, write: Writer, *, overwrite: bool = False) -> None:
    """Have ``write(temporary)`` make a file, and move it to ``path`` when it is complete.

    ``temporary`` lies in the target's folder and has the target's suffixes. ``write`` may check what it wrote and
    raise: the target is then left as it was. Missing parent folders are made.

    Raises
    ------
    UserError
        If ``path`` exists and ``overwrite`` is false, is a folder, cannot be written, or the disk is full.
    """
    atomic_write_all({Path(path): write}, overwrite=overwrite)


def atomic_write_all(writers: Mapping[Path, Writer], *, overwrite: bool = False) -> None:
    """Like :func:`atomic_write` for files that belong together: all are written before the first is renamed.

    Where their folder is new, it appears at once with all of them. In a folder that is there, files are renamed one
    after the other, and a process that is lost in between leaves each of them old or new.
    """
    for path in writers:
        check_target(path, overwrite=overwrite)
    new = {_outermost_missing(path.absolute().parent) for path in writers}
    if len(writers) > 1 and len(new) == 1 and (folder := new.pop()) is not None:
        _write_new_folder(folder, writers)
        return
    temporaries: dict[Path, Path] = {}
    made: list[Path] = []
    done = False
    current = next(iter(writers))
    for folder in {path.parent for path in writers}:
        remove_leftovers(folder)
    try:
        for current, write in writers.items():
            made += _make_parents(current.parent)
            temporary = temporaries[current] = _temporary_name(current)
            write(temporary)
            flush(temporary)
        for current in writers:
            check_target(current, overwrite=overwrite)
        for current, temporary in temporaries.items():
            os.replace(temporary, current)  # noqa: PTH105 - os.replace is what "atomic" names
        done = True
        for folder in {path.parent for path in writers}:
            flush(folder)
    except OSError as error:
        raise write_error(error, current) from error
    finally:
        if not done:
            for temporary in temporaries.values():
                temporary.unlink(missing_ok=True)
            _remove_folders(made)


def atomic_bytes(path: str | Path, data: bytes, *, overwrite: bool = False) -> None:
    """Write ``data`` to ``path``; see :func:`atomic_write`."""
    atomic_write(path, lambda temporary: _write_bytes(temporary, data), overwrite=overwrite)


def atomic_json(path: str | Path, obj: Any, *, overwrite: bool = False, mode: int | None = None) -> None:
    """Write ``obj`` as indented JSON (no NaN or infinity, which JSON does not know); see :func:`atomic_write`.

    ``mode``: the file's permissions from its first moment on, such as 0o600 for what only its owner may read.
    """
    data = json_bytes(obj)

    def write(temporary: Path) -> None:
        if mode is not None:
            temporary.touch(mode)
        _write_bytes(temporary, data)

    atomic_write(path, write, overwrite=overwrite)


def json_bytes(obj: Any) -> bytes:
    """``obj`` as the UTF-8 JSON text that every file of this program uses."""
    return (json.dumps(obj, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def json_writer(obj: Any) -> Writer:
    """A writer of ``obj`` as JSON, for :func:`atomic_write_all`."""
    data = json_bytes(obj)
    return lambda temporary: _write_bytes(temporary, data)


def atomic_folder(path: str | Path, fill: Writer, *, overwrite: bool = False) -> None:
    """Have ``fill(temporary_folder)`` make a folder's content, and let it appear at ``path`` at once.

    An empty folder at ``path`` is filled. With ``overwrite`` a folder is replaced only when the new one has all the
    names that the old one holds, so that no foreign file is ever deleted.

    Raises
    ------
    UserError
        As :func:`atomic_write`, and when overwriting would delete files of another kind.
    """
    path = Path(path)
    remove_leftovers(path.parent)
    _check_folder_target(path, overwrite=overwrite)
    temporary = _temporary_name(path)
    made: list[Path] = []
    done = False
    try:
        made = _make_parents(path.parent)
        temporary.mkdir()
        fill(temporary)
        for item in sorted(temporary.rglob("*")):
            flush(item)
        _swap_folder(temporary, path)
        done = True
        flush(path.parent)
    except OSError as error:
        raise write_error(error, path) from error
    finally:
        if not done:
            shutil.rmtree(temporary, ignore_errors=True)
            _remove_folders(made)


def _outermost_missing(folder: Path) -> Path | None:
    """The first folder that has to be made for ``folder`` to be there; ``None`` where it is."""
    missing = [item for item in (folder, *folder.parents) if not item.exists()]
    return missing[-1] if missing else None


def _write_new_folder(folder: Path, writers: Mapping[Path, Writer]) -> None:
    def fill(temporary: Path) -> None:
        for path, write in writers.items():
            inside = temporary / path.absolute().relative_to(folder)
            try:
                inside.parent.mkdir(parents=True, exist_ok=True)
                write(inside)
            except OSError as error:
                raise write_error(error, path) from error
        for path in writers:  # somebody else may have made the folder meanwhile
            check_target(path, overwrite=False)

    atomic_folder(folder, fill)


@contextmanager
def hidden_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder in ``folder`` to work in; it goes at the end, and after a lost process with the next one.

    Raises
    ------
    UserError
        If it cannot be made, or what the block writes into it cannot be written.
    """
    remove_leftovers(folder)
    hidden = folder / hidden_name()
    try:
        hidden.mkdir(0o700)
        yield hidden
    except OSError as error:
        raise write_error(error, folder) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder to ``target``, which must not exist: whole and at once, on any disk.

    Raises
    ------
    UserError
        As :func:`atomic_folder`.
    """
    atomic_folder(target, lambda temporary: _copy_into(source, temporary))


def remove_folder(folder: Path) -> None:
    """Remove a folder: it is gone at once, and what is left of it when the process is lost is removed by the next.

    Raises
    ------
    UserError
        If it cannot be removed.
    """
    hidden = folder.with_name(hidden_name())
    try:
        folder.rename(hidden)
        shutil.rmtree(hidden)
    except OSError as error:
        raise write_error(error, folder) from error


def check_target(path: Path, *, overwrite: bool) -> None:
    """Raise a UserError if a file must not be written at ``path``: call it before long work."""
    if path.is_dir():
        raise UserError("a folder of this name exists", path=path, remedy="Choose a file name")
    if path.exists() and not overwrite:
        raise UserError("the file exists already", path=path, remedy="Choose another name or allow overwriting it")
    _check_parents(path)


def check_folder(path: Path) -> None:
    """Raise a UserError if ``path`` cannot be a folder to write into (it is a file, or lies below one)."""
    if path.exists() and not path.is_dir():
        raise UserError("this is a file, not a folder", path=path, remedy="Choose a folder for the output")
    _check_parents(path)
    existing = path
    while not existing.exists():
        existing = existing.parent
    if not os.access(existing, os.W_OK | os.X_OK):
        raise write_error(PermissionError(errno.EACCES, "not writable"), path)


def write_error(error: OSError, path: Path) -> UserError:
    """The sentence for a failed write to ``path``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UserError("the disk is full", path=path, remedy="Nothing was written; free some space and try again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UserError("the folder cannot be written to", path=path, remedy="Choose a folder that you may write to")
    reason = error.strerror or str(error)
    return UserError(f"it could not be written ({reason})", path=path, remedy="Choose another place")


def _check_parents(path: Path) -> None:
    for parent in path.parents:
        if parent.is_dir():
            return
        if parent.exists():
            raise UserError(f"{parent} is a file, not a folder", path=path, remedy="Choose another place")


def _check_folder_target(path: Path, *, overwrite: bool) -> None:
    check_folder(path)
    if path.is_dir() and any(path.iterdir()) and not overwrite:
        raise UserError(
            "the folder exists already and is not empty", path=path, remedy="Choose another name or allow overwriting"
        )


def _swap_folder(new: Path, target: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    extra = {item.name for item in target.iterdir()} - {item.name for item in new.iterdir()} - _CLUTTER
    if extra:
        raise UserError(
            f"the folder also holds {sorted(extra)[0]!r}, which overwriting would delete",
            path=target,
            remedy="Choose another folder",
        )
    old = target.with_name(set_aside_name(target.name))
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _temporary_name(path: Path) -> Path:
    return path.parent / hidden_name("".join(path.suffixes[-2:]))


def _copy_into(source: Path, temporary: Path) -> None:
    for item in sorted(source.iterdir()):
        if item.is_dir():
            shutil.copytree(item, temporary / item.name)
        else:
            shutil.copyfile(item, temporary / item.name)


def _make_parents(folder: Path) -> list[Path]:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made = []
    for item in reversed(missing):
        item.mkdir(exist_ok=True)
        made.append(item)
    return made


def _remove_folders(made: list[Path]) -> None:
    for folder in reversed(made):
        try:
            folder.rmdir()
        except OSError:
            return  # someone else put something there meanwhile


def _write_bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def flush(path: Path) -> None:
    """Make the system put a file's (or folder's list of) content on the disk before anything relies on it."""
    if os.name == "nt" and path.is_dir():
        return  # Windows has no folder handles to flush
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
