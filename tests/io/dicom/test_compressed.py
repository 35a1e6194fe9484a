"""Compressed DICOM: every lossless syntax gives the voxels back; what the stream claims is not believed."""

from __future__ import annotations

import base64
import zlib

import gdcm
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGExtended12Bit, JPEGLSLossless, RLELossless

from proseg_gui.errors import UserError
from proseg_gui.io.dicom import codec_worker
from proseg_gui.io.dicom.pixels import coded_bits, coded_size
from proseg_gui.io.dicom.reading import read_series, scan_folder


def _recode(path, syntax):
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(path))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()


def _read(folder):
    listed = scan_folder(folder)
    assert len(listed.series) == 1
    return read_series(listed.series[0])[0].array


@pytest.fixture
def scan(tmp_path, dicom_series, along_z):
    """Twelve stored bits with a border of extremes: ``(folder, paths, array)``."""
    array = np.random.default_rng(3).integers(0, 4096, (4, 32, 40)).astype(np.uint16)
    array[:, :4], array[:, 4:8] = 0, 4095
    paths = dicom_series(tmp_path, array, along_z(4), BitsStored=12, HighBit=11)
    return tmp_path, paths, array


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_lossless_by_pydicom_s_encoders(scan, syntax):
    folder, paths, array = scan
    for path in paths:
        ds = pydicom.dcmread(path)
        ds.compress(syntax, generate_instance_uid=False)
        ds.save_as(path, enforce_file_format=True)
    assert np.array_equal(_read(folder), array)


@pytest.mark.parametrize(
    "name", ["JPEGLosslessProcess14", "JPEGLosslessProcess14_1", "JPEGLSLossless", "JPEG2000Lossless"]
)
@pytest.mark.parametrize("signed", [False, True])
def test_lossless_by_another_s_encoder(tmp_path, dicom_series, along_z, name, signed):
    rng = np.random.default_rng(4)
    array = rng.integers(-1000, 3000, (3, 32, 40)).astype(np.int16) if signed else rng.integers(0, 60000, (3, 32, 40))
    array = array.astype(np.int16 if signed else np.uint16)
    for path in dicom_series(tmp_path, array, along_z(3)):
        _recode(path, getattr(gdcm.TransferSyntax, name))
    assert np.array_equal(_read(tmp_path), array)


FLAT = np.repeat(np.arange(8, 248, 30, dtype=np.uint8), 8)[None, None].repeat(16, axis=1)
"""Flat blocks, of which a lossy JPEG loses next to nothing."""


def test_jpeg_baseline_is_read(tmp_path, dicom_series, along_z):
    (path,) = dicom_series(tmp_path, FLAT, along_z(1))
    _recode(path, gdcm.TransferSyntax.JPEGBaselineProcess1)
    assert np.abs(_read(tmp_path).astype(int) - FLAT).max() <= 2


DCMTK_12_BITS = (
    r"|JeWF01!$>Nk#wx0RR9200961|JwjV00jdC1Ox*G1Ox;H1qB8N3<w7Y2L}%e3keJn4-yg)4-pX)791B76dDx~5f~vD8XX-UA0HDJA|xUnBpe"
    r"<e9{<4r3k(1a022WL5di<h02TlN0RaF200000000000000C3kv_l051>#00jdA0|W~I00000000031O)~M0tg8K6ABU(02V?;3k(qz7Z@TWC"
    r"{kko+5iXv0RR9$0GmIn>hQMQHxW6^rpI<Ige%F;b@|zzJc?Z9t>f0%as?AvgOYo7hdV>eMS^E#iB+uRYak{hG#~E=K!F)gq;&zCWe68A5T@y"
    r"*MT=%rfs+*+AGc$T7@HSUh2=}gbMM3s_m6Qd=F;h+UEQs%p$>+mL<EXM=l9vo-P%Rw+Xs_xmcD(r*eo0PZy0@_l2PIQ>g*A}L_3g-"
    r"j^ajqLbx1LWMc3v9%6Yi^^e^T`)Hb6QKN}*u4L&0=1`8PpqwgX%4nw(6HJIqQ7Q(ph?NqmHLL*Yr7ye{IRnVfP8@Jsmn7K~yW7-"
    r"UX72Y{O5kRP6o6?DuGF@tdLdSh8K}2W(iPp>)}79r9)4}QeU^!^SnUtw-Z1)nl8*+Ty<NZm|Je"
)
"""A JPEG extended stream of 12 bits by DCMTK's dcmcjpeg (GDCM's own encoder writes 16), base 85."""


@pytest.fixture
def extended(tmp_path, dicom_series, along_z):
    """A file with that stream, ``(folder, change)``; ``change(**tags)`` sets tags."""
    tags = {"BitsStored": 12, "HighBit": 11, "RescaleIntercept": -1024}
    (path,) = dicom_series(tmp_path, np.zeros((1, 13, 19), np.uint16), along_z(1), **tags)

    def change(**tags):
        ds = pydicom.dcmread(path)
        ds.file_meta.TransferSyntaxUID = JPEGExtended12Bit
        ds.PixelData = encapsulate([base64.b85decode(DCMTK_12_BITS)])
        ds["PixelData"].is_undefined_length = True
        for keyword, value in tags.items():
            setattr(ds, keyword, value)
        ds.save_as(path, enforce_file_format=True)
        return tmp_path

    return change


def test_jpeg_extended_gives_dcmtk_s_values(extended):
    values = _read(extended()) + 1024
    assert zlib.crc32(values.astype("<u2").tobytes()) == 1317508130, "of what dcmdjpeg 3.6.7 writes"
    y, x = np.mgrid[:13, :19]
    assert np.abs(values - (200 + x * 190 + y * 25))[0, 9:].max() <= 18 and values.min() == 0 and values.max() == 4095


def test_jpeg_extended_of_signed_values(extended):
    unsigned, signed = _read(extended()) + 1024, _read(extended(PixelRepresentation=1)) + 1024
    assert np.array_equal(signed, unsigned - 4096 * (unsigned >= 2048))


def test_what_the_loss_adds_beyond_the_stored_bits_is_cut_off(extended):
    whole = _read(extended()) + 1024
    values = _read(extended(BitsStored=11, HighBit=10)) + 1024
    assert whole.max() > 2047 and np.array_equal(values, np.minimum(whole, 2047))


def test_twelve_lossy_bits_are_refused_where_the_header_says_eight(extended):
    with pytest.raises(UserError, match="compressed pixels have 12 bits, its header says 8"):
        _read(extended(BitsStored=8, HighBit=7))
    with pytest.raises(UserError, match="compressed pixels have 12 bits, its header says 8"):
        _read(extended(BitsAllocated=8, BitsStored=8, HighBit=7))


@pytest.mark.parametrize("stored", [2, 5, 6, 7, 8])
@pytest.mark.parametrize("name", ["JPEGLosslessProcess14", "JPEGLosslessProcess14_1"])
def test_lossless_jpeg_of_few_bits(tmp_path, dicom_series, along_z, name, stored):
    array = np.random.default_rng(stored).integers(0, 1 << stored, (2, 32, 40)).astype(np.uint8)
    for path in dicom_series(tmp_path, array, along_z(2)):
        _recode(path, getattr(gdcm.TransferSyntax, name))
        ds = pydicom.dcmread(path)
        ds.BitsStored, ds.HighBit = stored, stored - 1  # the stream has 8, as dcmtk writes it
        ds.save_as(path, enforce_file_format=True)
    assert np.array_equal(_read(tmp_path), array)


@pytest.mark.parametrize(("stored", "signed"), [(12, True), (15, True), (10, False)])
@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless, DeflatedExplicitVRLittleEndian])
def test_the_sign_is_in_the_highest_stored_bit(tmp_path, dicom_series, along_z, syntax, stored, signed):
    """What lies above the stored bits is not defined: here nothing, where a sign would have filled them."""
    low, high = (-(1 << (stored - 1)), (1 << (stored - 1)) - 1) if signed else (0, (1 << stored) - 1)
    values = np.random.default_rng(5).integers(low, high + 1, (2, 32, 40))
    values[:, 0, 0], values[:, 0, 1] = low, high
    words = (values & ((1 << stored) - 1)).astype(np.uint16)
    tags = {"BitsStored": stored, "HighBit": stored - 1, "PixelRepresentation": int(signed)}
    for path in dicom_series(tmp_path, words, along_z(2), **tags):
        ds = pydicom.dcmread(path)
        if syntax.is_encapsulated:
            ds.compress(syntax, generate_instance_uid=False)
        else:
            ds.file_meta.TransferSyntaxUID = syntax
        ds.save_as(path, enforce_file_format=True)
    assert np.array_equal(_read(tmp_path), values)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
def test_values_that_begin_above_the_lowest_bit(tmp_path, dicom_series, along_z, syntax):
    values = np.random.default_rng(5).integers(0, 4096, (2, 32, 40)).astype(np.uint16)
    paths = dicom_series(tmp_path, values << 4, along_z(2), BitsStored=12, HighBit=15)
    assert np.array_equal(_read(tmp_path), values)
    for path in paths:
        ds = pydicom.dcmread(path)
        ds.compress(syntax, generate_instance_uid=False)
        ds.save_as(path, enforce_file_format=True)
    with pytest.raises(UserError, match=r"HighBit.*uncompressed"):
        _read(tmp_path)


def test_a_stream_larger_than_the_header_says_is_not_decoded(scan):
    _, paths, _ = scan
    for syntax in (JPEGLSLossless, JPEG2000Lossless):
        ds = pydicom.dcmread(paths[0])
        if ds.file_meta.TransferSyntaxUID.is_compressed:
            ds.decompress(generate_instance_uid=False)
        ds.compress(syntax, generate_instance_uid=False)
        ds.Rows, ds.Columns = 16, 20
        ds.save_as(paths[0], enforce_file_format=True)
        with pytest.raises(UserError, match="compressed pixels are 40 x 32, its header says 20 x 16"):
            read_series(scan_folder(paths[0]).series[0])
        ds.Rows, ds.Columns = 32, 40
        ds.save_as(paths[0], enforce_file_format=True)


def test_a_stream_cut_short_is_one_sentence(scan):
    _, paths, _ = scan
    ds = pydicom.dcmread(paths[0])
    ds.compress(RLELossless, generate_instance_uid=False)
    ds.save_as(paths[0], enforce_file_format=True)
    paths[0].write_bytes(paths[0].read_bytes()[:-900])
    with pytest.raises(UserError, match="cannot be decoded") as caught:
        read_series(scan_folder(paths[0]).series[0])
    assert caught.value.path == paths[0]


def test_sizes_that_streams_claim():
    assert coded_size(b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc3\x00\x0b\x0c\x00\x20\x00\x28\x01") == (32, 40)
    assert coded_size(b"\xff\xd8\xff\xf7\x00\x0b\x0c\xff\xff\xff\xfe\x01") == (65535, 65534)
    assert coded_bits(b"\xff\xd8\xff\xf7\x00\x0b\x0c\xff\xff\xff\xfe\x01") == 12
    assert coded_size(b"plain") is None and coded_bits(b"plain") is None and coded_size(b"") is None


def test_gigabytes_that_a_header_claims_are_not_asked_for(scan):
    _, paths, _ = scan
    for rows, said in ((30000, "claims 60000 x 30000 pixels"), (200, "cut short")):
        ds = pydicom.dcmread(paths[0])
        ds.Rows, ds.Columns = rows, 2 * rows
        ds.save_as(paths[0], enforce_file_format=True)
        with pytest.raises(UserError, match=said):
            read_series(scan_folder(paths[0]).series[0])


def test_a_decoder_that_dies_is_an_error_of_one_file(tmp_path, dicom_series, along_z, monkeypatch):
    array = np.random.default_rng(6).integers(0, 4000, (2, 32, 40)).astype(np.uint16)
    for path in dicom_series(tmp_path, array, along_z(2)):
        _recode(path, gdcm.TransferSyntax.JPEGLosslessProcess14_1)
    series = scan_folder(tmp_path).series[0]
    start = codec_worker.CodecWorker.__init__

    def start_and_die(worker):
        start(worker)
        worker._process.kill()

    monkeypatch.setattr(codec_worker.CodecWorker, "__init__", start_and_die)
    with pytest.raises(UserError, match="cannot be decoded"):
        read_series(series)
    monkeypatch.undo()
    assert np.array_equal(read_series(series)[0].array, array)


def test_the_decoder_imports_nothing_from_the_folder_it_is_started_in(tmp_path, dicom_series, along_z, monkeypatch):
    array = np.arange(32 * 40, dtype=np.uint16).reshape(1, 32, 40)
    (path,) = dicom_series(tmp_path / "s", array, along_z(1))
    _recode(path, gdcm.TransferSyntax.JPEGLosslessProcess14_1)
    for name in ("gdcm", "pydicom", "json"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w').close()")
    monkeypatch.chdir(tmp_path)
    assert np.array_equal(_read(tmp_path / "s"), array)
    assert not (tmp_path / "ran").exists()
