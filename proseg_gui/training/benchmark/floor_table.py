"""Beside a benchmark's table: figures that do not depend on the number of draws, and the floors they stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from proseg_gui.metrics.bootstrap import paired_difference
from proseg_gui.metrics.calibration import inner_calibration_error
from proseg_gui.metrics.floors import share_removed
from proseg_gui.training.benchmark.columns import Column, column, difference, mean

Runs = Sequence[Mapping[str, Any]]
HEADS = (
    "method", "fair GED^2", "own map at random levels", "fair GED^2 less that", "share removed", "diversity, unbiased",
    "shape share", "raters' shape share", "volume CRPS (ml)", "80 % interval holds", "95 % interval holds",
    "ECE, inner bins",
)  # fmt: skip


def floor_table(by_method: Mapping[str, Runs]) -> list[str]:
    """Lines of markdown, by the methods' names as they are shown; none where no run has such figures."""
    there = {name: runs for name, runs in by_method.items() if column(runs, "fair_ged2").by_case}
    if not there:
        return []
    lines = ["Free of the number of draws, and beside its floor: the method's own mean map cut at random levels "
             "(docs/METRICS.md). [95 % interval of a bootstrap over cases.]", ""]  # fmt: skip
    lines += [f"| {' | '.join(HEADS)} |", "|---" * len(HEADS) + "|"]
    for name, runs in there.items():
        lines.append(f"| {name} | {' | '.join(_cells(runs))} |")
    cases = {case["case"]: case for runs in there.values() for run in runs for case in run["cases"]}
    perfect, spread = (mean([case.get(key) for case in cases.values()])
                       for key in ("rater_floor", "unbiased_rater_diversity"))  # fmt: skip
    blank = " |" * (len(HEADS) - 6)
    lines.append(f"| *a model that draws as the raters do (U/R)* | {perfect:.4f} | | | 1 | {spread:.4f} |{blank}")
    return [*lines, ""]


def _cells(runs: Runs) -> list[str]:
    keys = ("fair_ged2", "random_levels", "rater_floor", "unbiased_sample_diversity", "shape_share",
            "rater_shape_share", "volume_crps_ml", "volume_in_80", "volume_in_95")  # fmt: skip
    found = {key: column(runs, key) for key in keys}
    means = {key: float(np.mean(value.by_seed)) if value.by_seed.size else np.nan for key, value in found.items()}
    below = difference(found["fair_ged2"], found["random_levels"])
    removed = share_removed(means["fair_ged2"], means["random_levels"], means["rater_floor"])
    return [
        f"{means['fair_ged2']:.4f}", f"{means['random_levels']:.4f}",
        f"{below.mean:+.4f} [{below.low:+.4f}, {below.high:+.4f}]" if below else "-", f"{removed:.2f}",
        f"{means['unbiased_sample_diversity']:.4f}", f"{means['shape_share']:.4f}",
        f"{means['rater_shape_share']:.4f}", f"{means['volume_crps_ml']:.4f}", _held(found["volume_in_80"]),
        _held(found["volume_in_95"]), f"{_inner(runs):.4f}",
    ]  # fmt: skip


def _held(found: Column) -> str:
    """A coverage with its interval, cases as clusters."""
    values = list(found.by_case.values())
    if not values:
        return "-"
    held = paired_difference(values, np.zeros(len(values)))
    if held.n_cases == 1:
        return f"{held.mean:.0%}"
    return f"{held.mean:.0%} [{held.low:.0%}, {held.high:.0%}]"


def _inner(runs: Runs) -> float:
    """Mean over seeds of the error of the bins of all cases together."""
    by_seed: dict[int, list[Any]] = {}
    for run in runs:
        by_seed.setdefault(run["seed"], []).extend(
            case["reliability"] for case in run["cases"] if "reliability" in case
        )
    return mean([inner_calibration_error(np.sum(bins, axis=0)) for bins in by_seed.values() if bins])
