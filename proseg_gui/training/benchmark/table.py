"""Markdown tables from a benchmark's runs: means over cases, spread over seeds, paired differences over cases."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from proseg_gui.catalogue import CONTENDERS, METHODS
from proseg_gui.metrics.bootstrap import Difference
from proseg_gui.training.benchmark.columns import Column, column, difference, mean
from proseg_gui.training.benchmark.floor_table import floor_table

MAINS = tuple(name for name, contender in CONTENDERS.items() if contender.method == METHODS[0].name)
"""The methods that the others are compared with, in the tables' order."""
COLUMNS: tuple[tuple[str, str], ...] = (
    ("ged2", "GED^2"), ("dice_soft", "Dice_soft"), ("dice_identity_mean", "identity Dice"),
    ("dice_identity_permuted", "wrong rater"), ("own_minus_wrong", "own - wrong"), ("dice_max", "Dice_max"),
    ("dice_match", "Dice_match"), ("sample_diversity", "sample diversity"), ("calibration_error", "ECE"),
    ("volume_crps_ml", "volume CRPS (ml)"),
)  # fmt: skip
RUN_COLUMNS = ("parameters", "steps", "s / step", "seconds", "runs")
"""What a method costs, after its figures."""
COMPARED = ("ged2", "dice_soft", "dice_identity_mean", "own_minus_wrong")
LOWER_IS_BETTER = frozenset({"ged2", "calibration_error", "volume_crps_ml"})


def tables(runs: Sequence[Mapping[str, Any]]) -> str:
    """All tables, one a protocol, as markdown."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for run in runs:
        key = json.dumps({k: v for k, v in run["protocol"].items() if k != "recipe"}, sort_keys=True)
        groups.setdefault(key, []).append(run)
    return "\n".join(part for group in groups.values() for part in _section(group))


def _section(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    protocol = runs[0]["protocol"]
    methods = sorted({run["method"] for run in runs}, key=list(CONTENDERS).index)
    wanted = protocol["folds"] * len({run["seed"] for run in runs})
    held = f"{protocol['seconds']:g} processor seconds" if protocol["seconds"] else f"{protocol['steps']} steps"
    parts = f"{protocol['folds']}-fold cross-validation by patient" if protocol["folds"] > 1 else "one split"
    title = f"## {protocol['name']}: {held} each, {protocol['side']} x {protocol['side']}, {parts}"
    by_method = {m: [run for run in runs if run["method"] == m] for m in methods}
    folds = {run["fold"] for run in runs}
    columns = {m: {key: column(found, key) for key, _ in COLUMNS} for m, found in by_method.items()}
    alike = {m: values for m, values in columns.items() if {run["fold"] for run in by_method[m]} == folds}
    lines = [title, "", _conditions(protocol, runs), ""]
    heads = ["method", *(text for _, text in COLUMNS), *RUN_COLUMNS]
    lines += [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for m in methods:
        found = by_method[m]
        cells = [_cell(columns[m][key], key, alike if m in alike else {}) for key, _ in COLUMNS]
        steps, seconds = (np.mean([run[name] for run in found]) for name in ("steps", "seconds"))
        spent = f"{steps:.0f} | {seconds / steps:.3f} | {seconds:.0f}"
        runs_made = f"{len(found)}" + ("" if len(found) == wanted else f" of {wanted}")
        parameters = max(run["parameters"] for run in found) / 1e3
        lines.append(f"| {CONTENDERS[m].title} | {' | '.join(cells)} | {parameters:.0f} k | {spent} | {runs_made} |")
    lines += [_people(runs), ""]
    for main in MAINS:
        if main in methods and len(methods) > 1:
            lines += _differences(main, methods, columns)
    return lines + floor_table({CONTENDERS[m].title: found for m, found in by_method.items()})


def _conditions(protocol: Mapping[str, Any], runs: Sequence[Mapping[str, Any]]) -> str:
    seeds, folds = sorted({run["seed"] for run in runs}), sorted({run["fold"] for run in runs})
    cases = {case["case"] for run in runs for case in run["cases"]}
    return (
        f"{len(cases)} cases judged, {len(runs[0]['raters'])} raters, {protocol['samples']} samples a rater; "
        f"seeds {_list(seeds)}; folds {_list(folds)}. Mean over cases, ± standard deviation over seeds where there are "
        "several. Same backbone, data order and augmentation; weights chosen on inner validation patients. Bold: best "
        "of those judged on all these cases; a row of fewer folds is of fewer cases, so look at its differences below."
    )


def _people(runs: Sequence[Mapping[str, Any]]) -> str:
    """The row of the given masks.

    One rater against the majority of the others, how far raters differ, and where some read twice, how much more they
    agree with themselves than with each other.
    """
    seen: dict[int, Mapping[str, Any]] = {case["case"]: case for run in runs for case in run["cases"]}
    shown = {"dice_identity_mean": "human_majority", "sample_diversity": "rater_diversity",
             "own_minus_wrong": "repeat_gap"}  # fmt: skip
    figure = {key: mean([case.get(name) for case in seen.values()]) for key, name in shown.items()}
    cells = [f"{figure[key]:.4f}" if np.isfinite(figure.get(key, np.nan)) else "" for key, _ in COLUMNS]
    return f"| *people: one against the majority of the others* | {' | '.join(cells)} |{' |' * len(RUN_COLUMNS)}"


def _cell(column: Column, key: str, rivals: Mapping[str, Mapping[str, Column]]) -> str:
    """A figure, bold where it is the best of its rivals'; without rivals it cannot be."""
    if not column.by_seed.size:
        return "-"
    text = f"{column.by_seed.mean():.4f}"
    if column.by_seed.size > 1:
        text += f" ± {column.by_seed.std(ddof=1):.4f}"
    if key in ("sample_diversity", "dice_identity_permuted"):
        return text  # neither more nor less is better
    means = [other[key].by_seed.mean() for other in rivals.values() if other[key].by_seed.size]
    if not means:
        return text
    best = min(means) if key in LOWER_IS_BETTER else max(means)
    return f"**{text}**" if column.by_seed.mean() == best else text


def _differences(main: str, methods: Sequence[str], columns: Mapping[str, Mapping[str, Column]]) -> list[str]:
    titles = dict(COLUMNS)
    lines = [f"{CONTENDERS[main].title} minus each other method: mean over cases (each the mean over its seeds) and "
             "95 % interval of a paired bootstrap over cases.", ""]  # fmt: skip
    lines += ["| compared with | " + " | ".join(titles[key] for key in COMPARED) + " |"]
    lines += ["|---" * (len(COMPARED) + 1) + "|"]
    for m in methods:
        if m != main:
            cells = [_difference_cell(difference(columns[main][key], columns[m][key]), key) for key in COMPARED]
            lines.append(f"| {CONTENDERS[m].title} | {' | '.join(cells)} |")
    return [*lines, ""]


def _difference_cell(found: Difference | None, key: str) -> str:
    if found is None:
        return "-"
    ahead = (found.mean < 0) == (key in LOWER_IS_BETTER)
    verdict = "tie" if found.tie else "ahead" if ahead else "behind"
    return f"{found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}] {verdict}"


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
