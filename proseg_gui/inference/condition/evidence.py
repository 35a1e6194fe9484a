"""What a reader has said about a case, as plain arrays: the same from the window, from Python and from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from proseg_gui.errors import UserError

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Standing:
    """The contour of one slice as it stands, ``(y, x)``; ``where`` it counts, everywhere when ``None``."""

    inside: Bools
    where: Bools | None = None


Slices = Mapping[int, Standing]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was said about one structure; never what the model itself proposed.

    Parameters
    ----------
    index:
        ``(n, 3)`` voxels (z, y, x) that the hand said something about, each once.
    inside:
        ``(n,)`` whether each was said to be in.
    accepted:
        Slices (or parts) that were accepted as they stand: every voxel of them was said.
    left_alone:
        Slices that were looked at and not changed. A weaker word than acceptance; they may be proposed anew.

    Raises
    ------
    UserError
        A voxel was said to be both in and out.
    """

    index: Ints
    inside: Bools
    accepted: Slices = field(default_factory=dict)
    left_alone: Slices = field(default_factory=dict)
    by_slice: Mapping[int, tuple[Ints, Bools]] = field(init=False, repr=False)
    """k -> ``(m, 2)`` pixels (y, x) and what was said of them, sorted."""

    def __post_init__(self) -> None:
        index = np.asarray(self.index, np.int64).reshape(-1, 3)
        inside = np.asarray(self.inside, np.bool_).reshape(-1)
        if len(index) != len(inside):
            raise ValueError(f"{len(index)} voxels and {len(inside)} words about them")
        order = np.lexsort(index.T[::-1])
        index, inside = index[order], inside[order]
        same = (index[1:] == index[:-1]).all(1)
        clash = same & (inside[1:] != inside[:-1])
        if clash.any():
            z, y, x = index[1:][clash][0]
            raise UserError(f"voxel (z {z}, y {y}, x {x}) was said to be both in and out", remedy="Say one of the two")
        keep = np.concatenate([[True], ~same]) if len(index) else np.zeros(0, np.bool_)
        index, inside = index[keep], inside[keep]
        firsts = np.flatnonzero(np.diff(index[:, 0], prepend=-1)) if len(index) else np.zeros(0, np.int64)
        parts = zip(np.split(index, firsts[1:]), np.split(inside, firsts[1:]), strict=True) if len(index) else ()
        found = {int(part[0, 0]): (part[:, 1:], said) for part, said in parts}
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "inside", inside)
        object.__setattr__(self, "by_slice", MappingProxyType(found))

    @classmethod
    def none(cls) -> Evidence:
        """Nothing was said."""
        return cls(np.zeros((0, 3), np.int64), np.zeros(0, np.bool_))

    @property
    def empty(self) -> bool:
        """Whether nothing at all was said."""
        return not (len(self.index) or self.accepted or self.left_alone)

    def words(self) -> Iterator[tuple[int, Ints, Bools]]:
        """The hand's voxels slice by slice: k, pixels ``(m, 2)``, said ``(m,)``."""
        for k, (pixels, inside) in self.by_slice.items():
            yield k, pixels, inside

    def kept(self, k: int, drawn: Bools) -> Bools:
        """``drawn (y, x)`` with all that the reader has settled in slice ``k``: accepted parts, then the hand."""
        result = drawn.copy()
        standing = self.accepted.get(k)
        if standing is not None:
            where = slice(None) if standing.where is None else standing.where
            result[where] = standing.inside[where]
        pixels, inside = self.by_slice.get(k, (None, None))
        if pixels is not None:
            result[pixels[:, 0], pixels[:, 1]] = inside
        return result
