"""One DICOM file's header: which kind of object it is, and the tags a reader needs, with errors that name them.

Only the header is read; the place where the pixels begin is remembered, so that they can be fetched straight later.
Patient tags are read for the structure set that will refer to the image; they never go into a message or a log.
"""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pydicom
from pydicom import config
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_dataset
from pydicom.pixels import get_decoder
from pydicom.tag import BaseTag, Tag
from pydicom.uid import (
    JPEG2000,
    UID,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
)
from pydicom.uid import DeflatedExplicitVRLittleEndian as Deflated

from proseg_gui.errors import UserError
from proseg_gui.io.base.shown import one_line, plain
from proseg_gui.io.dicom.csa import PRIVATE_TAGS, Mosaic, Tile, mosaic_of
from proseg_gui.io.dicom.encoding import (
    START_BYTES,
    Encoding,
    PixelElement,
    encoding_of,
    has_preamble,
    is_bare,
    pixel_element,
    true_syntax,
)

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

READ_TAGS: tuple[str, ...] = (
    *("SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "Modality", "StudyInstanceUID", "SeriesInstanceUID"),
    *("FrameOfReferenceUID", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns"),
    *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel", "PhotometricInterpretation"),
    *("NumberOfFrames", "RescaleSlope", "RescaleIntercept", "RescaleType", "Units", "ModalityLUTSequence"),
    *("WindowCenter", "WindowWidth", "SeriesDescription", "SeriesNumber", "SliceThickness", "SpacingBetweenSlices"),
    *("StructureSetLabel", "ContentLabel", "InstanceNumber", "ContentDate"),
    *("SeriesDate", "SeriesTime", "AcquisitionDate", "SUVType", "CorrectedImage", "DecayCorrection", "PatientWeight"),
    *("RadiopharmaceuticalInformationSequence", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
    *("DetectorInformationSequence", "SliceVector", "EnergyWindowVector", "DetectorVector", "RRIntervalVector"),
    *("TimeSlotVector", "PhaseVector", "AcquisitionMatrix"),
    *PATIENT_TAGS,
    *STUDY_TAGS,
    *SPLIT_TAGS,
)
_TAGS = [Tag(keyword) for keyword in READ_TAGS]
_PIXEL_TAGS = (0x7FE00010, 0x7FE00008, 0x7FE00009)
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

    ``transfer_syntax`` is the true one; ``named_syntax`` is what the file names where that is another. ``frame`` counts
    from 0 and is ``None`` for a classic file of one slice; ``frame_count`` is the file's.
    """

    path: Path
    tags: Dataset
    transfer_syntax: UID
    pixel_offset: int | None
    pixels: PixelElement | None = None
    named_syntax: UID | None = None
    frame: int | None = None
    frame_count: int = 1
    mosaic: Mosaic | None = None
    tile: Tile | None = None
    _values: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    """Values that were asked for: pydicom takes as long for the tenth time as for the first."""

    @property
    def sop_class(self) -> UID:
        """SOP Class UID; empty when missing."""
        return UID(self.text("SOPClassUID"))

    def text(self, keyword: str) -> str:
        """A tag as one line of text, several values parted by backslashes; empty when missing, empty or malformed."""
        try:
            value = self.value(keyword)
        except UserError:
            return ""
        if isinstance(value, pydicom.multival.MultiValue):
            value = "\\".join(str(part) for part in value)
        return "" if value is None else one_line(str(value)).strip()

    def shown(self, keyword: str) -> str:
        """A tag as a short printable line for messages and labels; see :func:`proseg_gui.io.shown.plain`."""
        return plain(self.text(keyword))

    @property
    def place_name(self) -> str:
        """The file's name, and for a multi-frame file which frame of it, counted from 1."""
        if self.tile is not None:
            return f"{self.path.name} (tile {self.tile.number + 1})"
        return self.path.name if self.frame is None else f"{self.path.name} (frame {self.frame + 1})"

    def tags_with(self, **values: Any) -> Dataset:
        """The tags with other values by keyword; an element that both have is never changed in place."""
        changed = {tag_for_keyword(keyword) for keyword in values}
        flat = Dataset()
        flat.update({tag: self.tags.get_item(tag) for tag in self.tags.keys() if tag not in changed})  # noqa: SIM118
        for keyword, value in values.items():
            setattr(flat, keyword, value)
        return flat

    @property
    def is_first(self) -> bool:
        """Whether this is the file's only slice, or the first of them."""
        return self.frame in (None, 0) and (self.tile is None or self.tile.number == 0)

    @property
    def picture(self) -> tuple[int, int]:
        """(rows, columns) of a frame as it is stored: the whole mosaic for a tile."""
        return self.tile.full if self.tile else (int(self.number("Rows")), int(self.number("Columns")))

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
        if keyword not in self._values:
            try:
                self._values[keyword] = self.tags.get(keyword)
            except DAMAGE as error:
                raise self.malformed(keyword) from error
        return self._values[keyword]

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
        start = file.read(START_BYTES)
        if not has_preamble(start) and not is_bare(start):
            return None
        encoding = encoding_of(start)
        try:
            tags = _parsed(file, encoding, [*_TAGS, *PRIVATE_TAGS])
            position = file.tell()
            pixels = None if encoding.syntax == Deflated else pixel_element(file, position, encoding)
            syntax = true_syntax(file, encoding, pixels)
            mosaic = mosaic_of(tags)
            for tag in PRIVATE_TAGS:
                tags.pop(tag, None)  # a CSA header is larger than all the rest
        except DAMAGE as error:
            raise UserError("the DICOM header is damaged or cut short", path=path, remedy=_REMEDY) from error
    # pydicom stops where the pixels begin, or at the end of a file without them; a deflated file it unpacks whole
    has_pixels = syntax == Deflated or position + 8 < path.stat().st_size
    named = encoding.named if encoding.named not in (None, syntax) else None
    return Header(path, tags, syntax, position if has_pixels else None, pixels, named, mosaic=mosaic)


def read_whole(path: Path) -> Dataset:
    """A file's whole data set, pixels included, whatever its meta header says; as it is really stored.

    Raises
    ------
    Exception
        One of :data:`DAMAGE`; ``InvalidDicomError`` for a file that is none.
    """
    with path.open("rb") as file:
        start = file.read(START_BYTES)
        if not has_preamble(start) and not is_bare(start):
            raise InvalidDicomError("no DICOM file")
        encoding = encoding_of(start)
        return _parsed(file, encoding, None)


def _parsed(file: BinaryIO, encoding: Encoding, tags: Sequence[BaseTag] | None) -> Dataset:
    """The data set of a file: these ``tags``, up to its pixels, or all of it with ``None``."""
    only: list[BaseTag | int] | None = None if tags is None else list(tags)
    if encoding.contradicts or encoding.named is None:
        file.seek(encoding.data_at)
        stored = encoding.stored or ImplicitVRLittleEndian
        stop = None if tags is None else _is_pixels
        ds = read_dataset(file, stored.is_implicit_VR, stored.is_little_endian, stop_when=stop, specific_tags=only)
        ds.file_meta = FileMetaDataset()  # what is true of the file, whatever its own meta header says, or without one
        ds.file_meta.TransferSyntaxUID = stored
        ds.set_original_encoding(stored.is_implicit_VR, stored.is_little_endian)
        return ds
    if encoding.syntax == Deflated:
        _check_deflated(file)
    file.seek(0)
    return pydicom.dcmread(file, stop_before_pixels=tags is not None, force=True, specific_tags=only)


def _is_pixels(tag: BaseTag, vr: str | None, length: int) -> bool:
    return tag in _PIXEL_TAGS


def raw_pixels(header: Header, expected_bytes: int, begin: int = 0, count: int | None = None) -> bytearray:
    """The bytes of one uncompressed frame of ``expected_bytes``, or ``count`` of them, straight from the file.

    Raises
    ------
    UserError
        If the file holds fewer than ``expected_bytes`` of them a frame, or as many frames more as no padding has.
    """
    if header.pixel_offset is None:
        raise UserError("the file ends before its pixels", path=header.path, remedy="Copy or export it again")
    pixels = header.pixels
    if pixels is None or pixels.length is None:
        raise UserError("its pixels are not stored as PixelData", path=header.path, remedy=_REMEDY)
    promised = expected_bytes * header.frame_count
    more = pixels.length - promised
    try:
        with header.path.open("rb") as file:
            file.seek(pixels.values_at + (header.frame or 0) * expected_bytes + begin)
            data = bytearray(expected_bytes if count is None else count)
            got = file.readinto(data)
            file.seek(pixels.values_at + promised)
            filled = more > 1 and more % expected_bytes == 0 and any(file.read(more))
    except OSError as error:
        raise UserError(f"the file cannot be read ({error.strerror or error})", path=header.path) from error
    if got < len(data):
        raise UserError(
            f"the pixels are cut short ({got} of {len(data)} bytes)", path=header.path, remedy="Copy it again"
        )
    if more < 0 or filled:
        raise UserError(
            f"it holds {pixels.length} bytes of pixels where its header promises {promised}",
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


def _tag_text(keyword: str) -> str:
    tag = tag_for_keyword(keyword)
    assert tag is not None
    return f"{keyword} ({tag >> 16:04X},{tag & 0xFFFF:04X})"
