"""A person's work leaves in every format: readings and drafts of all structures, with and without a model."""

from __future__ import annotations

import json

import numpy as np
import pydicom
import pytest

from proseg_gui.errors import UserError
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.seg_read import read_seg
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.images.reading import read_image
from proseg_gui.io.open import open_study
from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.review.drafts import IN, OUT
from proseg_gui.review.edits import Bricks
from proseg_gui.review.export_request import ExportRequest, problem
from proseg_gui.review.exports import export, targets
from proseg_gui.review.pieces import LabelMap
from proseg_gui.volume import Geometry

from .conftest import SHAPE, Model
from .test_drafts import spot, stroke


def request(folder, fmt="nifti", structures=None, **more) -> ExportRequest:
    return ExportRequest(frozenset({"current"}), (), 0, (), fmt, folder, "lesion", "", structures=structures, **more)


def write(desk, folder, fmt="nifti", structures=None, **more):
    """Export as the window does; files, notices."""
    asked = request(folder, fmt, structures, **more)
    work = [desk.shapes.outgoing(desk.structures.index(name)) for name in structures or ()]
    active = desk.shapes.outgoing()
    return export(desk.study, None, asked, work or [active], active, {}, CancelToken(), no_progress)


def told(path) -> dict:
    return json.loads(path.with_name(path.name.replace(".nii.gz", ".json")).read_text())


@pytest.fixture
def drawn(bench):
    """Two structures of one's own on a scan without any model: a reading that was accepted twice, and a draft."""
    bench.open(model=False)
    desk = bench.desk
    desk.drafts.add("Heart")
    stroke(desk, IN, spot(1, 1, 1, 2, 2), name="Heart")
    desk.shapes.accept()
    desk.shapes.reopen()
    stroke(desk, IN, spot(2, 0, 0, 2, 1), name="Heart", origin="tool")
    stroke(desk, OUT, spot(1, 1, 1), name="Heart", origin="copy")
    desk.shapes.accept()
    desk.drafts.add("Lung L")
    stroke(desk, IN, spot(4, 3, 2), name="Lung L")
    desk.drafts.recolour("Lung L", "#123456")
    return desk


def wanted(desk) -> dict[str, np.ndarray]:
    heart, lung = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    heart[1, 1:3, 1:3] = heart[2, 0:2, 0] = True
    heart[1, 1, 1] = False
    lung[4, 3, 2] = True
    return {"Heart": heart, "Lung L": lung}


def test_all_structures_as_nifti_and_one_label_map(drawn, tmp_path) -> None:
    out = tmp_path / "out"
    files, notices = write(drawn, out, structures=("Heart", "Lung L"))
    assert [file.name for file in files] == ["Heart.nii.gz", "Lung_L.nii.gz", "label_map.nii.gz"] and not notices
    stems = ("Heart", "Lung_L", "label_map")
    assert {path.name for path in out.iterdir()} == {f"{stem}{end}" for stem in stems for end in (".nii.gz", ".json")}
    for name, file in (("Heart", "Heart"), ("Lung L", "Lung_L")):
        image, _ = read_image(out / f"{file}.nii.gz")
        assert image.geometry.difference(drawn.study.geometry) == ""
        assert np.array_equal(image.array > 0, wanted(drawn)[name])
    labels, _ = read_image(out / "label_map.nii.gz")
    assert np.array_equal(labels.array, wanted(drawn)["Heart"] + 2 * wanted(drawn)["Lung L"])
    side = told(out / "label_map.nii.gz")
    assert side["labels"] == {"1": "Heart", "2": "Lung L"}
    assert side["colours"] == {"1": drawn.drafts.colour(0), "2": "#123456"}


def test_each_file_says_whose_it_is_how_it_stands_and_what_was_said_how(drawn, tmp_path) -> None:
    write(drawn, tmp_path / "out", structures=("Heart", "Lung L"))
    heart = told(tmp_path / "out" / "Heart.nii.gz")["provenance"]
    assert (heart["person"], heart["reading"]) == ("reader", "accepted, by hand (Heart#2)")
    assert heart["accepted"] == drawn.document.readings["Heart#2"].at
    assert heart["decided"] == {"hand": 3, "tool": 2, "copy": 1}
    assert heart["edits"] == "voxels decided 3 by hand, 2 by tool, 1 copied"
    lung = told(tmp_path / "out" / "Lung_L.nii.gz")["provenance"]
    assert (lung["person"], lung["reading"], lung["accepted"], lung["decided"]) == ("reader", "draft", "", {"hand": 1})
    assert (lung["model"], lung["latents"]) == ("", {})


@pytest.mark.parametrize("fmt", ["rtstruct", "seg"])
def test_all_structures_as_dicom_in_the_windows_colours(drawn, tmp_path, fmt) -> None:
    files, _ = write(drawn, tmp_path / "out", fmt, structures=("Heart", "Lung L"))
    assert [file.name for file in files] == [f"{fmt}.dcm", f"{fmt}_image"]
    series = open_study(tmp_path / "out" / f"{fmt}_image").image
    read = read_rtstruct if fmt == "rtstruct" else read_seg
    found = {mask.name: mask.array for mask in read(files[0], series)}
    assert found.keys() == wanted(drawn).keys()
    assert all(np.array_equal(found[name], mask) for name, mask in wanted(drawn).items())
    ds = pydicom.dcmread(files[0])
    if fmt == "rtstruct":
        assert list(ds.ROIContourSequence[1].ROIDisplayColor) == [0x12, 0x34, 0x56]
        assert "voxels decided 3 by hand, 2 by tool, 1 copied" in ds.StructureSetROISequence[0].ROIDescription
    record = "".join(item.ContributionDescription for item in ds.ContributingEquipmentSequence)
    assert '"decided":{"hand":3,"tool":2,"copy":1}' in record and '"person":"reader"' in record


def test_the_active_structure_alone_goes_under_the_name_that_is_asked_for(drawn, tmp_path) -> None:
    files, _ = write(drawn, tmp_path / "n")
    assert [file.name for file in files] == ["current.nii.gz"]
    assert np.array_equal(read_image(files[0])[0].array > 0, wanted(drawn)["Lung L"])
    files, _ = write(drawn, tmp_path / "r", "rtstruct")
    assert pydicom.dcmread(files[0]).StructureSetROISequence[0].ROIName == "lesion"


def test_structures_that_overlap_have_no_label_map_and_an_older_one_goes(drawn, tmp_path) -> None:
    out = tmp_path / "out"
    write(drawn, out, structures=("Heart", "Lung L"))
    stroke(drawn, IN, spot(1, 2, 2), name="Lung L")
    files, notices = write(drawn, out, structures=("Heart", "Lung L"), overwrite=True)
    assert [file.name for file in files] == ["Heart.nii.gz", "Lung_L.nii.gz"]
    assert notices == ("No label map was written: Heart and Lung L hold some of the same voxels.",)
    assert not list(out.glob("label_map*"))


def test_an_acceptance_that_was_undone_is_not_exported(drawn, tmp_path) -> None:
    drawn.set_structure(0)
    while drawn.document.accepted("Heart") is not None and drawn.document.accepted("Heart").id == "Heart#2":
        drawn.undo()
    out = drawn.shapes.outgoing(0)
    assert drawn.document.withdrawn("Heart#2") and out.reading == "draft"
    write(drawn, tmp_path / "out", structures=("Heart",))
    assert "Heart#2" not in (tmp_path / "out" / "Heart.json").read_text()


def test_what_nobody_drew_is_left_out_and_said(drawn, tmp_path) -> None:
    drawn.drafts.add("Cord")
    files, notices = write(drawn, tmp_path / "out", structures=("Heart", "Cord"))
    assert [file.name for file in files] == ["Heart.nii.gz"]
    assert notices == ("Nothing was drawn of Cord, so it was left out.",)
    with pytest.raises(UserError, match="nothing was drawn of Cord"):
        write(drawn, tmp_path / "none", structures=("Cord",))
    assert not (tmp_path / "none").exists()


def test_an_empty_reading_says_something_and_is_written(bench, tmp_path) -> None:
    case, desk = bench.open(model=False), bench.desk
    desk.drafts.add("Node")
    case.document.accept("Node", Bricks.empty(SHAPE), how="by hand")
    files, _ = write(desk, tmp_path / "out", structures=("Node",))
    assert not read_image(files[0])[0].array.any() and told(files[0])["provenance"]["reading"].startswith("accepted")


def test_a_draft_of_another_model_says_which_one_drew_it(bench, tmp_path) -> None:
    desk = (bench.open(), bench.desk)[1]
    desk.latents.choose_rater("ben")
    desk.take_figures(bench.figures())
    desk.shapes.note_model({"name": "m", "sha256": "sha of m"}, {"name": "other", "sha256": "sha of other"})
    desk.begin(Model(desk.study, "other"))
    out = desk.shapes.outgoing(0)
    assert out.voxels is not None and out.model["sha256"] == "sha of m" and "another model" in out.remark
    assert out.point["tau"][0] == 2.0
    write(desk, tmp_path / "out", structures=("lesion",))
    origin = told(tmp_path / "out" / "lesion.nii.gz")["provenance"]
    assert (origin["model"], origin["bundle_sha256"], origin["latents"]["tau"]) == ("m", "sha of m", [2.0, 0.0])


def test_names_that_are_alike_as_files_have_files_of_their_own(tmp_path) -> None:
    asked = ExportRequest(frozenset({"current", "consensus"}), (), 0, (), "nifti", tmp_path, "a", "",
                          structures=("a/b", "a b", "Consensus", "label_map"))  # fmt: skip
    names = [path.name.casefold() for path in targets(asked, ())]
    assert len(set(names)) == len(names) == 7
    with_point = [path.name for path in targets(request(tmp_path), (), with_latents=True)]
    assert with_point == ["current.nii.gz", "latents.json"]


def test_no_structure_chosen_is_said_before_anything_is_done(tmp_path) -> None:
    assert problem(request(tmp_path, structures=())) == "Choose at least one structure."
    assert problem(request(tmp_path, structures=("a",))) == ""


def test_many_structures_fit_a_label_map(tmp_path) -> None:
    geometry = Geometry((1, 16, 20), np.zeros(3), (3.0, 2.0, 1.0), np.eye(3))
    together = LabelMap(geometry, 300)
    for number in range(300):
        mask = np.zeros((1, 16, 20), bool)
        mask.ravel()[number] = True
        together.add(f"s{number}", mask, (1, 2, 3))
    write_nifti(together.array, geometry, tmp_path / "a.nii.gz", labels=together.labels)
    labels, _ = read_image(tmp_path / "a.nii.gz")
    assert labels.array.ravel()[:300].tolist() == list(range(1, 301))
