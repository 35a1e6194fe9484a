"""How files are really stored, whatever they say: without a header, with another one's, with padded pixels."""

from __future__ import annotations

import io
import struct

import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from proseg_gui.errors import UserError
from proseg_gui.io.dicom.headers import read_header
from proseg_gui.io.open import open_study

PLAIN = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)


def _data_set(path, syntax):
    """The bytes of a file's data set alone, stored as ``syntax``."""
    ds = pydicom.dcmread(path)
    if syntax.is_encapsulated:
        ds.compress(syntax)
    elif syntax == ExplicitVRBigEndian:
        ds.PixelData = ds.pixel_array.astype(">i2").tobytes()
    out = io.BytesIO()
    ds.file_meta.TransferSyntaxUID = syntax
    pydicom.filewriter.dcmwrite(
        out, ds, enforce_file_format=True, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian
    )
    content = out.getvalue()
    return content[144 + struct.unpack_from("<I", content, 140)[0] :]


def _named(syntax):
    """A preamble and a meta header with nothing but the name of a transfer syntax."""
    name = str(syntax).encode()
    name += b"\0" * (len(name) % 2)
    element = b"\x02\x00\x10\x00UI" + struct.pack("<H", len(name)) + name
    return b"\0" * 128 + b"DICM" + b"\x02\x00\x00\x00UL" + struct.pack("<HI", 4, len(element)) + element


@pytest.fixture
def series(dicom_series, along_z, tmp_path):
    """Files of a series, and a reader that compares what opens with what was written."""
    array = (np.arange(5 * 32 * 40).reshape(5, 32, 40) * 7 % 4000 - 700).astype(np.int16)
    paths = dicom_series(tmp_path / "ct", array, along_z(5))

    def rewrite(change):
        for path in paths:
            path.write_bytes(change(path))
        study = open_study(tmp_path / "ct")
        assert np.array_equal(study.image.array, array)
        assert study.geometry.spacing_mm == (2.5, 1.0, 1.0)
        return study.notices

    return rewrite


@pytest.mark.parametrize("syntax", PLAIN)
def test_files_without_a_header_are_read_as_they_are_stored(syntax, series, capfd):
    assert series(lambda path: _data_set(path, syntax)) == ()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("syntax", PLAIN)
def test_a_meta_header_without_a_preamble_is_one_too(syntax, series):
    assert series(lambda path: _named(syntax)[132:] + _data_set(path, syntax)) == ()


@pytest.mark.parametrize("stored", PLAIN)
@pytest.mark.parametrize("named", [*PLAIN, DeflatedExplicitVRLittleEndian, JPEGLSLossless, RLELossless])
def test_uncompressed_files_that_name_another_syntax(named, stored, series, capfd):
    notices = series(lambda path: _named(named) + _data_set(path, stored))
    assert notices == (() if named == stored else (
        f"The files name the transfer syntax {named.name} and are stored as {stored.name}.",
    ))  # fmt: skip
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("named", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("stored", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_compressed_files_that_name_an_uncompressed_syntax(stored, named, series):
    notices = series(lambda path: _named(named) + _data_set(path, stored))
    assert notices == (f"The files name the transfer syntax {named.name} and are stored as {stored.name}.",)


@pytest.mark.parametrize(("predictor", "name"), [(1, JPEGLosslessSV1.name), (6, "JPEG Lossless")])
def test_jpeg_is_known_by_its_frame_and_scan(predictor, name):
    from proseg_gui.io.dicom.encoding import _jpeg_kind

    frame = b"\xff\xc3" + struct.pack(">HBHHBBBB", 11, 16, 6, 7, 1, 1, 0x11, 0)
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, predictor, 0, 0)
    assert _jpeg_kind(b"\xff\xd8" + frame + scan + b"\0" * 8).name.startswith(name)
    assert _jpeg_kind(b"\xff\xd8" + frame.replace(b"\xc3", b"\xc1") + scan).name.startswith("JPEG Extended")


@pytest.mark.parametrize("extra", [b"\0" * 2, b"\0" * 2560, b"\0" * 512, b"\x07" * 13])
@pytest.mark.parametrize("syntax", PLAIN)
def test_padded_pixels_are_read_and_the_padding_told(extra, syntax, series):
    def change(path):
        data = _data_set(path, syntax)
        at = data.rindex(b"\x7f\xe0" if syntax == ExplicitVRBigEndian else b"\xe0\x7f")
        order, length_at = ">" if syntax == ExplicitVRBigEndian else "<", at + (4 if syntax.is_implicit_VR else 8)
        more = extra + b"\0" * (len(extra) % 2)
        length = struct.unpack_from(f"{order}I", data, length_at)[0] + len(more)
        return _named(syntax) + data[:length_at] + struct.pack(f"{order}I", length) + data[length_at + 4 :] + more

    size = len(extra) + len(extra) % 2
    assert series(change) == (f"The pixels of 5 files are padded (by up to {size} bytes); the padding was left out.",)


def test_further_frames_are_no_padding(dicom_series, along_z, ct_array, tmp_path):
    (path,) = dicom_series(tmp_path, ct_array[:1], along_z(1))
    ds = pydicom.dcmread(path)
    ds.PixelData = ct_array[:3].tobytes()
    ds.save_as(path)
    with pytest.raises(UserError, match="252 bytes of pixels where its header promises 84"):
        open_study(path)


def test_something_else_is_still_no_dicom(tmp_path):
    for content in (b"", b"\x08\x00", b"\x08\x00\x05\x00CS" * 5, b"%PDF" + b"\0" * 400, b"\x08\x01" * 200):
        (tmp_path / "f").write_bytes(content)
        assert read_header(tmp_path / "f") is None
