"""A Volume as a DICOM CT or MR series: for the demo data, and for images that come without DICOM beside an RTSTRUCT."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_folder
from proseg_gui.io.base.progress import share_of
from proseg_gui.io.dicom.common import (
    decimals,
    fill_patient_and_study,
    fitted,
    frame_of_reference,
    new_instance,
    new_uid,
    save,
)
from proseg_gui.io.dicom.deidentify import ANONYMOUS, Pseudonym, deidentify
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import DicomReference, Volume, reorient_to

Finish = Callable[[Dataset], None]


@dataclass(frozen=True)
class _Coding:
    """How values are stored: ``value = stored * slope + intercept``, as the decimal texts in the files say."""

    slope: str
    intercept: str
    signed: bool

    def stored(self, values: np.ndarray) -> np.ndarray:
        kind = np.int16 if self.signed else np.uint16
        if (self.slope, self.intercept) == ("1", "0"):
            return values.astype(kind)
        steps = np.rint((values.astype(np.float64) - float(self.intercept)) / float(self.slope))
        return np.clip(steps, 0, np.iinfo(kind).max).astype(kind)


def write_series(
    volume: Volume,
    folder: str | Path,
    *,
    description: str = "",
    patient: Mapping[str, str] | None = None,
    study_of: DicomReference | None = None,
    overwrite: bool = False,
    uid_seed: str | None = None,
    finish: Finish | None = None,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> Volume:
    """Write one file a slice, read the series back, compare, and let the folder appear.

    Whole numbers within int16 (or uint16) are stored as they are; other values are stored in 65536 steps between
    their smallest and largest, with that slope and intercept in the files. CT stays CT; every other modality is
    written as MR, whose values have no unit.

    Parameters
    ----------
    volume:
        The image; its grid may be oblique, tilted or uneven.
    description:
        SeriesDescription; the volume's own by default.
    patient:
        Patient and study tags by keyword; ``Anonymous`` by default.
    study_of:
        The series becomes one more of this series' study, with its patient and frame of reference.
    uid_seed:
        A text from which all UIDs follow, so that the same call writes the same UIDs; random without.
    finish:
        Called with each slice's data set before it is written (de-identification).

    Returns
    -------
    ``volume`` with the new series as its :class:`DicomReference`, so that contours can refer to it.

    Raises
    ------
    UserError
        If the in-plane axes are not perpendicular (DICOM cannot say that), the folder exists, cannot be written, or
        the series does not read back the same.
    """
    if volume.estimated:
        name = volume.description or "this image"
        raise UserError(f"{name} was estimated, not acquired, and is not written as a series",
                        remedy="Choose an acquired image")  # fmt: skip
    folder = Path(folder)
    x, y = volume.geometry.direction[:, 0], volume.geometry.direction[:, 1]
    if abs(float(x @ y)) > 1e-4:
        raise UserError("the image's rows and columns are not perpendicular, which DICOM cannot hold", path=folder)
    now = datetime.now()
    is_ct = volume.modality == "CT"
    uids = [new_uid(uid_seed, f"slice {k}") for k in range(volume.geometry.shape[0])]
    today = {"StudyDate": now.strftime("%Y%m%d"), "StudyTime": now.strftime("%H%M%S")}
    reference = DicomReference(
        study_instance_uid=new_uid(uid_seed, "study"),
        series_instance_uid=new_uid(uid_seed, "series"),
        frame_of_reference_uid=new_uid(uid_seed, "frame"),
        sop_class_uid=str(CTImageStorage if is_ct else MRImageStorage),
        sop_instance_uids=tuple(uids),
        patient=today | dict(ANONYMOUS if patient is None else patient),
    )
    if study_of is not None:
        reference = replace(
            reference,
            study_instance_uid=study_of.study_instance_uid,
            frame_of_reference_uid=frame_of_reference(study_of),
            patient=study_of.patient,
        )
    coding = _coding(volume.array)
    title = fitted(description or volume.description, "LO")

    def fill(temporary: Path) -> None:
        for k in range(len(uids)):
            if token is not None:
                token.check()
            ds = _slice(volume, k, reference, coding, title, now)
            if finish is not None:
                finish(ds)
            save(ds, temporary / f"{ds.Modality}.{k + 1:04d}.dcm")
            progress(0.8 * (k + 1) / len(uids), f"writing slice {k + 1} of {len(uids)}")
        _read_back(temporary, folder, volume, coding, token)
        progress(1.0, "checked")

    atomic_folder(folder, fill, overwrite=overwrite)
    return replace(volume, dicom=reference, derived_from=None)


@contextmanager
def series_for(
    volume: Volume,
    path: Path,
    *,
    overwrite: bool,
    deidentified: bool,
    named: Pseudonym | None = None,
    progress: Progress,
    token: CancelToken | None,
) -> Iterator[tuple[Volume, tuple[str, ...], Progress]]:
    """The image as a DICOM series that a file at ``path`` can refer to, notices, and what is left of the progress.

    An image that is no DICOM series is written as one into the folder ``<name>_image`` beside ``path``; one that was
    resampled from a series as a new series of that series' study. So is any image with ``deidentified``: a file
    without patient tags can only refer to an image without them. Its UIDs are new each time, or with ``named`` those
    of this study under that name. When the block fails, a folder that was made for it goes again.
    """
    if volume.dicom is not None and not deidentified:
        yield volume, (), progress
        return
    folder = path.with_name(f"{path.stem}_image")
    existed = folder.exists()
    what = "The image is no DICOM series; it was written as one to"
    finish, study_of, seed = None, volume.derived_from, None
    if study_of is not None:
        what = "The image was resampled; it was written as a new series of the same study to"
    if deidentified:
        study_of = None
        what = "Tags and UIDs are new, pixels are not changed (faces, burnt-in text); the image to refer to is in"
        finish = partial(deidentify, original=volume.origin, named=named)
    if deidentified and named is not None:
        content = voxels_hash(volume)
        study_of = named.reference(volume.origin, content)
        seed = named.secret("series", volume.origin.series_instance_uid if volume.origin else "", content)
    bare = replace(volume, dicom=None, description="" if deidentified else volume.description)
    part = share_of(progress, 0.0, 0.5)
    series = write_series(
        bare, folder, study_of=study_of, overwrite=overwrite, uid_seed=seed, finish=finish, progress=part, token=token
    )
    done = False
    try:
        yield series, (f"{what} {folder.name}.",), share_of(progress, 0.5, 1.0)
        done = True
    finally:
        if not done and not existed:  # the image belongs to a file that did not come to be
            shutil.rmtree(folder, ignore_errors=True)


def voxels_hash(volume: Volume) -> str:
    """Of values and places: two images with the same hash may have the same UIDs."""
    grid = np.concatenate([volume.geometry.slice_origins().ravel(), volume.geometry.direction.ravel()])
    digest = hashlib.sha256(np.asarray(grid, "<f8").tobytes())
    digest.update(f"{volume.geometry.shape}{volume.geometry.spacing_mm}{volume.array.dtype.str}".encode())
    for part in volume.array:
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def _coding(array: np.ndarray) -> _Coding:
    low, high = float(array.min()), float(array.max())
    whole = array.dtype.kind in "iub" or bool((array == np.rint(array)).all())
    if whole and low >= -32768 and high <= 32767:
        return _Coding("1", "0", True)
    if whole and low >= 0 and high <= 65535:
        return _Coding("1", "0", False)
    intercept = decimals([low])[0]
    slope = max((high - float(intercept)) / 65535.0, 1e-30)
    return _Coding(decimals([slope])[0], intercept, False)


def _slice(volume: Volume, k: int, reference: DicomReference, coding: _Coding, title: str, now: datetime) -> Dataset:
    geometry = volume.geometry
    sop_class = UID(reference.sop_class_uid)
    ds = new_instance(sop_class, reference.sop_instance_uids[k], ExplicitVRLittleEndian, now)
    fill_patient_and_study(ds, reference)
    ds.SeriesInstanceUID = UID(reference.series_instance_uid)
    ds.FrameOfReferenceUID = UID(reference.frame_of_reference_uid)
    ds.PositionReferenceIndicator = ""
    ds.Modality = "CT" if sop_class == CTImageStorage else "MR"
    ds.SeriesNumber, ds.InstanceNumber, ds.AcquisitionNumber = 1, k + 1, 1
    ds.SeriesDescription = title
    ds.Laterality = ""
    ds.SeriesDate = ds.ContentDate = now.strftime("%Y%m%d")
    ds.SeriesTime = ds.ContentTime = now.strftime("%H%M%S")
    if volume.derivation:
        ds.DerivationDescription = fitted(volume.derivation, "ST")
    ds.PatientPosition = "HFS"  # the patient frame below is LPS whatever the couch was; HFS is its plain reading
    ds.ImageType = ["DERIVED", "SECONDARY", "AXIAL" if ds.Modality == "CT" else "OTHER"]
    ds.ImagePositionPatient = decimals(geometry.slice_origins()[k])
    ds.ImageOrientationPatient = decimals([*geometry.direction[:, 0], *geometry.direction[:, 1]])
    ds.PixelSpacing = decimals(geometry.spacing_mm[1:])
    ds.SliceThickness = decimals([float(geometry.slice_thickness_mm()[k])])[0]
    _fill_pixels(ds, coding.stored(volume.array[k]), coding)
    centre, width = volume.display_window()
    ds.WindowCenter, ds.WindowWidth = decimals([centre, max(width, 1.0)])
    _fill_modality(ds, coding, volume.unit)
    return ds


def _fill_pixels(ds: Dataset, stored: np.ndarray, coding: _Coding) -> None:
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = stored.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 16, 15
    ds.PixelRepresentation = int(coding.signed)
    ds.PixelData = np.ascontiguousarray(stored, dtype=stored.dtype.newbyteorder("<")).tobytes()
    ds["PixelData"].VR = "OW"


def _fill_modality(ds: Dataset, coding: _Coding, unit: str) -> None:
    """What the CT and MR image modules ask for beyond pixels and place (type 2: empty where it is not known)."""
    if ds.Modality == "CT":
        ds.RescaleIntercept, ds.RescaleSlope = coding.intercept, coding.slope
        ds.RescaleType = "HU" if unit in ("", "HU") else "US"
        ds.KVP = None
        return
    if (coding.slope, coding.intercept) != ("1", "0"):
        ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = coding.intercept, coding.slope, "US"
    ds.ScanningSequence, ds.SequenceVariant = "RM", "NONE"
    ds.ScanOptions, ds.MRAcquisitionType = "", ""
    ds.RepetitionTime, ds.EchoTime, ds.EchoTrainLength = None, None, None


def _read_back(temporary: Path, folder: Path, volume: Volume, coding: _Coding, token: CancelToken | None) -> None:
    """Compare the written series with the volume; slices come back sorted, so a left-handed grid comes back turned."""
    listed = scan_folder(temporary, token=token)
    if len(listed.series) != 1 or listed.series[0].problem is not None:
        raise UserError("the written series does not read back as one series; nothing was kept", path=folder)
    read, _ = read_series(listed.series[0], token=token)
    array, geometry = read.array, read.geometry
    if not geometry.is_even and not volume.geometry.same_grid(geometry):
        array, geometry = (
            array[::-1],
            replace(
                geometry,
                origin_mm=geometry.slice_origins()[-1],
                slice_origins_mm=geometry.slice_origins()[::-1],
                direction=geometry.direction * np.array([1.0, 1.0, -1.0]),
            ),
        )
    matched = reorient_to(array, geometry, volume.geometry)
    if matched is None:
        raise UserError("the written series does not read back in its place; nothing was kept", path=folder)
    exact = (coding.slope, coding.intercept) == ("1", "0")
    step = 0.0 if exact else 0.501 * float(coding.slope) + 1e-6 * max(abs(volume.display_window()[0]), 1e-30)
    for k in range(matched.shape[0]):
        gap = np.abs(matched[k].astype(np.float64) - volume.array[k].astype(np.float64)).max()
        if gap > step:
            raise UserError("the written voxels do not read back the same; nothing was kept", path=folder)
