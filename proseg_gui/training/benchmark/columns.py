"""One figure of one method over a benchmark's runs: by seed and by case, and paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proseg_gui.metrics.bootstrap import Difference, paired_difference


@dataclass(frozen=True, eq=False)
class Column:
    """One figure of one method: ``by_seed (seeds,)`` means over cases, ``by_case`` case number -> mean over seeds."""

    by_seed: np.ndarray
    by_case: Mapping[int, float]


def column(runs: Sequence[Mapping[str, Any]], key: str) -> Column:
    """The figure ``key`` of one method's ``runs``; runs of before there was such a figure add nothing."""
    by_seed: dict[int, list[float]] = {}
    by_case: dict[int, list[float]] = {}
    for run in runs:
        for case in run["cases"]:
            value = figure_of(case, key)
            if value is not None:
                by_seed.setdefault(run["seed"], []).append(value)
                by_case.setdefault(case["case"], []).append(value)
    means = np.array([np.mean(values) for _, values in sorted(by_seed.items())])
    return Column(means, {case: float(np.mean(values)) for case, values in by_case.items()})


def figure_of(case: Mapping[str, Any], key: str) -> float | None:
    """A figure of one case's record; ``own_minus_wrong`` is identity Dice less that of wrong assignments."""
    if key != "own_minus_wrong":
        value: float | None = case.get(key)
        return value
    own, wrong = case["dice_identity_mean"], case["dice_identity_permuted"]
    return None if own is None or wrong is None else own - wrong


def difference(a: Column, b: Column) -> Difference | None:
    """Paired over the cases that both were judged on; ``None`` where there is none."""
    shared = sorted(a.by_case.keys() & b.by_case.keys())
    if not shared:
        return None
    return paired_difference([a.by_case[c] for c in shared], [b.by_case[c] for c in shared])


def mean(values: Sequence[float | None]) -> float:
    """Of the values that are defined; NaN where none is."""
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else float("nan")
