"""The log of a run: one JSON object a line. No torch here: the window reads it too.

A process that is killed may leave its last line half written. Such a line is passed over, and a run that goes on
writes the whole ones again before it adds more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from proseg_gui.io.atomic import atomic_bytes
from proseg_gui.io.json_in import BadJson, parse_json

LOG_NAME = "log.jsonl"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows that can be read, in order; none where there is no log."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
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
