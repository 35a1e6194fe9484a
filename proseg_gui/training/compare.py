"""A model before and after fine-tuning, rater by rater on held-out cases, and a plain sentence about it.

The record goes into the card as ``metrics["comparison"]``; window and command line print :func:`verdict` of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from proseg_gui.bundle import Card
from proseg_gui.metrics.bootstrap import paired_difference
from proseg_gui.networks.base import Coords, Method
from proseg_gui.training.dataset import TrainingCase
from proseg_gui.training.validate import dice_at_points

UNCHANGED = 5e-5
"""A smaller difference, or forgetting, is none: figures are shown to four places."""


def rater_points(method: Method, n_raters: int) -> list[Coords]:
    """Each rater's own point; for the raters beyond those that the method knows, its consensus style."""
    known = [method.rater_coords(r) for r in range(min(method.n_raters, n_raters))]
    return known + [method.consensus_style()] * (n_raters - len(known))


def identity_by_case(method: Method, cases: Sequence[TrainingCase]) -> np.ndarray:
    """``(cases, R)`` identity Dice of :func:`rater_points`; NaN where the rater did not draw the case."""
    raters = cases[0].observed.shape[0] if cases else method.n_raters
    points = rater_points(method, raters)
    rows = [dice_at_points(method, case, points) for case in cases]
    return np.array(rows).reshape(len(rows), raters)


def compare(stage: str, base: Card, raters: Sequence[str], before: np.ndarray, after: np.ndarray) -> dict[str, Any]:
    """The record of a fine-tuning, JSON-able.

    Parameters
    ----------
    stage, base, raters:
        What was done, to which bundle, and all raters of the new one: the base's first.
    before, after:
        ``(cases, R)`` identity Dice of the base (for a new rater: of its consensus style against that rater's masks)
        and of the new model, from :func:`identity_by_case`.

    Returns
    -------
    ``stage``, ``base`` (name, version, sha256), ``n_cases``, ``raters``: by name ``new``, ``before``, ``after``,
    ``difference``, ``low``, ``high``, ``n_cases``, ``tie``; ``forgetting``: ``mean`` and ``worst`` loss of Dice over
    the base's raters (negative: a gain) and ``worst_rater``. A figure without a case is ``None``; so is an interval
    from a single case.
    """
    rows = {name: _row(before[:, r], after[:, r], new=r >= len(base.raters)) for r, name in enumerate(raters)}
    lost = {name: -row["difference"] for name, row in rows.items() if not row["new"] and row["n_cases"]}
    worst = max(lost, key=lambda name: lost[name]) if lost else None
    if stage == "rater":  # nothing of the base changes, whether or not its raters drew these cases
        lost = lost or {"": 0.0}
    return {
        "stage": stage,
        "base": {"name": base.name, "version": base.version, "sha256": base.sha256},
        "n_cases": len(after),
        "raters": rows,
        "forgetting": {
            "mean": float(np.mean(list(lost.values()))) if lost else None,
            "worst": max(lost.values()) if lost else None,
            "worst_rater": worst,
        },
    }


def _row(before: np.ndarray, after: np.ndarray, *, new: bool) -> dict[str, Any]:
    drawn = np.isfinite(before) & np.isfinite(after)
    row: dict[str, Any] = {"new": new, "before": None, "after": None, "difference": None, "low": None, "high": None,
                           "n_cases": int(drawn.sum()), "tie": None}  # fmt: skip
    if not drawn.any():
        return row
    found = paired_difference(after[drawn], before[drawn])
    row |= {"before": float(before[drawn].mean()), "after": float(after[drawn].mean()), "difference": found.mean,
            "tie": found.tie}  # fmt: skip
    if found.n_cases > 1:
        row |= {"low": found.low, "high": found.high}
    return row


def verdict(comparison: Mapping[str, Any]) -> str:
    """One plain sentence: ``better for 6 of 7 raters; worse for rater2 by 0.004``.

    Better and worse are differences whose interval leaves out 0; what is neither is a tie, or unchanged.
    """
    rows: Mapping[str, Mapping[str, Any]] = comparison["raters"]
    judged = {name: row for name, row in rows.items() if row["difference"] is not None}
    if not judged:
        return "not compared: no held-out case was drawn by any of these raters"
    same = [name for name, row in judged.items() if abs(row["difference"]) < UNCHANGED]
    clear = {name: row["difference"] for name, row in judged.items() if name not in same and not row["tie"]}
    better = [name for name, value in clear.items() if value > 0]
    worse = [f"{name} by {-value:.3f}" for name, value in clear.items() if value < 0]
    ties = [name for name in judged if name not in same and name not in clear]
    parts = [f"better for {len(better)} of {len(judged)} rater{'s' * (len(judged) > 1)}"]
    if 0 < len(better) < len(judged):
        parts[0] += f" ({', '.join(better)})"
    parts += [f"worse for {', '.join(worse)}"] if worse else []
    parts += [f"a tie for {', '.join(ties)}"] if ties else []
    parts += [f"unchanged for {', '.join(same)}"] if same else []
    left_out = [name for name in rows if name not in judged]
    parts += [f"not judged for {', '.join(left_out)}"] if left_out else []
    return "; ".join(parts)
