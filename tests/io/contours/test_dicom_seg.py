"""DICOM SEG written here comes back bit exact, through our reader and through highdicom's own."""

from __future__ import annotations

from dataclasses import replace

import highdicom
import numpy as np
import pydicom
import pytest
from pydicom.uid import RLELossless
from scipy.spatial.transform import Rotation

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.contours import seg_write as module
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.seg_read import read_seg, read_segments
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.io.contours.structure_codes import structure_code
from proseg_gui.io.dicom.deidentify import survivors
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import DicomReference, Geometry, Mask, Volume

SHAPE = (4, 12, 15)
ROTATED = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix()
TILTED = np.array([[1.0, 0, 0], [0, 1.0, np.sin(0.3)], [0, 0, np.cos(0.3)]])
PLACES = np.array([[0.0, 0, 0], [0, 0, 2.5], [0, 0, 7.5], [0, 0, 10.0]]) + (-3.0, 4.0, 5.0)
GRIDS = {
    "plain": Geometry.plain(SHAPE),
    "non-square": Geometry(SHAPE, [-1234.56789, 987.654321, -2345.678901], (2.5, 0.4883, 1.7), np.eye(3)),
    "oblique": Geometry(SHAPE, [12.3, -45.6, 78.9], (3.0, 0.9, 0.7), ROTATED),
    "coronal": Geometry(SHAPE, [1.0, 2.0, 3.0], (5.0, 1.1, 0.9), np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])),
    "sagittal": Geometry(SHAPE, [1.0, 2.0, 3.0], (5.0, 1.1, 0.9), np.array([[0, 0, -1.0], [1.0, 0, 0], [0, -1.0, 0]])),
    "left-handed": Geometry(SHAPE, [1.0, 2.0, 3.0], (5.0, 1.1, 0.9), np.diag([1.0, 1.0, -1.0])),
    "tilted": Geometry(SHAPE, [-100.25, 33.3, 7.1], (3.0, 0.7, 1.9), TILTED),
    "uneven": Geometry(SHAPE, PLACES[0], (10.0 / 3, 0.8, 0.6), np.eye(3), PLACES),
}
PROVENANCE = Provenance("phantom", "1.2", "ab" * 32, {"tau": [0.5, 0.5], "eps": [1.0]}, "tight", "3", "none")


def _volume(geometry=GRIDS["plain"]):
    reference = DicomReference(
        study_instance_uid="1.2.3",
        series_instance_uid="1.2.3.4",
        frame_of_reference_uid="1.2.3.5",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        sop_instance_uids=tuple(f"1.2.3.4.{k + 1}" for k in range(geometry.shape[0])),
        patient={"PatientName": "Secret^Name", "PatientID": "PID-7", "StudyDate": "20200102"},
    )
    return Volume(np.zeros(geometry.shape, np.int16), geometry, modality="CT", dicom=reference)


def _segments(masks, geometry):
    return [Segment(name, Mask(mask, geometry), provenance=PROVENANCE) for name, mask in masks.items()]


@pytest.mark.parametrize("grid", GRIDS)
def test_no_voxel_differs_on_any_grid_for_us_and_for_highdicom(grid, hard_masks, tmp_path):
    geometry = GRIDS[grid]
    volume = _volume(geometry)
    write_seg(_segments(hard_masks, geometry), volume, tmp_path / "seg.dcm", provenance=PROVENANCE)
    for mask in read_seg(tmp_path / "seg.dcm", volume):
        assert np.array_equal(mask.array, hard_masks[mask.name]), mask.name
    theirs = highdicom.seg.segread(tmp_path / "seg.dcm")
    pixels = theirs.get_pixels_by_source_instance(
        list(volume.dicom.sop_instance_uids), ignore_spatial_locations=True, assert_missing_frames_are_empty=True
    )
    for number, name in enumerate(hard_masks):
        assert np.array_equal(pixels[..., number], hard_masks[name]), name
    for group in theirs.PerFrameFunctionalGroupsSequence:
        uid = group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        place = group.PlanePositionSequence[0].ImagePositionPatient
        assert np.allclose(place, geometry.slice_origins()[int(uid[-1]) - 1], atol=1e-6)


@pytest.mark.parametrize(
    "shape", [(3, 1, 1), (5, 2, 2), (4, 1, 7), (4, 7, 1), (3, 3, 2), (3, 1, 8), (4, 3, 3), (9, 5, 7)]
)
def test_slices_of_a_few_pixels_are_bit_exact_for_us_and_for_pydicom(shape, tmp_path):
    volume = _volume(Geometry.plain(shape))
    rng = np.random.default_rng(2)
    masks = {"full": np.ones(shape, bool), "some": rng.random(shape) < 0.6, "empty": np.zeros(shape, bool)}
    masks["some"][0, 0, 0] = True
    write_seg(_segments(masks, volume.geometry), volume, tmp_path / "seg.dcm")
    for mask in read_seg(tmp_path / "seg.dcm", volume):
        assert np.array_equal(mask.array, masks[mask.name]), mask.name
    ds = pydicom.dcmread(tmp_path / "seg.dcm")
    assert len(ds.PixelData) == 2 * int(np.ceil(ds.NumberOfFrames * shape[1] * shape[2] / 16))
    frames = ds.pixel_array.reshape(-1, *shape[1:])
    for frame, group in zip(frames, ds.PerFrameFunctionalGroupsSequence, strict=True):
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        k = round(float(group.PlanePositionSequence[0].ImagePositionPatient[2]))
        assert np.array_equal(frame, list(masks.values())[number - 1][k])
    write_seg([Segment("p", rng.random(shape).astype(np.float32))], volume, tmp_path / "soft.dcm", "fractional")


def test_file_says_what_it_must(hard_masks, tmp_path):
    volume = _volume()
    segment = Segment(
        "Tumour élevée", Mask(hard_masks["hole"], volume.geometry), (255, 0, 0), structure_code("Neoplasm"), PROVENANCE
    )
    write_seg([segment], volume, tmp_path / "seg.dcm", provenance=PROVENANCE)
    ds = pydicom.dcmread(tmp_path / "seg.dcm")
    assert (ds.SegmentationType, ds.Modality, ds.PatientID, ds.StudyInstanceUID) == ("BINARY", "SEG", "PID-7", "1.2.3")
    assert ds.FrameOfReferenceUID == "1.2.3.5"
    instances = ds.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    assert [i.ReferencedSOPInstanceUID for i in instances] == list(volume.dicom.sop_instance_uids)
    item = ds.SegmentSequence[0]
    assert item.SegmentLabel == "Tumour élevée" and item.SegmentAlgorithmType == "SEMIAUTOMATIC"
    kind, category = item.SegmentedPropertyTypeCodeSequence[0], item.SegmentedPropertyCategoryCodeSequence[0]
    assert (kind.CodeValue, kind.CodingSchemeDesignator) == ("108369006", "SCT")
    assert category.CodeMeaning == "Morphologically Abnormal Structure"
    algorithm = item.SegmentationAlgorithmIdentificationSequence[0]
    assert (algorithm.AlgorithmName, algorithm.AlgorithmVersion) == ("phantom", "1.2")
    assert "rater=tight" in algorithm.AlgorithmParameters and '"eps": [1.0]' in algorithm.AlgorithmParameters
    assert "ab" * 32 in ds.ContributingEquipmentSequence[0].ContributionDescription


def test_tags_that_break_the_standard_do_not_stop_an_export(hard_masks, tmp_path, recwarn):
    volume = _volume()
    odd = {"PatientName": "Doe", "PatientID": "P" * 70, "PatientSex": "X", "PatientBirthDate": "unknown"}
    odd |= {"StudyDate": "2020.01.02", "StudyTime": "noon", "AccessionNumber": "A" * 20, "StudyID": "S" * 20}
    volume = replace(volume, dicom=replace(volume.dicom, patient=odd))
    mask = Mask(hard_masks["hole"], volume.geometry)
    write_seg([Segment("a", mask)], volume, tmp_path / "seg.dcm")
    write_rtstruct([Roi("a", mask)], volume, tmp_path / "rt.dcm")
    for name in ("seg.dcm", "rt.dcm"):
        ds = pydicom.dcmread(tmp_path / name)
        assert {key: str(ds.get(key, "")) for key in odd} == odd
    assert [str(w.message) for w in recwarn if issubclass(w.category, UserWarning)] == []


def test_a_mask_without_a_model_is_manual_tissue(hard_masks, tmp_path):
    volume = _volume()
    write_seg([Segment("a", Mask(hard_masks["block"], volume.geometry))], volume, tmp_path / "seg.dcm")
    item = pydicom.dcmread(tmp_path / "seg.dcm").SegmentSequence[0]
    assert item.SegmentAlgorithmType == "MANUAL"
    assert item.SegmentedPropertyTypeCodeSequence[0].CodeMeaning == "Tissue"


def test_probabilities_come_back_within_half_a_step(tmp_path):
    volume = _volume(GRIDS["oblique"])
    values = np.random.default_rng(1).random(SHAPE).astype(np.float32)
    values[0] = 0.0
    write_seg([Segment("p", values)], volume, tmp_path / "seg.dcm", "fractional")
    (read,) = read_segments(tmp_path / "seg.dcm", volume, threshold=0.7)
    assert np.abs(read.values - values).max() <= 0.5 / 255 + 1e-6
    assert np.array_equal(read.mask.array, read.values > 0.7)
    ds = pydicom.dcmread(tmp_path / "seg.dcm")
    assert (ds.SegmentationFractionalType, ds.MaximumFractionalValue) == ("PROBABILITY", 255)


def test_an_image_without_dicom_gets_its_series_and_a_deidentified_one_its_copy(tmp_path, hard_masks):
    volume = _volume(GRIDS["oblique"])
    segments = _segments({"hole": hard_masks["hole"]}, volume.geometry)
    write_seg(segments, replace(volume, dicom=None), tmp_path / "a.dcm")
    write_seg(segments, volume, tmp_path / "b.dcm", provenance=PROVENANCE, deidentified=True)
    for name in ("a", "b"):
        series, _ = read_series(scan_folder(tmp_path / f"{name}_image").series[0])
        assert np.array_equal(read_seg(tmp_path / f"{name}.dcm", series)[0].array, hard_masks["hole"])
    ds = pydicom.dcmread(tmp_path / "b.dcm")
    assert survivors(ds, volume.dicom) == [] and ds.PatientIdentityRemoved == "YES"
    assert b"Secret" not in (tmp_path / "b.dcm").read_bytes()


def test_a_multi_frame_image_is_referred_to_by_frame(tmp_path, hard_masks):
    volume = _volume()
    one_file = replace(volume.dicom, sop_instance_uids=("1.2.9",) * 4, frame_numbers=(4, 3, 2, 1))
    volume = replace(volume, dicom=one_file)
    write_seg(_segments({"gap": hard_masks["gap"]}, volume.geometry), volume, tmp_path / "seg.dcm")
    ds = pydicom.dcmread(tmp_path / "seg.dcm")
    images = [group.DerivationImageSequence[0].SourceImageSequence[0] for group in ds.PerFrameFunctionalGroupsSequence]
    referred = {(str(i.ReferencedSOPInstanceUID), int(i.ReferencedFrameNumber)) for i in images}
    assert referred == {("1.2.9", 4), ("1.2.9", 1)}
    assert len(ds.ReferencedSeriesSequence[0].ReferencedInstanceSequence) == 1


def test_an_enhanced_file_with_shuffled_frames_gets_segments_and_contours(tmp_path, enhanced_file, along_z, ct_array):
    order, places = [3, 0, 4, 1, 2], along_z(5)
    enhanced_file(tmp_path / "e" / "e.dcm", ct_array[order], [places[k] for k in order])
    volume, _ = read_series(scan_folder(tmp_path / "e").series[0])
    mask = Mask(np.random.default_rng(4).random(volume.geometry.shape) < 0.4, volume.geometry)
    write_seg([Segment("a", mask)], volume, tmp_path / "seg.dcm")
    write_rtstruct([Roi("a", mask)], volume, tmp_path / "rt.dcm")
    assert np.array_equal(read_seg(tmp_path / "seg.dcm", volume)[0].array, mask.array)
    assert np.array_equal(read_rtstruct(tmp_path / "rt.dcm", volume)[0].array, mask.array)
    frames = [volume.dicom.frame_numbers.index(n) for n in range(1, 6)]
    theirs = highdicom.seg.segread(tmp_path / "seg.dcm").get_pixels_by_source_frame(
        volume.dicom.sop_instance_uids[0], [1, 2, 3, 4, 5], assert_missing_frames_are_empty=True,
        ignore_spatial_locations=True,
    )  # fmt: skip
    assert np.array_equal(theirs[..., 0], mask.array[frames])


def test_frames_that_cover_a_part_or_lie_across_are_put_in_their_place(tmp_path):
    volume = _volume(GRIDS["oblique"])
    g = volume.geometry
    mask = np.random.default_rng(2).random(SHAPE) < 0.5
    mask[:, :3], mask[:, :, :5] = False, False
    part = Geometry((4, 9, 10), g.index_to_world([0, 3, 5]), g.spacing_mm, g.direction)
    across = Geometry(  # the same voxels with the row index as the slice, turned round
        (12, 15, 4),
        g.index_to_world([0, 11, 0]),
        (g.spacing_mm[1], g.spacing_mm[2], g.spacing_mm[0]),
        np.stack([g.direction[:, 2], g.direction[:, 0], -g.direction[:, 1]], axis=1),
    )
    for name, grid, array in (
        ("part", part, mask[:, 3:, 5:]),
        ("across", across, mask[:, ::-1].transpose(1, 2, 0)),
    ):
        write_seg([Segment(name, Mask(array, grid))], _volume(grid), tmp_path / f"{name}.dcm")
        (read,) = read_seg(tmp_path / f"{name}.dcm", volume)
        assert np.array_equal(read.array, mask), name
    shifted = Geometry(g.shape, g.index_to_world([0, 0, 0.3]), g.spacing_mm, g.direction)
    write_seg([Segment("s", Mask(mask, shifted))], _volume(shifted), tmp_path / "s.dcm")
    with pytest.raises(UserError, match="does not lie on the image's voxels"):
        read_seg(tmp_path / "s.dcm", volume)
    with pytest.raises(UserError, match="reaches beyond the image"):
        read_seg(tmp_path / "part.dcm", _volume(replace(g, shape=(4, 12, 12))))


def test_compressed_fractional_and_label_map_files_are_read(tmp_path, hard_masks):
    volume = _volume()
    values = np.random.default_rng(1).random(SHAPE).astype(np.float32)
    write_seg([Segment("p", values)], volume, tmp_path / "seg.dcm", "fractional")
    ds = pydicom.dcmread(tmp_path / "seg.dcm")
    expected = read_segments(tmp_path / "seg.dcm", volume)[0].values
    ds.compress(RLELossless)
    ds.save_as(tmp_path / "rle.dcm")
    assert np.array_equal(read_segments(tmp_path / "rle.dcm", volume)[0].values, expected)
    labels = np.where(hard_masks["hole"], 1, 2 * hard_masks["border"]).astype(np.uint8)
    sources = [module._source(volume, k) for k in range(4)]
    codes = [module._description(n, Segment(f"s{n}", Mask(labels == n, volume.geometry))) for n in (1, 2)]
    highdicom.seg.Segmentation(
        sources, labels, "LABELMAP", codes, "1.2.7", 1, "1.2.8", 1, "m", "m", "1", "0"
    ).save_as(tmp_path / "labels.dcm")  # fmt: skip
    for n, mask in enumerate(read_seg(tmp_path / "labels.dcm", volume), 1):
        assert np.array_equal(mask.array, labels == n)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"study_instance_uid": "9.9", "series_instance_uid": "9.8"}, "belongs to the study 1.2.3, the image to 9.9"),
        ({"frame_of_reference_uid": "8.8"}, "frame of reference 1.2.3.5, the image in 8.8"),
        ({"patient": {"PatientID": "other"}}, "another patient"),
    ],
)
def test_a_segmentation_of_another_image_is_refused(change, said, tmp_path, hard_masks):
    volume = _volume()
    write_seg(_segments({"a": hard_masks["block"]}, volume.geometry), volume, tmp_path / "a.dcm")
    with pytest.raises(UserError, match=said) as caught:
        read_seg(tmp_path / "a.dcm", replace(volume, dicom=replace(volume.dicom, **change)))
    assert "PID-7" not in str(caught.value)


def test_damage_is_one_sentence(tmp_path, hard_masks):
    volume = _volume()
    write_seg(_segments({"a": hard_masks["noise"]}, volume.geometry), volume, tmp_path / "a.dcm")
    whole = (tmp_path / "a.dcm").read_bytes()
    ds = pydicom.dcmread(tmp_path / "a.dcm")
    ds.PixelData = ds.PixelData[:20]
    ds.save_as(tmp_path / "short.dcm")
    ds.NumberOfFrames, ds.Rows, ds.Columns = 60000, 60000, 60000
    ds.save_as(tmp_path / "huge.dcm")
    (tmp_path / "cut.dcm").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.dcm").write_bytes(b"no")
    for name in ("short", "huge", "cut", "text", "absent"):
        with pytest.raises(UserError):
            read_seg(tmp_path / f"{name}.dcm", volume)
    rng = np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(whole)
        for at in rng.integers(132, len(whole), 3):
            damaged[at] ^= 1 << rng.integers(8)
        (tmp_path / "bits.dcm").write_bytes(damaged)
        try:
            read_seg(tmp_path / "bits.dcm", volume)
        except UserError as error:
            assert "\n" not in str(error)


def test_bad_requests_and_bad_files_leave_nothing(tmp_path, hard_masks, monkeypatch):
    volume = _volume()
    mask = Mask(hard_masks["block"], volume.geometry)
    for segments, said in (
        ([], "no segment"),
        ([Segment("a", mask), Segment("a", mask)], "two segments"),
        ([Segment(" ", mask)], "needs a name"),
        ([Segment("a", Mask(mask.array, GRIDS["oblique"]))], "not on the image's grid"),
    ):
        with pytest.raises(UserError, match=said):
            write_seg(segments, volume, tmp_path / "seg.dcm")
    with pytest.raises(UserError, match="not within 0 and 1"):
        write_seg([Segment("a", np.full(SHAPE, 1.5))], volume, tmp_path / "seg.dcm", "fractional")
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        write_seg([Segment("a", mask)], volume, tmp_path / "seg.dcm", token=token)
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    with pytest.raises(UserError, match="too large for one DICOM SEG"):
        write_seg([Segment("a", mask)], volume, tmp_path / "seg.dcm")
    monkeypatch.undo()
    monkeypatch.setattr(module, "_stack", lambda *_: np.zeros((1, 2, *SHAPE[1:]), np.uint8))
    with pytest.raises(UserError, match="voxels differ"):
        write_seg([Segment("a", mask)], volume, tmp_path / "seg.dcm")
    assert list(tmp_path.iterdir()) == []
