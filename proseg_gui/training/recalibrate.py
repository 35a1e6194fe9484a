"""Affine recalibration: one scale and one shift for all logits of a structure, chosen on held-out cases.

On few images a network is surer of what it learned than new images bear out, in one direction: two numbers mend that
for every draw and preset alike, and fold into the last layer, so a bundle needs no more for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from proseg_gui.jobs import CancelToken
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.dataset import TrainingCase, slice_features

DRAWS, SEED = 28, 0
"""Draws in all that stand for the mean map."""
LEAST = 1e-3
"""Pixels that nobody drew and whose mean probability is below this are left out: they are right, and many."""
MOST = 200_000
"""Pixels of a structure that are looked at, evenly over all."""
ITERATIONS = 60


@torch.no_grad()
def gathered(
    method: ProSeg, cases: Sequence[TrainingCase], token: CancelToken | None = None
) -> list[tuple[Tensor, Tensor]]:
    """For each structure the draws' logits ``(P, M)`` and the share of raters ``(P,)`` of pixels that are in doubt."""
    points = method.draw(None, DRAWS, torch.Generator().manual_seed(SEED))
    found: list[list[tuple[Tensor, Tensor]]] = [[] for _ in range(method.n_structures)]
    for case in cases:
        for k in range(case.image.shape[0]):
            if token is not None:
                token.check()
            logits = method.decode_many(slice_features(method, case, k), points).cpu().flatten(2)  # (M, S, P)
            seen = case.observed[..., None].float()  # (R, Q, S, 1)
            readings = seen.sum(1).clamp_min(1.0)
            masks = (case.masks[:, :, :, k].float().flatten(3) * seen).sum(1) / readings  # (R, S, P)
            drew = seen.amax(1)
            share = masks.sum(0) / drew.sum(0).clamp_min(1.0)
            for s in range(method.n_structures):
                doubt = (share[s] > 0) | (torch.sigmoid(logits[:, s]).mean(0) > LEAST)
                if bool(drew[:, s].any()):
                    found[s].append((logits[:, s, doubt].T, share[s, doubt]))
    nothing = torch.zeros(0, DRAWS), torch.zeros(0)
    joined = [(torch.cat([a for a, _ in part]), torch.cat([b for _, b in part])) if part else nothing for part in found]
    return [
        (logits[:: -(-len(logits) // MOST) or 1], share[:: -(-len(share) // MOST) or 1]) for logits, share in joined
    ]


def best_affine(logits: Tensor, share: Tensor) -> tuple[float, float]:
    """Scale and shift ``(a, b)`` at which the mean over draws of sigmoid(a l + b) has the least cross-entropy.

    Cross-entropy is a proper score, least where the mean map is the share of raters. ``(1, 0)`` where there is nothing
    to choose by.
    """
    if not len(share):
        return 1.0, 0.0
    logits, share = logits.double(), share.double()
    at = torch.zeros(2, dtype=torch.float64, requires_grad=True)  # logarithm of the scale, shift
    search = torch.optim.LBFGS([at], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

    def cost() -> Tensor:
        search.zero_grad()
        mean = torch.sigmoid(at[0].exp() * logits + at[1]).mean(1).clamp(1e-9, 1.0 - 1e-9)
        loss = functional.binary_cross_entropy(mean, share)
        loss.backward()
        return loss

    with torch.enable_grad():
        search.step(cost)
    if not bool(at.isfinite().all()):
        return 1.0, 0.0
    scale, shift = at.detach().tolist()
    return math.exp(scale), shift


@torch.no_grad()
def rescale(method: ProSeg, scales: Sequence[tuple[float, float]]) -> None:
    """Make ``a l + b`` of each structure's logits l, with ``(a, b)`` from ``scales``."""
    a, b = (torch.tensor(v).to(method.third.bias) for v in zip(*scales, strict=True))
    method.third.weight.mul_(a[:, None])
    method.third.bias.mul_(a).add_(b)
