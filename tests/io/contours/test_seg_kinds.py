"""Segmentations as others write them: a segment is what was drawn, or is left out by name."""

from __future__ import annotations

from copy import deepcopy

import highdicom
import numpy as np
import pydicom
import pytest

from proseg_gui.errors import UserError
from proseg_gui.io.contours import seg_write as module
from proseg_gui.io.contours.seg_read import read_seg, read_segments
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.volume import Mask


@pytest.fixture
def seg(ct, parts, tmp_path):
    """A SEG with the segments a (slices 0 and 1) and b (slice 2), and what both are."""
    masks = {
        "a": parts.box(0, 1, 1, 4, 4) | parts.box(1, 1, 1, 4, 5),
        "b": parts.box(2, 3, 3, 8, 8),
    }
    path = tmp_path / "seg.dcm"
    write_seg([Segment(name, Mask(array, parts.GRID)) for name, array in masks.items()], ct, path)
    return path, masks


def _changed(path, change):
    ds = pydicom.dcmread(path)
    change(ds)
    ds.save_as(path)
    return path


def _read(path, ct):
    notices: list[str] = []
    return {mask.name: mask.array for mask in read_seg(path, ct, notices=notices)}, notices


def _fractional(ct, parts, tmp_path, most, values):
    """A fractional SEG whose stored values are ``values`` (uint8), with ``most`` as its maximum."""
    path = tmp_path / "f.dcm"
    write_seg([Segment("f", np.where(values > 0, 1.0, 0.0).astype(np.float32))], ct, path, "fractional")

    def change(ds):
        drawn = [k for k in range(len(values)) if values[k].any()]
        assert int(ds.NumberOfFrames) == len(drawn)
        ds.PixelData = np.ascontiguousarray(values[drawn]).tobytes()
        ds.MaximumFractionalValue = most

    return _changed(path, change)


def test_a_mask_that_is_called_fractional_is_a_mask(ct, parts, tmp_path):
    drawn = parts.box(1, 2, 2, 6, 6)
    path = _fractional(ct, parts, tmp_path, 255, drawn.astype(np.uint8))
    found, notices = _read(path, ct)
    assert np.array_equal(found["f"], drawn)
    assert notices == ["'f' is called fractional, but its values are 0 and 1 (of 255): taken as a mask."]


@pytest.mark.parametrize("kind", ["PROBABILITY", "OCCUPANCY"])
def test_values_count_against_the_stated_maximum(ct, parts, tmp_path, kind):
    whole, half = parts.box(1, 2, 2, 6, 6), parts.box(1, 2, 2, 3, 6)
    path = _fractional(ct, parts, tmp_path, 48, np.where(half, 25, np.where(whole, 24, 0)).astype(np.uint8))
    _changed(path, lambda ds: setattr(ds, "SegmentationFractionalType", kind))
    found, notices = _read(path, ct)
    assert np.array_equal(found["f"], half) and notices == []


def test_low_and_too_high_values_are_said(ct, parts, tmp_path):
    drawn = parts.box(1, 2, 2, 6, 6)
    path = _fractional(ct, parts, tmp_path, 255, (drawn * 12).astype(np.uint8))
    with pytest.raises(UserError, match="'f' was left out: its values reach 12 of 255 at most"):
        _read(path, ct)
    found, notices = _read(_fractional(ct, parts, tmp_path / "g", 100, (drawn * 200).astype(np.uint8)), ct)
    assert np.array_equal(found["f"], drawn)
    assert notices == ["The values of 'f' reach 200 of 100, more than the file says they can."]


def test_a_segment_without_frames_is_not_empty_and_one_with_empty_frames_is(seg, ct, parts, tmp_path):
    path, masks = seg

    def undrawn(ds):
        more = deepcopy(ds.SegmentSequence[1])
        more.SegmentNumber, more.SegmentLabel = 3, "nobody"
        ds.SegmentSequence.append(more)

    found, notices = _read(_changed(path, undrawn), ct)
    assert sorted(found) == ["a", "b"] and np.array_equal(found["a"], masks["a"])
    assert notices == ["'nobody' was left out: the file holds nothing of it (it is not taken for empty)."]
    assert not read_segments(path, ct)[2].mask.array.any(), "our own files read back exactly"
    found, notices = _read(_changed(path, lambda ds: setattr(ds, "PixelData", b"\0" * len(ds.PixelData))), ct)
    assert not found["a"].any() and "'a' is drawn in the file, and empty." in notices
    write_seg([Segment("none", Mask(np.zeros(parts.SHAPE, bool), parts.GRID))], ct, tmp_path / "n.dcm")
    found, notices = _read(tmp_path / "n.dcm", ct)
    assert not found["none"].any() and notices == ["'none' is drawn in the file, and empty."]


def test_frames_of_unlisted_segments_and_numbers_that_repeat(seg, ct):
    path, masks = seg

    def unlist(ds):
        del ds.SegmentSequence[1]

    found, notices = _read(_changed(path, unlist), ct)
    assert np.array_equal(found["segment 2"], masks["b"])
    assert notices == ["The segment number 2 has no name in the file; it is called 'segment 2'."]
    with pytest.raises(UserError, match="belongs to segment 2, which is not described"):
        read_seg(path, ct)

    def repeat(ds):
        more = deepcopy(ds.SegmentSequence[0])
        more.SegmentLabel = "again"
        ds.SegmentSequence.append(more)

    found, notices = _read(_changed(path, repeat), ct)
    assert list(found) == ["segment 2"]
    assert any("'a', 'again' share the number 1" in text and "left out" in text for text in notices)


def test_one_bad_frame_costs_no_other(seg, ct, parts):
    path, _ = seg

    def move(ds):
        del ds.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence
        ds.PerFrameFunctionalGroupsSequence[2].PlanePositionSequence[0].ImagePositionPatient = [11, 20, 35]

    with pytest.raises(UserError, match="frame 1 of the segmentation has no PlanePositionSequence"):
        read_seg(_changed(path, move), ct)
    found, notices = _read(path, ct)
    assert np.array_equal(found["a"], parts.box(0, 1, 1, 4, 4)) and "b" not in found
    assert "1 frame of 'a': has no PlanePositionSequence; left out." in notices
    assert "1 frame of 'b': does not lie on the image's voxels; left out." in notices
    assert "'b' was left out: none of its frames could be read (it is not taken for empty)." in notices


def test_a_frame_partly_outside_is_cut_and_one_wholly_outside_is_no_drawing(seg, ct, parts):
    path, _ = seg
    first = np.array(parts.GRID.origin_mm)

    def move(ds):
        shifted = first + [
            6 * 3.0,
            0,
            2.5 * 2,
        ]  # six columns on: b's columns 3 to 8 become 9 to 14, of which 14 is outside
        ds.PerFrameFunctionalGroupsSequence[2].PlanePositionSequence[0].ImagePositionPatient = shifted.tolist()
        for frame in ds.PerFrameFunctionalGroupsSequence[:2]:
            frame.PlanePositionSequence[0].ImagePositionPatient = (first + [0, 0, 250.0]).tolist()

    found, notices = _read(_changed(path, move), ct)
    assert np.array_equal(found["b"], parts.box(2, 9, 3, 13, 8)) and "a" not in found
    assert "1 frame of 'b': reaches beyond the image; what lies outside was cut off." in notices
    assert "'a' was left out: nothing of it lies in the image." in notices


def test_another_study_uid_is_a_notice_and_frame_counts_must_agree(seg, ct):
    path, _ = seg
    found, notices = _read(_changed(path, lambda ds: setattr(ds, "StudyInstanceUID", "4.2")), ct)
    assert len(found) == 2
    assert notices == ["It lies in another study than the image, but refers to this very series."]
    with pytest.raises(UserError, match="2 frames of 14 x 12 pixels, 3 of them with a place"):
        _read(_changed(path, lambda ds: setattr(ds, "NumberOfFrames", 2)), ct)


def test_values_of_a_label_map_that_are_not_listed_are_segments_too(ct, parts, tmp_path):
    labels = np.zeros(parts.SHAPE, np.uint8)
    labels[1, 2:5, 2:5], labels[2, 2:5, 2:5], labels[3, 6:8, 6:8] = 1, 2, 3
    sources = [module._source(ct, k) for k in range(len(labels))]
    codes = [module._description(n, Segment(f"s{n}", Mask(labels == n, parts.GRID))) for n in (1, 2, 3)]
    made = highdicom.seg.Segmentation(sources, labels, "LABELMAP", codes, "1.2.7", 1, "1.2.8", 1, "m", "m", "1", "0")
    made.save_as(tmp_path / "l.dcm")

    def unlist(ds):
        ds.SegmentSequence = [item for item in ds.SegmentSequence if int(item.SegmentNumber) != 2]
        more = deepcopy(ds.SegmentSequence[-1])
        more.SegmentNumber, more.SegmentLabel = 9, "nobody"
        ds.SegmentSequence.append(more)

    found, notices = _read(_changed(tmp_path / "l.dcm", unlist), ct)
    assert list(found) == ["s1", "s3", "segment 2"]
    assert all(np.array_equal(found[name], labels == n) for name, n in (("s1", 1), ("segment 2", 2), ("s3", 3)))
    assert "The segment number 2 has no name in the file; it is called 'segment 2'." in notices
    assert "'nobody' was left out: the file holds nothing of it (it is not taken for empty)." in notices
