"""The phantom's lesion: its shape as depth fields, and how dense it looks.

Depths are in mm along the radius, positive inside: ``depth > -o`` is the lesion grown by ``o`` mm. Everything that is
random about a lesion is drawn once a case (:func:`draw_lesion`); raters then only choose a depth and the lobe.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from proseg_gui.phantom.noise import Float32Array
from proseg_gui.volume import Geometry

Vector = npt.NDArray[np.float64]

LOBE_STATES = 8
"""The lobe's probability is a multiple of 1 / LOBE_STATES, so that its states can be enumerated exactly."""
OUTSIDE_MM = -1e3
"""Depth far away from the lesion, where it is not evaluated."""
SMOOTH_BLEND_MM = 3.0
"""How widely the smooth rater rounds the neck between body and lobe."""


@dataclass(frozen=True, eq=False)
class Blob:
    """A star-shaped body: radius ``radius_mm * (1 + sum_i a_i cos(k_i . n + phase_i))`` in direction n.

    ``axes`` are (x, y, z) factors on the radius; ``waves`` is ``(m, 5)``: amplitude, phase, k_x, k_y, k_z, ordered
    from slow to fast.
    """

    centre_mm: Vector
    radius_mm: float
    axes: Vector
    waves: npt.NDArray[np.float64]

    def depth(self, x: Float32Array, y: Float32Array, z: Float32Array, *, waves: int | None = None) -> Float32Array:
        """Depth in mm at LPS positions (broadcast together); ``waves`` keeps only the first, slow ones."""
        u = (x - np.float32(self.centre_mm[0])) / np.float32(self.axes[0])
        v = (y - np.float32(self.centre_mm[1])) / np.float32(self.axes[1])
        w = (z - np.float32(self.centre_mm[2])) / np.float32(self.axes[2])
        distance = np.sqrt(u * u + v * v + w * w) + np.float32(1e-3)
        shape = np.ones_like(distance)
        for amplitude, phase, kx, ky, kz in self.waves[:waves].astype(np.float32):
            shape += amplitude * np.cos((kx * u + ky * v + kz * w) / distance + phase)
        return np.asarray(np.float32(self.radius_mm) * shape - distance, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Lesion:
    """One case's lesion.

    ``border_mm`` is the scale of its unclear border, ``contrast_hu`` its density against the organ, ``lobe_contrast``
    the lobe's share of that, ``lobe_in`` in how many of :data:`LOBE_STATES` equally likely states the lobe belongs.
    """

    body: Blob
    lobe: Blob
    border_mm: float
    contrast_hu: float
    lobe_contrast: float
    lobe_in: int


@dataclass(frozen=True, eq=False)
class Depths:
    """Depth fields ``(z, y, x)`` in mm of the body alone and of body and lobe, as drawn and smoothed."""

    body: Float32Array
    lobe: Float32Array
    both: Float32Array
    smooth_body: Float32Array
    smooth_both: Float32Array


def draw_lesion(rng: np.random.Generator) -> Lesion:
    """Draw a lesion somewhere in the right lobe of the phantom's liver."""
    centre = np.array([-58.0, -10.0, 0.0]) + rng.uniform(-1.0, 1.0, 3) * (7.0, 16.0, 6.0)
    radius = float(rng.uniform(15.0, 20.0))
    body = Blob(centre, radius, rng.uniform(0.88, 1.12, 3), draw_waves(rng, 3, 3, 0.055))
    border = float(rng.uniform(2.4, 4.2))
    angle, rise = rng.uniform(0.6, 1.85) * np.pi, rng.uniform(-0.35, 0.35)  # away from the vena cava
    direction = np.array([np.cos(angle) * np.cos(rise), np.sin(angle) * np.cos(rise), np.sin(rise)])
    lobe_radius = float(rng.uniform(0.42, 0.56)) * radius
    edge = radius + float(body.depth(*_points(centre + direction * radius))[0])
    lobe_axes = rng.uniform(0.9, 1.1, 3)
    lobe = Blob(centre + direction * (edge + 0.72 * lobe_radius), lobe_radius, lobe_axes, draw_waves(rng, 2, 1, 0.05))
    lobe_in = int(rng.integers(2, 7))
    lobe_contrast = 0.55 + 0.35 * (lobe_in - 2) / 4.0 + float(rng.uniform(-0.04, 0.04))
    return Lesion(body, lobe, border, float(rng.uniform(-70.0, -50.0)), lobe_contrast, lobe_in)


def _points(position_mm: Vector) -> tuple[Float32Array, Float32Array, Float32Array]:
    x, y, z = (np.array([value], dtype=np.float32) for value in position_mm)
    return x, y, z


def draw_waves(rng: np.random.Generator, slow: int, fast: int, amplitude: float) -> npt.NDArray[np.float64]:
    """Waves of a :class:`Blob`: ``slow`` and ``fast`` ones of about this amplitude."""
    rows = []
    for lengths, count, size in (((1.5, 2.5), slow, amplitude), ((4.0, 6.0), fast, 0.6 * amplitude)):
        for _ in range(count):
            k = rng.standard_normal(3)
            k *= rng.uniform(*lengths) / np.linalg.norm(k)
            rows.append([size * rng.uniform(0.6, 1.2), rng.uniform(0.0, 2.0 * np.pi), *k])
    return np.array(rows)


def axes_of(geometry: Geometry) -> tuple[Float32Array, Float32Array, Float32Array]:
    """X ``(1, 1, X)``, y ``(1, Y, 1)`` and z ``(Z, 1, 1)`` in LPS mm of the voxels of an axial grid."""
    start, shape, spacing = geometry.origin_mm, geometry.shape, geometry.spacing_mm
    x, y, z = (np.asarray(start[a] + np.arange(shape[2 - a]) * spacing[2 - a], dtype=np.float32) for a in range(3))
    return x[None, None, :], y[None, :, None], z[:, None, None]


def depths(lesion: Lesion, x: Float32Array, y: Float32Array, z: Float32Array) -> Depths:
    """Evaluate the depth fields on the grid of axes ``x`` (1, 1, X), ``y`` (1, Y, 1), ``z`` (Z, 1, 1) in LPS mm."""
    shape = (z.size, y.size, x.size)
    box = bounding_box(lesion, x, y, z)
    fields = [np.full(shape, OUTSIDE_MM, dtype=np.float32) for _ in range(5)]
    if all(s.stop > s.start for s in box):
        at = x[:, :, box[2]], y[:, box[1]], z[box[0]]
        body, lobe = lesion.body.depth(*at), lesion.lobe.depth(*at)
        slow_body, slow_lobe = lesion.body.depth(*at, waves=2), lesion.lobe.depth(*at, waves=0)
        blend = SMOOTH_BLEND_MM * np.logaddexp(slow_body / SMOOTH_BLEND_MM, slow_lobe / SMOOTH_BLEND_MM)
        for field, values in zip(fields, (body, lobe, np.maximum(body, lobe), slow_body, blend), strict=True):
            field[box] = values
    return Depths(*fields)


def bounding_box(
    lesion: Lesion, x: Float32Array, y: Float32Array, z: Float32Array, margin_mm: float = 14.0
) -> tuple[slice, slice, slice]:
    """Slices (z, y, x) around all that any rater could draw, and around the lesion's visible border."""
    spans = []
    for axis, values in ((2, z), (1, y), (0, x)):
        flat = values.reshape(-1)
        low, high = (
            pick(sign * 1.25 * b.radius_mm * b.axes[axis] + b.centre_mm[axis] for b in (lesion.body, lesion.lobe))
            for pick, sign in ((min, -1), (max, 1))
        )
        start, stop = np.searchsorted(flat, [low - margin_mm, high + margin_mm])
        spans.append(slice(int(start), int(stop)))
    return spans[0], spans[1], spans[2]


def density(lesion: Lesion, fields: Depths) -> Float32Array:
    """HU to add to the organ: a slow logistic gradient over the border, the lobe a little fainter than the body."""
    scale = np.float32(0.75 * lesion.border_mm)

    def profile(depth: Float32Array) -> Float32Array:
        return np.asarray(0.5 * (1.0 + np.tanh(np.clip(depth / scale, -40.0, 40.0) / 2.0)), dtype=np.float32)

    share = np.maximum(profile(fields.body), np.float32(lesion.lobe_contrast) * profile(fields.lobe))
    return np.asarray(np.float32(lesion.contrast_hu) * share, dtype=np.float32)
