"""A run's log as curves for TensorBoard, where that is installed: a mirror of ``log.jsonl``, which stays the one truth.

The records are written one by one, without torch's ``SummaryWriter``: that puts the computer's name into the file's
name, and writes from a thread of its own. Raters are numbers, as in the log.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = "tensorboard"
_PREFIX = "events.out.tfevents"
"""By which TensorBoard knows its files."""


def curves(row: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a row of the log by the names of their curves; none for an event."""
    if "event" in row:
        return {}
    if "validation" in row:
        figures = {f"validation/{name}": value for name, value in row["validation"].items()}
        lists = {name: values for name, values in figures.items() if isinstance(values, list)}
        for name, values in lists.items():
            del figures[name]
            figures |= {f"{name}/{number}": value for number, value in enumerate(values, 1)}
    else:
        figures = {f"train/{name}": value for name, value in row.items() if name not in ("step", "seconds")}
    return {name: float(value) for name, value in figures.items() if isinstance(value, int | float)}


class Board:
    """The event file of a run; ``rows`` are those that its log holds already, so that a resumed run has one file."""

    def __init__(self, folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.record_writer import RecordWriter

        self._event = Event
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{_PREFIX}.*"):
            old.unlink()
        seconds = max((row["seconds"] for row in rows if "seconds" in row), default=0.0)
        self._began = time.time() - seconds
        self._seconds = 0.0
        self._file = (folder / f"{_PREFIX}.{int(self._began + seconds)}").open("wb")
        self._writer = RecordWriter(self._file)
        self._writer.write(Event(wall_time=self._began, file_version="brain.Event:2").SerializeToString())
        for row in rows:
            self.add(row)

    def add(self, row: Mapping[str, Any]) -> None:
        """Write one row of the log; a row without a time has that of the row before."""
        self._seconds = float(row.get("seconds", self._seconds))
        found = curves(row)
        if not found:
            return
        event = self._event(wall_time=self._began + self._seconds, step=int(row["step"]))
        for name, value in found.items():
            event.summary.value.add(tag=name, simple_value=value)
        self._writer.write(event.SerializeToString())
        self._writer.flush()

    def close(self) -> None:
        """End the file."""
        self._file.close()


@contextlib.contextmanager
def open_board(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Iterator[Board | None]:
    """A board in ``folder``; ``None`` where TensorBoard is not installed."""
    try:
        board = Board(folder, rows)
    except ImportError:
        yield None
        return
    with contextlib.closing(board):
        yield board
