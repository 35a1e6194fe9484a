"""Two floors on one plain U-Net: the majority mask alone, and one mean map with a threshold for every rater.

``majority`` predicts what most raters draw: no preference, no ambiguity, the same for everybody. ``threshold``
predicts the share of raters who include a pixel; a rater is one level of that map, fitted on the training cases, and
the preference slider moves the level. It shows how much of personalisation is merely drawing larger or smaller.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.heads import PixelHead
from proseg_gui.networks.linear import LinearMethod


class Majority(LinearMethod):
    """``hidden`` is the width of the head's inner layer."""

    kind: ClassVar[str] = "majority"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=False, samples=False, preference_axes=False, ambiguity_axes=False, intra_expert=False,
        rater_draws=False,
    )  # fmt: skip

    def __init__(self, *sizes: int, **common: Any) -> None:
        super().__init__(*sizes, **common)
        self.head = PixelHead(1, self.backbone.features, self.hidden, self.n_structures)

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> logits of the one map, ``(B, S, H, W)``: there is nothing to keep but them."""
        features = self.backbone(image)
        return self.head(features.flatten(2))[:, 0].unflatten(-1, features.shape[-2:])

    def presets(self) -> Tensor:
        """No numbers: ``(R, 0)``."""
        return torch.zeros(self.n_raters, 0)

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """The map itself, at every point."""
        return pixels.unsqueeze(1).expand(-1, tau.shape[1], -1, -1)


class Threshold(Majority):
    """tau is an offset added to the map's logits, one number a structure: a rater's level is sigmoid(-tau)."""

    kind: ClassVar[str] = "threshold"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=True, samples=False, preference_axes=True, ambiguity_axes=False, intra_expert=False,
    )  # fmt: skip

    def __init__(self, *sizes: int, **common: Any) -> None:
        super().__init__(*sizes, **common)
        self.register_buffer("rater_area", torch.zeros(self.n_raters))
        self.offset: Tensor
        self.register_buffer("offset", torch.zeros(self.n_raters, self.n_structures))

    def presets(self) -> Tensor:
        """``(R, S)`` fitted offsets."""
        return self.offset

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """The map's logits ``(B, S, P)`` plus ``tau (B, N, S)``."""
        return pixels.unsqueeze(1) + tau.unsqueeze(-1)
