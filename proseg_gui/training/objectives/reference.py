"""ProSeg's reference objective: one random rater an image, Dice, a rater classifier on the shares, divergences."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.preferences import clamp_tau
from proseg_gui.networks.reference import ReferenceProSeg
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import Objective, single_slices, summed
from proseg_gui.training.objectives.probunet import any_reading
from proseg_gui.training.precision import in_float32

KL_WEIGHT = 0.1


class ReferenceObjective(Objective):
    """Every slice is an image of its own. The image's reconstruction is left out: nothing else depends on it."""

    method: ReferenceProSeg

    def rater_parameters(self) -> list[nn.Parameter]:
        """The raters' Dirichlet parameters."""
        return [self.method.rater_alpha]

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        method = self.method
        images, masks, observed = single_slices(batch)
        chosen = any_reading(observed)
        items = torch.arange(len(images), device=images.device)
        mask, there = masks.flatten(1, 2)[items, chosen], observed.flatten(1, 2)[items, chosen]
        rater = chosen // observed.shape[2]

        tau = clamp_tau(torch.distributions.Dirichlet(method.alpha().cpu()[rater.cpu()]).rsample()).to(images)
        own = functional.one_hot(rater, method.n_raters).to(images)
        pixels = method.encode(images).flatten(2)
        eps = torch.randn(len(images), 1, method.latent).to(images)
        logits = method.decode_points(pixels, torch.cat([own, tau.log()], -1)[:, None], eps)[:, 0]
        mean, deviation = method.blended(pixels, own[:, None])
        drawn = there.any(-1).to(images)
        dice = two_sided_dice(torch.sigmoid(logits.float()), mask.flatten(2))
        named = functional.cross_entropy(method.classifier(tau), rater, reduction="none")
        terms = {
            "dice": losses.weighted_mean(dice, there.to(images)),
            "rater": losses.weighted_mean(named, drawn),
            "kl_tau": KL_WEIGHT * losses.dirichlet_kl(method.alpha()),
            "kl_z": KL_WEIGHT * losses.weighted_mean(unit_kl(mean, deviation).mean((1, 2, 3)), drawn),
        }
        return summed(terms)


@in_float32
def two_sided_dice(p: Tensor, mask: Tensor) -> Tensor:
    """Mean of 1 - soft Dice of foreground and of background, ``(..., P)`` each -> ``(...)``."""
    sides = [(p, mask), (1.0 - p, 1.0 - mask)]
    dice = [(2.0 * (a * b).sum(-1) + 1.0) / (a.sum(-1) + b.sum(-1) + 1.0) for a, b in sides]
    return 1.0 - 0.5 * (dice[0] + dice[1])


@in_float32
def unit_kl(mean: Tensor, deviation: Tensor) -> Tensor:
    """KL(N(mean, deviation^2) || N(0, 1)), elementwise."""
    return 0.5 * (deviation.square() + mean.square() - 1.0) - deviation.log()
