"""MGP-VAE's objective: ProSeg's terms on images with sequences left out, and the autoencoder with its Gaussians.

In each step some items keep all sequences; of the others some are left out, about :data:`DROPPED` of all, and filled
as they will be when they are missing: half of these items with what the autoencoder makes of the true image (as draws
will be), half with the estimate from the sequences that were kept. The autoencoder learns from all sequences that
there are, beside the segmentation, which does not pull at it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from proseg_gui.jobs import CancelToken
from proseg_gui.networks.mgp_vae import ACQUIRED, DRAWN, ESTIMATED, LEAST_VARIANCE, MgpVae
from proseg_gui.training.dataset import Batch, TrainingCase
from proseg_gui.training.objective import ProSegObjective
from proseg_gui.training.objectives.base import summed
from proseg_gui.training.precision import in_float32

KEPT_WHOLE = 0.4
"""Share of the items of which nothing is left out; of the others any number from 1 to all but one."""
DROPPED = 0.3
"""What this comes to of all sequences, where there are several: (1 - KEPT_WHOLE) / 2."""
WEIGHT = 0.1
"""Of the autoencoder's terms beside ProSeg's: it has parameters of its own, so this is only for the gradient's norm."""
VARIANCE = 8e-3
"""Of a pixel around what the autoencoder makes of it, in normalised units (the public code: 2e-3)."""
COVERAGE = 0.9
"""Of the intervals that :attr:`MgpVae.pixel_scale` is set for."""
DARK = -0.98
"""Pixels at or below this, in normalised units, are air: they would make every interval look right."""


class MgpVaeObjective(ProSegObjective):
    """See the module's text."""

    method: MgpVae

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        method, (items, slices, channels) = self.method, batch.images.shape[:3]
        images = batch.images.flatten(0, 1)
        gone = images.isnan()
        there = ~gone.flatten(2).any(-1)
        images = torch.where(gone, 0.0, images)
        mean, scale = method.encode_sequences(images)
        noise = torch.randn(mean.shape).to(mean)
        codes = mean + scale * noise
        again = method.decode_sequences(codes, (images.shape[-2], images.shape[-1]))
        own = autoencoder_terms(images, again, there, method.gaussians.divergence(mean, scale, there))

        kept = batch.mine(lambda n: kept_sequences(n, channels)).to(there.device)
        drawn = batch.mine(lambda n: torch.rand(n) < 0.5).to(there.device)
        kept, drawn = kept.repeat_interleave(slices, 0) & there, drawn.repeat_interleave(slices, 0)
        with torch.no_grad():
            estimated = method.impute(mean, scale, kept)
            guessed = method.decode_sequences(estimated, (images.shape[-2], images.shape[-1]))
            as_drawn = (drawn[:, None] & there) | kept  # what was never there can only be estimated
            filling = torch.where(as_drawn[:, :, None, None], again, guessed)
            filled = torch.where(kept[:, :, None, None], images, filling.to(images))
            what = torch.where(kept, ACQUIRED, torch.where(as_drawn, DRAWN, ESTIMATED))
        if method.local is not None:
            own["left_out"] = self._left_out(estimated, mean.detach(), kept, there)
        marked = method.marked(filled, what).unflatten(0, (items, slices))
        found = super().forward(replace(batch, images=marked), step)
        found.pop("total")
        return summed({**found, **{name: WEIGHT * value for name, value in own.items()}})

    def _left_out(self, estimated: Tensor, codes: Tensor, kept: Tensor, there: Tensor) -> Tensor:
        """Minus the log-likelihood of the left out sequences' codes, by number of a code: the local factors learn."""
        method = self.method
        assert method.local is not None
        out = there & ~kept
        with torch.no_grad():
            root = method.gaussians.missing(kept)[1]
            variance = root.square().sum(-1).mT.clamp_min(LEAST_VARIANCE)  # (B, C, L)
        scaled = method.local(estimated, kept)
        surprise = in_float32(method.local.surprise)(codes - estimated, scaled, variance)
        return (surprise * out[:, :, None, None]).sum() / (out.sum().clamp_min(1) * codes[0, 0].numel())

    def encoded(self, images: Tensor) -> Tensor:
        """Features of sequences that are marked already."""
        features: Tensor = self.method.backbone(images)
        return features

    @torch.no_grad()
    def calibrate(
        self, cases: Sequence[TrainingCase], judge: Callable[[], dict[str, Any]], token: CancelToken | None = None
    ) -> dict[str, Any]:
        """ProSeg's; and, of each sequence, how far pixels lie from draws of it, by leaving it out on held-out cases."""
        made = super().calibrate(cases, judge, token)
        if self.method.n_channels == 1:
            return made
        scales, before = [], []
        for channel in range(self.method.n_channels):
            errors, spreads = left_out(self.method, cases, channel, token)
            scales.append(widening(errors, spreads))
            before.append(coverage(errors, spreads))
        self.method.pixel_scale.copy_(torch.tensor(scales))
        told = {"pixel_scale": [round(s, 4) for s in scales], "held_by_draws_alone": [round(b, 3) for b in before]}
        return {**made, "imputation": told}


def kept_sequences(items: int, channels: int) -> Tensor:
    """``(items, channels)``: which sequences each item keeps, at least one."""
    order = torch.rand(items, channels).argsort(-1)
    some = torch.randint(1, channels, (items,)) if channels > 1 else torch.ones(items, dtype=torch.long)
    count = torch.where(torch.rand(items) < KEPT_WHOLE, channels, some)
    return order < count[:, None]


@in_float32
def autoencoder_terms(images: Tensor, again: Tensor, there: Tensor, divergence: Tensor) -> dict[str, Tensor]:
    """Of images ``(B, C, H, W)`` and what became of them: squared error by :data:`VARIANCE`, and the divergence.

    Both by pixel of a sequence that is ``there (B, C)``, as the paper has them.
    """
    count = there.sum().clamp_min(1) * images[0, 0].numel()
    surprise = 0.5 * (images - again).square().sum((2, 3)) / VARIANCE
    return {"sequences": (surprise * there).sum() / count, "codes": divergence.sum() / count}


def left_out(
    method: MgpVae, cases: Sequence[TrainingCase], channel: int, token: CancelToken | None
) -> tuple[Tensor, Tensor]:
    """``(P,)`` error and standard deviation over draws of the pixels of ``channel`` when it is left out; air is not."""
    errors, spreads, was = [], [], method.pixel_scale.clone()
    method.pixel_scale.zero_()
    for case in cases:
        for k in range(case.image.shape[0]):
            if token is not None:
                token.check()
            image = case.image[k : k + 1].to(was.device).clone()
            truth = image[0, channel].clone()
            if truth.isnan().any():
                continue
            image[0, channel] = torch.nan
            mean, spread = method.estimate(image)
            seen = truth > DARK
            errors.append((truth - mean[0, channel])[seen])
            spreads.append(spread[0, channel][seen])
    method.pixel_scale.copy_(was)
    return (torch.cat(errors), torch.cat(spreads)) if errors else (was.new_zeros(0), was.new_zeros(0))


def coverage(errors: Tensor, spreads: Tensor, scale: float = 0.0) -> float:
    """Share of pixels in their interval of :data:`COVERAGE`, with ``scale`` beside the draws' own spread."""
    if not len(errors):
        return 1.0
    reach = torch.distributions.Normal(0.0, 1.0).icdf(torch.tensor(0.5 + COVERAGE / 2.0)).to(errors)
    return float((errors.abs() <= reach * (spreads.square() + scale**2).sqrt()).float().mean())


def widening(errors: Tensor, spreads: Tensor) -> float:
    """The least scale with which intervals hold :data:`COVERAGE` of the pixels."""
    low, high = 0.0, float(errors.abs().max()) if len(errors) else 0.0
    for _ in range(30):
        middle = (low + high) / 2.0
        low, high = (low, middle) if coverage(errors, spreads, middle) >= COVERAGE else (middle, high)
    return high
