"""D-Persona in its two stages: a diverse latent space, then one query a rater over it with everything else frozen."""

from __future__ import annotations

import torch
from torch import Tensor

from proseg_gui.networks.dpersona import DPersona
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import BlendObjective, rater_share, single_slices, summed
from proseg_gui.training.objectives.probunet import elbo, gaussian_divergence, one_reading
from proseg_gui.training.precision import in_float32

BOUND_WEIGHT, BOUND_DRAWS = 0.5, 10
QUERY_BANK = 100
"""Fresh prior codes in each step of stage 2."""


class DPersonaObjective(BlendObjective):
    """Two whole schedules; the second stage finds the first one's averaged weights, and leaves them as they are."""

    method: DPersona
    stages = 2

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        return self._diversity(batch) if step < self.recipe.steps else self._persons(batch)

    def _diversity(self, batch: Batch) -> dict[str, Tensor]:
        method = self.method
        images, masks, observed = single_slices(batch)
        features = method.backbone(images)
        prior_mean, prior_scale = method.prior(images)
        mean, scale = method.posterior(torch.cat([images, all_masks(masks, observed).flatten(1, 2)], dim=1))
        code = mean + scale * torch.randn(mean.shape).to(mean)
        noise = torch.randn(len(images), BOUND_DRAWS, method.code).to(mean)
        codes = torch.cat([code[:, None], prior_mean[:, None] + prior_scale[:, None] * noise], 1)
        logits = method.head(features.flatten(2), codes)
        mask, there = one_reading(masks, observed)
        terms = elbo(logits[:, :1], mask, there, gaussian_divergence(mean, scale, prior_mean, prior_scale))
        bound = bound_loss(torch.sigmoid(logits[:, 1:].float()), masks.flatten(-2), observed)
        return summed({**terms, "bound": BOUND_WEIGHT * bound})

    def _persons(self, batch: Batch) -> dict[str, Tensor]:
        method = self.method
        images, masks, observed = single_slices(batch)
        with torch.no_grad():
            features = method.backbone(images)
            mean, scale = method.prior(images)
        bank = torch.randn(QUERY_BANK, method.code).to(mean)
        codes = method.rater_codes(features, mean, scale, bank)
        head = {name: value.detach() for name, value in method.head.named_parameters()}
        logits = torch.func.functional_call(method.head, head, (features.flatten(2), codes))
        loss = losses.segmentation_loss(logits, masks.flatten(-2), observed)
        return summed({"persons": loss})


def all_masks(masks: Tensor, observed: Tensor) -> Tensor:
    """Each rater's mean reading ``(V, R, S, H, W)``; a missing one is the share of the raters who drew."""
    seen = observed.to(masks)
    count = seen.sum(2)  # (V, R, S)
    own = (masks * seen[..., None, None]).sum(2) / count.clamp_min(1.0)[..., None, None]
    share, _ = rater_share(masks, observed)
    return torch.where((count > 0)[..., None, None], own, share[:, None])


@in_float32
def bound_loss(p: Tensor, masks: Tensor, observed: Tensor) -> Tensor:
    """1 - soft Dice of the samples' maximum with the raters' union, and of their minimum with the intersection.

    ``p (V, M, S, P)``, ``masks (V, R, Q, S, P)``, ``observed (V, R, Q, S)``.
    """
    seen = observed[..., None]
    union = torch.where(seen, masks, 0.0).amax((1, 2))
    intersection = torch.where(seen, masks, 1.0).amin((1, 2))
    there = observed.flatten(1, 2).any(1)
    pairs = ((p.amax(1), union), (p.amin(1), intersection))
    dice = [1.0 - (2.0 * (a * b).sum(-1) + 1.0) / (a.sum(-1) + b.sum(-1) + 1.0) for a, b in pairs]
    return losses.weighted_mean(0.5 * (dice[0] + dice[1]), there.to(p))
