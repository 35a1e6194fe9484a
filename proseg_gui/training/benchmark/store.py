"""A benchmark's folder: ``runs/`` with a JSON file a run, written as each run ends, and the tables made from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.io.atomic import atomic_json, check_folder
from proseg_gui.io.dataset import Dataset
from proseg_gui.io.json_in import read_json
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.training.benchmark.data import read_cases
from proseg_gui.training.benchmark.protocol import Protocol, Run, fold_split, run_hash
from proseg_gui.training.benchmark.runner import train_and_judge
from proseg_gui.training.run import current_commit

RUNS = "runs"
Report = Callable[[Run, dict[str, Any] | None], None]
"""Called after each run with its result; with ``None`` where the result was there already."""


def run_benchmark(
    dataset: Dataset,
    protocol: Protocol,
    runs: Sequence[Run],
    out: Path,
    *,
    overwrite: bool = False,
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
    made = 0
    for number, run in enumerate(runs):
        path, wanted = out / RUNS / run.file_name(protocol), run_hash(protocol, run, data.fingerprint)
        if not overwrite and path.is_file() and read_run(path)["hash"] == wanted:
            report(run, None)
            continue

        def inner(share: float, text: str, run: Run = run, number: int = number) -> None:
            progress((number + share) / len(runs), f"{run.method} fold {run.fold} seed {run.seed}: {text}")

        commit = current_commit()
        result = train_and_judge(protocol, run, data, splits[run.fold], inner, token)
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
    content = read_json(path)
    if not isinstance(content, dict) or not {"hash", "method", "fold", "seed", "protocol", "cases"} <= set(content):
        raise UserError("this is not a benchmark's run", path=path, remedy="Remove it, and the run is made again")
    return content


def read_runs(out: Path) -> list[dict[str, Any]]:
    """Every run of a benchmark's folder, in the order of their names."""
    return [read_run(path) for path in sorted((out / RUNS).glob("*.json"))]
