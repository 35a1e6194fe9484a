"""Stochastic segmentation network: how likely each mask is under its rater's Gaussian over the logits."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.ssn import StochasticSegmentationNetwork
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import Objective, slab_features, summed
from proseg_gui.training.precision import in_float32

PAIRS = 8
"""Draws come in antithetic pairs, eps and -eps, as in the public code: so many of them an item."""


class StochasticSegmentationObjective(Objective):
    """The paper's Monte Carlo likelihood of whole masks, and soft Dice + cross-entropy of each rater's mean."""

    method: StochasticSegmentationNetwork

    def rater_parameters(self) -> list[nn.Parameter]:
        """The raters' offsets."""
        return [self.method.rater_offset]

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class; a draw is shared by all slices and raters of an item, as when it is looked at.

        The likelihood looks at every ``stride``-th row and column, from a random first one.
        """
        method, stride, items = self.method, self.recipe.stride, len(batch.names)
        slices, height, width = batch.masks.shape[-3:]
        pixels = slab_features(method, batch)
        tau = method.presets().expand(items, -1, -1)
        still = pixels.new_zeros(*tau.shape[:2], method.rank)
        means = method.decode_points(pixels, tau, still)
        segmentation = losses.segmentation_loss(means, batch.masks.flatten(-3), batch.observed)

        y, x = (int(torch.randint(0, stride, ())) for _ in range(2))
        coarse = pixels.unflatten(-1, (slices, height, width))[..., y::stride, x::stride].flatten(-3)
        masks = batch.masks[..., y::stride, x::stride].flatten(-3)
        half = batch.mine(lambda n: torch.randn(n, PAIRS, method.rank)).to(pixels)
        apart = torch.einsum("vmk,ksc,vcp->vmsp", torch.cat([half, -half], 1), method.factors, coarse)
        surprise = -mask_likelihood(method.decode_points(coarse, tau, still), apart, masks, batch.observed)
        drew = batch.observed.any(-1).to(surprise)
        return summed({"segmentation": segmentation, "likelihood": losses.weighted_mean(surprise, drew)})


@in_float32
def mask_likelihood(means: Tensor, apart: Tensor, masks: Tensor, observed: Tensor) -> Tensor:
    """``(V, R, Q)`` log of the mean over draws of p(mask | draw), by pixel.

    ``means (V, R, S, P)`` plus ``apart (V, M, S, P)`` are the draws' logits; of ``masks (V, R, Q, S, P)`` the
    structures that were not ``observed (V, R, Q, S)`` say nothing. Pixels are independent given the draw, so a mask's
    log-likelihood is a sum over them; it is divided by their number, which makes steps of any crop alike.
    """
    logits = means.unsqueeze(1) + apart.unsqueeze(2)  # (V, M, R, S, P)
    # log p = y l - softplus(l), summed over pixels
    inner = torch.einsum("vmrsp,vrqsp->vmrqs", logits, masks.to(logits))
    log_p = inner - functional.softplus(logits).sum(-1).unsqueeze(3)
    log_p = torch.where(observed.unsqueeze(1), log_p, 0.0).sum(-1)  # (V, M, R, Q)
    return (log_p.logsumexp(1) - math.log(apart.shape[1])) / means.shape[-1]
