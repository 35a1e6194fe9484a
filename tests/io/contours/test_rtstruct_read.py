"""Structure sets of other makers: nested contours, keyholes, contours in the wrong place, damaged files."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import DicomReference, Geometry, Mask, Volume

GRID = Geometry((3, 8, 9), [10.0, 20.0, 30.0], (2.5, 2.0, 3.0), np.eye(3))
REFERENCE = DicomReference("1.2.3", "1.2.3.4", "1.2.3.5", "1.2.840.10008.5.1.4.1.1.2", ("1.1", "1.2", "1.3"))
VOLUME = Volume(np.zeros(GRID.shape, np.int16), GRID, dicom=REFERENCE)


def _file(path, *contours, kind="CLOSED_PLANAR"):
    """A structure set whose only ROI has ``contours``, each ``(z mm, [(x, y) in pixels])``."""
    write_rtstruct([Roi("a", Mask(np.zeros(GRID.shape, bool), GRID))], VOLUME, path)
    ds = pydicom.dcmread(path)
    items = []
    for z, points in contours:
        item = pydicom.Dataset()
        item.ContourGeometricType = kind
        world = [(10 + 3 * x, 20 + 2 * y, z if np.isscalar(z) else z[i]) for i, (x, y) in enumerate(points)]
        item.NumberOfContourPoints = len(points)
        item.ContourData = [f"{v:.4f}" for point in world for v in point]
        items.append(item)
    ds.ROIContourSequence[0].ContourSequence = items
    ds.save_as(path)
    return path


def _box(x0, y0, x1, y1):
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def test_nested_contours_are_holes_and_islands(tmp_path):
    boxes = [_box(0.5, 0.5, 7.5, 6.5), _box(1.5, 1.5, 6.5, 5.5), _box(2.5, 2.5, 4.5, 4.5)]
    (mask,) = read_rtstruct(_file(tmp_path / "rt.dcm", *[(32.5, box) for box in boxes]), VOLUME)
    expected = np.zeros((8, 9), bool)
    expected[1:7, 1:8] = True
    expected[2:6, 2:7] = False
    expected[3:5, 3:5] = True
    assert np.array_equal(mask.array[1], expected) and not mask.array[[0, 2]].any()


def test_a_keyhole_of_another_maker(tmp_path):
    points = [(0.5, 0.5), (7.5, 0.5), (7.5, 6.5), (0.5, 6.5), (0.5, 3.5), (2.5, 3.5), (2.5, 4.5), (4.5, 4.5),
              (4.5, 2.5), (2.5, 2.5), (2.5, 3.5), (0.5, 3.5)]  # fmt: skip
    (mask,) = read_rtstruct(_file(tmp_path / "rt.dcm", (30.0, points)), VOLUME)
    expected = np.zeros((8, 9), bool)
    expected[1:7, 1:8] = True
    expected[3:5, 3:5] = False
    assert np.array_equal(mask.array[0], expected)


def test_rounded_positions_still_belong_to_their_slice(tmp_path):
    (mask,) = read_rtstruct(_file(tmp_path / "rt.dcm", (32.4, _box(0.5, 0.5, 2.5, 2.5))), VOLUME)
    assert mask.array[1].sum() == 4


@pytest.mark.parametrize(
    ("z", "said"),
    [(31.25, "between two slices"), (40.0, "outside the image"), ([30, 30, 35, 35], "not parallel")],
)
def test_contours_in_the_wrong_place_are_refused(z, said, tmp_path):
    with pytest.raises(UserError, match=said):
        read_rtstruct(_file(tmp_path / "rt.dcm", (z, _box(0.5, 0.5, 2.5, 2.5))), VOLUME)


def test_points_and_lines_are_no_region(tmp_path):
    point = _file(tmp_path / "rt.dcm", (30.0, [(1, 1)]), kind="POINT")
    line = _file(tmp_path / "line.dcm", (30.0, [(1, 1), (2, 2)]))
    for path, said in ((point, "1 of 1 contours of 'a' of the type POINT"), (line, "with fewer than three points")):
        for notices in (None, []):
            with pytest.raises(UserError, match=said):
                read_rtstruct(path, VOLUME, notices=notices)


def test_what_encloses_nothing_or_is_there_twice_is_said(tmp_path):
    box = (30.0, _box(0.5, 0.5, 2.5, 2.5))
    path = _file(tmp_path / "rt.dcm", box, (30.0, [(5, 5)]), box, (32.5, []))
    notices: list[str] = []
    (mask,) = read_rtstruct(path, VOLUME, notices=notices)
    assert mask.array.sum() == mask.array[0, 1:3, 1:3].sum() == 4, "two contours on each other would cancel"
    assert notices == [
        "2 of 4 contours of 'a' with fewer than three points, which enclose nothing, were left out.",
        "1 of 4 contours of 'a' repeat another one and were counted once.",
    ]
    with pytest.raises(UserError, match="with fewer than three points"):
        read_rtstruct(path, VOLUME)


def test_roi_in_another_frame_of_reference_is_refused(tmp_path):
    path = _file(tmp_path / "rt.dcm", (30.0, _box(0.5, 0.5, 2.5, 2.5)))
    ds = pydicom.dcmread(path)
    ds.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = "7.7"
    ds.save_as(path)
    with pytest.raises(UserError, match=r"the ROI 'a' is in the frame of reference 7.7, the image in 1.2.3.5"):
        read_rtstruct(path, VOLUME)


def test_damaged_and_foreign_files(tmp_path):
    path = _file(tmp_path / "rt.dcm", (30.0, _box(0.5, 0.5, 2.5, 2.5)))
    ds = pydicom.dcmread(path)
    item = ds.ROIContourSequence[0].ContourSequence[0]
    item.ContourData = [*item.ContourData, "1"]
    ds.save_as(tmp_path / "odd.dcm")
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    ds.save_as(tmp_path / "ct.dcm")
    (tmp_path / "text.dcm").write_text("text " * 100)
    for name, said in (
        ("odd.dcm", "malformed points"),
        ("ct.dcm", "no structure set"),
        ("text.dcm", "no DICOM file"),
        ("none.dcm", "no such file"),
    ):
        with pytest.raises(UserError, match=said) as caught:
            read_rtstruct(tmp_path / name, VOLUME)
        assert caught.value.path == tmp_path / name
    with pytest.raises(UserError, match="no DICOM series"):
        read_rtstruct(path, Volume(VOLUME.array, GRID))


def test_cancel(tmp_path):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        read_rtstruct(_file(tmp_path / "rt.dcm", (30.0, _box(0.5, 0.5, 2.5, 2.5))), VOLUME, token=token)
