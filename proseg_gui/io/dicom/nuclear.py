"""Nuclear medicine (NM): reconstructed SPECT, one file of many frames, each of them a slice (PS3.3 C.8.4.8 to 15)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.base.shown import plain
from proseg_gui.io.dicom.headers import DAMAGE, Header

_RECONSTRUCTED = ("RECON TOMO", "RECON GATED TOMO")
_PLACE = ("ImagePositionPatient", "ImageOrientationPatient")
_PARTS = {
    "EnergyWindowVector": "energy window",
    "DetectorVector": "detector",
    "RRIntervalVector": "R-R interval",
    "TimeSlotVector": "time slot",
    "PhaseVector": "phase",
}
"""What tells frames at one place apart."""
_REMEDY = "Export the reconstructed slices (RECON TOMO), or convert it to NIfTI"
_WHAT = "this is a nuclear medicine (NM) image"


def is_nuclear(header: Header) -> bool:
    """Whether the file is of nuclear medicine."""
    return header.text("Modality") == "NM" or header.sop_class.name.startswith("Nuclear Medicine")


def slices_of_nuclear(header: Header) -> list[Header]:
    """One header a frame at its place along the slices' normal.

    The sign of SpacingBetweenSlices says to which side of the first slice the others are stacked (C.8.4.15).

    Raises
    ------
    UserError
        If it is not reconstructed, or does not say where its frames lie.
    """
    kinds = header.text("ImageType").upper().split("\\")
    if not any(part in _RECONSTRUCTED for part in kinds):
        shown = plain(kinds[2].lower()) if len(kinds) > 2 else "of no known kind"
        raise UserError(
            f"{_WHAT} that is {shown}; of these only reconstructed SPECT can be read", path=header.path, remedy=_REMEDY
        )
    first, orientation = (_place(header, keyword) for keyword in _PLACE)
    if np.linalg.norm(np.cross(orientation[:3], orientation[3:])) < 0.5:
        raise header.malformed("ImageOrientationPatient")
    count = int(header.number("NumberOfFrames", 1))
    step = header.number("SpacingBetweenSlices", 0.0)
    if count > 1 and step == 0:
        raise header.missing("SpacingBetweenSlices")
    numbers = _vector(header, "SliceVector", count) or list(range(1, count + 1))
    vectors = {name: _vector(header, keyword, count) for keyword, name in _PARTS.items()}
    telling = {name: values for name, values in vectors.items() if len(set(values)) > 1}
    normal = np.cross(orientation[:3], orientation[3:])
    normal = normal / np.linalg.norm(normal)
    slices = []
    for frame in range(count):
        at = list(first + (numbers[frame] - 1) * step * normal)
        flat = header.tags_with(ImagePositionPatient=at, ImageOrientationPatient=list(orientation))
        if telling:
            flat.StackID = ", ".join(f"{name} {values[frame]}" for name, values in telling.items())
        slices.append(replace(header, tags=flat, frame=frame, frame_count=count))
    return slices


def _place(header: Header, keyword: str) -> np.ndarray:
    """A tag of the image, or of its detectors where these all say the same."""
    count = 3 if keyword == _PLACE[0] else 6
    if header.text(keyword):
        return header.numbers(keyword, count)
    try:
        said = [np.array(item.get(keyword), float) for item in header.value("DetectorInformationSequence") or []
                if item.get(keyword) is not None]  # fmt: skip
    except DAMAGE as error:
        raise header.malformed(keyword) from error
    if not said:
        raise UserError(f"{_WHAT} without the tag {keyword}", path=header.path, remedy=_REMEDY)
    if any(item.shape != (count,) or not np.isfinite(item).all() for item in said):
        raise header.malformed(keyword)
    if any(not np.allclose(item, said[0]) for item in said):
        raise UserError(f"{_WHAT} whose detectors lie at several places", path=header.path, remedy=_REMEDY)
    return said[0]


def _vector(header: Header, keyword: str, count: int) -> list[int]:
    """One whole number a frame; empty where the file has none."""
    value = header.value(keyword)
    if value is None or value == "":
        return []
    try:
        numbers = [int(part) for part in np.atleast_1d(np.array(value, dtype=float))]
    except (TypeError, ValueError, OverflowError) as error:
        raise header.malformed(keyword) from error
    if len(numbers) != count:
        raise header.malformed(keyword)
    return numbers
