"""A study written as a case of a dataset: image and rater masks as NIfTI, as ``io/dataset.py`` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import Writer, atomic_write_all
from proseg_gui.io.base.names import file_name, file_names
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.contours.lidc import STRUCTURE, Box, LidcReadings
from proseg_gui.io.images.nifti_write import nifti_writers, remarked
from proseg_gui.io.images.reading import image_stem, read_image
from proseg_gui.volume import DicomReference, Geometry, Mask, Reading, Study, Volume

_IMAGE = "image.nii.gz"
_MARGIN_MM, _MARGIN_SLICES = 20.0, 2


def write_case(
    study: Study, folder: str | Path, *, overwrite: bool = False, origin: Provenance | None = None
) -> tuple[list[Path], tuple[str, ...]]:
    """Write ``image.nii.gz`` and ``masks/STRUCTURE/RATER.nii.gz``; returns the files and what the user should know.

    A case that is there already with the same image gets the new masks beside its own; masks that exist need
    ``overwrite``. Voxels are exact: int16 where they fit, else float32. ``origin`` says where the masks come from.

    Raises
    ------
    UserError
        If the folder holds another image, a mask exists, or something cannot be written.
    """
    folder = Path(folder)
    origin = Provenance() if origin is None else origin
    image = study.image
    values = image.array
    if values.dtype not in (np.uint8, np.int16):
        fits = values.dtype.kind in "iu" and np.iinfo(np.int16).min <= values.min() <= values.max() <= 32767
        values = values.astype(np.int16 if fits else np.float32)
    writers: dict[Path, Writer] = {}
    notices: tuple[str, ...] = ()
    if (folder / _IMAGE).exists() and not overwrite:
        _check_same(values, image.geometry, folder / _IMAGE)
    else:
        whole = replace(origin, image=image.derivation)
        writers, notices = nifti_writers(values, image.geometry, folder / _IMAGE, unit=image.unit, provenance=whole)
    paths = _mask_paths(study.readings, folder / "masks")
    for reading, path in zip(study.readings, paths, strict=True):
        if path in writers:
            raise UserError(
                f"two masks would both be {path.name}", path=path, remedy="Give each file its own --rater name"
            )
        labels = {1: reading.structure}
        drawn = remarked(replace(origin, rater=reading.rater, image=image.derivation), reading.mask.remark)
        more, _ = nifti_writers(reading.mask, image.geometry, path, labels=labels, provenance=drawn)
        writers.update(more)
    atomic_write_all(writers, overwrite=overwrite)
    return [path for path in writers if path.suffix != ".json"], notices


def _mask_paths(readings: Sequence[Reading], masks: Path) -> list[Path]:
    """``STRUCTURE/RATER.nii.gz`` for each reading, beside what is there; names that differ have files that differ."""
    there = [item.name for item in masks.iterdir()] if masks.is_dir() else []
    folders = file_names((reading.structure for reading in readings), beside=there)
    paths = []
    for reading in readings:
        folder = masks / folders[reading.structure]
        raters = [r.rater for r in readings if r.structure == reading.structure]
        drawn = {image_stem(item).partition("@")[0] for item in folder.iterdir()} if folder.is_dir() else set()
        name = file_names(raters, beside=sorted(drawn))[reading.rater]
        paths.append(folder / f"{name}{f'@{file_name(reading.reading)}' if reading.reading else ''}.nii.gz")
    return paths


def _check_same(values: np.ndarray, geometry: Geometry, path: Path) -> None:
    there, _ = read_image(path)
    even = Geometry.from_lps_matrix(geometry.lps_matrix(), geometry.shape)
    if not there.geometry.same_grid(even) or not np.array_equal(there.array, values):
        raise UserError(
            "the case holds another image already", path=path, remedy="Choose another folder or give --overwrite"
        )


def nodule_study(volume: Volume, readings: LidcReadings, number: int, name: str) -> Study:
    """One nodule of an LIDC scan as a study of its own: the image cut to a box around it, one mask for each reader.

    The box is the nodule's with 20 mm and two slices around it. A reader who saw the scan but outlined nothing there
    has an empty mask; one who put a mark without an outline has none, nor has one of whom a nodule was left out.
    """
    nodule = readings.nodules[number]
    box = _grown(nodule.box, volume.geometry)
    cut = crop(volume, box)
    found = []
    for reader in readings.readers:
        if reader in nodule.points or (reader in readings.incomplete and reader not in nodule.masks):
            continue
        array = np.zeros(cut.geometry.shape, dtype=bool)
        if reader in nodule.masks:
            array[tuple(slice(i.start - o.start, i.stop - o.start) for i, o in zip(nodule.box, box, strict=True))] = (
                nodule.masks[reader]
            )
        found.append(Reading(reader, STRUCTURE, Mask(array, cut.geometry, STRUCTURE)))
    return Study(name, {"image": cut}, (STRUCTURE,), tuple(found))


def _grown(box: Box, geometry: Geometry) -> Box:
    margins = (_MARGIN_SLICES, *(int(np.ceil(_MARGIN_MM / step)) for step in geometry.spacing_mm[1:]))
    z, y, x = (
        slice(max(0, part.start - margin), min(n, part.stop + margin))
        for part, margin, n in zip(box, margins, geometry.shape, strict=True)
    )
    return z, y, x


def crop(volume: Volume, box: Box) -> Volume:
    """The voxels of ``box`` (z, y, x slices with a start and a stop), in their place."""
    z, y, x = box
    geometry = volume.geometry
    shape = (z.stop - z.start, y.stop - y.start, x.stop - x.start)
    shift = geometry.direction[:, 0] * geometry.spacing_mm[2] * x.start
    shift = shift + geometry.direction[:, 1] * geometry.spacing_mm[1] * y.start
    origins = geometry.slice_origins()[z] + shift
    step = geometry.spacing_mm[0]
    if not geometry.is_even and shape[0] > 1:
        step = float(np.linalg.norm(origins[-1] - origins[0])) / (shape[0] - 1)
    cut = Geometry(
        shape,
        origins[0],
        (step, *geometry.spacing_mm[1:]),
        geometry.direction,
        None if geometry.is_even else origins,
    )
    return replace(volume, array=volume.array[box], geometry=cut, dicom=_slices(volume.dicom, z))


def _slices(reference: DicomReference | None, z: slice) -> DicomReference | None:
    if reference is None:
        return None
    uids, frames = reference.sop_instance_uids[z], reference.frame_numbers[z]
    return replace(reference, sop_instance_uids=uids, frame_numbers=frames)
