"""Masks out in the format asked for: what ``proseg-gui export`` does, callable from Python."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import Writer, atomic_write_all
from proseg_gui.io.base.names import code_of, shortened
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.structure_codes import StructureCode, structure_codes
from proseg_gui.io.dicom.deidentify import check_names, check_pseudonym
from proseg_gui.io.dicom.deidentify import pseudonym as find_pseudonym
from proseg_gui.io.images.nifti_write import nifti_writers
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Mask, Study, Volume

FORMATS = ("nifti", "rtstruct", "seg")

COLOURS = (
    *((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167)),
    (170, 170, 170),
)
"""ROI colours in turn: Okabe and Ito's colour-blind-safe set, with grey for its black."""


Content = Mask | np.ndarray
"""What an export is about: a mask, or shares from 0 to 1 ``(z, y, x)``."""


def export_masks(
    image: Study | Volume,
    masks: Sequence[tuple[str, Content]],
    fmt: str,
    out: str | Path,
    *,
    overwrite: bool = False,
    append_to: str | Path | None = None,
    origins: Sequence[Provenance | None] | None = None,
    deidentify: bool = False,
    pseudonym: str = "",
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
        (name, mask) pairs; for ``seg`` all of them may be arrays of shares from 0 to 1 ``(z, y, x)`` instead.
    fmt:
        ``nifti``: one mask goes to ``out``; of several, each goes to ``<out's stem>_<name>.nii.gz`` beside it, or
        into ``out`` when that has no NIfTI ending (a folder). ``rtstruct``: one file with an ROI for each mask.
        ``seg``: one DICOM SEG with a segment for each, binary; for shares fractional, in steps of 1/255.
    append_to:
        ``rtstruct`` only: a structure set whose ROIs are kept.
    origins:
        Where each mask came from; ``None`` where that is not known, which the files then say.
    deidentify:
        Write nothing about the patient, raters or the user; DICOM files then come with a copy of the image without
        patient data, to which they refer.
    pseudonym:
        With ``deidentify``, DICOM formats only: what the patient is called. All exports of a study under this name
        have the same study, frame of reference and image UIDs (docs/decisions/io-deidentify.md).
    codes:
        ``seg`` only: what each mask is, in DICOM's words; ``Tissue`` without.
    notices:
        Sentences for the user are appended here.

    Raises
    ------
    UserError
        If a format is unknown, a mask lies on another grid, a file exists or cannot be written, or a word of the
        patient's is in a name that a de-identified file would hold.
    """
    volume = image.image if isinstance(image, Study) else image
    out = Path(out)
    told = [origin or Provenance() for origin in origins or [None] * len(masks)]
    if not masks:
        raise UserError("there is no mask to export", path=out)
    if fmt not in FORMATS:
        raise UserError(f"there is no format {fmt!r}", remedy=f"Choose one of {', '.join(FORMATS)}")
    drawn = [(name, content) for name, content in masks if isinstance(content, Mask)]
    soft = len(drawn) < len(masks)
    if soft and (drawn or fmt != "seg"):
        raise UserError("shares go into a DICOM SEG of their own", path=out, remedy="Choose seg, and leave masks out")
    if append_to is not None and fmt != "rtstruct":
        raise UserError("masks can be appended to a structure set only", path=append_to, remedy="Choose rtstruct")
    colours = [COLOURS[number % len(COLOURS)] for number in range(len(masks))]
    named = None
    if pseudonym and (not deidentify or fmt == "nifti"):
        raise UserError("a pseudonym is for de-identified DICOM", remedy="Choose rtstruct or seg, and de-identify")
    if deidentify:
        told = [origin.anonymous() for origin in told]
        check_names([name for name, _ in masks], volume.origin)
        if pseudonym:
            named = find_pseudonym(pseudonym)
            check_pseudonym(named, volume.origin)
    if fmt == "nifti":
        paths, said = _to_nifti(volume, drawn, out, overwrite, told, progress, token)
    elif fmt == "seg":
        from proseg_gui.io.contours.seg_write import Segment, write_seg  # highdicom takes a moment to import

        codes = [structure_codes()[0]] * len(masks) if codes is None else codes
        said = write_seg(
            [
                Segment(name, content, colour, code, origin)
                for (name, content), colour, code, origin in zip(masks, colours, codes, told, strict=True)
            ],
            volume,
            out,
            "fractional" if soft else "binary",
            overwrite=overwrite,
            provenance=_shared(told),
            deidentified=deidentify,
            named=named,
            progress=progress,
            token=token,
        )
        paths = (out,)
    else:
        said = write_rtstruct(
            [
                Roi(name, mask, colour, provenance=origin)
                for (name, mask), colour, origin in zip(drawn, colours, told, strict=True)
            ],
            volume,
            out,
            overwrite=overwrite,
            provenance=_shared(told),
            append_to=append_to,
            deidentified=deidentify,
            named=named,
            progress=progress,
            token=token,
        )
        paths = (out,)
    if notices is not None:
        notices += said
    return paths


def _shared(origins: Sequence[Provenance]) -> Provenance:
    """Who writes this file now, and with which model, where all masks come from the same one."""
    first = origins[0]
    same = {(o.model, o.model_version, o.bundle_sha256, o.image) for o in origins}
    if len(same) > 1:
        return Provenance()
    version, sha256, image = first.model_version, first.bundle_sha256, first.image
    return Provenance(first.model, version, sha256, image=image)


def file_name(name: str) -> str:
    """``name`` as part of a file name on any system: letters, digits, dot, dash and underscore."""
    return shortened(re.sub(r"[^\w.-]+", "_", name).strip("._")) or "mask"


def nifti_paths(names: Sequence[str], out: Path) -> list[Path]:
    """Where each of several masks goes when ``out`` was asked for; names that differ have files that differ."""
    if out.name.lower().endswith((".nii", ".nii.gz")) and len(names) == 1:
        return [out]
    clean = [file_name(name) for name in names]
    alike = Counter(part.casefold() for part in clean)
    parts = [
        part if alike[part.casefold()] == 1 else f"{part}_{code_of(name)}"
        for part, name in zip(clean, names, strict=True)
    ]
    if not out.name.lower().endswith((".nii", ".nii.gz")):
        return [out / f"{part}.nii.gz" for part in parts]
    suffix = ".nii.gz" if out.name.lower().endswith(".nii.gz") else ".nii"
    stem = out.name[: -len(suffix)]
    return [out.with_name(f"{stem}_{part}{suffix}") for part in parts]


def _to_nifti(
    volume: Volume,
    masks: Sequence[tuple[str, Mask]],
    out: Path,
    overwrite: bool,
    origins: Sequence[Provenance],
    progress: Progress,
    token: CancelToken | None,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    paths = nifti_paths([name for name, _ in masks], out)
    repeated = [path for number, path in enumerate(paths) if path in paths[:number]]
    if repeated:
        raise UserError("two masks would go to this file", path=repeated[0], remedy="Give each mask its own name")
    writers: dict[Path, Writer] = {}
    notices: dict[str, None] = {}
    for (name, mask), path, origin in zip(masks, paths, origins, strict=True):
        if token is not None:
            token.check()
        difference = volume.geometry.difference(mask.geometry)
        if difference:
            raise UserError(f"the mask {name!r} is not on the image's grid: {difference}", path=path)
        named = Mask(mask.array, volume.geometry, name)
        more, said = nifti_writers(named, volume.geometry, path, provenance=origin)
        writers.update(more)
        notices.update(dict.fromkeys(said))
    progress(0.5, "writing")
    atomic_write_all(writers, overwrite=overwrite)
    progress(1.0, "checked")
    return tuple(paths), tuple(notices)
