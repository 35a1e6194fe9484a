"""Confusion matrices: one hidden true mask, and how each rater turns it into an own one.

``cm_global``: Tanno et al., "Learning From Noisy Labels By Regularized Estimation Of Annotator Confusion" (CVPR 2019),
a matrix a rater. ``cm_pixel``: Zhang et al., "Disentangling Human Error from the Ground Truth in Segmentation of
Medical Images" (NeurIPS 2020), a matrix a rater and pixel, predicted from the features. Both stand in D-Persona's
published table. For a structure and its background a matrix is two numbers: a, the chance to include what truly
belongs to it, and b, the chance to include what does not; a rater's map is p a + (1 - p) b. Nothing is random.

Consensus style is the hidden true map itself: a rater who includes exactly what belongs to it.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.base import Capabilities, Coords
from proseg_gui.networks.blends import BlendMethod
from proseg_gui.networks.linear import LinearMethod

START = 3.0
"""Logit of a, and of 1 - b, at the start: 0.95, a matrix near the identity."""
EXACT = 15.0
"""That of somebody who never errs."""


def confused(truth: Tensor, errors: Tensor) -> Tensor:
    """Logit of p a + (1 - p) b, of the logits ``truth`` of p and ``errors (..., 2, ...)`` of a and 1 - b in dim -3.

    Computed with logarithms throughout: no probability is rounded to 0 or 1 before its logarithm is taken.
    """
    hit, clean = errors.unbind(-3)
    log_p, log_q = functional.logsigmoid(truth), functional.logsigmoid(-truth)
    inside = torch.logaddexp(log_p + functional.logsigmoid(hit), log_q + functional.logsigmoid(-clean))
    outside = torch.logaddexp(log_p + functional.logsigmoid(-hit), log_q + functional.logsigmoid(clean))
    return inside - outside


class GlobalConfusion(LinearMethod):
    """tau holds the logits of a and of 1 - b, structure by structure; ``hidden`` is the width of the head's layer."""

    kind: ClassVar[str] = "cm_global"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=True, samples=False, preference_axes=True, ambiguity_axes=False, intra_expert=False,
    )  # fmt: skip

    def __init__(self, *sizes: int, **common: Any) -> None:
        super().__init__(*sizes, **common)
        self.head = truth_head(self.backbone.features, self.hidden, self.n_structures)
        self.rater_errors = nn.Parameter(0.1 * torch.randn(self.n_raters, 2 * self.n_structures))
        self.register_buffer("rater_area", torch.zeros(self.n_raters))

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> logits of the hidden true map ``(B, S, H, W)``."""
        logits: Tensor = self.head(self.backbone(image))
        return logits

    def presets(self) -> Tensor:
        """``(R, 2 S)``: what is learned is how far they are from the start."""
        return self.rater_errors + START

    def consensus_style(self) -> Coords:
        """The hidden true map."""
        return self._at(torch.full((2 * self.n_structures,), EXACT))

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """See :func:`confused`."""
        return confused(pixels.unsqueeze(1), tau.unflatten(-1, (2, self.n_structures, 1)))


class PixelConfusion(BlendMethod):
    """tau weighs the raters' predicted logits of a and 1 - b; a last corner is somebody who never errs."""

    kind: ClassVar[str] = "cm_pixel"
    capabilities: ClassVar[Capabilities] = GlobalConfusion.capabilities

    def __init__(self, *sizes: int, **common: Any) -> None:
        super().__init__(*sizes, more_corners=1, **common)
        features = self.backbone.features
        self.head = truth_head(features, self.hidden, self.n_structures)
        self.rater_weight = nn.Parameter(0.1 * torch.randn(self.n_raters, 2 * self.n_structures, features))
        self.rater_bias = nn.Parameter(torch.full((self.n_raters, 2 * self.n_structures), START))

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> ``(B, S + C, H, W)``: logits of the hidden true map, and features."""
        features = self.backbone(image)
        return torch.cat([self.head(features), features], 1)

    def consensus_style(self) -> Coords:
        """The hidden true map."""
        return self._at(torch.eye(self.corners)[-1])

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """See :func:`confused`, at the weighted logits of a and 1 - b of each pixel."""
        return confused(pixels[:, None, : self.n_structures], self.errors(pixels, tau))

    def errors(self, pixels: Tensor, tau: Tensor) -> Tensor:
        """Logits of a and of 1 - b, ``(B, N, 2, S, P)``, of ``pixels (B, S + C, P)`` at ``tau (B, N, R + 1)``."""
        weight = torch.einsum("bnr,rkc->bnkc", tau[..., :-1], self.rater_weight)
        bias = tau[..., :-1] @ self.rater_bias + tau[..., -1:] * EXACT
        found = weight @ pixels[:, None, self.n_structures :] + bias.unsqueeze(-1)
        return found.unflatten(2, (2, self.n_structures))


def truth_head(features: int, hidden: int, structures: int) -> nn.Sequential:
    """Two pixelwise layers."""
    return nn.Sequential(nn.Conv2d(features, hidden, 1), nn.ReLU(), nn.Conv2d(hidden, structures, 1))
