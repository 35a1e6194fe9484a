"""Agreement levels: each level against what at least so many raters drew."""

from __future__ import annotations

import torch
from torch import Tensor

from proseg_gui.networks.consensus_levels import ConsensusLevels
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import Objective, rater_share, slab_features, summed


class ConsensusLevelsObjective(Objective):
    """Soft Dice and cross-entropy of every level, alike."""

    method: ConsensusLevels

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        method = self.method
        share, there = rater_share(batch.masks.flatten(-3), batch.observed)
        target = at_least(share, method.n_raters)
        logits = slab_features(method, batch).unflatten(1, (method.n_raters, method.n_structures))
        seen = there[:, None].expand(target.shape[:3])
        return summed({"levels": losses.segmentation_loss(logits, target[:, :, None], seen[:, :, None])})


def at_least(share: Tensor, levels: int) -> Tensor:
    """``(V, S, P)`` share of raters -> ``(V, levels, S, P)`` 0/1: whether at least c of ``levels`` would include it.

    Where raters are missing, the share of those who drew stands for all: level c begins above (c - 1/2) / R.
    """
    cut = (torch.arange(levels, device=share.device) + 0.5) / levels
    return (share.unsqueeze(1) > cut[:, None, None]).to(share)
