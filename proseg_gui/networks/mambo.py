"""MAMBO: ProSeg that takes the scanner for a confounder and averages over scanners instead of following the image's.

After "MAMBO-NET" (Pattern Recognition Letters 2025, arXiv 2505.21874; no public code, sizes unknown): several Gaussians
stand for what the images of a data set have in common beside anatomy, and the backdoor adjustment
P(Y | do(X)) = sum_k P(k) P(Y | X, k) takes them as often as they are in the data set, not as the image suggests.

A slice's *confounder code* comes from a few convolutions without norms and the means and spreads of their channels:
norms, as in the U-Net, hide just what scanners differ by. K Gaussians lie in the codes' space; given the code,
component k has the probability pi_k by Bayes' rule. The U-Net's decoder is scaled and shifted
by a place in this space (FiLM) at every level. The features are the mean over components, decoded at their centres:
under the data set's own probabilities where adjusted, under the image's where not. All else is ProSeg's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.proseg import ProSeg

WIDTH = 16
"""Channels of the convolutions that look at the scanner."""
LEAST_SPREAD = 0.1
"""Of a component along any axis of the codes' space, so that none shrinks to a point."""


class ScannerEncoder(nn.Module):
    """``(B, channels, H, W)`` -> code ``(B, L)`` of contrast, sharpness and noise; it hardly sees what is shown."""

    def __init__(self, n_channels: int, code: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(n_channels, WIDTH, 3, padding=1, padding_mode="replicate")
        self.second = nn.Conv2d(WIDTH, WIDTH, 3, stride=2, padding=1, padding_mode="replicate")
        self.last = nn.Sequential(nn.Linear(4 * WIDTH, 2 * WIDTH), nn.ReLU(), nn.Linear(2 * WIDTH, code))

    def forward(self, image: Tensor) -> Tensor:
        """An empty batch gives no code."""
        fine = torch.relu(self.first(image))
        coarse = torch.relu(self.second(fine))
        pooled = [part(x) for x in (fine.flatten(2), coarse.flatten(2)) for part in (_mean, _spread)]
        code: Tensor = self.last(torch.cat(pooled, -1))
        return code


def _mean(x: Tensor) -> Tensor:
    return x.mean(-1)


def _spread(x: Tensor) -> Tensor:
    return (x.var(-1, correction=0) + 1e-4).log()


class Mambo(ProSeg):
    """``components`` and ``code``: the number of Gaussians, and the size of their space; see ProSeg for the others.

    Attributes
    ----------
    prior:
        ``(K,)`` how often each component was met in the training's images, as it varied them.
    own_means, own_spread:
        ``(K, L)`` and ``(L,)``: where the codes of the training's images lie as they are (:meth:`measure`).
    """

    kind: ClassVar[str] = "mambo"
    capabilities: ClassVar[Capabilities] = Capabilities(True, True, True, True, True, adjusts=True)

    def __init__(self, *sizes: int, components: int = 4, code: int = 8, **common: Any) -> None:
        super().__init__(*sizes, own={"components": (components, 2, 16), "code": (code, 1, 64)}, **common)
        self.components, self.code = components, code
        channels = [int(up[3].out_channels) for up in self.backbone.up]  # type: ignore[index]
        self.scanner = ScannerEncoder(self.n_channels, code)
        self.centres = nn.Parameter(0.5 * torch.randn(components, code))
        self.log_spread = nn.Parameter(torch.zeros(components, code))
        self.films = nn.ParameterList(nn.Parameter(0.1 * torch.randn(2 * size, code)) for size in channels)
        self.prior: Tensor
        self.register_buffer("prior", torch.full((components,), 1.0 / components))
        self.own_means: Tensor
        self.own_spread: Tensor
        self.register_buffer("own_means", torch.zeros(components, code))
        self.register_buffer("own_spread", torch.ones(code))

    # -- the confounder -------------------------------------------------------------------------------------------
    def spreads(self) -> Tensor:
        """``(K, L)`` standard deviations of the components."""
        return self.log_spread.exp() + LEAST_SPREAD

    def log_densities(self, places: Tensor) -> Tensor:
        """``(B, L)`` -> ``(B, K)``: log density of each component there."""
        spread = self.spreads()
        away = (places[:, None] - self.centres) / spread
        return -(0.5 * away.square() + spread.log()).sum(-1)

    def chances(self, codes: Tensor) -> Tensor:
        """``(B, L)`` codes -> ``(B, K)``: how probable each component is given the image.

        Before the image is seen all are as probable: by :attr:`prior` the one that is met most would take all.
        """
        return self.log_densities(codes).softmax(-1)

    def scanner_distance(self, image: Tensor) -> Tensor:
        """See the base class: to the nearest component as the training's own scans have it."""
        away = (self.scanner(image)[:, None] - self.own_means) / self.own_spread
        return away.square().mean(-1).sqrt().amin(-1)

    @torch.no_grad()
    def measure(self, codes: Tensor) -> None:
        """Fit what :meth:`scanner_distance` measures by to the codes ``(N, L)`` of the training's own scans.

        A mean a component, and one spread about them; a component that none of the scans belongs to counts as the
        one to which most do.
        """
        weights = self.chances(codes)
        mass = weights.sum(0)
        means = (weights.T @ codes) / mass.clamp_min(1e-6)[:, None]
        means = torch.where(mass[:, None] >= 1.0, means, means[mass.argmax()])
        within = (weights[..., None] * (codes[:, None] - means).square()).sum((0, 1)) / len(codes)
        self.own_means.copy_(means)
        self.own_spread.copy_((within + within.mean() * 0.1 + 1e-6).sqrt())

    # -- features -------------------------------------------------------------------------------------------------
    def raised(self, skips: Sequence[Tensor], places: Tensor, height: int, width: int) -> Tensor:
        """Features ``(B, C, H, W)`` of levels' maps, decoded at ``places (B, L)`` of the codes' space."""

        def change(level: int, x: Tensor) -> Tensor:
            by, add = (places @ self.films[level].T)[..., None, None].chunk(2, 1)
            return x * (1.0 + by) + add

        return self.backbone.ascend(skips, height, width, change)[0]

    def mean_features(self, skips: Sequence[Tensor], weights: Tensor, height: int, width: int) -> Tensor:
        """The mean over components of the features at their centres, by ``weights (B, K)``."""
        images = skips[-1].shape[0]
        places = self.centres.repeat(images, 1)
        many = [level.repeat_interleave(self.components, 0) for level in skips]
        features = self.raised(many, places, height, width).unflatten(0, (images, self.components))
        return (features * weights[..., None, None, None]).sum(1)

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> adjusted features ``(B, C, H, W)``."""
        return self._encoded(image, adjusted=True)

    def encode_unadjusted(self, image: Tensor) -> Tensor:
        """See the base class."""
        return self._encoded(image, adjusted=False)

    def _encoded(self, image: Tensor, *, adjusted: bool) -> Tensor:
        if image.shape[0] == 0:
            return image.new_zeros(0, self.backbone.features, *image.shape[-2:])
        skips = self.backbone.descend(image)
        weights = self.prior.expand(len(image), -1) if adjusted else self.chances(self.scanner(image))
        return self.mean_features(skips, weights, image.shape[-2], image.shape[-1])
