"""Per-rater heads: one U-Net, one deterministic pixelwise head a rater. An honest floor without any latent model.

Preference: tau holds barycentric weights over the heads, whose logits it mixes; a rater's own point is a corner. There
is no ambiguity. Axes are the main ways in which the heads' logits differ, measured on training cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.blends import BlendMethod
from proseg_gui.networks.heads import PixelHead
from proseg_gui.networks.sizes import check_sizes
from proseg_gui.networks.unet import UNet


class RaterHeads(BlendMethod):
    """``widths``, ``features``, ``hidden``: the U-Net's channels a level, its output, and each head's hidden layer."""

    kind: ClassVar[str] = "rater_heads"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=True, samples=False, preference_axes=True, ambiguity_axes=False, intra_expert=False,
    )  # fmt: skip

    def __init__(
        self, n_raters: int, n_structures: int = 1, n_channels: int = 1, widths: Sequence[int] = (16, 32, 64, 64),
        features: int = 16, hidden: int = 16,
    ) -> None:  # fmt: skip
        super().__init__()
        self._architecture = {
            "n_raters": n_raters, "n_structures": n_structures, "n_channels": n_channels, "widths": list(widths),
            "features": features, "hidden": hidden,
        }  # fmt: skip
        check_sizes(self._architecture, {}, {})
        self.n_structures, self.n_channels = n_structures, n_channels
        self.set_raters(n_raters)
        self.backbone = UNet(n_channels, widths, features)
        self.stride = self.backbone.stride
        self.heads = PixelHead(n_raters, features, hidden, n_structures)

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> features ``(B, C, H, W)``."""
        features: Tensor = self.backbone(image)
        return features

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """Logits of the heads mixed by ``tau (B, N, R)``; heads without weight are not computed."""
        used = torch.nonzero((tau != 0).flatten(0, 1).any(0)).flatten()
        return torch.einsum("bnr,brsp->bnsp", tau[..., used], self.heads(pixels, used))
