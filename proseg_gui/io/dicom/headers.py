"""One DICOM file's header: which kind of object it is, and the tags a reader needs, with errors that name them.

Only the header is read; the place where the pixels begin is remembered, so that they can be fetched straight later.
Patient tags are read for the structure set that will refer to the image; they never go into a message or a log.
"""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pydicom
from pydicom import config
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.pixels import get_decoder
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

from proseg_gui.errors import UserError
from proseg_gui.io.shown import plain

# Real scanners write values that break the standard's rules on length and character set; they are no reason to
# refuse an image, and pydicom's warnings about them would reach the command line's stderr.
config.settings.reading_validation_mode = config.IGNORE
warnings.filterwarnings("ignore", category=UserWarning, module="pydicom")

JPEG_SYNTAXES = (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1)
"""Decoded by GDCM in a process of its own, see ``codec_worker``: a damaged stream can end the process it runs in."""
LOSSY_JPEG = (JPEGBaseline8Bit, JPEGExtended12Bit)
for _syntax in (*JPEG_SYNTAXES, JPEGLSLossless, JPEGLSNearLossless, JPEG2000Lossless, JPEG2000):
    with suppress(ValueError):
        get_decoder(_syntax).remove_plugin("gdcm")  # CharLS and OpenJPEG report damage as errors

PATIENT_TAGS = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")
STUDY_TAGS = (
    *("StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName", "StudyDescription"),
    "PositionReferenceIndicator",
)
SPLIT_TAGS = (
    *("AcquisitionNumber", "EchoTime", "TemporalPositionIdentifier", "DiffusionBValue", "TriggerTime", "ImageType"),
    *("FlipAngle", "InversionTime", "StackID", "NominalPercentageOfCardiacPhase", "KVP", "ConvolutionKernel"),
    *("AcquisitionTime", "ContentTime", "SeriesTime", "SeriesDescription"),
)
"""What can tell two acquisitions in one series apart, the plainest first."""

READ_TAGS = (
    *("SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "Modality", "StudyInstanceUID", "SeriesInstanceUID"),
    *("FrameOfReferenceUID", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns"),
    *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel", "PhotometricInterpretation"),
    *("NumberOfFrames", "RescaleSlope", "RescaleIntercept", "RescaleType", "Units", "ModalityLUTSequence"),
    *("WindowCenter", "WindowWidth", "SeriesDescription", "SeriesNumber", "SliceThickness", "SpacingBetweenSlices"),
    *("StructureSetLabel", "ContentLabel", "InstanceNumber", "ContentDate"),
    *("SeriesDate", "SeriesTime", "AcquisitionDate", "SUVType", "CorrectedImage", "DecayCorrection", "PatientWeight"),
    *("RadiopharmaceuticalInformationSequence", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
    *PATIENT_TAGS,
    *STUDY_TAGS,
    *SPLIT_TAGS,
)
_PIXEL_DATA = (0x7FE0, 0x0010)
_UNDEFINED = 0xFFFFFFFF
_MOST = 1e9
"""A million metres: what is beyond overflows further on."""
_MOST_INFLATED = 1 << 30
"""A deflated file (rare, and never large) may unpack to a thousand times its size."""
_BOMB_BYTES, _BOMB_RATIO = 128 << 20, 500
"""So much from so little is made to fill a memory."""


DAMAGE = (
    *(InvalidDicomError, BytesLengthException, EOFError, OSError, struct.error),
    *(ValueError, TypeError, KeyError, AttributeError, NotImplementedError, OverflowError, RecursionError),
    *(IndexError, MemoryError, zlib.error),
)
"""What pydicom raises on damaged bytes (found by cutting and flipping bytes of real headers)."""


@dataclass(frozen=True, eq=False)
class Header:
    """A DICOM file's tags, and where its pixel element begins (``None`` where the file has none).

    ``frame`` counts from 0 and is ``None`` for a classic file of one slice; ``frame_count`` is the file's.
    """

    path: Path
    tags: Dataset
    transfer_syntax: UID
    pixel_offset: int | None
    frame: int | None = None
    frame_count: int = 1

    @property
    def sop_class(self) -> UID:
        """SOP Class UID; empty when missing."""
        return UID(self.text("SOPClassUID"))

    def text(self, keyword: str) -> str:
        """A tag as text; empty when missing, empty or malformed."""
        try:
            value = self.value(keyword)
        except UserError:
            return ""
        return "" if value is None else str(value).strip()

    def shown(self, keyword: str) -> str:
        """A tag as a short printable line for messages and labels; see :func:`proseg_gui.io.shown.plain`."""
        return plain(self.text(keyword))

    @property
    def place_name(self) -> str:
        """The file's name, and for a multi-frame file which frame of it, counted from 1."""
        return self.path.name if self.frame is None else f"{self.path.name} (frame {self.frame + 1})"

    def needed(self, keyword: str) -> str:
        """A tag as text, or a UserError that names it and the file."""
        value = self.text(keyword)
        if not value:
            raise self.missing(keyword)
        return value

    def numbers(self, keyword: str, count: int) -> np.ndarray:
        """A tag as ``count`` floats that can be lengths or directions, or a UserError that names it and the file."""
        value = self.value(keyword)
        if value is None or value == "":
            raise self.missing(keyword)
        try:
            numbers = np.atleast_1d(np.array(value, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise self.malformed(keyword) from error
        if numbers.shape != (count,) or not (np.abs(numbers) <= _MOST).all():
            raise self.malformed(keyword)
        return numbers

    def number(self, keyword: str, default: float | None = None) -> float:
        """A tag's first value as a float; ``default`` where it is missing or empty, an error without one."""
        value = self.value(keyword)
        if isinstance(value, (pydicom.multival.MultiValue, list, tuple)):
            value = value[0] if len(value) else None
        if value is None or value == "":
            if default is None:
                raise self.missing(keyword)
            return default
        try:
            number = float(value)
        except (TypeError, ValueError) as error:
            raise self.malformed(keyword) from error
        if not np.isfinite(number):
            raise self.malformed(keyword)
        return number

    def value(self, keyword: str) -> Any:
        """A tag as pydicom gives it, ``None`` when missing; a UserError that names it when it is damaged."""
        try:
            return self.tags.get(keyword)
        except DAMAGE as error:
            raise self.malformed(keyword) from error

    def missing(self, keyword: str) -> UserError:
        """The error for a tag that is not there."""
        return UserError(f"the DICOM tag {_tag_text(keyword)} is missing", path=self.path, remedy=_REMEDY)

    def malformed(self, keyword: str) -> UserError:
        """The error for a tag whose value makes no sense."""
        return UserError(f"the DICOM tag {_tag_text(keyword)} is malformed", path=self.path, remedy=_REMEDY)


_REMEDY = "Export the series again from its source"


def read_header(path: Path) -> Header | None:
    """Read one file's header; ``None`` when it is no DICOM file.

    Raises
    ------
    UserError
        If it is a DICOM file whose header is damaged or cut short.
    OSError
        If the file cannot be opened.
    """
    with path.open("rb") as file:
        start = file.read(132)
        has_preamble = start[128:132] == b"DICM"
        if not has_preamble and not _bare_dicom(start):
            return None
        file.seek(0)
        try:
            if DeflatedExplicitVRLittleEndian.encode() in start + file.read(1024):
                _check_deflated(file)
            file.seek(0)
            tags = pydicom.dcmread(file, stop_before_pixels=True, force=not has_preamble, specific_tags=list(READ_TAGS))
            position = file.tell()
        except DAMAGE as error:
            raise UserError("the DICOM header is damaged or cut short", path=path, remedy=_REMEDY) from error
    meta = getattr(tags, "file_meta", None)
    syntax = UID(str(getattr(meta, "TransferSyntaxUID", "") or ImplicitVRLittleEndian))
    # pydicom stops where the pixels begin, or at the end of a file without them; a deflated file it unpacks whole
    has_pixels = syntax == DeflatedExplicitVRLittleEndian or position + 8 < path.stat().st_size
    return Header(path, tags, syntax, position if has_pixels else None)


def raw_pixels(header: Header, expected_bytes: int) -> bytearray:
    """The bytes of one uncompressed frame, straight from the file.

    Raises
    ------
    UserError
        If the file holds fewer than ``expected_bytes`` of them a frame, or more than a padding byte.
    """
    if header.pixel_offset is None:
        raise UserError("the file ends before its pixels", path=header.path, remedy="Copy or export it again")
    try:
        with header.path.open("rb") as file:
            file.seek(header.pixel_offset)
            length = _element_length(file.read(12), header.transfer_syntax.is_implicit_VR)
            if length is None:
                raise UserError("its pixels are not stored as PixelData", path=header.path, remedy=_REMEDY)
            start = 8 if header.transfer_syntax.is_implicit_VR else 12
            file.seek(header.pixel_offset + start + (header.frame or 0) * expected_bytes)
            data = bytearray(expected_bytes)
            got = file.readinto(data)
    except OSError as error:
        raise UserError(f"the file cannot be read ({error.strerror or error})", path=header.path) from error
    if got < expected_bytes:
        raise UserError(
            f"the pixels are cut short ({got} of {expected_bytes} bytes)", path=header.path, remedy="Copy it again"
        )
    promised = expected_bytes * header.frame_count
    if not promised <= length <= promised + 1:
        raise UserError(
            f"it holds {length} bytes of pixels where its header promises {promised}",
            path=header.path,
            remedy=_REMEDY,
        )
    return data


def no_decoder(header: Header) -> UserError:
    """The error for pixels that nothing installed can decode."""
    return UserError(
        f"its pixels are compressed ({header.transfer_syntax.name}) and no decoder for that is installed",
        path=header.path,
        remedy="Export the series uncompressed",
    )


def _check_deflated(file: BinaryIO) -> None:
    """Unpack a deflated file piece by piece, and raise ``ValueError`` if it becomes too large for pydicom to unpack."""
    meta = pydicom.filereader.read_file_meta_info(file.name)
    file.seek(132 + 12 + int(meta.FileMetaInformationGroupLength))
    packed = os.fstat(file.fileno()).st_size
    unpacker, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while (piece := unpacker.unconsumed_tail or file.read(1 << 16)) and not unpacker.eof:
        size += len(unpacker.decompress(piece, 1 << 20))
        if size > _MOST_INFLATED or (size > _BOMB_BYTES and size > _BOMB_RATIO * packed):
            raise ValueError("too large")


def _element_length(start: bytes, implicit: bool) -> int | None:
    if len(start) < 12 or struct.unpack_from("<HH", start) != _PIXEL_DATA:
        return None
    length = struct.unpack_from("<I", start, 4 if implicit else 8)[0]
    return None if length == _UNDEFINED else int(length)


def _bare_dicom(start: bytes) -> bool:
    """Whether the bytes look like a data set without the file preamble: its first tag is of group 0008 or 0002."""
    return len(start) == 132 and start[:2] in (b"\x08\x00", b"\x02\x00") and start[3] == 0


def _tag_text(keyword: str) -> str:
    tag = tag_for_keyword(keyword)
    assert tag is not None
    return f"{keyword} ({tag >> 16:04X},{tag & 0xFFFF:04X})"
