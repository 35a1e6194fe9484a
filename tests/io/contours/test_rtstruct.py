"""Structure sets written here read back exactly by an independent reader, and say what they must."""

from __future__ import annotations

import getpass
from dataclasses import replace

import numpy as np
import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from scipy.spatial.transform import Rotation

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.contours import rtstruct_write as module
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.dicom.deidentify import survivors
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.open import open_study
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import DicomReference, Geometry, Mask, Volume

SHAPE = (4, 12, 15)
ROTATED = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix()
CORONAL = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])


def _sheared():
    direction = np.eye(3)
    direction[:, 2] = np.array([0.0, np.sin(0.3), np.cos(0.3)])
    return Geometry(SHAPE, [-100.25, 33.3, 7.1], (3.0, 0.7, 1.9), direction)


def _uneven():
    places = np.array([[0.0, 0, 0], [0, 0, 2.5], [0, 0, 7.5], [0, 0, 10.0]]) + (-3.0, 4.0, 5.0)
    return Geometry(SHAPE, places[0], (10.0 / 3, 0.8, 0.6), np.eye(3), places)


GRIDS = {
    "plain": Geometry.plain(SHAPE),
    "far, non-square": Geometry(SHAPE, [-1234.56789, 987.654321, -2345.678901], (2.5, 0.4883, 1.7), np.eye(3)),
    "oblique": Geometry(SHAPE, [12.3, -45.6, 78.9], (3.0, 0.9, 0.7), ROTATED),
    "coronal": Geometry(SHAPE, [1.0, 2.0, 3.0], (5.0, 1.1, 0.9), CORONAL),
    "sagittal": Geometry(SHAPE, [1.0, 2.0, 3.0], (5.0, 1.1, 0.9), np.array([[0, 0, -1.0], [1.0, 0, 0], [0, -1.0, 0]])),
    "left-handed": Geometry(SHAPE, [1.0, 2.0, 3.0], (5.0, 1.1, 0.9), np.diag([1.0, 1.0, -1.0])),
    "tilted": _sheared(),
    "uneven": _uneven(),
    "fine": Geometry(SHAPE, [0.5, 0.25, 0.125], (0.01, 0.002, 0.003), ROTATED),
}


def _volume(geometry):
    reference = DicomReference(
        study_instance_uid="1.2.3",
        series_instance_uid="1.2.3.4",
        frame_of_reference_uid="1.2.3.5",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        sop_instance_uids=tuple(f"1.2.3.4.{k + 1}" for k in range(geometry.shape[0])),
        patient={"PatientName": "Secret^Name", "PatientID": "PID-7", "StudyDate": "20200102"},
    )
    return Volume(np.zeros(geometry.shape, np.int16), geometry, modality="CT", dicom=reference)


def _independent_mask(ds, number, geometry, fill, nudge=0.0):
    """The ROI by nothing but the file, the grid's definition and ray casting."""
    inverse = np.linalg.inv(geometry.direction * np.array(geometry.spacing_mm[::-1]))
    uids = [f"1.2.3.4.{k + 1}" for k in range(geometry.shape[0])]
    by_slice = {}
    item = next(i for i in ds.ROIContourSequence if i.ReferencedROINumber == number)
    for contour in item.get("ContourSequence", []):
        k = uids.index(contour.ContourImageSequence[0].ReferencedSOPInstanceUID)
        points = np.array([float(v) for v in contour.ContourData]).reshape(-1, 3)
        xyz = (points - geometry.slice_origins()[k]) @ inverse.T
        assert np.abs(xyz[:, 2]).max() < 1e-4, "points lie in their slice's plane"
        by_slice.setdefault(k, []).append(xyz[:, :2] + nudge)
    result = np.zeros(geometry.shape, bool)
    for k, polygons in by_slice.items():
        result[k] = fill(polygons, geometry.shape[1:])
    return result


@pytest.mark.parametrize("grid", GRIDS)
def test_no_voxel_differs_for_an_independent_reader(grid, hard_masks, naive_fill, tmp_path):
    geometry = GRIDS[grid]
    volume = _volume(geometry)
    rois = [Roi(name, Mask(mask, geometry)) for name, mask in hard_masks.items()]
    write_rtstruct(rois, volume, tmp_path / "rt.dcm")
    ds = pydicom.dcmread(tmp_path / "rt.dcm")
    for number, (name, mask) in enumerate(hard_masks.items(), 1):
        for nudge in (0.0, (0.02, 0.02), (-0.02, 0.02)):
            assert np.array_equal(_independent_mask(ds, number, geometry, naive_fill, nudge), mask), (name, nudge)
    for mask in read_rtstruct(tmp_path / "rt.dcm", volume):
        assert np.array_equal(mask.array, hard_masks[mask.name]), mask.name


def test_file_says_what_it_must(hard_masks, tmp_path):
    volume = _volume(GRIDS["plain"])
    provenance = Provenance("phantom", "1.2", "ab" * 32, {"tau": [0.5, 0.5], "eps": [1.0]}, "tight", "3", "none")
    roi = Roi("Tumour", Mask(hard_masks["hole"], volume.geometry), (1, 2, 3), "GTV", provenance)
    write_rtstruct([roi], volume, tmp_path / "rt.dcm", provenance=provenance, label="a label that is too long")
    ds = pydicom.dcmread(tmp_path / "rt.dcm")
    assert ds.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
    assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
    assert (ds.ApprovalStatus, ds.Modality, ds.StructureSetLabel) == ("UNAPPROVED", "RTSTRUCT", "a label that is")
    assert (ds.PatientID, str(ds.PatientName), ds.StudyInstanceUID) == ("PID-7", "Secret^Name", "1.2.3")
    assert "phantom 1.2 (sha256 abababababab)" in ds.StructureSetDescription
    equipment = ds.ContributingEquipmentSequence[0]
    assert equipment.PurposeOfReferenceCodeSequence[0].CodeMeaning == "Processing Equipment"
    assert "ab" * 32 in equipment.ContributionDescription and '"tau":[0.5,0.5]' in equipment.ContributionDescription
    assert getpass.getuser() in str(equipment.OperatorsName) == str(ds.OperatorsName)
    assert equipment.ContributionDateTime[:8] == provenance.created[:10].replace("-", "")
    assert ds.SoftwareVersions and ds.Manufacturer == "proseg-gui"
    frame = ds.ReferencedFrameOfReferenceSequence[0]
    series = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    assert frame.FrameOfReferenceUID == "1.2.3.5"
    assert frame.RTReferencedStudySequence[0].ReferencedSOPInstanceUID == "1.2.3"
    assert series.SeriesInstanceUID == "1.2.3.4"
    assert [i.ReferencedSOPInstanceUID for i in series.ContourImageSequence] == [f"1.2.3.4.{k}" for k in (1, 2, 3, 4)]
    entry = ds.StructureSetROISequence[0]
    assert (entry.ROIName, entry.ROIGenerationAlgorithm) == ("Tumour", "SEMIAUTOMATIC")
    assert entry.ReferencedFrameOfReferenceUID == "1.2.3.5"
    assert '"eps": [1.0]' in entry.ROIDescription and "rater tight" in entry.ROIDescription
    assert ds.RTROIObservationsSequence[0].RTROIInterpretedType == "GTV"
    contours = ds.ROIContourSequence[0].ContourSequence
    assert list(ds.ROIContourSequence[0].ROIDisplayColor) == [1, 2, 3]
    for contour in contours:
        assert contour.ContourGeometricType == "CLOSED_PLANAR"
        assert contour.NumberOfContourPoints * 3 == len(contour.ContourData)
        assert contour.ContourImageSequence[0].ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.2"
        assert all(len(str(v.original_string)) <= 16 for v in contour.ContourData)


def test_contours_beyond_64_kb_keep_their_value_representation(tmp_path):
    geometry = Geometry(((1, 400, 400)), [-200.123, -200.123, 0], (1.0, 1.0, 1.0), ROTATED)
    mask = np.zeros(geometry.shape, bool)
    mask[0, 1::4, :] = mask[0, :, 0] = True  # a comb: one contour of very many points
    mask[0, ::4, 1::2] = True
    write_rtstruct([Roi("comb", Mask(mask, geometry))], _volume(geometry), tmp_path / "rt.dcm")
    ds = pydicom.dcmread(tmp_path / "rt.dcm")
    contour = ds.ROIContourSequence[0].ContourSequence[0]
    assert contour.get_item("ContourData").length > 65536
    assert contour["ContourData"].VR == "DS"


def test_accents_in_names_survive(tmp_path, hard_masks):
    volume = _volume(GRIDS["plain"])
    write_rtstruct([Roi("Tumeur élevée", Mask(hard_masks["block"], volume.geometry))], volume, tmp_path / "rt.dcm")
    assert read_rtstruct(tmp_path / "rt.dcm", volume)[0].name == "Tumeur élevée"


def test_deidentified_contours_refer_to_a_deidentified_copy_of_the_image(tmp_path, hard_masks):
    volume = _volume(GRIDS["oblique"])
    roi = Roi("a", Mask(hard_masks["hole"], volume.geometry), provenance=Provenance("phantom"))
    notices = write_rtstruct([roi], volume, tmp_path / "rt.dcm", deidentified=True)
    assert any("pixels are not changed" in notice for notice in notices)
    series, _ = read_series(scan_folder(tmp_path / "rt_image").series[0])
    (mask,) = read_rtstruct(tmp_path / "rt.dcm", series)
    assert np.array_equal(mask.array, hard_masks["hole"])
    for path in tmp_path.rglob("*.dcm"):
        ds = pydicom.dcmread(path)
        assert ds.PatientIdentityRemoved == "YES" and survivors(ds, volume.dicom) == []
        content = path.read_bytes()
        for trace in (b"Secret", b"PID-7", b"20200102", b"1.2.3.4", getpass.getuser().encode() + b"^"):
            assert trace not in content, (path.name, trace)


def test_a_patients_name_in_an_roi_stops_a_deidentified_export(tmp_path, hard_masks):
    volume = _volume(GRIDS["plain"])
    roi = Roi("GTV of secret", Mask(hard_masks["block"], volume.geometry))
    with pytest.raises(UserError, match="PatientName would be left in the tag ROIName"):
        write_rtstruct([roi], volume, tmp_path / "rt.dcm", deidentified=True)
    assert list(tmp_path.iterdir()) == []


def test_a_multi_frame_image_is_referred_to_by_frame(tmp_path, hard_masks):
    volume = _volume(GRIDS["plain"])
    one_file = replace(volume.dicom, sop_instance_uids=("1.2.9",) * 4, frame_numbers=(4, 3, 2, 1))
    volume = replace(volume, dicom=one_file)
    write_rtstruct([Roi("a", Mask(hard_masks["gap"], volume.geometry))], volume, tmp_path / "rt.dcm")
    ds = pydicom.dcmread(tmp_path / "rt.dcm")
    series = ds.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    assert [item.ReferencedSOPInstanceUID for item in series.ContourImageSequence] == ["1.2.9"]
    images = [contour.ContourImageSequence[0] for contour in ds.ROIContourSequence[0].ContourSequence]
    assert [(i.ReferencedSOPInstanceUID, i.ReferencedFrameNumber) for i in images] == [("1.2.9", 4), ("1.2.9", 1)]


def test_appending_keeps_what_was_there_and_withdraws_approval(tmp_path, hard_masks):
    volume = _volume(GRIDS["oblique"])
    first, second = (Mask(hard_masks[n], volume.geometry) for n in ("hole", "nested"))
    write_rtstruct([Roi("first", first, (9, 8, 7))], volume, tmp_path / "a.dcm")
    old = pydicom.dcmread(tmp_path / "a.dcm")
    old.ApprovalStatus, old.ReviewerName, old.ReviewDate, old.ReviewTime = "APPROVED", "Boss", "20200101", "1200"
    old.save_as(tmp_path / "a.dcm")
    notices = write_rtstruct([Roi("second", second)], volume, tmp_path / "b.dcm", append_to=tmp_path / "a.dcm")
    new = pydicom.dcmread(tmp_path / "b.dcm")
    assert any("unapproved" in notice for notice in notices)
    assert (new.ApprovalStatus, "ReviewerName" in new) == ("UNAPPROVED", False)
    assert new.SOPInstanceUID != old.SOPInstanceUID
    assert [item.ROINumber for item in new.StructureSetROISequence] == [1, 2]
    assert len(new.ContributingEquipmentSequence) == 2
    assert new.ROIContourSequence[0] == old.ROIContourSequence[0]
    masks = read_rtstruct(tmp_path / "b.dcm", volume)
    assert [m.name for m in masks] == ["first", "second"]
    assert np.array_equal(masks[0].array, first.array) and np.array_equal(masks[1].array, second.array)
    with pytest.raises(UserError, match="already has an ROI called 'first'"):
        write_rtstruct([Roi("first", first)], volume, tmp_path / "c.dcm", append_to=tmp_path / "a.dcm")


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_appending_to_another_makers_file_keeps_every_byte_of_its_contours(tmp_path, hard_masks, syntax):
    """Another way of storing, private tags, points of odd digits, and nothing that is optional."""
    volume = _volume(GRIDS["oblique"])
    mask = Mask(hard_masks["nested"], volume.geometry)
    write_rtstruct([Roi("first", mask)], volume, tmp_path / "a.dcm")
    old = pydicom.dcmread(tmp_path / "a.dcm")
    old.decode()
    del old.ReferencedFrameOfReferenceSequence, old.RTROIObservationsSequence
    contour = old.ROIContourSequence[0].ContourSequence[0]
    contour.ContourData = ["+01.50", "-2.000E+0 ", "3", *list(contour.ContourData)[3:]]
    del contour.ContourImageSequence
    old.add_new((0x3007, 0x0010), "LO", "MAKER")
    old.add_new((0x3007, 0x1001), "LO", "kept")
    old.file_meta.TransferSyntaxUID = syntax
    old.save_as(tmp_path / "a.dcm", implicit_vr=False, little_endian=True, enforce_file_format=True)
    write_rtstruct([Roi("second", mask)], volume, tmp_path / "b.dcm", append_to=tmp_path / "a.dcm")
    old, new = pydicom.dcmread(tmp_path / "a.dcm"), pydicom.dcmread(tmp_path / "b.dcm")
    texts = [[str(v) for v in c.ContourData] for c in old.ROIContourSequence[0].ContourSequence]
    assert [[str(v) for v in c.ContourData] for c in new.ROIContourSequence[0].ContourSequence] == texts
    assert texts[0][0].strip() == "+01.50"
    assert new[0x3007, 0x1001].value in ("kept", b"kept") and len(new.ROIContourSequence) == 2
    (frame,) = new.ReferencedFrameOfReferenceSequence
    assert frame.FrameOfReferenceUID == volume.dicom.frame_of_reference_uid


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"study_instance_uid": "9.9", "series_instance_uid": "9.8"}, "belongs to the study 1.2.3, the image to 9.9"),
        ({"frame_of_reference_uid": "8.8"}, "frame of reference 1.2.3.5, the image in 8.8"),
        ({"patient": {"PatientID": "other"}}, "another patient"),
    ],
)
def test_contours_of_another_image_are_refused(change, said, tmp_path, hard_masks):
    volume = _volume(GRIDS["plain"])
    roi = Roi("a", Mask(hard_masks["block"], volume.geometry))
    write_rtstruct([roi], volume, tmp_path / "a.dcm")
    other = replace(volume, dicom=replace(volume.dicom, **change))
    with pytest.raises(UserError, match=said) as caught:
        read_rtstruct(tmp_path / "a.dcm", other)
    assert "PID-7" not in str(caught.value) and "Secret" not in str(caught.value)
    with pytest.raises(UserError, match=said):
        write_rtstruct([replace(roi, name="b")], other, tmp_path / "b.dcm", append_to=tmp_path / "a.dcm")
    assert not (tmp_path / "b.dcm").exists()


def test_a_file_that_reads_back_differently_is_not_kept(tmp_path, hard_masks, monkeypatch):
    volume = _volume(GRIDS["plain"])
    roi = Roi("a", Mask(hard_masks["block"], volume.geometry))
    (tmp_path / "rt.dcm").write_bytes(b"the old file")
    monkeypatch.setattr(module, "trace", lambda part: [np.array([[1.0, 1.0], [4.0, 1.0], [4.0, 4.0]])])
    with pytest.raises(UserError, match="voxels differ"):
        write_rtstruct([roi], volume, tmp_path / "rt.dcm", overwrite=True)
    assert [p.name for p in tmp_path.iterdir()] == ["rt.dcm"]
    assert (tmp_path / "rt.dcm").read_bytes() == b"the old file"


def test_bad_requests_are_refused_before_anything_is_written(tmp_path, hard_masks):
    volume = _volume(GRIDS["plain"])
    mask = Mask(hard_masks["block"], volume.geometry)
    for rois, said in (
        ([], "no contour"),
        ([Roi("a", mask), Roi("a", mask)], "two ROIs"),
        ([Roi(" ", mask)], "needs a name"),
        ([Roi("a", Mask(mask.array, GRIDS["oblique"]))], "not on the image's grid"),
    ):
        with pytest.raises(UserError, match=said):
            write_rtstruct(rois, volume, tmp_path / "rt.dcm")
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        write_rtstruct([Roi("a", mask)], volume, tmp_path / "rt.dcm", token=token)
    assert list(tmp_path.iterdir()) == []


def test_an_image_without_dicom_gets_its_series_beside_the_contours(tmp_path, hard_masks):
    values = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    volume = Volume(values, GRIDS["left-handed"])
    roi = Roi("a", Mask(hard_masks["hole"], volume.geometry))
    notices = write_rtstruct([roi], volume, tmp_path / "rt.dcm")
    assert any("rt_image" in notice for notice in notices)
    image = open_study(tmp_path / "rt_image").image
    (mask,) = read_rtstruct(tmp_path / "rt.dcm", image)
    # sorted along their normal the slices come in the other order than in the left-handed grid
    assert np.array_equal(image.array[::-1], values)
    assert np.array_equal(mask.array[::-1], hard_masks["hole"])


def test_no_image_is_left_when_the_contours_cannot_be_written(tmp_path, hard_masks, monkeypatch):
    volume = Volume(np.zeros(SHAPE, np.int16), GRIDS["plain"])
    monkeypatch.setattr(module, "trace", lambda part: [np.array([[1.0, 1.0], [4.0, 1.0], [4.0, 4.0]])])
    with pytest.raises(UserError, match="voxels differ"):
        write_rtstruct([Roi("a", Mask(hard_masks["block"], volume.geometry))], volume, tmp_path / "rt.dcm")
    assert list(tmp_path.iterdir()) == []


def test_contours_refer_to_the_files_of_a_shuffled_series(tmp_path, dicom_series, along_z, ct_array):
    order = [3, 0, 4, 1, 2]
    positions = along_z(5)
    dicom_series(tmp_path / "ct", ct_array[order], [positions[k] for k in order])
    volume, _ = read_series(scan_folder(tmp_path / "ct").series[0])
    mask = np.zeros(volume.array.shape, bool)
    mask[1, 2, 3] = True
    write_rtstruct([Roi("a", Mask(mask, volume.geometry))], volume, tmp_path / "rt.dcm")
    contour = pydicom.dcmread(tmp_path / "rt.dcm").ROIContourSequence[0].ContourSequence[0]
    uid = contour.ContourImageSequence[0].ReferencedSOPInstanceUID
    slices = [pydicom.dcmread(p) for p in (tmp_path / "ct").iterdir()]
    (source,) = [ds for ds in slices if ds.SOPInstanceUID == uid]
    assert float(source.ImagePositionPatient[2]) == positions[1][2] == float(contour.ContourData[2])
    assert np.mean(np.array(contour.ContourData, float).reshape(-1, 3), axis=0) == pytest.approx([-7.0, -18.0, 32.5])
