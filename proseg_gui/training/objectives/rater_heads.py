"""Per-rater heads: each head against its own rater's masks, and nothing else."""

from __future__ import annotations

from torch import Tensor

from proseg_gui.networks.rater_heads import RaterHeads
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import BlendObjective, slab_features, summed


class RaterHeadsObjective(BlendObjective):
    """Soft Dice and cross-entropy of every rater who drew, in every step."""

    method: RaterHeads

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        logits = self.method.heads(slab_features(self.method, batch))
        loss = losses.segmentation_loss(logits, batch.masks.flatten(-3), batch.observed)
        return summed({"segmentation": loss})
