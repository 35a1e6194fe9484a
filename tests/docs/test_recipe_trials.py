"""The script of docs/decisions/recipe-options.md: its list, what a trial's name means, sparse raters, its tables."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path

import pytest

from proseg_gui.catalogue import RECIPE_OPTIONS
from proseg_gui.io.dataset import read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.training.benchmark.protocol import fold_split
from proseg_gui.training.methods import OBJECTIVES
from proseg_gui.volume import Geometry, Mask, Volume

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "scripts" / "recipe_trials.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("recipe_trials", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["recipe_trials"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["recipe_trials"]


@pytest.fixture
def discs(script, tmp_path, monkeypatch):
    """Eight images, three raters; all trials on 16 x 16 pixels in two folds."""
    import numpy as np

    geometry = Geometry.plain((1, 16, 16), (1.0, 1.0, 1.0))
    y, x = np.mgrid[:16, :16]
    for i in range(8):
        distance = np.hypot(y - 8 + i % 3, x - 8)[None]
        folder = tmp_path / "discs" / f"case{i}"
        write_nifti((10.0 - distance).astype(np.float32), Volume(distance, geometry).geometry, folder / "image.nii.gz")
        for r in range(3):
            write_nifti(Mask(distance < 3 + r, geometry), geometry, folder / "masks" / f"rater{r + 1}.nii.gz")
    monkeypatch.setattr(script, "SETS", {"discs": {"flip": "x", "modality": "MR"}})
    monkeypatch.setattr(script, "SIDE", 16)
    monkeypatch.setattr(script, "FOLDS", 2)
    script._data.cache_clear()
    return tmp_path


def test_every_trial_has_conditions_and_the_first_ones_are_of_all_variants_on_all_sets(script):
    listed = list(script.trials())
    assert len({(t.data, t.variant, t.fold, t.seed) for t in listed}) == len(listed)
    first = listed[: 2 * len(script.FIRST)]
    assert {(t.data, t.variant) for t in first} == {(d, v) for d in script.SETS for v in script.FIRST}
    named = set()
    for trial in listed:
        protocol, run, sparse = script.conditions(trial, 100)
        assert run.method in OBJECTIVES and sparse == (2 if "2 raters" in trial.variant else 0)
        assert protocol.steps == (200 if "x 2" in trial.variant else 100)
        named |= {option for option in RECIPE_OPTIONS if option in trial.variant}
        assert ("conditioning" in protocol.recipe.network) == trial.variant.startswith(("matrix", "heads-first"))
        assert bool(protocol.recipe.rater_heads) == ("rater-heads" in trial.variant)
    elsewhere = "scanner-variation"  # docs/scripts/scanner_shifts.py
    assert named == {*RECIPE_OPTIONS} - {"recalibrated", "no-rater-heads", elsewhere}


def test_sparse_trials_thin_what_is_learned_from_and_nothing_else(script, discs):
    dataset, data = script._data(str(discs), "discs")
    split = fold_split(dataset, 2, 0)
    thin = script.thinned(data, split, 2)
    for name, case in thin.cases.items():
        assert int(case.case.observed.any(-1).any(-1).sum()) == (2 if name in split.train else 3)
    assert {tuple(thin.cases[n].case.observed.flatten().tolist()) for n in split.train} != {(True, True, False)}


@pytest.mark.parametrize("variant", ["heads-first+rater-heads", "heads, 2 raters"])
def test_a_trial_is_trained_and_judged_by_validation_and_apart_from_it(script, discs, monkeypatch, variant):
    monkeypatch.setattr("proseg_gui.training.benchmark.protocol.VALIDATIONS", 1)
    records = script.made(script.Trial("discs", variant, 0, 0), str(discs), 4, "cpu", time.monotonic() + 60)
    assert [r["variant"] for r in records] == (
        [variant, f"{variant}+recalibrated"] if variant.startswith("heads-first") else [variant])  # fmt: skip
    split = fold_split(read_dataset(discs / "discs"), 2, 0)
    for record in records:
        json.dumps(record)
        assert len(record["cases"]) == len(split.test) and len(record["validation"]) == len(split.val)
        assert {c["case"] for c in record["cases"]}.isdisjoint(c["case"] for c in record["validation"])
    assert script.made(script.Trial("discs", variant, 0, 0), str(discs), 4, "cpu", time.monotonic() - 1) == []


def test_a_table_pairs_a_variant_with_the_same_runs_of_the_usual_one(script, discs):
    def record(variant, fold, fair):
        case = {"fair_ged2": fair, "random_levels": 0.2, "dice_identity_mean": 0.8, "dice_identity_permuted": 0.7,
                "dice_soft": 0.8, "volume_crps_ml": 1.0, "reliability": [[1, 10, 1], [0, 5, 1], [0, 6, 1]]}  # fmt: skip
        cases = [{"case": fold * 10 + i, **case} for i in range(3)]
        return {"data": "discs", "variant": variant, "fold": fold, "seed": fold, "cases": [], "validation": cases}

    runs = [record("film", 0, 0.1), record("film", 1, 0.5), record("matrix", 0, 0.08)]
    lines = script.table(runs, "validation", "film")
    cells = next(line for line in lines if line.startswith("| matrix")).split("|")
    assert cells[2].strip() == "1" and cells[3].strip() == "0.0800 (-0.0200 [-0.0200, -0.0200])"
    assert cells[-2].strip() == "0.100"
