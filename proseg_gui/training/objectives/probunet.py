"""Probabilistic U-Net: a mask's loss at a posterior code that saw it, and the posterior's divergence from the prior."""

from __future__ import annotations

import torch
from torch import Tensor

from proseg_gui.networks.probunet import ProbabilisticUNet
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import Objective, single_slices, summed
from proseg_gui.training.precision import in_float32

KL_WEIGHT = 1.0
"""The paper's, beside a sum of cross-entropy over pixels; here that is a mean, so this is divided by their number."""


class ProbabilisticUNetObjective(Objective):
    """One reading an image and step, drawn evenly over raters who drew; every slice is an image of its own."""

    method: ProbabilisticUNet

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        method = self.method
        images, masks, observed = single_slices(batch)
        mask, there = one_reading(masks, observed)
        pixels = method.encode(images).flatten(2)
        mean, scale = method.posterior(torch.cat([images, mask], dim=1))
        features, prior_mean, prior_scale = method.split(pixels)
        code = mean + scale * torch.randn(mean.shape).to(mean)
        logits = method.head(features, code[:, None])
        return summed(elbo(logits, mask, there, gaussian_divergence(mean, scale, prior_mean, prior_scale)))


def one_reading(masks: Tensor, observed: Tensor) -> tuple[Tensor, Tensor]:
    """A random rater's random reading for each item, among those who drew any structure.

    ``masks (V, R, Q, S, H, W)``, ``observed (V, R, Q, S)`` -> ``(V, S, H, W)`` (zero where not observed), ``(V, S)``.
    """
    chosen = any_reading(observed)
    items = torch.arange(len(masks), device=masks.device)
    there = observed.flatten(1, 2)[items, chosen]
    return masks.flatten(1, 2)[items, chosen] * there[..., None, None], there


def any_reading(observed: Tensor) -> Tensor:
    """``(V,)`` number r Q + q of a random reading: evenly over raters who drew, then over their readings."""
    drew = observed.any(-1).float()  # (V, R, Q)
    chances = (drew / drew.sum(2, keepdim=True).clamp_min(1.0)).flatten(1)
    nobody = chances.sum(1, keepdim=True) == 0
    return torch.multinomial(torch.where(nobody, 1.0, chances).cpu(), 1)[:, 0].to(observed.device)


def elbo(logits: Tensor, mask: Tensor, there: Tensor, divergence: Tensor) -> dict[str, Tensor]:
    """Terms as they count, of ``logits (V, 1, S, P)``, ``mask (V, S, H, W)``, ``there (V, S)``, ``divergence (V,)``."""
    segmentation = losses.segmentation_loss(logits, mask.flatten(2)[:, None, None], there[:, None, None])
    kl = losses.weighted_mean(divergence, there.any(-1).to(divergence))
    pixels = mask.shape[-2] * mask.shape[-1]
    return {"segmentation": segmentation, "kl": KL_WEIGHT / pixels * kl}


@in_float32
def gaussian_divergence(mean: Tensor, scale: Tensor, prior_mean: Tensor, prior_scale: Tensor) -> Tensor:
    """KL between two Gaussians with diagonal covariances, ``(V, L)`` each -> ``(V,)``."""
    ratio = (scale / prior_scale).square()
    shift = ((mean - prior_mean) / prior_scale).square()
    return 0.5 * (ratio + shift - 1.0 - ratio.log()).sum(-1)
