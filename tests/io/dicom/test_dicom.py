"""DICOM series in: grouping, values, refusals that name the file and tag, cancel, nothing about the patient."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    RTPlanStorage,
)

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.export import export_masks
from proseg_gui.io.open import open_study
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Mask


def _read(folder):
    listed = scan_folder(folder)
    assert len(listed.series) == 1, [s.label for s in listed.series]
    return read_series(listed.series[0])


def _edit(paths, change):
    for path in paths:
        ds = pydicom.dcmread(path)
        change(ds)
        ds.save_as(path, enforce_file_format=True)


# -- values --------------------------------------------------------------------------------------------------------
def test_ct_stays_int16_and_is_exact(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path, ct_array, along_z(5), WindowCenter=[40, 300], WindowWidth=[400, 1500])
    volume, _ = _read(tmp_path)
    assert volume.array.dtype == np.int16 and np.array_equal(volume.array, ct_array)
    assert (volume.unit, volume.modality, volume.window, volume.description) == ("HU", "CT", (40, 400), "thorax")
    assert volume.dicom.patient["PatientID"] == "PID-7"
    assert not volume.array.flags.writeable


def test_unsigned_with_intercept_stays_int16(dicom_series, along_z, tmp_path):
    stored = np.arange(5 * 6 * 7, dtype=np.uint16).reshape(5, 6, 7) * 19
    dicom_series(tmp_path, stored, along_z(5), RescaleIntercept=-1024, BitsStored=12, HighBit=11)
    volume, _ = _read(tmp_path)
    assert volume.array.dtype == np.int16 and np.array_equal(volume.array, stored.astype(int) - 1024)


def test_values_beyond_int16_become_float32(dicom_series, along_z, tmp_path):
    stored = np.full((5, 6, 7), 65535, np.uint16)
    stored[0] = 7
    dicom_series(tmp_path, stored, along_z(5))
    volume, _ = _read(tmp_path)
    assert volume.array.dtype == np.float32 and volume.array.max() == 65535 and volume.array.min() == 7


def test_rescale_is_each_slice_s_own(dicom_series, along_z, ct_array, tmp_path):
    scale = [(0.5 * (k + 1), 10.0 * k) for k in range(5)]
    tags = [{"RescaleSlope": a, "RescaleIntercept": b} for a, b in scale]
    dicom_series(tmp_path, ct_array, along_z(5), slice_tags=tags, Modality="PT", Units="BQML")
    volume, _ = _read(tmp_path)
    expected = np.stack([ct_array[k] * a + b for k, (a, b) in enumerate(scale)]).astype(np.float32)
    assert np.array_equal(volume.array, expected) and volume.unit == "BQML"


def test_only_the_stored_bits_count_and_the_sign_is_extended(dicom_series, along_z, tmp_path):
    values = np.arange(-105, 105).reshape(5, 6, 7)
    overlay = (np.arange(210).reshape(5, 6, 7) % 16).astype(np.int64) << 12  # old files keep overlays up there
    stored = ((values & 0x0FFF) | overlay).astype(np.uint16).view(np.int16)
    dicom_series(tmp_path, stored, along_z(5), BitsStored=12, HighBit=11)
    volume, _ = _read(tmp_path)
    assert np.array_equal(volume.array, values)


def test_eight_bits_read(dicom_series, along_z, tmp_path):
    stored = np.arange(5 * 6 * 8, dtype=np.uint8).reshape(5, 6, 8)
    dicom_series(tmp_path, stored, along_z(5), Modality="MR")
    volume, _ = _read(tmp_path)
    assert np.array_equal(volume.array, stored)


def test_monochrome1_keeps_units_and_inverts_what_has_none(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path / "ct", ct_array, along_z(5), PhotometricInterpretation="MONOCHROME1")
    volume, notices = _read(tmp_path / "ct")
    assert np.array_equal(volume.array, ct_array) and "values are kept" in notices[-1]
    stored = np.arange(5 * 6 * 7, dtype=np.uint16).reshape(5, 6, 7)
    tags = {"PhotometricInterpretation": "MONOCHROME1", "Modality": "MR", "BitsStored": 12, "HighBit": 11}
    dicom_series(tmp_path / "mr", stored, along_z(5), **tags)
    volume, notices = _read(tmp_path / "mr")
    assert np.array_equal(volume.array, 4095 - stored.astype(int)) and "inverted" in notices[-1]


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_other_uncompressed_syntaxes_read_the_same(syntax, dicom_series, along_z, ct_array, tmp_path):
    for path in dicom_series(tmp_path, ct_array, along_z(5)):
        ds = pydicom.dcmread(path)
        if syntax == ExplicitVRBigEndian:
            ds.PixelData = ds.pixel_array.astype(">i2").tobytes()
        ds.file_meta.TransferSyntaxUID = syntax
        little = syntax != ExplicitVRBigEndian
        pydicom.dcmwrite(
            path, ds, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=little, force_encoding=True
        )
    volume, _ = _read(tmp_path)
    assert np.array_equal(volume.array, ct_array)


def test_constant_image_is_told(dicom_series, along_z, tmp_path):
    dicom_series(tmp_path, np.full((3, 4, 4), 5, np.int16), along_z(3))
    assert "same value" in _read(tmp_path)[1][0]


# -- grouping ------------------------------------------------------------------------------------------------------
def test_two_series_are_apart_and_names_say_nothing_about_the_patient(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path / "x", ct_array, along_z(5))
    dicom_series(tmp_path / "y", ct_array[:3], along_z(3), SeriesInstanceUID="1.2.9", SeriesDescription="lung")
    listed = scan_folder(tmp_path)
    assert [(s.n_slices, s.description) for s in listed.series] == [(5, "thorax"), (3, "lung")]
    assert listed.series[0].label == "CT thorax, 5 slices, 7 x 6, 1 x 1 x 2.5 mm, axial"
    assert not any("Secret" in s.label or "PID" in s.label for s in listed.series)


def test_one_series_on_two_grids_becomes_two_stacks(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path / "a", ct_array, along_z(5))
    places = [[k * 2.0, 0, 0] for k in range(5)]
    dicom_series(tmp_path / "b", ct_array, places, ImageOrientationPatient=[0, 1, 0, 0, 0, -1])
    listed = scan_folder(tmp_path)
    assert {s.part for s in listed.series} == {"stack 1 of 2", "stack 2 of 2"}
    assert {s.geometry.plane_name() for s in listed.series} == {"Axial", "Sagittal"}


@pytest.mark.parametrize(
    ("keyword", "values"),
    [
        ("PatientID", ("A", "B")),
        ("StudyInstanceUID", ("1.5", "1.6")),
        ("FrameOfReferenceUID", ("1.7", "1.8")),
        ("Modality", ("CT", "MR")),
    ],
)
def test_files_that_were_given_each_others_series_uid_never_become_one_stack(
    keyword, values, dicom_series, along_z, ct_array, tmp_path
):
    dicom_series(tmp_path / "a", ct_array, along_z(5), **{keyword: values[0]})
    dicom_series(tmp_path / "b", ct_array, along_z(5, start=(-10, -20, 42.5)), **{keyword: values[1]})
    listed = scan_folder(tmp_path)
    assert sorted(s.part for s in listed.series) == ["part 1 of 2", "part 2 of 2"]
    assert all(s.n_slices == 5 and s.part in s.label for s in listed.series)


@pytest.mark.parametrize(
    ("keyword", "values"),
    [("KVP", ("80", "140")), ("ConvolutionKernel", ("B30f", "B70f")), ("ContentTime", ("101010", "101020"))],
)
def test_what_else_tells_images_at_one_place_apart(keyword, values, dicom_series, along_z, ct_array, tmp_path):
    for folder, value in zip("ab", values, strict=True):
        dicom_series(tmp_path / folder, ct_array, along_z(5), **{keyword: value})
    assert sorted(s.part for s in scan_folder(tmp_path).series) == sorted(f"{keyword} {value}" for value in values)


def test_echoes_at_the_same_places_are_split(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path / "a", ct_array, along_z(5), Modality="MR", EchoTime="10")
    dicom_series(tmp_path / "b", ct_array, along_z(5), Modality="MR", EchoTime="80")
    listed = scan_folder(tmp_path)
    assert sorted(s.part for s in listed.series) == ["echo time 10", "echo time 80"]
    assert all(np.array_equal(read_series(s)[0].array, ct_array) for s in listed.series)


def test_repeated_places_without_a_reason_are_refused(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path / "a", ct_array, along_z(5))
    dicom_series(tmp_path / "b", ct_array[:2], along_z(2))
    with pytest.raises(UserError, match="several acquisitions: 2 slice positions occur more than once"):
        _read(tmp_path)
    dicom_series(tmp_path / "c", ct_array, along_z(5), SeriesInstanceUID="1.9")
    dicom_series(tmp_path / "d", ct_array[:1], along_z(1), SeriesInstanceUID="1.9")
    problems = [str(s.problem) for s in scan_folder(tmp_path).series]
    assert any("1 slice position occurs more than once" in problem for problem in problems)


def test_interleaved_ct_acquisitions_are_refused_by_name(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path / "a", ct_array, along_z(5), AcquisitionNumber=1)
    dicom_series(tmp_path / "b", ct_array, along_z(5, start=(-10, -20, 31.25)), AcquisitionNumber=2)
    with pytest.raises(UserError, match=r"mixes the slices of 2 acquisitions .AcquisitionNumber 1, 2"):
        _read(tmp_path)


def test_acquisitions_one_after_the_other_are_one_stack(dicom_series, along_z, ct_array, tmp_path):
    tags = [{"AcquisitionNumber": 1 + k // 3} for k in range(5)]
    dicom_series(tmp_path, ct_array, along_z(5), slice_tags=tags)
    assert _read(tmp_path)[0].geometry.shape == (5, 6, 7)


def test_copies_localisers_and_other_objects_are_counted(dicom_series, along_z, ct_array, tmp_path):
    paths = dicom_series(tmp_path / "a", ct_array, along_z(5))
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "again.dcm").write_bytes(paths[2].read_bytes())
    dicom_series(tmp_path / "s", ct_array[:1], along_z(1), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    dicom_series(
        tmp_path / "d", ct_array[:1], along_z(1), Modality="RTDOSE", SOPClassUID="1.2.840.10008.5.1.4.1.1.481.2"
    )
    (plan,) = dicom_series(tmp_path / "p", ct_array[:1], along_z(1), Modality="RTPLAN", SOPClassUID=RTPlanStorage)
    _edit([plan], lambda ds: [delattr(ds, k) for k in ("PixelData", "Rows", "Columns")])
    (tmp_path / "readme.txt").write_text("hello")
    (tmp_path / "notes.dcm").write_text("this is text " * 30)
    listed = scan_folder(tmp_path)
    assert len(listed.series) == 1 and listed.series[0].n_slices == 5
    assert listed.skipped == {
        "repeated file": 1,
        "localiser": 1,
        "RTDOSE object": 1,
        "object without an image": 1,
        "file that is no DICOM": 2,
    }
    expected = "1 RTDOSE object, 2 files that are no DICOM, 1 localiser, 1 object without an image, 1 repeated file"
    assert listed.skipped_text == expected


def test_files_without_preamble_and_ending_are_found(dicom_series, along_z, ct_array, tmp_path):
    for number, path in enumerate(dicom_series(tmp_path, ct_array, along_z(5))):
        ds = pydicom.dcmread(path)
        path.unlink()
        bare = pydicom.Dataset(ds)
        pydicom.dcmwrite(tmp_path / f"IM{number}", bare, implicit_vr=True, little_endian=True)
    assert np.array_equal(_read(tmp_path)[0].array, ct_array)


def test_slices_are_inverted_one_by_one(dicom_series, along_z, ct_array, tmp_path):
    tags = [{"PhotometricInterpretation": f"MONOCHROME{1 + (k != 3)}", "Modality": "MR"} for k in range(5)]
    dicom_series(tmp_path, ct_array, along_z(5), slice_tags=tags)
    array, notices = _read(tmp_path)[0].array, _read(tmp_path)[1]
    assert np.array_equal(array[[0, 1, 2, 4]], ct_array[[0, 1, 2, 4]]) and np.array_equal(array[3], -1 - ct_array[3])
    assert any("MONOCHROME1" in notice for notice in notices)


# -- refusals ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("keyword", "tag"),
    [
        ("ImagePositionPatient", "0020,0032"),
        ("ImageOrientationPatient", "0020,0037"),
        ("PixelSpacing", "0028,0030"),
        ("BitsAllocated", "0028,0100"),
        ("Rows", "0028,0010"),
        ("SOPInstanceUID", "0008,0018"),
        ("StudyInstanceUID", "0020,000D"),
    ],
)
def test_missing_tag_is_named_with_its_file(keyword, tag, dicom_series, along_z, ct_array, tmp_path):
    tags = [{keyword: None} if k == 3 else {} for k in range(5)]
    dicom_series(tmp_path, ct_array, along_z(5), slice_tags=tags)
    with pytest.raises(UserError, match=rf"{keyword} .{tag}. is missing") as caught:
        _read(tmp_path)
    assert caught.value.path.name == "003.dcm"


@pytest.mark.parametrize("keyword", ["RescaleSlope", "RescaleIntercept"])
def test_a_slice_without_its_neighbours_rescale_is_named(keyword, dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path / "a", ct_array, along_z(5), slice_tags=[{keyword: None} if k == 3 else {} for k in range(5)])
    with pytest.raises(UserError, match=rf"003\.dcm.*{keyword} .* is missing"):
        _read(tmp_path / "a")
    dicom_series(tmp_path / "b", ct_array, along_z(5), **{keyword: None})
    assert np.array_equal(_read(tmp_path / "b")[0].array, ct_array)


@pytest.mark.parametrize(
    "tags",
    [
        {"PixelSpacing": [0, 1]},
        {"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]},
        {"ImageOrientationPatient": [2, 0, 0, 0, 1, 0]},
        {"ImagePositionPatient": [1, 2]},
        {"BitsStored": 0},
        {"RescaleSlope": 0},
    ],
)
def test_malformed_tag_is_named(tags, dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path, ct_array[:1], along_z(1), **tags)
    with pytest.raises(UserError, match=f"{next(iter(tags))} .* is malformed"):
        _read(tmp_path)


def test_pixels_cut_short_or_of_the_wrong_length_name_the_file(dicom_series, along_z, ct_array, tmp_path):
    paths = dicom_series(tmp_path, ct_array, along_z(5))
    whole = paths[2].read_bytes()
    paths[2].write_bytes(whole[:-20])
    with pytest.raises(UserError, match=r"cut short .64 of 84 bytes") as caught:
        _read(tmp_path)
    assert caught.value.path == paths[2]
    paths[2].write_bytes(whole)
    _edit(paths[2:3], lambda ds: setattr(ds, "PixelData", ds.PixelData[:-8]))
    with pytest.raises(UserError, match="76 of 84 bytes"):
        _read(tmp_path)


def test_header_cut_short_is_no_crash(dicom_series, along_z, ct_array, tmp_path):
    (path,) = dicom_series(tmp_path, ct_array[:1], along_z(1))
    whole = path.read_bytes()
    for size in range(133, len(whole) - 1, 13):
        path.write_bytes(whole[:size])
        with pytest.raises(UserError):
            open_study(path)


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_damaged_header_bytes_are_a_sentence_or_read(dicom_series, along_z, ct_array, tmp_path):
    (path,) = dicom_series(tmp_path, ct_array[:1], along_z(1))
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(150):
        content = bytearray(whole)
        for at in rng.integers(132, len(whole) - 84, 4):
            content[at] = rng.integers(0, 256)
        path.write_bytes(content)
        try:
            open_study(path)
        except UserError as error:
            refused += 1
            assert "\n" not in str(error)
    assert 0 < refused < 150


def test_cancel_and_progress(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path, ct_array, along_z(5))
    token = CancelToken()
    shares = []
    info = scan_folder(tmp_path, progress=lambda share, text: shares.append(share)).series[0]
    read_series(info, progress=lambda share, text: shares.append(share))
    assert shares[-1] == 1.0 and min(shares) >= 0.0
    token.cancel()
    for work in (lambda: scan_folder(tmp_path, token=token), lambda: read_series(info, token=token)):
        with pytest.raises(Cancelled):
            work()


def test_cancel_while_reading(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path, ct_array, along_z(5))
    token = CancelToken()
    with pytest.raises(Cancelled):
        read_series(scan_folder(tmp_path).series[0], progress=lambda share, text: token.cancel(), token=token)


def test_nothing_is_printed_or_logged_about_the_patient(dicom_series, along_z, ct_array, tmp_path, caplog, capfd):
    dicom_series(tmp_path, ct_array, along_z(5), SeriesDescription="x" * 80)  # longer than the standard allows
    with caplog.at_level("DEBUG"):
        _read(tmp_path)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    assert "Secret" not in caplog.text and "PID-7" not in caplog.text


@pytest.mark.parametrize("photometric", ["PALETTE COLOR", "RGB"])
def test_colour_is_no_scan(dicom_series, along_z, ct_array, tmp_path, photometric):
    dicom_series(tmp_path, ct_array, along_z(5), PhotometricInterpretation=photometric)
    (info,) = scan_folder(tmp_path).series
    assert "colour image" in str(info.problem)


def test_texts_enter_as_one_line_and_leave_as_they_entered(dicom_series, along_z, ct_array, tmp_path):
    texts = {"PatientName": "A\x07B^C\nD", "StudyDescription": ["thorax", "l\x1bate"]}
    dicom_series(tmp_path / "ct", ct_array, along_z(5), **texts)
    study = open_study(tmp_path / "ct")
    patient = study.image.dicom.patient
    assert patient["PatientName"] == "A B^C D" and patient["StudyDescription"] == "thorax\\l ate"
    drawn = [("one\ntwo\\three", Mask(ct_array > 0, study.geometry))]
    for fmt in ("rtstruct", "seg"):
        (path,) = export_masks(study, drawn, fmt, tmp_path / f"{fmt}.dcm")
        ds = pydicom.dcmread(path)
        assert ds.PatientName == "A B^C D" and list(ds.StudyDescription) == ["thorax", "l ate"]
        names = ds.StructureSetROISequence if fmt == "rtstruct" else ds.SegmentSequence
        assert names[0].get("ROIName", names[0].get("SegmentLabel")) == "one two three"
