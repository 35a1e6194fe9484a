"""Pionono: the masks' expected loss under each rater's Gaussian, plus the Gaussians' divergence from a wide prior."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from proseg_gui.networks.pionono import START_SCALE, Pionono
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import Objective, slab_features, summed

DRAWS = 3
KL_WEIGHT = 5e-4


class PiononoObjective(Objective):
    """Soft Dice and cross-entropy of every draw of z apart.

    The public code takes the loss of the draws' mean logits, which weakens the spread of one rater.
    """

    method: Pionono

    def rater_parameters(self) -> list[nn.Parameter]:
        """Means and scales, as in the public code: 0.02 where the network learns slower."""
        return [self.method.rater_mean, self.method.rater_scale]

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        method, items = self.method, len(batch.names)
        pixels = slab_features(method, batch)
        noise = torch.randn(items, DRAWS, method.n_raters, method.code, 1).to(pixels)
        codes = method.rater_mean + (method.scales() @ noise).squeeze(-1)  # (V, M, R, L)
        logits = method.head(pixels, codes.flatten(1, 2)).unflatten(1, (DRAWS, method.n_raters)).flatten(0, 1)
        masks = batch.masks.flatten(-3).repeat_interleave(DRAWS, 0)
        terms = {
            "segmentation": losses.segmentation_loss(logits, masks, batch.observed.repeat_interleave(DRAWS, 0)),
            "kl": KL_WEIGHT * losses.gaussian_kl(method.rater_mean, method.scales(), START_SCALE).mean(),
        }
        return summed(terms)
