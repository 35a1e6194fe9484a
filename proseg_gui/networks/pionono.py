"""Pionono: every rater is a Gaussian in a latent space that knows nothing of the image.

Schmidt et al., "Probabilistic Modeling of Inter- and Intra-observer Variability in Medical Image Segmentation" (ICCV
2023): z | r ~ N(mu_r, Sigma_r) in 8 numbers with a full covariance, tiled to the U-Net's features, three pixelwise
layers. Here Sigma_r = L L^T with a diagonal of L that cannot become negative (the public code's can, and then stops).

Preference: tau is z itself, so a preset is mu_r and a blend lies between the means. All spread is the rater's own
(draws of tau from the Gaussian); the method has no latent for what the image leaves open.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.heads import CodeHead
from proseg_gui.networks.linear import LinearMethod
from proseg_gui.networks.preferences import draw_gaussians, lower_triangular, raw_scales

START_MEAN, START_SCALE = 8.0, 2.0
"""Means start at 8 N(0, I), which sets raters apart; scales at 2 I, the prior's."""


class Pionono(LinearMethod):
    """``code``: size of z; the others are those of every method."""

    kind: ClassVar[str] = "pionono"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=True, samples=True, preference_axes=True, ambiguity_axes=False, intra_expert=True,
    )  # fmt: skip

    def __init__(self, *sizes: int, code: int = 8, **common: Any) -> None:
        super().__init__(*sizes, own={"code": (code, 1, 64)}, **common)
        self.code = code
        self.head = CodeHead(self.backbone.features, code, self.hidden, self.n_structures)
        self.rater_mean = nn.Parameter(START_MEAN * torch.randn(self.n_raters, code))
        with torch.device("cpu"):  # a few numbers, also where a bundle is checked (networks/claims.py)
            self.rater_scale = nn.Parameter(raw_scales(START_SCALE, self.n_raters, code))
        self.register_buffer("rater_area", torch.zeros(self.n_raters))

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> features ``(B, C, H, W)``."""
        features: Tensor = self.backbone(image)
        return features

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """The head at z = ``tau (B, N, L)``."""
        logits: Tensor = self.head(pixels, tau)
        return logits

    def presets(self) -> Tensor:
        """``(R, L)`` the Gaussians' means."""
        return self.rater_mean

    def scales(self) -> Tensor:
        """``(R, L, L)`` lower triangular with a positive diagonal: Sigma_r = scale scale^T."""
        return lower_triangular(self.rater_scale)

    def draw_tau(self, raters: Tensor, generator: torch.Generator, *, everybody: bool) -> Tensor:
        """``(n, L)`` draws from the Gaussians of ``raters (n,)``."""
        return draw_gaussians(self.rater_mean, self.scales(), raters, generator)
