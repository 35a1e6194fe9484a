"""The majority mask, and the mean map with a level for every rater."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from proseg_gui.networks.majority import Majority, Threshold
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch, TrainingCase
from proseg_gui.training.objectives.base import Objective, rater_share, slab_features, summed
from proseg_gui.training.precision import in_float32

FIT_CASES = 24
LEVELS = 49
"""A rater's level is one of this many, evenly spread over 0..1."""


class MajorityObjective(Objective):
    """Soft Dice and cross-entropy against the mask that more than half of the raters drew."""

    method: Majority

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        share, there = rater_share(batch.masks.flatten(-3), batch.observed)
        target = (share > 0.5).to(share)
        logits = slab_features(self.method, batch)
        loss = losses.segmentation_loss(logits[:, None], target[:, None, None], there[:, None, None])
        return summed({"segmentation": loss})


class ThresholdObjective(Objective):
    """Cross-entropy, and min/max Jaccard distance, of the map to the share of raters: both are least where it is equal.

    The levels are not learned: :meth:`fit` takes, for each rater and structure, the one with the highest mean Dice.
    """

    method: Threshold

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        share, there = rater_share(batch.masks.flatten(-3), batch.observed)
        logits = slab_features(self.method, batch)
        bce, jaccard = share_terms(logits, share)
        terms = {name: losses.weighted_mean(v, there.to(v)) for name, v in (("bce", bce), ("jaccard", jaccard))}
        return summed(terms)

    @torch.no_grad()
    def fit(self, cases: Sequence[TrainingCase]) -> None:
        """The levels, on the first :data:`FIT_CASES` training cases; a rater who drew in none of them keeps 0.5."""
        method = self.method
        device = next(method.parameters()).device
        levels = torch.arange(1, LEVELS + 1, device=device) / (LEVELS + 1)
        dice = torch.zeros(LEVELS, method.n_raters, method.n_structures, device=device)
        count = torch.zeros(method.n_raters, method.n_structures, device=device)
        was_training = method.training
        method.eval()
        for case in cases[:FIT_CASES]:
            observed = case.observed.to(device)
            dice += torch.where(observed, _case_dice(method, case, levels), 0.0).sum(2)
            count += observed.sum(1)
        method.train(was_training)
        best = levels[dice.argmax(0)]
        middle = torch.full_like(best, 0.5)
        method.offset.copy_(-torch.logit(torch.where(count > 0, best, middle)))


@in_float32
def share_terms(logits: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
    """Mean cross-entropy, and min/max Jaccard distance, of ``logits (V, S, P)`` to ``share (V, S, P)``: ``(V, S)``."""
    bce = functional.binary_cross_entropy_with_logits(logits, share, reduction="none").mean(-1)
    p = torch.sigmoid(logits)
    total = p.sum(-1) + share.sum(-1)
    inner = 0.5 * (total - (p - share).abs().sum(-1))
    return bce, losses.jaccard_from_sums(inner, total, 1.0)


def _case_dice(method: Threshold, case: TrainingCase, levels: Tensor) -> Tensor:
    """``(levels, R, Q, S)`` Dice over a whole case of the map cut at each level; two empty masks agree."""
    inner, sizes = (torch.zeros(1, device=levels.device) for _ in range(2))
    drawn: Tensor = torch.zeros(1, device=levels.device)
    for k in range(case.image.shape[0]):
        p = torch.sigmoid(method.encode(case.image[k : k + 1].to(levels.device)))[0].flatten(1)
        cut = (p > levels[:, None, None]).float()  # (levels, S, P)
        masks = case.masks[:, :, :, k].to(levels.device).float().flatten(3)
        inner = inner + torch.einsum("lsp,rqsp->lrqs", cut, masks)
        sizes, drawn = sizes + cut.sum(-1)[:, None, None], drawn + masks.sum(-1)
    total = sizes + drawn
    return torch.where(total > 0, 2.0 * inner / total.clamp_min(1.0), 1.0)
