"""Pionono: every rater is a Gaussian in a latent space that knows nothing of the image.

Schmidt et al., "Probabilistic Modeling of Inter- and Intra-observer Variability in Medical Image Segmentation" (ICCV
2023): z | r ~ N(mu_r, Sigma_r) in 8 numbers with a full covariance, tiled to the U-Net's features, three pixelwise
layers. Here Sigma_r = L L^T with a diagonal of L that cannot become negative (the public code's can, and then stops).

Preference: tau is z itself, so a preset is mu_r and a blend lies between the means. All spread is the rater's own
(draws of tau from the Gaussian); the method has no latent for what the image leaves open.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.heads import CodeHead
from proseg_gui.networks.linear import LinearMethod
from proseg_gui.networks.sizes import check_sizes
from proseg_gui.networks.unet import UNet

START_MEAN, START_SCALE = 8.0, 2.0
"""Means start at 8 N(0, I), which sets raters apart; scales at 2 I, the prior's."""


class Pionono(LinearMethod):
    """``widths``, ``features``, ``hidden``, ``code``: U-Net, its output, the head's first layer, size of z."""

    kind: ClassVar[str] = "pionono"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=True, samples=True, preference_axes=True, ambiguity_axes=False, intra_expert=True,
    )  # fmt: skip

    def __init__(
        self, n_raters: int, n_structures: int = 1, n_channels: int = 1, widths: Sequence[int] = (16, 32, 64, 64),
        features: int = 16, hidden: int = 16, code: int = 8,
    ) -> None:  # fmt: skip
        super().__init__()
        self._architecture = {
            "n_raters": n_raters, "n_structures": n_structures, "n_channels": n_channels, "widths": list(widths),
            "features": features, "hidden": hidden, "code": code,
        }  # fmt: skip
        check_sizes(self._architecture, {}, {"code": 64})
        self.n_raters, self.n_structures, self.n_channels, self.code = n_raters, n_structures, n_channels, code
        self.backbone = UNet(n_channels, widths, features)
        self.stride = self.backbone.stride
        self.head = CodeHead(features, code, hidden, n_structures)
        self.rater_mean = nn.Parameter(START_MEAN * torch.randn(n_raters, code))
        start = math.log(math.expm1(START_SCALE))
        self.rater_scale = nn.Parameter(start * torch.eye(code).repeat(n_raters, 1, 1))
        self.register_buffer("rater_area", torch.zeros(n_raters))

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
        diagonal = functional.softplus(self.rater_scale.diagonal(dim1=-2, dim2=-1))
        return self.rater_scale.tril(-1) + torch.diag_embed(diagonal)

    def draw_tau(self, raters: Tensor, generator: torch.Generator, *, everybody: bool) -> Tensor:
        """``(n, L)`` draws from the Gaussians of ``raters (n,)``."""
        noise = torch.randn(len(raters), self.code, 1, generator=generator)
        mean, scale = self.rater_mean.detach().cpu(), self.scales().detach().cpu()
        return mean[raters] + (scale[raters] @ noise).squeeze(-1)
