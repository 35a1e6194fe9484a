"""Contours of any kind as readings of an image: RTSTRUCT, DICOM SEG, label maps, LIDC-IDRI XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pydicom
from pydicom.uid import RTStructureSetStorage, SegmentationStorage

from proseg_gui.errors import UserError
from proseg_gui.io.contours.label_map import looks_like_label_map, read_label_map
from proseg_gui.io.contours.lidc import lidc_masks, read_lidc
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.seg_read import read_seg
from proseg_gui.io.dicom.headers import DAMAGE, read_header
from proseg_gui.io.images.nifti_read import looks_like_nifti
from proseg_gui.io.images.reading import image_stem, image_suffix
from proseg_gui.io.kinds import looks_like_lidc
from proseg_gui.io.shown import plain
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Mask, Reading, Study, Volume

LABEL_MAP_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.7"
SEGMENTATIONS = (str(SegmentationStorage), LABEL_MAP_SEGMENTATION)
ONE_STRUCTURE = "structure"
_MACHINE_MADE = re.compile(r"^\d|\d+\.\d+\.\d+|^(IM|RS|RT|SEG|SC|I|MR|CT|PT)[-_.]?\d+|^[0-9A-Fa-f]{8,}$", re.IGNORECASE)


def kind_of(path: Path) -> str:
    """``structure set``, ``segmentation``, ``label map``, ``LIDC reading``, or empty for none of them.

    Raises
    ------
    UserError
        If the file does not exist or cannot be read.
    """
    if not path.is_file():
        raise UserError("there is no such file", path=path, remedy="Check the name")
    try:
        if looks_like_lidc(path):
            return "LIDC reading"
        if image_suffix(path) or looks_like_nifti(path):
            return "label map"
        header = read_header(path)
    except OSError as error:
        raise UserError(f"the file cannot be read ({error.strerror or error})", path=path) from error
    if header is None:
        return ""
    if header.sop_class == RTStructureSetStorage:
        return "structure set"
    return "segmentation" if str(header.sop_class) in SEGMENTATIONS else ""


def is_drawing(path: Path) -> bool:
    """Whether a file holds contours rather than a scan: by its kind, and for an image file by its values.

    Raises
    ------
    UserError
        If the file does not exist or cannot be read.
    """
    kind = kind_of(path)
    return looks_like_label_map(path) if kind == "label map" else bool(kind)


def read_masks(
    path: Path,
    volume: Volume,
    notices: list[str],
    token: CancelToken | None = None,
    *,
    accept_grid: bool = False,
) -> list[Mask]:
    """Every region of one file as a mask on ``volume``'s grid, each under a name of its own.

    ``accept_grid`` takes a label map that lies on another grid voxel for voxel.

    Raises
    ------
    UserError
        If the file holds no contours, is damaged, or belongs to another image.
    """
    kind = kind_of(path)
    if kind == "structure set":
        masks = read_rtstruct(path, volume, notices=notices, token=token)
    elif kind == "segmentation":
        masks = read_seg(path, volume, token=token)
    elif kind == "label map":
        masks = read_label_map(path, volume.geometry, notices=notices, accept_grid=accept_grid)
    else:
        raise UserError(
            "it holds no contours",
            path=path,
            remedy="RTSTRUCT, DICOM SEG, label maps (NIfTI, NRRD, MHA) and LIDC-IDRI XML can be read",
        )
    seen: dict[str, int] = {}
    named = []
    for mask in masks:
        name = plain(mask.name) or "unnamed"
        seen[name] = seen.get(name, 0) + 1
        named.append(replace(mask, name=name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return named


def readings_of(
    path: Path,
    volume: Volume,
    *,
    rater: str = "",
    notices: list[str],
    token: CancelToken | None = None,
    accept_grid: bool = False,
) -> list[Reading]:
    """One file's regions as readings of ``rater``, by default of whom :func:`rater_names` says.

    An LIDC file brings its own readers; all nodules of one reader are one mask.

    Raises
    ------
    UserError
        As :func:`read_masks`.
    """
    if kind_of(path) == "LIDC reading":
        return lidc_masks(read_lidc(path, volume, token=token), volume)
    who = rater or rater_names([path])[path]
    masks = read_masks(path, volume, notices, token, accept_grid=accept_grid)
    return [Reading(who, mask.name, mask) for mask in masks]


def rater_names(paths: Sequence[Path]) -> dict[Path, str]:
    """Who drew each file: its name where that says something, else the label inside; no two alike.

    File names such as ``RS.1.2.840.dcm``, ``IM0003`` or ``00000012`` say nothing; neither do labels that all are one.
    """
    stems = {path: image_stem(path) if image_suffix(path) else path.stem for path in paths}
    names = {path: _label(path) or stem if _MACHINE_MADE.search(stem) else stem for path, stem in stems.items()}
    if len(set(names.values())) < len(names):
        names = stems
    return {path: plain(name) for path, name in names.items()}


def _label(path: Path) -> str:
    try:
        header = read_header(path)
    except (OSError, UserError):
        return ""
    return "" if header is None else header.text("StructureSetLabel") or header.text("ContentLabel")


def series_drawn_on(path: Path) -> frozenset[str]:
    """SeriesInstanceUIDs that a structure set or segmentation refers to; empty where it names none."""
    tags = ["ReferencedFrameOfReferenceSequence", "ReferencedSeriesSequence"]
    try:
        ds = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=tags)
        series = list(ds.get("ReferencedSeriesSequence") or [])
        for frame in ds.get("ReferencedFrameOfReferenceSequence") or []:
            for study in frame.get("RTReferencedStudySequence") or []:
                series += study.get("RTReferencedSeriesSequence") or []
        return frozenset(str(item.get("SeriesInstanceUID", "")) for item in series) - {""}
    except DAMAGE:
        return frozenset()  # reading it whole says what is wrong


def readings_beside(
    files: Sequence[Path], volume: Volume, notices: list[str], token: CancelToken | None = None
) -> tuple[tuple[str, ...], tuple[Reading, ...]]:
    """``(structures, readings)`` of the contour files that lie beside a DICOM series and belong to it.

    Files of another patient, study, frame of reference or series, and damaged ones, are passed over with a notice.
    Where each file holds one region and no name occurs twice, they are drawings of one structure.
    """
    readings: list[Reading] = []
    names = rater_names(files)
    for path in files:
        shown, more = plain(path.name), list[str]()
        drawn_on = series_drawn_on(path) if path.suffix.lower() != ".xml" else frozenset()
        if volume.dicom is None or (drawn_on and volume.dicom.series_instance_uid not in drawn_on):
            notices.append(f"{shown} was passed over: it was drawn on another series.")
            continue
        try:
            readings += readings_of(path, volume, rater=names[path], notices=more, token=token)
        except UserError as error:
            notices.append(f"{shown} was passed over: {error.what}.")
        notices += [f"{shown}: {text}" for text in more]
    return one_structure(readings)


def drawings_on(
    study: Study,
    paths: Sequence[Path],
    notices: list[str],
    token: CancelToken | None = None,
    *,
    accept_grid: bool = False,
) -> list[Reading]:
    """The files' regions as readings of the study's image; no rater is called like one that the study has already.

    A file with one region, where the study's raters drew one structure, is a drawing of that structure.

    Raises
    ------
    UserError
        The first file that holds no contours, is damaged, or belongs to another image, with the difference.
    """
    readings: list[Reading] = []
    known = study.structures[0] if study.readings and len(study.structures) == 1 else ""
    for path, name in rater_names(paths).items():
        more: list[str] = []
        found = readings_of(path, study.image, rater=name, notices=more, token=token, accept_grid=accept_grid)
        drawn_on = series_drawn_on(path) if kind_of(path) in ("structure set", "segmentation") else frozenset()
        if study.image.dicom is not None and drawn_on and study.image.dicom.series_instance_uid not in drawn_on:
            more.append("it was drawn on another series of this study, in the same frame of reference.")
        notices += [f"{plain(path.name)}: {text}" for text in more]
        if known and len(found) == 1:
            found = [replace(found[0], structure=known)]
        taken = {*study.raters, *(reading.rater for reading in readings)}
        names = {who: _free_name(who, taken) for who in dict.fromkeys(reading.rater for reading in found)}
        readings += [replace(reading, rater=names[reading.rater]) for reading in found]
    return readings if study.readings else list(one_structure(readings)[1])


def _free_name(name: str, taken: set[str]) -> str:
    """``name``, or ``name (2)`` and so on where somebody is called that already."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def with_drawings(study: Study, readings: Sequence[Reading]) -> Study:
    """``study`` with further readings, and their structures where it did not have them."""
    own = study.structures if study.readings else ()
    structures = tuple(dict.fromkeys((*own, *(reading.structure for reading in readings))))
    return replace(study, structures=structures or study.structures, readings=(*study.readings, *readings))


def one_structure(readings: Sequence[Reading]) -> tuple[tuple[str, ...], tuple[Reading, ...]]:
    """Readings and their structures; one region from each of several raters under different names is one structure."""
    raters = [reading.rater for reading in readings]
    names = [reading.structure for reading in readings]
    if len(readings) > 1 and len(set(raters)) == len(readings) == len(set(names)):
        readings = [replace(reading, structure=ONE_STRUCTURE) for reading in readings]
        names = [ONE_STRUCTURE]
    return tuple(dict.fromkeys(names)) or (ONE_STRUCTURE,), tuple(readings)
