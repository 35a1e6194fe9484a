"""Hostile files, each made by a few lines here: one a class of public report, or of what a damaged file can claim.

``CASES`` lists them. ``make(folder)`` writes the files and returns the arguments of ``proseg-gui``; ``code`` and
``says`` are what it has to answer. docs/decisions/io-hostile.md has the table of where each one comes from.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    MediaStorageDirectoryStorage,
    RLELossless,
    RTStructureSetStorage,
)

SIDE = 8
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
VALUES = np.arange(3 * SIDE * SIDE, dtype=np.int16).reshape(3, SIDE, SIDE)


@dataclass(frozen=True)
class Case:
    """One file or folder, the class it stands for, and the answer: exit code and a part of the one line on stderr."""

    name: str
    source: str
    make: Callable[[Path], list[str]]
    says: str
    code: int | None = 2
    """``None``: it may be read, or refused."""


CASES: list[Case] = []


def case(source: str, says: str = "", code: int | None = 2):
    """Add a maker to the list."""

    def add(make: Callable[[Path], list[str]]) -> Callable[[Path], list[str]]:
        CASES.append(Case(make.__name__, source, make, says, code))
        return make

    return add


# -- parts ------------------------------------------------------------------------------------------------------------
def opening(path: Path, mask: Path | None = None, depth: int = 3) -> list[str]:
    """Open ``path`` (and a mask on it), and write the mask anew."""
    if mask is None:
        mask = path.parent / "own_mask.nii"
        nib.save(nib.Nifti1Image((VALUES[:depth].T > 9).astype(np.uint8), LPS), mask)
    out = path.parent / "out" / "mask.nii.gz"
    return ["export", "--image", str(path), "--mask", str(mask), "--name", "a", "--format", "nifti", "--out", str(out)]


def good_image(folder: Path) -> Path:
    nib.save(nib.Nifti1Image(VALUES.T, LPS), folder / "good.nii")
    return folder / "good.nii"


def dicom_slice(k: int = 0, **tags: object) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = CTImageStorage
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = f"1.2.3.4.{k + 1}"
    ds.Modality, ds.PatientName, ds.PatientID = "CT", "Secret^Name", "PID-7"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = "1.2.3", "1.2.3.4", "1.2.3.5"
    ds.PixelSpacing, ds.ImageOrientationPatient = [1, 1], [1, 0, 0, 0, 1, 0]
    ds.ImagePositionPatient, ds.InstanceNumber = [0, 0, k], k + 1
    ds.Rows = ds.Columns = SIDE
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.PixelData = VALUES[k].tobytes()
    ds["PixelData"].VR = "OW"
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    return ds


def saved(ds: Dataset, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path


def dicom_bytes(**tags: object) -> bytes:
    buffer = io.BytesIO()
    dicom_slice(**tags).save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def with_text(content: bytes, tag: bytes, value: bytes) -> bytes:
    """The file with another value in an element of two letters and two bytes of length."""
    at = content.find(tag)
    (length,) = struct.unpack_from("<H", content, at + 6)
    return content[: at + 6] + struct.pack("<H", len(value)) + value + content[at + 8 + length :]


def compressed(syntax: str, coded: list[bytes], path: Path, bits: int = 16, **tags: object) -> Path:
    ds = dicom_slice(**tags)
    ds.file_meta.TransferSyntaxUID = syntax
    ds.BitsAllocated = ds.BitsStored = bits
    ds.HighBit, ds.PixelRepresentation = bits - 1, 0
    ds.PixelData = encapsulate(coded)
    ds["PixelData"].VR = "OB"
    return saved(ds, path)


def jpeg(width: int = SIDE, height: int = SIDE) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((SIDE, SIDE), 7, np.uint8)).save(buffer, "JPEG")
    content = bytearray(buffer.getvalue())
    at = content.find(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def nifti(folder: Path, name: str = "a.nii", **fields: object) -> Path:
    """A NIfTI-1 file whose header's fields are overwritten after it was written."""
    buffer = nib.Nifti1Image(VALUES.T, LPS).to_bytes()
    header = np.frombuffer(buffer[:348], nib.nifti1.header_dtype.newbyteorder("<")).copy()
    for field, value in fields.items():
        header[field] = value
    (folder / name).write_bytes(header.tobytes() + buffer[348:])
    return folder / name


def bomb(start: bytes, megabytes: int, wbits: int = -zlib.MAX_WBITS) -> bytes:
    """A deflate stream of ``start`` and zeros: one block of them, packed once and repeated."""
    packer = zlib.compressobj(9, wbits=wbits)
    begin = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(16 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return begin + block * (megabytes // 16) + packer.flush()


NRRD = "NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 8 8 3\nendian: little\n"
MHA = "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nCompressedData = False\n"
MHA_END = "DimSize = 8 8 3\nElementType = MET_SHORT\nElementDataFile = LOCAL\n"
IDENTITY = "space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\n"


def text(path: Path, header: str, voxels: bytes = VALUES.tobytes()) -> Path:
    path.write_bytes(header.encode("latin-1") + voxels)
    return path


# -- DICOM ------------------------------------------------------------------------------------------------------------
@case("found here: ITK let GDCM try it, 26 s and 4.4 GB", "neither a NIfTI nor an ANALYZE header")
def dicom_called_hdr(folder):
    (folder / "scan.hdr").write_bytes(bytes(128) + b"DICM" + b"\x02\0\x01\0\xff\xff\xff\xff" + bytes(range(125)))
    return opening(folder / "scan.hdr")


@case("pydicom#2330, fo-dicom#2114: sequences nested thousands deep", "damaged")
def nested_sequences(folder):
    content = dicom_bytes()
    deep = b"".join(b"\x40\0\x30\xa7SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff" for _ in range(5000))
    at = content.find(b"\xe0\x7f\x10\0")
    (folder / "a.dcm").write_bytes(content[:at] + deep + content[at:])
    return opening(folder / "a.dcm")


@case("pydicom#2330, in a sequence that is read", "damaged")
def nested_functional_groups(folder):
    content = dicom_bytes(SOPClassUID=EnhancedCTImageStorage, NumberOfFrames="3")
    item = b"\xfe\xff\0\xe0\xff\xff\xff\xff"
    deep = b"\x00\x52\x29\x92SQ\0\0\xff\xff\xff\xff" + item
    deep += b"".join(b"\x40\0\x30\xa7SQ\0\0\xff\xff\xff\xff" + item for _ in range(5000))
    at = content.find(b"\xe0\x7f\x10\0")
    (folder / "a.dcm").write_bytes(content[:at] + deep + content[at:])
    return opening(folder / "a.dcm")


@case("DCMTK CVE-2022-2121 and OSS-Fuzz class: an element longer than the file", "the pixels are cut short")
def element_of_four_gigabytes(folder):
    content = dicom_bytes()
    at = content.find(b"\xe0\x7f\x10\0")
    (folder / "a.dcm").write_bytes(content[:at] + b"\x09\0\x10\x10OB\0\0\xfe\xff\xff\xff" + b"x" * 32)
    return opening(folder / "a.dcm")


@case("CVE-2026-3650 (GDCM 3.2.2): value representations that do not exist, in the file's meta information", "")
def unknown_representation_in_meta(folder):
    content = dicom_bytes()
    at = content.find(b"\x02\0\x10\0UI")
    strange = b"".join(b"\x02\0" + struct.pack("<H", 0x200 + k) + b"QQ\0\0\xff\xff\xff\x7f" for k in range(200))
    (folder / "a.dcm").write_bytes(content[:at] + strange + content[at:])
    return opening(folder / "a.dcm")


@case("SimpleITK#2445 (GDCM SequenceOfFragments): fragments whose lengths underflow", "", 0)
def fragment_of_odd_length(folder):
    path = compressed(JPEGBaseline8Bit, [jpeg()], folder / "a.dcm", 8)
    content = bytearray(path.read_bytes())
    at = content.rfind(b"\xfe\xff\0\xe0")
    content[at + 4 : at + 8] = b"\xfb\xff\xff\xff"
    path.write_bytes(content)
    return opening(path, depth=1)


@case("GDCM, pydicom#2324: a basic offset table that points beyond the end", "cannot be decoded")
def offset_table_beyond_the_end(folder):
    path = compressed(JPEGBaseline8Bit, [jpeg()], folder / "a.dcm", 8)
    content = bytearray(path.read_bytes())
    at = content.rfind(b"\xe0\x7f\x10\0")
    table = content.find(b"\xfe\xff\0\xe0", at)
    content[table + 8 : table + 12] = b"\xf0\xff\xff\xff"
    del content[table + 60 :]
    path.write_bytes(content)
    return opening(path)


@case("libjpeg, GDCM: a stream that claims more pixels than its header", "compressed pixels are 65500 x 65500")
def jpeg_stream_of_65500(folder):
    return opening(compressed(JPEGBaseline8Bit, [jpeg(65500, 65500)], folder / "a.dcm", 8))


@case("OpenJPEG CVE-2024/2025 class: SIZ claims 2^31", "compressed pixels are")
def jpeg2000_bomb(folder):
    siz = struct.pack(">HHHIIIIIIIIH", 0xFF51, 41, 0, 1 << 31, 1 << 31, 0, 0, 1 << 31, 1 << 31, 0, 0, 1)
    return opening(compressed(JPEG2000Lossless, [b"\xff\x4f" + siz + b"\x0f\x01\x01" + bytes(64)], folder / "a.dcm"))


@case("CharLS class: a stream of JPEG-LS cut in its header", "cannot be decoded")
def jpeg_ls_cut(folder):
    start = b"\xff\xd8\xff\xf7" + struct.pack(">HBHHB", 11, 16, SIDE, SIDE, 1) + b"\x01\x11\x00"
    return opening(compressed(JPEGLSLossless, [start], folder / "a.dcm"))


@case("pydicom RLE, DCMTK CVE-2024-47796 class: segments outside the frame", "cannot be decoded")
def rle_segments_outside(folder):
    return opening(compressed(RLELossless, [struct.pack("<16I", 2, 64, 0xFFFFFF00, *[0] * 13)], folder / "a.dcm"))


@case("pynetdicom#1086 (decompression bomb), io-dicom#35: a deflated data set of a gigabyte and more", "damaged")
def deflated_bomb(folder):
    content = dicom_bytes()
    start = content.find(b"\x08\0")
    meta = content[:start].replace(ExplicitVRLittleEndian.encode() + b"\0", DeflatedExplicitVRLittleEndian.encode())
    meta = bytearray(meta)
    struct.pack_into("<I", meta, 140, struct.unpack_from("<I", meta, 140)[0] + len(meta) - start)
    (folder / "a.dcm").write_bytes(bytes(meta) + bomb(content[start:], 1120))
    return opening(folder / "a.dcm")


@case("DCMTK class: 65535 x 65535 pixels claimed", "which no scan has")
def rows_of_65535(folder):
    return opening(saved(dicom_slice(Rows=65535, Columns=65535), folder / "a.dcm"))


@case("DCMTK, dcm4che class: two thousand million frames claimed")
def frames_without_end(folder):
    ds = dicom_slice(SOPClassUID=EnhancedCTImageStorage, NumberOfFrames="2000000000")
    return opening(saved(ds, folder / "a.dcm"))


@case("ITK#5364, GDCM PR 190: BitsAllocated 12")
def twelve_bits_allocated(folder):
    return opening(saved(dicom_slice(BitsAllocated=12, BitsStored=12, HighBit=11), folder / "a.dcm"))


@case("pydicom class: whole numbers and decimals of 400 digits", "malformed")
def numbers_of_400_digits(folder):
    digits = b"1" + b"0" * 399 + b"\\1" + b"0" * 398
    (folder / "a.dcm").write_bytes(with_text(dicom_bytes(), b"\x28\0\x30\0DS", digits))
    return opening(folder / "a.dcm")


@case("found here: pixel spacing 1e308", "malformed")
def spacing_of_1e308(folder):
    for k in range(3):
        path = saved(dicom_slice(k), folder / "s" / f"{k}.dcm")
        path.write_bytes(with_text(path.read_bytes(), b"\x28\0\x30\0DS", b"1e308\\1e308 "))
    return opening(folder / "s")


def _dicomdir(path: Path, names: list[object]) -> None:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    ds.file_meta.MediaStorageSOPInstanceUID = "1.2.9"
    ds.DirectoryRecordSequence = []
    for name in names:
        record = Dataset()
        record.OffsetOfTheNextDirectoryRecord = 1
        record.OffsetOfReferencedLowerLevelDirectoryEntity = 1
        record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", name
        ds.DirectoryRecordSequence.append(record)
    saved(ds, path)


@case(
    "CVE-2026-32711 (pydicom FileSet), DCMTK CVE-2022-2119/2120: a DICOMDIR with ..",
    "image (it holds 2 files outside the folder",
)
def dicomdir_that_leads_out(folder):
    for k in range(3):
        saved(dicom_slice(k), folder / "secret" / f"{k}.dcm")
    _dicomdir(folder / "cd" / "DICOMDIR", [["..", "secret", "0.dcm"], str(folder / "secret" / "1.dcm")])
    return opening(folder / "cd" / "DICOMDIR")


@case("fo-dicom#1993: a DICOMDIR whose records point at each other for ever", "", 2)
def dicomdir_in_a_circle(folder):
    _dicomdir(folder / "cd" / "DICOMDIR", [["A", str(k)] for k in range(3000)])
    return opening(folder / "cd" / "DICOMDIR")


@case("found here: contour points at 1e300", "", None)
def contour_beyond_all_measure(folder):
    for k in range(3):
        saved(dicom_slice(k), folder / "s" / f"{k}.dcm")
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = RTStructureSetStorage
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = "1.9"
    ds.Modality, ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.PatientID = "RTSTRUCT", "1.2.3", "1.9.1", "PID-7"
    contour, roi, region = Dataset(), Dataset(), Dataset()
    contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", 4
    contour.ContourData = ["0", "0", "1", "1e300", "0", "1", "1e300", "1e300", "1", "0", "1e300", "1"]
    region.ReferencedROINumber, region.ContourSequence = 1, [contour]
    roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = 1, "a", "1.2.3.5"
    ds.StructureSetROISequence, ds.ROIContourSequence = [roi], [region]
    saved(ds, folder / "rt.dcm")
    return ["import-contours", str(folder / "s"), str(folder / "rt.dcm"), "--out", str(folder / "case")]


# -- XML --------------------------------------------------------------------------------------------------------------
def _lidc(folder: Path, declaration: str, inner: str) -> list[str]:
    for k in range(3):
        saved(dicom_slice(k), folder / "s" / f"{k}.dcm")
    (folder / "l.xml").write_text(f"<?xml version='1.0'?>{declaration}<LidcReadMessage>{inner}</LidcReadMessage>")
    return ["import-contours", str(folder / "s"), str(folder / "l.xml"), "--out", str(folder / "case")]


@case("CVE-2003-1564 class (expat, billion laughs): entities in entities", "")
def xml_billion_laughs(folder):
    entities = "".join(f"<!ENTITY e{k} '{f'&e{k - 1};' * 10}'>" for k in range(1, 12))
    return _lidc(folder, f"<!DOCTYPE x [<!ENTITY e0 'ha'>{entities}]>", "<a>&e11;</a>")


@case("CWE-611: an external entity that names a file of this computer", "")
def xml_external_entity(folder):
    return _lidc(folder, "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>", "<a>&f;</a>")


@case("CVE-2024-8176 class (expat): elements nested without end", "")
def xml_nested(folder):
    return _lidc(folder, "", "<a>" * 200_000)


# -- NIfTI, ANALYZE ---------------------------------------------------------------------------------------------------
@case("mriviewer#249, nifti_clib#196: voxels that begin beyond the end", "damaged or cut short")
def nifti_offset_beyond_the_end(folder):
    return opening(nifti(folder, vox_offset=1e6))


@case("nifti_clib#196: an offset that is no number", "damaged or cut short")
def nifti_offset_nan(folder):
    return opening(nifti(folder, vox_offset=np.nan))


@case("NIFTI-Reader-JS#35: a chain of extensions that leads nowhere", "", 0)
def nifti_extension_chain(folder):
    content = bytearray(nifti(folder, vox_offset=100_352).read_bytes())
    chain = b"\x01\0\0\0" + b"".join(struct.pack("<ii", size, 6) for size in (0, -16, 1 << 30, 16)) * 3125
    (folder / "a.nii").write_bytes(bytes(content[:348]) + chain + VALUES.tobytes())
    return opening(folder / "a.nii")


@case("nifti_clib#195, #197: dim[0] = 200 in NIfTI-2", "damaged or cut short")
def nifti2_dim0_of_200(folder):
    content = bytearray(nib.Nifti2Image(VALUES.T, LPS).to_bytes())
    struct.pack_into("<q", content, 16, 200)
    (folder / "a.nii").write_bytes(content)
    return opening(folder / "a.nii")


@case("nibabel#548: negative sizes", "damaged or cut short")
def nifti_negative_size(folder):
    return opening(nifti(folder, dim=[3, 8, -8, 3, 1, 1, 1, 1]))


@case("nifti_clib#196: 377 bytes that ask for 18 GB", "damaged or cut short")
def nifti_of_18_gigabytes(folder):
    path = nifti(folder, dim=[3, 30000, 30000, 10, 1, 1, 1, 1])
    path.write_bytes(path.read_bytes()[:377])
    return opening(path)


@case("CWE-409: a gzip file that unpacks without end", "far more than its header says")
def nifti_gzip_bomb(folder):
    (folder / "b.nii.gz").write_bytes(bomb(nifti(folder).read_bytes(), 480, 31))
    return opening(folder / "b.nii.gz")


@case("found here: a datatype that does not exist", "datatype 3333")
def nifti_unknown_datatype(folder):
    return opening(nifti(folder, datatype=3333))


@case("SimpleITK, ShapeWorks#2294: a matrix of infinities", "position matrix is not valid")
def nifti_matrix_of_infinities(folder):
    return opening(nifti(folder, sform_code=1, qform_code=0, srow_x=[np.inf, 0, 0, 0]))


@case("nifti_clib#196: a voxel size and a slope that are no numbers", "", 0)
def nifti_slope_nan(folder):
    path = nifti(folder, scl_slope=np.nan, scl_inter=np.inf)
    return opening(path)


@case("niftilib, ITK: ANALYZE with dim[0] = -3", "no valid sizes")
def analyze_negative_dimension(folder):
    nib.save(nib.AnalyzeImage(VALUES.T, LPS), folder / "a.hdr")
    content = bytearray((folder / "a.hdr").read_bytes())
    struct.pack_into("<h", content, 40, -3)
    (folder / "a.hdr").write_bytes(content)
    return opening(folder / "a.hdr")


# -- NRRD, MetaImage --------------------------------------------------------------------------------------------------
@case("CWE-22: NRRD 'data file:' names /etc/passwd", "outside its own folder")
def nrrd_of_etc_passwd(folder):
    return opening(text(folder / "a.nhdr", NRRD + IDENTITY + "encoding: raw\ndata file: /etc/passwd\n", b""))


@case("CWE-22: NRRD 'data file:' with ..", "outside its own folder")
def nrrd_that_leads_out(folder):
    (folder / "x.raw").write_bytes(VALUES.tobytes())
    (folder / "in").mkdir()
    head = NRRD + IDENTITY + "encoding: raw\ndata file: ../x.raw\n"
    return opening(text(folder / "in" / "a.nhdr", head, b""))


@case("teem class: NRRD 'data file:' that counts to a thousand million", "names files by numbers that make no sense")
def nrrd_pattern_explosion(folder):
    head = NRRD + IDENTITY + "encoding: raw\ndata file: v%01d.raw 0 999999999 1\n"
    return opening(text(folder / "a.nhdr", head, b""))


@case("teem class: NRRD LIST with format signs in the names", "outside its own folder")
def nrrd_list_of_formats(folder):
    head = NRRD + IDENTITY + "encoding: raw\ndata file: LIST 2\n" + "%s%n%99999d\n" * 5
    return opening(text(folder / "a.nhdr", head, b""))


@case("found here: NaN in NRRD's directions", "no valid space directions")
def nrrd_directions_nan(folder):
    head = NRRD + "space directions: (nan,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\nencoding: raw\n\n"
    return opening(text(folder / "a.nrrd", head))


@case("ITK#6818 class: directions of which one is zero", "no valid space directions")
def nrrd_direction_of_zero(folder):
    head = NRRD + "space directions: (1,0,0) (0,1,0) (0,0,0)\nspace origin: (0,0,0)\nencoding: raw\n\n"
    return opening(text(folder / "a.nrrd", head))


@case("ITK#6818 class: NRRD sizes that overflow", "no valid sizes")
def nrrd_sizes_overflow(folder):
    head = NRRD.replace("8 8 3", "4294967297 4294967297 18446744073709551615") + IDENTITY + "encoding: raw\n\n"
    return opening(text(folder / "a.nrrd", head))


@case("CWE-409: NRRD whose gzip stream unpacks without end", "", 0)
def nrrd_gzip_bomb(folder):
    stream = bomb(VALUES.tobytes(), 2048, 31)
    return opening(text(folder / "a.nrrd", NRRD + IDENTITY + "encoding: gzip\n\n", stream))


@case("found here: 1e308 in a TransformMatrix hangs ITK, deaf to Ctrl+C", "its header's TransformMatrix is")
def mha_matrix_of_1e308(folder):
    head = MHA + "TransformMatrix = 1 0 0 0 1 0 0 0 1e308\n" + MHA_END
    return opening(text(folder / "a.mha", head))


@case("found here: a nearly endless and a negative-zero spacing", "ElementSpacing is not a length")
def mha_spacing_of_zero(folder):
    return opening(text(folder / "a.mha", MHA + "ElementSpacing = 0 1 1\n" + MHA_END))


@case("MetaIO#150, ITK#6853 finding 10: 93 bytes that ask for 17 GB", "cut short")
def mha_of_17_gigabytes(folder):
    return opening(text(folder / "a.mha", MHA + MHA_END.replace("8 8 3", "60000 60000 3"), b""))


@case("MetaIO#150: more dimensions than the arrays have", "NDims is not 1 to 4")
def mha_many_dimensions(folder):
    return opening(text(folder / "a.mha", MHA.replace("NDims = 3", "NDims = 100") + MHA_END))


@case("MetaIO#150 finding 5: another object's reader, by ObjectType", "it holds no image")
def mha_tube(folder):
    return opening(text(folder / "a.mha", MHA.replace("Image", "Tube") + "PointDim = x y z\n" + MHA_END))


@case("CWE-22: ElementDataFile is an absolute path", "outside its own folder")
def mhd_of_etc_passwd(folder):
    return opening(text(folder / "a.mhd", MHA + MHA_END.replace("LOCAL", "/etc/passwd"), b""))


@case("ITK#6575 B64: ElementDataFile = LIST of files that are not there", "is missing")
def mhd_list(folder):
    return opening(text(folder / "a.mhd", MHA + MHA_END.replace("LOCAL", "LIST") + "a.raw\n" * 5, b""))


# -- pictures ---------------------------------------------------------------------------------------------------------
def _png(width: int, height: int, data: bytes, extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    start = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + start + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@case("Pillow DecompressionBomb class: a PNG of 60000 x 60000", "cannot be read")
def png_bomb(folder):
    (folder / "a.png").write_bytes(_png(60000, 60000, zlib.compress(bytes(1 << 20))))
    return opening(folder / "a.png")


@case("Pillow, libpng class: a text chunk that unpacks to half a gigabyte", "")
def png_text_bomb(folder):
    content = b"k\0\0" + bomb(b"", 480, zlib.MAX_WBITS)
    chunk = struct.pack(">I", len(content)) + b"zTXt" + content + struct.pack(">I", zlib.crc32(b"zTXt" + content))
    (folder / "a.png").write_bytes(_png(8, 8, zlib.compress(bytes(72)), chunk))
    return opening(folder / "a.png")


@case("libtiff CVE-2023-52355 class: a TIFF of 2^31 strips", "")
def tiff_of_many_strips(folder):
    Image.fromarray(VALUES[0].astype(np.uint8)).save(folder / "a.tif")
    content = bytearray((folder / "a.tif").read_bytes())
    (at,) = struct.unpack_from("<I", content, 4)
    for k in range(struct.unpack_from("<H", content, at)[0]):
        entry = at + 2 + 12 * k
        tag = struct.unpack_from("<H", content, entry)[0]
        if tag in (256, 257):
            struct.pack_into("<HII", content, entry + 2, 4, 1, 1 << 31)
        if tag in (273, 279):
            struct.pack_into("<HII", content, entry + 2, 4, 1 << 31, 8)
    (folder / "a.tif").write_bytes(content)
    return opening(folder / "a.tif")


@case("libtiff CVE-2022-2519 class: pages that follow each other in a circle", "", None)
def tiff_in_a_circle(folder):
    Image.fromarray(VALUES[0].astype(np.uint8)).save(folder / "a.tif")
    content = bytearray((folder / "a.tif").read_bytes())
    (at,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, at)
    struct.pack_into("<I", content, at + 2 + 12 * entries, at)
    (folder / "a.tif").write_bytes(content)
    return opening(folder / "a.tif")


@case("libjpeg-turbo CVE-2023-2804 class: a JPEG of 65500 x 65500", "cannot be read")
def jpeg_bomb(folder):
    (folder / "a.jpg").write_bytes(jpeg(65500, 65500))
    return opening(folder / "a.jpg")


@case("Pillow CVE-2026-42311 class and EPS: PostScript under a picture's name", "cannot be read")
def postscript_called_png(folder):
    (folder / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n{ } loop\n")
    return opening(folder / "a.png")


@case("ITK BMP class: a height of minus 2^31", "")
def bmp_negative_height(folder):
    Image.fromarray(VALUES[0].astype(np.uint8)).save(folder / "a.bmp")
    content = bytearray((folder / "a.bmp").read_bytes())
    struct.pack_into("<ii", content, 18, 8, -(1 << 31))
    (folder / "a.bmp").write_bytes(content)
    return opening(folder / "a.bmp")


# -- zip files --------------------------------------------------------------------------------------------------------
@case("CWE-409: a zip file of half a megabyte that claims 1.5 GB", "as no scan does")
def zip_bomb(folder):
    packed = bomb(b"", 1536)
    head = struct.pack("<HHHHHIII", 20, 0, 8, 0, 33, 0, len(packed), 1536 << 20)
    local = b"PK\3\4" + head + struct.pack("<HH", 5, 0) + b"a.dcm" + packed
    central = b"PK\1\2\x14\0" + head + struct.pack("<HHHHHII", 5, 0, 0, 0, 0, 0, 0) + b"a.dcm"
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    (folder / "a.zip").write_bytes(local + central + end)
    return opening(folder / "a.zip")


@case("Fifield 2019, CVE-2019-9674: members that lie over each other", "damaged")
def zip_of_overlaps(folder):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.dcm", dicom_bytes() + bytes(1 << 20))
    content = buffer.getvalue()
    at = content.find(b"PK\1\2")
    end = content.find(b"PK\5\6")
    entry = content[at:end]
    tail = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 500, 500, len(entry) * 500, at, 0)
    (folder / "a.zip").write_bytes(content[:at] + entry * 500 + tail)
    return opening(folder / "a.zip")


@case("CWE-22, CVE-2018-1002200 (zip slip): names with .., absolute ones and links", "", 0)
def zip_that_leads_out(folder):
    names = ["../../0.dcm", str(folder / "1.dcm"), "..\\..\\2.dcm"]
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for k, name in enumerate(names):
            archive.writestr(name, saved(dicom_slice(k), folder / "made.dcm").read_bytes())
        link = zipfile.ZipInfo("link.dcm")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    (folder / "made.dcm").unlink()
    return opening(folder / "a.zip")


# -- JSON -------------------------------------------------------------------------------------------------------------
def _dataset(folder: Path, name: str, content: str) -> list[str]:
    (folder / "one" / "masks").mkdir(parents=True)
    nib.save(nib.Nifti1Image(VALUES.T, LPS), folder / "one" / "image.nii")
    nib.save(nib.Nifti1Image((VALUES.T > 9).astype(np.uint8), LPS), folder / "one" / "masks" / "r.nii")
    (folder / name).write_text(content)
    return opening(folder)


@case("found here, CVE-2024-7254 class: JSON nested 100,000 deep", "nested too deeply")
def json_deep(folder):
    return _dataset(folder, "split.json", "[" * 100_000)


@case("found here, CVE-2020-10735: a whole number of 400 digits", "more than 64 bits")
def json_number_of_400_digits(folder):
    return _dataset(folder, "dataset.json", '{"name": "a", "version": 1' + "0" * 400 + "}")


@case("found here: a model's card that is nested 100,000 deep", "nested too deeply")
def card_deep(folder):
    (folder / "model").mkdir()
    (folder / "model" / "card.json").write_text('{"a":' * 100_000)
    return ["predict", str(good_image(folder)), "--model", str(folder / "model"), "--out", str(folder / "out")]


@case("found here: a label's side-car that holds 10**400", "", 0)
def side_car_number(folder):
    image = good_image(folder)
    nib.save(nib.Nifti1Image((VALUES.T % 3 == 1).astype(np.uint8), LPS), folder / "m.nii")
    (folder / "m.json").write_text(json.dumps({"labels": {"1": "a"}})[:-1] + ', "x": 1' + "0" * 400 + "}")
    return opening(image, folder / "m.nii")
