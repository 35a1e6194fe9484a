"""Before and after: the record's figures, what is missing, and the plain sentence."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from proseg_gui.bundle import Card
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.compare import compare, identity_by_case, verdict
from proseg_gui.training.validate import validate

NAN = float("nan")
BASE = Card("proseg", "liver", "3", {"n_raters": 2, "n_structures": 1, "n_channels": 1}, ("a", "b"), ("lesion",),
            ("CT",), "CT", (2.0, 2.0), {"kind": "fixed", "low": 0, "high": 1}, {"kind": "whole"},
            sha256="f" * 64)  # fmt: skip
BEFORE = np.array([[0.80, 0.90, 0.50], [0.70, 0.80, 0.55], [0.75, NAN, 0.52]])
AFTER = np.array([[0.79, 0.92, 0.60], [0.69, 0.78, 0.64], [0.74, NAN, 0.63]])


def test_the_record_pairs_cases_and_names_what_was_lost():
    found = compare("adapt", BASE, ("a", "b", "new"), BEFORE, AFTER)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["stage"] == "adapt" and found["n_cases"] == 3
    assert found["base"] == {"name": "liver", "version": "3", "sha256": "f" * 64}
    a, b, new = (found["raters"][name] for name in ("a", "b", "new"))
    assert (a["new"], b["new"], new["new"]) == (False, False, True)
    assert (a["n_cases"], b["n_cases"], new["n_cases"]) == (3, 2, 3)
    assert new["before"] == pytest.approx(0.5233, abs=1e-4) and new["after"] == pytest.approx(0.6233, abs=1e-4)
    assert new["difference"] == pytest.approx(0.1) and 0.08 < new["low"] < 0.1 < new["high"] < 0.12
    assert not new["tie"] and not a["tie"] and b["tie"] and a["difference"] == pytest.approx(-0.01)
    assert found["forgetting"]["mean"] == pytest.approx(0.005) and found["forgetting"]["worst"] == pytest.approx(0.01)
    assert found["forgetting"]["worst_rater"] == "a"


def test_what_nobody_drew_is_none_and_one_case_has_no_interval():
    found = compare("adapt", BASE, ("a", "b", "new"), np.array([[NAN, 0.5, 0.4]]), np.array([[NAN, 0.6, 0.5]]))
    empty = found["raters"]["a"]
    assert empty["n_cases"] == 0 and {empty[k] for k in ("before", "after", "difference", "low", "tie")} == {None}
    one = found["raters"]["b"]
    assert one["low"] is None and one["high"] is None and one["tie"] is True
    nobody = compare("adapt", BASE, ("a", "b", "new"), np.full((1, 3), NAN), np.full((1, 3), NAN))
    assert nobody["forgetting"] == {"mean": None, "worst": None, "worst_rater": None}
    assert "not compared" in verdict(nobody)
    frozen = compare("rater", BASE, ("a", "b", "new"), np.full((1, 3), NAN), np.full((1, 3), NAN))
    assert frozen["forgetting"] == {"mean": 0.0, "worst": 0.0, "worst_rater": None}


def row(difference, tie=False):
    return {"difference": difference, "tie": tie}


@pytest.mark.parametrize(("rows", "said"), [
    ({"a": row(0.02), "b": row(0.01)}, "better for 2 of 2 raters"),
    ({"a": row(0.02), "b": row(-0.004)}, "better for 1 of 2 raters (a); worse for b by 0.004"),
    ({"a": row(0.02), "b": row(-0.004, True), "c": row(0.0, True)},
     "better for 1 of 3 raters (a); a tie for b; unchanged for c"),
    ({"a": row(0.02), "b": row(None)}, "better for 1 of 1 rater; not judged for b"),
    ({"a": row(-0.012)}, "better for 0 of 1 rater; worse for a by 0.012"),
])  # fmt: skip
def test_the_verdict_is_one_plain_sentence(rows, said):
    assert verdict({"raters": rows}) == said


def test_figures_are_those_of_validation_and_the_consensus_stands_in_for_new_raters(make_cases):
    torch.manual_seed(0)
    method, cases = ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3), make_cases(2)
    with torch.no_grad():
        method.third.bias += 0.3
    table = identity_by_case(method, cases)
    assert table.shape == (2, 3)
    assert table.mean(0) == pytest.approx(validate(method, cases, 1, 0)["dice_identity"])
    torch.manual_seed(1)
    fewer = ProSeg(2, widths=(4, 8), features=4, hidden=8, modes=3)
    by_consensus = identity_by_case(fewer, cases)
    fewer.rater_coords = lambda _rater: fewer.consensus_style()
    assert np.array_equal(identity_by_case(fewer, cases)[:, 2], by_consensus[:, 2])


def test_a_rater_who_did_not_draw_a_case_has_no_figure(make_cases):
    cases = make_cases(1)
    cases[0].observed[1] = False
    table = identity_by_case(ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3), cases)
    assert np.isnan(table[0]).tolist() == [False, True, False]
