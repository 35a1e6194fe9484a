"""Masks out in the format asked for: what ``proseg-gui export`` does, callable from Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.atomic import Writer, atomic_write_all
from proseg_gui.io.nifti import nifti_writers
from proseg_gui.io.provenance import Provenance
from proseg_gui.io.rtstruct import Roi, write_rtstruct
from proseg_gui.io.structure_codes import StructureCode, structure_codes
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
    provenance: Provenance | None = None,
    deidentify: bool = False,
    codes: Sequence[StructureCode] | None = None,
    notices: list[str] | None = None,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> tuple[Path, ...]:
    """Write named masks, read them back, and return the files.

    Parameters
    ----------
    image:
        What the masks were drawn on: its grid must be theirs.
    masks:
        (name, mask) pairs.
    fmt:
        ``nifti``: one mask goes to ``out``; of several, each goes to ``<out's stem>_<name>.nii.gz`` beside it, or
        into ``out`` when that has no NIfTI ending (a folder). ``rtstruct``: one file with an ROI for each mask.
        ``seg``: one binary DICOM SEG with a segment for each.
    append_to:
        ``rtstruct`` only: a structure set whose ROIs are kept.
    provenance:
        Where the masks came from; without, the files say that no model was used.
    deidentify:
        Write nothing about the patient or the user; DICOM files then come with a copy of the image without patient
        data, to which they refer. NIfTI files never hold patient data.
    codes:
        ``seg`` only: what each mask is, in DICOM's words; ``Tissue`` without.
    notices:
        Sentences for the user are appended here.

    Raises
    ------
    UserError
        If a format is unknown, a mask lies on another grid, or a file exists or cannot be written.
    """
    volume = image.image if isinstance(image, Study) else image
    out = Path(out)
    provenance = Provenance() if provenance is None else provenance
    if not masks:
        raise UserError("there is no mask to export", path=out)
    if fmt not in FORMATS:
        raise UserError(f"there is no format {fmt!r}", remedy=f"Choose one of {', '.join(FORMATS)}")
    if append_to is not None and fmt != "rtstruct":
        raise UserError("masks can be appended to a structure set only", path=append_to, remedy="Choose rtstruct")
    colours = [COLOURS[number % len(COLOURS)] for number in range(len(masks))]
    if deidentify:
        provenance = provenance.anonymous()
    if fmt == "nifti":
        paths, said = _to_nifti(volume, masks, out, overwrite, provenance, progress, token)
    elif fmt == "seg":
        from proseg_gui.io.dicom_seg import Segment, write_seg  # highdicom takes a moment to import

        codes = [structure_codes()[0]] * len(masks) if codes is None else codes
        said = write_seg(
            [
                Segment(name, mask, colour, code, provenance)
                for (name, mask), colour, code in zip(masks, colours, codes, strict=True)
            ],
            volume,
            out,
            overwrite=overwrite,
            provenance=provenance,
            deidentified=deidentify,
            progress=progress,
            token=token,
        )
        paths = (out,)
    else:
        said = write_rtstruct(
            [Roi(name, mask, colour) for (name, mask), colour in zip(masks, colours, strict=True)],
            volume,
            out,
            overwrite=overwrite,
            provenance=provenance,
            append_to=append_to,
            deidentified=deidentify,
            progress=progress,
            token=token,
        )
        paths = (out,)
    if notices is not None:
        notices += said
    return paths


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
    provenance: Provenance,
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
        more, said = nifti_writers(named, volume.geometry, path, provenance=provenance)
        writers.update(more)
        notices.update(dict.fromkeys(said))
    progress(0.5, "writing")
    atomic_write_all(writers, overwrite=overwrite)
    progress(1.0, "checked")
    return tuple(paths), tuple(notices)
