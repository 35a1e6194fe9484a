from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from proseg_gui.cli import demo_data, main
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.phantom import RATERS, Phantom, demo_study
from proseg_gui.phantom.sequences import SequencePhantom


@pytest.fixture(autouse=True)
def small_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same kind of demo on a coarse grid, so that the test is quick."""
    monkeypatch.setattr("proseg_gui.phantom.demo_phantom", lambda: Phantom(20_274, (10, 72, 72), (5.0, 4.0, 4.0)))
    monkeypatch.setattr("proseg_gui.phantom.TRAINING_SHAPE", (4, 36, 36))
    monkeypatch.setattr("proseg_gui.phantom.TRAINING_SPACING_MM", (12.0, 8.0, 8.0))


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_dicom_series_and_every_rater_s_rtstruct_read_back_exactly(tmp_path: Path) -> None:
    assert main(["demo-data", str(tmp_path / "demo")]) == 0
    study = demo_study()
    (series,) = scan_folder(tmp_path / "demo" / "dicom").series
    volume, _ = read_series(series)
    assert volume.modality == "CT"
    assert (volume.array == study.image.array).all()
    assert volume.geometry.same_grid(study.geometry)
    for rater in RATERS:
        (mask,) = read_rtstruct(tmp_path / "demo" / "dicom" / f"rtstruct_{rater}.dcm", volume)
        (drawn,) = (r.mask for r in study.readings if (r.rater, r.reading) == (rater, "1"))
        assert (mask.array == drawn.array).all()
        assert rater in mask.name


def test_the_dataset_folder_holds_both_readings_of_every_rater(tmp_path: Path) -> None:
    demo_data.write_demo(tmp_path)
    dataset = read_dataset(tmp_path / "dataset")
    assert (dataset.raters, dataset.structures, dataset.channels) == (RATERS, ("lesion",), ("CT",))
    study, truth = load_case(dataset.cases[0]), demo_study()
    assert (study.image.array == truth.image.array).all()
    found = {(r.rater, r.reading): r.mask.array for r in study.readings}
    assert set(found) == {(r.rater, r.reading) for r in truth.readings}
    for reading in truth.readings:
        assert (found[reading.rater, reading.reading] == reading.mask.array).all()


def test_training_phantoms_come_with_a_split_and_are_the_same_every_time(tmp_path: Path) -> None:
    demo_data.write_training(tmp_path / "one", 6)
    demo_data.write_training(tmp_path / "two", 6)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    dataset = read_dataset(tmp_path / "one")
    assert len(dataset.cases) == 6
    assert dataset.split is not None
    assert dataset.split.val == ("phantom004",) and len(dataset.split.train) == 5
    images = [load_case(case).image.array for case in dataset.cases]
    assert not np.array_equal(images[0], images[1])


def test_two_phantoms_still_leave_one_for_validation(tmp_path: Path) -> None:
    demo_data.write_training(tmp_path / "two", 2)
    split = json.loads((tmp_path / "two" / "split.json").read_text())
    assert (split["train"], split["val"]) == (["phantom000"], ["phantom001"])


def test_the_command_writes_training_on_request_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo-data", str(tmp_path / "a")]) == 0
    assert sorted(item.name for item in (tmp_path / "a").iterdir()) == ["dataset", "dicom"]
    assert main(["demo-data", str(tmp_path / "b"), "--training", "2"]) == 0
    assert sorted(item.name for item in (tmp_path / "b").iterdir()) == ["dataset", "dicom", "training"]
    assert "training phantoms" in capsys.readouterr().out


def test_nothing_is_overwritten_unless_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    precious = tmp_path / "dataset" / "mine.txt"
    precious.parent.mkdir()
    precious.write_text("precious")
    assert main(["demo-data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert precious.read_text() == "precious"
    assert not (tmp_path / "dicom").exists()


def test_overwriting_replaces_an_earlier_demo(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    assert main(["demo-data", str(folder)]) == 0
    image = folder / "dataset" / "demo" / "image.nii.gz"
    image.write_bytes(b"damaged")
    assert main(["demo-data", str(folder), "--overwrite"]) == 0
    assert image.stat().st_size > 1000


@pytest.mark.parametrize("count", ["-1", "1"])
def test_a_training_set_needs_two(tmp_path: Path, count: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo-data", str(tmp_path / "x"), "--training", count]) == 2
    assert "Give 2 or more" in capsys.readouterr().err


def test_a_file_in_the_way_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    assert main(["demo-data", str(tmp_path / "file")]) == 2
    assert "this is a file" in capsys.readouterr().err


def test_sequences_are_written_as_channels_with_a_split(tmp_path: Path) -> None:
    assert main(["demo-data", str(tmp_path), "--sequences", "10"]) == 0
    data = read_dataset(tmp_path / "sequences")
    assert data.channels == ("FLAIR", "T1", "T1c", "T2") and data.structures == ("lesion",)
    assert data.raters == ("generous", "no_lobe", "smooth", "tight")
    assert (len(data.split.train), len(data.split.val), len(data.split.test)) == (6, 2, 2)
    study = load_case(data.case("head002"))
    assert study.image.modality == "MR"
    assert np.array_equal(study.channels["T1c"].array, SequencePhantom(2).volume("T1c").array)
    assert main(["demo-data", str(tmp_path / "few"), "--sequences", "3"]) == 2
