"""Dataset folders: layouts, names, splits, and cases as studies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.base.json_in import read_json
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.dataset import Split, load_case, read_case, read_dataset
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.grid import OtherGrid
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry, Mask, Volume

SHAPE = (3, 6, 7)
GRID = Geometry(SHAPE, [1.0, 2.0, 3.0], (2.5, 1.0, 1.0), np.eye(3))
IMAGE = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def _mask(seed):
    return Mask(np.random.default_rng(seed).random(SHAPE) < 0.5, GRID)


def _case(folder, raters=("a", "b"), structure="", image="image.nii.gz"):
    write_nifti(IMAGE, GRID, folder / image, overwrite=True)
    for number, rater in enumerate(raters):
        write_nifti(_mask(number), GRID, folder / "masks" / structure / f"{rater}.nii.gz")
    return folder


def test_plain_layout(tmp_path):
    _case(tmp_path / "c1")
    _case(tmp_path / "c2", raters=("b", "b@2", "dr.x"))
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "todo.txt").write_text("x")
    dataset = read_dataset(tmp_path)
    assert dataset.name == tmp_path.name and dataset.case_names == ("c1", "c2")
    assert dataset.raters == ("a", "b", "dr.x")
    assert (dataset.structures, dataset.channels, dataset.split) == (("structure",), ("image",), None)
    assert set(dataset.case("c2").masks) == {("structure", "b", ""), ("structure", "b", "2"), ("structure", "dr.x", "")}
    study = load_case(dataset.case("c2"))
    assert study.raters == ("b", "dr.x") and [r.reading for r in study.readings] == ["", "2", ""]
    assert np.array_equal(study.image.array, IMAGE)
    assert np.array_equal(study.readings[1].mask.array, _mask(1).array)
    with pytest.raises(UserError, match=r"no case 'c9'. It has c1, c2"):
        dataset.case("c9")


def test_structures_channels_patients_and_names(tmp_path):
    for name in ("c1", "c2", "c3"):
        _case(tmp_path / name, ("a",), "liver", "images/T2.nii.gz")
        _case(tmp_path / name, ("a", "b"), "tumour", "images/T1.nii.gz")
    info = {
        "name": "Livers",
        "structures": ["tumour", "liver"],
        "channels": ["T2", "T1"],
        "patients": {"c1": "p", "c2": "p"},
    }
    (tmp_path / "dataset.json").write_text(json.dumps(info))
    (tmp_path / "split.json").write_text(json.dumps({"train": ["c1", "c2"], "val": ["c3"]}))
    dataset = read_dataset(tmp_path)
    assert (dataset.name, dataset.structures, dataset.channels) == ("Livers", ("tumour", "liver"), ("T2", "T1"))
    assert [case.patient for case in dataset.cases] == ["p", "p", "c3"]
    assert dataset.split == Split(("c1", "c2"), ("c3",), ())
    study = load_case(dataset.case("c1"), dataset.structures, channels=dataset.channels)
    assert tuple(study.channels) == ("T2", "T1") and study.structures == ("tumour", "liver")
    assert [(r.structure, r.rater) for r in study.readings] == [("liver", "a"), ("tumour", "a"), ("tumour", "b")]
    only = load_case(dataset.case("c1"), ["liver"], channels=["T1"])
    assert len(only.readings) == 1 and tuple(only.channels) == ("T1",)
    with pytest.raises(UserError, match="channel 'FLAIR' is missing"):
        load_case(dataset.case("c1"), channels=["FLAIR"])
    (tmp_path / "split.json").write_text(json.dumps({"train": ["c1"], "val": ["c2"]}))
    with pytest.raises(UserError, match="'c2' parts a patient between train and val"):
        read_dataset(tmp_path)


def test_all_zero_is_drawn_and_empty_and_no_file_is_missing(tmp_path):
    _case(tmp_path / "c1", ())
    write_nifti(np.zeros(SHAPE, np.uint8), GRID, tmp_path / "c1" / "masks" / "a.nii.gz")
    (reading,) = load_case(read_dataset(tmp_path).cases[0]).readings
    assert not reading.mask.array.any()


def test_a_channel_on_another_grid_is_resampled_with_a_notice(tmp_path):
    write_nifti(IMAGE, GRID, tmp_path / "c" / "images" / "A.nii.gz")
    half = Geometry((3, 3, 7), [1.0, 2.5, 3.0], (2.5, 2.0, 1.0), np.eye(3))
    write_nifti(IMAGE[:, :3], half, tmp_path / "c" / "images" / "B.nii.gz")
    study = load_case(read_case(tmp_path / "c"))
    assert study.channels["B"].geometry.same_grid(GRID)
    assert any("B was resampled" in notice for notice in study.notices)
    # row 2 of the fine grid (y = 4.0) lies at 0.75 between rows 0 (2.5) and 1 (4.5)
    assert study.channels["B"].array[0, 2] == pytest.approx(0.25 * IMAGE[0, 0] + 0.75 * IMAGE[0, 1])


def _dicom_case(folder, loose):
    image = write_series(Volume(IMAGE, GRID, modality="CT"), folder / ("ct" if loose else "image"))
    for seed, rater in enumerate(("a", "b@2")):
        path = (folder if loose else folder / "masks") / f"{rater}.dcm"
        write_rtstruct([Roi("Liver", _mask(seed)), Roi("tumour", _mask(seed + 5))], image, path)


@pytest.mark.parametrize("loose", [True, False], ids=["loose", "named"])
def test_dicom_cases_with_a_structure_set_for_each_rater(loose, tmp_path):
    _dicom_case(tmp_path / "c1", loose)
    (tmp_path / "dataset.json").write_text('{"structures": ["liver", "tumour", "spleen"]}')
    dataset = read_dataset(tmp_path)
    assert dataset.raters == ("a", "b")
    study = load_case(dataset.cases[0])
    assert [(r.structure, r.rater, r.reading) for r in study.readings] == [
        ("liver", "a", ""), ("liver", "b", "2"), ("tumour", "a", ""), ("tumour", "b", "2"),
    ]  # fmt: skip
    assert np.array_equal(study.readings[3].mask.array, _mask(6).array)
    (tmp_path / "dataset.json").write_text('{"structures": ["spleen"]}')
    with pytest.raises(UserError, match=r"no ROI called 'spleen' .but: Liver, tumour"):
        load_case(read_dataset(tmp_path).cases[0])


def test_a_structure_that_a_rater_did_not_draw_is_missing_and_not_empty(tmp_path):
    image = write_series(Volume(IMAGE, GRID, modality="CT"), tmp_path / "c1" / "ct")
    empty = Mask(np.zeros(SHAPE, bool), GRID)
    write_rtstruct([Roi("GTV", _mask(0)), Roi("gtv", _mask(1))], image, tmp_path / "c1" / "a.dcm")
    write_rtstruct([Roi("gtv", empty)], image, tmp_path / "c1" / "b.dcm")
    (tmp_path / "dataset.json").write_text('{"structures": ["gtv"]}')
    study = load_case(read_dataset(tmp_path).cases[0])
    (reading,) = study.readings
    assert reading.rater == "a" and np.array_equal(reading.mask.array, _mask(1).array), "the exact name comes first"
    assert any("b.dcm: no region of it can be read: 'gtv' has no contours: nobody drew it" in n for n in study.notices)


def test_raters_of_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    image = write_series(Volume(IMAGE, GRID, modality="CT"), tmp_path / "c1" / "ct")
    for n, rater in enumerate(("ann", "bob")):
        (tmp_path / "c1" / rater).mkdir()
        write_rtstruct([Roi("GTV", _mask(n))], image, tmp_path / "c1" / rater / "rs.dcm")
    (tmp_path / "dataset.json").write_text('{"structures": ["GTV"]}')
    study = load_case(read_dataset(tmp_path).cases[0])
    assert study.raters == ("ann", "bob") and np.array_equal(study.readings[1].mask.array, _mask(1).array)


def test_bad_datasets_are_one_sentence(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        read_dataset(tmp_path / "none")
    with pytest.raises(UserError, match="no case was found"):
        read_dataset(tmp_path)
    case = _case(tmp_path / "c1")
    with pytest.raises(UserError, match="this is a file"):
        read_dataset(case / "image.nii.gz")
    (tmp_path / "dataset.json").write_text('{"structures": "liver"}')
    with pytest.raises(UserError, match="structures must be a list"):
        read_dataset(tmp_path)
    (tmp_path / "dataset.json").write_text('{"channels": ["T1", "T2"]}')
    with pytest.raises(UserError, match=r"channel 'T1' of dataset.json is missing"):
        read_dataset(tmp_path)
    (tmp_path / "dataset.json").unlink()
    write_nifti(IMAGE, GRID, case / "image.nii", overwrite=True)
    with pytest.raises(UserError, match="the same by name"):
        read_dataset(tmp_path)


def test_a_mask_on_another_grid_names_its_file(tmp_path):
    case = _case(tmp_path / "c1")
    other = Geometry(SHAPE, [1.5, 2.0, 3.0], GRID.spacing_mm, np.eye(3))
    write_nifti(Mask(_mask(0).array, other), other, case / "masks" / "a.nii.gz", overwrite=True)
    with pytest.raises(UserError, match="not on the image's grid") as caught:
        load_case(read_dataset(tmp_path).cases[0])
    assert caught.value.path == case / "masks" / "a.nii.gz"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"train": ["a"], "val": ["a"]}', "'a' is in train and in val"),
        ('{"train": ["a", "a"]}', "'a' is in train and in train"),
        ('{"training": []}', "not 'training'"),
        ('{"train": "a"}', "train must be a list"),
        ("[]", "an object with"),
        ("{", "not valid JSON"),
    ],
)
def test_bad_splits(text, said, tmp_path):
    (tmp_path / "split.json").write_text(text)
    with pytest.raises(UserError, match=said):
        Split.read(tmp_path / "split.json")


def test_json_with_a_byte_order_mark_reads(tmp_path):
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(tmp_path / "a.json") == {"a": 1}


def test_progress_and_cancel(tmp_path):
    dataset = read_dataset(_case(tmp_path / "c1").parent)
    shares: list[float] = []
    load_case(dataset.cases[0], progress=lambda share, text: shares.append(share))
    assert shares[-1] == 1.0
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        load_case(dataset.cases[0], token=token)


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "cases", "raters"), [("brain_growth", 29, 7), ("cells", 35, 9)])
def test_shared_datasets_open(name, cases, raters):
    if not (SHARED / name).is_dir():
        pytest.skip(f"shared data {name} is not beside the checkout")
    dataset = read_dataset(SHARED / name)
    assert (len(dataset.cases), len(dataset.raters)) == (cases, raters)
    study = load_case(dataset.select(dataset.split.val)[0])
    assert len(study.readings) == raters and study.image.array.shape[0] == 1 and study.notices == ()


def test_masks_of_chosen_cases_are_put_on_the_images_grid(tmp_path):
    for name in ("c1", "c2"):
        _case(tmp_path / name, ("a",))
        finer = Geometry((3, 12, 14), [0.75, 1.75, 3.0], (2.5, 0.5, 0.5), np.eye(3))
        drawn = np.repeat(np.repeat(_mask(5).array, 2, axis=1), 2, axis=2)
        write_nifti(drawn.astype(np.uint8), finer, tmp_path / name / "masks" / "b.nii.gz")
    dataset = read_dataset(tmp_path)
    with pytest.raises(OtherGrid, match="not on the image's grid"):
        load_case(dataset.case("c1"))
    dataset = dataset.resampling(["c1"])
    study = load_case(dataset.case("c1"))
    assert np.array_equal(study.readings[1].mask.array, _mask(5).array)
    assert ["nearest neighbour" in text and "b.nii.gz" in text for text in study.notices] == [True]
    with pytest.raises(OtherGrid):
        load_case(dataset.case("c2"))
    far = Geometry((3, 6, 7), [500.0, 2.0, 3.0], (2.5, 1.0, 1.0), np.eye(3))
    write_nifti(np.ones(SHAPE, np.uint8), far, tmp_path / "c1" / "masks" / "b.nii.gz", overwrite=True)
    with pytest.raises(UserError, match="nothing that it holds lies within"):
        load_case(dataset.case("c1"))


def test_a_split_names_the_cases_to_resample(tmp_path):
    path = tmp_path / "split.json"
    path.write_text(json.dumps({"train": ["c1"], "val": ["c2"], "resample": ["c2"]}))
    assert Split.read(path) == Split(("c1",), ("c2",), (), ("c2",))
    path.write_text(json.dumps({"train": ["c1"], "resample": "c1"}))
    with pytest.raises(UserError, match="resample must be a list"):
        Split.read(path)


@pytest.mark.parametrize(("said", "read"), [("CT", "CT"), ("", ""), ({"0": "CT"}, "")])  # the last is nnU-Net's file
def test_dataset_json_says_what_images_are_whose_files_cannot(tmp_path, said, read):
    geometry = Geometry.plain((1, 4, 4), (1.0, 1.0, 1.0))
    write_nifti(np.zeros((1, 4, 4), np.float32), geometry, tmp_path / "a" / "image.nii.gz")
    write_nifti(np.ones((1, 4, 4), np.uint8), geometry, tmp_path / "a" / "masks" / "ann.nii.gz")
    (tmp_path / "dataset.json").write_text(json.dumps({"modality": said}))
    assert load_case(read_dataset(tmp_path).cases[0]).image.modality == read
