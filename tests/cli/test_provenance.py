"""Every way out and every kind of file says where it came from, found again by pydicom and json alone."""

from __future__ import annotations

import getpass
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime

import nibabel as nib
import numpy as np
import pydicom
import pytest
import torch

from proseg_gui import __version__
from proseg_gui.bundle import Card, load_bundle, save_bundle
from proseg_gui.cli import main
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.resample import straightened
from proseg_gui.io.open import open_study
from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.review.export_request import ExportRequest
from proseg_gui.review.exports import export
from proseg_gui.review.session import begin_review
from proseg_gui.review.state import PARTS, Outgoing
from proseg_gui.volume import Geometry, Volume

LONG_NAME = "a model with a name so long that no description of a structure set holds it beside the rest " * 12
EPS = 60
"""Ambiguity numbers: with their digits more than a description of DICOM holds."""
WHAT = frozenset({"current", "raters", "consensus", "consensus_style", "samples", "maps"})
COLOURS = {"rater_ann": (1, 2, 3), "rater_bob": (4, 5, 6)}
TILTED = np.array([[1.0, 0, 0], [0, 1.0, np.sin(0.2)], [0, 0, np.cos(0.2)]])
PATIENT = {"PatientName": "Planted^Zqgiven", "PatientID": "PID-77", "StudyDate": "20200102", "AccessionNumber": "ACC5"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A model with a long name and many latents, and a tilted CT series of a patient."""
    root = tmp_path_factory.mktemp("provenance")
    torch.manual_seed(3)
    method = ProSeg(2, widths=(4, 4), features=4, hidden=4, modes=EPS, tau_dims=12)
    with torch.no_grad():
        method.third.weight *= 6.0
    card = Card(
        kind="proseg", name=LONG_NAME, version="1.0", architecture=method.architecture(), raters=("ann", "bob"),
        structures=("lesion",), channels=("image",), modality="CT", spacing_mm=(1.0, 1.0),
        window={"kind": "percentile", "low": 1, "high": 99}, field_of_view={"kind": "whole"},
    )  # fmt: skip
    save_bundle(root / "model", card, method)
    rng = np.random.default_rng(0)
    values = np.kron(rng.normal(0, 60, (3, 4, 5)), np.ones((1, 5, 5))).astype(np.int16)
    write_series(
        Volume(values, Geometry(values.shape, [1.0, 2.0, 3.0], (2.0, 1.0, 1.0), TILTED), modality="CT"),
        root / "ct",
        patient=PATIENT,
    )
    return root


def by_window(place, fmt, straighten, out):
    study = open_study(place / "ct")
    study = straightened(study)[0] if straighten else study
    bundle = load_bundle(place / "model")
    review = begin_review(study, bundle, "cpu")
    point = {"tau": (1 / 12,) * 12, "eps": tuple(np.linspace(-1, 1, EPS) / 3)}
    maps = PARTS if fmt == "nifti" else ()
    what = WHAT if fmt == "nifti" else WHAT - {"maps"}
    request = ExportRequest(what, ("ann", "bob"), 3, maps, fmt, out, "lesion", "")
    model = {"name": bundle.card.name, "sha256": bundle.card.sha256}
    now = Outgoing("lesion", 0, point, "blend", model=model)
    export(study, review, request, [now], now, COLOURS, CancelToken(), no_progress)


def by_predict(place, fmt, straighten, out):
    more = ["--straighten"] if straighten else []
    asked = ["--rater", "all", "--rater", "consensus-style", "--samples", "3", "--uncertainty", "--format", fmt, *more]
    command = ["predict", str(place / "ct"), "--model", str(place / "model"), "--out", str(out), "--device", "cpu"]
    assert main([*command, *asked]) == 0


def regions_of(path) -> dict[str, dict]:
    """Region -> where it came from, and ``""`` -> what the file says of itself."""
    items = pydicom.dcmread(path).ContributingEquipmentSequence
    rest, found = "".join(item.ContributionDescription for item in items), {}
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        found[value.get("region", "")] = value.get("file") or value["from"]
        rest = rest[end:]
    return found


def told(out, fmt) -> dict[str, dict]:
    """Name of a mask or map -> what its file says, in the words of the NIfTI files' names."""
    found = {}
    if fmt != "nifti":
        path = out / ("rtstruct.dcm" if fmt == "rtstruct" else "seg.dcm")
        found = {name.removeprefix("lesion ").replace(" ", "_"): origin for name, origin in regions_of(path).items()}
        found["current"] = found.pop("lesion", None)
        if fmt == "seg":
            soft = regions_of(out / "seg_probability.dcm")
            found["consensus_probability"] = next(origin for name, origin in soft.items() if name)
    for path in out.rglob("*.json"):
        content = json.loads(path.read_text())
        if content.get("format") == "proseg-gui side-car":
            found[path.stem] = content["provenance"]
    return {name: origin for name, origin in found.items() if origin is not None}


@pytest.mark.parametrize("straighten", [False, True], ids=["as it is", "straightened"])
@pytest.mark.parametrize("fmt", ["nifti", "rtstruct", "seg"])
@pytest.mark.parametrize("way", [by_window, by_predict], ids=["window", "predict"])
def test_every_field_of_every_export(place, tmp_path, way, fmt, straighten, capsys):
    begun = datetime.now(UTC).replace(microsecond=0)
    way(place, fmt, straighten, tmp_path / "out")
    found, bundle = told(tmp_path / "out", fmt), load_bundle(place / "model")
    drawn = {"rater_ann", "rater_bob", "consensus_style", "sample_000", "sample_001", "sample_002"}
    drawn |= {"current"} if way is by_window else set()
    maps = {f"uncertainty_{part}" for part in PARTS} if way is by_predict or fmt == "nifti" else set()
    maps |= {"consensus_probability"} if fmt != "rtstruct" or way is by_predict else set()
    assert set(found) == drawn | maps | {"consensus"} | ({""} if fmt != "nifti" else set())
    for origin in found.values():
        assert (origin["model"], origin["model_version"]) == (bundle.card.name, "1.0") and len(LONG_NAME) > 1024
        assert origin["bundle_sha256"] == bundle.card.sha256 and len(bundle.card.sha256) == 64
        assert (origin["edits"], origin["user"]) == ("none", getpass.getuser())
        assert origin["software"] == f"proseg-gui {__version__}"
        assert begun <= datetime.fromisoformat(origin["created"]) <= datetime.now(UTC)
        assert ("upright grid of 25 x" in origin["image"]) == straighten and bool(origin["image"]) == straighten
    for name in drawn:
        latents = found[name]["latents"]
        assert (len(latents["tau"]), len(latents["eps"])) == (12, EPS)
    if "current" in found:
        assert found["current"]["latents"]["eps"] == list(np.linspace(-1, 1, EPS) / 3)
    whose = {name: found[name]["rater"] for name in found if name}
    assert whose["rater_bob"] == "bob" and whose["consensus_style"] == "consensus style"
    assert whose["consensus"] == "consensus" and found["consensus"]["sample"] == "mean over the presets of all raters"
    assert found["sample_002"]["sample"] == "2 of 3, seed 0" and whose["sample_002"] in ("ann", "bob")
    for name in maps - {"consensus_probability"}:
        assert found[name]["sample"].startswith("survey of 2 x ") and whose[name] == "all raters"


@pytest.mark.parametrize("fmt", ["rtstruct", "seg"])
def test_a_straightened_scan_remains_the_patients_and_refers_to_slices_that_exist(place, tmp_path, fmt, capsys):
    by_predict(place, fmt, True, tmp_path / "out")
    assert "a new series of the same study" in capsys.readouterr().out
    original = pydicom.dcmread(next((place / "ct").iterdir()))
    ds = pydicom.dcmread(tmp_path / "out" / ("rtstruct.dcm" if fmt == "rtstruct" else "seg.dcm"))
    slices = [pydicom.dcmread(path) for path in (tmp_path / "out" / f"{fmt}_image").iterdir()]
    for written in (ds, *slices):
        assert {key: str(written[key].value) for key in PATIENT} == PATIENT
        assert written.StudyInstanceUID == original.StudyInstanceUID
        assert written.FrameOfReferenceUID == original.FrameOfReferenceUID
        assert written.SeriesInstanceUID != original.SeriesInstanceUID
    assert all("upright grid" in written.DerivationDescription for written in slices)
    if fmt == "rtstruct":
        frame = ds.ReferencedFrameOfReferenceSequence[0]
        referred = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0].ContourImageSequence
    else:
        referred = ds.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    uids = {written.SOPInstanceUID for written in slices}
    assert {item.ReferencedSOPInstanceUID for item in referred} == uids and len(uids) == len(slices)
    again = open_study(tmp_path / "out" / f"{fmt}_image").image
    assert again.geometry.is_straight and again.dicom.patient["PatientID"] == "PID-77"
    assert replace(again, dicom=None).origin is None


@pytest.mark.parametrize("fmt", ["nifti", "rtstruct", "seg"])
def test_export_passes_on_what_predict_wrote_and_tells_of_changes(place, tmp_path, fmt, capsys):
    """Three masks: as predict wrote it, changed since by other software, and one that says nothing of itself."""
    scan = ["--image", str(place / "ct")]
    assert main(["predict", scan[1], "--model", str(place / "model"), "--out", str(tmp_path / "p")]) == 0
    written = tmp_path / "p" / "rater_bob.nii.gz"
    for name in ("changed", "bare"):
        image = nib.load(written)
        values = np.asarray(image.dataobj).copy()
        values[3, 4, 1] ^= 1
        nib.save(nib.Nifti1Image(values, image.affine), tmp_path / f"{name}.nii.gz")
    (tmp_path / "changed.json").write_bytes((tmp_path / "p" / "rater_bob.json").read_bytes())
    masks = {"kept": written, "changed": tmp_path / "changed.nii.gz", "bare": tmp_path / "bare.nii.gz"}
    named = [part for name, path in masks.items() for part in ("--mask", str(path), "--name", name)]
    out = tmp_path / "out" if fmt == "nifti" else tmp_path / "out" / "x.dcm"
    assert main(["export", *scan, *named, "--format", fmt, "--out", str(out)]) == 0
    if fmt == "nifti":
        found = {name: json.loads((out / f"{name}.json").read_text())["provenance"] for name in masks}
    else:
        found = regions_of(out)
    before = json.loads((tmp_path / "p" / "rater_bob.json").read_text())["provenance"]
    assert found["kept"] == before and before["rater"] == "bob" and len(before["latents"]["eps"]) == EPS
    assert found["changed"] == before | {"edits": "changed outside this program after it was written"}
    assert (found["bare"]["model"], found["bare"]["edits"], found["bare"]["latents"]) == ("", "", {})
    assert found["bare"]["user"] == getpass.getuser()


@pytest.mark.parametrize("fmt", ["nifti", "rtstruct", "seg"])
def test_a_deidentified_export_passes_on_the_model_and_no_person(place, tmp_path, fmt, capsys):
    command = ["predict", str(place / "ct"), "--model", str(place / "model"), "--out", str(tmp_path / "p")]
    assert main([*command, "--rater", "bob"]) == 0
    mask = tmp_path / "p" / "rater_bob.nii.gz"
    content = json.loads((tmp_path / "p" / "rater_bob.json").read_text())
    content["provenance"] |= {"user": "ZQUSER", "rater": "ZQRATER"}
    (tmp_path / "p" / "rater_bob.json").write_text(json.dumps(content))
    out = tmp_path / "out" / ("m.nii.gz" if fmt == "nifti" else "x.dcm")
    command = ["export", "--image", str(place / "ct"), "--mask", str(mask), "--format", fmt, "--deidentify"]
    assert main([*command, "--name", "lesion of planted", "--out", str(out)]) == 2
    assert "the patient's PatientName is in the name of mask 1" in capsys.readouterr().err
    assert not out.parent.exists() or list(out.parent.iterdir()) == []
    assert main([*command, "--name", "lesion", "--out", str(out)]) == 0
    found = (
        json.loads((out.parent / "m.json").read_text())["provenance"] if fmt == "nifti" else regions_of(out)["lesion"]
    )
    assert found["bundle_sha256"] == load_bundle(place / "model").card.sha256 and len(found["latents"]["eps"]) == EPS
    words = (b"ZQUSER", b"ZQRATER", b"Planted", b"PID-77", b"ACC5", b"20200102", getpass.getuser().encode() + b"^")
    words += (str(place).encode(), str(tmp_path).encode(), b"rater_bob")
    for path in out.parent.rglob("*"):
        content = b"" if path.is_dir() else path.read_bytes()
        content += gzip.decompress(content) if path.suffix == ".gz" else b""
        assert [word for word in words if word in content] == [], path.name
