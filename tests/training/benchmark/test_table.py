"""Tables from made-up runs whose means, spreads and differences are known."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.catalogue import CONTENDERS
from proseg_gui.inference.judge import FIGURES
from proseg_gui.training.benchmark.columns import Column, difference, figure_of
from proseg_gui.training.benchmark.protocol import Protocol
from proseg_gui.training.benchmark.table import COLUMNS, tables

PROTOCOL = Protocol("discs", folds=2).as_dict()


def run(method, fold, seed, own, ged2, cases=(0, 1)):
    made = [
        {"case": c, **dict.fromkeys(FIGURES, 0.5), "dice_identity_mean": own + 0.01 * c, "ged2": ged2,
         "dice_identity_permuted": own - 0.02, "human_majority": 0.88, "rater_diversity": 0.2, "dice_identity": {}}
        for c in cases
    ]  # fmt: skip
    return {"hash": "h", "method": method, "fold": fold, "seed": seed, "protocol": PROTOCOL, "cases": made,
            "raters": ["rater1", "rater2"], "steps": 10, "seconds": 5.0, "parameters": 1000}  # fmt: skip


RUNS = [
    run("proseg", 0, 0, 0.80, 0.10), run("proseg", 1, 0, 0.80, 0.10, (2, 3)),
    run("proseg", 0, 1, 0.82, 0.12), run("proseg", 1, 1, 0.82, 0.12, (2, 3)),
    run("pionono", 0, 0, 0.70, 0.10), run("pionono", 1, 0, 0.70, 0.14, (2, 3)),
]  # fmt: skip


def row(text, name):
    line = next(line for line in text.splitlines() if line.startswith(f"| {name}"))
    return [cell.strip() for cell in line.split("|")[1:-1]]


def test_a_row_holds_the_mean_over_cases_and_the_spread_over_seeds():
    cells = row(tables(RUNS), "ProSeg coherent")
    own = cells[1 + [key for key, _ in COLUMNS].index("dice_identity_mean")]
    means = [0.80 + 0.015, 0.82 + 0.015]
    assert own == f"**{np.mean(means):.4f} ± {np.std(means, ddof=1):.4f}**"
    assert cells[-5:] == ["1 k", "10", "0.500", "5", "4"]


def test_an_unfinished_method_says_how_many_runs_it_has():
    assert row(tables(RUNS), "Pionono")[-1] == "2 of 4"


def test_the_best_is_bold_and_less_is_better_for_ged():
    text = tables(RUNS)
    assert row(text, "ProSeg coherent")[1].startswith("**0.1100"), "0.11 against 0.12"
    assert not row(text, "Pionono")[1].startswith("**")


def test_a_method_of_fewer_folds_is_no_rival_for_the_best():
    text = tables([*RUNS, run("threshold", 0, 0, 0.99, 0.01)])
    assert row(text, CONTENDERS["threshold"].title)[1] == "0.0100"
    assert row(text, "ProSeg coherent")[1].startswith("**0.1100")


def test_people_stand_beside_the_methods():
    cells = row(tables(RUNS), "*people")
    assert "0.8800" in cells and "0.2000" in cells


def test_a_difference_is_paired_over_cases_and_a_tie_is_called_one():
    text = tables(RUNS)
    lines = text.splitlines()
    second = "\n".join(lines[lines.index(next(line for line in lines if "minus each other method" in line)) :])
    cells = row(second, "Pionono")
    assert cells[3].startswith("+0.1100") and cells[3].endswith("ahead")
    assert cells[1].endswith("tie"), "two cases each way"
    assert cells[4].startswith("+0.0000 [+0.0000, +0.0000] tie")


def test_methods_without_a_shared_case_are_not_compared():
    nothing = np.array([])
    assert difference(Column(nothing, {0: 1.0}), Column(nothing, {1: 1.0})) is None
    found = difference(Column(nothing, {0: 1.0, 1: 3.0, 5: 9.0}), Column(nothing, {0: 0.5, 1: 2.5}))
    assert found is not None and found.mean == pytest.approx(0.5) and found.n_cases == 2


def test_a_figure_that_is_not_defined_is_left_out():
    case = {"dice_identity_mean": None, "dice_identity_permuted": 0.5, "ged2": None}
    assert figure_of(case, "own_minus_wrong") is None and figure_of(case, "ged2") is None
    both = {"dice_identity_mean": 0.9, "dice_identity_permuted": 0.5}
    assert figure_of(both, "own_minus_wrong") == pytest.approx(0.4)


def test_each_of_ours_is_compared_with_all_others():
    text = tables([*RUNS, run("proseg_matrix", 0, 0, 0.78, 0.10)])
    heads = [line for line in text.splitlines() if "minus each other method" in line]
    assert [head.split(" minus")[0] for head in heads] == ["ProSeg coherent", "ProSeg coherent, matrix"]
    second = text[text.index(heads[1]) :]
    assert row(second, "Pionono")[3].startswith("+0.0800") and row(second, "ProSeg coherent")[3].startswith("-0.0300")


def test_floors_stand_in_a_table_of_their_own():
    runs = [run("proseg", 0, seed, 0.8, 0.1) for seed in (0, 1)]
    for made in runs:
        for case in made["cases"]:
            case |= {"fair_ged2": 0.10 + 0.01 * made["seed"], "random_levels": 0.12 + 0.01 * case["case"],
                     "rater_floor": 0.02, "volume_in_80": 0.6 + 0.2 * case["case"],
                     "reliability": [[5, 10, 10, 5], [0, 4, 6, 5], [0, 6 + made["seed"], 6, 5]]}  # fmt: skip
    text = tables(runs)
    cells = row(text[text.index("Free of the number of draws") :], "ProSeg coherent")
    assert cells[1:3] == ["0.1050", "0.1250"] and cells[3].startswith("-0.0200 [-0.0250, -0.0150]")
    assert cells[4] == f"{(0.125 - 0.105) / (0.125 - 0.02):.2f}"
    assert cells[9].startswith("70% [60%, 80%]")
    # per seed |4 - 6| or |4 - 7| of 20 inner voxels, twice: two cases
    assert cells[11] == f"{(2 / 20 + 3 / 20) / 2:.4f}"
    assert row(text, "*a model that draws")[1] == "0.0200"


def test_runs_of_before_there_were_floors_have_no_such_table():
    old = [run("proseg", 0, 0, 0.8, 0.1)]
    for case in old[0]["cases"]:
        del case["fair_ged2"], case["repeat_gap"]
    assert "Free of the number" not in tables(old)
