"""Stochastic segmentation network: one joint Gaussian over the logits of all pixels, with a mean for every rater.

Monteiro et al., "Stochastic Segmentation Networks" (NeurIPS 2020): mean and covariance of the logits are pixelwise
linear in the network's features, the covariance of low rank, so that a sample is a whole outline and costs one product.
Raters come in as in TAB (Liao et al., MICCAI 2023), where each has a Gaussian of its own: here they share the factors
and differ by the mean.

Everything is linear in the features F: logit = (W + tau + sum_k eps_k W_k) F + b. So tau is a rater's offset to the
mean's weights, eps the factors' coordinates, and any point of both folds to one weight a structure and feature.

Not repeated: the covariance's free diagonal, by which every pixel has noise of its own. It makes the background noisy
(the public code masks it away there), and a sample of it is speckle.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.linear import LinearMethod

START = 0.1
"""Deviation of the factors' weights, and of the raters' offsets, in units of the mean's."""


class StochasticSegmentationNetwork(LinearMethod):
    """``rank``: number of factors."""

    kind: ClassVar[str] = "ssn"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=True, samples=True, preference_axes=True, ambiguity_axes=True, intra_expert=False,
    )  # fmt: skip

    def __init__(self, *sizes: int, rank: int = 10, **common: Any) -> None:
        super().__init__(*sizes, own={"rank": (rank, 1, 64)}, **common)
        self.eps_size = self.rank = rank
        features, structures = self.backbone.features, self.n_structures
        unit = features**-0.5
        self.mean = nn.Parameter(torch.randn(structures, features) * unit)
        self.bias = nn.Parameter(torch.zeros(structures))
        self.factors = nn.Parameter(torch.randn(rank, structures, features) * unit * START)
        self.rater_offset = nn.Parameter(torch.randn(self.n_raters, structures * features) * unit * START)
        self.register_buffer("rater_area", torch.zeros(self.n_raters))

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> features ``(B, C, H, W)``."""
        features: Tensor = self.backbone(image)
        return features

    def presets(self) -> Tensor:
        """``(R, S C)`` offsets to the mean's weights."""
        return self.rater_offset

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """See the module: one product of ``(S, C)`` weights a point with the features."""
        weights = self.mean + tau.unflatten(-1, self.mean.shape) + torch.einsum("bnk,ksc->bnsc", eps, self.factors)
        return weights @ pixels.unsqueeze(1) + self.bias[:, None]

    def slopes(self, pixels: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
        """See the base class: the factors themselves."""
        logits = (self.mean + tau.view_as(self.mean)) @ pixels + self.bias[:, None]
        return logits, self.factors @ pixels
