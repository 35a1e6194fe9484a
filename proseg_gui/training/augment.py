"""Random changes of training slices: rotation, scale, shift, flips where anatomy allows, intensity and noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from proseg_gui.training.shifts import restyled


@dataclass(frozen=True)
class Augmentation:
    """Largest changes; each item of a batch draws its own."""

    rotation_deg: float = 15.0
    scale: float = 0.12
    shift: float = 0.05
    """Share of the image's side."""
    flip_x: bool = False
    flip_y: bool = False
    gain: float = 0.15
    offset: float = 0.15
    curve: float = 0.25
    """Exponent of the intensity curve is drawn from exp(+-curve)."""
    noise: float = 0.06
    warp: float = 0.02
    """Standard deviation of a smooth deformation on a coarse grid, as a share of the image's side."""
    blur: float = 0.0
    """Share of items that are blurred, by a Gaussian of up to :data:`WIDEST_BLUR` pixels."""
    low_resolution: float = 0.0
    """Share of items that are sampled down to as little as half, and up again."""
    scanner: float = 0.0
    """Share of items that are made as another scanner would (:mod:`proseg_gui.training.shifts`)."""


WIDEST_BLUR = 1.0
"""Pixels."""
STRONGER: Mapping[str, Any] = {
    "rotation_deg": 30.0, "scale": 0.3, "shift": 0.1, "warp": 0.03, "blur": 0.2, "low_resolution": 0.25,
}  # fmt: skip
"""About what nnU-Net varies by (Isensee et al. 2021), which does well on few images."""
CALIBRATED = {"gain": 0.05, "offset": 0.04, "curve": 0.05, "noise": 0.03}
"""Intensity changes where values are measured on a scale (Hounsfield units in a fixed window), not relative."""


def augmentation_for(flip: str, *, calibrated: bool) -> Augmentation:
    """What may change where the anatomy may be mirrored along the axes in ``flip`` (``none``, ``x``, ``y``, ``xy``)."""
    return Augmentation(flip_x="x" in flip, flip_y="y" in flip, **(CALIBRATED if calibrated else {}))


def stronger(how: Augmentation) -> Augmentation:
    """``how`` with larger movements and blurred and coarse images; intensities, half as much again."""
    changes: dict[str, Any] = {name: 1.5 * getattr(how, name) for name in ("gain", "offset", "curve", "noise")}
    return replace(how, **STRONGER, **changes)


def augment(images: Tensor, masks: Tensor, how: Augmentation) -> tuple[Tensor, Tensor]:
    """``images (V, n, channels, H, W)`` in -1..1 and 0/1 ``masks (V, m, n, H, W)``, changed alike; masks stay 0/1.

    The slices of an item move together. Draws come from torch's global generator.
    """
    items, slices, channels, height, width = images.shape
    grid = _grid(items, height, width, how).to(images)
    moved = functional.grid_sample(images.flatten(1, 2), grid, padding_mode="border", align_corners=False)
    kept = functional.grid_sample(masks.flatten(1, 2), grid, padding_mode="zeros", align_corners=False)
    moved = _intensity(moved.view(items, slices, channels, height, width), how)
    return moved, (kept > 0.5).to(masks).view_as(masks)


def _uniform(shape: tuple[int, ...], half_width: float) -> Tensor:
    return (torch.rand(shape) * 2.0 - 1.0) * half_width


def _grid(items: int, height: int, width: int, how: Augmentation) -> Tensor:
    """``(items, H, W, 2)`` where to look, in the image's own -1..1 coordinates (x, y)."""
    angle = _uniform((items,), math.radians(how.rotation_deg))
    scale = torch.exp(_uniform((items, 2), how.scale))
    flips = torch.stack([_flip(items, how.flip_x), _flip(items, how.flip_y)], dim=-1)
    aspect = height / width
    cos, sin = torch.cos(angle), torch.sin(angle)
    turn = torch.stack([cos, -sin * aspect, sin / aspect, cos], dim=-1).view(items, 2, 2)
    matrix = turn * (scale * flips)[:, None, :]
    theta = torch.cat([matrix, _uniform((items, 2, 1), 2.0 * how.shift)], dim=-1)
    grid = functional.affine_grid(theta, [items, 1, height, width], align_corners=False)
    if how.warp > 0:
        coarse = torch.randn(items, 2, 5, 5) * (2.0 * how.warp)
        fine = functional.interpolate(coarse, size=(height, width), mode="bicubic", align_corners=True)
        grid = grid + fine.permute(0, 2, 3, 1)
    return grid


def _flip(items: int, allowed: bool) -> Tensor:
    signs = torch.randint(0, 2, (items,)) * 2.0 - 1.0
    return signs if allowed else torch.ones(items)


def _intensity(images: Tensor, how: Augmentation) -> Tensor:
    shape = (images.shape[0], 1, images.shape[2], 1, 1)
    unit = (images.clamp(-1.0, 1.0) + 1.0) / 2.0
    curved = unit.clamp_min(1e-6) ** torch.exp(_uniform(shape, how.curve)).to(images)
    gain, offset = 1.0 + _uniform(shape, how.gain).to(images), _uniform(shape, how.offset).to(images)
    changed = (curved * 2.0 - 1.0) * gain + offset
    if how.blur > 0:
        changed = _some(changed, _blurred(changed), how.blur)
    level = torch.rand(shape) * how.noise
    changed = changed + torch.randn(images.shape).to(images) * level.to(images)
    if how.low_resolution > 0:
        changed = _some(changed, _coarse(changed), how.low_resolution)
    return restyled(changed, how.scanner)[0] if how.scanner > 0 else changed


def _some(images: Tensor, changed: Tensor, share: float) -> Tensor:
    """``changed`` for a random ``share`` of the items, ``images`` for the others."""
    chosen = torch.rand(len(images), 1, 1, 1, 1) < share
    return torch.where(chosen.to(images.device), changed, images)


def _blurred(images: Tensor) -> Tensor:
    """Each item by a Gaussian of its own, along rows and then columns."""
    items, slices, channels, height, width = images.shape
    deviation = (0.3 + torch.rand(items, 1) * (WIDEST_BLUR - 0.3)).to(images)
    offset = torch.arange(-3.0, 4.0).to(images)
    kernel = torch.softmax(-0.5 * (offset / deviation) ** 2, -1).repeat_interleave(slices * channels, 0)
    flat = images.reshape(1, -1, height, width)
    for shape, pad in (((-1, 1, 1, 7), (3, 3, 0, 0)), ((-1, 1, 7, 1), (0, 0, 3, 3))):
        flat = functional.conv2d(functional.pad(flat, pad, mode="replicate"), kernel.view(shape), groups=flat.shape[1])
    return flat.view_as(images)


def _coarse(images: Tensor) -> Tensor:
    """All items at one random share of their pixels, from half to all, and back."""
    factor = 0.5 + 0.5 * float(torch.rand(()))
    flat = images.flatten(1, 2)
    size = [max(2, round(side * factor)) for side in flat.shape[-2:]]
    small = functional.interpolate(flat, size=size, mode="nearest-exact")
    return functional.interpolate(small, size=flat.shape[-2:], mode="bicubic", align_corners=False).view_as(images)


def examples(image: Tensor, masks: Tensor, how: Augmentation, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """One slice, ``image (channels, H, W)`` and ``masks (m, H, W)``, changed ``count`` times as training would.

    Returns ``(count, channels, H, W)`` and 0/1 ``(count, m, H, W)``; torch's global generator is left as it was.
    """
    images = image[None, None].expand(count, 1, *image.shape)
    drawn = masks[None, :, None].float().expand(count, len(masks), 1, *masks.shape[-2:])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        changed, kept = augment(images, drawn, how)
    return changed[:, 0], kept[:, :, 0]
