"""ProSeg as its public reference code has it, for comparison (arXiv 2512.00748; docs/METHOD.md sections 1 and 2).

A rater is a Dirichlet over 8 shares *and* a convolutional head of its own that gives mean and log-variance of 16
latent maps; three pixelwise layers decode the maps beside the tiled shares.

Kept, because they are the method: the latent's posterior never sees a mask, so spread is set by the weight of its
divergence; identity sits in the heads, so the shares are nearly inert. Mended: one eps a channel for all pixels
instead of noise a pixel (speckle), a personalised prediction that is one point instead of a draw, one softmax in the
rater classifier, a log-variance where one is meant. Left out: the second U-Net that reconstructs the image.

Preference: tau holds R weights over the heads and then the centred log-ratios of the shares, so a blend mixes the
heads' means and log-variances together with the shares. Ambiguity: eps, 16 numbers.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.heads import CodeHead
from proseg_gui.networks.linear import LinearMethod
from proseg_gui.networks.preferences import clamp_tau

OWN_ALPHA, OTHER_ALPHA = 1.0, 0.1
"""Where a rater's Dirichlet starts: high on two own coordinates."""
WIDEST = 10.0
"""Blends of log-variances stay within +- this, so that a slider cannot overflow."""


class ReferenceProSeg(LinearMethod):
    """``latent``, ``shares``: maps of z, size of the simplex; the others are those of every method."""

    kind: ClassVar[str] = "reference"
    capabilities: ClassVar[Capabilities] = Capabilities(True, True, True, True, True)

    def __init__(self, *sizes: int, latent: int = 16, shares: int = 8, **common: Any) -> None:
        own = {"latent": (latent, 1, 64), "shares": (shares, 2, 64)}
        super().__init__(*sizes, own=own, **common)
        features, hidden = self.backbone.features, self.hidden
        self.eps_size = self.latent = latent
        inner = self.n_raters * latent
        self.rater_heads = nn.Sequential(  # one convolutional head a rater, side by side
            nn.Conv2d(features, inner, 3, padding=1), nn.ReLU(),
            nn.Conv2d(inner, inner, 3, padding=1, groups=self.n_raters), nn.ReLU(),
            nn.Conv2d(inner, 2 * inner, 3, padding=1, groups=self.n_raters),
        )  # fmt: skip
        self.head = CodeHead(latent, shares, hidden, self.n_structures, narrow=hidden)
        with torch.device("cpu"):  # a few numbers, also where a bundle is checked (networks/claims.py)
            alpha = torch.full((self.n_raters, shares), OTHER_ALPHA)
            for rater in range(self.n_raters):
                alpha[rater, [2 * rater % shares, (2 * rater + 1) % shares]] = OWN_ALPHA
            self.rater_alpha = nn.Parameter(alpha.expm1().log())
        self.classifier = nn.Linear(shares, self.n_raters)
        self.register_buffer("rater_area", torch.zeros(self.n_raters))

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> ``(B, R 2 latent, H, W)``: each rater's means, then its log-variances."""
        maps: Tensor = self.rater_heads(self.backbone(image))
        return maps

    def blended(self, pixels: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Maps ``(B, R 2 latent, P)`` mixed by ``weights (B, N, R)``: mean and deviation, ``(B, N, latent, P)``."""
        mixed = (weights @ pixels.unflatten(1, (self.n_raters, -1)).flatten(2)).unflatten(2, (2 * self.latent, -1))
        mean, log_variance = mixed.chunk(2, 2)
        return mean, torch.exp(0.5 * log_variance.clamp(-WIDEST, WIDEST))

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """The decoder at z = mean + deviation eps and the shares."""
        mean, deviation = self.blended(pixels, tau[..., : self.n_raters])
        z = (mean + deviation * eps.unsqueeze(-1)).flatten(0, 1)
        shares = torch.softmax(tau[..., self.n_raters :], -1).flatten(0, 1)
        logits: Tensor = self.head(z, shares[:, None])[:, 0]
        return logits.unflatten(0, tau.shape[:2])

    def slopes(self, pixels: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
        """See the base class."""
        mean, deviation = self.blended(pixels[None], tau[None, None, : self.n_raters])
        first = self.head.first_pixels.T.unsqueeze(-1) * deviation[0, 0].unsqueeze(1)
        return self.head.slopes(mean[0, 0], torch.softmax(tau[self.n_raters :], -1), first)

    # -- raters ---------------------------------------------------------------------------------------------------
    def alpha(self) -> Tensor:
        """``(R, D)`` parameters of the raters' Dirichlets."""
        return functional.softplus(self.rater_alpha)

    def presets(self) -> Tensor:
        """``(R, R + D)``: the rater's own head, and the mean centred log-ratio of its shares."""
        psi = torch.digamma(self.alpha())
        own = torch.eye(self.n_raters, device=psi.device)
        return torch.cat([own, psi - psi.mean(-1, keepdim=True)], -1)

    def draw_tau(self, raters: Tensor, generator: torch.Generator, *, everybody: bool) -> Tensor:
        """``(n, R + D)``: the own heads of ``raters (n,)``, with shares from their Dirichlets."""
        gamma = torch._standard_gamma(self.alpha().detach().cpu().double()[raters], generator=generator)
        log = clamp_tau(gamma / gamma.sum(-1, keepdim=True).clamp_min(1e-300)).log()
        own = torch.eye(self.n_raters, dtype=log.dtype)[raters]
        return torch.cat([own, log - log.mean(-1, keepdim=True)], -1)
