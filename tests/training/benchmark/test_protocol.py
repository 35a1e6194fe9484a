"""Folds, hashes and the order of a benchmark's runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from proseg_gui.errors import UserError
from proseg_gui.io.dataset import Case, Dataset, Split
from proseg_gui.training.benchmark.protocol import Protocol, Run, fold_split, protocol_recipe, run_hash, runs_of

PROTOCOL = Protocol("discs")


def dataset(n=20, a_patient=1, split=None):
    cases = tuple(
        Case(f"c{i:02d}", Path(f"c{i:02d}"), f"p{i // a_patient}", {}, {("lesion", "ann", ""): Path("m")})
        for i in range(n)
    )
    return Dataset("discs", Path("discs"), cases, ("ann",), ("lesion",), ("image",), split)


def test_each_case_is_judged_in_exactly_one_fold_and_no_patient_is_parted():
    data = dataset(20, a_patient=2)
    patient = {case.name: case.patient for case in data.cases}
    splits = [fold_split(data, 5, fold) for fold in range(5)]
    judged = [name for split in splits for name in split.test]
    assert sorted(judged) == list(data.case_names)
    for split in splits:
        parts = [{patient[name] for name in part} for part in (split.train, split.val, split.test)]
        assert all(parts) and not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
        assert len(split.train) + len(split.val) + len(split.test) == 20
    assert splits == [fold_split(data, 5, fold) for fold in range(5)]


def test_cases_that_nobody_drew_are_in_no_fold():
    data = dataset(10)
    data = replace(data, cases=(replace(data.cases[0], masks={}), *data.cases[1:]))
    split = fold_split(data, 2, 0)
    assert "c00" not in (*split.train, *split.val, *split.test)


def test_one_fold_is_the_data_sets_own_split():
    kept_apart = dataset(10, split=Split(("c00", "c01", "c02"), ("c03",), ("c04", "c05")))
    assert fold_split(kept_apart, 1, 0) == kept_apart.split
    two = dataset(10, split=Split(tuple(f"c{i:02d}" for i in range(8)), ("c08", "c09")))
    split = fold_split(two, 1, 0)
    assert split.test == ("c08", "c09"), "without test, val is judged, and choices need cases of train"
    assert split.val and set(split.train) | set(split.val) == set(two.split.train)
    with pytest.raises(UserError, match=r"split\.json"):
        fold_split(dataset(10), 1, 0)


def test_too_few_patients_are_refused():
    with pytest.raises(UserError, match="9 patients are too few for 5 folds"):
        fold_split(dataset(9), 5, 0)


def test_a_hash_changes_with_everything_that_a_result_depends_on():
    run = Run("proseg", 0, 0)
    other = [
        run_hash(PROTOCOL, run, "data"),
        run_hash(PROTOCOL, replace(run, seed=1), "data"),
        run_hash(PROTOCOL, replace(run, method="pionono"), "data"),
        run_hash(PROTOCOL, run, "other data"),
        run_hash(replace(PROTOCOL, steps=900), run, "data"),
        run_hash(replace(PROTOCOL, recipe=protocol_recipe("x", 0, calibrated=False)), run, "data"),
    ]
    assert len(set(other)) == len(other)
    assert run_hash(Protocol("discs"), Run("proseg", 0, 0), "data") == other[0]


def test_methods_of_a_fold_stand_together():
    runs = runs_of(["a", "b"], folds=2, seeds=2)
    assert runs[:4] == [Run("a", 0, 0), Run("b", 0, 0), Run("a", 1, 0), Run("b", 1, 0)]
    assert len(set(runs)) == 8
    names = {run.file_name(PROTOCOL) for run in runs}
    assert len(names) == 8 and "discs-64px-800steps-a-fold0-seed0.json" in names
    assert Protocol("discs", steps=0, seconds=60).label == "60s"
