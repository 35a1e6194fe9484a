"""Dice and IoU of masks, one by one and all pairs at once, for volumes too large to hold many of (bits, not bytes).

A mask is any array of one shape; what is not boolean counts as a probability map and is binarised as ``p > 0.5``,
strictly. Volumes are flattened whole. Two empty masks agree perfectly: Dice = IoU = 1 (docs/METRICS.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
CHUNK_BYTES = 1 << 14
"""Packed bytes of every mask that are unpacked at a time: 131,072 voxels."""


def binarise(mask_or_probability: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """A mask as it is; a probability map where ``p > 0.5``."""
    array = np.asarray(mask_or_probability)
    return array if array.dtype == bool else array > 0.5


def dice(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Dice: ``2 |a and b| / (|a| + |b|)``; both empty = 1, one empty = 0."""
    return float(dice_matrix(MaskSet.of([a]), MaskSet.of([b]))[0, 0])


def iou(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Intersection over union: ``|a and b| / |a or b|``; both empty = 1."""
    return float(iou_matrix(MaskSet.of([a]), MaskSet.of([b]))[0, 0])


@dataclass(frozen=True, eq=False)
class MaskSet:
    """N masks of one shape, one bit a voxel.

    ``bits`` is ``(N, ceil(first / 8), ...)`` uint8: eight neighbours along the masks' first axis share a byte, the
    first in the highest bit. ``sizes`` is ``(N,)`` voxels.
    """

    bits: npt.NDArray[np.uint8]
    sizes: npt.NDArray[np.int64]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, masks: Iterable[npt.ArrayLike]) -> MaskSet:
        """Pack masks or probability maps; a generator is consumed one by one, so only one is ever unpacked."""
        rows: list[npt.NDArray[np.uint8]] = []
        sizes: list[int] = []
        shape: tuple[int, ...] | None = None
        for item in masks:
            mask = binarise(item)
            if shape is not None and mask.shape != shape:
                raise ValueError(f"masks of one set have one shape, got {mask.shape} after {shape}")
            shape = mask.shape
            rows.append(np.packbits(mask, axis=0))
            sizes.append(int(np.count_nonzero(mask)))
        if shape is None:
            raise ValueError("at least one mask is needed")
        return cls(np.stack(rows), np.array(sizes, dtype=np.int64), shape)

    def __len__(self) -> int:
        return len(self.sizes)

    def mask(self, index: int) -> npt.NDArray[np.bool_]:
        """One mask, unpacked."""
        return np.unpackbits(self.bits[index], axis=0, count=self.shape[0]).astype(bool)


class MaskSetBuilder:
    """A :class:`MaskSet` of N volumes that come slice by slice, all N at once: ``shape`` is ``(z, y, x)``."""

    def __init__(self, n: int, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._bits = np.zeros((n, -(-shape[0] // 8), *shape[1:]), dtype=np.uint8)
        self.slice_sizes = np.zeros((n, shape[0]), dtype=np.int64)
        """``(N, z)`` pixels of each mask in each slice."""

    def add(self, index: int, k: int, mask_or_probability: npt.ArrayLike) -> None:
        """Take slice ``k``, ``(y, x)``, of mask ``index``; every slice is given once."""
        mask = binarise(mask_or_probability)
        self._bits[index, k // 8] |= mask.astype(np.uint8) << (7 - k % 8)
        self.slice_sizes[index, k] = np.count_nonzero(mask)

    def build(self) -> MaskSet:
        """All masks."""
        return MaskSet(self._bits, self.slice_sizes.sum(axis=1), self._shape)


Masks = MaskSet | Sequence[npt.ArrayLike]
"""What the functions over several masks take."""


def as_set(masks: Masks) -> MaskSet:
    """``masks`` packed, if they are not yet."""
    return masks if isinstance(masks, MaskSet) else MaskSet.of(masks)


def frequency(masks: Masks) -> FloatArray:
    """The share of masks that includes each voxel, in the masks' shape."""
    packed = as_set(masks)
    count = np.zeros(packed.shape)
    for index in range(len(packed)):
        count += packed.mask(index)
    return count / len(packed)


def intersections(a: MaskSet, b: MaskSet) -> npt.NDArray[np.int64]:
    """``(N, M)`` voxels that each mask of ``a`` shares with each of ``b``."""
    if a.shape != b.shape:
        raise ValueError(f"the masks have different shapes, {a.shape} and {b.shape}")
    shared = np.zeros((len(a), len(b)), dtype=np.int64)
    rows = [s.bits.reshape(len(s), -1) for s in (a, b)]
    filled = np.flatnonzero(np.bitwise_or.reduce(rows[0], axis=0) & np.bitwise_or.reduce(rows[1], axis=0))
    for start in range(0, len(filled), CHUNK_BYTES):
        columns = filled[start : start + CHUNK_BYTES]
        one, other = (np.unpackbits(bits[:, columns], axis=1).astype(np.float32) for bits in rows)
        shared += np.rint(one @ other.T).astype(np.int64)  # exact: a chunk has fewer than 2^24 voxels
    return shared


def dice_matrix(a: Masks, b: Masks) -> FloatArray:
    """``(N, M)`` Dice of each mask of ``a`` with each of ``b``."""
    a, b = as_set(a), as_set(b)
    total = a.sizes[:, None] + b.sizes[None, :]
    return np.where(total > 0, 2.0 * intersections(a, b) / np.maximum(total, 1), 1.0)


def iou_matrix(a: Masks, b: Masks, *, both_empty: float = 1.0) -> FloatArray:
    """``(N, M)`` IoU of each mask of ``a`` with each of ``b``; two empty masks get ``both_empty``."""
    a, b = as_set(a), as_set(b)
    shared = intersections(a, b)
    union = a.sizes[:, None] + b.sizes[None, :] - shared
    return np.where(union > 0, shared / np.maximum(union, 1), both_empty)
