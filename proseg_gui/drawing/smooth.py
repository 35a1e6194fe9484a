"""Smooth a drawn shape: blur the mask with a Gaussian in mm and keep what is more than half in."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import gaussian_filter

from proseg_gui.drawing.boxes import BoolArray, Box, filled_box, in_slice, relative
from proseg_gui.drawing.distance import is_upright
from proseg_gui.drawing.painted import Painted, checked_mm
from proseg_gui.planes import Plane
from proseg_gui.volume import FloatArray, Geometry

LARGEST_SMOOTHING_MM = 20.0
_TRUNCATE = 4.0
"""Standard deviations after which a Gaussian is 0, as scipy's."""
_KERNELS_KEPT = 128


def smooth(mask: BoolArray, geometry: Geometry, mm: float, *, plane: Plane | None = None) -> Painted:
    """Blur with a Gaussian and keep the voxels of more than half.

    A flat border stays where it is, and so does every voxel from which all is in (or out) within 1.6 ``mm``. A bent
    border moves towards the middle of its bend: a ball of radius R loses about ``mm``^2 / R of its radius, which is
    3 ``mm``^2 / R^2 of its volume; parts thinner than about ``mm`` go. Nothing comes to lie outside of
    the box that held the shape. At the image's border the shape is taken to go on as it is there, so it is not eaten
    from outside.

    Where slices stand upright this is scipy's ``gaussian_filter`` within them and weights by their true distances
    across them; uneven slices weigh as much as they are thick. On tilted stacks no filter along the array's axes is a
    Gaussian in the patient, so there every two slices are convolved with the Gaussian of their true distance and shift.

    Parameters
    ----------
    mask:
        ``(z, y, x)`` bool on ``geometry``.
    mm:
        Standard deviation of the Gaussian, above 0, at most :data:`LARGEST_SMOOTHING_MM`.
    plane:
        Smooth this plane only, within it.

    Raises
    ------
    ValueError
        For a size out of range, a mask that does not fit the grid and a plane that the image does not have.
    """
    mm = checked_mm(mm, "the distance", LARGEST_SMOOTHING_MM)
    box = filled_box(mask, geometry.shape, plane)
    if box is None:
        return Painted.empty()
    flat_axis = None if plane is None else plane.axis
    # No half space is more than half in at a place outside of it: nothing comes to lie beyond the sides of this box.
    if is_upright(geometry):
        return Painted(box, _blurred_upright(mask, geometry, box, mm, flat_axis) > 0.5)
    return Painted(box, np.stack([flat > 0.5 for flat in _blurred_tilted(mask, geometry, box, mm, flat_axis)]))


def _blurred_upright(
    mask: BoolArray, geometry: Geometry, box: Box, sigma: float, flat_axis: int | None
) -> npt.NDArray[np.float32]:
    """The Gaussian mean of the mask in ``box``, the box that holds it; ``flat_axis`` is not blurred along."""
    deviations = [0.0 if axis in (0, flat_axis) else sigma / geometry.spacing_mm[axis] for axis in range(3)]
    # What lies at the side of the array is repeated: a voxel of the outside, or of the shape at the image's border.
    sides = zip(box[1:], mask.shape[1:], strict=True)
    rows, columns = (slice(max(side.start - 1, 0), min(side.stop + 1, n)) for side, n in sides)
    wide = box[0], rows, columns
    within = gaussian_filter(mask[wide].astype(np.float32), deviations, mode="nearest", truncate=_TRUNCATE)
    within = within[relative(box, wide)]
    numbers, origins, thick = _stack_around(geometry, box, sigma, flat_axis)
    heights = origins @ geometry.normal
    own = heights[np.searchsorted(numbers, np.arange(box[0].start, box[0].stop))]
    away = np.abs(own[:, None] - heights)
    weights = np.where(away <= _TRUNCATE * sigma, np.exp(-0.5 * (away / sigma) ** 2) * thick, 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    across = np.zeros((len(own), len(within)), np.float32)
    for number, column in zip(np.clip(numbers, 0, geometry.shape[0] - 1).tolist(), weights.T, strict=True):
        if box[0].start <= number < box[0].stop:  # the mask is empty elsewhere
            across[:, number - box[0].start] += column
    return np.asarray(np.tensordot(across, within, axes=1))


def _blurred_tilted(
    mask: BoolArray, geometry: Geometry, box: Box, sigma: float, flat_axis: int | None
) -> Iterator[FloatArray]:
    """The Gaussian mean of the mask at each slice of ``box``; along ``flat_axis`` only the voxel itself counts."""
    numbers, origins, weights = _stack_around(geometry, box, sigma, flat_axis)
    heights = origins @ geometry.normal
    to_steps, steps = in_slice(geometry), geometry.lps_matrix()[:3, 1::-1]
    margins = _TRUNCATE * sigma * np.linalg.norm(to_steps, axis=1)
    own = [int(np.flatnonzero(numbers == k)[0]) for k in range(box[0].start, box[0].stop)]
    near = [np.flatnonzero(np.abs(heights - heights[i]) <= _TRUNCATE * sigma) for i in own]

    # (rows, columns) from a voxel to the middle of what it sees in another slice: a tilt leads far aside.
    def spans(i: int, j: int) -> list[range]:
        aside = to_steps @ (origins[i] - origins[j])
        found = [range(math.floor(a - m), math.ceil(a + m) + 1) for a, m in zip(aside, margins, strict=True)]
        return [range(1) if axis == flat_axis else span for axis, span in enumerate(found, start=1)]

    seen = [spans(i, int(j)) for i, js in zip(own, near, strict=True) for j in js]
    lows = [box[a].start + min(pair[a - 1].start for pair in seen) for a in (1, 2)]
    sizes = [
        box[a].stop - 1 + max(pair[a - 1].stop for pair in seen) - low for a, low in zip((1, 2), lows, strict=True)
    ]
    shape = [next_fast_len(size, real=True) for size in sizes]
    # Beyond the image the voxel at its border is repeated.
    rows, columns = (
        np.clip(low + np.arange(n), 0, geometry.shape[a] - 1) for a, low, n in zip((1, 2), lows, sizes, strict=True)
    )
    slices: dict[int, npt.NDArray[np.complex128]] = {}
    kernels: dict[tuple[float, ...], tuple[npt.NDArray[np.complex128], float]] = {}
    for i, js in zip(own, near, strict=True):
        mean, total = np.zeros((shape[0], shape[1] // 2 + 1), np.complex128), 0.0
        for j in js.tolist():
            away = origins[j] - origins[i]
            key = tuple(np.round(away, 6).tolist())
            if key not in kernels:
                if len(kernels) >= _KERNELS_KEPT:
                    kernels.clear()
                kernels[key] = _kernel(away, steps, spans(i, j), shape, sigma)
            kernel, amount = kernels[key]
            number = int(np.clip(numbers[j], 0, geometry.shape[0] - 1))
            if number not in slices:
                slices[number] = rfft2(mask[number][np.ix_(rows, columns)].astype(np.float64), shape)
            mean += weights[j] * kernel * slices[number]
            total += weights[j] * amount
        for number in [n for n in slices if n < numbers[js[0]]]:  # slices are met in order: memory stays that of a few
            del slices[number]
        out = irfft2(mean, shape)
        top, left = box[1].start - lows[0], box[2].start - lows[1]
        yield out[top : top + box[1].stop - box[1].start, left : left + box[2].stop - box[2].start] / total


def _stack_around(
    geometry: Geometry, box: Box, sigma: float, flat_axis: int | None
) -> tuple[npt.NDArray[np.intp], FloatArray, FloatArray]:
    """Number, LPS mm of the first voxel and thickness in mm of the slices around a box.

    Before slice 0 (numbers below it) and behind the last one the stack is taken to go on as it ends.
    """
    origins, n = geometry.slice_origins(), geometry.shape[0]
    if flat_axis == 0:
        return np.array([box[0].start]), origins[box[0]], np.ones(1)
    step = geometry.spacing_mm[0] * geometry.direction[:, 2]
    first, last = (origins[1] - origins[0], origins[-1] - origins[-2]) if n > 1 else (step, step)
    before, after = (math.ceil((_TRUNCATE + 1) * sigma / abs(float(s @ geometry.normal))) + 1 for s in (first, last))
    numbers = np.arange(-before, n + after)
    below = origins[0] + np.arange(-before, 0)[:, None] * first
    above = origins[-1] + np.arange(1, after + 1)[:, None] * last
    everywhere = np.concatenate([below, origins, above])
    gaps = np.abs(np.diff(everywhere @ geometry.normal))
    edges = np.concatenate([gaps[:1], gaps, gaps[-1:]])
    return numbers, everywhere, (edges[:-1] + edges[1:]) / 2


def _kernel(
    away: FloatArray, steps: FloatArray, spans: list[range], shape: list[int], sigma: float
) -> tuple[npt.NDArray[np.complex128], float]:
    """Transform of the Gaussian between two slices (for a correlation) and its sum."""
    rows, columns = (np.arange(span.start, span.stop) for span in spans)
    places = away + rows[:, None, None] * steps[:, 0] + columns[None, :, None] * steps[:, 1]
    values = np.exp(-0.5 * (places**2).sum(axis=-1) / sigma**2)
    around = np.zeros(shape)
    np.add.at(around, np.ix_(rows % shape[0], columns % shape[1]), values)
    return np.conj(rfft2(around)), float(values.sum())
