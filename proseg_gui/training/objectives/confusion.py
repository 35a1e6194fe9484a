"""Confusion matrices: each rater's map against that rater's masks, and the least reliable raters that explain them.

The maps alone do not say what is the hidden truth and what is a rater's error. As published, the matrices' mean trace
is kept small: of all truths and errors that explain the masks, those with the largest errors. It begins to count after
a warm-up in which the matrices stay near the identity, so that the truth is found first.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from proseg_gui.networks.confusion import GlobalConfusion, PixelConfusion, confused
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import BlendObjective, Objective, slab_features, summed
from proseg_gui.training.precision import in_float32

TRACE = 0.01
"""Weight of the mean trace, of 0..1 where 1 is no error at all; the papers' 0.01 to 0.1."""
WARM_UP = 0.25
"""Of the steps: before, the matrices do not learn."""


class GlobalConfusionObjective(Objective):
    """A matrix a rater."""

    method: GlobalConfusion

    def rater_parameters(self) -> list[nn.Parameter]:
        """The matrices."""
        return [self.method.rater_errors]

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        method = self.method
        errors = method.presets().unflatten(-1, (2, method.n_structures, 1)).expand(len(batch.names), -1, -1, -1, -1)
        return confusion_terms(slab_features(method, batch), errors, batch, self.recipe.steps, step)


class PixelConfusionObjective(BlendObjective):
    """A matrix a rater and pixel."""

    method: PixelConfusion

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        method = self.method
        pixels = slab_features(method, batch)
        errors = method.errors(pixels, method.presets().expand(len(pixels), -1, -1))
        return confusion_terms(pixels[:, : method.n_structures], errors, batch, self.recipe.steps, step)


def confusion_terms(truth: Tensor, errors: Tensor, batch: Batch, steps: int, step: int) -> dict[str, Tensor]:
    """Terms of the hidden map's logits ``truth (V, S, P)`` and the raters' ``errors (V, R, 2, S, P or 1)``."""
    learning = step >= WARM_UP * steps
    logits = confused(truth.unsqueeze(1), errors if learning else errors.detach())
    terms = {"segmentation": losses.segmentation_loss(logits, batch.masks.flatten(-3), batch.observed)}
    if learning:
        terms["trace"] = TRACE * mean_trace(errors, batch.observed)
    return summed(terms)


@in_float32
def mean_trace(errors: Tensor, observed: Tensor) -> Tensor:
    """Mean of (a + 1 - b) / 2 over pixels and over the raters and structures that were ``observed (V, R, Q, S)``."""
    trace = torch.sigmoid(errors).mean((2, 4))  # (V, R, S)
    return losses.weighted_mean(trace, observed.any(2).to(trace))
