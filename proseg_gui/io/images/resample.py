"""An image brought to another grid, or to an even and upright one: linear, slice by slice, through patient mm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from proseg_gui.errors import UserError
from proseg_gui.io.base.progress import share_of
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Geometry, Mask, Study, Volume

_MOST_SLICES = 4096
STRAIGHTENED = "Straightened: tilted or uneven slices were resampled linearly to an even, upright grid"


def resample_to(
    volume: Volume, target: Geometry, *, progress: Progress = no_progress, token: CancelToken | None = None
) -> Volume:
    """``volume`` on ``target``'s grid, float32, by trilinear interpolation between voxel centres.

    Works for oblique, tilted and uneven grids alike, since both grids map through world mm. Voxels whose centre lies
    outside the source's voxel block get its smallest value (background). The result is no DICOM series any more, but
    still of the patient and the study of the one that it came from.
    """
    source = volume.array.astype(np.float32, copy=False)
    background = float(source.min())
    result = np.empty(target.shape, np.float32)
    limits = np.array(source.shape, dtype=np.float64) - 1.0
    rows, columns = np.indices(target.shape[1:], dtype=np.float64)
    for k in range(target.shape[0]):
        if token is not None:
            token.check()
        progress(k / target.shape[0], f"resampling slice {k + 1} of {target.shape[0]}")
        index = np.stack([np.full_like(rows, k), rows, columns], axis=-1)
        at = volume.geometry.world_to_index(target.index_to_world(index))
        inside = ((at >= -0.5 - 1e-6) & (at <= limits + 0.5 + 1e-6)).all(axis=-1)
        nearest = np.clip(at, 0.0, limits).transpose(2, 0, 1)
        values = ndimage.map_coordinates(source, nearest, order=1, mode="nearest")
        result[k] = np.where(inside, values, background)
    return replace(volume, array=result, geometry=target, dicom=None, derived_from=volume.origin)


def nearest_on(mask: np.ndarray, source: Geometry, target: Geometry) -> np.ndarray:
    """A ``(z, y, x)`` mask on ``source``'s grid as it is on ``target``'s: each voxel's nearest neighbour.

    Voxels whose centre lies outside the source's voxel block are not in it.
    """
    result = np.zeros(target.shape, bool)
    limits = np.array(mask.shape) - 1
    rows, columns = np.indices(target.shape[1:], dtype=np.float64)
    for k in range(target.shape[0]):
        at = source.world_to_index(target.index_to_world(np.stack([np.full_like(rows, k), rows, columns], axis=-1)))
        inside = ((at >= -0.5 - 1e-6) & (at <= limits + 0.5 + 1e-6)).all(axis=-1)
        nearest = np.clip(np.rint(at), 0, limits).astype(np.intp)
        result[k] = inside & mask[nearest[..., 0], nearest[..., 1], nearest[..., 2]]
    return result


def straight_grid(geometry: Geometry) -> Geometry:
    """An even grid with upright slices that holds every voxel centre of a tilted or uneven one.

    In-plane axes and spacing stay; the step is the median distance between slices along their normal.

    Raises
    ------
    UserError
        If the slices lie so unevenly that the grid would need more than 4096 of them.
    """
    x, normal = geometry.direction[:, 0], geometry.normal
    y = np.cross(normal, x)
    y = y if y @ geometry.direction[:, 1] > 0 else -y
    offsets = geometry.slice_origins() - geometry.slice_origins()[0]
    step_z, step_y, step_x = geometry.spacing_mm
    along = offsets @ normal
    if geometry.shape[0] > 1:
        step_z = float(np.median(np.abs(np.diff(along))))
    counts, start = [], geometry.slice_origins()[0]
    axes = ((normal, step_z, 1), (y, step_y, geometry.shape[1]), (x, step_x, geometry.shape[2]))
    for axis, step, size in axes:
        places = offsets @ axis
        start = start + axis * places.min()
        counts.append(int(np.ceil(np.ptp(places) / step - 1e-3)) + size)
    if counts[0] > _MOST_SLICES:
        raise UserError(f"an even grid would need {counts[0]} slices; the slices lie too unevenly to resample")
    shape = (counts[0], counts[1], counts[2])
    return Geometry(shape, start, (step_z, step_y, step_x), np.stack([x, y, normal], axis=1))


def straightened(
    study: Study, *, progress: Progress = no_progress, token: CancelToken | None = None
) -> tuple[Study, tuple[str, ...]]:
    """``study`` on an even grid with upright slices, and the notice that says so; as it is where it has one already.

    Images are resampled linearly; a voxel belongs to a mask where the mask, resampled linearly, is at least 1/2. The
    new study says so in its name, its notices and its images' derivation, which every export repeats. It refers to no
    DICOM slices, since the original's lie elsewhere, but remains of the same patient, study and frame of reference.

    Raises
    ------
    UserError
        If the slices lie too unevenly (:func:`straight_grid`).
    Cancelled
        When ``token`` is raised.
    """
    geometry = study.geometry
    if geometry.is_straight:
        return study, ()
    target = straight_grid(geometry)
    steps = len(study.channels) + len(study.readings)
    parts = iter([share_of(progress, i / steps, (i + 1) / steps) for i in range(steps)])
    size = f"{target.shape[2]} x {target.shape[1]} x {target.shape[0]} voxels"
    channels = {}
    for name, volume in study.channels.items():
        done = f"{volume.derivation} {STRAIGHTENED} of {size}.".strip()
        channels[name] = replace(resample_to(volume, target, progress=next(parts), token=token), derivation=done)
    readings = []
    for reading in study.readings:
        values = Volume(reading.mask.array.astype(np.float32), geometry)
        array = resample_to(values, target, progress=next(parts), token=token).array >= 0.5
        readings.append(replace(reading, mask=Mask(array, target, reading.mask.name, reading.mask.remark)))
    text = f"The slices were resampled to an even, upright grid of {size}, as asked for."
    name, notices = f"{study.name}, straightened", (*study.notices, text)
    return replace(study, name=name, channels=channels, readings=tuple(readings), notices=notices), (text,)
