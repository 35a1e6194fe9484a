"""The terms of ProSeg's loss, each a function of probabilities and masks, and their weights.

Shapes: V items (a slice, or neighbouring slices of one volume taken as one), R raters, Q readings, M samples a rater,
S structures, P pixels. ``observed (V, R, Q, S)`` says which masks exist: a missing one adds to no term.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from proseg_gui.training.precision import in_float32
from proseg_gui.training.processes import over_all


@dataclass(frozen=True)
class Weights:
    """How much each term counts (docs/decisions/model-loss.md has the trials)."""

    segmentation: float = 1.0
    energy: float = 2.0
    population: float = 2.0
    sample_bce: float = 0.25
    kl: float = 1e-3


def jaccard_from_sums(inner: Tensor, total: Tensor, smooth: float) -> Tensor:
    """Distance 1 - (sum min + s) / (sum max + s) from ``inner`` = sum min and ``total`` = sum p + sum q.

    A metric with d(p, p) = 0 for soft p too, so that a blurred map cannot pass for variety.
    """
    return 1.0 - (inner + smooth) / (total - inner + smooth)


def pairwise_distance(p: Tensor, q: Tensor, smooth: float = 1.0) -> Tensor:
    """Min/max Jaccard distance of soft maps: ``(..., N, P)`` and ``(..., M, P)`` -> ``(..., N, M)``."""
    total = p.sum(-1)[..., :, None] + q.sum(-1)[..., None, :]
    inner = 0.5 * (total - torch.cdist(p, q, p=1.0))  # sum min(p, q) = (sum p + sum q - sum |p - q|) / 2
    return jaccard_from_sums(inner, total, smooth)


def mask_distance(p: Tensor, y: Tensor, smooth: float = 1.0) -> Tensor:
    """The same where ``y`` is 0/1, for which min(p, y) = p y: one matrix product."""
    total = p.sum(-1)[..., :, None] + y.sum(-1)[..., None, :]
    return jaccard_from_sums(p @ y.transpose(-1, -2), total, smooth)


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    """Mean of ``values`` under ``weights`` of the same shape; 0 where all weights are 0.

    In one of several processes: its items' part of the mean over all processes' items, times their number.
    """
    return (values * weights).sum() / over_all(weights.sum()).clamp_min(1e-12)


@in_float32
def segmentation_loss(logits: Tensor, masks: Tensor, observed: Tensor, smooth: float = 1.0) -> Tensor:
    """Soft Dice plus binary cross-entropy: logits ``(V, R, S, P)`` against every reading ``(V, R, Q, S, P)``."""
    wide = logits.unsqueeze(2).expand_as(masks)
    bce = functional.binary_cross_entropy_with_logits(wide, masks, reduction="none").mean(-1)
    p = torch.sigmoid(wide)
    dice = 1.0 - (2.0 * (p * masks).sum(-1) + smooth) / (p.sum(-1) + masks.sum(-1) + smooth)
    return weighted_mean(bce + dice, observed.to(bce))


@in_float32
def sample_bce(logits: Tensor, masks: Tensor, observed: Tensor) -> Tensor:
    """Mean cross-entropy of samples ``(V, R, M, S, P)`` against the same rater's readings ``(V, R, Q, S, P)``.

    Linear in the mask, so the readings' mean stands for all of them.
    """
    seen = observed.to(logits)
    share = (masks * seen[..., None]).sum(2) / seen.sum(2).clamp_min(1.0)[..., None]
    target = share.unsqueeze(2).expand_as(logits)
    bce = functional.binary_cross_entropy_with_logits(logits, target, reduction="none").mean((2, 4))
    return weighted_mean(bce, seen.amax(2))


@in_float32
def dirichlet_kl(alpha: Tensor) -> Tensor:
    """KL(Dir(alpha) || Dir(1)), mean over the rows of ``alpha (R, D)``."""
    total = alpha.sum(-1, keepdim=True)
    size = torch.tensor(float(alpha.shape[-1]), device=alpha.device)
    normal = torch.lgamma(total.squeeze(-1)) - torch.lgamma(alpha).sum(-1) - torch.lgamma(size)
    pull = ((alpha - 1.0) * (torch.digamma(alpha) - torch.digamma(total))).sum(-1)
    return (normal + pull).mean()


@in_float32
def gaussian_kl(mean: Tensor, scale: Tensor, prior_sd: float) -> Tensor:
    """KL(N(mean, scale scale^T) || N(0, prior_sd^2 I)): ``(..., L)``, lower triangular ``(..., L, L)`` -> ``(...)``."""
    size = mean.shape[-1]
    log_determinant = 2.0 * scale.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    spread = (scale.square().sum((-2, -1)) + mean.square().sum(-1)) / prior_sd**2
    prior = size * 2.0 * torch.log(torch.tensor(prior_sd, device=mean.device))
    return 0.5 * (spread - size + prior - log_determinant)


@in_float32
def energy_losses(p: Tensor, masks: Tensor, observed: Tensor, smooth: float = 1.0) -> tuple[Tensor, Tensor]:
    """Energy per rater, and GED^2 of the whole population, of samples ``p (V, R, M, S, P)``.

    Per rater: mean_m d(p_m, y) - 1/2 mean_{m != m'} d(p_m, p_m'). Population: the same over all observed raters
    together, doubled, less the masks' own mean distance, which makes it GED^2 with the samples' term unbiased.
    Raters count equally, whatever their number of readings. M must be at least 2.
    """
    n, raters, draws, structures, pixels = p.shape
    readings = masks.shape[2]
    samples = p.permute(0, 3, 1, 2, 4).reshape(n, structures, raters * draws, pixels)
    drawn = masks.permute(0, 3, 1, 2, 4).reshape(n, structures, raters * readings, pixels)
    between = pairwise_distance(samples, samples, smooth)
    to_masks = mask_distance(samples, drawn, smooth)
    seen = observed.permute(0, 3, 1, 2).to(p)  # (V, S, R, Q)
    rater_seen = seen.amax(-1)

    own = between.view(n, structures, raters, draws, raters, draws).diagonal(dim1=2, dim2=4)  # (V, S, M, M, R)
    spread = own.sum((2, 3)) / (draws * (draws - 1))  # d(p, p) = 0, so the diagonal adds nothing
    cross = to_masks.view(n, structures, raters, draws, raters, readings).diagonal(dim1=2, dim2=4).mean(2)
    cross = (cross.permute(0, 1, 3, 2) * seen).sum(-1) / seen.sum(-1).clamp_min(1.0)  # (V, S, R)
    rater_energy = weighted_mean(cross - 0.5 * spread, rater_seen)

    count = rater_seen.sum(-1, keepdim=True).clamp_min(1.0)
    mask_weight = (seen / (seen.sum(-1, keepdim=True).clamp_min(1.0) * count.unsqueeze(-1))).flatten(2)
    sample_weight = (rater_seen / (count * draws)).repeat_interleave(draws, -1)
    unlike = (1.0 - sample_weight.square().sum(-1)).clamp_min(1e-6)
    population = 2.0 * torch.einsum("vsj,vsji,vsi->vs", sample_weight, to_masks, mask_weight)
    population = population - torch.einsum("vsj,vsjk,vsk->vs", sample_weight, between, sample_weight) / unlike
    among = mask_distance(drawn, drawn, smooth)
    population = population - torch.einsum("vsi,vsik,vsk->vs", mask_weight, among, mask_weight)
    return rater_energy, weighted_mean(population, rater_seen.amax(-1))
