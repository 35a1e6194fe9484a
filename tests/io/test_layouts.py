"""Folders as other projects lay them out, images in subfolders, and zip files in zip files."""

from __future__ import annotations

import gc
import io
import json
import tempfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from proseg_gui.cli import main
from proseg_gui.errors import UserError
from proseg_gui.io.base import unzip
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import SeveralSeries, find_inputs, open_study
from proseg_gui.io.readers import READERS
from proseg_gui.volume import Geometry, Mask

SHAPE = (2, 6, 7)
GRID = Geometry(SHAPE, [1.0, 2, 3], (3.0, 0.9, 0.8), np.eye(3))
VALUES = np.arange(84, dtype=np.int16).reshape(SHAPE)


def _drawn(seed):
    return Mask(np.random.default_rng(seed).random(SHAPE) < 0.4, GRID)


def test_each_reader_has_a_name_of_its_own():
    assert len({reader.kind for reader in READERS}) == len(READERS)


def _qubiq(root, cases=("case01", "case02"), raters=3, tasks=1):
    for number, case in enumerate(cases):
        write_nifti(VALUES, GRID, root / case / "image.nii.gz")
        for task in range(1, tasks + 1):
            for rater in range(1, raters + 1):
                name = f"task{task:02d}_seg{rater:02d}.nii.gz"
                write_nifti(_drawn(100 * number + 10 * task + rater), GRID, root / case / name)
    return root


def test_masks_beside_the_image_are_their_raters(tmp_path):
    root = _qubiq(tmp_path / "brain-growth" / "Training", tasks=2)
    dataset = read_dataset(root)
    assert dataset.case_names == ("case01", "case02") and dataset.raters == ("seg01", "seg02", "seg03")
    assert dataset.structures == ("task01", "task02")
    study = load_case(dataset.case("case02"))
    (found,) = [r for r in study.readings if (r.structure, r.rater) == ("task02", "seg03")]
    assert np.array_equal(found.mask.array, _drawn(123).array)
    assert [c.label for c in find_inputs(root)] == ["case01, 3 raters", "case02, 3 raters"]
    assert len(open_study(root / "case01").readings) == 6


@pytest.mark.parametrize("name", ["seg1", "rater_2", "Lung_reader3", "mask-4"])
def test_other_names_of_masks_beside(name, tmp_path):
    write_nifti(VALUES, GRID, tmp_path / "c" / "image.nii.gz")
    write_nifti(_drawn(1), GRID, tmp_path / "c" / f"{name}.nii.gz")
    (reading,) = open_study(tmp_path / "c").readings
    assert reading.structure == ("Lung" if name.startswith("Lung") else "structure")
    assert np.array_equal(reading.mask.array, _drawn(1).array)


def _nnunet(root, suffix="_0000", **info):
    labels = np.zeros(SHAPE, np.uint8)
    labels[0, 1:3, 1:4], labels[1, 2:5, 3:6] = 1, 2
    for case in ("liver_001", "liver_002"):
        write_nifti(VALUES, GRID, root / "imagesTr" / f"{case}{suffix}.nii.gz")
        write_nifti(labels, GRID, root / "labelsTr" / f"{case}.nii.gz")
        (root / "labelsTr" / f"{case}.json").unlink()
    names = {"background": 0, "liver": 1, "tumour": 2}
    content = {"channel_names": {"0": "CT"}, "labels": names, "numTraining": 2} | info
    (root / "dataset.json").write_text(json.dumps(content))
    return labels


@pytest.mark.parametrize("suffix", ["_0000", ""])
def test_an_nnunet_folder_is_named_with_the_way_to_ours_which_works(suffix, tmp_path, capsys, monkeypatch):
    root = tmp_path / "Dataset001_Liver"
    labels = _nnunet(root, suffix)
    for ask in (find_inputs, open_study, read_dataset):
        with pytest.raises(UserError, match=r"this is an nnU-Net data set .2 cases in imagesTr") as error:
            ask(root)
    said = str(error.value)
    assert f"import-contours imagesTr/liver_001{suffix}.nii.gz labelsTr/liver_001.nii.gz --rater NAME" in said
    command = said[said.index("import-contours") : said.index("; or open")].split()
    monkeypatch.chdir(root)
    assert main([part.replace("DATASET", str(tmp_path / "ours")) for part in command]) == 0
    capsys.readouterr()
    study = load_case(read_dataset(tmp_path / "ours").cases[0])
    assert {r.structure: int(r.mask.array.sum()) for r in study.readings} == {
        "liver": int((labels == 1).sum()), "tumour": int((labels == 2).sum()),
    }  # fmt: skip
    with pytest.raises(SeveralSeries):
        open_study(root / "imagesTr")


def test_images_in_subfolders_are_a_choice_and_no_empty_folder(tmp_path):
    for name in ("sub-01/anat/t1.nii.gz", "sub-02/anat/t1.nii.gz"):
        write_nifti(VALUES, GRID, tmp_path / name)
    Image.fromarray(np.zeros((4, 5), np.uint8)).save(tmp_path / "sub-01" / "preview.png")
    found = find_inputs(tmp_path)
    labels = [(c.kind, c.label) for c in found]
    assert labels == [("image", "sub-01/anat/t1.nii.gz"), ("image", "sub-02/anat/t1.nii.gz")]
    assert np.array_equal(open_study(tmp_path, pick=2).image.array, VALUES)
    with pytest.raises(UserError, match="it is empty"):
        (tmp_path / "none").mkdir()
        find_inputs(tmp_path / "none")


def test_two_patients_in_one_folder_are_never_mixed(tmp_path, dicom_series, along_z, ct_array):
    dicom_series(tmp_path / "s", ct_array, along_z(5), [f"a{k}.dcm" for k in range(5)])
    dicom_series(tmp_path / "s", ct_array + 1, along_z(5), [f"b{k}.dcm" for k in range(5)], PatientID="PID-8",
                 PatientName="Other^Name")  # fmt: skip
    found = find_inputs(tmp_path / "s")  # they even share their UIDs
    assert [c.kind for c in found] == ["series", "series"] and len({c.group for c in found}) == 2
    patients = []
    for candidate in found:
        image = open_study(candidate).image
        patients.append(image.dicom.patient["PatientID"])
        assert np.array_equal(image.array, ct_array + (patients[-1] == "PID-8"))
    assert sorted(patients) == ["PID-7", "PID-8"]


# -- zip -------------------------------------------------------------------------------------------------------------
def _zip(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


@pytest.fixture
def series(tmp_path, dicom_series, along_z, ct_array, monkeypatch):
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    paths = dicom_series(tmp_path / "s", ct_array, along_z(5))
    return {path.name.replace(".", "__"): path.read_bytes() for path in paths}


@pytest.mark.parametrize("depth", [2, 4])
def test_a_zip_in_a_zip_opens_and_leaves_nothing_behind(depth, series, tmp_path, ct_array):
    half = dict(list(series.items())[:2])
    rest = {name: content for name, content in series.items() if name not in half}
    content = _zip(**half, document__docx=_zip(**{"[Content_Types]__xml": "<x/>"}))
    for _ in range(depth - 1):
        content = _zip(study__zip=content, **rest)
    (tmp_path / "order.zip").write_bytes(content)
    study = open_study(tmp_path / "order.zip")
    assert np.array_equal(study.image.array, ct_array) and study.name == "order"
    del study
    gc.collect()
    assert list((tmp_path / "temp").iterdir()) == []


def test_limits_count_for_all_zips_together(series, tmp_path, monkeypatch):
    content = _zip(**series)
    for _ in range(4):
        content = _zip(study__zip=content)
    (tmp_path / "deep.zip").write_bytes(content)
    with pytest.raises(UserError, match="more than 4 deep"):
        open_study(tmp_path / "deep.zip")
    inner = _zip(zeros=b"\0" * 300_000)
    (tmp_path / "many.zip").write_bytes(_zip(a__zip=inner, b__zip=inner, c__zip=inner, d__zip=inner))
    monkeypatch.setattr(unzip, "_BOMB_BYTES", 1_000_000)
    with pytest.raises(UserError, match="claims to hold"):
        open_study(tmp_path / "many.zip")
    monkeypatch.setattr(unzip, "_MOST_MEMBERS", 6)
    with pytest.raises(UserError, match="too large"):
        open_study(tmp_path / "many.zip")
    (tmp_path / "bad.zip").write_bytes(_zip(inner__zip=_zip(**series)[:-9000] + _zip(**series)[-100:]))
    with pytest.raises(UserError, match=r"damaged|holds no CT"):
        open_study(tmp_path / "bad.zip")
    gc.collect()
    assert list((tmp_path / "temp").iterdir()) == []
