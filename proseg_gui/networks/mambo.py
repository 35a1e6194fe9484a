"""MAMBO: ProSeg that takes the scanner for a confounder and averages over scanners instead of following the image's.

After "MAMBO-NET" (Pattern Recognition Letters 2025, arXiv 2505.21874; no public code, sizes unknown): several Gaussians
stand for what the images of a data set have in common beside anatomy, and the backdoor adjustment
P(Y | do(X)) = sum_k P(k) P(Y | X, k) takes them as often as they are in the data set, not as the image suggests.

A slice's *confounder code* is a small function of statistics of its contrast, sharpness and noise (:func:`statistics`):
the norms in a U-Net hide from its deepest level just what scanners differ by. K Gaussians lie in the codes' space;
given the code, component k has the probability pi_k by Bayes' rule. The U-Net's decoder is scaled and shifted by a
place in this space (FiLM) at every level. The features are the mean over components, decoded at their centres: under
the data set's own probabilities where adjusted, under the image's where not. All else is ProSeg's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.proseg import ProSeg

SCALES, STATISTICS = 3, 7
"""Scales of detail, and numbers a channel, of :func:`statistics`."""
SHRUNK = 0.1
"""Share of the statistics' own variances in their covariance, so that few images give one."""
HIDDEN = 32
"""Between the statistics and the code."""
LEAST_SPREAD = 0.1
"""Of a component along any axis of the codes' space, so that none shrinks to a point."""


def statistics(image: Tensor) -> Tensor:
    """``(B, channels, H, W)`` in -1..1 -> ``(B, 7 channels)``: contrast, sharpness and noise, which no norm hides.

    Of each channel the mean, and in logs the standard deviation, the size of detail at three scales (of the finest
    also by how much it is larger where it is bright), and how much what is left at the coarsest scale varies.
    """
    mean, left = image.mean((-2, -1), keepdim=True), image
    found = [mean[..., 0, 0], _log((image - mean).square().mean((-2, -1))) / 2]
    bright = (image > mean).to(image)
    for scale in range(SCALES):
        smooth = functional.avg_pool2d(functional.pad(left, (1, 1, 1, 1), mode="replicate"), 3, 1)
        detail = (left - smooth).abs()
        found.append(_log(detail.mean((-2, -1))))
        if scale == 0:
            share = bright.mean((-2, -1)).clamp(1e-3, 1.0 - 1e-3)
            inside = (detail * bright).mean((-2, -1)) / share
            outside = (detail * (1.0 - bright)).mean((-2, -1)) / (1.0 - share)
            found.append(_log(inside) - _log(outside))
        left = functional.avg_pool2d(smooth, 2, ceil_mode=True)
    middle = left.mean((-2, -1), keepdim=True)
    found.append(_log((left - middle).abs().mean((-2, -1))))
    return torch.stack(found, -1).flatten(1)


def _log(x: Tensor) -> Tensor:
    return x.clamp_min(1e-4).log()


class Mambo(ProSeg):
    """``components`` and ``code``: the number of Gaussians, and the size of their space; see ProSeg for the others.

    Attributes
    ----------
    prior:
        ``(K,)`` how often each component was met in the training's images, as it varied them.
    own_mean, own_scale, own_whitening:
        ``(D,)``, ``(D,)`` and ``(D, D)``: mean and deviation of the statistics of the training's images, and what makes
        of them, in these deviations, numbers of variance 1 that are not correlated (:meth:`measure`).
    """

    kind: ClassVar[str] = "mambo"
    capabilities: ClassVar[Capabilities] = Capabilities(True, True, True, True, True, adjusts=True)

    def __init__(self, *sizes: int, components: int = 4, code: int = 8, **common: Any) -> None:
        super().__init__(*sizes, own={"components": (components, 2, 16), "code": (code, 1, 64)}, **common)
        self.components, self.code = components, code
        channels = [int(up[3].out_channels) for up in self.backbone.up]  # type: ignore[index]
        size = STATISTICS * self.n_channels
        self.locate = nn.Sequential(nn.Linear(size, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, code))
        self.centres = nn.Parameter(0.5 * torch.randn(components, code))
        self.log_spread = nn.Parameter(torch.zeros(components, code))
        self.films = nn.ParameterList(nn.Parameter(0.1 * torch.randn(2 * size, code)) for size in channels)
        self.prior: Tensor
        self.register_buffer("prior", torch.full((components,), 1.0 / components))
        self.own_mean: Tensor
        self.own_scale: Tensor
        self.own_whitening: Tensor
        self.register_buffer("own_mean", torch.zeros(size))
        self.register_buffer("own_scale", torch.ones(size))
        self.register_buffer("own_whitening", torch.zeros(size, size))

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

    def scanner(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> confounder codes ``(B, L)``."""
        code: Tensor = self.locate(statistics(image))
        return code

    def scanner_distance(self, image: Tensor) -> Tensor:
        """See the base class: Mahalanobis', of the statistics to the training's own."""
        away = ((statistics(image) - self.own_mean) / self.own_scale) @ self.own_whitening
        return away.square().mean(-1).sqrt()

    @torch.no_grad()
    def measure(self, images: Iterable[Tensor]) -> None:
        """Fit what distances are measured by to the training's own images ``(1, channels, H, W)``."""
        found = torch.cat([statistics(image.to(self.own_mean.device)) for image in images]).double()
        self.own_mean.copy_(found.mean(0))
        spread = found.std(0, correction=0)
        self.own_scale.copy_((spread + 0.1 * spread.mean() + 1e-3).float())
        standard = (found - found.mean(0)) / self.own_scale.double()
        covariance = standard.T @ standard / len(standard)
        own = torch.diag(covariance.diagonal() + 1e-3)
        values, vectors = torch.linalg.eigh((1.0 - SHRUNK) * covariance + SHRUNK * own)
        self.own_whitening.copy_((vectors / values.clamp_min(1e-6).sqrt()).float())

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
