"""The simulated reader of docs/conditioning.md: where strokes go, what they say, and what the tables count."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "scripts" / "condition_simulator.py"


@pytest.fixture(scope="module")
def simulator():
    spec = importlib.util.spec_from_file_location("condition_simulator", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def truth():
    mask = np.zeros((3, 30, 30), bool)
    mask[:, 5:20, 5:20] = True
    return mask


def test_what_is_counted(simulator):
    row = {"dice": [0.5, 0.8, 0.91, 0.89, 0.96], "slices": [3, 3, 4, 3], "case": "a"}
    assert simulator.strokes_to(row, 0.9, 40) == 2 and simulator.strokes_to(row, 0.99, 40) == 41
    assert simulator.at(row, 1) == 0.8 and simulator.at(row, 24) == 0.96
    assert simulator.effort(row, 2) == (1, 2 * simulator.STROKE_S + simulator.SLICE_S)
    assert simulator.effort(row, 4) == (2, 4 * simulator.STROKE_S + 3 * simulator.SLICE_S)
    rows = [{**row, "case": c, "v": v} for c, v in (("a", 1.0), ("a", 3.0), ("b", 10.0))]
    assert simulator.by_case(rows, lambda r: r["v"]).tolist() == [2.0, 10.0]


def test_odds_are_compared_with_who_it_was(simulator):
    rows = [{"rater": "x" if i < 8 else "y", "raters": [{"x": 0.8, "y": 0.2}]} for i in range(10)]
    lines = simulator.reliability(rows)
    assert "80% (said 80%, n 10)" in lines[2] and "20% (said 20%, n 10)" in lines[2]
    assert lines[2].endswith("| 80% | 0.000 |")


def test_a_reader_by_hand_never_gets_worse_and_ends(simulator, truth):
    class Ensemble:
        class engine:
            class geometry:
                spacing_mm = (2.0, 1.0, 1.0)

    start = np.roll(truth, 3, 2)
    trace = simulator.simulate("brain", Ensemble, start, truth, None)
    assert trace.dice[0] < 0.85 and (np.diff(trace.dice) > 0).all() and trace.dice[-1] >= simulator.GOOD_DICE
    assert trace.raters == [] and len(trace.slices) == len(trace.dice) - 1 == len(trace.edits)
