"""Images and masks with exact geometry: the only place that converts index <-> world and LPS <-> RAS.

Conventions, everywhere in this program:

* arrays are ``(z, y, x)``; an *index* is given in the same order and means a voxel **centre**;
* *world* is DICOM patient space, **LPS**, in mm (x to the left, y to posterior, z to superior);
* spacing is ``(z, y, x)`` in mm; a direction matrix has ITK's layout: its columns are the LPS directions in which
  the **x, y and z** index grow (unit vectors, not necessarily orthogonal: a sheared grid keeps its shear).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

GRID_TOLERANCE = 0.01
"""Two grids are one when their voxels lie at most this share of a voxel apart: headers are rounded, voxels are not."""
CORNER_TOLERANCE = 2 * GRID_TOLERANCE
"""The same at the corners of the block, where a spacing that was rounded (0.7812 for 0.78125) adds up."""
SHEAR_TOLERANCE = 1e-4
"""|cosine| between the slice step and an in-plane axis above which a grid counts as sheared."""
EVEN_STEP_TOLERANCE_MM = 1e-2
"""Slices count as evenly spaced when no slice is further than this from the even position."""

LPS_TO_RAS: FloatArray = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Gap:
    """How far the voxels of two grids of one shape lie apart.

    ``mm`` is the largest distance, ``voxels`` the largest along an axis in steps of the first grid, ``middle`` the same
    for the middle of the block.
    """

    mm: float
    voxels: float
    middle: float

    @property
    def is_none(self) -> bool:
        """Whether the two grids count as one."""
        return self.middle <= GRID_TOLERANCE and self.voxels <= CORNER_TOLERANCE

    def __str__(self) -> str:
        return f"{self.mm:.3g} mm ({self.voxels:.2g} voxels)"


def _frozen(values: npt.ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"expected an array of shape {shape}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("geometry must be finite")
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Geometry:
    """Where a voxel array lies in the patient.

    Parameters
    ----------
    shape:
        ``(z, y, x)``, each at least 1.
    origin_mm:
        LPS position of the centre of voxel ``(0, 0, 0)``, shape ``(3,)`` as (x, y, z) mm.
    spacing_mm:
        ``(z, y, x)`` distances between neighbouring voxel centres. With ``slice_origins_mm`` the z entry is the mean
        step.
    direction:
        ``(3, 3)``; columns are the LPS unit vectors of growing x, y and z index.
    slice_origins_mm:
        ``(z, 3)``, LPS position of voxel ``(k, 0, 0)`` for every slice, where slices are unevenly spaced; ``None``
        where ``origin + k * step`` holds.
    other_forms:
        Where else the file says that the same voxels lie (NIfTI has two forms); read masks may lie on one of these.
    assumed:
        Whether the file says no position, so that this one is assumed.
    """

    shape: tuple[int, int, int]
    origin_mm: FloatArray
    spacing_mm: tuple[float, float, float]
    direction: FloatArray
    slice_origins_mm: FloatArray | None = None
    other_forms: tuple[Geometry, ...] = ()
    assumed: bool = False

    def __post_init__(self) -> None:
        shape = tuple(int(n) for n in self.shape)
        if len(shape) != 3 or min(shape) < 1:
            raise ValueError(f"shape must be (z, y, x) with at least one voxel each, got {self.shape}")
        spacing = tuple(float(s) for s in self.spacing_mm)
        if len(spacing) != 3 or not all(np.isfinite(s) and s > 0 for s in spacing):
            raise ValueError(f"spacing must be three positive mm (z, y, x), got {self.spacing_mm}")
        direction = _frozen(self.direction, (3, 3))
        norms = np.linalg.norm(direction, axis=0)
        if not np.allclose(norms, 1.0, atol=1e-3) or abs(np.linalg.det(direction)) < 1e-3:
            raise ValueError("direction must have three independent unit columns")
        unit = direction / norms
        unit.setflags(write=False)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "spacing_mm", spacing)
        object.__setattr__(self, "direction", unit)
        object.__setattr__(self, "origin_mm", _frozen(self.origin_mm, (3,)))
        if self.slice_origins_mm is not None:
            origins = _frozen(self.slice_origins_mm, (shape[0], 3))
            along = (origins - origins[0]) @ self.normal
            if shape[0] > 1 and not (np.diff(along) > 0).all() and not (np.diff(along) < 0).all():
                raise ValueError("slice positions must be ordered along the slice normal")
            object.__setattr__(self, "slice_origins_mm", origins)

    # -- construction ---------------------------------------------------------------------------------------------
    @classmethod
    def from_lps_matrix(cls, matrix: npt.ArrayLike, shape: tuple[int, int, int]) -> Geometry:
        """Build from a 4x4 matrix that maps index ``(x, y, z, 1)`` to LPS mm; shear is kept in ``direction``."""
        m = _frozen(matrix, (4, 4))
        steps = np.linalg.norm(m[:3, :3], axis=0)
        if (steps <= 0).any():
            raise ValueError("the matrix has an axis of length zero")
        return cls(shape, m[:3, 3], (steps[2], steps[1], steps[0]), m[:3, :3] / steps)

    @classmethod
    def from_ras_affine(cls, affine: npt.ArrayLike, shape: tuple[int, int, int]) -> Geometry:
        """Build from a NIfTI affine: index ``(x, y, z, 1)`` to RAS mm. ``shape`` is still ``(z, y, x)``."""
        return cls.from_lps_matrix(LPS_TO_RAS @ np.asarray(affine, dtype=np.float64), shape)

    @classmethod
    def plain(cls, shape: tuple[int, int, int], spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Geometry:
        """An axial grid at the origin: x to the left, y to posterior, z to superior."""
        return cls(shape, np.zeros(3), spacing_mm, np.eye(3))

    # -- derived --------------------------------------------------------------------------------------------------
    @property
    def normal(self) -> FloatArray:
        """Unit normal of the slices in LPS, on the side to which the slice index grows."""
        normal = np.cross(self.direction[:, 0], self.direction[:, 1])
        normal = normal / np.linalg.norm(normal)
        return normal if normal @ self.direction[:, 2] > 0 else -normal

    @property
    def is_even(self) -> bool:
        """Whether one step leads from each slice to the next."""
        return self.slice_origins_mm is None

    @property
    def is_sheared(self) -> bool:
        """Whether the slice step (or an in-plane axis) is not orthogonal to the others, as with a gantry tilt."""
        gram = self.direction.T @ self.direction - np.eye(3)
        return bool(np.abs(gram).max() > SHEAR_TOLERANCE)

    @property
    def is_straight(self) -> bool:
        """Whether slices are even and upright: neither tilted nor uneven."""
        return self.is_even and not self.is_sheared

    @property
    def voxel_volume_ml(self) -> float:
        """Mean volume of a voxel in ml. Exact for even grids; for uneven ones see :meth:`slice_thickness_mm`."""
        return float(self.pixel_area_mm2 * self.slice_thickness_mm().mean() / 1000.0)

    @property
    def pixel_area_mm2(self) -> float:
        """Area of one pixel in its slice, in mm^2."""
        cross = np.cross(self.direction[:, 0], self.direction[:, 1])
        return float(np.linalg.norm(cross) * self.spacing_mm[1] * self.spacing_mm[2])

    def slice_thickness_mm(self) -> FloatArray:
        """``(z,)`` extent along the normal that each slice stands for: half way to both neighbours."""
        n = self.shape[0]
        if n == 1 or self.is_even:
            step = self.spacing_mm[0] * abs(float(self.direction[:, 2] @ self.normal))
            return np.full(n, step)
        along = (self.slice_origins() - self.slice_origins()[0]) @ self.normal
        gaps = np.abs(np.diff(along))
        edges = np.concatenate([gaps[:1], gaps, gaps[-1:]])
        return 0.5 * (edges[:-1] + edges[1:])

    def pixel_ml(self) -> FloatArray:
        """``(z,)`` volume in ml that a pixel of each slice stands for."""
        return self.slice_thickness_mm() * (self.pixel_area_mm2 / 1000.0)

    def slice_origins(self) -> FloatArray:
        """``(z, 3)`` LPS positions of voxel ``(k, 0, 0)``."""
        if self.slice_origins_mm is not None:
            return self.slice_origins_mm
        steps = np.arange(self.shape[0])[:, None] * self.spacing_mm[0]
        return self.origin_mm + steps * self.direction[:, 2]

    def lps_matrix(self) -> FloatArray:
        """4x4, index ``(x, y, z, 1)`` to LPS mm. For uneven slices: the even grid through first and last slice."""
        m = np.eye(4)
        z, y, x = self.spacing_mm
        m[:3, :3] = self.direction * np.array([x, y, z])
        m[:3, 3] = self.origin_mm
        if self.slice_origins_mm is not None and self.shape[0] > 1:
            m[:3, 2] = (self.slice_origins_mm[-1] - self.slice_origins_mm[0]) / (self.shape[0] - 1)
        return m

    def ras_affine(self) -> FloatArray:
        """4x4 NIfTI affine, index ``(x, y, z, 1)`` to RAS mm."""
        return LPS_TO_RAS @ self.lps_matrix()

    def index_to_world(self, index_zyx: npt.ArrayLike) -> FloatArray:
        """Map ``(..., 3)`` indices (z, y, x), fractions allowed, to ``(..., 3)`` LPS mm (x, y, z)."""
        index = np.asarray(index_zyx, dtype=np.float64)
        if self.slice_origins_mm is None:
            m = self.lps_matrix()
            return index[..., ::-1] @ m[:3, :3].T + m[:3, 3]
        base = self._slice_origin_at(index[..., 0])
        in_plane = index[..., 2:3] * self.spacing_mm[2] * self.direction[:, 0]
        in_plane = in_plane + index[..., 1:2] * self.spacing_mm[1] * self.direction[:, 1]
        return base + in_plane

    def world_to_index(self, world_lps_mm: npt.ArrayLike) -> FloatArray:
        """Map ``(..., 3)`` LPS mm (x, y, z) to fractional indices ``(..., 3)`` (z, y, x)."""
        world = np.asarray(world_lps_mm, dtype=np.float64)
        if self.slice_origins_mm is None:
            m = self.lps_matrix()
            return ((world - m[:3, 3]) @ np.linalg.inv(m[:3, :3]).T)[..., ::-1]
        origins = self.slice_origins_mm
        along = (origins - origins[0]) @ self.normal
        height = (world - origins[0]) @ self.normal
        k = piecewise_linear(height, along, np.arange(len(along), dtype=np.float64))
        flat = world - self._slice_origin_at(k)
        basis = np.stack([self.direction[:, 0] * self.spacing_mm[2], self.direction[:, 1] * self.spacing_mm[1]], axis=1)
        xy = flat @ np.linalg.pinv(basis).T
        return np.stack([k, xy[..., 1], xy[..., 0]], axis=-1)

    def _slice_origin_at(self, k: npt.ArrayLike) -> FloatArray:
        assert self.slice_origins_mm is not None
        grid = np.arange(self.shape[0], dtype=np.float64)
        parts = [piecewise_linear(np.asarray(k, dtype=np.float64), grid, self.slice_origins_mm[:, a]) for a in range(3)]
        return np.stack(parts, axis=-1)

    def corners_mm(self) -> FloatArray:
        """``(8, 3)`` LPS positions of the corners of the voxel block (half a voxel outside the centres)."""
        ends = [(-0.5, n - 0.5) for n in self.shape]
        return self.index_to_world([(z, y, x) for z in ends[0] for y in ends[1] for x in ends[2]])

    def gap(self, other: Geometry) -> Gap:
        """How far the voxels of ``other``, a grid of the same shape, lie from this one's."""
        if self.shape != other.shape:
            raise ValueError(f"grids of {self.shape} and {other.shape} voxels cannot be compared")
        corners = other.corners_mm() - self.corners_mm()
        apart = np.concatenate([corners, other.slice_origins() - self.slice_origins()])
        to_steps = np.linalg.inv(self.lps_matrix()[:3, :3]).T
        middle = float(np.abs(corners.mean(axis=0) @ to_steps).max())
        return Gap(float(np.linalg.norm(apart, axis=1).max()), float(np.abs(apart @ to_steps).max()), middle)

    def difference(self, other: Geometry) -> str:
        """Say in words how ``other`` differs from this grid; empty when it is the same grid within tolerance."""
        if self.shape != other.shape:
            return f"it has {_shape_text(other.shape)} voxels instead of {_shape_text(self.shape)}"
        gap = self.gap(other)
        return "" if gap.is_none else f"its voxels lie up to {gap} away from the image's"

    def same_grid(self, other: Geometry) -> bool:
        """Whether both grids have the same voxels within :data:`GRID_TOLERANCE`."""
        return not self.difference(other)

    def axis_letters(self) -> tuple[str, str, str]:
        """Patient letters (of L R P A S I) towards which the x, y and z index grow, by the largest component."""
        letters = []
        for column in self.direction.T:
            axis = int(np.abs(column).argmax())
            letters.append("LPS"[axis] if column[axis] > 0 else "RAI"[axis])
        return letters[0], letters[1], letters[2]

    def plane_name(self) -> str:
        """``Axial``, ``Coronal`` or ``Sagittal``, by the slice normal; ``oblique`` is added beyond 5 degrees."""
        return name_of_normal(self.normal)


def name_of_normal(normal: FloatArray) -> str:
    """``Axial``, ``Coronal`` or ``Sagittal`` by a plane's unit normal in LPS; ``oblique`` beyond 5 degrees."""
    components = np.abs(normal)
    name = ("Sagittal", "Coronal", "Axial")[int(components.argmax())]
    return name if components.max() > np.cos(np.radians(5.0)) else f"{name} oblique"


def piecewise_linear(at: FloatArray, xp: FloatArray, fp: FloatArray) -> FloatArray:
    """Piecewise linear through ``(xp, fp)``, with straight extrapolation by the end segments."""
    if len(xp) == 1:
        return np.full(np.shape(at), fp[0])
    if xp[-1] < xp[0]:
        xp, fp = xp[::-1], fp[::-1]
    i = np.clip(np.searchsorted(xp, at) - 1, 0, len(xp) - 2)
    return fp[i] + (at - xp[i]) * (fp[i + 1] - fp[i]) / (xp[i + 1] - xp[i])


def _shape_text(shape: tuple[int, int, int]) -> str:
    return " x ".join(str(n) for n in reversed(shape))


def letters_of(position_lps_mm: npt.ArrayLike) -> str:
    """Write an LPS position as radiologists read it: ``L 17.6  P 35.3  S 12.1``."""
    x, y, z = np.asarray(position_lps_mm, dtype=np.float64)
    return "  ".join(f"{p if v >= 0 else n} {abs(v):.1f}" for v, p, n in ((x, "L", "R"), (y, "P", "A"), (z, "S", "I")))


@dataclass(frozen=True)
class Turn:
    """A change of voxel order: ``order`` has the old axis of each new one (z, y, x), ``flips`` which run back."""

    order: tuple[int, int, int]
    flips: tuple[bool, bool, bool]

    @property
    def is_none(self) -> bool:
        """Whether nothing changes."""
        return self.order == (0, 1, 2) and not any(self.flips)

    def array(self, array: np.ndarray) -> np.ndarray:
        """The view of ``(z, y, x)`` values in the new order."""
        return np.flip(array.transpose(self.order), tuple(axis for axis in range(3) if self.flips[axis]))

    def geometry(self, geometry: Geometry) -> Geometry:
        """The same voxels in the new order; for even grids."""
        matrix, turned, start = geometry.lps_matrix(), np.eye(4), np.zeros(3)
        for axis in range(3):
            old = self.order[axis]
            column = matrix[:3, 2 - old]
            turned[:3, 2 - axis] = -column if self.flips[axis] else column
            start[2 - old] = geometry.shape[old] - 1 if self.flips[axis] else 0
        turned[:3, 3] = matrix[:3, :3] @ start + matrix[:3, 3]
        shape = (geometry.shape[self.order[0]], geometry.shape[self.order[1]], geometry.shape[self.order[2]])
        return Geometry.from_lps_matrix(turned, shape)


def turn_towards(geometry: Geometry, target: Geometry) -> Turn | None:
    """The order in which ``geometry``'s axes run along ``target``'s; ``None`` where they lie askew, or are uneven."""
    if not geometry.is_even:
        return None
    matrix = target.lps_matrix()[:3, :3]
    signs = np.rint(np.linalg.inv(geometry.direction) @ (matrix / np.linalg.norm(matrix, axis=0)))
    if not (np.abs(signs).sum(0) == 1).all() or not (np.abs(signs).sum(1) == 1).all():
        return None
    old_x, old_y, old_z = (int(np.abs(signs[:, axis]).argmax()) for axis in range(3))
    flips = (bool(signs[old_z, 2] < 0), bool(signs[old_y, 1] < 0), bool(signs[old_x, 0] < 0))
    return Turn((2 - old_z, 2 - old_y, 2 - old_x), flips)


def reorient_to(array: np.ndarray, geometry: Geometry, target: Geometry) -> np.ndarray | None:
    """Bring ``array`` to ``target``'s voxel order by permuting and flipping axes only, bit exact.

    Returns the view in the target's order, or ``None`` when no permutation and flip makes the two grids the same
    voxels (then the array lies on another grid and must be refused, never resampled silently).
    """
    if geometry.same_grid(target):
        return array
    turn = turn_towards(geometry, target) if target.is_even else None
    if turn is None or not turn.geometry(geometry).same_grid(target):
        return None
    return turn.array(array)


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.setflags(write=False)
    return view


@dataclass(frozen=True)
class DicomReference:
    """What an RTSTRUCT or SEG must say about the series that an image came from.

    ``sop_instance_uids`` has one entry a slice, in the volume's slice order (for enhanced multi-frame files the same
    UID repeats and ``frame_numbers`` says which frame, from 1). ``patient`` holds the tags to copy (keyword -> text).
    """

    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    sop_class_uid: str
    sop_instance_uids: tuple[str, ...]
    patient: Mapping[str, str] = field(default_factory=dict)
    frame_numbers: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Volume:
    """A scan: voxel values on a grid. Immutable; the array is a read-only view.

    Parameters
    ----------
    array:
        ``(z, y, x)``, float32 or an integer type, finite (readers count NaN voxels, fill and warn).
    geometry:
        Its grid; ``geometry.shape == array.shape``.
    unit:
        Unit of the values, for instance ``"HU"``; empty where the values have none.
    modality:
        ``"CT"``, ``"MR"``, ``"PT"``, ... or empty when the file does not say.
    window:
        ``(centre, width)`` from the file's header, else ``None``.
    dicom:
        The series that the voxels are those of, else ``None``.
    derived_from, derivation:
        For resampled voxels: the series that they came from, and what was done, as a sentence.
    estimated:
        Whether a model made the values up: nobody acquired them, and they are never written as an image.
    """

    array: np.ndarray
    geometry: Geometry
    unit: str = ""
    modality: str = ""
    description: str = ""
    window: tuple[float, float] | None = None
    dicom: DicomReference | None = None
    derived_from: DicomReference | None = None
    derivation: str = ""
    estimated: bool = False

    def __post_init__(self) -> None:
        if self.array.shape != self.geometry.shape:
            raise ValueError(f"array {self.array.shape} does not fit the grid {self.geometry.shape}")
        object.__setattr__(self, "array", _read_only(self.array))

    @property
    def origin(self) -> DicomReference | None:
        """The DICOM series that this is or was made from: whose patient it shows."""
        return self.dicom or self.derived_from

    def display_window(self) -> tuple[float, float]:
        """``(centre, width)``: the header's, else the 1st to 99th percentile; the width is never 0."""
        if self.window is not None and self.window[1] > 0:
            return self.window
        step = max(1, self.array.size // 500_000)
        low, high = np.percentile(self.array.reshape(-1)[::step], (1.0, 99.0))
        if high <= low:
            low, high = float(self.array.min()), float(self.array.max())
        return float(low + high) / 2, max(float(high - low), 1e-6)


@dataclass(frozen=True, eq=False)
class Mask:
    """A binary region on a grid: ``array`` is ``(z, y, x)`` bool, read-only.

    ``remark`` says what somebody decided to bring it onto the grid; empty for a mask that lay there.
    """

    array: np.ndarray
    geometry: Geometry
    name: str = ""
    remark: str = ""

    def __post_init__(self) -> None:
        if self.array.shape != self.geometry.shape:
            raise ValueError(f"array {self.array.shape} does not fit the grid {self.geometry.shape}")
        object.__setattr__(self, "array", _read_only(np.asarray(self.array, dtype=bool)))

    @property
    def volume_ml(self) -> float:
        """Volume in ml: each slice's pixels times what the slice stands for."""
        return areas_to_ml(self.array.sum(axis=(1, 2)), self.geometry)


def areas_to_ml(pixels_per_slice: npt.ArrayLike, geometry: Geometry) -> float:
    """Volume in ml of a region with ``(z,)`` pixel counts (fractions allowed) on ``geometry``."""
    pixels = np.asarray(pixels_per_slice, dtype=np.float64)
    return float(pixels @ geometry.pixel_ml())


@dataclass(frozen=True, eq=False)
class Reading:
    """One rater's drawing of one structure; ``reading`` tells repeated readings apart (``""`` for the only one)."""

    rater: str
    structure: str
    mask: Mask
    reading: str = ""


@dataclass(frozen=True, eq=False)
class Study:
    """One case: co-registered channels on one grid, the structures looked at, and what raters drew.

    ``channels`` keeps its order; the first is the one shown. ``notices`` are sentences for the user (uneven slices,
    resampled channels, NaN voxels, skipped files).
    """

    name: str
    channels: Mapping[str, Volume]
    structures: tuple[str, ...] = ("structure",)
    readings: tuple[Reading, ...] = ()
    notices: tuple[str, ...] = ()
    source: Any = None

    def __post_init__(self) -> None:
        if not self.channels:
            raise ValueError("a study has at least one channel")
        object.__setattr__(self, "channels", MappingProxyType(dict(self.channels)))
        for name, volume in self.channels.items():
            difference = self.geometry.difference(volume.geometry)
            if difference:
                raise ValueError(f"channel {name} is not on the study's grid: {difference}")
        for reading in self.readings:
            difference = self.geometry.difference(reading.mask.geometry)
            if difference:
                raise ValueError(f"mask of {reading.rater} is not on the study's grid: {difference}")

    @property
    def image(self) -> Volume:
        """The first channel."""
        return next(iter(self.channels.values()))

    @property
    def geometry(self) -> Geometry:
        """The grid that all channels and masks share."""
        return self.image.geometry

    def readings_of(self, structure: str, drawn: Sequence[str]) -> tuple[Reading, ...]:
        """Readings of what a model that draws the structures ``drawn`` calls ``structure``: those of that name.

        Only where study and model know one structure each are these two taken for the same, whatever they are called:
        with several, the only one of the other side could be any of them.
        """
        only = len(self.structures) == len(drawn) == 1
        return tuple(reading for reading in self.readings if only or reading.structure == structure)

    @property
    def raters(self) -> tuple[str, ...]:
        """Names of those who drew anything here, in order of first appearance."""
        return tuple(dict.fromkeys(reading.rater for reading in self.readings))
