"""MaskDiffusion over masks: the mask behind its noisy form, at a few random times for each image."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from proseg_gui.networks.diffusion import MaskDiffusion, RaterDiffusion
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import Objective, rater_share, single_slices, summed
from proseg_gui.training.objectives.consensus_levels import at_least
from proseg_gui.training.objectives.probunet import any_reading

TIMES = 4
"""Noisy masks an image and step, each of a reading and a time of its own: the image is encoded once for all."""
NOTHING = 0.25
"""Share of them that show no mask at all, by which the mean of all draws is learned."""
DROPPED = 0.2
"""Share of them at which the rater is not told (mode *rater*), so that what raters share is learned by all masks."""


class MaskDiffusionObjective(Objective):
    """Soft Dice and cross-entropy of the mask that the denoiser predicts; every slice is an image of its own."""

    method: MaskDiffusion

    def rater_parameters(self) -> list[nn.Parameter]:
        """The raters' embeddings."""
        return [self.method.rater_embedding] if isinstance(self.method, RaterDiffusion) else []

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        method = self.method
        images, masks, observed = single_slices(batch)
        looked = tuple(part.repeat_interleave(TIMES, 0) for part in method.look(method.encode(images)))
        target, there, rater = self.targets(*(part.repeat_interleave(TIMES, 0) for part in (masks, observed)))
        count, size = len(target), target.shape[-2:]
        generator = torch.Generator().manual_seed(int(torch.randint(2**31, ())))
        time = torch.rand(count, generator=generator)
        nothing = torch.rand(count, generator=generator) < NOTHING
        noise = method.fresh((count, 1, *size), generator).to(looked[0])
        time = torch.where(nothing, 1.0, time).to(looked[0])
        noisy = method.noised(target, time, noise)
        noisy = torch.where(nothing.to(time.device)[:, None, None, None], 0.0, noisy)
        logits = method.predict((looked[0], looked[1]), noisy, time, rater.to(time))
        loss = losses.segmentation_loss(
            logits.flatten(2)[:, None], target.flatten(2)[:, None, None], there[:, None, None]
        )  # fmt: skip
        return summed({"segmentation": loss})

    def targets(self, masks: Tensor, observed: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Masks ``(B, M, H, W)``, which of them are there ``(B, M)``, and what is told of the rater ``(B, told)``.

        ``masks (B, R, Q, S, H, W)``, ``observed (B, R, Q, S)``: a random rater's random reading, or all levels.
        """
        method = self.method
        if method.capabilities.levels:
            share, there = rater_share(masks.flatten(-2), observed)
            levels = at_least(share, method.n_raters).flatten(1, 2).unflatten(-1, masks.shape[-2:])
            return levels, there.repeat(1, method.n_raters), levels.new_zeros(len(masks), 0)
        chosen = any_reading(observed)
        items = torch.arange(len(masks), device=masks.device)
        there = observed.flatten(1, 2)[items, chosen]
        target = masks.flatten(1, 2)[items, chosen] * there[..., None, None]
        if not isinstance(method, RaterDiffusion):
            return target, there, target.new_zeros(len(masks), 0)
        told = torch.rand(len(masks)).to(target.device) >= DROPPED
        return target, there, method.presets()[chosen // masks.shape[2]] * told[:, None]
