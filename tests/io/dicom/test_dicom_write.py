"""Volumes written as DICOM series: exact for whole numbers, within half a step otherwise, in the same place."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from scipy.spatial.transform import Rotation

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.dicom.common import decimal_texts, decimals
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.dicom.write import write_series
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry, Volume

SHAPE = (4, 5, 6)
ROTATED = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix()
GRID = Geometry(SHAPE, [-123.456789, 77.7, -987.654321], (3.0, 0.7, 0.4883), ROTATED)
HU = np.random.default_rng(0).integers(-1024, 3071, SHAPE).astype(np.int16)


def _read(folder):
    (info,) = scan_folder(folder).series
    return read_series(info)[0]


def test_ct_is_bit_exact_in_its_place(tmp_path):
    volume = Volume(HU, GRID, unit="HU", modality="CT", description="phantom", window=(40, 400))
    written = write_series(volume, tmp_path / "ct", patient={"PatientID": "P1", "PatientName": "A^B"})
    read = _read(tmp_path / "ct")
    assert read.array.dtype == np.int16 and np.array_equal(read.array, HU)
    assert GRID.difference(read.geometry) == ""
    assert (read.modality, read.unit, read.window, read.description) == ("CT", "HU", (40, 400), "phantom")
    assert read.dicom.sop_instance_uids == written.dicom.sop_instance_uids
    assert read.dicom.frame_of_reference_uid == written.dicom.frame_of_reference_uid
    assert read.dicom.patient["PatientID"] == "P1"


def test_simpleitk_reads_the_same_series(tmp_path):
    write_series(Volume(HU, GRID, modality="CT"), tmp_path / "ct")
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path / "ct")))
    image = reader.Execute()
    assert np.array_equal(sitk.GetArrayFromImage(image), HU)
    assert image.TransformIndexToPhysicalPoint((5, 4, 3)) == pytest.approx(GRID.index_to_world((3, 4, 5)), abs=1e-3)


def test_floats_are_stored_with_a_stated_slope(tmp_path):
    values = np.random.default_rng(1).normal(0, 1, SHAPE).astype(np.float32)
    write_series(Volume(values, GRID, modality="MR"), tmp_path / "mr")
    ds = pydicom.dcmread(next((tmp_path / "mr").iterdir()))
    step = float(ds.RescaleSlope)
    assert step == pytest.approx((values.max() - values.min()) / 65535, rel=1e-6)
    assert np.abs(_read(tmp_path / "mr").array - values).max() <= 0.51 * step


@pytest.mark.parametrize(
    "values",
    [
        np.full(SHAPE, 0.3, np.float32),
        np.arange(120, dtype=np.int32).reshape(SHAPE) * 500,
        np.arange(120, dtype=np.int32).reshape(SHAPE) * 500 - 30000,
        np.arange(120, dtype=np.uint8).reshape(SHAPE),
        np.arange(120, dtype=np.float32).reshape(SHAPE),
    ],
    ids=["constant", "uint16", "wide", "uint8", "whole floats"],
)
def test_other_values_come_back(values, tmp_path):
    write_series(Volume(values, GRID), tmp_path / "s")
    assert np.allclose(_read(tmp_path / "s").array, values, rtol=0, atol=0.5)


def test_left_handed_and_uneven_grids_keep_each_slice_s_identity(tmp_path):
    places = np.array([[0.0, 0, 10], [0, 0, 7.5], [0, 0, 2.5], [0, 0, 0]])
    for number, grid in enumerate(
        (
            Geometry(SHAPE, [1, 2, 3], (3.0, 0.7, 0.9), np.diag([1.0, 1.0, -1.0])),
            Geometry(SHAPE, places[0], (10.0 / 3, 0.7, 0.9), np.diag([1.0, 1.0, -1.0]), places),
        )
    ):
        written = write_series(Volume(HU, grid, modality="CT"), tmp_path / str(number))
        by_uid = {ds.SOPInstanceUID: ds for ds in map(pydicom.dcmread, (tmp_path / str(number)).iterdir())}
        for k, uid in enumerate(written.dicom.sop_instance_uids):
            assert np.array_equal(by_uid[uid].pixel_array, HU[k])
            assert by_uid[uid].ImagePositionPatient == pytest.approx(grid.slice_origins()[k])
        assert np.array_equal(_read(tmp_path / str(number)).array, HU[::-1])


def test_a_seed_gives_the_same_uids_and_none_new_ones(tmp_path):
    volume = Volume(HU, GRID, modality="CT")
    uids = [write_series(volume, tmp_path / n, uid_seed=s).dicom for n, s in (("a", "x"), ("b", "x"), ("c", None))]
    assert uids[0].sop_instance_uids == uids[1].sop_instance_uids
    assert uids[0].series_instance_uid == uids[1].series_instance_uid
    assert uids[0].series_instance_uid != uids[2].series_instance_uid
    assert all(len(uid) <= 64 for uid in (*uids[0].sop_instance_uids, *uids[2].sop_instance_uids))


def test_refusals(tmp_path):
    skewed = np.eye(3)
    skewed[:, 1] = (np.sin(0.1), np.cos(0.1), 0)
    with pytest.raises(UserError, match="not perpendicular"):
        write_series(Volume(HU, Geometry(SHAPE, [0, 0, 0], (1, 1, 1), skewed)), tmp_path / "a")
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        write_series(Volume(HU, GRID), tmp_path / "a", token=token)
    assert list(tmp_path.iterdir()) == []
    write_series(Volume(HU, GRID), tmp_path / "a")
    with pytest.raises(UserError, match="not empty"):
        write_series(Volume(HU, GRID), tmp_path / "a")


def test_decimal_texts_fit_16_characters_and_stay_accurate():
    values = np.array([0.1, -0.1, -123456.123456789, 999999.999999999, -1e-9, 0.0, 1e7 + 0.123456789])
    for text, value in zip([decimal_texts(np.array([v]))[0] for v in values], values, strict=True):
        assert len(text) <= 16 and abs(float(text) - value) <= 1e-6
    texts = decimal_texts(values)
    assert max(map(len, texts)) <= 16
    cosines = [1 / 3, -1 / 3, -1e-17, 1e-5 / 3, -0.70710678118654752]
    for text, value in zip(decimals(cosines), cosines, strict=True):
        assert len(text) <= 16 and abs(float(text) - value) < 1e-10
