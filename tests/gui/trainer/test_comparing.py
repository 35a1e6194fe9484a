"""Before and after: what the chart and the verdict say, and when two models may be set side by side."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pytest

from proseg_gui.bundle import case_hash, remember_names
from proseg_gui.gui.trainer.comparing import (
    Row,
    comparison_rows,
    judged_alike,
    judged_anew,
    of_cards,
    verdict_of,
)
from proseg_gui.gui.trainer.differences import DifferenceChart, signed
from proseg_gui.gui.trainer.people_here import learn_people
from proseg_gui.gui.trainer.result_panel import ResultPanel
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.training.compare import verdict


def rater(before, after, difference, low, high, *, new=False, tie=False):
    return {"new": new, "before": before, "after": after, "difference": difference, "low": low, "high": high,
            "n_cases": 6, "tie": tie}  # fmt: skip


COMPARISON = {
    "stage": "adapt",
    "base": {"name": "phantom", "version": "1.2", "sha256": "x"},
    "n_cases": 6,
    "raters": {
        "b": rater(0.90, 0.896, -0.004, -0.006, -0.002),
        "a": rater(0.80, 0.861, 0.061, 0.041, 0.080),
        "c": rater(0.85, 0.851, 0.001, -0.003, 0.004, tie=True),
        "new": rater(None, 0.77, None, None, None, new=True, tie=None),
    },
    "forgetting": {"mean": 0.001, "worst": 0.004, "worst_rater": "b"},
}
FIGURES = {"dice_identity_mean": 0.85, "dice_identity_permuted": 0.8, "ged2": 0.17, "sample_diversity": 0.2,
           "rater_diversity": 0.21, "human_majority": 0.88, "n_cases": 6}  # fmt: skip


def card(**changes):
    values = {"name": "m", "raters": ("a", "b", "c", "new"), "sha256": "none",
              "training": {}, "metrics": {"validation": FIGURES, "comparison": COMPARISON}}  # fmt: skip
    return SimpleNamespace(**{**values, **changes})


def test_rows_come_in_the_cards_order():
    rows = comparison_rows(card())
    assert [row.name for row in rows] == ["a", "b", "c", "new"]
    assert rows[0] == Row("a", 0.80, 0.861, 0.061, 0.041, 0.080, 6) and rows[3].new
    assert [row.tie for row in rows] == [False, False, True, None]


def test_the_verdict_is_plain():
    text = verdict_of(card())
    assert text.startswith(f"{verdict(COMPARISON)}. ") and "worse for b by 0.004" in text
    assert text.endswith("Raters that it knew lost 0.0010 Dice in the mean; most lost b, 0.0040.")

    def said(**changes):
        return verdict_of(card(metrics={"comparison": {**COMPARISON, **changes}}, training={}))

    assert said(stage="rater").endswith("are unchanged, exactly.")
    gained = {"mean": -0.002, "worst": 0.0001, "worst_rater": "b"}
    assert "gained 0.0020 Dice in the mean; most lost b, 0.0001" in said(forgetting=gained)
    assert said(forgetting={**gained, "worst": -0.001}).endswith("Nothing was forgotten of the raters that it knew.")
    assert said(forgetting=dict.fromkeys(gained)) == f"{verdict(COMPARISON)}."
    seen = card(training={"held_out_seen_by_base": 2})
    assert verdict_of(seen).endswith("The base learned from 2 of these cases, so that its figures are flattered.")


def test_a_rater_has_the_name_that_this_computer_knows(qtbot):
    known = partial(card, sha256="trained here")
    remember_names(known(), {"Dr. Weiß": "new", "anna": "b"})
    learn_people(known())
    assert [row.name for row in comparison_rows(known())] == ["a", "anna", "c", "Dr. Weiß"]
    assert "worse for anna by 0.004" in verdict_of(known()) and "most lost anna, 0.0040" in verdict_of(known())
    panel = ResultPanel()
    qtbot.addWidget(panel)
    figures = {**FIGURES, "dice_identity": {"a": 0.8, "b": 0.9, "c": 0.7, "new": 0.6}}
    panel.show_card(known(metrics={"validation": figures}), 100)
    assert [name for name, *_ in panel.bars.rows] == ["a", "anna", "c", "Dr. Weiß"]


def test_the_axis_holds_all_intervals_and_every_row_can_be_read(qtbot):
    chart = DifferenceChart("Dice after minus before")
    qtbot.addWidget(chart)
    chart.set_rows(comparison_rows(card()))
    low, high = chart.limits()
    assert low < -0.01 < 0.080 < high
    heights = []
    for width in (600, 280):
        chart.resize(width, 200)
        assert 0 <= chart.x_of(low) < chart.x_of(0) < chart.x_of(0.061) < chart.x_of(high) <= width
        heights.append(chart.heightForWidth(width))
    assert heights[1] > heights[0]  # on a small screen the interval has a line of its own
    assert chart.x_of(high) - chart.x_of(low) > 250
    assert "a: 0.800 → 0.861, difference +0.061, 95 % interval +0.041 to +0.080, 6 cases" in chart.accessibleName()
    assert "c: " in chart.accessibleName() and "a tie" in chart.accessibleName()
    assert "new: – → 0.770" in chart.accessibleName()
    assert [signed(v) for v in (0.061, -0.004, 0.0, 0.0004)] == ["+0.061", "−0.004", "±0", "≈0"]
    chart.grab()
    chart.set_rows([Row("x", 0.5, 0.5, 0.0, 0.0, 0.0, 3)])
    assert chart.limits()[0] < 0 < chart.limits()[1]
    chart.grab()


def test_a_training_from_a_base_ends_with_before_and_after(qtbot):
    panel = ResultPanel()
    qtbot.addWidget(panel)
    panel.show_card(card(), 400)
    assert panel.title.full_text() == "4 · BEFORE AND AFTER" and panel.hint.full_text() == "paired, 6 cases"
    assert len(panel.chart.rows) == 4 and panel.bars.rows == ()
    assert panel.verdict.text() == f"Against phantom 1.2: {verdict_of(card())}"
    shown = {key for key, (line, _) in panel.figures.lines.items() if not line.isHidden()}
    assert shown == set(FIGURES) - {"n_cases"} and panel.figures.lines["human_majority"][1].full_text() == "0.880"
    panel.clear()
    assert panel.chart.rows == () and panel.title.full_text() == "4 · RESULT" and panel.figures.isHidden()


def hashed(dataset, salt, names):
    studies = [load_case(dataset.case(name), (), channels=("image",)) for name in names]
    training = {"salt": salt, "held_out_case_hashes": [case_hash(study, salt) for study in studies]}
    figures = {**FIGURES, "n_cases": len(names), "dice_identity": {"a": 0.8, "b": 0.9}}
    return card(training=training, metrics={"validation": figures}, raters=("a", "b"))


def alike(a, b, dataset):
    return judged_alike(a, b, dataset, CancelToken(), no_progress)


def test_only_models_judged_on_the_same_cases_are_set_side_by_side(discs):
    dataset = read_dataset(discs)
    one = hashed(dataset, "s1", ["case0", "case1"])
    assert alike(one, hashed(dataset, "s2", ["case1", "case0"]), dataset).same is True
    other = alike(one, hashed(dataset, "s2", ["case1", "case2"]), dataset)
    assert other.same is False and "1 of 2 are the same" in other.why
    assert alike(one, hashed(dataset, "s2", ["case1"]), dataset).same is False
    untold = alike(one, hashed(dataset, "s2", ["case1", "case0"]), None)
    assert untold.same is None and "Choose their data" in untold.why
    assert alike(one, one, None).same is True
    assert alike(one, card(metrics={}), dataset).same is False
    strange = hashed(dataset, "s2", ["case1", "case0"])
    strange.training["held_out_case_hashes"][0] = "elsewhere"
    assert alike(one, strange, dataset).same is None
    rows = of_cards(one, hashed(dataset, "s2", ["case0", "case1"]))
    assert rows[0] == Row("a", 0.8, 0.8, 0.0) and rows[0].tie is None


def test_judging_anew_pairs_the_cases(discs, tiny_bundle):
    dataset = read_dataset(discs)
    found = judged_anew(tiny_bundle, tiny_bundle, dataset, ("case0", "case1", "case2"), CancelToken(), no_progress)
    rows = {row.name: row for row in found.rows}
    assert set(rows) == {"anna", "ben", "cleo"} and found.n_cases == 3
    assert rows["anna"].difference == 0.0 and rows["anna"].tie and rows["anna"].n_cases == 3
    assert rows["cleo"].n_cases == 2  # case2 was not drawn by cleo
    assert found.figures[0] == found.figures[1] and found.figures[0]["ged2"] == pytest.approx(found.figures[1]["ged2"])
