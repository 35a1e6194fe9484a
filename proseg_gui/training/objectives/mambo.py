"""MAMBO's objective: ProSeg's terms at a scanner drawn from the data set, and the same image as another scanner's.

Each step makes two views of its images (:func:`.shifts.restyled`): what is known of the confounder is what training
itself changed. The first is decoded at centres drawn by the data set's own prior, whatever the image looks like: the
intervention. The second is decoded where the posterior q(z | x, y) puts it, as the paper has it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.mambo import Mambo
from proseg_gui.networks.probunet import CodeEncoder
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch, TrainingCase
from proseg_gui.training.objective import ProSegObjective
from proseg_gui.training.objectives.base import rater_share, single_slices, summed
from proseg_gui.training.precision import in_float32
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.shifts import SHIFTS, restyled

POSTERIOR, KL, BOUNDARY, INVARIANCE, SCANNER, TOLD_APART = 1.0, 0.01, 0.2, 3.0, 0.5, 1.0
"""Weights of the terms beside ProSeg's."""
EDGE_WEIGHT = 4.0
"""A pixel beside a mask's border counts 1 + so much."""
MEASURED = 200
"""About so many slices of the training say where its scanners lie."""
MOMENTUM = 0.05
"""Of the data set's prior over components."""


class MamboObjective(ProSegObjective):
    """See the module's text."""

    method: Mambo

    def __init__(self, method: Mambo, recipe: Recipe) -> None:
        super().__init__(method, recipe)
        inputs = method.n_channels + method.n_structures
        self.helpers["posterior"] = CodeEncoder(inputs, method.code, "plain")
        self.helpers["scanner"] = nn.Linear(method.code, len(SHIFTS) + 1)

    def rater_parameters(self) -> list[nn.Parameter]:
        """The raters' and the components', which a few images place as well."""
        return [*super().rater_parameters(), self.method.centres, self.method.log_spread]

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class; every other item, half of the work, has a second view."""
        method, slices, (height, width) = self.method, batch.images.shape[1], batch.images.shape[-2:]
        paired = batch.part(0, 2)
        views = [self._first_view(batch), restyled(paired.images, 1.0)]
        images = torch.cat([view.flatten(0, 1) for view, _ in views])
        kinds = torch.cat([kind for _, kind in views]).repeat_interleave(slices).to(images.device)
        count = len(batch.names) * slices
        skips = method.backbone.descend(images)
        codes = method.scanner(images)
        mean, spread = self._posterior(images[count:], paired, codes[count:])
        seen = mean + spread * self._normal(batch)[0::2].repeat_interleave(slices, 0)
        features = method.raised(skips, torch.cat([self._drawn(batch), seen]), height, width)
        chances = method.chances(codes)
        if self.training:
            self._follow(chances)

        first = self._slabs(features[:count], batch)
        terms = self.weighted(self.terms(first, batch))
        if "pyramid" in self.helpers:
            terms["rater_heads"] = self.recipe.rater_heads * self.helpers["pyramid"]([features[:count]], batch)
        logits = [self._at_presets(part) for part in (first[0::2], self._slabs(features[count:], paired))]
        masks, observed = paired.masks, paired.observed
        terms["posterior"] = POSTERIOR * losses.segmentation_loss(logits[1], masks.flatten(-3), observed)
        terms["boundary"] = BOUNDARY * torch.stack([boundary_loss(part, masks, observed) for part in logits]).mean()
        terms["invariance"] = INVARIANCE * invariance_loss(logits[0].detach(), logits[1])
        divergence = self._divergence_from_mixture(mean, spread, seen, codes[count:])
        drew = observed.flatten(1).any(-1).repeat_interleave(slices).to(divergence)
        terms["gaussians"] = KL * losses.weighted_mean(divergence, drew)
        terms["told_apart"] = -TOLD_APART * information(chances)
        terms["scanner"] = SCANNER * functional.cross_entropy(self.helpers["scanner"](codes).float(), kinds)
        return summed(terms)

    @staticmethod
    def _first_view(batch: Batch) -> tuple[Tensor, Tensor]:
        """Every other item, whose second view is shifted, as it is; the rest shifted as any training may."""
        images, kinds = restyled(batch.images[1::2])
        first, told = batch.images.clone(), torch.zeros(len(batch.images), dtype=kinds.dtype)
        first[1::2], told[1::2] = images, kinds
        return first, told

    def _at_presets(self, features: Tensor) -> Tensor:
        """``(V, C, n, H, W)`` -> ``(V, R, S, P)`` logits of the raters' own predictions."""
        method = self.method
        tau = method.family.from_line(method.presets()).expand(features.shape[0], -1, -1)
        return method.decode_points(features.flatten(2), tau, tau.new_zeros(*tau.shape[:2], method.modes))

    def _posterior(self, images: Tensor, batch: Batch, codes: Tensor) -> tuple[Tensor, Tensor]:
        """q(z | x, y) of a view's slices: about the image's own code, ``(B, L)`` mean and deviation."""
        _, masks, observed = single_slices(batch)
        mean, spread = self.helpers["posterior"](torch.cat([images, rater_share(masks, observed)[0]], 1))
        return codes + mean, spread

    def _normal(self, batch: Batch) -> Tensor:
        """``(V, L)`` standard normal numbers: one scanner for all slices of an item."""
        return batch.mine(lambda items: torch.randn(items, self.method.code)).to(batch.images)

    def _drawn(self, batch: Batch) -> Tensor:
        """``(V n, L)`` centres drawn by the data set's prior, whatever the images look like."""
        method = self.method
        chosen = batch.mine(lambda items: torch.multinomial(method.prior.cpu(), items, replacement=True))
        return method.centres[chosen.to(method.centres.device)].repeat_interleave(batch.images.shape[1], 0)

    @torch.no_grad()
    def finish(self, cases: Sequence[TrainingCase]) -> None:
        """The scanners of the training's own images, then see the base class."""
        parts = [part for case in cases for part in case.image.split(1)]
        self.method.measure(parts[:: max(1, len(parts) // MEASURED)])
        super().finish(cases)

    @torch.no_grad()
    def _follow(self, chances: Tensor) -> None:
        """Bring the data set's prior up to date."""
        self.method.prior.lerp_(chances.detach().float().mean(0), MOMENTUM)

    def _divergence_from_mixture(self, mean: Tensor, spread: Tensor, places: Tensor, codes: Tensor) -> Tensor:
        """Log q(z | x, y) - log of the image's mixture at the drawn ``places``: ``(B,)``, KL in one draw."""
        own = -(0.5 * ((places - mean) / spread).square() + spread.log()).sum(-1)
        mixture = self.method.chances(codes).clamp_min(1e-6).log() + self.method.log_densities(places)
        return own - mixture.logsumexp(-1)


@in_float32
def information(chances: Tensor) -> Tensor:
    """What ``chances (B, K)`` tell of which image it is, in nats: all components are used, each for images of its own.

    The entropy of the mean less the mean entropy (Krause et al. 2010). Without it one component takes all images.
    """

    def entropy(p: Tensor) -> Tensor:
        return -(p * p.clamp_min(1e-6).log()).sum(-1)

    return entropy(chances.mean(0)) - entropy(chances).mean()


@in_float32
def boundary_loss(logits: Tensor, masks: Tensor, observed: Tensor) -> Tensor:
    """Cross-entropy in which pixels beside a mask's border count more.

    ``logits (V, R, S, P)``, ``masks (V, R, Q, S, n, H, W)``, ``observed (V, R, Q, S)``.
    """
    flat = masks.flatten(0, 4)[:, None]
    wide = functional.max_pool2d(flat, 3, 1, 1)
    narrow = 1.0 - functional.max_pool2d(1.0 - flat, 3, 1, 1)
    weight = (1.0 + EDGE_WEIGHT * (wide - narrow)).view_as(masks).flatten(-3)
    drawn = masks.flatten(-3)
    entropy = functional.binary_cross_entropy_with_logits(logits.unsqueeze(2).expand_as(drawn), drawn, reduction="none")
    return losses.weighted_mean((entropy * weight).sum(-1) / weight.sum(-1), observed.to(entropy))


@in_float32
def invariance_loss(first: Tensor, second: Tensor) -> Tensor:
    """Squared difference of the probabilities of two views' ``(V, R, S, P)`` logits, over what either draws."""
    p, q = torch.sigmoid(first), torch.sigmoid(second)
    return (p - q).square().sum() / torch.maximum(p, q).sum().clamp_min(1.0)
