"""The log of a run: one JSON object a line. No torch here: the window reads it too.

A process that is killed may leave its last line half written. Such a line is passed over, and a run that goes on
writes the whole ones again before it adds more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from proseg_gui.io.base.atomic import atomic_bytes
from proseg_gui.io.base.json_in import BadJson, parse_json

LOG_NAME = "log.jsonl"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows that can be read, in order; none where there is no log."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
    return _rows_of(lines)


class LogFollower:
    """Reads a log that grows: a look takes what was added since the last one, and no more.

    A last line without its end waits until it is whole. A log that was replaced or cut is read anew: it is known by
    being another file, by being shorter, or by other bytes where the last whole line ended.
    """

    _KNOWN = 256
    """How many of the last bytes that were read are compared."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin(None)

    def _begin(self, file: tuple[int, int] | None) -> None:
        self._file, self._offset, self._end, self._rows = file, 0, b"", list[dict[str, Any]]()

    def rows(self) -> Sequence[dict[str, Any]]:
        """All rows so far, in order; none where there is no log."""
        try:
            with self._path.open("rb") as log:
                found = os.fstat(log.fileno())
                if (found.st_dev, found.st_ino) != self._file or not self._goes_on(log, found.st_size):
                    self._begin((found.st_dev, found.st_ino))
                log.seek(self._offset)
                added = log.read()
        except OSError:
            self._begin(None)
            return ()
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        self._end = (self._end + whole)[-self._KNOWN :]
        self._rows += _rows_of(whole.splitlines())
        return tuple(self._rows)

    def _goes_on(self, log: BinaryIO, size: int) -> bool:
        """Whether what was read is still there."""
        log.seek(self._offset - len(self._end))
        return size >= self._offset and log.read(len(self._end)) == self._end


def _rows_of(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    rows = []
    for line in lines:
        try:
            row = parse_json(line)
        except BadJson:
            continue
        if isinstance(row, dict) and type(row.get("step")) is int:
            rows.append(row)
    return rows


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put these rows in the log's place."""
    atomic_bytes(path, "".join(f"{json.dumps(row)}\n" for row in rows).encode(), overwrite=True)


def add_row(path: Path, row: Mapping[str, Any]) -> None:
    """Add one row at the end."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
