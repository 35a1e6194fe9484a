"""Random textures in physical units: smooth fields of a given scale, and the grain of a CT reconstruction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

Float32Array = npt.NDArray[np.float32]


def smooth_field(
    rng: np.random.Generator, shape: tuple[int, int, int], spacing_mm: tuple[float, float, float], scale_mm: float
) -> Float32Array:
    """Smooth Gaussian field ``(z, y, x)`` of mean 0 and standard deviation 1 that varies over ``scale_mm``.

    White noise on a coarse grid, interpolated by cubic B-splines: one small matrix product an axis, so a field of two
    million voxels takes milliseconds.
    """
    bases = [_spline_basis(n, s / scale_mm) for n, s in zip(shape, spacing_mm, strict=True)]
    coarse = rng.standard_normal([b.shape[1] for b in bases], dtype=np.float32)
    field = np.tensordot(bases[0], coarse, (1, 0))
    field = np.matmul(bases[1], field)
    field = np.matmul(field, bases[2].T)
    spread = np.sqrt(np.prod([np.square(b).sum(1).mean() for b in bases]))
    return np.asarray(field / spread, dtype=np.float32)


def _spline_basis(n: int, step: float) -> Float32Array:
    """``(n, m)`` weights of m uniform cubic B-spline knots, one apart, at ``i * step``."""
    at = np.arange(n) * step
    left = np.floor(at).astype(int)
    t = at - left
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1) / 6
    basis = np.zeros((n, left[-1] + 4), dtype=np.float32)
    np.put_along_axis(basis, left[:, None] + np.arange(4), weights.astype(np.float32), axis=1)
    return basis


def ct_grain(
    rng: np.random.Generator, shape: tuple[int, int, int], spacing_mm: tuple[float, float, float], fine_mm: float = 0.8
) -> Float32Array:
    """CT noise ``(z, y, x)`` of standard deviation 1: correlated in the slice, independent between slices.

    The power of filtered back-projection rises with frequency and is cut off by the kernel; a difference of two
    Gaussians in the slice has that band-pass shape (fine blotches instead of salt and pepper).
    """
    white = rng.standard_normal(shape, dtype=np.float32)
    fine = _blur_in_plane(white, fine_mm, spacing_mm)
    grain = fine - 0.6 * _blur_in_plane(white, 2.5 * fine_mm, spacing_mm)
    return np.asarray(grain / grain.std(), dtype=np.float32)


def _blur_in_plane(field: Float32Array, sigma_mm: float, spacing_mm: tuple[float, float, float]) -> Float32Array:
    sigma = (0.0, sigma_mm / spacing_mm[1], sigma_mm / spacing_mm[2])
    return np.asarray(gaussian_filter(field, sigma, truncate=3.0), dtype=np.float32)
