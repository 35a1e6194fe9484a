"""Real (tiny) runs: every method trains, is judged, leaves a file, and is not made twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from proseg_gui.catalogue import CONTENDERS
from proseg_gui.cli.benchmark import HEADER
from proseg_gui.errors import UserError
from proseg_gui.io.dataset import read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.metrics.multirater import ged2
from proseg_gui.training.benchmark import runner, store
from proseg_gui.training.benchmark.data import read_cases
from proseg_gui.training.benchmark.protocol import Protocol, Run, fold_split
from proseg_gui.training.benchmark.table import tables
from proseg_gui.training.recipe import Recipe

TINY = Recipe(widths=(4, 8), items=2, volumes=2, draws=6, validations=1, validation_draws=1, warm_up=1)
PROTOCOL = Protocol("discs", steps=2, side=16, folds=2, samples=2, recipe=TINY)


@pytest.fixture
def dataset(make_study, tmp_path):
    for i in range(4):
        study = make_study(i)
        case = tmp_path / "discs" / study.name
        write_nifti(study.image.array, study.geometry, case / "image.nii.gz")
        for r in study.readings:
            name = r.rater.replace("rater", "Dr_Name_") + (f"@{r.reading}" if r.reading else "")
            write_nifti(r.mask, study.geometry, case / "masks" / f"{name}.nii.gz")
    return read_dataset(tmp_path / "discs")


@pytest.mark.parametrize("method", list(CONTENDERS))
def test_every_method_is_trained_and_judged(dataset, method):
    data, split = read_cases(dataset, PROTOCOL), fold_split(dataset, 2, 0)
    result = runner.train_and_judge(PROTOCOL, Run(method, 0, 0), data, split)
    assert [case["case"] for case in result["cases"]] == [data.cases[name].number for name in split.test]
    assert result["steps"] == 2 and result["seconds"] > 0 and result["parameters"] > 100
    for case in result["cases"]:
        assert 0 <= case["dice_identity_mean"] <= 1 and case["human_majority"] is not None
        assert sorted(case["dice_identity"]) == ["rater1", "rater2", "rater3"]
    assert [case["case"] for case in result["validation"]] == [data.cases[name].number for name in split.val]
    for case in (*result["cases"], *result["validation"]):
        assert (
            sum(case["reliability"][0]) == data.cases[split.test[0]].case.image[0, 0].numel()
            and case["volume_in_95"] is not None
        )
    mean = sum(case["ged2"] for case in result["cases"]) / len(result["cases"])
    assert result["figures"]["ged2"] == pytest.approx(mean)


def test_fair_figures_are_of_many_draws_or_of_all_that_a_method_can_draw(dataset, monkeypatch):
    data, split = read_cases(dataset, PROTOCOL), fold_split(dataset, 2, 0)
    for kind, draws in (("proseg", 402), ("rater_heads", 6)):
        seen = []
        real = runner.predictions
        monkeypatch.setattr(runner, "predictions", lambda *a, real=real, seen=seen: seen.append(real(*a)) or seen[-1])
        network, _, _ = runner.trained(PROTOCOL, Run(kind, 0, 0), data, split)
        found = runner.judged(PROTOCOL, Run(kind, 0, 0), data, split, network)["cases"][0]
        monkeypatch.undo()
        last = seen[1 if kind == "proseg" else 0][0].samples()
        assert len(last) == draws
        truth = data.cases[split.test[0]].drawn(0, data.raters).all_masks()
        energy = ged2(truth, last)
        among = energy.predictions * (draws / (draws - 1) if kind == "proseg" else 1.0)
        assert found["fair_ged2"] == pytest.approx(2 * energy.cross - energy.labels - among)
        assert found["unbiased_sample_diversity"] == pytest.approx(among)


def test_the_same_run_has_the_same_figures(dataset):
    data, split = read_cases(dataset, PROTOCOL), fold_split(dataset, 2, 1)
    first, again = (runner.train_and_judge(PROTOCOL, Run("proseg", 1, 3), data, split) for _ in range(2))
    assert first["cases"] == again["cases"]
    other = runner.train_and_judge(PROTOCOL, Run("proseg", 1, 4), data, split)
    assert other["cases"] != first["cases"]


def test_all_is_on_the_grid_of_the_protocol(dataset):
    data = read_cases(dataset, PROTOCOL)
    shapes = {tuple(case.case.image.shape[-2:]) for case in data.cases.values()}
    assert all(max(shape) == 16 for shape in shapes)
    case = next(iter(data.cases.values()))
    assert case.geometry.shape == (case.case.image.shape[0], *case.case.image.shape[-2:])
    drawn = case.drawn(0, data.raters)
    for r, name in enumerate(data.raters):
        assert torch.equal(torch.from_numpy(drawn.readings[name][0]), case.case.masks[r, 0, 0].bool())


def test_runs_are_made_once_and_again_only_when_something_changed(dataset, tmp_path):
    out, runs = tmp_path / "out", [Run("majority", fold, 0) for fold in range(2)]
    seen: list[tuple[Run, bool]] = []

    def report(run, result):
        seen.append((run, result is not None))

    assert store.run_benchmark(dataset, PROTOCOL, runs, out, report=report) == 2
    assert store.run_benchmark(dataset, PROTOCOL, runs, out, report=report) == 0
    assert seen == [(runs[0], True), (runs[1], True), (runs[0], False), (runs[1], False)]
    assert store.run_benchmark(dataset, replace(PROTOCOL, samples=3), runs[:1], out) == 1
    assert store.run_benchmark(dataset, PROTOCOL, runs[:1], out) == 1, "the other protocol's result was replaced"
    assert store.run_benchmark(dataset, PROTOCOL, runs[:1], out, overwrite=True) == 1
    found = store.read_runs(out)
    assert [(r["method"], r["fold"]) for r in found] == [("majority", 0), ("majority", 1)]


def test_results_name_no_file_and_no_person(dataset, tmp_path):
    store.run_benchmark(dataset, PROTOCOL, [Run("majority", 0, 0)], tmp_path / "out")
    (path,) = (tmp_path / "out" / "runs").iterdir()
    text = path.read_text()
    assert "Dr_Name" not in text and str(tmp_path) not in text
    assert not any(name in text for name in dataset.case_names)


def test_equal_seconds_give_each_method_the_steps_that_it_can_make(dataset, monkeypatch):
    clock = iter(range(0, 10_000, 12))
    monkeypatch.setattr(runner.time, "process_time", lambda: next(clock))
    data, split = read_cases(dataset, PROTOCOL), fold_split(dataset, 2, 0)
    protocol = replace(PROTOCOL, steps=0, seconds=15.0)
    result = runner.train_and_judge(protocol, Run("majority", 0, 0), data, split)
    assert result["steps"] == 30, "12 s for 24 steps are half a second a step"


def test_a_damaged_run_file_is_named(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "x.json").write_text(json.dumps({"method": "proseg"}))
    with pytest.raises(UserError, match="not a benchmark's run") as error:
        store.read_runs(tmp_path)
    assert "x.json" in str(error.value)


def test_packed_runs_are_read_and_gone_on_from_as_files_are(dataset, tmp_path):
    out, runs = tmp_path / "out", [Run("majority", fold, 0) for fold in range(2)]
    store.run_benchmark(dataset, PROTOCOL, runs, out)
    before = store.read_runs(out)
    (table,) = store.pack_runs(out)
    assert sorted(path.name for path in (out / "runs").iterdir()) == [table.name] and table.name.endswith(".jsonl.xz")
    assert store.read_runs(out) == before
    assert store.run_benchmark(dataset, PROTOCOL, runs, out) == 0, "nothing is made again"
    more = [*runs, Run("majority", 0, 1)]
    assert store.run_benchmark(dataset, PROTOCOL, more, out) == 1, "what is missing is made"
    assert store.run_benchmark(dataset, replace(PROTOCOL, samples=3), runs[:1], out) == 1, "other conditions"
    after = store.read_runs(out)
    assert len(after) == 3 and after[0] != before[0], "a run's own file counts before the packed one"
    assert store.pack_runs(out) == [table] and store.read_runs(out) == after and not list((out / "runs").glob("*.json"))
    table.write_bytes(table.read_bytes()[:-40])
    with pytest.raises(UserError, match="packed runs are damaged"):
        store.read_runs(out)


def test_the_repository_s_tables_are_those_of_its_runs():
    folder = Path(__file__).resolve().parents[3] / "docs" / "benchmarks"
    runs = store.read_runs(folder)
    assert len(runs) > 400 and len(list((folder / "runs").glob("*.json"))) < 100, "docs/scripts/pack_runs.py packs them"
    assert (folder / "tables.md").read_text(encoding="utf-8") == HEADER + tables(runs)
