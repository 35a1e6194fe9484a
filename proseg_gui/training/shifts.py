"""What another scanner or protocol does to an image, in six named ways that grow with a strength.

Training varies images by these (:func:`restyled`); ``docs/scripts/scanner_shifts.py`` tests by them. They act on
normalised images on the model's grid and leave everything where it lies, so masks stay as they are. Strength 0 changes
nothing; 1, 2 and 3 are called mild, clear and strong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

STRENGTHS = (1.0, 2.0, 3.0)
TRAINED_UP_TO = 2.0
"""Training draws a strength from 0 to this: strong shifts are met by nobody before the test."""
SHARE = 0.5
"""Of the items of a step that training varies."""
GAMMA, BIAS, BLUR, NOISE, SPECKLE, COARSE = 0.25, 0.3, 0.5, 0.08, 0.15, 0.5
"""At strength 1: exponent exp(+-), log of the field's ends, pixels, standard deviations (image: -1..1), and how much
larger pixels become."""

Shift = Callable[[Tensor, float, torch.Generator | None], Tensor]
"""``(B, channels, H, W)`` in -1..1, strength, where numbers are drawn -> the same of another scanner."""


def _unit(images: Tensor) -> Tensor:
    """0..1, as intensities are."""
    return (images.clamp(-1.0, 1.0) + 1.0) / 2.0


def _signs(images: Tensor, generator: torch.Generator | None) -> Tensor:
    """``(B, 1, 1, 1)`` of -1 and 1."""
    return (torch.randint(0, 2, (len(images), 1, 1, 1), generator=generator) * 2.0 - 1.0).to(images)


def gamma(images: Tensor, strength: float, generator: torch.Generator | None = None) -> Tensor:
    """Another contrast: intensities to a power, above or below 1."""
    power = torch.exp(GAMMA * strength * _signs(images, generator))
    return _unit(images).clamp_min(1e-6) ** power * 2.0 - 1.0


def bias_field(images: Tensor, strength: float, generator: torch.Generator | None = None) -> Tensor:
    """A coil's smooth gain: an exponential of a quadratic over the slice."""
    height, width = images.shape[-2:]
    y, x = torch.linspace(-1.0, 1.0, height)[:, None], torch.linspace(-1.0, 1.0, width)
    terms = torch.stack([t.expand(height, width) for t in (y, x, y * x, y * y - 1 / 3, x * x - 1 / 3)])
    weights = torch.randn(len(images), len(terms), generator=generator)
    field = torch.einsum("bt,thw->bhw", weights, terms)
    field = field / field.abs().amax((1, 2), keepdim=True).clamp_min(1e-6)
    return _unit(images) * torch.exp(BIAS * strength * field)[:, None].to(images) * 2.0 - 1.0


def blur(images: Tensor, strength: float, generator: torch.Generator | None = None) -> Tensor:
    """A softer kernel: a Gaussian of half a pixel a strength."""
    deviation = BLUR * strength
    reach = max(1, math.ceil(3.0 * deviation))
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1.0) / max(deviation, 1e-3)) ** 2).to(images)
    kernel = kernel / kernel.sum()
    flat = images.flatten(0, 1)[:, None]
    for shape, pad in (((1, 1, 1, -1), (reach, reach, 0, 0)), ((1, 1, -1, 1), (0, 0, reach, reach))):
        flat = functional.conv2d(functional.pad(flat, pad, mode="replicate"), kernel.view(shape))
    return flat.view_as(images)


def noise(images: Tensor, strength: float, generator: torch.Generator | None = None) -> Tensor:
    """Shorter acquisition: Gaussian noise."""
    return images + NOISE * strength * torch.randn(images.shape, generator=generator).to(images)


def speckle(images: Tensor, strength: float, generator: torch.Generator | None = None) -> Tensor:
    """Coherent imaging: noise in proportion to the intensity."""
    grains = torch.randn(images.shape, generator=generator).to(images)
    return _unit(images) * (1.0 + SPECKLE * strength * grains) * 2.0 - 1.0


def resampling(images: Tensor, strength: float, generator: torch.Generator | None = None) -> Tensor:
    """Larger pixels, brought back to the model's."""
    size = [max(2, round(side / (1.0 + COARSE * strength))) for side in images.shape[-2:]]
    coarse = functional.interpolate(images, size, mode="bilinear", align_corners=False, antialias=True)
    return functional.interpolate(coarse, images.shape[-2:], mode="bilinear", align_corners=False)


SHIFTS: Mapping[str, Shift] = {
    "gamma": gamma, "bias field": bias_field, "blur": blur, "noise": noise, "speckle": speckle,
    "resampling": resampling,
}  # fmt: skip


def restyled(images: Tensor, share: float = SHARE) -> tuple[Tensor, Tensor]:
    """``images (V, n, channels, H, W)`` with a random ``share`` of the items shifted, and how, ``(V,)``.

    Each of these items gets one shift, the same for its slices, of a random strength; 0 says that an item is as it
    was, k the k-th of :data:`SHIFTS`. Draws come from torch's global generator.
    """
    kinds = torch.randint(1, len(SHIFTS) + 1, (len(images),))
    kinds = torch.where(torch.rand(len(images)) < share, kinds, 0)
    strengths = TRAINED_UP_TO * torch.rand(len(images))
    shifts = list(SHIFTS.values())
    pairs = zip(images, kinds.tolist(), strengths.tolist(), strict=True)
    changed = [_of_one_scanner(item, shifts[kind - 1], by) if kind else item for item, kind, by in pairs]
    return torch.stack(changed) if changed else images, kinds


def _of_one_scanner(slices: Tensor, shift: Shift, strength: float) -> Tensor:
    """``(n, channels, H, W)`` with the same sign and the same field in all slices, and noise of their own."""
    if shift in (gamma, bias_field):
        return shift(slices.flatten(0, 1)[None], strength, None)[0].view_as(slices)
    return shift(slices, strength, None)
