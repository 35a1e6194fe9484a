"""The table "region -> rater, structure, leave out" as a file (JSON or CSV), and what was chosen before."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_bytes, atomic_json, json_bytes
from proseg_gui.io.base.json_in import BadJson, parse_json, read_json
from proseg_gui.io.base.shown import plain
from proseg_gui.io.contours.naming import Row, Source, rater_names

FORMAT = "proseg-gui contour map"
COLUMNS = ("file", "region", "rater", "structure", "take")
_YES, _NO = ("yes", "true", "1", "x", ""), ("no", "false", "0", "-")
_MOST_BYTES = 1 << 24
_MOST_SOURCES = 500
_REMEDY = "Write one with --map-out and change that"


def read_map(path: str | Path) -> list[Row]:
    """The rows of a map, JSON or CSV by its content.

    Raises
    ------
    UserError
        If it cannot be read, is neither, lacks a column, or holds something else than text.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UserError("the file is too large for a map", path=path, remedy=_REMEDY)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"the file cannot be read ({error.strerror or error})", path=path) from error
    except UnicodeDecodeError as error:
        raise UserError("the map is no text in UTF-8", path=path, remedy=_REMEDY) from error
    entries = _from_json(text, path) if text.lstrip().startswith(("{", "[")) else _from_csv(text, path)
    rows = [_row(entry, number, path) for number, entry in enumerate(entries, 1)]
    if not rows:
        raise UserError("the map has no rows", path=path, remedy=_REMEDY)
    return rows


def _from_json(text: str, path: Path) -> list[Any]:
    try:
        content = parse_json(text)
    except BadJson as error:
        raise UserError(f"this is not valid JSON ({error})", path=path, remedy=_REMEDY) from error
    rows = content.get("rows") if isinstance(content, dict) else content
    if not isinstance(rows, list):
        raise UserError("the map has no list of rows", path=path, remedy=_REMEDY)
    return rows


def _from_csv(text: str, path: Path) -> list[Any]:
    try:
        dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
        return [row for row in csv.DictReader(io.StringIO(text), delimiter=dialect) if any(row.values())]
    except csv.Error as error:
        raise UserError(f"this is not a valid CSV table ({error})", path=path, remedy=_REMEDY) from error


def _row(entry: Any, number: int, path: Path) -> Row:
    if not isinstance(entry, dict) or "region" not in entry:
        raise UserError(f"row {number} of the map has no region", path=path, remedy=_REMEDY)
    unknown = sorted(str(key) for key in entry if key not in COLUMNS)
    if unknown:
        columns = ", ".join(COLUMNS)
        raise UserError(f"row {number} of the map has {plain(unknown[0])!r}; the columns are {columns}", path=path)
    values = {key: "" if entry.get(key) is None else entry[key] for key in COLUMNS if key in entry}
    take = values.pop("take", True)
    if isinstance(take, str):
        if take.strip().lower() not in (*_YES, *_NO):
            raise UserError(f"take in row {number} of the map is yes or no, not {plain(take)!r}", path=path)
        take = take.strip().lower() in _YES
    if not isinstance(take, bool) or not all(isinstance(value, str) for value in values.values()):
        raise UserError(f"row {number} of the map holds something else than text", path=path, remedy=_REMEDY)
    texts = {"file": "", "rater": "", "structure": ""} | {key: value.strip() for key, value in values.items()}
    return Row(**texts, take=take)


def map_bytes(rows: Sequence[Row], *, as_csv: bool) -> bytes:
    """The table as the content of a map file."""
    if not as_csv:
        return json_bytes({"format": FORMAT, "rows": [asdict(row) for row in rows]})
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**asdict(row), "take": "yes" if row.take else "no"} for row in rows)
    return text.getvalue().encode()


def write_map(path: str | Path, rows: Sequence[Row], *, overwrite: bool = False) -> None:
    """Write the table, as CSV where the name ends so, else as JSON."""
    path = Path(path)
    atomic_bytes(path, map_bytes(rows, as_csv=path.suffix.lower() == ".csv"), overwrite=overwrite)


def apply_map(proposed: Sequence[Row], chosen: Sequence[Row], notices: list[str]) -> list[Row]:
    """The proposed rows as the map has them; the map decides alone, so a region that it does not name is left out.

    A row of the map is about a file by its path or its name (empty or ``*``: any file) and a region by its name
    (``*``: any). The first that fits counts. Empty raters and structures stay as proposed. What is left out because
    no row names it, and rows that fit nothing, are said in ``notices``.
    """
    used: set[int] = set()
    rows, unnamed = [], []
    for row in proposed:
        at = next((at for at, entry in enumerate(chosen) if _fits(entry, row)), None)
        if at is None:
            unnamed.append(f"{row.region!r} of {plain(Path(row.file).name)}")
            rows.append(replace(row, take=False))
            continue
        used.add(at)
        entry = chosen[at]
        rows.append(
            replace(row, rater=entry.rater or row.rater, structure=entry.structure or row.structure, take=entry.take)
        )
    if unnamed:
        notices.append(f"The map does not name {', '.join(unnamed)}: left out.")
    idle = [entry for at, entry in enumerate(chosen) if at not in used]
    notices += [f"The map's row for {plain(entry.region)!r} fits no region of these files." for entry in idle]
    return rows


def _fits(entry: Row, row: Row) -> bool:
    if entry.region not in ("*", row.region):
        return False
    if entry.file in ("", "*", row.file):
        return True
    asked, there = Path(entry.file).parts, Path(row.file).absolute().parts
    return len(asked) <= len(there) and asked == there[len(there) - len(asked) :]


# -- what was chosen before ------------------------------------------------------------------------------------------
def remember(store: Path, sources: Sequence[Source], rows: Sequence[Row]) -> None:
    """Keep what a person chose, for the next files of the same origin.

    Names of regions and labels, which may hold a patient's, are kept as fingerprints only. A rater is kept where the
    file itself tells raters apart (by its label, or by its regions), else the next file's own rater stands.

    Raises
    ------
    UserError
        If it cannot be written.
    """
    known = _stored(store)
    for source, rater in zip(sources, rater_names(sources), strict=True):
        own = [row for row in rows if row.file == str(source.path)]
        keep = bool(source.label) or len({row.rater for row in own}) > 1
        known.pop(_origin(source), None)  # the newest last
        known[_origin(source)] = {
            _fingerprint(row.region if source.named else ""): {
                "rater": row.rater if keep and row.rater != rater else "",
                "structure": row.structure,
                "take": row.take,
            }
            for row in own
        }
    recent = dict(list(known.items())[-_MOST_SOURCES:])
    store.parent.mkdir(parents=True, exist_ok=True)
    atomic_json(store, recent, overwrite=True, mode=0o600)


def recall(store: Path, sources: Sequence[Source], rows: Sequence[Row], notices: list[str]) -> list[Row]:
    """``rows`` as a person chose them for files of the same origin before; where that changes any, a notice says so."""
    known = _stored(store)
    by_file = {str(source.path): source for source in sources}
    found = []
    for row in rows:
        source = by_file[row.file]
        entry = known.get(_origin(source), {}).get(_fingerprint(row.region if source.named else ""), {})
        texts = {key: entry.get(key) for key in ("rater", "structure")}
        kept = {key: value for key, value in texts.items() if isinstance(value, str) and value}
        take = entry.get("take")
        found.append(replace(row, **kept, take=take if isinstance(take, bool) else row.take))
    if found != list(rows):
        notices.append("Names are as you chose them for files of this origin before.")
    return found


def _stored(store: Path) -> dict[str, dict[str, Any]]:
    """What is kept; a damaged file counts as none, since it is a help and never a condition."""
    try:
        content = read_json(store)
    except UserError:
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        key: {region: entry for region, entry in value.items() if isinstance(entry, dict)}
        for key, value in content.items()
        if isinstance(value, dict)
    }


def _origin(source: Source) -> str:
    """What tells where a file comes from: its maker and label, its kind, and its name with numbers left out."""
    pattern = re.sub(r"\d+", "#", source.stem)
    return _fingerprint("\n".join((source.maker, source.label, source.path.suffix.lower(), pattern)))


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
