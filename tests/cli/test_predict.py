"""The predict command as a user runs it: files, exit codes, one line on stderr, nothing left behind, no Qt."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import nibabel as nib
import numpy as np
import pydicom
import pytest
import torch

from proseg_gui.bundle import Card, load_bundle, save_bundle
from proseg_gui.cli import main
from proseg_gui.cli.predict import parse_point
from proseg_gui.errors import UserError
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders, latents_json
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import open_study
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.volume import Geometry


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A bundle called model, an image scan.nii.gz and a dataset data with two cases."""
    root = tmp_path_factory.mktemp("predict")
    torch.manual_seed(3)
    method = ProSeg(2, widths=(4, 4), features=4, hidden=4, modes=2, tau_dims=4)
    with torch.no_grad():
        method.third.weight *= 6.0
    card = Card(
        kind="proseg", name="tiny", version="1.0", architecture=method.architecture(), raters=("ann", "bob"),
        structures=("lesion",), channels=("image",), modality="CT", spacing_mm=(1.0, 1.0),
        window={"kind": "percentile", "low": 1, "high": 99}, field_of_view={"kind": "whole"},
    )  # fmt: skip
    save_bundle(root / "model", card, method)
    rng = np.random.default_rng(0)
    for name in ("scan.nii.gz", "data/a/image.nii.gz", "data/b/image.nii.gz"):
        array = np.kron(rng.normal(0, 60, (3, 4, 5)), np.ones((1, 5, 5))) + rng.normal(0, 5, (3, 20, 25))
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_nifti(array, Geometry.plain(array.shape, (2.0, 1.0, 1.0)), path)
        path.with_name(path.name.replace(".nii.gz", ".json")).unlink()
        if "data" in name:
            (path.parent / "masks").mkdir()
    return root


def predict(folder, out, *options, image="scan.nii.gz", model="model"):
    inputs = [str(folder / image), "--model", str(folder / model)]
    return main(["predict", *inputs, "--out", str(out), "--device", "cpu", *options])


def voxels(path):
    return np.asarray(nib.load(path).dataobj).transpose(2, 1, 0)


def test_a_misfit_is_a_notice_in_the_summary_and_on_the_screen_and_no_error(tmp_path, capsys):
    """The phantom's model on noise: drawn all the same, as it was asked for, and said once."""
    noise = np.random.default_rng(0).normal(40, 200, (3, 48, 48)).astype(np.int16)
    write_nifti(noise, Geometry.plain(noise.shape, (5.0, 6.0, 6.0)), tmp_path / "noise.nii.gz")
    assert main(["predict", str(tmp_path / "noise.nii.gz"), "--model", "phantom", "--rater", "tight", "--device", "cpu",
                 "--out", str(tmp_path / "out")]) == 0  # fmt: skip
    summary = json.loads((tmp_path / "out" / "predict.json").read_text())
    assert summary["fit"]["ok"] is False and summary["fit"]["distance"] > summary["fit"]["threshold"]
    said = [notice for notice in summary["notices"] if "does not look like" in notice]
    assert said and summary["fit"]["reasons"][-1] in said
    captured = capsys.readouterr()
    assert captured.err == "" and captured.out.count("does not look like") == 1
    case = tmp_path / "data" / "a"
    (case / "masks").mkdir(parents=True)
    (tmp_path / "noise.nii.gz").rename(case / "image.nii.gz")
    assert main(["predict", str(tmp_path / "data"), "--model", "phantom", "--rater", "tight", "--device", "cpu",
                 "--out", str(tmp_path / "all")]) == 0  # fmt: skip
    captured = capsys.readouterr()
    assert captured.err == "" and "note: the model does not fit 1 of 1 cases" in captured.out
    capsys.readouterr()
    assert main(["predict", str(case / "image.nii.gz"), "--model", "phantom", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_all_of_it(folder, tmp_path, capsys):
    out = tmp_path / "new" / "out"
    assert predict(folder, out, "--rater", "all", "--samples", "3", "--uncertainty", "--seed", "5") == 0
    names = {p.relative_to(out).as_posix() for p in out.rglob("*.nii.gz")}
    assert names == {
        "rater_ann.nii.gz", "rater_bob.nii.gz", "consensus.nii.gz", "consensus_probability.nii.gz",
        *(f"samples/sample_00{i}.nii.gz" for i in range(3)),
        *(f"uncertainty_{part}.nii.gz" for part in ("total", "inter", "intra", "ambiguity", "residual")),
    }  # fmt: skip
    summary = json.loads((out / "predict.json").read_text())
    assert summary["raters"] == ["ann", "bob"]
    assert summary["seed"] == 5
    assert summary["bundle_sha256"] == load_bundle(folder / "model").card.sha256
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "wrote 12 files" in captured.out


def test_latents_that_the_window_saved(folder, tmp_path):
    bundle, study = load_bundle(folder / "model"), open_study(folder / "scan.nii.gz")
    engine = Engine(bundle, study, device="cpu")
    sliders = Sliders(engine)
    point = sliders.consensus_style()
    engine.encode(0)
    for axis in (*sliders.preference_axes(point), *sliders.ambiguity_axes(point).axes):
        point = sliders.moved(axis, point, 1.3)
    saved = tmp_path / "latents.json"
    saved.write_text(json.dumps(latents_json(point, bundle.card)))
    assert predict(folder, tmp_path / "out", "--latents", str(saved)) == 0
    shown = np.stack([engine.probability(k, point)[0] > 0.5 for k in range(3)])
    assert 0 < shown.mean() < 1
    np.testing.assert_array_equal(voxels(tmp_path / "out" / "latents.nii.gz"), shown)
    assert not (tmp_path / "out" / "consensus.nii.gz").exists()


def test_a_dataset_and_going_on(folder, tmp_path, capsys):
    out = tmp_path / "out"
    for _ in range(2):
        assert predict(folder, out, "--rater", "bob", "--rater", "consensus-style", image="data") == 0
        assert "wrote 2 cases" in capsys.readouterr().out
    assert sorted(p.name for p in (out / "b").glob("*.nii.gz")) == ["consensus_style.nii.gz", "rater_bob.nii.gz"]
    assert predict(folder, tmp_path / "one", "--rater", "bob", image="data/a") == 0
    assert (tmp_path / "one" / "rater_bob.nii.gz").is_file()
    np.testing.assert_array_equal(voxels(tmp_path / "one" / "rater_bob.nii.gz"), voxels(out / "a" / "rater_bob.nii.gz"))


def test_rtstruct(folder, tmp_path):
    assert predict(folder, tmp_path / "out", "--rater", "ann", "--format", "rtstruct") == 0
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"rtstruct.dcm", "rtstruct_image", "predict.json"}


def test_a_dicom_series_gets_contours_that_refer_to_it(folder, tmp_path):
    image = open_study(folder / "scan.nii.gz").image
    series = write_series(replace(image, modality="CT"), tmp_path / "series")
    assert predict(folder, tmp_path / "out", "--rater", "ann", "--format", "rtstruct", image=tmp_path / "series") == 0
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"rtstruct.dcm", "predict.json"}
    written = pydicom.dcmread(tmp_path / "out" / "rtstruct.dcm")
    (frame,) = written.ReferencedFrameOfReferenceSequence
    assert frame.FrameOfReferenceUID == series.dicom.frame_of_reference_uid
    assert [roi.ROIName for roi in written.StructureSetROISequence] == ["rater_ann"]


def test_a_tilted_series_is_straightened_on_request_only(folder, tmp_path, capsys):
    direction = np.eye(3)
    direction[:, 2] = [0, np.sin(0.2), np.cos(0.2)]
    image = open_study(folder / "scan.nii.gz").image
    tilted = replace(image.geometry, direction=direction)
    write_series(replace(image, geometry=tilted, modality="CT"), tmp_path / "ct")
    assert predict(folder, tmp_path / "kept", "--rater", "ann", image=tmp_path / "ct") == 0
    assert "resampled" not in capsys.readouterr().out
    kept = nib.load(tmp_path / "kept" / "rater_ann.nii.gz")
    assert np.allclose(kept.affine, tilted.ras_affine(), atol=1e-3)
    assert predict(folder, tmp_path / "even", "--rater", "ann", "--straighten", image=tmp_path / "ct") == 0
    assert "note: The slices were resampled to an even, upright grid" in capsys.readouterr().out
    even = nib.load(tmp_path / "even" / "rater_ann.nii.gz")
    assert abs(even.affine[:3, 2] @ even.affine[:3, 1]) < 1e-6 and even.shape[2] >= kept.shape[2]
    summary = json.loads((tmp_path / "even" / "predict.json").read_text())
    assert summary["case"] == "ct, straightened" and any("upright" in text for text in summary["notices"])
    assert predict(folder, tmp_path / "sets", "--straighten", image="data") == 2
    assert "--straighten is for a single image" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--rater", "rater9"], "knows no rater 'rater9'"),
        (["--samples", "-1"], "--samples -1"),
        (["--samples", "x"], "invalid int"),
        (["--device", "cuda:99"], "no device 'cuda:99'"),
        (["--format", "stl"], "no format"),
        (["--point", "1,2"], "not three numbers"),
        (["--channel", "T2"], "not NAME=PATH"),
        (["--latents", "missing.json"], "missing.json"),
        (["--seed", "-4"], "--seed -4"),
        (["--frobnicate"], "--frobnicate"),
    ],
)
def test_bad_options_are_one_line_and_leave_nothing(folder, tmp_path, capsys, options, sentence):
    assert predict(folder, tmp_path / "out", *options) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_bad_places_are_one_line(folder, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    for out, sentence in (("file", "is a file"), ("file/below", "is a file"), ("full", "not empty")):
        assert predict(folder, tmp_path / out) == 2
        error = capsys.readouterr().err
        assert sentence in error
        assert error.count("\n") == 1
    assert predict(folder, tmp_path / "out", image="none.nii.gz") == 2
    assert predict(folder, tmp_path / "out", model="none") == 2
    assert {p.name for p in tmp_path.iterdir()} == {"file", "full"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_read_only_folder(folder, tmp_path, capsys):
    tmp_path.chmod(0o500)
    try:
        assert predict(folder, tmp_path / "out") == 2
    finally:
        tmp_path.chmod(0o700)
    assert "cannot be written" in capsys.readouterr().err


def test_points_may_be_negative(folder, tmp_path):
    assert parse_point("-12.5,3,1e1") == (-12.5, 3.0, 10.0)
    for text in ("1,2", "1,2,x", ""):
        with pytest.raises(UserError, match="three numbers"):
            parse_point(text)
    assert predict(folder, tmp_path / "out", "--point", "-2.5,3,0") == 0
    assert json.loads((tmp_path / "out" / "predict.json").read_text())["request"]["point_mm"] == [-2.5, 3.0, 0.0]


def test_quiet_prints_nothing(folder, tmp_path, capsys):
    assert predict(folder, tmp_path / "out", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_it_never_imports_qt(folder, tmp_path):
    script = (
        "import sys; from proseg_gui.cli import main; code = main(sys.argv[1:]);"
        "print(code, sorted(m for m in sys.modules if m.startswith(('PySide6', 'pyqtgraph'))))"
    )
    arguments = ["predict", str(folder / "scan.nii.gz"), "--model", str(folder / "model"), "--quiet"]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments, "--out", str(tmp_path / "out"), "--rater", "ann"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "0 []"
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_nothing(folder, tmp_path, number):
    script = "import sys; from proseg_gui.cli import main; sys.exit(main())"
    inputs = [str(folder / "scan.nii.gz"), "--model", str(folder / "model")]
    process = subprocess.Popen(
        [sys.executable, "-c", script, "predict", *inputs, "--out", str(tmp_path / "out"), "--samples", "900"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not list(tmp_path.glob(".part-*")) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error == "proseg-gui: stopped\n"
    assert list(tmp_path.iterdir()) == []
