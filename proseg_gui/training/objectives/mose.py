"""Mixture of stochastic experts: the cheapest transport from weighed samples to the raters' masks, and the gate's own.

Every mask is carried to one reading, so each reading learns masks that are like each other, and the gate learns how
many of them each has. At first every reading takes its equal part of the masks, so that none takes all before the
others are anything; from :data:`EQUAL_UNTIL` of the steps on it may take more and more, at :data:`FREE_FROM` all.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from proseg_gui.networks.mose import MixtureOfStochasticExperts
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch, TrainingCase, slice_features
from proseg_gui.training.objectives.base import AREA_CASES, Objective, single_slices, summed
from proseg_gui.training.precision import in_float32

SAMPLES = 4
"""Draws of each reading a step, as published."""
EQUAL_UNTIL, FREE_FROM = 0.25, 0.65


class MixtureOfStochasticExpertsObjective(Objective):
    """The paper's two terms, transport and divergence of the gate; beside 1 - IoU the transport pays cross-entropy."""

    method: MixtureOfStochasticExperts

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class; every slice is an image of its own, looked at on every ``stride``-th row and column."""
        method, stride = self.method, self.recipe.stride
        images, masks, observed = single_slices(batch)
        features = method.encode(images)
        y, x = (int(torch.randint(0, stride, ())) for _ in range(2))
        pixels, masks = (part[..., y::stride, x::stride].flatten(-2) for part in (features, masks))
        tau = torch.arange(1.0, method.readings + 1.0).repeat_interleave(SAMPLES)
        eps = torch.randn(len(images), len(tau), method.eps_size).to(features)
        logits = method.decode_points(pixels, tau[None, :, None].to(features).expand(len(images), -1, -1), eps)
        cost = costs(logits, masks.flatten(1, 2), observed.flatten(1, 2), 1.0 / stride**2)
        weights = mask_weights(observed)
        carried = transport(cost[0].detach(), weights, self.cap(step), SAMPLES)
        mass = carried.sum(-1).unflatten(1, (method.readings, SAMPLES)).sum(-1)
        there = weights.sum(1)
        paid = losses.weighted_mean((carried * (cost[0] + cost[1])).sum((1, 2)), there)
        return summed(
            {"transport": paid, "gate": losses.weighted_mean(divergence(mass, method.split(pixels)[1]), there)}
        )

    def cap(self, step: int) -> float:
        """How much of the masks one reading may take at a step."""
        done = (step / self.recipe.steps - EQUAL_UNTIL) / (FREE_FROM - EQUAL_UNTIL)
        least = 1.0 / self.method.readings
        return least + (1.0 - least) * min(max(done, 0.0), 1.0)

    @torch.no_grad()
    def fit(self, cases: Sequence[TrainingCase]) -> None:
        """Number the readings from the one that draws least to the one that draws most."""
        method, training = self.method, self.method.training
        method.eval()
        experts = torch.eye(method.readings).to(method.order)
        method.order.copy_(experts)
        areas = experts.new_zeros(method.readings)
        for case in cases[:AREA_CASES]:
            for k in range(case.image.shape[0]):
                features = slice_features(method, case, k)
                points, _ = method.weighed_readings(features)
                areas += torch.sigmoid(method.decode_many(features, points)).sum((1, 2, 3))
        method.order.copy_(experts[areas.argsort()])
        method.train(training)


def mask_weights(observed: Tensor) -> Tensor:
    """``observed (V, R, Q, S)`` -> ``(V, R Q)`` weights that sum to 1 (0 where nobody drew): raters count equally."""
    drew = observed.any(-1).float()
    by_rater = drew / drew.sum(2, keepdim=True).clamp_min(1.0)
    return (by_rater / by_rater.sum((1, 2), keepdim=True).clamp_min(1.0)).flatten(1)


@in_float32
def costs(logits: Tensor, masks: Tensor, observed: Tensor, smooth: float) -> tuple[Tensor, Tensor]:
    """1 - IoU and mean cross-entropy of ``logits (V, N, S, P)`` with ``masks (V, M, S, P)``: ``(V, N, M)`` each.

    Means over the structures that are ``observed (V, M, S)``.
    """
    p, y, by_structure = torch.sigmoid(logits).transpose(1, 2), masks.to(logits).transpose(1, 2), logits.transpose(1, 2)
    iou = losses.mask_distance(p, y, smooth)  # (V, S, N, M)
    softplus = functional.softplus(by_structure).mean(-1, keepdim=True)
    bce = softplus - by_structure @ y.mT / masks.shape[-1]
    seen = observed.to(logits).transpose(1, 2).unsqueeze(2)
    share = seen / seen.sum(1, keepdim=True).clamp_min(1.0)
    return (iou * share).sum(1), (bce * share).sum(1)


@torch.no_grad()
def transport(cost: Tensor, weights: Tensor, cap: float, samples: int) -> Tensor:
    """``(V, N, M)``: how much of each mask's ``weights (V, M)`` goes to which of N samples, cheapest pairs first.

    ``cost (V, N, M)``; N is a number of readings times ``samples``. A reading takes at most ``cap`` in all. Greedy, as
    published: of the entries in order of cost each takes what its mask still has and its reading may still take.
    """
    best, which = cost.unflatten(1, (-1, samples)).min(2)  # (V, K, M): within a reading nothing is capped
    items, readings, masks = best.shape
    left, room = weights.clone(), torch.full((items, readings), cap).to(weights)
    found, at = torch.zeros_like(cost), torch.arange(items, device=cost.device)
    for entry in best.flatten(1).argsort(1).unbind(1):
        reading, mask = entry // masks, entry % masks
        moved = torch.minimum(left[at, mask], room[at, reading])
        left[at, mask] -= moved
        room[at, reading] -= moved
        found[at, reading * samples + which[at, reading, mask], mask] += moved
    return found


@in_float32
def divergence(mass: Tensor, chances: Tensor) -> Tensor:
    """KL of the readings' masses from the gate's ``chances``, ``(V, K)`` each -> ``(V,)``; 0 where there is no mass."""
    log_ratio = mass.clamp_min(1e-12).log() - chances.clamp_min(1e-12).log()
    return (mass * log_ratio).sum(-1)
