"""Per-rater heads: each head against its own rater's masks, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from proseg_gui.networks.rater_heads import RaterHeads
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch, TrainingCase
from proseg_gui.training.objectives.base import AREA_CASES, Objective, slab_features


class RaterHeadsObjective(Objective):
    """Soft Dice and cross-entropy of every rater who drew, in every step."""

    method: RaterHeads

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        logits = self.method.heads(slab_features(self.method, batch))
        loss = losses.segmentation_loss(logits, batch.masks.flatten(-3), batch.observed)
        return {"segmentation": loss, "total": loss}

    @torch.no_grad()
    def finish(self, cases: Sequence[TrainingCase]) -> None:
        """Measure how the heads differ, from which the preference axes follow."""
        method = self.method
        device = next(method.parameters()).device
        gram = torch.zeros_like(method.head_gram)
        for case in cases[:AREA_CASES]:
            for image in case.image.split(1):
                gram += method.measure(method.encode(image.to(device)))
        method.head_gram.copy_(gram)
        super().finish(cases)
