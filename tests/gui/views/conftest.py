"""A small CT-like scene: a chest slice with a lesion and a lobe, and raters that draw it differently."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.volume import Geometry, Volume


def lesion(size: int, grow: float = 0.0, lobe: float = 1.0) -> np.ndarray:
    """``(size, size)`` float32 probability of a star-shaped lesion with a lobe at its upper right."""
    y, x = np.mgrid[:size, :size] / size
    angle, radius = np.arctan2(y - 0.6, x - 0.5), np.hypot(y - 0.6, x - 0.5)
    body = (0.15 + grow + 0.012 * np.sin(5 * angle) - radius) / 0.009
    side = (0.10 + grow / 2 - np.hypot((y - 0.42) * 1.2, x - 0.63)) / 0.009
    side = np.where(lobe > 0, side + 6 * (lobe - 1), -20.0)
    return (1 / (1 + np.exp(-np.clip(np.maximum(body, side), -20, 20)))).astype(np.float32)


def chest(shape: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    """``(z, y, x)`` float32 HU: soft tissue around a lung with texture, a lesion and some bone."""
    rng = np.random.default_rng(seed)
    size = shape[1]
    y, x = np.mgrid[:size, :size] / size
    coarse = rng.normal(0, 1, (24, 24))
    texture = np.kron(coarse, np.ones((size // 24 + 1, size // 24 + 1)))[:size, :size]
    for axis in (0, 1):
        for _ in range(3):
            texture = sum(np.roll(texture, s, axis) for s in range(-size // 40, size // 40 + 1)) / (size // 20 + 1)
    lung = np.hypot((y - 0.5) / 0.47, (x - 0.43) / 0.36) < 1
    image = np.where(lung, -820 + 160 * texture, 45.0)
    image = image + (35 - image) * lesion(size)
    image = np.where(np.hypot(y - 1.0, x - 0.97) < 0.15, 700.0, image)
    return np.stack([image + rng.normal(0, 14, image.shape) for _ in range(shape[0])]).astype(np.float32)


def ct(shape: tuple[int, int, int] = (6, 96, 96), **geometry: object) -> Volume:
    """The scene as a CT volume; ``geometry`` overrides the plain axial grid."""
    grid = {"origin_mm": (-70.0, -90.0, 8.1), "spacing_mm": (2.5, 0.8, 0.8), "direction": np.eye(3)} | geometry
    grid = Geometry(shape=shape, **grid)  # type: ignore[arg-type]
    return Volume(chest(shape), grid, unit="HU", modality="CT", description="CT thorax", window=(-600.0, 1500.0))


@pytest.fixture
def volume() -> Volume:
    return ct()
