"""The fine-tuning report: what it reports on is apart, the new rater stays unseen, its tables say what was measured."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from proseg_gui.io.dataset import Dataset, Split
from proseg_gui.training.benchmark.data import BenchmarkCase, BenchmarkData
from proseg_gui.training.dataset import Layout, TrainingCase
from proseg_gui.volume import Geometry

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "scripts" / "finetune_report.py"
RATERS = ("rater1", "rater2", "rater3")
SHAPE = (1, 16, 16)


@pytest.fixture(scope="module")
def report():
    spec = importlib.util.spec_from_file_location("finetune_report", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["finetune_report"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["finetune_report"]


@pytest.fixture(scope="module")
def made():
    """20 cases of squares, rater i's ``i`` pixels wider, of which the last four are reported on."""
    names = [f"case{i:02}" for i in range(20)]
    cases = {}
    for number, name in enumerate(names):
        image = torch.randn(1, 1, 16, 16, generator=torch.Generator().manual_seed(number))
        masks = torch.zeros(3, 1, 1, *SHAPE, dtype=torch.uint8)
        for r in range(3):
            masks[r, ..., 4 - r : 10 + r, 4 - r : 10 + r] = 1
            image[..., 4 - r : 10 + r, 4 - r : 10 + r] += 1
        observed = torch.ones(3, 1, 1, dtype=torch.bool)
        geometry = Geometry.plain(SHAPE, (1.0, 1.0, 1.0))
        cases[name] = BenchmarkCase(number, TrainingCase(name, image, masks, observed), geometry)
    layout = Layout(RATERS, ("square",), ("T2",), (1.0, 1.0), {"kind": "percentile", "low": 1.0, "high": 99.0})
    split = Split(tuple(names[:16]), tuple(names[16:]))
    dataset = Dataset("squares", Path("squares"), (), RATERS, ("square",), ("T2",), split)
    return dataset, BenchmarkData(layout, RATERS, cases, "0" * 64)


def names(cases):
    return {case.name for case in cases}


@pytest.mark.parametrize("seed", [0, 1])
def test_what_chooses_and_what_is_reported_on_is_not_learnt_from(report, made, seed):
    parts = report.parts_of(*made, 1, seed)
    groups = [names(group) for group in (parts.base, parts.choose, parts.report)]
    assert sum(map(len, groups)) == len(set().union(*groups)) == 20
    assert groups[2] == {"case16", "case17", "case18", "case19"}
    assert names(parts.base_choose) == names(parts.choose) == names(parts.whole_choose)
    assert len(parts.added) == 10 and names(parts.added) < groups[0], "the new rater drew some of the base's images"
    assert names(parts.added) != names(report.parts_of(*made, 1, 1 - seed).added)


def test_the_base_never_sees_the_new_rater_and_the_new_cases_nobody_else(report, made):
    parts = report.parts_of(*made, 1, 0)
    original = made[1].cases
    for case in (*parts.base, *parts.base_choose):
        assert torch.equal(case.masks, original[case.name].case.masks[[0, 2]]) and case.observed.all()
    for case in (*parts.added, *parts.choose):
        assert torch.equal(case.masks, original[case.name].case.masks[[0, 2, 1]])
        assert case.observed.flatten().tolist() == [False, False, True]
    assert all(case.observed.all() for case in parts.report)


def test_people_is_the_majority_of_the_others(report, made):
    case = report.parts_of(*made, 1, 0).report[0]  # raters 1, 3 and the new one: 36, 100 and 64 pixels
    assert report.people(case) == pytest.approx(2 * 36 / (36 + 64))


def test_one_run_measures_and_goes_on_where_it_stopped(report, made, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(report, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(report, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(report, "STEPS", {"rater": 6})
    (tmp_path / "page.md").write_text(f"before\n{report.BEGIN}old\n{report.END}after\n")
    setting = report.Setting("squares", "rater2", 0, 16, 8, "0" * 16)
    report.measure(setting, *made, 1, tmp_path / "work", "rater", 3)
    found = sorted((tmp_path / "runs").iterdir())
    assert [path.name for path in found] == ["squares-16px-rater2-seed0-rater3.json"]
    content = found[0].read_bytes()
    report.measure(setting, *made, 1, tmp_path / "work", "rater", 3)
    assert found[0].read_bytes() == content and capsys.readouterr().out.count("base,") == 1
    text = (tmp_path / "page.md").read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "| stage *rater*, 3 cases |" in text and "+0.0000, +0.0000" in text


def test_differences_are_paired_over_cases_and_forgetting_is_of_the_known_raters(report):
    def run(seed, stage, gain, lost=0.0):
        before = np.array([[0.8, 0.7], [0.9, 0.6]])
        figures = {"before": before.tolist(), "after": (before + [-lost, gain]).tolist(), "nearest": [0.7, 0.6],
                   "people": [0.9, 0.9]}  # fmt: skip
        setting = {"data": "squares", "rater": "rater2", "seed": seed, "side": 64, "steps": 400, "voxels": ""}
        return {"setting": setting, "stage": stage, "cases": 10, "seconds": 5.0 * (1 + seed), "report": figures}

    runs = [run(0, "rater", 0.02), run(1, "rater", 0.04), run(0, "adapt", 0.05, 0.001)]
    text = "\n".join(report.tables(runs))
    assert "| stage *rater*, 10 cases | 0.6800 | +0.0300 [+0.0300, +0.0300] | +0.0300" in text
    assert "| +0.0010, +0.0010 | 5 (at most 5) | 1 |" in text and "| 8 (at most 10) | 2 |" in text
    assert "- *adapt* minus *rater*, 10 cases: +0.0300 [+0.0300, +0.0300]" in text  # over the seed that both have


def test_another_conditioning_has_its_own_base_files_and_section(report, made, tmp_path):
    usual = report.Setting("squares", "rater2", 0, 16, 2, "0" * 16)
    matrix = report.Setting("squares", "rater2", 0, 16, 2, "0" * 16, "matrix")
    assert (usual.name, matrix.name) == ("squares-16px-rater2-seed0", "squares-matrix-16px-rater2-seed0")
    parts = report.parts_of(*made, 1, 0)
    bases = [report.base_model(setting, made[1], parts, tmp_path) for setting in (usual, matrix)]
    assert [base.architecture().get("conditioning", "film") for base in bases] == ["film", "matrix"]
    assert len(list(tmp_path.glob("*.safetensors"))) == 2
    result = {"stage": "rater", "cases": 10, "seconds": 1.0, "report": {
        "before": [[0.8, 0.7]], "after": [[0.8, 0.7]], "nearest": [0.7], "people": [0.9]}}  # fmt: skip
    text = report.tables([{"setting": vars(setting), **result} for setting in (matrix, usual)])
    assert [line for line in text if line.startswith("### ")] == ["### squares", "### squares-matrix"]
