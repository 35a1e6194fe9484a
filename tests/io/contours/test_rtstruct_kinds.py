"""Structure sets as others write them: every region arrives with its own contours, or is left out by name."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proseg_gui.errors import UserError
from proseg_gui.io.contours.file import NothingDrawn
from proseg_gui.io.contours.rtstruct_read import _points, read_rtstruct
from proseg_gui.io.contours.trace import fill, fill_region


def _read(path, ct):
    notices: list[str] = []
    masks = read_rtstruct(path, ct, notices=notices)
    return {mask.name: mask.array for mask in masks}, notices


# -- F1: which contours are whose ------------------------------------------------------------------------------------
def test_two_regions_of_one_number_keep_their_own_contours(ct, structure_set, parts, tmp_path):
    a, b, c = (parts.contour(parts.ring(k, 1, 1, 3 + k, 4)) for k in range(3))
    path = structure_set(
        tmp_path / "r.dcm", [(19, "GTV"), (19, "Cord"), (20, "Body")], [(19, [a]), (19, [b]), (20, [c])]
    )
    found, notices = _read(path, ct)
    for k, name in enumerate(("GTV", "Cord", "Body")):
        assert np.array_equal(found[name], parts.box(k, 1, 1, 3 + k, 4)), name
    assert notices == ["'GTV', 'Cord' share the number 19; their contours were taken in order."]


def test_regions_of_one_number_that_cannot_be_told_apart_are_left_out_by_name(ct, structure_set, parts, tmp_path):
    a, c = parts.contour(parts.ring(0, 1, 1, 3, 4)), parts.contour(parts.ring(1, 1, 1, 3, 4))
    path = structure_set(tmp_path / "r.dcm", [(19, "GTV"), (19, "Cord"), (20, "Body")], [(19, [a]), (20, [c])])
    found, notices = _read(path, ct)
    assert list(found) == ["Body"] and len(notices) == 1
    assert "'GTV', 'Cord' share the number 19" in notices[0] and "left out" in notices[0]


@pytest.mark.parametrize("start", ["no preamble", "no meta header"])
def test_a_file_without_preamble_or_meta_header_is_read_and_its_end_is_found(ct, structure_set, parts, tmp_path, start):
    path = structure_set(tmp_path / "r.dcm", [(1, "GTV")], [(1, [parts.contour(parts.ring(0, 1, 1, 3, 4))])])
    whole = path.read_bytes()
    meta = 132 + 12 + int.from_bytes(whole[140:144], "little")  # the group's length says where the data set begins
    bare = whole[132:] if start == "no preamble" else whole[meta:]
    path.write_bytes(bare)
    found, notices = _read(path, ct)
    assert np.array_equal(found["GTV"], parts.box(0, 1, 1, 3, 4))
    assert notices == []
    path.write_bytes(bare[: len(bare) * 2 // 3])
    with pytest.raises(UserError, match="cut short"):
        _read(path, ct)


def test_one_region_with_two_sets_of_contours_has_both(ct, structure_set, parts, tmp_path):
    a, b = parts.contour(parts.ring(0, 1, 1, 3, 4)), parts.contour(parts.ring(1, 1, 1, 3, 4))
    found, notices = _read(structure_set(tmp_path / "r.dcm", [(1, "GTV")], [(1, [a]), (1, [b])]), ct)
    assert np.array_equal(found["GTV"], parts.box(0, 1, 1, 3, 4) | parts.box(1, 1, 1, 3, 4))
    assert notices == ["'GTV' has 2 sets of contours; all of them were taken."]


def test_contours_of_an_unlisted_region_and_a_region_that_nobody_drew(ct, structure_set, parts, tmp_path):
    a, b = parts.contour(parts.ring(0, 1, 1, 3, 4)), parts.contour(parts.ring(1, 5, 5, 6, 7))
    path = structure_set(
        tmp_path / "r.dcm", [(1, "GTV"), (2, "PTV"), (3, "CTV")], [(1, [a]), (7, [b]), (3, []), (None, [a])]
    )
    found, notices = _read(path, ct)
    assert list(found) == ["GTV", "ROI 7"] and np.array_equal(found["ROI 7"], parts.box(1, 5, 5, 6, 7))
    text = " ".join(notices)
    assert "number 7 have no name" in text and "'PTV' has no contours" in text and "'CTV' has no contours" in text
    assert "number (none) were left out" in text


@pytest.mark.parametrize("number", [None, "x", "1.0", " 1", "1e400"])
def test_numbers_that_are_none(ct, structure_set, parts, tmp_path, number):
    a, b = parts.contour(parts.ring(0, 1, 1, 3, 4)), parts.contour(parts.ring(1, 5, 5, 6, 7))
    path = structure_set(tmp_path / "r.dcm", [(number, "GTV"), (2, "Cord")], [(number, [a]), (2, [b])])
    found, _ = _read(path, ct)
    assert np.array_equal(found["GTV"], parts.box(0, 1, 1, 3, 4))
    assert np.array_equal(found["Cord"], parts.box(1, 5, 5, 6, 7))


def test_a_file_that_nobody_drew_is_no_empty_drawing(ct, structure_set, tmp_path):
    path = structure_set(tmp_path / "r.dcm", [(1, "GTV"), (2, "PTV")], [(1, [])])
    with pytest.raises(NothingDrawn, match="'GTV' has no contours: nobody drew it"):
        _read(path, ct)
    assert [mask.array.any() for mask in read_rtstruct(path, ct)] == [False, False], "our own files read back exactly"


def test_contours_without_a_voxel_say_why(ct, structure_set, parts, tmp_path):
    good = parts.contour(parts.ring(0, 1, 1, 3, 4))
    thin = parts.GRID.index_to_world([(1, 2.2, 2.2), (1, 2.2, 2.4), (1, 2.4, 2.4)])
    path = structure_set(
        tmp_path / "r.dcm",
        [(1, "GTV"), (2, "above"), (3, "beside"), (4, "thin"), (5, "part"), (6, "slim")],
        [
            (1, [good]),
            (2, [parts.contour(parts.ring(9, 1, 1, 3, 4))]),
            (3, [parts.contour(parts.ring(1, 50, 50, 60, 60))]),
            (4, [parts.contour(thin)]),
            (5, [parts.contour(parts.ring(1, 10, 8, 20, 20))]),
            (6, [good, parts.contour(thin)]),
        ],
    )
    found, notices = _read(path, ct)
    assert sorted(found) == ["GTV", "part", "slim"]
    assert np.array_equal(found["part"], parts.box(1, 10, 8, 13, 11))
    for name, why in (
        ("above", "beyond the image's slices"),
        ("beside", "beyond the edge of the image"),
        ("thin", "without any voxel's centre"),
    ):
        (said,) = [text for text in notices if repr(name) in text]
        assert "holds no voxel of the image and was left out" in said and why in said
    assert "1 contour of 'part' beyond the edge of the image: what lies outside was cut off." in notices
    assert "1 contour of 'slim' without any voxel's centre in it." in notices


# -- F5: one bad thing costs no other --------------------------------------------------------------------------------
def test_types_are_named_and_rings_are_taken(ct, structure_set, parts, tmp_path):
    boxes = [parts.ring(k, 1, 1, 3, 4) for k in range(5)]
    kinds = ("INTERPOLATED_PLANAR", "closed_planar", None, "OPEN_PLANAR", "CLOSED_NONPLANAR")
    path = structure_set(
        tmp_path / "r.dcm",
        [(1, "A"), (2, "points")],
        [
            (1, [parts.contour(b, kind) for b, kind in zip(boxes, kinds, strict=True)]),
            (2, [parts.contour(boxes[0][:1], "POINT")]),
        ],
    )
    found, notices = _read(path, ct)
    assert list(found) == ["A"] and found["A"].any(axis=(1, 2)).tolist() == [True, True, True, False, False]
    text = " ".join(notices)
    assert "whose type is INTERPOLATED_PLANAR, taken as closed rings" in text
    assert "whose type is missing, taken as closed rings" in text
    assert "1 of 5 contours of 'A' of the type OPEN_PLANAR, which encloses nothing, was left out." in notices
    assert "1 of 5 contours of 'A' of the type CLOSED_NONPLANAR, which is not known, was left out." in notices
    assert "'points' holds no voxel" in text and "of the type POINT" in text


def test_malformed_cut_and_slanted_contours_are_left_out_one_by_one(ct, structure_set, parts, tmp_path):
    good = parts.ring(0, 1, 1, 3, 4)
    slanted = good + np.array([[0, 0, 0], [0, 0, 5], [0, 0, 5], [0, 0, 0]])
    bad = [
        parts.contour(good, text="1\\2\\x"),
        parts.contour(good, text="1\\2\\3\\4"),
        parts.contour(good, text="1e300\\2\\3\\4\\5\\6\\7\\8\\9"),
        parts.contour(good, said=9),
        parts.contour(slanted),
    ]
    path = structure_set(
        tmp_path / "r.dcm",
        [(1, "A"), (2, "B")],
        [(1, [parts.contour(good), *bad]), (2, [parts.contour(good, said=12)])],
    )
    found, notices = _read(path, ct)
    assert np.array_equal(found["A"], parts.box(0, 1, 1, 3, 4)) and np.array_equal(found["A"], found["B"])
    assert "3 of 6 contours of 'A' with malformed points were left out." in notices
    assert "1 of 6 contours of 'A' with fewer points than they say they have was left out." in notices
    assert "1 contour of 'A' was not parallel to the image's slices and was left out." in notices
    assert not [text for text in notices if "'B'" in text], "a count of numbers instead of points is no cut"


def test_a_region_in_another_frame_of_reference_costs_no_other(ct, structure_set, parts, tmp_path):
    a = parts.contour(parts.ring(0, 1, 1, 3, 4))
    path = structure_set(tmp_path / "r.dcm", [(1, "A"), (2, "B")], [(1, [a]), (2, [a]), (7, [a])])
    ds = pydicom.dcmread(path)
    ds.StructureSetROISequence[1].ReferencedFrameOfReferenceUID = "7.7"
    ds.save_as(path)
    found, notices = _read(path, ct)
    assert list(found) == ["A"]
    assert any("'B' is in the frame of reference 7.7, the image in" in text for text in notices)
    assert any("number 7 were left out" in text and "in which frame of reference" in text for text in notices)


def test_whose_series_it_is_is_said_by_the_references(ct, structure_set, parts, tmp_path):
    a = parts.contour(parts.ring(0, 1, 1, 3, 4))
    path = structure_set(tmp_path / "r.dcm", [(1, "A")], [(1, [a])], StudyInstanceUID="4.2")
    found, notices = _read(path, ct)
    assert found["A"].sum() == 12
    assert notices == ["It lies in another study than the image, but refers to this very series."]
    ds = pydicom.dcmread(path)
    series = ds.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    images = series.ContourImageSequence
    del series.SeriesInstanceUID
    ds.save_as(path)
    assert _read(path, ct)[1] == notices, "named by its images alone"
    images[0].ReferencedSOPInstanceUID = "8.8"
    ds.save_as(path)
    with pytest.raises(UserError, match=r"belongs to the study 4\.2, the image to"):
        _read(path, ct)


def test_the_patient_still_blocks_and_invented_uids_are_not_compared(ct, structure_set, parts, tmp_path):
    from dataclasses import replace

    a = parts.contour(parts.ring(0, 1, 1, 3, 4))
    path = structure_set(tmp_path / "r.dcm", [(1, "A")], [(1, [a])], PatientID="P2", StudyInstanceUID="4.2")
    with pytest.raises(UserError, match="another patient"):
        _read(path, ct)
    path = structure_set(tmp_path / "s.dcm", [(1, "A")], [(1, [a])], PatientID="P1 ")
    unframed = replace(ct, dicom=replace(ct.dicom, frame_of_reference_uid=""))
    assert _read(path, unframed)[0]["A"].sum() == 12, "a frame that the image does not name is not compared"
    unstudied = replace(ct, dicom=replace(ct.dicom, study_instance_uid=""))
    assert _read(path, unstudied)[0]["A"].sum() == 12
    other = replace(unframed, dicom=replace(unframed.dicom, series_instance_uid="3.3"))
    with pytest.raises(UserError, match="on another series, and no frame of reference says"):
        _read(path, other)


# -- numbers ---------------------------------------------------------------------------------------------------------
TEXTS = {
    "trailing": lambda values: "\\".join(f"{v:.4f}" for v in values) + "\\",
    "blanks": lambda values: "\\".join(f" {v:.3f} " for v in values) + " ",
    "exponents": lambda values: "\\".join(f"{v:.7E}" for v in values),
    "nulls": lambda values: "\\".join(f"{v:.4f}" for v in values) + "\0\0",
    "twice the first": lambda values: "\\".join(f"{v:.4f}" for v in [*values, *values[:3]]),
}


@pytest.mark.parametrize("form", TEXTS)
def test_numbers_are_taken_as_they_are_meant(ct, structure_set, parts, tmp_path, form):
    points = parts.ring(1, 2, 3, 6, 7)
    item = parts.contour(points, text=TEXTS[form](points.ravel()))
    found, notices = _read(structure_set(tmp_path / "r.dcm", [(1, "A")], [(1, [item])]), ct)
    assert np.array_equal(found["A"], parts.box(1, 2, 3, 6, 7)) and notices == []


@given(st.binary(max_size=60) | st.text("0123456789.eE+-\\ ", max_size=60).map(str.encode))
def test_any_contour_data_is_points_or_nothing(data):
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    item = pydicom.Dataset()
    tag = Tag(0x3006, 0x0050)
    item[tag] = RawDataElement(tag, "DS", len(data), data, 0, True, True)
    points = _points(item)
    assert points is None or (points.ndim == 2 and points.shape[1] == 3 and np.isfinite(points).all())


# -- several contours in one slice -----------------------------------------------------------------------------------
def test_crossing_contours_are_one_region_and_nested_ones_are_holes(ct, structure_set, parts, tmp_path):
    rings = [parts.ring(1, 1, 1, 6, 6), parts.ring(1, 4, 4, 9, 9), parts.ring(2, 1, 1, 9, 9), parts.ring(2, 3, 3, 5, 5)]
    path = structure_set(tmp_path / "r.dcm", [(1, "A")], [(1, [parts.contour(r) for r in rings])])
    found, notices = _read(path, ct)
    union = parts.box(1, 1, 1, 6, 6) | parts.box(1, 4, 4, 9, 9)
    assert np.array_equal(found["A"], union | (parts.box(2, 1, 1, 9, 9) & ~parts.box(2, 3, 3, 5, 5)))
    assert notices == ["2 contours of 'A' overlap in their slice: all that lies in any of them is taken."]
    path = structure_set(
        tmp_path / "x.dcm", [(1, "A")], [(1, [parts.contour(r, "CLOSEDPLANAR_XOR") for r in rings[:2]])]
    )
    found, notices = _read(path, ct)
    assert np.array_equal(found["A"], parts.box(1, 1, 1, 6, 6) ^ parts.box(1, 4, 4, 9, 9)) and notices == []


def test_a_contour_drawn_twice_with_other_digits_counts_once(ct, structure_set, parts, tmp_path):
    rings = [parts.ring(1, 1, 1, 6, 6), parts.ring(1, 1, 1, 6, 6)[::-1] + 0.01]
    path = structure_set(tmp_path / "r.dcm", [(1, "A")], [(1, [parts.contour(r) for r in rings])])
    found, notices = _read(path, ct)
    assert np.array_equal(found["A"], parts.box(1, 1, 1, 6, 6))
    assert notices == ["1 contour of 'A' with the same voxels as another one: counted once."]


_SIDE = st.integers(-3, 12)
_BOXES = st.lists(st.tuples(_SIDE, _SIDE, st.integers(1, 8), st.integers(1, 8)), min_size=1, max_size=6)


@given(_BOXES)
def test_any_boxes_are_what_their_pixels_say(boxes):
    """Against a slow reading of the rule: union within what crosses, then XOR of what is nested or apart."""
    shape = (10, 11)
    polygons = [
        np.array([(x - 0.5, y - 0.5), (x + w - 0.5, y - 0.5), (x + w - 0.5, y + h - 0.5), (x - 0.5, y + h - 0.5)])
        for x, y, w, h in boxes
    ]
    sets = {frozenset(map(tuple, np.argwhere(fill([p], shape)))) for p in polygons} - {frozenset()}
    groups = [{s} for s in sets]
    for a in sets:
        for b in sets:
            if a & b and not a <= b and not b <= a:
                one = next(g for g in groups if a in g)
                other = next(g for g in groups if b in g)
                if one is not other:
                    groups.remove(other)
                    one |= other
    expected = np.zeros(shape, dtype=int)
    for group in groups:
        for pixel in frozenset().union(*group):
            expected[pixel] += 1
    assert np.array_equal(fill_region(polygons, shape).array, expected % 2 == 1)
    inside = np.array([fill([p], shape) for p in polygons]).sum(axis=0) % 2 == 1
    assert np.array_equal(fill_region(polygons, shape, xor=True).array, inside)
