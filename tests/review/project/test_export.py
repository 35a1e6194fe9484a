"""Accepted readings as a data set: on the image's grid, one rater a person, withdrawn ones never."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from project_cases import SHAPE, clock, make_study, stroke

from proseg_gui.errors import UserError
from proseg_gui.io.case_write import write_case
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.io.open import open_study
from proseg_gui.review.document import Document
from proseg_gui.review.edits import Bricks
from proseg_gui.review.project import complete, identify, open_project, place
from proseg_gui.review.project.export import dataset_or_project, export_dataset, parse_how, standing


def _mask(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random(SHAPE) < 0.3


def _accept(document: Document, seed: int, person: str, structure: str = "lesion", how: str = "by hand") -> None:
    document.person = person
    document.accept(structure, Bricks.of(_mask(seed)), how=how)


@pytest.fixture
def scans(tmp_path) -> Path:
    for seed in range(2):
        write_case(make_study(seed), tmp_path / "scans" / f"case{seed}")
    return tmp_path / "scans"


def _open(project, folder: Path, patient: str = "") -> tuple[str, Document]:
    study = open_study(folder)
    identity = replace(complete(study), patient=patient)
    return project.case_for(identity, name=folder.name, path=folder), Document(SHAPE, clock=clock())


def _keep(project, case: str, document: Document) -> None:
    for gesture in document.history:
        project.append(case, gesture)


def _masks(out: Path) -> dict[str, np.ndarray]:
    found = {}
    for case in read_dataset(out).cases:
        for reading in load_case(case).readings:
            name = reading.rater + (f"@{reading.reading}" if reading.reading else "")
            found[f"{case.name}/{reading.structure}/{name}"] = reading.mask.array
    return found


def test_every_person_is_a_rater_and_repeated_readings_are_their_own(project, scans, tmp_path) -> None:
    case, document = _open(project, scans / "case0", "P1")
    _accept(document, 1, "ann")
    document.reopen("lesion")
    _accept(document, 2, "bob")
    document.reopen("lesion")
    _accept(document, 3, "ann", how="blind")
    _accept(document, 4, "ann", "liver", how="proposal seen")
    _keep(project, case, document)
    other, second = _open(project, scans / "case1", "P1")
    _accept(second, 5, "ann")
    _keep(project, other, second)
    export_dataset(project, tmp_path / "out")
    expected = {"case0/lesion/ann@1": 1, "case0/lesion/bob": 2, "case0/lesion/ann": 3, "case0/liver/ann": 4,
                "case1/lesion/ann": 5}  # fmt: skip
    found = _masks(tmp_path / "out")
    assert set(found) == set(expected)
    for name, seed in expected.items():
        assert np.array_equal(found[name], _mask(seed)), name
    data = read_dataset(tmp_path / "out")
    assert data.structures == ("lesion", "liver") and data.raters == ("ann", "bob")
    assert data.cases[0].patient == data.cases[1].patient and "P1" not in data.cases[0].patient
    study = load_case(data.case("case0"))
    assert np.array_equal(study.image.array, make_study(0).image.array)
    assert study.geometry.same_grid(make_study(0).geometry)
    described = json.loads((tmp_path / "out" / "dataset.json").read_text())["readings"]["case0"]
    assert [(item["rater"], item["reading"], item["how"]) for item in described] == [
        ("ann", "1", "by hand"), ("bob", "", "by hand"), ("ann", "", "blind"), ("ann", "", "proposal seen"),
    ]  # fmt: skip


def test_the_account_of_the_computer_is_named_nowhere(project, scans, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LOGNAME", "jane.doe")
    monkeypatch.setenv("USER", "jane.doe")
    case, document = _open(project, scans / "case0")
    _accept(document, 1, "ann")
    _keep(project, case, document)
    export_dataset(project, tmp_path / "out")
    for file in (item for item in (tmp_path / "out").rglob("*") if item.is_file()):
        data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        assert b"jane" not in data and str(scans).encode() not in data, file


@pytest.mark.parametrize(
    ("how", "names"), [(None, {"ann", "bob"}), ("by hand", {"ann"}), ("blind, proposal seen", {"bob"})]
)
def test_readings_are_chosen_by_how_they_were_made(project, scans, tmp_path, how, names) -> None:
    case, document = _open(project, scans / "case0")
    _accept(document, 1, "ann")
    document.reopen("lesion")
    _accept(document, 2, "bob", how="blind")
    _keep(project, case, document)
    export_dataset(project, tmp_path / "out", how=parse_how(how))
    assert set(read_dataset(tmp_path / "out").raters) == names


def test_a_way_of_reading_that_is_none_is_named() -> None:
    with pytest.raises(UserError, match="no readings made 'guessed'"):
        parse_how("guessed")


def test_acceptances_that_were_undone_or_reopened_do_not_count() -> None:
    document = Document(SHAPE, clock=clock())
    _accept(document, 1, "ann")
    document.undo()
    assert standing(document) == ()
    document.redo()
    assert [reading.id for reading, _ in standing(document)] == ["lesion#1"]
    document.reopen("lesion")
    assert standing(document) == ()
    document.undo()
    assert [reading.id for reading, _ in standing(document)] == ["lesion#1"]
    document.reopen("lesion")
    stroke(document)
    _accept(document, 2, "bob")
    assert [(reading.id, name) for reading, name in standing(document)] == [("lesion#1", ""), ("lesion#2", "")]
    document.reopen("lesion")
    assert [reading.id for reading, _ in standing(document)] == ["lesion#1"], "ann's stands, bob took his back"
    document.undo()
    document.undo()
    assert [reading.id for reading, _ in standing(document)] == [], "bob's is withdrawn, and ann's is reopened"


def test_nothing_accepted_is_a_sentence_and_leaves_nothing(project, scans, tmp_path) -> None:
    case, document = _open(project, scans / "case0")
    stroke(document)
    _keep(project, case, document)
    with pytest.raises(UserError, match="no accepted reading"):
        export_dataset(project, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _accepted(project, folder: Path) -> str:
    case, document = _open(project, folder)
    _accept(document, 1, "ann")
    _keep(project, case, document)
    return case


def test_a_missing_image_is_one_sentence_and_leaves_nothing(project, scans, tmp_path) -> None:
    _accepted(project, scans / "case1")
    _accepted(project, scans / "case0")
    (scans / "case0").rename(tmp_path / "away")
    with pytest.raises(UserError, match="case 'case0' is not there any more"):
        export_dataset(project, tmp_path / "out")
    assert not (tmp_path / "out").exists() and not list(tmp_path.glob(".part*"))
    study = open_study(tmp_path / "away")
    project.case_for(complete(study), name="case0", path=tmp_path / "away")
    export_dataset(project, tmp_path / "out")
    assert len(read_dataset(tmp_path / "out").cases) == 2


def test_an_image_that_is_another_one_now_is_refused(project, scans, tmp_path) -> None:
    _accepted(project, scans / "case0")
    write_case(make_study(7), scans / "case0", overwrite=True)
    with pytest.raises(UserError, match="not the one that was outlined"):
        export_dataset(project, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_collected_image_is_used_where_the_original_has_gone(project, scans, tmp_path) -> None:
    case = _accepted(project, scans / "case0")
    project.collect(case, open_study(scans / "case0"))
    (scans / "case0").rename(tmp_path / "away")
    export_dataset(project, tmp_path / "out")
    assert np.array_equal(_masks(tmp_path / "out")["case0/lesion/ann"], _mask(1))


def test_a_foreign_projects_images_are_not_touched_unasked(project, scans, tmp_path, monkeypatch) -> None:
    _accepted(project, scans / "case0")
    monkeypatch.setattr(place, "this_user", lambda: "elsewhere|1")
    with pytest.raises(UserError, match="another account"):
        export_dataset(project, tmp_path / "out")
    project.trusted = True
    export_dataset(project, tmp_path / "out")
    assert project.meta("homes") and len(project.meta("homes")) == 1


def test_two_cases_of_one_name_are_two_folders(project, scans, tmp_path) -> None:
    (scans / "case1").rename(scans / "other")
    (scans / "sub").mkdir()
    (scans / "other").rename(scans / "sub" / "case0")
    _accepted(project, scans / "case0")
    _accepted(project, scans / "sub" / "case0")
    export_dataset(project, tmp_path / "out")
    assert read_dataset(tmp_path / "out").case_names == ("case0", "case0 (2)")


def test_a_project_stands_where_a_data_set_does(project, scans, path) -> None:
    _accepted(project, scans / "case0")
    with dataset_or_project(path) as data:
        assert (data.case_names, data.raters, data.title) == (("case0",), ("ann",), "accepted readings")
        assert np.array_equal(load_case(data.cases[0]).readings[0].mask.array, _mask(1))
        folder = data.path
    assert not folder.exists()
    write_case(make_study(0), scans / "case9")
    with dataset_or_project(scans) as data:
        assert "case9" in data.case_names


def test_one_of_several_dicom_series_in_a_folder_is_found_again(project, tmp_path, dicom_series, along_z) -> None:
    folder = tmp_path / "dicom"
    rng = np.random.default_rng(0)
    arrays = [rng.integers(-100, 100, (4, 70, 66), dtype=np.int16) for _ in range(2)]
    for number, array in enumerate(arrays):
        names = [f"{number}_{k}.dcm" for k in range(4)]
        dicom_series(folder, array, along_z(4), names=names, SeriesInstanceUID=f"1.2.3.4.{number}")
    study = open_study(folder, pick=2)
    identity = identify(study)
    assert identity.content.startswith("dicom:") and identity.patient == "PID-7"
    case = project.case_for(identity, name="scan", path=folder)
    document = Document(SHAPE, clock=clock())
    _accept(document, 1, "ann")
    _keep(project, case, document)
    moved = folder.rename(tmp_path / "moved")
    assert project.case_for(identify(open_study(moved, pick=2)), name="scan", path=moved) == case
    export_dataset(project, tmp_path / "out")
    exported = load_case(read_dataset(tmp_path / "out").cases[0])
    assert np.array_equal(exported.image.array, study.image.array)
    assert project.collect(case, open_study(moved, pick=2))
    assert len(list(project.entry(case).collected.iterdir())) == 4
    again = open_study(project.entry(case).collected)
    assert np.array_equal(again.image.array, study.image.array)


def test_the_file_holds_no_patient_number_of_a_dicom_series(path, tmp_path, dicom_series, along_z) -> None:
    folder = tmp_path / "dicom"
    dicom_series(folder, np.zeros((4, 70, 66), np.int16), along_z(4))
    project = open_project(path, create=True)
    project.case_for(identify(open_study(folder)), name="scan", path=folder)
    project.close()
    assert b"PID-7" not in path.read_bytes() and b"Secret" not in path.read_bytes()
