"""Enhanced multi-frame DICOM: every frame as a header of its own, as if it were a classic single-frame file.

The functional groups of PS3.3 C.7.6.16 (shared ones first, then the frame's own) are laid flat over the file's tags, so
that grouping, sorting and rescaling need to know one kind of slice only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from proseg_gui.errors import UserError
from proseg_gui.io.dicom.headers import DAMAGE, READ_TAGS, Header

_GROUPS: dict[str, dict[str, str]] = {
    "PlanePositionSequence": {"ImagePositionPatient": "ImagePositionPatient"},
    "PlaneOrientationSequence": {"ImageOrientationPatient": "ImageOrientationPatient"},
    "PixelMeasuresSequence": {k: k for k in ("PixelSpacing", "SliceThickness", "SpacingBetweenSlices")},
    "PixelValueTransformationSequence": {k: k for k in ("RescaleSlope", "RescaleIntercept", "RescaleType")},
    "FrameVOILUTSequence": {k: k for k in ("WindowCenter", "WindowWidth")},
    "FrameContentSequence": {
        "FrameAcquisitionNumber": "AcquisitionNumber",
        "TemporalPositionIndex": "TemporalPositionIdentifier",
        "StackID": "StackID",
    },
    "MREchoSequence": {"EffectiveEchoTime": "EchoTime"},
    "MRDiffusionSequence": {"DiffusionBValue": "DiffusionBValue"},
    "MRTimingAndRelatedParametersSequence": {"FlipAngle": "FlipAngle"},
    "MRModifierSequence": {"InversionTimes": "InversionTime"},
    "CardiacSynchronizationSequence": {"NominalCardiacTriggerDelayTime": "TriggerTime"},
    "CTImageFrameTypeSequence": {"FrameType": "ImageType"},
    "MRImageFrameTypeSequence": {"FrameType": "ImageType"},
    "PETFrameTypeSequence": {"FrameType": "ImageType"},
}
"""Functional group -> {its tag: the classic tag of the same meaning}."""
_CONVERTED = ("UnassignedSharedConvertedAttributesSequence", "UnassignedPerFrameConvertedAttributesSequence")
"""Where a legacy converted image keeps classic tags that have no functional group."""
_DROPPED = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "NumberOfFrames")
_REMEDY = "Export the series again, or as classic single-frame images"


def is_multi_frame(header: Header) -> bool:
    """Whether the file holds several frames, or is of a class that keeps its geometry in functional groups."""
    name = header.sop_class.name
    return header.number("NumberOfFrames", 1) > 1 or name.startswith(("Enhanced", "Legacy Converted"))


def frames_of(header: Header) -> list[Header]:
    """One header a frame, in stored order.

    Raises
    ------
    UserError
        If the frames have no positions of their own, or there are more or fewer than ``NumberOfFrames`` says.
    """
    try:
        shared, own = (list(header.value(keyword) or []) for keyword in _DROPPED[:2])
    except TypeError as error:
        raise header.malformed(_DROPPED[1]) from error
    count = int(header.number("NumberOfFrames", 1))
    if not own:
        raise UserError(
            "this multi-frame image does not say where its frames lie (PerFrameFunctionalGroupsSequence is missing)",
            path=header.path,
            remedy=_REMEDY,
        )
    if len(own) != count:
        raise UserError(
            f"it holds the positions of {len(own)} frames where its header promises {count}",
            path=header.path,
            remedy=_REMEDY,
        )
    base = Dataset()
    dropped = {tag_for_keyword(keyword) for keyword in _DROPPED}
    base.update({tag: header.tags.get_item(tag) for tag in header.tags.keys() if tag not in dropped})  # noqa: SIM118
    try:
        _lay_over(base, shared[:1])
        return [
            replace(header, tags=_flat(base, item), frame=number, frame_count=count) for number, item in enumerate(own)
        ]
    except DAMAGE as error:
        raise UserError("its functional groups are damaged", path=header.path, remedy=_REMEDY) from error


def _flat(base: Dataset, item: Dataset) -> Dataset:
    flat = Dataset()
    flat.update({tag: base.get_item(tag) for tag in base.keys()})  # noqa: SIM118
    _lay_over(flat, [item])
    return flat


def _lay_over(flat: Dataset, items: Iterable[Dataset]) -> None:
    """Set the classic tags that the functional groups of ``items`` speak of."""
    for item in items:
        for group, keywords in _GROUPS.items():
            for part in item.get(group) or []:
                for keyword, classic in keywords.items():
                    value = part.get(keyword)
                    if value is not None:
                        flat.pop(classic, None)  # elements are shared between frames, so none is changed in place
                        setattr(flat, classic, value)
        for group in _CONVERTED:
            for part in item.get(group) or []:
                for keyword in READ_TAGS:
                    if keyword in part:
                        flat.pop(keyword, None)
                        setattr(flat, keyword, part.get(keyword))
