"""Masks and maps out, in the format asked for: the window's export dialog and ``proseg-gui export`` both call this."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.atomic import Writer, atomic_write_all
from proseg_gui.io.nifti import nifti_writers, write_nifti
from proseg_gui.io.provenance import Provenance
from proseg_gui.io.rtstruct import Roi, write_rtstruct
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Mask, Study, Volume

FORMATS = ("nifti", "rtstruct", "seg")

COLOURS = (
    *((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167)),
    (170, 170, 170),
)
"""ROI colours in turn: Okabe and Ito's colour-blind-safe set, with grey for its black."""


def export_masks(
    image: Study | Volume,
    masks: Sequence[tuple[str, Mask]],
    fmt: str,
    out: str | Path,
    *,
    overwrite: bool = False,
    append_to: str | Path | None = None,
    provenance: Provenance | Mapping[str, Provenance] | None = None,
    colours: Mapping[str, tuple[int, int, int]] | None = None,
    interpreted_types: Mapping[str, str] | None = None,
    deidentify: bool = False,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write named masks and read them back.

    Parameters
    ----------
    image:
        What the masks were drawn on: its grid must be theirs.
    masks:
        (name, mask) pairs.
    fmt:
        ``nifti``: one mask goes to ``out``; of several, each goes to ``<out's stem>_<name>.nii.gz`` beside it, or
        into ``out`` when that has no NIfTI ending (a folder). ``rtstruct``: one file with an ROI for each mask.
    append_to:
        ``rtstruct`` only: a structure set whose ROIs are kept.
    provenance:
        One for all, or by mask name.
    colours, interpreted_types:
        ``rtstruct`` only, by mask name.
    deidentify:
        Drop patient and study tags. NIfTI files never have any.

    Returns
    -------
    The files written, and notices for the user.

    Raises
    ------
    UserError
        If a format is unknown or not built yet, a mask lies on another grid, or a file exists or cannot be written.
    """
    volume = image.image if isinstance(image, Study) else image
    out = Path(out)
    if not masks:
        raise UserError("there is no mask to export", path=out)
    if fmt not in FORMATS:
        raise UserError(f"there is no format {fmt!r}", remedy=f"Choose one of {', '.join(FORMATS)}")
    if fmt == "seg":
        raise UserError("DICOM SEG cannot be written yet", path=out, remedy="Choose rtstruct or nifti")
    if fmt == "nifti":
        if append_to is not None:
            raise UserError("masks can be appended to a structure set only", path=append_to, remedy="Choose rtstruct")
        return _to_nifti(volume, masks, out, overwrite, provenance, progress, token)
    rois = [
        Roi(
            name,
            mask,
            (colours or {}).get(name, COLOURS[number % len(COLOURS)]),
            (interpreted_types or {}).get(name, ""),
            _provenance_of(provenance, name),
        )
        for number, (name, mask) in enumerate(masks)
    ]
    notices = write_rtstruct(
        rois,
        volume,
        out,
        overwrite=overwrite,
        provenance=None if isinstance(provenance, Mapping) else provenance,
        append_to=append_to,
        deidentify=deidentify,
        progress=progress,
        token=token,
    )
    return (out,), notices


def export_map(
    image: Study | Volume,
    array: np.ndarray,
    out: str | Path,
    *,
    unit: str = "",
    overwrite: bool = False,
    provenance: Provenance | None = None,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write a float map ``(z, y, x)`` (probability, uncertainty) as float32 NIfTI on the image's grid."""
    volume = image.image if isinstance(image, Study) else image
    values = np.asarray(array, dtype=np.float32)
    notices = write_nifti(values, volume.geometry, out, overwrite=overwrite, provenance=provenance, unit=unit)
    return (Path(out),), notices


def file_name(name: str) -> str:
    """``name`` as part of a file name on any system: letters, digits, dot, dash and underscore."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._") or "mask"


def nifti_paths(names: Sequence[str], out: Path) -> list[Path]:
    """Where each of several masks goes when ``out`` was asked for."""
    if not out.name.lower().endswith((".nii", ".nii.gz")):
        return [out / f"{file_name(name)}.nii.gz" for name in names]
    if len(names) == 1:
        return [out]
    suffix = ".nii.gz" if out.name.lower().endswith(".nii.gz") else ".nii"
    stem = out.name[: -len(suffix)]
    return [out.with_name(f"{stem}_{file_name(name)}{suffix}") for name in names]


def _to_nifti(
    volume: Volume,
    masks: Sequence[tuple[str, Mask]],
    out: Path,
    overwrite: bool,
    provenance: Provenance | Mapping[str, Provenance] | None,
    progress: Progress,
    token: CancelToken | None,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    paths = nifti_paths([name for name, _ in masks], out)
    repeated = [path for number, path in enumerate(paths) if path in paths[:number]]
    if repeated:
        raise UserError("two masks would go to this file", path=repeated[0], remedy="Give each mask its own name")
    writers: dict[Path, Writer] = {}
    notices: dict[str, None] = {}
    for (name, mask), path in zip(masks, paths, strict=True):
        if token is not None:
            token.check()
        difference = volume.geometry.difference(mask.geometry)
        if difference:
            raise UserError(f"the mask {name!r} is not on the image's grid: {difference}", path=path)
        named = Mask(mask.array, volume.geometry, name)
        more, said = nifti_writers(named, volume.geometry, path, provenance=_provenance_of(provenance, name))
        writers.update(more)
        notices.update(dict.fromkeys(said))
    progress(0.5, "writing")
    atomic_write_all(writers, overwrite=overwrite)
    progress(1.0, "checked")
    return tuple(paths), tuple(notices)


def _provenance_of(provenance: Provenance | Mapping[str, Provenance] | None, name: str) -> Provenance | None:
    return provenance.get(name) if isinstance(provenance, Mapping) else provenance
