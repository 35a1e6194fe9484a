"""What plain heads a rater would do on a new model's own features: the yardstick that its latents have to pass.

A few steps on the frozen features, chosen by nothing and kept by nobody. The record goes into the card as
``metrics["plain_heads"]``; :func:`proseg_gui.training.verdict.beside_heads` says it in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from proseg_gui.jobs import CancelToken
from proseg_gui.metrics.floors import fair_ged2, random_levels
from proseg_gui.metrics.multirater import ged2
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.networks.rater_heads import RaterHeads
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batches, TrainingCase
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.room import Room
from proseg_gui.training.stages import encoded_cases
from proseg_gui.training.validate import identity_and_wrong, interval

STEPS, RATE = 160, 1e-2
DRAWS = 8
"""A rater, of the new model."""
MOST_VOXELS = 4_000_000
"""Of a case's slices, spread evenly over it, by which its draws are judged."""


def against_heads(
    method: ProSeg, train: Sequence[TrainingCase], held_out: Sequence[TrainingCase], recipe: Recipe,
    token: CancelToken | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The new model beside plain heads on its features, and its draws beside its own map cut at random levels.

    Returns
    -------
    JSON-able: ``dice_identity`` and ``own_minus_wrong``, each with ``model``, ``heads`` and ``difference`` (mean and
    interval over cases); ``fair_ged2`` with ``model``, ``heads`` and ``own_map``; ``n_cases``. Empty where no
    held-out case was drawn.
    """
    heads = trained_heads(method, train, recipe, token)
    rows = []
    for case in held_out:
        both = [identity_and_wrong(network, case) for network in (method, heads)]
        if both[0] is not None and both[1] is not None:
            rows.append((*both[0], *both[1], *_spreads(method, heads, case, recipe.seed)))
    if not rows:
        return {}
    own, wrong, head, head_wrong, drawn, from_heads, own_map = np.array(rows).T

    def beside(a: np.ndarray, b: np.ndarray) -> dict[str, Any]:
        there = np.isfinite(a) & np.isfinite(b)
        if not there.any():
            return {}
        means = {"model": round(float(a[there].mean()), 4), "heads": round(float(b[there].mean()), 4)}
        return {**means, "difference": interval((a - b)[there])}

    spread = {"model": drawn, "heads": from_heads, "own_map": own_map}
    return {
        "n_cases": len(rows), "dice_identity": beside(own, head),
        "own_minus_wrong": beside(own - wrong, head - head_wrong),
        "fair_ged2": {name: round(float(values.mean()), 4) for name, values in spread.items()},
    }  # fmt: skip


def trained_heads(
    method: ProSeg, train: Sequence[TrainingCase], recipe: Recipe, token: CancelToken | None = None
) -> RaterHeads:
    """Heads a rater on ``method``'s features, which stay as they are."""
    sizes = {
        k: v for k, v in method.architecture().items() if k in ("n_raters", "n_structures", "n_channels", "hidden")
    }
    device = next(method.parameters()).device
    torch.manual_seed(recipe.seed)
    heads = RaterHeads(**sizes, widths=(2, 2), features=method.backbone.features)
    heads.backbone = _AsBackbone(method)  # type: ignore[assignment]  # heads call it and ask its number of features
    heads = heads.to(device)
    cases = encoded_cases(method, train, device, Room(None), train=True)
    batches = Batches(cases, replace(recipe, crop=0), method.stride)
    learns = torch.optim.AdamW(heads.heads.parameters(), lr=RATE, weight_decay=0.0)
    falls = torch.optim.lr_scheduler.CosineAnnealingLR(learns, STEPS)
    for step in range(STEPS):
        if token is not None:
            token.check()
        batch = batches(step)
        features = batch.images.to(device).transpose(1, 2).flatten(2)
        logits = heads.heads(features)
        loss = losses.segmentation_loss(logits, batch.masks.to(device).flatten(-3), batch.observed.to(device))
        learns.zero_grad()
        loss.backward()
        learns.step()
        falls.step()
    return heads.eval()


class _AsBackbone(nn.Module):
    """What a method makes of an image, for heads that take its features as a backbone's."""

    def __init__(self, method: ProSeg) -> None:
        super().__init__()
        self.method, self.features, self.stride = method, method.backbone.features, method.stride

    def forward(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> features ``(B, C, H, W)``."""
        return self.method.encode(image)


@torch.no_grad()
def _spreads(method: ProSeg, heads: RaterHeads, case: TrainingCase, seed: int) -> tuple[float, float, float]:
    """Fair GED^2 of the model's draws, of the heads as draws, and of the model's mean map at random levels.

    Mean over structures that somebody drew.
    """
    depth, sides = case.image.shape[0], case.masks.shape[-2:]
    most = max(1, MOST_VOXELS // int(np.prod(sides)))
    kept = np.unique(np.linspace(0, depth - 1, min(depth, most)).round().astype(int))
    points = method.draw(None, DRAWS * method.n_raters, torch.Generator().manual_seed(seed))
    own = [heads.rater_coords(r) for r in range(heads.n_raters)]
    corners = {name: torch.stack([coords[name] for coords in own]) for name in own[0]}
    parts: list[list[Tensor]] = [[], [], []]
    for k in kept:
        features = method.encode(case.image[k : k + 1].to(next(method.parameters()).device))
        logits = method.decode_many(features, points)
        parts[0].append((logits > 0).cpu())
        parts[1].append((heads.decode_many(features, corners) > 0).cpu())
        parts[2].append(torch.sigmoid(logits).mean(0).cpu())
    draws, corners_drawn = (torch.stack(part, 2).numpy() for part in parts[:2])  # (N, S, z, H, W)
    mean = torch.stack(parts[2], 1).numpy()  # (S, z, H, W)
    found = []
    for s in range(method.n_structures):
        seen = case.observed[:, :, s]
        if bool(seen.any()):
            labels = list(case.masks[:, :, s][seen][:, kept].numpy().astype(bool))
            found.append((fair_ged2(labels, list(draws[:, s])), ged2(labels, list(corners_drawn[:, s])).value,
                          random_levels(labels, mean[s])))  # fmt: skip
    drawn, from_heads, own_map = np.array(found).mean(0).tolist()
    return drawn, from_heads, own_map
