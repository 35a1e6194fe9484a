"""Figures of a network on held-out cases while it trains: identity Dice, GED^2 and spread (docs/METRICS.md).

Cases are looked at slice by slice.

Whole cases are judged (all slices of a volume flattened together); only counts are kept, never N volumes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from proseg_gui.metrics.bootstrap import paired_difference
from proseg_gui.metrics.multirater import SOFT_THRESHOLDS
from proseg_gui.networks.base import Coords, Method
from proseg_gui.training.dataset import TrainingCase, slice_features

FIGURES = (
    "dice_identity_mean", "dice_identity_permuted", "ged2", "sample_diversity", "rater_diversity",
    "dice_consensus_style", "dice_soft", "human_majority",
)  # fmt: skip


class Counts:
    """Sizes and intersections of binary maps, added up over slices: enough for every Dice and IoU between them."""

    def __init__(self) -> None:
        self.inner: np.ndarray = np.zeros(0)
        self.left: np.ndarray = np.zeros(0)
        self.right: np.ndarray = np.zeros(0)

    def add(self, left: Tensor, right: Tensor) -> None:
        """Add maps ``(..., N, P)`` and ``(..., M, P)`` of 0 and 1, float32."""
        inner = (left @ right.transpose(-1, -2)).cpu().double().numpy()
        sizes = [part.sum(-1).cpu().double().numpy() for part in (left, right)]
        if self.inner.size:
            inner, sizes = inner + self.inner, [sizes[0] + self.left, sizes[1] + self.right]
        self.inner, (self.left, self.right) = inner, sizes

    def dice(self) -> np.ndarray:
        """``(..., N, M)``; two empty maps agree."""
        total = self.left[..., :, None] + self.right[..., None, :]
        return np.where(total > 0, 2.0 * self.inner / np.maximum(total, 1.0), 1.0)

    def distance(self) -> np.ndarray:
        """1 - IoU, ``(..., N, M)``; two empty maps agree."""
        union = self.left[..., :, None] + self.right[..., None, :] - self.inner
        return 1.0 - np.where(union > 0, self.inner / np.maximum(union, 1.0), 1.0)


@torch.no_grad()
def validate(method: Method, cases: Sequence[TrainingCase], draws: int, seed: int) -> dict[str, Any]:
    """Means over cases (and structures) of :data:`FIGURES`, with ``draws`` samples a rater.

    What is defined for no case (the human majority of one rater) is not there.

    ``dice_identity`` lists the identity Dice of each rater over the cases that the rater drew, ``None`` for no case.
    """
    was_training = method.training
    method.eval()
    judged = [row for case in cases for row in _judge(method, case, draws, seed)]
    method.train(was_training)
    rows, raters = [row for row, _ in judged], np.array([by_rater for _, by_rater in judged])
    figures = {name: np.array([row[i] for row in rows]) for i, name in enumerate(FIGURES)}
    means = {name: float(np.nanmean(values)) for name, values in figures.items() if np.isfinite(values).any()}
    own = [float(np.nanmean(column)) if np.isfinite(column).any() else None for column in raters.T]
    return {**means, "dice_identity": own}


def mean_of_sets(sets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Means of what :func:`validate` found with several sets of draws; ``dice_identity`` does not depend on draws."""
    return {name: sum(found[name] for found in sets) / len(sets) if name in FIGURES else value
            for name, value in sets[0].items()}  # fmt: skip


@torch.no_grad()
def against_people(method: Method, cases: Sequence[TrainingCase]) -> dict[str, Any]:
    """Whether the raters are told apart and the model is as good as people are, with 95 % intervals over cases.

    Returns
    -------
    JSON-able: ``own_minus_wrong``, identity Dice less that with raters exchanged (where a case was drawn by two), and
    ``own_minus_majority``, less that of each rater with the majority of the others: each ``mean``, ``low`` and
    ``high`` (``None`` from a single case), ``n_cases``; absent where no case has it.
    """
    rows: dict[str, list[float]] = {"own_minus_wrong": [], "own_minus_majority": []}
    for case in cases:
        judged = _judge(method, case, 1, 0)
        if not judged:
            continue
        figures = np.array([row for row, _ in judged]).mean(0)
        own, wrong, humans = (figures[FIGURES.index(name)] for name in
                              ("dice_identity_mean", "dice_identity_permuted", "human_majority"))  # fmt: skip
        if np.isfinite(humans):  # two drew: else there is nobody to be told apart from
            rows["own_minus_wrong"].append(float(own - wrong))
            rows["own_minus_majority"].append(float(own - humans))
    return {name: interval(values) for name, values in rows.items() if values}


@torch.no_grad()
def identity_and_wrong(method: Method, case: TrainingCase) -> tuple[float, float] | None:
    """Mean identity Dice of a case, and that with raters exchanged; ``None`` where nobody drew."""
    judged = _judge(method, case, 1, 0)
    if not judged:
        return None
    figures = np.array([row for row, _ in judged]).mean(0)
    return float(figures[FIGURES.index("dice_identity_mean")]), float(figures[FIGURES.index("dice_identity_permuted")])


def interval(values: Sequence[float] | np.ndarray) -> dict[str, Any]:
    """Mean over cases, its 95 % interval (``None`` from a single case), and how many cases; JSON-able."""
    found = paired_difference(values, np.zeros(len(values)))
    low, high = (round(end, 4) if np.isfinite(end) else None for end in (found.low, found.high))
    return {"mean": round(found.mean, 4), "low": low, "high": high, "n_cases": found.n_cases}


@torch.no_grad()
def dice_at_points(method: Method, case: TrainingCase, points: Sequence[Coords]) -> np.ndarray:
    """``(R,)`` Dice of rater r's readings with ``points[r]``, mean over structures; NaN where r drew nothing."""
    device = next(method.parameters()).device
    raters, readings, structures = case.observed.shape
    stacked = {name: torch.stack([coords[name] for coords in points]) for name in points[0]}
    counts = Counts()
    for k in range(case.image.shape[0]):
        masks = case.masks[:, :, :, k].to(device).float().permute(2, 0, 1, 3, 4)
        own = _binary(method.decode_many(slice_features(method, case, k), stacked))
        counts.add(own, masks.reshape(structures, raters * readings, -1))
    rows = [
        _identity(counts.dice()[s].reshape(raters, raters, readings), case.observed[:, :, s].numpy())[0]
        for s in range(structures)
    ]
    found = np.array(rows)
    there = np.isfinite(found)
    return np.where(there.any(0), np.where(there, found, 0.0).sum(0) / np.maximum(there.sum(0), 1), np.nan)


def _judge(method: Method, case: TrainingCase, draws: int, seed: int) -> list[tuple[tuple[float, ...], np.ndarray]]:
    """For each drawn structure the :data:`FIGURES`, and ``(R,)`` identity Dice (NaN: not drawn by that rater)."""
    device = next(method.parameters()).device
    raters, readings, structures = case.observed.shape
    points = method.draw(None, draws * raters, torch.Generator().manual_seed(seed))
    presets = [method.rater_coords(r) for r in range(raters)] + [method.consensus_style()]
    presets_stacked = {name: torch.stack([coords[name] for coords in presets]) for name in points}
    fixed, drawn, among, consensus = Counts(), Counts(), Counts(), Counts()
    spread, soft, crowd = Counts(), Counts(), Counts()
    for k in range(case.image.shape[0]):
        features = slice_features(method, case, k)
        own = _binary(method.decode_many(features, presets_stacked))
        logits = method.decode_many(features, points)
        samples = _binary(logits)
        masks = case.masks[:, :, :, k].to(device).float().permute(2, 0, 1, 3, 4)
        masks = masks.reshape(structures, raters * readings, -1)
        seen = case.observed.permute(2, 0, 1).reshape(structures, -1, 1).to(masks)
        soft.add(_above(logits.sigmoid().mean(0).flatten(1)), _above((masks * seen).sum(1) / seen.sum(1).clamp(min=1)))
        crowd.add(_majority_of_others(masks, seen, raters), masks)
        majority = ((masks * seen).sum(1, keepdim=True) > 0.5 * seen.sum(1, keepdim=True)).float()
        fixed.add(own[:, :raters], masks)
        consensus.add(own[:, raters:], majority)
        drawn.add(samples, masks)
        among.add(masks, masks)
        spread.add(samples, samples)
    rows: list[tuple[tuple[float, ...], np.ndarray]] = []
    for s in range(structures):
        observed = case.observed[:, :, s].numpy()
        if not observed.any():
            continue
        flat = observed.reshape(-1)
        dice = fixed.dice()[s].reshape(raters, raters, readings)
        by_rater, others = _identity(dice, observed)
        diagonal = float(np.nanmean(by_rater))
        to_masks, between = drawn.distance()[s][:, flat].mean(), among.distance()[s][flat][:, flat].mean()
        diversity = spread.distance()[s].mean()
        ged2 = 2.0 * to_masks - between - diversity
        human = _identity(crowd.dice()[s].reshape(raters, raters, readings), observed)[0]
        humans = float(np.nanmean(human)) if observed.any(-1).sum() > 1 else float("nan")
        figures = (diagonal, others, ged2, diversity, between, float(consensus.dice()[s][0, 0]),
                   float(soft.dice()[s].diagonal().mean()), humans)  # fmt: skip
        rows.append((figures, by_rater))
    return rows


def _above(mean: Tensor) -> Tensor:
    """Mean maps ``(S, P)`` above each threshold of the soft Dice: ``(S, T, P)`` of 0 and 1."""
    return torch.stack([mean > threshold for threshold in SOFT_THRESHOLDS], dim=1).float()


def _majority_of_others(masks: Tensor, seen: Tensor, raters: int) -> Tensor:
    """For each rater what more than half of the other raters include: ``(S, R, P)``; a rater has one vote in all."""
    structures, _, pixels = masks.shape
    own, there = masks.reshape(structures, raters, -1, pixels), seen.reshape(structures, raters, -1, 1)
    votes = (own * there).sum(2) / there.sum(2).clamp(min=1)
    voters = (there.sum(2) > 0).sum(1, keepdim=True)
    share = (votes.sum(1, keepdim=True) - votes) / (voters - 1).clamp(min=1)
    return (share > 0.5 + 1e-6).float()  # a tie is background, also when thirds do not add up exactly


def _identity(dice: np.ndarray, observed: np.ndarray) -> tuple[np.ndarray, float]:
    """``(R,)`` Dice of each rater's own point with the rater's readings; its mean with all other raters'."""
    mean = (dice * observed).sum(-1) / np.maximum(observed.sum(-1), 1)  # (preset, rater)
    there = observed.any(-1)
    own = np.where(there, mean.diagonal(), np.nan)
    wrong = np.logical_and(~np.eye(len(mean), dtype=bool), np.outer(there, there))
    return own, float(mean[wrong].mean()) if wrong.any() else float(np.nanmean(own))


def _binary(logits: Tensor) -> Tensor:
    """``(N, S, H, W)`` logits -> ``(S, N, P)`` of 0 and 1."""
    return (logits > 0).float().permute(1, 0, 2, 3).flatten(2)
