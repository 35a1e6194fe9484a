"""From an image slice to the model's pixel grid and back: crop, resample in the plane, paste.

A slice is cropped to the model's field of view, brought to the model's pixel size with an area-preserving triangle
filter, and the *logits* that come back are interpolated bilinearly to the image's own pixels; outside the field of
view they are :data:`BACKGROUND_LOGIT`. Both grids share the outer edge of the crop's first pixel, so model pixel ``j``
has its centre at crop index ``(j + 0.5) * scale - 0.5``.

Decided (docs/decisions/inference-grid.md): an axis whose pixel size is within 1 % of the model's is not resampled at
all; a box that would reach over the image's border is moved inside, never filled with invented pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from proseg_gui.errors import UserError
from proseg_gui.volume import Geometry

IDENTITY_TOLERANCE = 0.01
"""Pixel sizes that differ by at most this share count as the model's own: no resampling on that axis."""
BACKGROUND_LOGIT = -30.0
"""Logit outside the field of view: a probability of 1e-13, finite and exactly background at every threshold."""
MAX_MODEL_PIXELS = 4096 * 4096
"""A slice that would need more pixels on the model's grid is refused before memory runs out."""


@dataclass(frozen=True, eq=False)
class SliceGrid:
    """How one slice of an image maps to the model's grid; the same for all slices of a volume.

    Parameters
    ----------
    image_shape:
        ``(y, x)`` of the whole slice.
    first, size:
        ``(y, x)`` first pixel and number of pixels of the field of view.
    scale:
        ``(y, x)`` model pixel size in image pixels; exactly 1.0 where nothing is resampled.
    """

    image_shape: tuple[int, int]
    first: tuple[int, int]
    size: tuple[int, int]
    scale: tuple[float, float]
    model_shape: tuple[int, int] = field(init=False)
    """``(y, x)`` pixels of the model's grid; worked out from the rest."""
    _weights: tuple[Tensor | None, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "model_shape", tuple(map(_model_pixels, self.size, self.scale)))
        weights = [
            None if scale == 1.0 else _triangle_weights(count, size, scale)
            for count, size, scale in zip(self.model_shape, self.size, self.scale, strict=True)
        ]
        object.__setattr__(self, "_weights", tuple(weights))

    @property
    def resampled(self) -> bool:
        """Whether any axis is resampled."""
        return self.scale != (1.0, 1.0)

    @property
    def whole(self) -> bool:
        """Whether the field of view is the whole slice."""
        return self.size == self.image_shape

    def crop(self, array: np.ndarray) -> np.ndarray:
        """The field of view of an array ``(..., y, x)``, as a view."""
        (y, x), (height, width) = self.first, self.size
        return array[..., y : y + height, x : x + width]

    def to_model(self, cropped: np.ndarray) -> Tensor:
        """``(C, *size)`` float32 intensities of the field of view -> ``(1, C, *model_shape)``."""
        image = torch.from_numpy(np.ascontiguousarray(cropped, dtype=np.float32))
        down, across = self._weights
        if down is not None:
            image = torch.matmul(down, image)
        if across is not None:
            image = torch.matmul(image, across.T)
        return image[None]

    def to_image(self, logits: Tensor) -> Tensor:
        """``(N, *model_shape)`` logits -> ``(N, *image_shape)``; the input itself where nothing has to be done."""
        if self.resampled:
            (height, width), scale = self.size, self.scale
            logits = functional.interpolate(
                logits[None], scale_factor=scale, mode="bilinear", align_corners=False, recompute_scale_factor=False
            )[0, :, :height, :width]
        if self.whole:
            return logits
        (y, x), (height, width) = self.first, self.size
        full = logits.new_full((logits.shape[0], *self.image_shape), BACKGROUND_LOGIT)
        full[:, y : y + height, x : x + width] = logits
        return full

    def part(self, rows: slice, columns: slice) -> GridPart:
        """The pixels of a box of the model's grid, and those of the image that follow from them alone."""
        spans, weights = [], []
        for span, count, size, first, scale in zip(
            (rows, columns), self.model_shape, self.size, self.first, self.scale, strict=True
        ):
            inner, weight = _part_of_axis(span, count, size, scale)
            spans.append(slice(first + inner.start, first + inner.stop))
            weights.append(weight)
        return GridPart(rows, columns, spans[0], spans[1], weights[0], weights[1])


@dataclass(frozen=True, eq=False)
class GridPart:
    """A box of the model's grid (``rows``, ``columns``) and the image's pixels in it (``image_rows``, ...).

    Where nothing is resampled the two are the same pixels; else the bilinear weights of :meth:`SliceGrid.to_image`,
    ``(image pixels, model pixels)``, bring logits from one to the other.
    """

    rows: slice
    columns: slice
    image_rows: slice
    image_columns: slice
    _down: Tensor | None = field(repr=False)
    _across: Tensor | None = field(repr=False)

    @property
    def image(self) -> tuple[slice, slice]:
        """Rows and columns of the whole image slice."""
        return self.image_rows, self.image_columns

    @property
    def image_shape(self) -> tuple[int, int]:
        """``(y, x)`` pixels of the image in it."""
        return self.image_rows.stop - self.image_rows.start, self.image_columns.stop - self.image_columns.start

    def to_image(self, logits: Tensor) -> Tensor:
        """``(N, h, w)`` logits of the box -> ``(N, *image_shape)``: what :meth:`SliceGrid.to_image` has there."""
        if self._down is not None:
            logits = torch.matmul(self._down.to(logits.device), logits)
        if self._across is not None:
            logits = torch.matmul(logits, self._across.to(logits.device).T)
        return logits


def plan_grid(
    geometry: Geometry,
    spacing_mm: tuple[float, float],
    field_of_view: Mapping[str, Any],
    centre_mm: tuple[float, float, float] | None = None,
) -> SliceGrid:
    """The grid for an image, a model's ``(y, x)`` pixel size and its field of view.

    Parameters
    ----------
    field_of_view:
        ``{"kind": "whole"}`` or ``{"kind": "box", "size_mm": [y, x]}``.
    centre_mm:
        LPS position (x, y, z) that the box is put around, in every slice at the same rows and columns; the middle of
        the image when ``None``. It is not used for ``whole``.

    Raises
    ------
    UserError
        The point lies outside the image, or the image's pixels are so large that the model's grid would not fit in
        memory.
    """
    image_shape = geometry.shape[1], geometry.shape[2]
    spacing = geometry.spacing_mm[1], geometry.spacing_mm[2]
    first, size = (0, 0), image_shape
    if field_of_view["kind"] == "box":
        centre = _box_centre(geometry, centre_mm)
        wanted = (max(1, round(mm / step)) for mm, step in zip(field_of_view["size_mm"], spacing, strict=True))
        spans = [_span(c, n, whole) for c, n, whole in zip(centre, wanted, image_shape, strict=True)]
        first, size = (spans[0][0], spans[1][0]), (spans[0][1], spans[1][1])
    ratio = spacing_mm[0] / spacing[0], spacing_mm[1] / spacing[1]
    scale = tuple(1.0 if abs(r - 1.0) <= IDENTITY_TOLERANCE else r for r in ratio)
    rows, columns = size[0] / scale[0], size[1] / scale[1]
    if rows * columns > MAX_MODEL_PIXELS:
        raise UserError(
            f"a slice would have {rows:.0f} x {columns:.0f} pixels at the model's pixel size, too many for memory",
            remedy="Check the pixel size in the image's header, crop the image, or choose another model",
        )
    return SliceGrid(image_shape, first, size, (scale[0], scale[1]))


def _box_centre(geometry: Geometry, centre_mm: tuple[float, float, float] | None) -> tuple[float, float]:
    """Row and column, fractions allowed, that the box is put around."""
    _, rows, columns = geometry.shape
    if centre_mm is None:
        return (rows - 1) / 2, (columns - 1) / 2
    index = geometry.world_to_index(centre_mm)
    inside = all(-0.5 <= i <= n - 0.5 for i, n in zip(index, geometry.shape, strict=True))
    if not np.isfinite(index).all() or not inside:
        place = ", ".join(f"{v:g}" for v in centre_mm)
        corners = geometry.corners_mm()
        low, high = corners.min(0), corners.max(0)
        extent = ", ".join(f"{axis} {a:.1f} to {b:.1f}" for axis, a, b in zip("xyz", low, high, strict=True))
        raise UserError(f"the point {place} mm lies outside the image", remedy=f"The image covers (LPS mm) {extent}")
    return float(index[1]), float(index[2])


def _span(centre: float, wanted: int, available: int) -> tuple[int, int]:
    """First pixel and pixel count of a box axis, moved and cut so that it lies inside the image."""
    count = min(wanted, available)
    first = int(np.floor(centre - (count - 1) / 2 + 0.5))
    return min(max(first, 0), available - count), count


def _model_pixels(size: int, scale: float) -> int:
    """Fewest model pixels that cover ``size`` image pixels, also after the rounding of the way back."""
    count = max(1, int(np.ceil(size / scale - 1e-6)))
    while int(np.floor(count * scale)) < size:
        count += 1
    return count


def _part_of_axis(span: slice, count: int, size: int, scale: float) -> tuple[slice, Tensor | None]:
    """Of one axis: the image pixels (of the field of view) that model pixels ``span`` decide, and their weights."""
    if scale == 1.0:
        return slice(span.start, min(span.stop, size)), None
    at = np.maximum((np.arange(size) + 0.5) / scale - 0.5, 0.0)
    low = np.minimum(at.astype(np.int64), count - 1)
    high = np.minimum(low + 1, count - 1)
    inner = np.flatnonzero((low >= span.start) & (high < span.stop))
    if not len(inner):
        return slice(0, 0), torch.zeros(0, span.stop - span.start)
    weights = np.zeros((len(inner), span.stop - span.start), np.float32)
    number, share = np.arange(len(inner)), (at - low)[inner].astype(np.float32)
    np.add.at(weights, (number, low[inner] - span.start), 1.0 - share)
    np.add.at(weights, (number, high[inner] - span.start), share)
    return slice(int(inner[0]), int(inner[-1]) + 1), torch.from_numpy(weights)


def _triangle_weights(count: int, size: int, scale: float) -> Tensor:
    """``(count, size)`` rows of a triangle filter, as wide as a model pixel (at least an image pixel), summing to 1."""
    centres = np.clip((np.arange(count) + 0.5) * scale - 0.5, 0.0, size - 1.0)
    distance = np.abs(np.arange(size)[None, :] - centres[:, None]) / max(1.0, scale)
    weights = np.maximum(0.0, 1.0 - distance)
    return torch.from_numpy((weights / weights.sum(1, keepdims=True)).astype(np.float32))
