"""A mask's voxels brought to their places in an image: exactly, or not at all, or because somebody said so.

Tried in this order: the image's grid in any voxel order; a grid on which image or mask also say to lie; an image
without a position; a box of the image's own lattice. Whatever is unusual about it becomes a notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.volume import Gap, Geometry, Turn, turn_towards

_TOLD = 1e-3
"""Share of a voxel from which on a difference is more than the rounding of float32, and is told."""
_SAME_STEP = 0.01
"""Voxel sizes whose ratio is nearer to 1 may be rounded ones of each other."""
_STRAY_DEGREES = 1.0
_NO_TURN = Turn((0, 1, 2), (False, False, False))
_REMEDY = "Use the image that it was drawn on, or resample the mask to this image"
_ACCEPT = "Use the image that it was drawn on, or take the mask voxel for voxel nevertheless (--accept-grid)"


class OtherGrid(UserError):
    """A mask that can be read and lies on another grid than its image.

    ``difference`` says how, as a clause. ``gap`` measures it where both have as many voxels, after the mask's axes were
    turned to the image's; ``can_accept`` says whether the mask could be taken voxel for voxel, if somebody decides so.
    """

    def __init__(self, difference: str, path: Path, gap: Gap | None = None) -> None:
        self.difference, self.gap = difference, gap
        super().__init__(
            f"the mask is not on the image's grid: {difference}",
            path=path,
            remedy=_ACCEPT if self.can_accept else _REMEDY,
        )

    @property
    def can_accept(self) -> bool:
        """Whether shapes agree, so that every voxel of the mask has one of the image."""
        return self.gap is not None


@dataclass(frozen=True)
class Placement:
    """How a mask's array becomes one of the image's shape.

    ``start`` is the index (z, y, x) of the image at which the turned mask begins, where it is only a box of the image;
    ``remark`` goes into the provenance of what is made of it.
    """

    shape: tuple[int, int, int]
    turn: Turn
    start: tuple[int, int, int] | None = None
    notice: str = ""
    remark: str = ""

    def array(self, array: np.ndarray, path: Path, notices: list[str] | None = None) -> np.ndarray:
        """A mask, or a map of other numbers, ``(z, y, x)`` on the image's grid; 0 where the array does not reach.

        Raises
        ------
        UserError
            If all that it holds lies outside the image.
        """
        turned = self.turn.array(array)
        told = [self.notice] if self.notice else []
        if self.start is not None:
            placed = np.zeros(self.shape, array.dtype)
            ends = [a + n for a, n in zip(self.start, turned.shape, strict=True)]
            to = tuple(slice(max(a, 0), max(b, 0)) for a, b in zip(self.start, ends, strict=True))
            taken = tuple(
                slice(max(-a, 0), max(min(b, n) - a, 0)) for a, b, n in zip(self.start, ends, self.shape, strict=True)
            )
            placed[to] = turned[taken]
            lost = int(np.count_nonzero(turned)) - int(np.count_nonzero(placed))
            if lost and not placed.any():
                raise UserError("all that it holds lies outside the image", path=path, remedy=_REMEDY)
            if lost:
                told.append(f"{path.name}: {lost} drawn voxels lie outside the image and were left out.")
            turned = placed
        if notices is not None:
            notices += [text for text in told if text not in notices]
        return turned


def place_on(grid: Geometry, like: Geometry, path: Path, *, accept: bool = False) -> Placement:
    """Where a mask of ``grid`` belongs in an image of ``like``.

    A series with uneven slices has no affine; a mask for it is accepted on the even grid from its first to its last
    slice and matched slice by slice, with a notice. ``accept`` takes what lies elsewhere voxel for voxel.

    Raises
    ------
    OtherGrid
        With the difference, if it lies elsewhere and that was not accepted, or has another number of voxels.
    """
    found = next(_placements(grid, like, path), None)
    if found is not None:
        return found
    refusal = _refusal(grid, like, path)
    if not accept or refusal.gap is None:
        raise refusal
    turn = _usable_turn(grid, like)
    how = "in its stored order" if turn.is_none else "with its axes turned as its header says"
    remark = f"grid accepted by the user: was off by {refusal.gap}"
    notice = f"{path.name}: the mask was taken voxel for voxel {how}, as asked for; {refusal.difference}."
    return Placement(like.shape, turn, None, notice, remark)


def _placements(grid: Geometry, like: Geometry, path: Path) -> Iterator[Placement]:
    """Every exact way to place the mask, the best first."""
    yield from _on_grid(grid, like, f"{path.name}: its header is rounded differently")
    if not like.is_even:
        even = Geometry.from_lps_matrix(like.lps_matrix(), like.shape)
        for found in _on_grid(grid, even, ""):
            text = f"{path.name}: the image's slices are uneven; the mask was matched slice by slice."
            yield Placement(like.shape, found.turn, None, text)
    for other in like.other_forms:
        whose = "no position is said in the image's file; the mask was drawn as nibabel assumes one"
        if not like.assumed:
            whose = (
                "the image's header has two positions (sform and qform) and the mask lies exactly on the other one; it "
                "was taken voxel for voxel"
            )
        for found in _on_grid(grid, other, ""):
            yield Placement(like.shape, found.turn, None, f"{path.name}: {whose}.")
    for other in () if grid.assumed else grid.other_forms:
        for form in (like, *like.other_forms):
            for found in _on_grid(other, form, ""):
                text = "the mask's header has two positions (sform and qform) and the second one is the image's"
                yield Placement(like.shape, found.turn, None, f"{path.name}: {text}; that one was used.")
    if like.assumed and grid.shape == like.shape and (grid.assumed or _same_steps(grid, like)):
        text = "no position is said in the image's file; the mask was taken voxel for voxel"
        yield Placement(like.shape, _NO_TURN, None, f"{path.name}: {text}.")
    for form in (like, *like.other_forms):
        yield from _in_lattice(grid, form, path)


def _on_grid(grid: Geometry, like: Geometry, told: str) -> Iterator[Placement]:
    """On the image's voxels, whatever the order of the mask's own."""
    turns = [_NO_TURN] if grid.shape == like.shape else []
    turn = turn_towards(grid, like) if like.is_even else None
    if turn is not None and not turn.is_none:
        turns.append(turn)
    for candidate in turns:
        turned = candidate.geometry(grid) if not candidate.is_none else grid
        if turned.shape != like.shape:
            continue
        gap = like.gap(turned)
        if gap.is_none:
            yield Placement(like.shape, candidate, None, f"{told}, by up to {gap}." if gap.voxels > _TOLD else "")


def _in_lattice(grid: Geometry, like: Geometry, path: Path) -> Iterator[Placement]:
    """A box of the image's own lattice, smaller or larger than the image (3D Slicer saves segmentations so)."""
    turn = turn_towards(grid, like) if like.is_even else None
    if turn is None:
        return
    turned = turn.geometry(grid)
    start = np.rint(like.world_to_index(turned.origin_mm))
    if np.abs(start).max() > max(*turned.shape, *like.shape):
        return  # far away, and rounding to whole voxels would say little
    place = Geometry(turned.shape, like.index_to_world(start), like.spacing_mm, like.direction)
    if turned.shape == like.shape or not place.gap(turned).is_none:
        return  # a whole mask beside the image was drawn on another one
    z, y, x = (int(index) for index in start)
    ends = [index + n for index, n in zip((z, y, x), turned.shape, strict=True)]
    if min(ends) <= 0 or any(index >= n for index, n in zip((z, y, x), like.shape, strict=True)):
        return
    text = (
        f"the mask is a box of {turned.shape[2]} x {turned.shape[1]} x {turned.shape[0]} of the image's voxels and was "
        "put in its place; outside of it nothing is drawn"
    )
    yield Placement(like.shape, turn, (z, y, x), f"{path.name}: {text}.")


def _same_steps(grid: Geometry, like: Geometry) -> bool:
    ratios = np.array(grid.spacing_mm) / np.array(like.spacing_mm)
    return bool(np.abs(ratios - 1.0).max() < _SAME_STEP)


def _usable_turn(grid: Geometry, like: Geometry) -> Turn:
    """The turn that the mask's header asks for, where it can be believed: its voxels have the image's size and axes."""
    turn = turn_towards(grid, like)
    if turn is None or (grid.assumed and grid.shape == like.shape):
        return _NO_TURN
    turned = turn.geometry(grid)
    believed = turned.shape == like.shape and _angle(turned, like) < _STRAY_DEGREES and _same_steps(turned, like)
    return turn if believed or grid.shape != like.shape else _NO_TURN


def _refusal(grid: Geometry, like: Geometry, path: Path) -> OtherGrid:
    """The error that says what is different, measured once the mask's axes were turned to the image's."""
    turn = turn_towards(grid, like)
    turned = grid if turn is None else turn.geometry(grid)
    if turned.shape != like.shape:
        stored = grid.shape == like.shape  # in its stored order it still could be taken
        return OtherGrid(like.difference(turned), path, like.gap(grid) if stored else None)
    gap = like.gap(turned)
    reasons = []
    if grid.assumed:
        reasons.append("its file says no position")
    angle = _angle(turned, like)
    if angle > _STRAY_DEGREES / 10:
        reasons.append(f"it is turned by {angle:.3g} degrees")
    ratios = np.array(turned.spacing_mm) / np.array(like.spacing_mm)
    if np.abs(ratios - 1.0).max() > 1e-5:
        own, theirs = (" x ".join(f"{step:.6g}" for step in g.spacing_mm[::-1]) for g in (turned, like))
        reasons.append(f"its voxels are {own} mm and the image's {theirs} mm")
    reasons.append(f"its voxels lie up to {gap} away from the image's")
    return OtherGrid(" and ".join(reasons), path, gap)


def _angle(grid: Geometry, like: Geometry) -> float:
    """Largest angle between an axis of the one and the same axis of the other, in degrees."""
    matrix = like.lps_matrix()[:3, :3]
    cosines = (grid.direction * (matrix / np.linalg.norm(matrix, axis=0))).sum(axis=0)
    return float(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))).max())
