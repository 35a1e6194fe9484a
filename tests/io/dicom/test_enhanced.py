"""Enhanced multi-frame CT and MR: frames sorted by place, each with its own rescale, position and number."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.uid import EnhancedMRImageStorage, JPEGLSLossless

from proseg_gui.errors import UserError
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.open import open_study


def _only(path):
    listed = scan_folder(path)
    assert len(listed.series) == 1, [s.label for s in listed.series]
    return read_series(listed.series[0])


def test_frames_come_in_order_of_their_place_and_keep_their_number(tmp_path, enhanced_file, along_z, ct_array):
    order = [3, 0, 4, 1, 2]
    places = along_z(5)
    enhanced_file(tmp_path / "e.dcm", ct_array[order], [places[k] for k in order])
    volume, notices = _only(tmp_path / "e.dcm")
    assert np.array_equal(volume.array, ct_array) and volume.array.dtype == np.int16 and notices == ()
    assert volume.geometry.spacing_mm == (2.5, 1.5, 1.0)
    assert np.allclose(volume.geometry.origin_mm, places[0])
    reference = volume.dicom
    assert reference.frame_numbers == tuple(order.index(k) + 1 for k in range(5))
    assert len(set(reference.sop_instance_uids)) == 1 and len(reference.sop_instance_uids) == 5
    assert scan_folder(tmp_path).series[0].label.startswith("CT thorax, 5 slices, 7 x 6")


def test_rescale_window_and_orientation_are_each_frame_s_own(tmp_path, enhanced_file, along_z, ct_array):
    scale = [(0.5 + k, 3.0 * k) for k in range(5)]
    groups = [
        {
            "PixelValueTransformationSequence": {"RescaleSlope": a, "RescaleIntercept": b, "RescaleType": "HU"},
            "FrameVOILUTSequence": {"WindowCenter": 10 * k, "WindowWidth": 100},
            "PlaneOrientationSequence": {"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]},
        }
        for k, (a, b) in enumerate(scale)
    ]
    sagittal = [[5.0 + 3 * k, -20.0, 40.0] for k in range(5)]
    enhanced_file(tmp_path / "e.dcm", ct_array, sagittal[::-1], groups[::-1])
    volume, _ = _only(tmp_path)
    along = -1 if volume.geometry.normal[0] < 0 else 1
    expected = np.stack([ct_array[4 - k] * a + b for k, (a, b) in enumerate(scale)]).astype(np.float32)[::along]
    assert np.array_equal(volume.array, expected)
    assert volume.geometry.plane_name() == "Sagittal" and volume.window == (20.0, 100.0)


def test_uneven_and_tilted_frames_keep_their_places(tmp_path, enhanced_file, along_z, ct_array):
    uneven = [[0, 0, z] for z in (0, 2.5, 5, 10, 12.5)]
    enhanced_file(tmp_path / "u.dcm", ct_array, uneven)
    volume, notices = _only(tmp_path / "u.dcm")
    assert np.allclose(volume.geometry.slice_origins(), uneven) and "unevenly spaced" in notices[0]
    tilted = [[0, 0.7 * k, 2.5 * k] for k in range(5)]
    enhanced_file(tmp_path / "t.dcm", ct_array, tilted)
    volume, notices = _only(tmp_path / "t.dcm")
    assert np.allclose(volume.geometry.slice_origins(), tilted) and volume.geometry.is_sheared and notices


def test_time_points_of_one_file_are_apart(tmp_path, enhanced_file, along_z, ct_array):
    both = np.concatenate([ct_array, ct_array + 1])
    groups = [{"FrameContentSequence": {"StackID": "1", "TemporalPositionIndex": 1 + k // 5}} for k in range(10)]
    enhanced_file(tmp_path / "e.dcm", both, along_z(5) * 2, groups, Modality="MR", SOPClassUID=EnhancedMRImageStorage)
    series = scan_folder(tmp_path).series
    assert sorted(info.part for info in series) == [f"TemporalPositionIdentifier {n}" for n in (1, 2)]
    later = next(info for info in series if info.part.endswith("2"))
    volume, _ = read_series(later)
    assert np.array_equal(volume.array, ct_array + 1) and volume.dicom.frame_numbers == (6, 7, 8, 9, 10)


def test_compressed_frames_read_the_same(tmp_path, enhanced_file, along_z, ct_array):
    path = enhanced_file(tmp_path / "e.dcm", ct_array, along_z(5)[::-1])
    ds = pydicom.dcmread(path)
    ds.compress(JPEGLSLossless, generate_instance_uid=False)
    ds.save_as(path, enforce_file_format=True)
    assert np.array_equal(open_study(path).image.array, ct_array[::-1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda ds: delattr(ds, "PerFrameFunctionalGroupsSequence"), r"does not say where its frames lie"),
        (lambda ds: setattr(ds, "NumberOfFrames", 4), r"positions of 5 frames where its header promises 4"),
        (lambda ds: delattr(ds.PerFrameFunctionalGroupsSequence[2], "PlanePositionSequence"), r"Position.*missing"),
        (lambda ds: delattr(ds.SharedFunctionalGroupsSequence[0], "PixelMeasuresSequence"), r"PixelSpacing.* missing"),
        (lambda ds: setattr(ds, "PixelData", ds.PixelData[:-84]), r"pixels are cut short \(336 of 420 bytes\)"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(tmp_path, enhanced_file, along_z, ct_array, change, said):
    path = enhanced_file(tmp_path / "e.dcm", ct_array, along_z(5))
    ds = pydicom.dcmread(path)
    change(ds)
    ds.save_as(path, enforce_file_format=True)
    with pytest.raises(UserError, match=said) as caught:
        open_study(path)
    assert caught.value.path == path


def test_several_frames_without_places_are_refused(tmp_path, dicom_series, along_z, ct_array):
    dicom_series(tmp_path, ct_array[:1], along_z(1), NumberOfFrames=5)
    with pytest.raises(UserError, match="does not say where its frames lie"):
        open_study(tmp_path)


@pytest.mark.parametrize(
    ("orientation", "step"),
    [([1, 0, 0, 0, 1, 0], (0, 0, 2.5)), ([1, 0, 0, 0, 0, -1], (0, 2.0, 0)), ([0, 1, 0, 0, 0, -1], (3.0, 0, 0))],
)
def test_highdicom_reads_the_same_voxels_in_the_same_place(tmp_path, enhanced_file, ct_array, orientation, step):
    import highdicom

    places = [[5.0 + k * step[0], 6.0 + k * step[1], 7.0 + k * step[2]] for k in (2, 0, 1, 4, 3)]
    shared = {
        "PlaneOrientationSequence": {"ImageOrientationPatient": orientation},
        "PixelValueTransformationSequence": {"RescaleSlope": 1, "RescaleIntercept": -24, "RescaleType": "HU"},
    }
    path = enhanced_file(tmp_path / "e.dcm", ct_array, places, shared=shared)
    volume, _ = _only(path)
    other = highdicom.imread(path).get_volume()
    affine = np.asarray(other.affine)  # index (slice, row, column) to LPS
    index = np.indices(other.array.shape).reshape(3, -1).T
    here = volume.geometry.world_to_index(index @ affine[:3, :3].T + affine[:3, 3])
    nearest = np.rint(here).astype(int)
    assert np.abs(here - nearest).max() < 1e-6
    assert np.array_equal(volume.array[tuple(nearest.T)].reshape(other.array.shape), other.array)
