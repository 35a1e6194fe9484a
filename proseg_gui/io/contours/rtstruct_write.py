"""DICOM RT Structure Set out: contours that a pixel-centre reader turns back into exactly the given masks.

Implicit VR Little Endian, because contour data beyond 64 kB turns into VR UN in explicit files of some tools, which is
known to break a treatment planning system. Always UNAPPROVED: accepting a contour here is no clinical approval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.tag import Tag
from pydicom.uid import UID, ImplicitVRLittleEndian, RTStructureSetStorage, generate_uid

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_write, check_target
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.contours.file import damaged
from proseg_gui.io.contours.rtstruct_read import check_set_belongs, number_of, open_structure_set, read_structure_set
from proseg_gui.io.contours.trace import trace
from proseg_gui.io.dicom.common import (
    LIMITS,
    decimal_texts,
    fill_patient_and_study,
    fitted,
    frame_of_reference,
    new_instance,
    person,
    save,
)
from proseg_gui.io.dicom.deidentify import Pseudonym, deidentify
from proseg_gui.io.dicom.headers import DAMAGE
from proseg_gui.io.dicom.provenance import contributing_equipment
from proseg_gui.io.dicom.write import series_for
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import DicomReference, Geometry, Mask, Volume

_STUDY_MANAGEMENT = "1.2.840.10008.3.1.2.3.1"  # Detached Study Management (retired), as RT Referenced Study asks for
_SEQUENCES = ("StructureSetROISequence", "ROIContourSequence", "RTROIObservationsSequence")
_CONTOUR_DATA = Tag(0x3006, 0x0050)


@dataclass(frozen=True, eq=False)
class Roi:
    """One region for a structure set. Its name is fitted to what DICOM allows here and nowhere else.

    ``colour`` is (red, green, blue), 0..255. ``interpreted_type`` is DICOM's RT ROI Interpreted Type (``GTV``,
    ``ORGAN`` ...), chosen by the user and empty otherwise. ``provenance`` goes into the ROI's description.
    """

    name: str
    mask: Mask
    colour: tuple[int, int, int] = (255, 200, 0)
    interpreted_type: str = ""
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", fitted(self.name, "LO"))


def write_rtstruct(
    rois: Sequence[Roi],
    study_volume: Volume,
    path: str | Path,
    *,
    overwrite: bool = False,
    provenance: Provenance | None = None,
    append_to: str | Path | None = None,
    deidentified: bool = False,
    named: Pseudonym | None = None,
    label: str = "proseg-gui",
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> tuple[str, ...]:
    """Write masks as one structure set, read it back, compare every voxel, and only then let it appear.

    Parameters
    ----------
    rois:
        Names must differ. An empty mask becomes an ROI without contours.
    study_volume:
        The image. Without a :class:`DicomReference` (NIfTI and the like) it is written as a DICOM series into the
        folder ``<name>_image`` beside ``path``, so that the pair opens anywhere.
    append_to:
        An existing structure set of the same patient, study and frame of reference, whose ROIs are kept.
    deidentified:
        Write it without anything about the patient (DICOM's basic profile, new UIDs), with a copy of the image
        without patient data beside it.
    named:
        With ``deidentified``: what the patient is called, by which all exports of a study have the same new UIDs.
    label:
        StructureSetLabel, at most 16 characters are kept.

    Returns
    -------
    Notices for the user.

    Raises
    ------
    UserError
        If a mask lies on another grid, names repeat, ``append_to`` belongs elsewhere, ``path`` exists or cannot be
        written, or the file does not read back the same.
    """
    path = Path(path)
    check_target(path, overwrite=overwrite)
    _check_rois(rois, study_volume.geometry, path)
    if append_to is not None and deidentified:
        raise UserError(
            "an existing structure set may hold patient data, so it cannot be added to and de-identified at once",
            path=append_to,
            remedy="Write a new file with --deidentify",
        )
    if append_to is not None and study_volume.dicom is None:
        what = "was resampled, so its slices are not the series'" if study_volume.derived_from else "is no DICOM series"
        raise UserError(f"the image {what}; nothing can be appended for it", path=append_to)
    given = provenance or Provenance()
    if deidentified:
        given = given.anonymous()
        rois = [replace(roi, provenance=roi.provenance and roi.provenance.anonymous()) for roi in rois]
    equipment = contributing_equipment(given, [(roi.name, roi.provenance) for roi in rois])
    with series_for(
        study_volume, path, overwrite=overwrite, deidentified=deidentified, named=named, progress=progress, token=token
    ) as (volume, notices, rest):
        assert volume.dicom is not None
        if append_to is None:
            ds = _new_structure_set(volume.dicom, given, label)
        else:
            ds, more = _opened(Path(append_to), volume.dicom)
            notices += more
        before = ds.get("ContributingEquipmentSequence", None) or []
        ds.ContributingEquipmentSequence = DicomSequence([*before, *equipment])
        _add_rois(ds, rois, volume, path, rest, token)
        if deidentified:
            deidentify(ds, study_volume.origin, named)

        def write(temporary: Path) -> None:
            try:
                save(ds, temporary)
            except OSError:
                raise
            except DAMAGE as error:
                if append_to is None:
                    raise
                raise damaged(Path(append_to), "structure set") from error  # what it holds cannot be written again
            _read_back(temporary, path, rois, volume, token)

        atomic_write(path, write, overwrite=overwrite)
    progress(1.0, "checked")
    return notices


def _check_rois(rois: Sequence[Roi], geometry: Geometry, path: Path) -> None:
    if not rois:
        raise UserError("there is no contour to write", path=path)
    seen: set[str] = set()
    for roi in rois:
        difference = geometry.difference(roi.mask.geometry)
        if difference:
            raise UserError(f"the mask {roi.name!r} is not on the image's grid: {difference}", path=path)
        if not roi.name or roi.name in seen:
            what = "an ROI needs a name" if not roi.name else f"two ROIs would be called {roi.name!r}"
            raise UserError(what, path=path, remedy="Give each its own name of at most 64 characters")
        seen.add(roi.name)


def _new_structure_set(reference: DicomReference, provenance: Provenance, label: str) -> Dataset:
    """A structure set without ROIs that refers to every slice of the series."""
    now = datetime.now()
    ds = new_instance(RTStructureSetStorage, str(generate_uid()), ImplicitVRLittleEndian, now)
    fill_patient_and_study(ds, reference)
    ds.Modality = "RTSTRUCT"
    ds.SeriesInstanceUID = generate_uid()
    ds.SeriesNumber, ds.InstanceNumber = None, 1
    ds.SeriesDescription = "Contours, not approved"
    ds.SeriesDate, ds.SeriesTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    ds.OperatorsName = person(provenance.user)
    ds.FrameOfReferenceUID = UID(frame_of_reference(reference))
    ds.PositionReferenceIndicator = ""
    ds.StructureSetLabel = fitted(label, "SH") or "proseg-gui"
    ds.StructureSetDescription = fitted(provenance.description(LIMITS["ST"]), "ST")
    ds.ReferencedFrameOfReferenceSequence = DicomSequence([_frame_item(reference)])
    ds.StructureSetROISequence = DicomSequence()
    ds.ROIContourSequence = DicomSequence()
    ds.RTROIObservationsSequence = DicomSequence()
    _stamp(ds, now)
    return ds


def _stamp(ds: Dataset, now: datetime) -> None:
    ds.StructureSetDate, ds.StructureSetTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    ds.ApprovalStatus = "UNAPPROVED"


def _frame_item(reference: DicomReference) -> Dataset:
    """Referenced Frame of Reference: the study, the series and each of its images."""
    series = Dataset()
    series.SeriesInstanceUID = UID(reference.series_instance_uid)
    first = {uid: k for k, uid in reversed(list(enumerate(reference.sop_instance_uids)))}
    images = [_image_item(reference, k, frame=False) for k in sorted(first.values())]  # a multi-frame file once
    series.ContourImageSequence = DicomSequence(images)
    study = Dataset()
    study.ReferencedSOPClassUID = UID(_STUDY_MANAGEMENT)
    study.ReferencedSOPInstanceUID = UID(reference.study_instance_uid)
    study.RTReferencedSeriesSequence = DicomSequence([series])
    frame = Dataset()
    frame.FrameOfReferenceUID = UID(frame_of_reference(reference))
    frame.RTReferencedStudySequence = DicomSequence([study])
    return frame


def _image_item(reference: DicomReference, k: int, *, frame: bool = True) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = UID(reference.sop_class_uid)
    item.ReferencedSOPInstanceUID = UID(reference.sop_instance_uids[k])
    if frame and reference.frame_numbers:
        item.ReferencedFrameNumber = reference.frame_numbers[k]
    return item


def _opened(path: Path, reference: DicomReference) -> tuple[Dataset, tuple[str, ...]]:
    """An existing structure set as a new instance to add to; refused when it belongs to another image."""
    ds = open_structure_set(path, {})
    try:
        ds.decode()
    except DAMAGE as error:
        raise damaged(path, "structure set") from error
    check_set_belongs(ds, reference, path)
    now = datetime.now()
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    ds.InstanceCreationDate, ds.InstanceCreationTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    notices: tuple[str, ...] = ()
    if ds.get("ApprovalStatus", "UNAPPROVED") != "UNAPPROVED":
        notices = ("The structure set was approved; with contours added it is unapproved again.",)
        for keyword in ("ReviewDate", "ReviewTime", "ReviewerName"):
            if keyword in ds:
                delattr(ds, keyword)
    ds.SpecificCharacterSet = "ISO_IR 192"  # what it held is decoded; names and users may have any letters
    for keyword in (*_SEQUENCES, "ReferencedFrameOfReferenceSequence"):  # the last is optional in the standard
        if not ds.get(keyword):
            setattr(ds, keyword, DicomSequence())
    _stamp(ds, now)
    if reference.series_instance_uid not in _series_uids(ds):
        ds.ReferencedFrameOfReferenceSequence.append(_frame_item(reference))
    return ds, notices


def _series_uids(ds: Dataset) -> set[str]:
    return {
        str(series.get("SeriesInstanceUID", ""))
        for frame in ds.get("ReferencedFrameOfReferenceSequence", [])
        for study in frame.get("RTReferencedStudySequence", [])
        for series in study.get("RTReferencedSeriesSequence", [])
    }


def _add_rois(
    ds: Dataset, rois: Sequence[Roi], volume: Volume, path: Path, progress: Progress, token: CancelToken | None
) -> None:
    taken = {str(item.get("ROIName", "")) for item in ds.StructureSetROISequence}
    numbers = [number_of(item, "ROINumber", path) for item in ds.StructureSetROISequence]
    numbers += [number_of(item, "ReferencedROINumber", path) for item in ds.ROIContourSequence]  # listed or not
    observations = [number_of(item, "ObservationNumber", path) for item in ds.RTROIObservationsSequence]
    number, observation = max(numbers, default=0), max(observations, default=0)
    assert volume.dicom is not None
    for done, roi in enumerate(rois):
        if roi.name in taken:
            raise UserError(
                f"the structure set already has an ROI called {roi.name!r}", path=path, remedy="Choose another name"
            )
        number, observation = number + 1, observation + 1
        progress(0.7 * done / len(rois), f"tracing {roi.name}")
        ds.StructureSetROISequence.append(_roi_item(roi, number, volume.dicom))
        ds.ROIContourSequence.append(_contours_item(roi, number, volume, token))
        ds.RTROIObservationsSequence.append(_observation_item(roi, number, observation))


def _roi_item(roi: Roi, number: int, reference: DicomReference) -> Dataset:
    item = Dataset()
    item.ROINumber = number
    item.ReferencedFrameOfReferenceUID = UID(frame_of_reference(reference))
    item.ROIName = roi.name
    item.ROIGenerationAlgorithm = "SEMIAUTOMATIC"
    origin = roi.provenance
    if origin is not None:
        item.ROIDescription = fitted(origin.description(LIMITS["ST"]), "ST")
        if origin.model:
            item.ROIGenerationDescription = fitted(origin.model_id(LIMITS["LO"]), "LO")
    return item


def _contours_item(roi: Roi, number: int, volume: Volume, token: CancelToken | None) -> Dataset:
    item = Dataset()
    item.ROIDisplayColor = [int(value) for value in roi.colour]
    item.ReferencedROINumber = number
    contours: list[Dataset] = []
    for k in np.flatnonzero(roi.mask.array.any(axis=(1, 2))):
        if token is not None:
            token.check()
        for polygon in trace(roi.mask.array[k]):
            contours.append(_contour_item(polygon, int(k), len(contours) + 1, volume))
    if contours:
        item.ContourSequence = DicomSequence(contours)
    return item


def _contour_item(polygon: np.ndarray, k: int, number: int, volume: Volume) -> Dataset:
    assert volume.dicom is not None
    index = np.column_stack([np.full(len(polygon), float(k)), polygon[:, 1], polygon[:, 0]])
    points = volume.geometry.index_to_world(index)
    text = "\\".join(decimal_texts(points.ravel())).encode()
    text += b" " * (len(text) % 2)
    item = Dataset()
    item.ContourImageSequence = DicomSequence([_image_item(volume.dicom, k)])
    item.ContourGeometricType = "CLOSED_PLANAR"
    item.NumberOfContourPoints = len(points)
    item.ContourNumber = number
    # As finished bytes: pydicom would parse and check every number again, minutes for a large structure set
    item[_CONTOUR_DATA] = RawDataElement(_CONTOUR_DATA, "DS", len(text), text, 0, True, True)
    return item


def _observation_item(roi: Roi, number: int, observation: int) -> Dataset:
    item = Dataset()
    item.ObservationNumber = observation
    item.ReferencedROINumber = number
    item.RTROIInterpretedType = roi.interpreted_type
    item.ROIInterpreter = ""
    return item


def _read_back(temporary: Path, path: Path, rois: Sequence[Roi], volume: Volume, token: CancelToken | None) -> None:
    """Compare every voxel of the written ROIs with the masks, by the reader that anything else goes through."""
    written = {mask.name: mask for mask in read_structure_set(temporary, volume, only=len(rois), token=token)}
    for roi in rois:
        mask = written.get(roi.name)
        wrong = roi.mask.array.size if mask is None else int(np.count_nonzero(mask.array != roi.mask.array))
        if wrong:
            raise UserError(
                f"the contour {roi.name!r} does not read back the same ({wrong} voxels differ); nothing was kept",
                path=path,
                remedy="Please report this, with the image's geometry",
            )
