import json

import nibabel as nib
import numpy as np
import pydicom
import pytest
import torch

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.gui.views.palette import RATER_COLOURS
from proseg_gui.gui.views.palette import SAMPLE_COLOUR as THIN_COLOUR
from proseg_gui.inference import predict as predict_module
from proseg_gui.inference.drawings import Request, list_drawings, rater_points
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import point_from, unstacked
from proseg_gui.inference.predict import fingerprint, predict_case, predict_dataset
from proseg_gui.inference.results import OTHER_COLOUR, ROI_COLOURS, SAMPLE_COLOUR, Results
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.inference.uncertainty import PARTS
from proseg_gui.io.base.atomic import write_error
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.seg_read import read_seg, read_segments
from proseg_gui.io.dataset import read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import open_study
from proseg_gui.jobs import CancelToken
from proseg_gui.review.colours import CURRENT_COLOUR
from proseg_gui.volume import Geometry

FULL = Request(("all",), samples=7, uncertainty=True, seed=3)


def files_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def voxels(path):
    """``(z, y, x)`` as stored."""
    return np.asarray(nib.load(path).dataobj).transpose(2, 1, 0)


@pytest.fixture
def study(make):
    return make.noise(shape=(3, 21, 26))


# -- what is asked for -------------------------------------------------------------------------------------------------
def test_nothing_asked_for_means_all_raters(bundle):
    assert [d.name for d in list_drawings(bundle, Request())] == [
        "rater_rater1", "rater_rater2", "rater_rater3", "consensus",
    ]  # fmt: skip
    assert list_drawings(bundle, Request(uncertainty=True)) == ()
    assert [d.name for d in list_drawings(bundle, Request(("rater3", "consensus-style")))] == [
        "rater_rater3", "consensus_style",
    ]  # fmt: skip


def test_samples_are_spread_over_raters_and_repeat(bundle):
    drawn = list_drawings(bundle, Request(samples=7, seed=4))
    assert [d.name for d in drawn] == [f"samples/sample_{i:03d}" for i in range(7)]
    assert [d.rater for d in drawn] == ["rater1", "rater2", "rater3"] * 2 + ["rater1"]
    assert drawn == list_drawings(bundle, Request(samples=7, seed=4))
    assert drawn[0].point != list_drawings(bundle, Request(samples=7, seed=5))[0].point


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"samples": -1}, "--samples -1"), ({"samples": 10**6}, "at most"), ({"seed": -1}, "--seed -1"),
        ({"fmt": "png"}, "no format"),
    ],
)  # fmt: skip
def test_impossible_requests(wrong, sentence):
    with pytest.raises(UserError, match=sentence):
        Request(**wrong)


def test_latents_and_raters_must_be_the_models(bundle):
    with pytest.raises(UserError, match="knows no rater 'rater9'"):
        list_drawings(bundle, Request(("rater9",)))
    with pytest.raises(UserError, match="eps has 1 values"):
        list_drawings(bundle, Request(latents={"tau": (0.125,) * 8, "eps": (0.0,)}))


# -- NIfTI -------------------------------------------------------------------------------------------------------------
def test_the_files_that_the_contract_names(bundle, study, tmp_path):
    out = tmp_path / "out"
    summary = predict_case(bundle, study, out, FULL, device="cpu")
    names = [f"rater_rater{i}" for i in (1, 2, 3)] + ["consensus", "consensus_probability"]
    names += [f"samples/sample_{i:03d}" for i in range(7)] + [f"uncertainty_{part}" for part in PARTS]
    images = [f for f in files_in(out) if f.endswith(".nii.gz")]
    assert images == sorted(f"{name}.nii.gz" for name in names)
    assert sorted(summary["files"]) == images
    assert {p.name for p in out.iterdir()} >= {"predict.json", "samples"}
    assert not (out / "scratch").exists()
    assert json.loads((out / "predict.json").read_text()) == summary
    for image in images:
        affine = nib.load(out / image).affine
        np.testing.assert_allclose(affine, study.geometry.ras_affine(), atol=1e-5)
        assert (out / image.replace(".nii.gz", ".json")).is_file(), "every file carries where it came from"


def test_the_voxels_are_the_windows(bundle, study, tmp_path):
    """Raters are the presets, samples their recorded points, the consensus a mean over raters, maps the survey's."""
    out, engine = tmp_path / "out", Engine(bundle, study, device="cpu")
    summary = predict_case(bundle, study, out, FULL, device="cpu")
    for name, point in summary["latents"].items():
        expected = engine.mask({k: tuple(v) for k, v in point.items()})
        np.testing.assert_array_equal(voxels(out / f"{name}.nii.gz"), expected.array)
        assert summary["volumes_ml"]["s0"][name] == pytest.approx(expected.volume_ml)
    points = rater_points(bundle)
    assert [summary["latents"][f"rater_{r}"] for r in bundle.card.raters] == [
        {k: list(v) for k, v in p.items()} for p in points
    ]
    drawn = [list(engine.probabilities(k, points)) for k in range(engine.n_slices)]  # [slice][rater] (structure, y, x)
    mean = np.array(drawn)[:, :, 0].mean(1)
    np.testing.assert_allclose(voxels(out / "consensus_probability.nii.gz"), mean, atol=1e-6)
    np.testing.assert_array_equal(voxels(out / "consensus.nii.gz"), voxels(out / "consensus_probability.nii.gz") > 0.5)
    found = CaseSurvey(engine, default_plan(bundle, seed=3)).slice(1)
    for part in PARTS:
        np.testing.assert_array_equal(voxels(out / f"uncertainty_{part}.nii.gz")[1], found.maps[part][0])
    assert sum(summary["uncertainty"]["shares"]["s0"].values()) == pytest.approx(1.0)


def test_remembered_latents_give_exactly_the_windows_contour(bundle, study, tmp_path):
    (point,) = unstacked(bundle.method.draw(1, 1, torch.Generator().manual_seed(2)))
    predict_case(bundle, study, tmp_path / "out", Request(latents=point), device="cpu")
    assert files_in(tmp_path / "out") == ["latents.json", "latents.nii.gz", "predict.json"]
    window = Engine(bundle, study, device="cpu").probability(2, point)[0] > 0.5
    np.testing.assert_array_equal(voxels(tmp_path / "out" / "latents.nii.gz")[2], window)


def test_consensus_style_is_the_preset(bundle, study, tmp_path):
    predict_case(bundle, study, tmp_path / "out", Request(("consensus-style",)), device="cpu")
    expected = Engine(bundle, study, device="cpu").mask(point_from(bundle.method.consensus_style()))
    np.testing.assert_array_equal(voxels(tmp_path / "out" / "consensus_style.nii.gz"), expected.array)
    assert "consensus.nii.gz" not in files_in(tmp_path / "out")


def test_two_runs_write_the_same_voxels(bundle, study, tmp_path):
    for name in ("a", "b"):
        predict_case(bundle, study, tmp_path / name, FULL, device="cpu")
    for file in files_in(tmp_path / "a"):
        if file.endswith(".nii.gz"):
            np.testing.assert_array_equal(voxels(tmp_path / "a" / file), voxels(tmp_path / "b" / file))


def test_several_structures_have_a_folder_each(make, study, tmp_path):
    bundle = make.random_bundle(n_structures=2)
    summary = predict_case(bundle, study, tmp_path / "out", Request(("rater1",), samples=1), device="cpu")
    images = [f for f in files_in(tmp_path / "out") if f.endswith(".nii.gz")]
    assert images == [f"s{s}/{name}.nii.gz" for s in (0, 1) for name in ("rater_rater1", "samples/sample_000")]
    assert set(summary["volumes_ml"]) == {"s0", "s1"}
    engine = Engine(bundle, study, device="cpu")
    for s in (0, 1):
        expected = engine.mask(rater_points(bundle)[0], s).array
        np.testing.assert_array_equal(voxels(tmp_path / "out" / f"s{s}" / "rater_rater1.nii.gz"), expected)


def test_a_box_model_draws_around_the_point(make, tmp_path):
    bundle = make.bright_bundle(field_of_view={"kind": "box", "size_mm": [30.0, 30.0]})
    geometry = Geometry.plain((3, 70, 70))
    near = tuple(geometry.index_to_world((1, 20, 22)))
    study = make.ball(geometry=geometry, centre=near, radius=7.0)
    request = Request(("rater2",), point_mm=near)
    summary = predict_case(bundle, study, tmp_path / "near", request, device="cpu")
    assert summary["volumes_ml"]["lesion"]["rater_rater2"] > 0.2
    far = Request(("rater2",), point_mm=tuple(geometry.index_to_world((1, 54, 54))))
    assert predict_case(bundle, study, tmp_path / "far", far, device="cpu")["volumes_ml"]["lesion"]["rater_rater2"] == 0
    with pytest.raises(UserError, match="outside the image"):
        predict_case(bundle, study, tmp_path / "x", Request(point_mm=(999.0, 0.0, 0.0)), device="cpu")
    assert not (tmp_path / "x").exists()


# -- RTSTRUCT ----------------------------------------------------------------------------------------------------------
def test_rtstruct_holds_every_mask_exactly(make, tmp_path):
    bundle, study = make.bright_bundle(n_structures=2), make.ball(shape=(4, 30, 34), radius=8.0)
    request = Request(("all",), samples=2, uncertainty=True, fmt="rtstruct")
    summary = predict_case(bundle, study, tmp_path / "out", request, device="cpu")
    names = [f"rater_rater{i}" for i in (1, 2, 3)] + ["consensus", "sample_000", "sample_001"]
    structure_set = pydicom.dcmread(tmp_path / "out" / "rtstruct.dcm")
    assert [roi.ROIName for roi in structure_set.StructureSetROISequence] == [
        f"{s} {name}" for s in ("lesion", "core") for name in names
    ]
    assert {"rtstruct.dcm", "rtstruct_image/"} <= set(summary["files"])
    assert (tmp_path / "out" / "core" / "uncertainty_inter.nii.gz").is_file(), "maps have no place in an RTSTRUCT"
    engine = Engine(bundle, study, device="cpu")
    series = open_study(tmp_path / "out" / "rtstruct_image")
    found = {mask.name: mask for mask in read_rtstruct(tmp_path / "out" / "rtstruct.dcm", series.image)}
    for s, structure in enumerate(("lesion", "core")):
        expected = engine.mask(rater_points(bundle)[0], s).array
        assert expected.any()
        np.testing.assert_array_equal(found[f"{structure} rater_rater1"].array, expected)


def test_seg_holds_every_mask_exactly_and_the_probability(make, tmp_path):
    bundle, study = make.bright_bundle(n_structures=2), make.ball(shape=(4, 30, 34), radius=8.0)
    request = Request(("all",), samples=1, fmt="seg")
    summary = predict_case(bundle, study, tmp_path / "out", request, device="cpu")
    assert {"seg.dcm", "seg_image/", "seg_probability.dcm", "lesion/consensus_probability.nii.gz"} <= set(
        summary["files"]
    )
    assert any("written as one to seg_image" in notice for notice in summary["notices"])
    series = open_study(tmp_path / "out" / "seg_image").image
    found = {mask.name: mask for mask in read_seg(tmp_path / "out" / "seg.dcm", series)}
    assert len(found) == 2 * 5
    engine = Engine(bundle, study, device="cpu")
    for s, structure in enumerate(("lesion", "core")):
        expected = engine.mask(rater_points(bundle)[0], s).array
        np.testing.assert_array_equal(found[f"{structure} rater_rater1"].array, expected)
        exact = voxels(tmp_path / "out" / structure / "consensus_probability.nii.gz")
        soft = read_segments(tmp_path / "out" / "seg_probability.dcm", series)[s]
        assert soft.name == f"{structure} consensus" and np.abs(soft.values - exact).max() <= 0.501 / 255


def test_colours_are_the_windows():
    assert (ROI_COLOURS, OTHER_COLOUR, SAMPLE_COLOUR) == (RATER_COLOURS, CURRENT_COLOUR, THIN_COLOUR)


# -- what goes wrong ---------------------------------------------------------------------------------------------------
def test_a_cancel_leaves_nothing(bundle, study, tmp_path):
    token = CancelToken()

    def progress(share, _text):
        if share > 0.3:
            token.cancel()

    with pytest.raises(Cancelled):
        predict_case(bundle, study, tmp_path / "out", FULL, device="cpu", progress=progress, token=token)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_while_writing_leaves_nothing(bundle, study, tmp_path, monkeypatch):
    def stop(*_args, **_keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr("proseg_gui.inference.results.write_nifti", stop)
    with pytest.raises(KeyboardInterrupt):
        predict_case(bundle, study, tmp_path / "out", FULL, device="cpu")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_sentence_and_leaves_nothing(bundle, study, tmp_path, monkeypatch):
    def full(self, *_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Results, "_append", full)
    with pytest.raises(UserError, match="disk is full") as caught:
        predict_case(bundle, study, tmp_path / "out", FULL, device="cpu")
    assert str(caught.value) == str(write_error(OSError(28, ""), tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unasked(bundle, study, tmp_path):
    out = tmp_path / "out"
    predict_case(bundle, study, out, Request(("rater1",)), device="cpu")
    before = (out / "predict.json").read_bytes()
    with pytest.raises(UserError, match="not empty"):
        predict_case(bundle, study, out, Request(("rater1",)), device="cpu")
    assert (out / "predict.json").read_bytes() == before
    predict_case(bundle, study, out, Request(("rater1",)), device="cpu", overwrite=True)
    assert files_in(out) == ["predict.json", "rater_rater1.json", "rater_rater1.nii.gz"]
    (out / "mine.txt").write_text("do not delete")
    with pytest.raises(UserError, match=r"mine\.txt"):
        predict_case(bundle, study, out, Request(("rater1",)), device="cpu", overwrite=True)
    assert (out / "mine.txt").exists()


# -- datasets ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def dataset(make, tmp_path):
    root = tmp_path / "data"
    for i, name in enumerate(("a", "b", "c")):
        image = make.noise(shape=(2, 18, 20), seed=i).image
        (root / name / "masks").mkdir(parents=True)
        write_nifti(np.asarray(image.array), image.geometry, root / name / "image.nii.gz")
        (root / name / "image.json").unlink()
        (root / name / "masks" / "r.nii.gz").write_bytes(b"broken, and not needed here")
    return read_dataset(root)


def test_a_dataset_gives_a_folder_a_case_and_goes_on_where_it_was(bundle, dataset, tmp_path, monkeypatch):
    out, request = tmp_path / "out", Request(("rater2",))
    first = predict_dataset(bundle, dataset.cases[:2], out, request, device="cpu")
    assert sorted(first) == ["a", "b"]
    drawn, draw = [], predict_module.predict_case

    def recorded(bundle, study, *rest, **keywords):
        drawn.append(study.name)
        return draw(bundle, study, *rest, **keywords)

    monkeypatch.setattr(predict_module, "predict_case", recorded)
    every = predict_dataset(bundle, dataset.cases, out, request, device="cpu")
    assert drawn == ["c"]
    assert every["a"] == first["a"]
    assert sorted(p.name for p in out.iterdir()) == ["a", "b", "c"]


def test_other_results_are_refused_before_anything_is_drawn(bundle, make, dataset, tmp_path):
    out = tmp_path / "out"
    predict_dataset(bundle, dataset.cases[1:2], out, Request(("rater2",)), device="cpu")
    for other_bundle, request in (
        (bundle, Request(("rater1",))),
        (bundle, Request(("rater2",), seed=1)),
        (make.random_bundle(sha256="f" * 64), Request(("rater2",))),
    ):
        with pytest.raises(UserError, match="something else") as caught:
            predict_dataset(other_bundle, dataset.cases, out, request, device="cpu")
        assert caught.value.path == out / "b"
    assert not (out / "a").exists()
    predict_dataset(bundle, dataset.cases, out, Request(("rater2",), seed=1), device="cpu", overwrite=True)
    assert json.loads((out / "b" / "predict.json").read_text())["seed"] == 1


def test_another_image_of_the_same_name_is_noticed(bundle, make, dataset, tmp_path):
    out, case = tmp_path / "out", dataset.cases[0]
    before = fingerprint(case)
    predict_dataset(bundle, [case], out, Request(("rater2",)), device="cpu")
    image = make.noise(shape=(2, 18, 20), seed=9).image
    write_nifti(np.asarray(image.array), image.geometry, case.path / "image.nii.gz", overwrite=True)
    assert fingerprint(case) != before
    with pytest.raises(UserError, match="something else"):
        predict_dataset(bundle, [case], out, Request(("rater2",)), device="cpu")


def test_one_bad_case_does_not_stop_the_others(bundle, dataset, tmp_path):
    (dataset.cases[1].path / "image.nii.gz").write_bytes(b"broken")
    with pytest.raises(UserError, match=r"1 of 3 cases could not be predicted; the first is b: .*image\.nii\.gz"):
        predict_dataset(bundle, dataset.cases, tmp_path / "out", Request(("rater2",)), device="cpu")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a", "c"]
