"""Contours of any kind as readings of an image: RTSTRUCT, DICOM SEG, label maps, LIDC-IDRI XML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pydicom
from pydicom.uid import RTStructureSetStorage, SegmentationStorage

from proseg_gui.errors import UserError
from proseg_gui.io.base.kinds import looks_like_lidc
from proseg_gui.io.base.shown import plain
from proseg_gui.io.contours.file import text_of
from proseg_gui.io.contours.label_map import looks_like_label_map, read_label_map
from proseg_gui.io.contours.lidc import lidc_masks, read_lidc
from proseg_gui.io.contours.naming import (
    ONE_STRUCTURE,
    Known,
    Row,
    Source,
    Table,
    free_name,
    problem,
    propose,
    without_problems,
)
from proseg_gui.io.contours.naming import rater_names as names_of
from proseg_gui.io.contours.naming_map import apply_map, read_map
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.seg_read import read_seg
from proseg_gui.io.dicom.headers import DAMAGE, read_header
from proseg_gui.io.images.masks import read_mask
from proseg_gui.io.images.nifti_read import looks_like_nifti
from proseg_gui.io.images.reading import image_stem, image_suffix
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Mask, Reading, Study, Volume

LABEL_MAP_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.7"
SEGMENTATIONS = (str(SegmentationStorage), LABEL_MAP_SEGMENTATION)
LONGEST_NAME = 128
_HOW = " (in the window's table; on the command line with --rater or --map)"


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
        masks = read_seg(path, volume, notices=notices, token=token)
    elif kind == "label map":
        masks = read_label_map(path, volume.geometry, notices=notices, accept_grid=accept_grid)
        if not masks:  # a file for a rater without a voxel: "drawn, and empty", as in a dataset
            empty = read_mask(path, volume.geometry, notices=notices, accept_grid=accept_grid)
            masks = [replace(empty, name=image_stem(path))]
            notices.append("It is empty: taken as looked at, and nothing drawn.")
    else:
        raise UserError(
            "it holds no contours",
            path=path,
            remedy="RTSTRUCT, DICOM SEG, label maps (NIfTI, NRRD, MHA) and LIDC-IDRI XML can be read",
        )
    named: dict[str, Mask] = {}
    for mask in masks:
        name = plain(mask.name, LONGEST_NAME)
        if not name:
            name = "unnamed"
            notices.append("A region has no name in the file; it is called 'unnamed'.")
        free = free_name(name, named.keys())
        if free != name:
            notices.append(f"More than one region is called {name!r}; this one is {free!r}.")
        named[free] = replace(mask, name=free)
    return list(named.values())


@dataclass(frozen=True, eq=False)
class Drawn:
    """What was read from files: what each says of itself, and the masks of its regions, in the same order."""

    sources: tuple[Source, ...]
    masks: tuple[tuple[Mask, ...], ...]

    def proposed(self, study: Study | None = None) -> Table:
        """The table of who drew what; ``study`` is what the drawings join, where it has readings already."""
        given = () if study is None else study.readings
        known = Known(tuple(dict.fromkeys(r.rater for r in given)), study.structures if study and given else ())

        def meets(i: int, j: int) -> bool:
            ours = self.masks[i][0].array
            others = [r.mask.array for r in given] if j < 0 else [self.masks[j][0].array]
            return not ours.any() or any(not other.any() or bool((ours & other).any()) for other in others)

        return propose(self.sources, known, meets)

    def readings(self, rows: Sequence[Row]) -> list[Reading]:
        """The taken rows as readings.

        Raises
        ------
        UserError
            If the table cannot be applied: nothing is taken, a name is missing, or two regions would be one drawing.
        """
        wrong = problem(rows)
        if wrong:
            raise UserError(wrong, remedy=f"Give each its own rater or structure, or leave one out{_HOW}")
        masks = [mask for group in self.masks for mask in group]
        return [
            Reading(row.rater, row.structure, replace(mask, name=row.structure))
            for row, mask in zip(rows, masks, strict=True)
            if row.take
        ]


def read_drawn(
    paths: Sequence[Path],
    volume: Volume,
    notices: list[str],
    *,
    raters: Sequence[str] = (),
    token: CancelToken | None = None,
    accept_grid: bool = False,
) -> Drawn:
    """Read contour files of any kind; ``raters``, where given, says who drew each.

    ``accept_grid`` takes label maps that lie on another grid voxel for voxel.

    Raises
    ------
    UserError
        The first file that holds no contours, is damaged, or belongs to another image, with the difference.
    """
    sources, masks = [], []
    for number, path in enumerate(paths):
        more: list[str] = []
        try:
            source, found = _read_one(path, volume, raters[number] if raters else "", more, token, accept_grid)
        finally:
            notices += [f"{plain(path.name)}: {text}" for text in more]
        sources.append(source)
        masks.append(tuple(found))
    return Drawn(tuple(sources), tuple(masks))


def _read_one(
    path: Path, volume: Volume, rater: str, notices: list[str], token: CancelToken | None, accept_grid: bool
) -> tuple[Source, list[Mask]]:
    """One file's source and masks. An LIDC file brings its own readers; all nodules of one reader are one mask."""
    kind = kind_of(path)
    if kind == "LIDC reading":
        readings = lidc_masks(read_lidc(path, volume, notices=notices, token=token), volume)
        for reading in readings:
            if not reading.mask.array.any():
                notices.append(f"{reading.rater} outlined nothing: an empty drawing.")
        structures, readers = tuple(r.structure for r in readings), tuple(r.rater for r in readings)
        return Source(path, structures, readers=readers), [reading.mask for reading in readings]
    masks = read_masks(path, volume, notices, token, accept_grid=accept_grid)
    names = tuple(mask.name for mask in masks)
    if kind == "label map":
        return Source(path, names, rater, named=names != (plain(image_stem(path), LONGEST_NAME),)), masks
    drawn_on = series_drawn_on(path)
    if volume.dicom is not None and drawn_on and volume.dicom.series_instance_uid not in drawn_on:
        notices.append("it was drawn on another series of this study, in the same frame of reference.")
    label, maker = _says(path)
    return Source(path, names, rater, label=label, maker=maker), masks


def readings_of(
    path: Path,
    volume: Volume,
    *,
    rater: str = "",
    notices: list[str],
    token: CancelToken | None = None,
    accept_grid: bool = False,
) -> list[Reading]:
    """One file's regions as readings, as the proposed table has them; ``rater`` is who drew it, where that is known.

    Raises
    ------
    UserError
        As :func:`read_drawn`.
    """
    drawn = read_drawn([path], volume, notices, raters=[rater], token=token, accept_grid=accept_grid)
    table = drawn.proposed()
    notices += table.notices
    return drawn.readings(table.rows)


def rater_names(paths: Sequence[Path]) -> dict[Path, str]:
    """Who drew each file, by :func:`proseg_gui.io.contours.naming.rater_names`, without reading its regions."""
    sources = [Source(path, label=_says(path)[0]) for path in paths]
    return dict(zip(paths, names_of(sources), strict=True))


def _says(path: Path) -> tuple[str, str]:
    """The file's own label of what is drawn, and who made the program that wrote it; empty where it is no DICOM."""
    tags = ["StructureSetLabel", "ContentLabel", "Manufacturer"]
    try:
        ds = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=tags)
    except DAMAGE:
        return "", ""
    return text_of(ds, "StructureSetLabel") or text_of(ds, "ContentLabel"), text_of(ds, "Manufacturer")


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
    """
    sources, masks = list[Source](), list[tuple[Mask, ...]]()
    for path in files:
        shown, drawn_on = plain(path.name), series_drawn_on(path)
        if volume.dicom is None or (drawn_on and volume.dicom.series_instance_uid not in drawn_on):
            notices.append(f"{shown} was passed over: it was drawn on another series.")
            continue
        try:
            drawn = read_drawn([path], volume, notices, token=token)
        except UserError as error:
            notices.append(f"{shown} was passed over: {error.what}.")
            continue
        sources += drawn.sources
        masks += drawn.masks
    if not sources:
        return (ONE_STRUCTURE,), ()
    drawn = Drawn(tuple(sources), tuple(masks))
    table = drawn.proposed()
    notices += table.notices
    readings = drawn.readings(without_problems(table.rows, notices))
    return tuple(dict.fromkeys(reading.structure for reading in readings)), tuple(readings)


def named_rows(drawn: Drawn, chosen: Path | None, notices: list[str]) -> tuple[Row, ...]:
    """The table that decides on the command line: the map ``chosen``, or, without one, the proposed table.

    Raises
    ------
    UserError
        If the map cannot be read.
    """
    table = drawn.proposed()
    if chosen is None:
        notices += table.notices
        return table.rows
    return tuple(apply_map(table.rows, read_map(chosen), notices))
