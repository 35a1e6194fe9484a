"""LIDC-IDRI readings: outlines mark the first pixels outside, holes, four readers, one box a nodule, hostile XML."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.errors import UserError
from proseg_gui.io.base.kinds import looks_like_lidc
from proseg_gui.io.case_write import nodule_study
from proseg_gui.io.contours.lidc import lidc_masks, read_lidc
from proseg_gui.volume import DicomReference, Geometry, Volume

SHAPE = (6, 40, 50)
GRID = Geometry(SHAPE, [-10.0, -20.0, 100.0], (2.5, 1.0, 1.0), np.eye(3))
UIDS = tuple(f"1.9.{k}" for k in range(6))
VOLUME = Volume(np.zeros(SHAPE, np.int16), GRID, dicom=DicomReference("1.2", "1.2.3", "1.2.4", "1.2.5", UIDS))


def _square(x0, y0, x1, y1):
    """The ring of pixels of a rectangle, walked round once, as LIDC's outlines are."""
    top = [(x, y0) for x in range(x0, x1)]
    right = [(x1, y) for y in range(y0, y1)]
    bottom = [(x, y1) for x in range(x1, x0, -1)]
    left = [(x0, y) for y in range(y1, y0, -1)]
    return top + right + bottom + left


def _roi(k, edge, inclusion="TRUE", uid=None):
    marks = "".join(f"<edgeMap><xCoord>{x}</xCoord><yCoord>{y}</yCoord></edgeMap>" for x, y in edge)
    uid = UIDS[k] if uid is None else uid
    z = 100 + 2.5 * k
    return (
        f"<roi><imageZposition>{z}</imageZposition><imageSOP_UID>{uid}</imageSOP_UID>"
        f"<inclusion>{inclusion}</inclusion>{marks}</roi>"
    )


def _write(path, *sessions, series="1.2.3", before=""):
    """``sessions``: for each reader a list of nodules, each a list of ROI texts."""
    text = "".join(
        "<readingSession><servicingRadiologistID>anonymous</servicingRadiologistID>"
        + "".join(
            f"<unblindedReadNodule><noduleID>{n}</noduleID>{''.join(rois)}</unblindedReadNodule>"
            for n, rois in enumerate(nodules)
        )
        + "<nonNodule><nonNoduleID>5</nonNoduleID></nonNodule></readingSession>"
        for nodules in sessions
    )
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<LidcReadMessage xmlns="http://www.nih.gov">'
        f"<ResponseHeader><SeriesInstanceUid>{series}</SeriesInstanceUid></ResponseHeader>{text}</LidcReadMessage>"
    )
    return path


def test_the_outline_is_outside_and_a_hole_takes_its_outline_with_it(tmp_path):
    rois = [_roi(2, _square(10, 8, 20, 18)), _roi(2, _square(13, 11, 16, 14), "FALSE")]
    path = _write(tmp_path / "a.xml", [rois])
    assert looks_like_lidc(path)
    (reading,) = lidc_masks(read_lidc(path, VOLUME), VOLUME)
    expected = np.zeros(SHAPE, bool)
    expected[2, 9:18, 11:20] = True
    expected[2, 11:15, 13:17] = False
    assert np.array_equal(reading.mask.array, expected)
    assert (reading.rater, reading.structure) == ("reader_1", "nodule")


def test_a_diagonal_outline_leaves_what_is_strictly_inside(tmp_path):
    diamond = [(20, 5), (25, 10), (20, 15), (15, 10)]  # given by its corners only
    (reading,) = lidc_masks(read_lidc(_write(tmp_path / "a.xml", [[_roi(0, diamond)]]), VOLUME), VOLUME)
    y, x = np.mgrid[: SHAPE[1], : SHAPE[2]]
    assert np.array_equal(reading.mask.array[0], np.abs(x - 20) + np.abs(y - 10) < 5)


def test_readers_of_one_nodule_come_together_in_one_box(tmp_path):
    path = _write(
        tmp_path / "a.xml",
        [[_roi(1, _square(10, 8, 20, 18)), _roi(2, _square(10, 8, 20, 18))], [_roi(4, _square(30, 30, 36, 36))]],
        [[_roi(2, _square(12, 10, 23, 19))]],
        [[_roi(2, [(15, 12)])]],
        [],
    )
    readings = read_lidc(path, VOLUME)
    assert readings.readers == ("reader_1", "reader_2", "reader_3", "reader_4")
    first, second = readings.nodules
    assert set(first.masks) == {"reader_1", "reader_2"} and first.points == {"reader_3"}
    assert first.box == (slice(1, 3), slice(8, 20), slice(10, 24)) and set(second.masks) == {"reader_1"}
    study = nodule_study(VOLUME, readings, 0, first.name)
    drawn = {reading.rater: reading.mask for reading in study.readings}
    assert sorted(drawn) == ["reader_1", "reader_2", "reader_4"], "a mark without an outline is no drawing"
    assert not drawn["reader_4"].array.any(), "saw the scan and drew nothing"
    assert drawn["reader_1"].array.sum() == 2 * 81 and drawn["reader_2"].array.sum() == 80
    whole = lidc_masks(readings, VOLUME)[0].mask
    inside = np.argwhere(whole.array & (np.arange(6) < 4)[:, None, None])
    there = study.geometry.world_to_index(GRID.index_to_world(inside)).round(6)
    assert np.array_equal(there, np.argwhere(drawn["reader_1"].array)), "the box lies where the nodule lies"


def test_a_slice_is_found_by_its_place_when_no_image_is_named(tmp_path):
    path = _write(tmp_path / "a.xml", [[_roi(3, _square(1, 1, 5, 5), uid="")]])
    assert lidc_masks(read_lidc(path, VOLUME), VOLUME)[0].mask.array[3].sum() == 9


BOMB = '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda p: _write(p, [[_roi(0, _square(1, 1, 5, 5))]], series="7.7"), "belong to the series 7.7"),
        (lambda p: _write(p, [[_roi(0, [(1, 1), (60, 2), (3, 3)])]]), "outside the image"),
        (lambda p: _write(p, [[_roi(0, [(1, 1), ("x", 2), (3, 3)])]]), "malformed points"),
        (lambda p: _write(p, [[_roi(0, _square(1, 1, 5, 5), uid="5.5")]]), "lies on no slice"),
        (lambda p: _write(p, [], before=BOMB), "defines its own entities"),
        (lambda p: p.write_text("<LidcReadMessage><roi>"), "the XML file is damaged"),
        (lambda p: p.write_text("<IdriReadMessage/>"), "no LIDC-IDRI reading"),
    ],
)
def test_foreign_damaged_and_hostile_files_are_one_sentence(tmp_path, build, said):
    path = tmp_path / "a.xml"
    build(path)
    with pytest.raises(UserError, match=said) as caught:
        read_lidc(path, VOLUME)
    assert caught.value.path == path and "\n" not in str(caught.value)


def test_outlines_that_cannot_be_placed_cost_no_others_and_leave_nobody_empty(tmp_path):
    good, lost = _roi(2, _square(10, 8, 20, 18)), _roi(9, _square(10, 8, 20, 18), uid="8.8")
    far, words = _roi(2, [(900, 1), (901, 1)]), _roi(2, [("x", 1)])
    path = _write(tmp_path / "a.xml", [[good, lost]], [[good], [far, words]], [[lost]], [])
    with pytest.raises(UserError, match="lies on no slice of the image"):
        read_lidc(path, VOLUME)
    notices: list[str] = []
    found = read_lidc(path, VOLUME, notices=notices)
    assert [sorted(nodule.masks) for nodule in found.nodules] == [["reader_1", "reader_2"]]
    assert notices == [
        "1 outline of reader_1 (nodule 0) left out: an outline at z = 122.5 mm lies on no slice of the image.",
        "2 outlines of reader_2 (nodule 1) left out: an outline lies outside the image.",
        "1 outline of reader_3 (nodule 0) left out: an outline at z = 122.5 mm lies on no slice of the image.",
    ]
    whole = {reading.rater: reading.mask.array.sum() for reading in lidc_masks(found, VOLUME)}
    assert whole == {"reader_1": 81, "reader_2": 81, "reader_4": 0}, "reader_3's nodule is missing, which is not empty"
    study = nodule_study(VOLUME, found, 0, "n")
    assert [reading.rater for reading in study.readings] == ["reader_1", "reader_2", "reader_4"]
    with pytest.raises(UserError, match="lies on no slice"):
        read_lidc(_write(tmp_path / "b.xml", [[lost]], []), VOLUME, notices=[])
