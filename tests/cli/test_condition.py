"""The condition command as a user runs it: files, exit codes, one line on stderr, nothing left behind."""

import json

import nibabel as nib
import numpy as np
import pytest
import torch

from proseg_gui.bundle import Card, load_bundle, save_bundle
from proseg_gui.cli import main
from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.condition.evidence import Evidence, Standing
from proseg_gui.inference.condition.update import condition, propose
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import latents_json
from proseg_gui.inference.points import point_from
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import open_study
from proseg_gui.networks.majority import Majority
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.volume import Geometry

SHAPE, GRID = (3, 20, 25), Geometry.plain((3, 20, 25), (2.0, 1.0, 1.0))


def card_of(method, name, **more):
    values = {
        "kind": method.kind, "name": name, "version": "1.0", "architecture": method.architecture(),
        "raters": ("ann", "bob"), "structures": ("lesion",), "channels": ("image",), "modality": "CT",
        "spacing_mm": (1.0, 1.0), "window": {"kind": "percentile", "low": 1, "high": 99},
        "field_of_view": {"kind": "whole"},
    }  # fmt: skip
    return Card(**{**values, **more})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Bundles model, two (structures), boxed and majority; scan.nii.gz; evidence.nii.gz and accepted.nii.gz."""
    root = tmp_path_factory.mktemp("condition")
    for name, structures, more in (
        ("model", 1, {}),
        ("two", 2, {"structures": ("core", "rim")}),
        ("boxed", 1, {"field_of_view": {"kind": "box", "size_mm": [8.0, 8.0]}}),
    ):
        torch.manual_seed(3)
        method = ProSeg(2, structures, widths=(4, 4), features=4, hidden=4, modes=2, tau_dims=4)
        with torch.no_grad():
            method.third.weight *= 6.0
        save_bundle(root / name, card_of(method, name, **more), method)
    majority = Majority(2, widths=(4, 4), features=4, hidden=4)
    save_bundle(root / "majority", card_of(majority, "majority"), majority)
    rng = np.random.default_rng(0)
    array = np.kron(rng.normal(0, 60, (3, 4, 5)), np.ones((1, 5, 5))) + rng.normal(0, 5, SHAPE)
    write_nifti(array, GRID, root / "scan.nii.gz")
    words = np.zeros(SHAPE, np.uint8)
    words[1, 4:8, 4:8], words[1, 12:15, 15:20] = 1, 2
    accepted = np.zeros(SHAPE, np.uint8)
    accepted[2] = 1
    for name, values in (("evidence", words), ("accepted", accepted), ("nothing", 0 * words), ("three", 3 * accepted)):
        write_nifti(values, GRID, root / f"{name}.nii.gz")
    write_nifti(words, Geometry.plain(SHAPE, (2.0, 1.0, 1.3)), root / "other_grid.nii.gz")
    write_nifti(accepted, Geometry.plain(SHAPE, (2.0, 1.0, 1.3)), root / "other_accepted.nii.gz")
    write_nifti(words[:, :16], Geometry.plain((3, 16, 25), (2.0, 1.0, 1.0)), root / "part.nii.gz")
    corner = np.zeros(SHAPE, np.uint8)
    corner[0, 0, 0] = 1
    write_nifti(corner, GRID, root / "corner.nii.gz")
    return root


def run(folder, out, *options, model="model", evidence="evidence"):
    words = ["condition", str(folder / "scan.nii.gz"), "--model", str(folder / model), "--out", str(out)]
    return main([*words, "--evidence", str(folder / f"{evidence}.nii.gz"), "--device", "cpu", *options])


def voxels(path):
    return np.asarray(nib.load(path).dataobj).transpose(2, 1, 0)


def test_it_writes_what_the_function_gives(folder, tmp_path, capsys):
    out = tmp_path / "new" / "out"
    assert run(folder, out, "--accepted", str(folder / "accepted.nii.gz"), "--seed", "4") == 0
    assert capsys.readouterr().err == ""
    assert {p.name for p in out.iterdir()} == {
        "proposal.nii.gz", "probability.nii.gz", "condition.json", "proposal.json", "probability.json"
    }  # fmt: skip
    summary = json.loads((out / "condition.json").read_text())
    bundle = load_bundle(folder / "model")
    engine = Engine(bundle, open_study(folder / "scan.nii.gz"), device="cpu")
    ensemble, style = Ensemble(engine, seed=4), point_from(bundle.method.consensus_style())
    words = voxels(folder / "evidence.nii.gz")
    hand = Evidence(np.argwhere(words > 0), words[words > 0] == 1, {2: Standing(engine.mask(style).array[2])})
    found = condition(engine, hand, ensemble=ensemble)
    slices = [propose(found, k) for k in range(3)]
    proposal, probability = voxels(out / "proposal.nii.gz"), voxels(out / "probability.nii.gz")
    assert np.array_equal(proposal, np.stack([s.inside for s in slices]))
    assert np.array_equal(probability, np.stack([s.probability for s in slices]))
    assert np.array_equal(proposal[words > 0] == 1, words[words > 0] == 1)
    assert np.array_equal(probability[words > 0], (words[words > 0] == 1).astype(np.float32))
    assert np.array_equal(proposal[2], engine.mask(style).array[2])
    assert summary["raters"] == pytest.approx(dict(found.raters)) and set(summary["raters"]) == {"ann", "bob"}
    assert sum(summary["raters"].values()) == pytest.approx(1.0)
    assert summary["latents"] == {k: list(v) for k, v in found.point.items()}
    assert summary["effective_draws"] == pytest.approx(found.effective_draws)
    stood = engine.mask(style).array.copy()
    stood[words > 0] = words[words > 0] == 1
    assert summary["changed_ml"] == pytest.approx((proposal.astype(bool) != stood).sum() * 2.0 / 1000.0)
    assert (
        "fit" in summary
        and summary["seed"] == 4
        and summary["bundle_sha256"] == bundle.card.sha256
        and summary["seconds"] >= 0
    )
    assert summary["evidence"] == {
        "voxels_in": 16, "voxels_out": 15, "accepted_voxels": 500, "accepted_slices": 1
    }  # fmt: skip
    assert json.loads((out / "proposal.json").read_text())["provenance"]["edits"].startswith("a proposal")


def test_the_same_seed_gives_the_same_files(folder, tmp_path):
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        assert run(folder, tmp_path / name, "--seed", seed, "--quiet") == 0
    a, b, c = (voxels(tmp_path / name / "probability.nii.gz") for name in "abc")
    assert np.array_equal(a, b) and not np.array_equal(a, c)


def test_accepted_slices_stand_at_the_latents(folder, tmp_path):
    bundle = load_bundle(folder / "model")
    point = point_from(bundle.method.rater_coords(1))
    (tmp_path / "mine.json").write_text(json.dumps(latents_json(point, bundle.card)))
    options = ["--accepted", str(folder / "accepted.nii.gz"), "--latents", str(tmp_path / "mine.json")]
    assert run(folder, tmp_path / "out", *options) == 0
    engine = Engine(bundle, open_study(folder / "scan.nii.gz"), device="cpu")
    assert np.array_equal(voxels(tmp_path / "out" / "proposal.nii.gz")[2], engine.mask(point).array[2])
    summary = json.loads((tmp_path / "out" / "condition.json").read_text())
    assert summary["stood_at"] == {k: list(v) for k, v in point.items()}


def test_evidence_on_a_part_of_the_grid_is_put_in_its_place(folder, tmp_path, capsys):
    assert run(folder, tmp_path / "a") == 0 and run(folder, tmp_path / "b", evidence="part") == 0
    a, b = (voxels(tmp_path / name / "probability.nii.gz") for name in "ab")
    assert np.array_equal(a, b) and capsys.readouterr().out.count("put in its place") == 1


def test_values_stored_as_floats_are_whole_numbers(folder, tmp_path):
    words = voxels(folder / "evidence.nii.gz")
    write_nifti(words.astype(np.float32) * np.float32(1.0001), GRID, tmp_path / "floats.nii.gz")
    assert run(folder, tmp_path / "a") == 0
    options = ["--model", str(folder / "model"), "--evidence", str(tmp_path / "floats.nii.gz"), "--device", "cpu"]
    assert main(["condition", str(folder / "scan.nii.gz"), *options, "--out", str(tmp_path / "b")]) == 0
    a, b = (voxels(tmp_path / name / "probability.nii.gz") for name in "ab")
    assert np.array_equal(a, b)


@pytest.mark.parametrize("value", [0.5, -1.0, 7.0, float("nan"), float("inf")])
def test_values_that_mean_nothing_are_named(folder, tmp_path, capsys, value):
    words = voxels(folder / "evidence.nii.gz").astype(np.float32)
    words[0, 0, 0] = value
    write_nifti(words, GRID, tmp_path / "odd.nii.gz")
    options = ["--model", str(folder / "model"), "--evidence", str(tmp_path / "odd.nii.gz"), "--device", "cpu"]
    assert main(["condition", str(folder / "scan.nii.gz"), *options, "--out", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert f"the value {value:g}" in captured.err and captured.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_accepted_slices_alone_are_evidence(folder, tmp_path):
    assert run(folder, tmp_path / "out", "--accepted", str(folder / "accepted.nii.gz"), evidence="nothing") == 0


def test_one_of_several_structures(folder, tmp_path, capsys):
    assert run(folder, tmp_path / "out", "--structure", "rim", model="two") == 0
    assert json.loads((tmp_path / "out" / "condition.json").read_text())["structure"] == "rim"
    assert run(folder, tmp_path / "x", model="two") == 2
    assert "--structure as one of core, rim" in capsys.readouterr().err
    assert run(folder, tmp_path / "x", "--structure", "shell", model="two") == 2
    assert "has no structure 'shell'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model": "majority"}, "draws no alternatives"),
        ({"evidence": "nothing"}, "the evidence says nothing"),
        ({"evidence": "three"}, "it holds the value 3, and only 0, 1 and 2 mean something here"),
        ({"evidence": "other_grid"}, "not on the image's grid"),
        ({"evidence": "missing"}, "there is no such file"),
        ({"evidence": "corner", "model": "boxed"}, "lies outside the part of the image that the model looks at"),
        ({"more": ["--accepted", "evidence"]}, "it holds the value 2, and only 0 and 1 mean something here"),
        ({"more": ["--accepted", "other_accepted"]}, "not on the image's grid"),
        ({"more": ["--seed", "-1"]}, "out of range"),
        ({"more": ["--latents", "scan"]}, "latents"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_leaves_nothing(folder, tmp_path, capsys, options, said):
    more = [str(folder / f"{word}.nii.gz") if not word.startswith("-") else word for word in options.pop("more", [])]
    more = [word if word != str(folder / "-1.nii.gz") else "-1" for word in more]
    assert run(folder, tmp_path / "out", *more, **options) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_evidence_partly_outside_stays_and_is_noted(folder, tmp_path, capsys):
    assert run(folder, tmp_path / "out", model="boxed") == 0
    words, proposal = voxels(folder / "evidence.nii.gz"), voxels(tmp_path / "out" / "proposal.nii.gz")
    assert np.array_equal(proposal[words > 0] == 1, words[words > 0] == 1)
    assert "tell the model nothing" in capsys.readouterr().out


def test_a_folder_of_cases_is_refused_and_one_case_is_not(folder, tmp_path, capsys):
    for name in ("a", "b"):
        place = tmp_path / "cases" / name
        (place / "masks").mkdir(parents=True)
        (place / "image.nii.gz").write_bytes((folder / "scan.nii.gz").read_bytes())
    options = ["--model", str(folder / "model"), "--evidence", str(folder / "evidence.nii.gz"), "--device", "cpu"]
    assert main(["condition", str(tmp_path / "cases"), *options, "--out", str(tmp_path / "out")]) == 2
    assert "a folder of cases" in capsys.readouterr().err and not (tmp_path / "out").exists()
    assert main(["condition", str(tmp_path / "cases" / "b"), *options, "--out", str(tmp_path / "out")]) == 0


def test_an_existing_folder_is_replaced_only_when_asked(folder, tmp_path, capsys):
    assert run(folder, tmp_path / "out") == 0
    assert run(folder, tmp_path / "out") == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert run(folder, tmp_path / "out", "--overwrite") == 0
