"""DICOM Segmentation out, by highdicom: masks bit exact, probability maps in 256 steps, read back before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from highdicom import AlgorithmIdentificationSequence
from highdicom.color import CIELabColor
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentDescription
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.sr.coding import Code
from pydicom.uid import UID, CTImageStorage, generate_uid

from proseg_gui import __version__
from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_write, check_target
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.contours.seg_read import read_segments
from proseg_gui.io.contours.structure_codes import Concept, StructureCode, structure_codes
from proseg_gui.io.dicom.common import (
    LIMITS,
    MANUFACTURER,
    decimals,
    fill_patient_and_study,
    fitted,
    frame_of_reference,
    person,
    save,
)
from proseg_gui.io.dicom.deidentify import Pseudonym, deidentify
from proseg_gui.io.dicom.provenance import contributing_equipment
from proseg_gui.io.dicom.write import series_for
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import DicomReference, Geometry, Mask, Volume

KINDS = ("binary", "fractional")
MAX_BYTES = 2 << 30
"""highdicom holds all segments in memory at once; more than this is refused before it is tried."""
_STEPS = 255
_BYTE = 8
_ARTIFICIAL_INTELLIGENCE = Code("123110", "DCM", "Artificial Intelligence")  # CID 7162


@dataclass(frozen=True, eq=False)
class Segment:
    """One segment to write. Its name is fitted to what DICOM allows here and nowhere else.

    ``content`` is a :class:`Mask` (kind binary) or values ``(z, y, x)`` from 0 to 1 (kind fractional). ``code`` says
    what it is in DICOM's words: chosen by the user, ``Tissue`` (which claims nothing) otherwise.
    """

    name: str
    content: Mask | np.ndarray
    colour: tuple[int, int, int] = (255, 200, 0)
    code: StructureCode = field(default_factory=lambda: structure_codes()[0])
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", fitted(self.name, "LO"))


def write_seg(
    segments: Sequence[Segment],
    study_volume: Volume,
    path: str | Path,
    kind: str = "binary",
    *,
    overwrite: bool = False,
    provenance: Provenance | None = None,
    deidentified: bool = False,
    named: Pseudonym | None = None,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> tuple[str, ...]:
    """Write segments as one DICOM SEG, read it back, compare every voxel, and only then let it appear.

    Parameters
    ----------
    segments:
        Names must differ. Masks may overlap; an empty one becomes a segment without frames.
    study_volume:
        The image. Without a :class:`DicomReference`, and with ``deidentified``, it is written as a DICOM series into
        the folder ``<name>_image`` beside ``path``.
    kind:
        ``binary``: masks, bit exact. ``fractional``: probabilities in steps of 1/255, so up to 1/510 off.
    named:
        With ``deidentified``: what the patient is called, by which all exports of a study have the same new UIDs.

    Returns
    -------
    Notices for the user.

    Raises
    ------
    UserError
        If something lies on another grid, names repeat, it is too large, ``path`` exists or cannot be written, or
        the file does not read back the same.
    """
    path = Path(path)
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}")
    check_target(path, overwrite=overwrite)
    _check(segments, study_volume.geometry, kind, path)
    given = provenance or Provenance()
    if deidentified:
        given = given.anonymous()
        segments = [replace(s, provenance=s.provenance and s.provenance.anonymous()) for s in segments]
    with series_for(
        study_volume, path, overwrite=overwrite, deidentified=deidentified, named=named, progress=progress, token=token
    ) as (volume, notices, rest):
        assert volume.dicom is not None
        rest(0.1, "packing")
        seg = _build(segments, volume, kind, given, path)
        if deidentified:
            deidentify(seg, study_volume.origin, named)
        rest(0.6, "writing")
        if token is not None:
            token.check()

        def write(temporary: Path) -> None:
            save(seg, temporary)
            rest(0.8, "reading back")
            _read_back(temporary, path, segments, volume, kind, token)

        atomic_write(path, write, overwrite=overwrite)
    progress(1.0, "checked")
    return notices


def _check(segments: Sequence[Segment], geometry: Geometry, kind: str, path: Path) -> None:
    if not segments:
        raise UserError("there is no segment to write", path=path)
    seen: set[str] = set()
    for segment in segments:
        name, content = segment.name, segment.content
        if not name or name in seen:
            what = "a segment needs a name" if not name else f"two segments would be called {name!r}"
            raise UserError(what, path=path, remedy="Give each its own name of at most 64 characters")
        seen.add(name)
        if isinstance(content, Mask) != (kind == "binary"):
            raise ValueError("binary segments are masks, fractional ones arrays")
        if isinstance(content, Mask):
            difference = geometry.difference(content.geometry)
            if difference:
                raise UserError(f"the mask {segment.name!r} is not on the image's grid: {difference}", path=path)
        elif content.shape != geometry.shape or not (content.min() >= 0 and content.max() <= 1):
            raise UserError(f"the map {segment.name!r} is not on the image's grid or not within 0 and 1", path=path)


def _build(
    segments: Sequence[Segment],
    volume: Volume,
    kind: str,
    given: Provenance,
    path: Path,
) -> Dataset:
    first, last = _extent(segments)
    stack = _stack(segments, first, last, kind, path)
    now = datetime.now()
    seg: Dataset = Segmentation(
        source_images=[_source(volume, k) for k in range(first, last + 1)],
        pixel_array=np.moveaxis(stack, 0, -1),
        segmentation_type=kind.upper(),
        segment_descriptions=[_description(i + 1, segment) for i, segment in enumerate(segments)],
        series_instance_uid=generate_uid(),
        series_number=1,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MANUFACTURER,
        software_versions=__version__,
        device_serial_number="0",
        content_label="SEGMENTATION",
        content_description=fitted(given.model_id(LIMITS["LO"]) or "No model named", "LO"),
        content_creator_name=person(given.user) or None,
    )
    if kind == "binary" and seg.Rows * seg.Columns < _BYTE:
        _close_gaps(seg)
    reference = volume.dicom
    assert reference is not None
    fill_patient_and_study(seg, reference)
    _refer(seg, reference, first)
    seg.SeriesDescription = "Segmentation, not approved"
    seg.SeriesDate, seg.SeriesTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    origins = [(segment.name, segment.provenance) for segment in segments]
    seg.ContributingEquipmentSequence = DicomSequence(contributing_equipment(given, origins))
    return seg


def _close_gaps(seg: Dataset) -> None:
    """Pack frames of fewer than 8 pixels without a gap, as DICOM wants: highdicom 0.28 begins a new byte for each."""
    size, count = seg.Rows * seg.Columns, int(seg.NumberOfFrames)
    frames = np.unpackbits(np.frombuffer(seg.PixelData, np.uint8, count)[:, None], axis=1, bitorder="little")
    packed = np.packbits(frames[:, :size], bitorder="little").tobytes()
    seg.PixelData = packed + b"\0" * (len(packed) % 2)


def _extent(segments: Sequence[Segment]) -> tuple[int, int]:
    """First and last slice in which anything is; slices without are then not held in memory."""
    inside = np.zeros(_array(segments[0]).shape[0], bool)
    for segment in segments:
        inside |= _array(segment).any(axis=(1, 2))
    found = np.flatnonzero(inside)
    return (int(found[0]), int(found[-1])) if found.size else (0, 0)


def _array(segment: Segment) -> np.ndarray:
    return segment.content.array if isinstance(segment.content, Mask) else segment.content


def _stack(segments: Sequence[Segment], first: int, last: int, kind: str, path: Path) -> np.ndarray:
    """``(segment, z, y, x)``: uint8 0 and 1, or float32."""
    dtype = np.dtype(np.uint8 if kind == "binary" else np.float32)
    shape = (len(segments), last - first + 1, *_array(segments[0]).shape[1:])
    if int(np.prod(shape)) * dtype.itemsize > MAX_BYTES:
        raise UserError(
            f"{len(segments)} segments of {shape[1]} slices are too large for one DICOM SEG",
            path=path,
            remedy="Export fewer masks at a time, or as NIfTI or RTSTRUCT",
        )
    stack = np.empty(shape, dtype)
    for target, segment in zip(stack, segments, strict=True):
        target[...] = _array(segment)[first : last + 1]
    return stack


def _source(volume: Volume, k: int) -> Dataset:
    """What highdicom looks at in slice ``k``'s file; made here, because the files may be gone or multi-frame."""
    geometry, reference = volume.geometry, volume.dicom
    assert reference is not None
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    # Empty: highdicom refuses what real files hold (a sex of "X", a date with dots); the tags are filled in later
    fill_patient_and_study(ds, replace(reference, patient={}))
    # highdicom wants a multi-frame image as one data set with all its groups; a stand-in for each frame does as well
    ds.SOPClassUID = CTImageStorage if reference.frame_numbers else UID(reference.sop_class_uid)
    ds.SOPInstanceUID = UID(f"2.25.{k + 1}" if reference.frame_numbers else reference.sop_instance_uids[k])
    ds.SeriesInstanceUID = UID(reference.series_instance_uid)
    ds.FrameOfReferenceUID = UID(frame_of_reference(reference))
    ds.PositionReferenceIndicator = ""
    ds.Modality = volume.modality or "OT"
    _, ds.Rows, ds.Columns = geometry.shape
    ds.ImagePositionPatient = decimals(geometry.slice_origins()[k])
    ds.ImageOrientationPatient = decimals([*geometry.direction[:, 0], *geometry.direction[:, 1]])
    ds.PixelSpacing = decimals(geometry.spacing_mm[1:])
    ds.SliceThickness = decimals([float(geometry.slice_thickness_mm()[k])])[0]
    if geometry.is_even:
        ds.SpacingBetweenSlices = ds.SliceThickness
    return ds


def _description(number: int, segment: Segment) -> SegmentDescription:
    code, origin = segment.code, segment.provenance
    by_model = origin is not None and bool(origin.model)
    algorithm = None
    if origin is not None and by_model:
        algorithm = AlgorithmIdentificationSequence(
            name=fitted(origin.model, "LO"),
            family=_ARTIFICIAL_INTELLIGENCE,
            version=fitted(origin.model_version, "LO") or "0",
            source=MANUFACTURER,
        )
        details = {"rater": origin.rater, "sample": origin.sample, "edits": origin.edits}
        details |= {"latents": origin.point_text()}  # last, because it may be too long and is cut then
        told = [f"{key}={text}" for key, text in details.items() if text]
        algorithm[0].AlgorithmParameters = fitted(",".join(told), "LT")
    item = SegmentDescription(
        segment_number=number,
        segment_label=segment.name,
        segmented_property_category=_code(code.category),
        segmented_property_type=_code(code.kind),
        algorithm_type=SegmentAlgorithmTypeValues.SEMIAUTOMATIC if by_model else SegmentAlgorithmTypeValues.MANUAL,
        algorithm_identification=algorithm,
        display_color=CIELabColor.from_rgb(*segment.colour),
    )
    item.SegmentDescription = fitted("" if origin is None else origin.description(LIMITS["ST"]), "ST")
    return item


def _code(concept: Concept) -> Code:
    return Code(concept.code, concept.scheme, concept.meaning)


def _refer(seg: Dataset, reference: DicomReference, first: int) -> None:
    """Refer to the whole series; for a multi-frame image to its one instance, with the frame's number."""
    if reference.frame_numbers:
        for group in seg.PerFrameFunctionalGroupsSequence:
            for derived in group.get("DerivationImageSequence", []):
                for image in derived.SourceImageSequence:
                    k = int(image.ReferencedSOPInstanceUID.rpartition(".")[2]) - 1
                    image.ReferencedSOPClassUID = UID(reference.sop_class_uid)
                    image.ReferencedSOPInstanceUID = UID(reference.sop_instance_uids[k])
                    image.ReferencedFrameNumber = reference.frame_numbers[k]
    references = []
    for uid in dict.fromkeys(reference.sop_instance_uids):
        item = Dataset()
        item.ReferencedSOPClassUID = UID(reference.sop_class_uid)
        item.ReferencedSOPInstanceUID = UID(uid)
        references.append(item)
    seg.SourceImageSequence = DicomSequence(references)
    seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence = DicomSequence(references)


def _read_back(
    temporary: Path, path: Path, segments: Sequence[Segment], volume: Volume, kind: str, token: CancelToken | None
) -> None:
    written = {segment.name: segment for segment in read_segments(temporary, volume, token=token)}
    for segment in segments:
        found = written.get(segment.name)
        if found is None:
            wrong = _array(segment).size
        elif isinstance(segment.content, Mask):
            wrong = int(np.count_nonzero(found.mask.array != segment.content.array))
        else:
            assert found.values is not None
            wrong = int(np.count_nonzero(np.abs(found.values - segment.content) > 0.501 / _STEPS))
        if wrong:
            raise UserError(
                f"the segment {segment.name!r} does not read back the same ({wrong} voxels differ); nothing was kept",
                path=path,
                remedy="Please report this, with the image's geometry",
            )
