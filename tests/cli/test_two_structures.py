"""Two structures with one model, from the data to every file: demo-data, train, predict, evaluate."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from proseg_gui.bundle import load_bundle
from proseg_gui.cli import demo_data, main
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.seg_read import read_seg
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.images.reading import read_image
from proseg_gui.phantom import RATERS, STRUCTURES, Phantom

VESSEL = STRUCTURES[1]
SHAPE, SPACING = (8, 48, 48), (6.0, 6.0, 6.0)


def phantom(seed: int) -> Phantom:
    return Phantom(seed, SHAPE, SPACING)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo and ten training phantoms; in one nobody drew the vessel, in another a rater found none."""
    patch = pytest.MonkeyPatch()
    patch.setattr("proseg_gui.phantom.demo_phantom", lambda: phantom(20_274))
    patch.setattr("proseg_gui.phantom.TRAINING_SHAPE", SHAPE)
    patch.setattr("proseg_gui.phantom.TRAINING_SPACING_MM", SPACING)
    folder = tmp_path_factory.mktemp("two") / "data"
    try:
        assert main(["demo-data", str(folder), "--structures", "2", "--training", "10"]) == 0
    finally:
        patch.undo()
    training = folder / "training"
    for file in (training / "phantom001" / "masks" / VESSEL).iterdir():
        file.unlink()
    for file in (training / "phantom002" / "masks" / VESSEL).glob("tight@*.nii.gz"):
        write_nifti(np.zeros(SHAPE, np.uint8), phantom(2).geometry, file, overwrite=True)
    return folder


@pytest.fixture(scope="module")
def bundle(data: Path) -> Path:
    out = data.parent / "model"
    arguments = ["train", str(data / "training"), "--out", str(out), "--steps", "30", "--widths", "4,8", "--keep-names"]
    assert main([*arguments, "--window=-40,200"]) == 0
    return out


def test_the_demo_s_files_hold_both_structures_of_every_rater(data: Path) -> None:
    dataset = read_dataset(data / "dataset")
    assert dataset.structures == STRUCTURES and dataset.raters == RATERS
    truth = phantom(20_274).study(structures=2)
    found = {(r.structure, r.rater, r.reading): r.mask.array for r in load_case(dataset.cases[0], STRUCTURES).readings}
    assert len(found) == 16
    for r in truth.readings:
        assert (found[r.structure, r.rater, r.reading] == r.mask.array).all()
    (series,) = scan_folder(data / "dicom").series
    volume, _ = read_series(series)
    for rater in RATERS:
        masks = {mask.name: mask.array for mask in read_rtstruct(data / "dicom" / f"rtstruct_{rater}.dcm", volume)}
        assert set(masks) == {f"{structure} {rater}" for structure in STRUCTURES}
        assert (masks[f"{VESSEL} {rater}"] == found[VESSEL, rater, "1"]).all()


def test_an_example_s_default_is_still_one_structure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proseg_gui.phantom.demo_phantom", lambda: phantom(20_274))
    demo_data.write_demo(tmp_path)
    assert read_dataset(tmp_path / "dataset").structures == STRUCTURES[:1]


def test_missing_and_empty_are_told_apart(data: Path) -> None:
    dataset = read_dataset(data / "training")
    nobody = load_case(dataset.case("phantom001"), dataset.structures)
    assert {r.structure for r in nobody.readings} == {"lesion"} and nobody.structures == STRUCTURES
    some = load_case(dataset.case("phantom002"), dataset.structures)
    empty = [r for r in some.readings if r.structure == VESSEL and r.rater == "tight"]
    assert len(empty) == 2 and not any(r.mask.array.any() for r in empty)


def test_the_model_knows_both_and_its_own_images(bundle: Path) -> None:
    card = load_bundle(bundle).card
    assert card.structures == STRUCTURES and card.raters == RATERS and card.modality == "CT"
    assert card.fit["cases"] == 10


def predict(bundle: Path, data: Path, out: Path, *more: str) -> dict:
    image = data / "dicom" / "ct"
    assert main(["predict", str(image), "--model", str(bundle), "--out", str(out), *more]) == 0
    return json.loads((out / "predict.json").read_text())


def test_predict_writes_a_folder_for_each_structure(bundle: Path, data: Path, tmp_path: Path) -> None:
    summary = predict(bundle, data, tmp_path / "p", "--rater", "all", "--rater", "consensus", "--samples", "4",
                      "--uncertainty")  # fmt: skip
    assert summary["structures"] == list(STRUCTURES) and set(summary["volumes_ml"]) == set(STRUCTURES)
    for structure in STRUCTURES:
        names = {path.name for path in (tmp_path / "p" / structure).iterdir()}
        assert {f"rater_{r}.nii.gz" for r in RATERS} | {"consensus.nii.gz", "uncertainty_inter.nii.gz"} <= names
        volume, _ = read_image(tmp_path / "p" / structure / "rater_tight.nii.gz")
        stated = summary["volumes_ml"][structure]["rater_tight"]
        assert float(volume.array.sum()) * volume.geometry.voxel_volume_ml == pytest.approx(stated, abs=1e-6)
    assert set(summary["uncertainty"]["shares"]) == set(STRUCTURES)


def test_rtstruct_and_seg_name_each_structure_and_rater(bundle: Path, data: Path, tmp_path: Path) -> None:
    predict(bundle, data, tmp_path / "nifti", "--rater", "all")
    predict(bundle, data, tmp_path / "rt", "--rater", "all", "--format", "rtstruct")
    predict(bundle, data, tmp_path / "seg", "--rater", "all", "--format", "seg")
    (series,) = scan_folder(data / "dicom").series
    volume, _ = read_series(series)
    contours = {m.name: m.array for m in read_rtstruct(tmp_path / "rt" / "rtstruct.dcm", volume)}
    segments = {m.name: m.array for m in read_seg(tmp_path / "seg" / "seg.dcm", volume)}
    assert set(contours) == set(segments) and len(contours) == 2 * 5  # raters, and their consensus
    for structure in STRUCTURES:
        for rater in RATERS:
            path = tmp_path / "nifti" / structure / f"rater_{rater}.nii.gz"
            drawn = read_image(path)[0].array > 0
            (name,) = (n for n in segments if structure in n and rater in n)
            assert (segments[name] == drawn).all() and (contours[name] == drawn).all()


def test_evaluate_judges_each_structure_and_leaves_out_what_nobody_drew(
    bundle: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    arguments = ["evaluate", str(data / "training"), "--model", str(bundle), "--samples", "4", "--json", str(file)]
    assert main(arguments) == 0
    cases = {case["name"]: case for case in json.loads(file.read_text())["cases"]}
    assert "structures" not in cases["phantom001"]  # one remains
    both = cases["phantom000"]["structures"]
    assert set(both) == set(STRUCTURES)
    assert cases["phantom000"]["ged2"] == pytest.approx(np.mean([both[s]["ged2"] for s in STRUCTURES]))
    assert all(np.isfinite(cases["phantom002"][key]) for key in ("ged2", "dice_identity_mean", "dice_max"))
    assert "Traceback" not in capsys.readouterr().err
