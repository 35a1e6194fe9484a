"""Voxels that were said or drawn, as compressed bricks, and edits of them as deltas. Plain code without Qt.

A volume of small whole numbers is kept as bricks of 64 x 64 x 64 voxels, only those that hold anything. An edit is
a :class:`Patch`: the bricks that it changed, before and after. So a stroke costs what it touched, on whatever plane
it was drawn, undo is an exchange of a few bricks, and a history of hundreds of edits stays small.
"""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

BRICK = 64
_LEVEL = 1
"""Masks are long runs: zlib's fastest level is as small as the others to a few per cent."""

ORIGINS = ("hand", "tool", "copy", "proposal")
"""Where evidence comes from: strokes; grow, smooth, boolean, interpolation; a rater, sample or slice; the model.

A model must not confirm itself, so what counts as said by the person is decided by origin (WORKBENCH section 1).
"""

Index = tuple[int, int, int]
Box = tuple[slice, slice, slice]


def code(origin: str, said_in: bool) -> int:
    """The number that stands in an evidence volume for a voxel said to be in (or out) by ``origin``; 0 is unknown."""
    return 1 + 2 * ORIGINS.index(origin) + (0 if said_in else 1)


def said_in(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Where evidence says "in"."""
    return (codes % 2 == 1) & (codes > 0)


def said_out(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Where evidence says "out"."""
    return (codes % 2 == 0) & (codes > 0)


def has_origin(codes: npt.NDArray[np.uint8], origin: str) -> npt.NDArray[np.bool_]:
    """Where evidence comes from ``origin``, whatever it says."""
    return (codes.astype(np.int16) - 1) // 2 == ORIGINS.index(origin)


def overlaid(base: npt.NDArray[np.bool_], codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """A shape with what was said put over it: the hand wins, voxel for voxel. Arrays of one shape."""
    return (base | said_in(codes)) & ~said_out(codes)


@dataclass(frozen=True, eq=False)
class Bricks:
    """A ``(z, y, x)`` uint8 volume, 0 where no brick lies. Immutable; edits give a new one that shares the rest.

    Parameters
    ----------
    shape:
        ``(z, y, x)`` of the whole volume.
    packed:
        Brick index ``(z, y, x)`` -> its voxels, zlib-compressed in C order. A brick at the volume's end is cut there.
    """

    shape: Index
    packed: Mapping[Index, bytes]

    @classmethod
    def empty(cls, shape: tuple[int, ...]) -> Bricks:
        """A volume of zeros."""
        z, y, x = (int(n) for n in shape)
        return cls((z, y, x), {})

    @classmethod
    def of(cls, array: npt.NDArray[np.bool_] | npt.NDArray[np.uint8]) -> Bricks:
        """Pack a ``(z, y, x)`` array of bool or uint8."""
        made = cls.empty(array.shape)
        found = {}
        for index in made._all():
            part = array[made.box(index)]
            if part.any():
                found[index] = _packed(part)
        return cls(made.shape, found)

    def array(self) -> npt.NDArray[np.uint8]:
        """The whole volume."""
        whole = np.zeros(self.shape, np.uint8)
        for index in self.packed:
            whole[self.box(index)] = self.brick(index)
        return whole

    def mask(self) -> npt.NDArray[np.bool_]:
        """The whole volume, true where it is not 0."""
        return self.array() > 0

    def plane(self, axis: int, position: int) -> npt.NDArray[np.uint8]:
        """The 2D plane at ``position`` of ``axis``, in the order of the other two axes."""
        rest = [a for a in range(3) if a != axis]
        found = np.zeros([self.shape[a] for a in rest], np.uint8)
        for index in self.packed:
            box = self.box(index)
            if box[axis].start <= position < box[axis].stop:
                found[box[rest[0]], box[rest[1]]] = np.take(self.brick(index), position - box[axis].start, axis)
        return found

    def region(self, box: Box) -> npt.NDArray[np.uint8]:
        """The voxels of a box, whose slices have starts and stops inside the volume."""
        found = np.zeros([s.stop - s.start for s in box], np.uint8)
        for index in self._touched(box):
            if index in self.packed:
                inside, own = _common(box, self.box(index))
                found[inside] = self.brick(index)[own]
        return found

    def at(self, voxels: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
        """``(n,)`` what it holds at voxels ``(n, 3)``."""
        found = np.zeros(len(voxels), np.uint8)
        for index in self.packed:
            box = self.box(index)
            first, last = np.array([s.start for s in box]), np.array([s.stop for s in box])
            here = np.flatnonzero(((voxels >= first) & (voxels < last)).all(1))
            if len(here):
                found[here] = self.brick(index)[tuple((voxels[here] - first).T)]
        return found

    def brick(self, index: Index) -> npt.NDArray[np.uint8]:
        """One brick's voxels; zeros where there is none."""
        shape = tuple(s.stop - s.start for s in self.box(index))
        if index not in self.packed:
            return np.zeros(shape, np.uint8)
        return _unpacked(self.packed[index], shape)

    def box(self, index: Index) -> Box:
        """Where a brick lies."""
        z, y, x = (slice(i * BRICK, min((i + 1) * BRICK, n)) for i, n in zip(index, self.shape, strict=True))
        return z, y, x

    def count(self) -> int:
        """How many voxels are not 0."""
        return int(self.counts().sum())

    def counts(self) -> npt.NDArray[np.int64]:
        """``(z,)`` how many voxels of each slice are not 0."""
        found = np.zeros(self.shape[0], np.int64)
        for index, data in self.packed.items():
            box = self.box(index)
            found[box[0]] += _counts(data, tuple(s.stop - s.start for s in box))
        return found

    @cached_property
    def digest(self) -> str:
        """SHA-256 of shape and voxels: the same for the same volume, however it was packed."""
        found = hashlib.sha256(repr(self.shape).encode())
        for index in sorted(self.packed):
            found.update(repr(index).encode())
            found.update(self.brick(index).tobytes())
        return found.hexdigest()

    def overlaid(self, evidence: Bricks) -> Bricks:
        """This shape (true where it is not 0) with what ``evidence`` says put over it; see :func:`overlaid`."""
        packed = dict(self.packed)
        for index in evidence.packed:
            new = overlaid(self.brick(index) > 0, evidence.brick(index))
            packed.pop(index, None)
            if new.any():
                packed[index] = _packed(new)
        return Bricks(self.shape, packed)

    def origins(self) -> dict[str, int]:
        """How many voxels each origin of this evidence has decided, in or out; origins without any are left out."""
        found = dict.fromkeys(ORIGINS, 0)
        for index in self.packed:
            codes = self.brick(index)
            counts = np.bincount(codes.ravel(), minlength=2 * len(ORIGINS) + 1)
            for number, origin in enumerate(ORIGINS):
                found[origin] += int(counts[1 + 2 * number] + counts[2 + 2 * number])
        return {origin: count for origin, count in found.items() if count}

    def changed(self, box: Box, values: npt.NDArray[np.uint8]) -> Patch:
        """The patch that puts ``values`` into ``box``; bricks that stay as they are, are no part of it."""
        before: dict[Index, bytes | None] = {}
        after: dict[Index, bytes | None] = {}
        for index in self._touched(box):
            inside, own = _common(box, self.box(index))
            old = self.brick(index)
            new = old.copy()
            new[own] = values[inside]
            if not np.array_equal(old, new):
                before[index] = self.packed.get(index)
                after[index] = _packed(new) if new.any() else None
        return Patch(self.shape, before, after)

    def patched(self, patch: Patch) -> Bricks:
        """This volume after an edit.

        Raises
        ------
        ValueError
            If the patch was made for a volume of another shape.
        """
        if patch.shape != self.shape:
            raise ValueError(f"a patch for {patch.shape} does not fit a volume of {self.shape}")
        packed = {**self.packed, **patch.after}
        return Bricks(self.shape, {index: data for index, data in packed.items() if data is not None})

    def _all(self) -> Iterator[Index]:
        return itertools.product(*(range(-(-n // BRICK)) for n in self.shape))  # type: ignore[return-value]

    def _touched(self, box: Box) -> Iterator[Index]:
        ranges = (range(s.start // BRICK, -(-s.stop // BRICK)) for s in box)
        return itertools.product(*ranges)  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class Patch:
    """An edit of a :class:`Bricks`: the bricks that it changes, packed, before and after; ``None`` is one of zeros."""

    shape: Index
    before: Mapping[Index, bytes | None]
    after: Mapping[Index, bytes | None]

    @property
    def inverse(self) -> Patch:
        """The edit that takes this one back."""
        return Patch(self.shape, self.after, self.before)

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        return sum(len(data) for side in (self.before, self.after) for data in side.values() if data is not None)

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return bool(self.before)


def _packed(part: npt.NDArray[np.bool_] | npt.NDArray[np.uint8]) -> bytes:
    return zlib.compress(np.ascontiguousarray(part, np.uint8).tobytes(), _LEVEL)


def _unpacked(data: bytes, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    size = int(np.prod(shape))  # a brick of somebody else's file may claim to be far larger
    return np.frombuffer(zlib.decompressobj().decompress(data, size + 1), np.uint8).reshape(shape)


@lru_cache(maxsize=8192)
def _counts(data: bytes, shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """``(z,)`` voxels of a packed brick that are not 0; asked for after each stroke, when most bricks are as before."""
    return np.asarray(np.count_nonzero(_unpacked(data, shape), axis=(1, 2)), np.int64)


def _common(box: Box, brick: Box) -> tuple[Box, Box]:
    """Where two boxes meet, in the coordinates of each."""
    meets = [(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(box, brick, strict=True)]
    z, y, x = (slice(lo - a.start, hi - a.start) for (lo, hi), a in zip(meets, box, strict=True))
    k, j, i = (slice(lo - b.start, hi - b.start) for (lo, hi), b in zip(meets, brick, strict=True))
    return (z, y, x), (k, j, i)
