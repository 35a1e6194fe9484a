"""DICOM in: folders and files to series (headers only), and one series to a Volume (pixels, with progress)."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from pydicom.uid import CTImageStorage, MRImageStorage, PositronEmissionTomographyImageStorage

from proseg_gui.errors import UserError
from proseg_gui.io.base.kinds import looks_like_lidc
from proseg_gui.io.base.progress import share_of
from proseg_gui.io.base.shown import plain
from proseg_gui.io.base.unzip import unzip
from proseg_gui.io.base.walk import REPEATED, files_below
from proseg_gui.io.dicom import dicomdir
from proseg_gui.io.dicom.headers import PATIENT_TAGS, STUDY_TAGS, Header, read_header
from proseg_gui.io.dicom.nuclear import is_nuclear
from proseg_gui.io.dicom.pet import SUV_UNIT, suv_factor
from proseg_gui.io.dicom.pixels import TooWideError, check_claims, read_pixels
from proseg_gui.io.dicom.series import SeriesInfo, SeriesList, group_series
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import DicomReference, Volume

__all__ = ["SeriesInfo", "SeriesList", "read_series", "scan_folder"]

_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
_SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_DICOMDIR = "1.2.840.10008.1.3.10"
_MODALITIES = ("CT", "MR", "PT", "NM")
_SCANS = (CTImageStorage, MRImageStorage, PositronEmissionTomographyImageStorage)


def scan_folder(
    path: str | Path | Sequence[Path], *, progress: Progress = no_progress, token: CancelToken | None = None
) -> SeriesList:
    """Look through a folder and its subfolders, a zip file, a file, or a list of files; only headers are read.

    Localisers, objects that are no CT, MR or PET image, repeated files and files that are no DICOM are counted in
    ``skipped``; a series that cannot be read is listed with its ``problem``.

    Raises
    ------
    UserError
        If ``path`` does not exist, or a single given file's header is damaged.
    """
    unpacked = None
    if isinstance(path, (str, Path)) and Path(path).is_file() and zipfile.is_zipfile(path):
        unpacked = unzip(Path(path), share_of(progress, 0.0, 0.5), token)
        progress = share_of(progress, 0.5, 1.0)
    files, root, passed = _files(path if unpacked is None else unpacked.name)
    headers: list[Header] = []
    contours: dict[str, list[Path]] = {"structure set": [], "segmentation": [], "reading": []}
    skipped: Counter[str] = Counter(passed)
    for number, file in enumerate(files):
        if token is not None:
            token.check()
        if number % 16 == 0:
            progress(number / len(files), f"reading headers, {number} of {len(files)}")
        try:
            header = read_header(file)
        except (OSError, UserError) as error:
            if len(files) == 1:
                raise _unreadable(error, file) from error
            skipped["damaged or unreadable file"] += 1
            continue
        if header is None:
            kind = "reading" if looks_like_lidc(file) else "file that is no DICOM"
        else:
            kind = _kind(header)
        if header is not None and kind == "":
            headers.append(header)
        elif kind in contours:
            contours[kind].append(file)
        elif kind == "cut short" and len(files) == 1:
            raise UserError("the DICOM file is cut short", path=file, remedy="Copy or export it again")
        elif kind == "cut short":
            skipped["damaged or unreadable file"] += 1
        elif kind != "index":
            skipped[kind] += 1
    if isinstance(path, (str, Path)) and Path(path).name.upper() == "DICOMDIR":
        skipped.update(dicomdir.compare(Path(path), files))
    headers, repeated = _without_repeats(headers)
    skipped[REPEATED] += repeated
    progress(1.0, "sorting slices")
    series = group_series(headers)
    if unpacked is not None:
        root = Path(str(path))
        series = tuple(replace(info, unpacked=unpacked) for info in series)
    counts = {k: n for k, n in skipped.items() if n}
    sets, segmentations, readings = (tuple(files) for files in contours.values())
    return SeriesList(root, series, sets, counts, segmentations, readings)


def read_series(
    info: SeriesInfo, *, progress: Progress = no_progress, token: CancelToken | None = None
) -> tuple[Volume, tuple[str, ...]]:
    """Read a series' pixels into one array and return it with what its user should know.

    Values are stored values x RescaleSlope + RescaleIntercept of each slice: int16 where that is exact (slope 1, as
    in CT), else float32. MONOCHROME1 says how to display, so it leaves values with a unit (HU, Bq/ml) alone; values
    without a unit are inverted, so that bright is high. PET is in SUV by body weight where the file has every tag
    for that, else in its own unit, and a notice says which tag is missing.

    Raises
    ------
    UserError
        ``info.problem``, or the first file that is damaged, cut short or not as long as its header says.
    Cancelled
        When ``token`` is raised, within one slice.
    """
    if info.problem is not None:
        raise info.problem
    assert info.geometry is not None
    first, middle = info.headers[0], info.headers[len(info.headers) // 2]
    unit, notices, factor = _unit(first), info.notices, None
    if first.text("Modality") == "PT":
        factor, told = suv_factor(info.headers)
        notices += (told,)
    check_claims(info.headers, info.geometry.shape)
    read = partial(
        read_pixels,
        info.headers,
        info.geometry.shape,
        invert=not unit,
        progress=progress,
        token=token,
    )
    try:
        array = read(np.int16 if factor is None else np.float32)
    except TooWideError:
        array = read(np.float32)
    window = _window(middle)
    if factor is not None:
        array *= np.float32(factor)
        unit = SUV_UNIT
        window = None if window is None else (window[0] * factor, window[1] * factor)
    if any(header.text("PhotometricInterpretation") == "MONOCHROME1" for header in info.headers):
        notices += (
            "The file asks for an inverted display (MONOCHROME1); its values are kept."
            if unit
            else "The file counts dark as high (MONOCHROME1); values were inverted so that bright is high.",
        )
    if array.min() == array.max():
        notices += ("Every voxel of the image has the same value.",)
    reference = _reference(info.headers)
    folded = first.tile is not None  # then no slice is an instance of its own, to which contours could refer
    volume = Volume(
        array,
        info.geometry,
        unit=unit,
        modality=info.modality,
        description=info.description,
        window=window,
        dicom=None if folded else reference,
        derived_from=reference if folded else None,
        derivation="Unfolded from a Siemens mosaic." if folded else "",
    )
    return volume, notices


def _files(path: str | Path | Sequence[Path]) -> tuple[list[Path], Path, Mapping[str, int]]:
    """All files below ``path`` in a stable order, the folder that stands for them, and what was passed over."""
    if not isinstance(path, (str, Path)):
        files = [Path(item) for item in path]
        return files, files[0].parent, {}
    path = Path(path)
    if path.is_dir():
        found = files_below(path)
        return list(found.files), path, found.skipped
    if not path.exists():
        raise UserError("there is no such file or folder", path=path, remedy="Check the name")
    if path.name.upper() == "DICOMDIR":
        return _files(path.parent)
    return [path], path.parent, {}


def _unreadable(error: OSError | UserError, file: Path) -> UserError:
    if isinstance(error, UserError):
        return error
    return UserError(f"the file cannot be read ({error.strerror or error})", path=file)


def _kind(header: Header) -> str:
    """Why a file is no slice of a scan, for the count; empty for a slice."""
    sop_class = str(header.sop_class)
    if sop_class == _STRUCTURE_SET:
        return "structure set"
    if sop_class in _SEGMENTATIONS:
        return "segmentation"
    if sop_class == _DICOMDIR or header.path.name.upper() == "DICOMDIR":  # its class is in the file meta header only
        return "index"
    modality = header.text("Modality")
    is_scan = modality in _MODALITIES or sop_class in _SCANS or is_nuclear(header)
    if header.pixel_offset is None and "Rows" not in header.tags:
        return "cut short" if sop_class in _SCANS else "object without an image"
    if not is_scan:
        kind = "colour image" if header.text("SamplesPerPixel") == "3" else "object"
        return f"{plain(modality, 16) or 'other'} {kind}"
    if "LOCALIZER" in header.text("ImageType").upper():
        return "localiser"
    if header.sop_class.name.startswith("Secondary Capture") and "ImagePositionPatient" not in header.tags:
        return "colour screen capture" if header.text("SamplesPerPixel") == "3" else "screen capture"
    return ""


def _without_repeats(headers: Iterable[Header]) -> tuple[list[Header], int]:
    """Drop files that hold the same instance at the same place (a folder and its copy)."""
    kept: dict[tuple[str, str], Header] = {}
    repeated = 0
    for header in headers:
        uid = header.text("SOPInstanceUID")
        key = (uid or str(header.path), header.text("ImagePositionPatient"))
        if key in kept:
            repeated += 1
        else:
            kept[key] = header
    return list(kept.values()), repeated


def _unit(header: Header) -> str:
    """Unit of the rescaled values: HU for CT unless the file says another, PET's Units, none for MR."""
    modality = header.text("Modality")
    if modality == "CT":
        kind = header.text("RescaleType")
        return "HU" if kind in ("", "HU") else plain(kind, 16).replace("US", "")  # US: unspecified
    return plain(header.text("Units"), 16) if modality == "PT" else ""


def _window(header: Header) -> tuple[float, float] | None:
    try:
        centre, width = header.number("WindowCenter", np.nan), header.number("WindowWidth", np.nan)
    except UserError:
        return None  # a malformed display hint is no reason to refuse the image
    return (centre, width) if np.isfinite([centre, width]).all() and width > 0 else None


def _reference(headers: Sequence[Header]) -> DicomReference:
    first = headers[0]
    patient = {keyword: first.text(keyword) for keyword in (*PATIENT_TAGS, *STUDY_TAGS) if first.text(keyword)}
    return DicomReference(
        study_instance_uid=first.text("StudyInstanceUID"),
        series_instance_uid=first.text("SeriesInstanceUID"),
        frame_of_reference_uid=first.text("FrameOfReferenceUID"),
        sop_class_uid=str(first.sop_class),
        sop_instance_uids=tuple(header.text("SOPInstanceUID") for header in headers),
        patient=patient,
        frame_numbers=() if first.frame is None else tuple((header.frame or 0) + 1 for header in headers),
    )
