"""Files that were cut short: refused, or whole; never with a region missing or empty in silence."""

from __future__ import annotations

import random

import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from proseg_gui.errors import UserError
from proseg_gui.io.contours.reading import readings_of
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.io.contours.whole import extent
from proseg_gui.io.open import open_study
from proseg_gui.volume import Mask

SYNTAXES = {
    "implicit": ImplicitVRLittleEndian,
    "explicit": ExplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}


def _undefined(ds):
    """All sequences and items with their ends marked instead of their lengths said."""
    for element in ds:
        if element.VR == "SQ":
            element.is_undefined_length = True
            for item in element.value:
                item.is_undefined_length_sequence_item = True
                _undefined(item)


def _saved(path, syntax, undefined):
    ds = pydicom.dcmread(path)
    ds.decode()
    if undefined:
        _undefined(ds)
    ds.file_meta.TransferSyntaxUID = syntax
    pydicom.dcmwrite(path, ds, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian)
    return path


def _boundaries(ds):
    """Where every element of the file begins, inside sequences too."""
    found = []
    for element in ds:
        found.append(getattr(element, "file_tell", 0) or 0)
        if element.VR == "SQ":
            for item in element.value:
                found += [getattr(item, "file_tell", 0) or 0, *_boundaries(item)]
    return found


def _cuts(path, count):
    data = path.read_bytes()
    places = {place for place in _boundaries(pydicom.dcmread(path)) if 132 < place < len(data)}
    places |= {place - 8 for place in places} | {place - 12 for place in places}
    return data, sorted(places | {random.Random(7).randrange(1, len(data)) for _ in range(count)})


def _regions(path, ct):
    notices: list[str] = []
    found = readings_of(path, ct, rater="x", notices=notices)
    return [(reading.structure, reading.mask.array.tobytes()) for reading in found], notices


def _check(path, ct, count):
    """Every cut is refused in a sentence, or leaves all regions as they were; returns how many of each."""
    whole, _ = _regions(path, ct)
    data, cuts = _cuts(path, count)
    assert len(cuts) >= 77
    refused = complete = 0
    for place in cuts:
        path.write_bytes(data[:place])
        try:
            found, _ = _regions(path, ct)
        except UserError as error:
            assert "\n" not in str(error)
            refused += 1
            continue
        assert found == whole, f"cut at {place} of {len(data)}"
        complete += 1
    return refused, complete


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_structure_sets(ct, structure_set, parts, tmp_path, syntax, undefined):
    names = ("GTV", "Cord", "Body")
    contours = [[parts.contour(parts.ring(k, 1, 1, 3 + n, 4)) for k in range(3)] for n in range(3)]
    path = structure_set(tmp_path / "r.dcm", list(enumerate(names)), list(enumerate(contours)))
    path = _saved(path, SYNTAXES[syntax], undefined)
    refused, _ = _check(path, ct, 120)
    assert refused > 77


def test_our_own_structure_sets_and_segmentations(ct, parts, tmp_path):
    masks = [Mask(parts.box(n, 1, 1, 4, 4) | parts.box(n + 1, 2, 2, 7, 5), parts.GRID) for n in range(2)]
    write_rtstruct([Roi(f"r{n}", mask) for n, mask in enumerate(masks)], ct, tmp_path / "r.dcm")
    write_seg([Segment(f"s{n}", mask) for n, mask in enumerate(masks)], ct, tmp_path / "s.dcm")
    write_seg([Segment("p", masks[0].array.astype(np.float32))], ct, tmp_path / "f.dcm", "fractional")
    ds = pydicom.dcmread(tmp_path / "f.dcm")
    ds.compress(RLELossless)
    ds.save_as(tmp_path / "c.dcm")
    for name in "rsfc":
        refused, _ = _check(tmp_path / f"{name}.dcm", ct, 40)
        assert refused > 77, name


def test_what_is_cut_is_said_and_what_comes_behind_the_regions_is_no_loss(ct, structure_set, parts, tmp_path):
    path = structure_set(tmp_path / "r.dcm", [(1, "GTV")], [(1, [parts.contour(parts.ring(0, 1, 1, 3, 4))])])
    data = path.read_bytes()
    assert extent(path, pydicom.dcmread(path)).broken == 0
    listed, drawn = data.index(b"\x06\x30\x20\x00"), data.index(b"\x06\x30\x39\x00")
    for place, said in (
        (drawn + 40, "cut short: the file breaks off in its contours"),
        (listed + 12, "cut short: the file breaks off in the list of its regions"),
        (drawn, "has not got its contours: it is incomplete or cut short"),
    ):
        path.write_bytes(data[:place])
        with pytest.raises(UserError, match=said):
            _regions(path, ct)
    path.write_bytes(data[:-3])
    found, notices = _regions(path, ct)
    assert len(found) == 1
    assert notices == ["r.dcm: The file is cut short in the tag (300E,0002), behind its regions, which are all there."]
    with pytest.raises(UserError, match="cut short in the tag"):
        read_rtstruct(path, ct)
    with pytest.raises(UserError, match="cut short in the tag"):
        write_rtstruct([Roi("b", Mask(parts.box(0, 1, 1, 2, 2), parts.GRID))], ct, tmp_path / "o.dcm", append_to=path)
    assert not (tmp_path / "o.dcm").exists()
    path.write_bytes(data + b"\0" * 100)
    assert _regions(path, ct)[1] == [], "a file filled up with zeros is whole"


def test_lidc_readings(ct, tmp_path):
    marks = "".join(f"<edgeMap><xCoord>{x}</xCoord><yCoord>{y}</yCoord></edgeMap>" for x, y in [(3, 2), (7, 2), (7, 6)])
    roi = f"<roi><imageSOP_UID>{ct.dicom.sop_instance_uids[1]}</imageSOP_UID><inclusion>TRUE</inclusion>{marks}</roi>"
    session = f"<readingSession><unblindedReadNodule>{roi}</unblindedReadNodule></readingSession>"
    text = f"<LidcReadMessage>{session}{session}</LidcReadMessage>"
    path = tmp_path / "l.xml"
    for place in range(1, len(text)):
        path.write_text(text[:place])
        with pytest.raises(UserError):
            _regions(path, ct)
    path.write_text(text)
    assert len(_regions(path, ct)[0]) == 2


def test_beside_its_series_a_cut_file_is_passed_over_by_name_or_counted(ct, structure_set, parts, tmp_path):
    contours = [(1, [parts.contour(parts.ring(0, 1, 1, 3, 4))])]
    for undefined in (False, True):
        whole = _saved(structure_set(tmp_path / "r.dcm", [(1, "GTV")], contours), ImplicitVRLittleEndian, undefined)
        data = whole.read_bytes()
        whole.unlink()
        target = tmp_path / "ct" / "rs.dcm"
        for place in np.linspace(600, len(data) - 60, 12).astype(int):
            target.write_bytes(data[:place])
            study = open_study(tmp_path / "ct")
            told = " ".join(study.notices)
            assert not study.readings or len(study.readings) == 1
            assert study.readings or "rs.dcm was passed over: " in told or "cut short" in told or "Passed over" in told
