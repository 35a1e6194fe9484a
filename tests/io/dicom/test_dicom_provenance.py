"""Whatever the length of names and latents, a DICOM file's whole record is found again, by pydicom and json alone."""

from __future__ import annotations

import io
import json

import numpy as np
import pydicom
import pytest

from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.io.dicom.common import LIMITS
from proseg_gui.io.dicom.provenance import split
from proseg_gui.volume import DicomReference, Geometry, Mask, Volume

GEOMETRY = Geometry.plain((2, 12, 10))
LONG = {"tau": tuple(np.random.default_rng(1).random(300)), "eps": tuple(np.random.default_rng(2).normal(0, 1, 900))}
ORIGINS = {
    "plain": Provenance("phantom", "1.2", "0123456789abcdef" * 4, {"tau": [0.25, 0.75], "eps": [-1.5]}, "tight", "3"),
    "long latents": Provenance("phantom", "1.2", "cd" * 32, LONG, "tight", "3 of 9, seed 4", "none", "straightened"),
    "long names": Provenance("m" * 900, "1." * 300, "ef" * 32, {"tau": [1.0]}, "r" * 2000, user="u" * 300),
    "letters": Provenance('a "b" \\ c', "1", "ab" * 32, {}, "Mügge  Ω é", "", "brush\nand\tmore", user="Zoë"),
    "spaces": Provenance("a " * 900 + "b", "1", "ab" * 32, {}, " " * 1500 + "x", user="u"),
}


def _volume() -> Volume:
    uids = tuple(f"1.2.3.4.{k + 1}" for k in range(2))
    reference = DicomReference("1.2.3", "1.2.3.4", "1.2.3.5", "1.2.840.10008.5.1.4.1.1.2", uids, {"PatientID": "P7"})
    return Volume(np.zeros(GEOMETRY.shape, np.int16), GEOMETRY, modality="CT", dicom=reference)


def told(path) -> list[dict]:
    """The JSON objects in the file's Contributing Equipment, by no code of this program."""
    parts = []
    for item in pydicom.dcmread(path).ContributingEquipmentSequence:
        if item.Manufacturer == "proseg-gui":
            assert 0 < len(item.ContributionDescription) <= 1024
            parts.append(item.ContributionDescription)
    rest, found = "".join(parts), []
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        found.append(value)
        rest = rest[end:]
    return found


def write(kind: str, path, regions: dict[str, Provenance], file: Provenance, **how) -> None:
    mask = Mask(np.ones(GEOMETRY.shape, bool), GEOMETRY)
    if kind == "rtstruct":
        rois = [Roi(name, mask, provenance=origin) for name, origin in regions.items()]
        write_rtstruct(rois, _volume(), path, provenance=file, **how)
    else:
        segments = [Segment(name, mask, provenance=origin) for name, origin in regions.items()]
        write_seg(segments, _volume(), path, provenance=file, **how)


@pytest.mark.parametrize("kind", ["rtstruct", "seg"])
@pytest.mark.parametrize("name", ORIGINS)
def test_every_field_is_found_again_whole(kind, name, tmp_path, recwarn):
    origin = ORIGINS[name]
    write(kind, tmp_path / "x.dcm", {"a b": origin, "c": ORIGINS["plain"]}, origin)
    wanted = [json.loads(json.dumps(o.as_dict())) for o in (origin, origin, ORIGINS["plain"])]
    file, *regions = told(tmp_path / "x.dcm")
    assert file == {"file": wanted[0]}
    assert regions == [{"region": "a b", "from": wanted[1]}, {"region": "c", "from": wanted[2]}]
    assert [str(w.message) for w in recwarn if issubclass(w.category, UserWarning)] == []


@pytest.mark.parametrize("name", ORIGINS)
def test_lines_for_people_fit_and_keep_the_hash(name, tmp_path):
    origin = ORIGINS[name]
    write("rtstruct", tmp_path / "rt.dcm", {"a": origin}, origin)
    write("seg", tmp_path / "seg.dcm", {"a": origin}, origin)
    rt, seg = (pydicom.dcmread(tmp_path / f"{n}.dcm") for n in ("rt", "seg"))
    segment = seg.SegmentSequence[0]
    for text in (rt.StructureSetROISequence[0].ROIDescription, rt.StructureSetDescription, segment.SegmentDescription):
        assert len(text) <= LIMITS["ST"] and origin.bundle_sha256 in text
        assert "latents" in text or not origin.latents or text.endswith("(cut; all of it in Contributing Equipment)")
    for text in (
        rt.StructureSetROISequence[0].ROIGenerationDescription,
        seg.ContentDescription,
        rt.ContributingEquipmentSequence[0].ManufacturerModelName,
    ):
        assert len(text) <= LIMITS["LO"] and origin.bundle_sha256[:12] in text
    assert len(segment.SegmentationAlgorithmIdentificationSequence[0].AlgorithmParameters) <= LIMITS["LT"]


def test_what_is_added_to_a_file_keeps_the_record_that_was_there(tmp_path):
    write("rtstruct", tmp_path / "a.dcm", {"first": ORIGINS["letters"]}, ORIGINS["letters"])
    before = told(tmp_path / "a.dcm")
    more = {"second": ORIGINS["long latents"]}
    write("rtstruct", tmp_path / "b.dcm", more, Provenance(), append_to=tmp_path / "a.dcm")
    after = told(tmp_path / "b.dcm")
    assert after[:2] == before and [next(iter(entry)) for entry in after] == ["file", "region", "file", "region"]
    assert after[3]["from"]["latents"]["eps"] == list(LONG["eps"])


@pytest.mark.parametrize("kind", ["rtstruct", "seg"])
def test_a_deidentified_file_tells_the_model_and_no_person_or_time(kind, tmp_path):
    origin = Provenance("phantom", "1.2", "ab" * 32, {"tau": [0.5]}, "Dr Rater", "3", "none", user="planted")
    write(kind, tmp_path / "x.dcm", {"a": origin}, origin, deidentified=True)
    for entry in told(tmp_path / "x.dcm"):
        values = entry.get("file") or entry["from"]
        assert (values["rater"], values["user"], values["created"]) == ("", "", "")
        assert (values["model"], values["bundle_sha256"], values["latents"]) == ("phantom", "ab" * 32, {"tau": [0.5]})
    content = (tmp_path / "x.dcm").read_bytes()
    assert b"Dr Rater" not in content and b"planted" not in content


@pytest.mark.parametrize("text", ["", "x", "x" * 20, "x " * 19 + "x", "ab  cd " * 9, " " * 11 + "e"])
def test_parts_are_short_and_never_end_with_a_space(text):
    line = json.dumps(text).replace("  ", "\\u0020\\u0020")
    parts = split(line, 7)
    assert json.load(io.StringIO("".join(parts))) == text
    assert all(0 < len(part) <= 7 and part == part.strip() for part in parts)
