"""Per-rater heads: one U-Net, one deterministic pixelwise head a rater. An honest floor without any latent model.

Preference: tau holds barycentric weights over the heads, whose logits it mixes; a rater's own point is a corner. There
is no ambiguity. Axes are the main ways in which the heads' logits differ, measured on training cases.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.blends import BlendMethod
from proseg_gui.networks.heads import PixelHead


class RaterHeads(BlendMethod):
    """``hidden`` is the width of each head's inner layer."""

    kind: ClassVar[str] = "rater_heads"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=True, samples=False, preference_axes=True, ambiguity_axes=False, intra_expert=False,
    )  # fmt: skip

    def __init__(self, *sizes: int, **common: Any) -> None:
        super().__init__(*sizes, **common)
        self.heads = PixelHead(self.n_raters, self.backbone.features, self.hidden, self.n_structures)

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> features ``(B, C, H, W)``."""
        features: Tensor = self.backbone(image)
        return features

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """Logits of the heads mixed by ``tau (B, N, R)``; heads without weight are not computed."""
        used = torch.nonzero((tau != 0).flatten(0, 1).any(0)).flatten()
        return torch.einsum("bnr,brsp->bnsp", tau[..., used], self.heads(pixels, used))
