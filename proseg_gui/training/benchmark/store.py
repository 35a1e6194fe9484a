"""A benchmark's folder: ``runs/`` with a JSON file a run, written as each run ends, and the tables made from them.

Finished runs may be packed: one compressed file a protocol (``*.jsonl.xz``, a run a line) in place of hundreds of
small ones. Whoever reads or goes on meets both alike; a run's own file counts where it is in both.
"""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_bytes, atomic_json, check_folder
from proseg_gui.io.base.json_in import parse_json, read_json
from proseg_gui.io.dataset import Dataset
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.training.benchmark.data import read_cases
from proseg_gui.training.benchmark.protocol import Protocol, Run, fold_split, run_hash
from proseg_gui.training.benchmark.runner import train_and_judge
from proseg_gui.training.run import current_commit

RUNS = "runs"
PACKED = ".jsonl.xz"
MAX_PACKED_BYTES = 400_000_000
"""More than any benchmark's runs, unpacked: a damaged or hostile file ends here."""
_OF_A_RUN = re.compile(r"-[a-z_]+-fold\d+-seed\d+\.json")
Report = Callable[[Run, dict[str, Any] | None], None]
"""Called after each run with its result; with ``None`` where the result was there already."""


def run_benchmark(
    dataset: Dataset,
    protocol: Protocol,
    runs: Sequence[Run],
    out: Path,
    *,
    overwrite: bool = False,
    device: str = "cpu",
    report: Report = lambda _run, _result: None,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> int:
    """Make the runs that ``out`` does not hold yet; returns how many were made.

    A result that is there counts when its hash is the one that this protocol, run and data have; ``overwrite`` makes
    every run again. Several processes may fill one folder, best with different methods or seeds.

    Raises
    ------
    UserError
        ``out`` cannot be written, or the data set cannot be split so.
    """
    check_folder(out / RUNS)
    splits = {run.fold: fold_split(dataset, protocol.folds, run.fold) for run in runs}
    data = read_cases(dataset, protocol, progress)
    made, packed = 0, _read_packed(out)
    for number, run in enumerate(runs):
        path, wanted = out / RUNS / run.file_name(protocol), run_hash(protocol, run, data.fingerprint)
        there = read_run(path) if path.is_file() else packed.get(path.name)
        if not overwrite and there is not None and there["hash"] == wanted:
            report(run, None)
            continue

        def inner(share: float, text: str, run: Run = run, number: int = number) -> None:
            progress((number + share) / len(runs), f"{run.method} fold {run.fold} seed {run.seed}: {text}")

        commit = current_commit()
        result = train_and_judge(protocol, run, data, splits[run.fold], inner, token, device)
        record = {
            "hash": wanted, "commit": commit, **asdict(run), "protocol": protocol.as_dict(),
            "raters": list(data.raters), **result,
        }  # fmt: skip
        atomic_json(path, record, overwrite=True)
        made += 1
        report(run, record)
    return made


def read_run(path: Path) -> dict[str, Any]:
    """A run's result.

    Raises
    ------
    UserError
        The file is damaged.
    """
    return _checked(read_json(path), path)


def _checked(content: Any, path: Path) -> dict[str, Any]:
    if not isinstance(content, dict) or not {"hash", "method", "fold", "seed", "protocol", "cases"} <= set(content):
        raise UserError("this is not a benchmark's run", path=path, remedy="Remove it, and the run is made again")
    return content


def read_runs(out: Path) -> list[dict[str, Any]]:
    """Every run of a benchmark's folder, packed or not, in the order of their names."""
    found = _read_packed(out) | {path.name: read_run(path) for path in (out / RUNS).glob("*.json")}
    return [found[name] for name in sorted(found)]


def pack_runs(out: Path) -> list[Path]:
    """Put the runs' files into one compressed file a protocol, and remove them; returns the compressed files.

    Each is read back before anything is removed.

    Raises
    ------
    UserError
        A file is damaged or cannot be written; then all runs are still there.
    """
    groups: dict[Path, list[Path]] = {}
    for path in sorted((out / RUNS).glob("*.json")):
        groups.setdefault(path.with_name(_OF_A_RUN.sub("", path.name) + PACKED), []).append(path)
    for table, files in groups.items():
        runs = (_unpacked(table) if table.is_file() else {}) | {path.name: read_run(path) for path in files}
        lines = "".join(json.dumps([name, runs[name]], ensure_ascii=False) + "\n" for name in sorted(runs))
        atomic_bytes(table, lzma.compress(lines.encode(), preset=9 | lzma.PRESET_EXTREME), overwrite=True)
        if _unpacked(table) != runs:
            raise UserError("the packed runs do not read back as they were", path=table)
        for path in files:
            path.unlink()
    return sorted(groups)


def _read_packed(out: Path) -> dict[str, dict[str, Any]]:
    """File name -> run, of all packed files."""
    found: dict[str, dict[str, Any]] = {}
    for table in sorted((out / RUNS).glob(f"*{PACKED}")):
        found |= _unpacked(table)
    return found


def _unpacked(table: Path) -> dict[str, dict[str, Any]]:
    found = {}
    try:
        with lzma.open(table) as file:
            data = file.read(MAX_PACKED_BYTES + 1)
        if len(data) > MAX_PACKED_BYTES:
            raise ValueError
        for line in data.decode().splitlines():
            name, run = parse_json(line)
            found[str(name)] = _checked(run, table)
    except (OSError, EOFError, lzma.LZMAError, ValueError, TypeError) as error:
        raise UserError("the packed runs are damaged", path=table,
                        remedy="Restore the file, or remove it and its runs are made again") from error  # fmt: skip
    return found
