"""Contours of any kind as readings: label maps, files beside a series, contours between slices."""

from __future__ import annotations

import json
from dataclasses import replace

import nibabel as nib
import numpy as np
import pydicom
import pytest

from proseg_gui.errors import UserError
from proseg_gui.io.contours.label_map import read_label_map
from proseg_gui.io.contours.reading import is_drawing, kind_of, rater_names, read_drawn, readings_of
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.io.dataset import read_dataset
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.open import open_study
from proseg_gui.volume import Geometry, Mask, Volume

SHAPE = (5, 9, 11)
GRID = Geometry(SHAPE, [10.0, 20.0, 30.0], (2.5, 2.0, 3.0), np.eye(3))


def drawings_on(study, paths, notices):
    """What the window adds when nobody changes its table."""
    drawn = read_drawn(paths, study.image, notices)
    table = drawn.proposed(study)
    notices += table.notices
    return drawn.readings(table.rows)


def with_drawings(study, readings):
    """A study that goes on with these readings too."""
    own = study.structures if study.readings else ()
    structures = tuple(dict.fromkeys((*own, *(reading.structure for reading in readings))))
    return replace(study, structures=structures, readings=(*study.readings, *readings))


def _mask(seed):
    return np.random.default_rng(seed).random(SHAPE) < 0.5


@pytest.fixture
def series(tmp_path):
    values = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    return write_series(Volume(values, GRID, modality="CT"), tmp_path / "case" / "ct")


# -- RTSTRUCT on other planes --------------------------------------------------------------------------------------
def _planes(path, series, *planes):
    """A structure set whose ROI has a box of ``(height in slices, x0, y0, x1, y1)`` for each plane."""
    write_rtstruct([Roi("a", Mask(np.zeros(SHAPE, bool), GRID))], series, path)
    ds = pydicom.dcmread(path)
    items = []
    for k, x0, y0, x1, y1 in planes:
        item = pydicom.Dataset()
        item.ContourGeometricType = "CLOSED_PLANAR"
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        item.ContourData = [f"{v:.4f}" for x, y in corners for v in GRID.index_to_world((k, y, x))]
        item.NumberOfContourPoints = 4
        items.append(item)
    ds.ROIContourSequence[0].ContourSequence = items
    ds.save_as(path)
    return path


def test_planes_between_slices_go_to_the_nearest_and_are_never_mixed(tmp_path, series):
    path = _planes(
        tmp_path / "rt.dcm",
        series,
        (0.3, 0.5, 0.5, 4.5, 4.5),  # nearest to slice 0, alone there
        (1.0, 0.5, 0.5, 6.5, 6.5),  # on slice 1 ...
        (1.02, 2.5, 2.5, 4.5, 4.5),  # ... a hole in the same plane, give or take rounding
        (1.4, 0.5, 0.5, 1.5, 1.5),  # nearest to slice 1 too, where a nearer plane lies
        (7.0, 0.5, 0.5, 1.5, 1.5),  # beyond the image
    )
    notices: list[str] = []
    (mask,) = read_rtstruct(path, series, notices=notices)
    expected = np.zeros(SHAPE, bool)
    expected[0, 1:5, 1:5] = True
    expected[1, 1:7, 1:7] = True
    expected[1, 3:5, 3:5] = False
    assert np.array_equal(mask.array, expected)
    assert notices == [
        "2 contours of 'a' lay between slices (up to 0.4 of a step) and went to the nearest slice; 1 of them had a "
        "nearer one in the same slice and were left out.",
        "1 contour of 'a' lay beyond the image's slices and was left out.",
    ]
    with pytest.raises(UserError, match="between two slices"):
        read_rtstruct(path, series)


# -- label maps ----------------------------------------------------------------------------------------------------
def _labels(path, array, affine=None):
    nib.save(nib.Nifti1Image(array.transpose(2, 1, 0), GRID.ras_affine() if affine is None else affine), path)
    return path


def test_each_label_is_a_structure_named_by_the_side_car(tmp_path):
    labels = np.random.default_rng(1).integers(0, 4, SHAPE).astype(np.uint8)
    path = _labels(tmp_path / "dr.a.nii.gz", labels)
    masks = read_label_map(path, GRID)
    assert [mask.name for mask in masks] == ["label 1", "label 2", "label 3"]
    assert all(np.array_equal(mask.array, labels == k) for k, mask in enumerate(masks, 1))
    (tmp_path / "dr.a.json").write_text(json.dumps({"labels": {"1": "GTV", "3": "cord\n<b>"}}))
    assert [mask.name for mask in read_label_map(path, GRID)] == ["GTV", "label 2", "cord ‹b›"]
    (tmp_path / "dr.a.json").write_text("{broken")
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": {"background": 0, "liver": 1}}))
    assert read_label_map(path, GRID)[0].name == "liver"


def test_a_label_map_in_another_voxel_order_is_exact_and_another_grid_is_refused(tmp_path):
    labels = np.random.default_rng(2).integers(0, 3, SHAPE).astype(np.int16)
    flipped = GRID.ras_affine() @ np.array([[-1, 0, 0, 10], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    path = _labels(tmp_path / "f.nii", labels[:, :, ::-1], flipped)
    assert np.array_equal(read_label_map(path, GRID)[1].array, labels == 2)
    shifted = GRID.ras_affine()
    shifted[0, 3] += 1
    with pytest.raises(UserError, match=r"1 mm \(0.33 voxels\) away"):
        read_label_map(_labels(tmp_path / "s.nii", labels, shifted), GRID)
    with pytest.raises(UserError, match="not whole numbers"):
        read_label_map(_labels(tmp_path / "x.nii", labels * np.float32(0.3)), GRID)
    many = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    with pytest.raises(UserError, match="different values that change from voxel to voxel, as in a scan"):
        read_label_map(_labels(tmp_path / "m.nii", many), GRID)


def test_slicer_segmentations_have_their_names_and_layers(tmp_path):
    import SimpleITK as sitk

    layers = np.stack([_mask(1) * 1 + 0, _mask(2) * 1], axis=-1).astype(np.uint8)
    image = sitk.GetImageFromArray(layers, isVector=True)
    image.SetOrigin(GRID.origin_mm.tolist())
    image.SetSpacing(GRID.spacing_mm[::-1])
    for number, (name, layer) in enumerate((("GTV", 0), ("cord", 1))):
        image.SetMetaData(f"Segment{number}_Name", name)
        image.SetMetaData(f"Segment{number}_LabelValue", "1")
        image.SetMetaData(f"Segment{number}_Layer", str(layer))
    sitk.WriteImage(image, str(tmp_path / "a.seg.nrrd"))
    masks = read_label_map(tmp_path / "a.seg.nrrd", GRID)
    assert [mask.name for mask in masks] == ["GTV", "cord"]
    assert np.array_equal(masks[0].array, _mask(1)) and np.array_equal(masks[1].array, _mask(2))


# -- files beside a series -----------------------------------------------------------------------------------------
def test_one_file_a_rater_beside_a_series_is_a_case_as_it_stands(tmp_path, series):
    case = tmp_path / "case"
    write_rtstruct([Roi("GTV ann", Mask(_mask(1), GRID))], series, case / "ann.dcm")
    write_seg([Segment("GTV bob", Mask(_mask(2), GRID))], series, case / "bob.dcm")
    study = open_study(case)
    assert study.structures == ("structure",) and study.raters == ("ann", "bob")
    drawn = {reading.rater: reading.mask.array for reading in study.readings}
    assert np.array_equal(drawn["ann"], _mask(1)) and np.array_equal(drawn["bob"], _mask(2))
    assert open_study(case, contours=False).readings == ()
    dataset = read_dataset(tmp_path)
    assert dataset.raters == ("ann", "bob") and dataset.structures == ("structure",)


def test_several_regions_keep_their_names_and_foreign_files_are_passed_over(tmp_path, series):
    case = tmp_path / "case"
    rois = [Roi("GTV", Mask(_mask(1), GRID)), Roi("cord", Mask(_mask(2), GRID))]
    write_rtstruct(rois, series, case / "RS.1.2.3.dcm")
    write_rtstruct(rois, series, case / "bob.dcm")
    write_rtstruct(rois[:1], series, case / "carl.dcm")
    for name, keyword in (("bob", "PatientID"), ("carl", "SeriesInstanceUID")):
        ds = pydicom.dcmread(case / f"{name}.dcm")
        if keyword == "PatientID":
            ds.PatientID = "another"
        else:
            study = ds.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
            study.RTReferencedSeriesSequence[0].SeriesInstanceUID = "7.7.7"
        ds.save_as(case / f"{name}.dcm")
    image = pydicom.dcmread(next((case / "ct").iterdir()))
    for path in (case / "ct").iterdir():
        image = pydicom.dcmread(path)
        image.PatientID = "one"
        image.save_as(path)
    ds = pydicom.dcmread(case / "RS.1.2.3.dcm")
    ds.StructureSetLabel, ds.PatientID = "Dr Ann", "one"
    ds.save_as(case / "RS.1.2.3.dcm")
    study = open_study(case)
    assert study.structures == ("GTV", "cord") and study.raters == ("Dr Ann",)
    text = " ".join(study.notices)
    assert "bob.dcm was passed over: the structure set's PatientID is not the image's" in text
    assert "carl.dcm was passed over: it was drawn on another series" in text and "another" not in text.split("bob")[0]


def test_names_that_machines_make_give_way_to_the_label(tmp_path, series):
    for name in ("RS.1.2.840.dcm", "00000012.dcm"):
        write_rtstruct([Roi("a", Mask(_mask(1), GRID))], series, tmp_path / name)
        ds = pydicom.dcmread(tmp_path / name)
        ds.StructureSetLabel = f"of {name[:2]}"
        ds.save_as(tmp_path / name)
    paths = [tmp_path / "RS.1.2.840.dcm", tmp_path / "00000012.dcm"]
    assert list(rater_names(paths).values()) == ["of RS", "of 00"]
    same = [tmp_path / "RS.1.2.840.dcm", tmp_path / "RS.1.2.841.dcm"]
    same[1].write_bytes(same[0].read_bytes())
    assert list(rater_names(same).values()) == ["RS.1.2.840", "RS.1.2.841"], "one label for two raters tells nothing"


def test_what_holds_no_contours_is_said(tmp_path, series):
    (tmp_path / "notes.txt").write_text("x")
    assert kind_of(tmp_path / "notes.txt") == ""
    for path, said in ((tmp_path / "notes.txt", "no contours"), (tmp_path / "none.dcm", "no such file")):
        with pytest.raises(UserError, match=said):
            readings_of(path, series, notices=[])
    with pytest.raises(UserError, match="no contours"):
        readings_of(sorted((tmp_path / "case" / "ct").iterdir())[0], series, notices=[])


def test_regions_without_a_name_and_of_one_name_are_told_apart(ct, structure_set, parts, tmp_path):
    contours = [parts.contour(parts.ring(k, 1, 1, 3, 4)) for k in range(4)]
    listed = [(1, "GTV"), (2, "GTV"), (3, ""), (4, " ")]
    path = structure_set(tmp_path / "x.dcm", listed, [(n, [c]) for n, c in enumerate(contours, 1)])
    notices: list[str] = []
    readings = readings_of(path, ct, notices=notices)
    assert [reading.structure for reading in readings] == ["GTV", "GTV (2)", "unnamed", "unnamed (2)"]
    assert all(np.array_equal(r.mask.array, parts.box(k, 1, 1, 3, 4)) for k, r in enumerate(readings))
    assert "x.dcm: More than one region is called 'GTV'; this one is 'GTV (2)'." in notices
    assert "x.dcm: A region has no name in the file; it is called 'unnamed'." in notices


# -- onto a study that is open ---------------------------------------------------------------------------------------
def test_drawings_are_told_from_scans(tmp_path, series):
    write_rtstruct([Roi("a", Mask(_mask(1), GRID))], series, tmp_path / "rt.dcm")
    write_seg([Segment("a", Mask(_mask(1), GRID))], series, tmp_path / "seg.dcm")
    _labels(tmp_path / "labels.nii.gz", np.random.default_rng(1).integers(0, 4, SHAPE).astype(np.uint8))
    _labels(tmp_path / "scan.nii.gz", np.random.default_rng(1).integers(0, 200, SHAPE).astype(np.uint8))
    _labels(tmp_path / "soft.nii.gz", np.where(_mask(1), 0.5, 0).astype(np.float32))
    _labels(tmp_path / "never.nii.gz", np.full(SHAPE, 3, np.uint8))
    found = {path.name: is_drawing(path) for path in sorted(tmp_path.glob("*.*"))}
    assert found == {
        "labels.nii.gz": True, "never.nii.gz": False, "rt.dcm": True, "scan.nii.gz": False, "seg.dcm": True,
        "soft.nii.gz": False,
    }  # fmt: skip


def test_drawings_join_a_study_under_names_of_their_own(tmp_path, series):
    study = open_study(tmp_path / "case" / "ct")
    for name, seed in (("ann", 1), ("bob", 2)):
        write_rtstruct([Roi(f"GTV {name}", Mask(_mask(seed), GRID))], series, tmp_path / f"{name}.dcm")
    first = drawings_on(study, [tmp_path / "ann.dcm"], [])
    study = with_drawings(study, first)
    assert study.structures == ("GTV ann",) and study.raters == ("ann",)
    notices: list[str] = []
    study = with_drawings(study, drawings_on(study, [tmp_path / "bob.dcm", tmp_path / "ann.dcm"], notices))
    assert study.structures == ("GTV ann",), "one region each, and the study knows one structure"
    assert study.raters == ("ann", "bob", "ann (2)")
    assert notices == [
        "'GTV bob' was taken as a drawing of 'GTV ann'.",
        "The case has a rater 'ann' already; this drawing's is called 'ann (2)'.",
    ]
    assert np.array_equal(study.readings[1].mask.array, _mask(2))
    write_rtstruct(
        [Roi("GTV ann", Mask(_mask(3), GRID)), Roi("cord", Mask(_mask(4), GRID))], series, tmp_path / "c.dcm"
    )
    study = with_drawings(study, drawings_on(study, [tmp_path / "c.dcm"], notices))
    assert study.structures == ("GTV ann", "cord") and [r.structure for r in study.readings[3:]] == ["GTV ann", "cord"]


def test_drawings_on_another_series_of_the_study_say_so(tmp_path, series):
    write_rtstruct([Roi("a", Mask(_mask(1), GRID))], series, tmp_path / "a.dcm")
    ds = pydicom.dcmread(tmp_path / "a.dcm")
    item = ds.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    item.SeriesInstanceUID = "7.7.7"
    ds.save_as(tmp_path / "a.dcm")
    notices: list[str] = []
    (reading,) = drawings_on(open_study(tmp_path / "case" / "ct"), [tmp_path / "a.dcm"], notices)
    assert np.array_equal(reading.mask.array, _mask(1))
    assert notices == ["a.dcm: it was drawn on another series of this study, in the same frame of reference."]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("cropped", [True, False])
def test_slicer_segmentations_saved_as_a_box_in_any_field_order(cropped, newline, tmp_path):
    first, second = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    first[1, 1:4, 2:5], second[1:3, 2:6, 3:7] = True, True  # they overlap, so each has a layer of its own
    (z0, y0, x0), (z1, y1, x1) = ((1, 1, 2), (3, 7, 8)) if cropped else ((0, 0, 0), SHAPE)
    z1, y1, x1 = min(z1, SHAPE[0]), min(y1, SHAPE[1]), min(x1, SHAPE[2])
    layers = np.stack([m[z0:z1, y0:y1, x0:x1] for m in (first, second)], axis=-1).astype(np.uint8)
    corner = GRID.index_to_world([z0, y0, x0])
    steps = [" ".join(f"{v:.10g}" for v in GRID.lps_matrix()[:3, axis]) for axis in range(3)]
    lines = [
        "NRRD0004",
        "Segment1_LabelValue:=1", "Segment1_Name:=Tumour", "Segment0_ID:=s0", "Segment1_Layer:=1",
        "Segmentation_ReferenceImageExtentOffset:=" + f"{x0} {y0} {z0}",
        "type: unsigned char", "dimension: 4", "space: left-posterior-superior",
        f"sizes: 2 {x1 - x0} {y1 - y0} {z1 - z0}", "encoding: raw", "kinds: list domain domain domain",
        "space directions: none " + " ".join(f"({','.join(step.split())})" for step in steps),
        "space origin: (" + ",".join(f"{v:.10g}" for v in corner) + ")",
        "Segment0_Name:=Tumour", "Segment0_LabelValue:=1",  # no Segment0_Layer: the first one
    ]  # fmt: skip
    (tmp_path / "s.seg.nrrd").write_bytes((newline.join(lines) + newline * 2).encode() + layers.tobytes())
    notices: list[str] = []
    masks = read_label_map(tmp_path / "s.seg.nrrd", GRID, notices=notices)
    assert [mask.name for mask in masks] == ["Tumour", "Tumour (2)"]  # two of one name are two
    assert np.array_equal(masks[0].array, first) and np.array_equal(masks[1].array, second)
    assert [("box of" in text) for text in notices] == [True] * cropped


def test_slicer_segments_without_voxels_and_voxels_without_a_segment_are_told_apart(tmp_path):
    import SimpleITK as sitk

    labels = np.zeros(SHAPE, np.uint8)
    labels[0, :2], labels[1, :3] = 1, 7
    image = sitk.GetImageFromArray(labels)
    image.SetOrigin(GRID.origin_mm.tolist())
    image.SetSpacing(GRID.spacing_mm[::-1])
    for number, (name, label, layer) in enumerate((("GTV", 1, 0), ("empty", 2, 0), ("elsewhere", 1, 3))):
        for key, value in (("Name", name), ("LabelValue", label), ("Layer", layer)):
            image.SetMetaData(f"Segment{number}_{key}", str(value))
    sitk.WriteImage(image, str(tmp_path / "a.seg.nrrd"))
    notices: list[str] = []
    masks = read_label_map(tmp_path / "a.seg.nrrd", GRID, notices=notices)
    assert [(mask.name, int(mask.array.sum())) for mask in masks] == [
        ("GTV", int((labels == 1).sum())), ("label 7", int((labels == 7).sum())),
    ]  # fmt: skip
    assert notices == ["a.seg.nrrd: nothing is drawn for 'empty', 'elsewhere'; left out."]
