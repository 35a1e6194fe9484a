"""Curves, verdicts, figures and estimates: what is shown is what the log and the cards say."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from proseg_gui.gui import theme
from proseg_gui.gui.trainer.curves import Curve, CurvePlot
from proseg_gui.gui.trainer.library import Model, facts, find_models, seconds_a_step
from proseg_gui.gui.trainer.result_panel import ResultPanel, verdict
from proseg_gui.gui.trainer.run_panel import (
    RunPanel,
    dice_curves,
    duration,
    ged_curves,
    loss_curves,
    tab_text,
)
from proseg_gui.gui.trainer.tab import TrainerTab
from proseg_gui.gui.views.palette import DARK, LIGHT
from proseg_gui.training.process import Snapshot

LOSSES = (
    {"step": 20, "seconds": 2.0, "segmentation": 0.5, "odd_term": 0.1, "total": 1.0, "gradient": 9.0},
    {"step": 40, "seconds": 4.0, "segmentation": 0.4, "odd_term": -0.1, "total": 0.8, "gradient": 9.0},
)
FIGURES = {"dice_identity_mean": 0.8, "dice_identity_permuted": 0.75, "ged2": 0.3, "sample_diversity": 0.2,
           "rater_diversity": 0.21, "dice_identity": [0.9, None, 0.7]}  # fmt: skip
RUNNING = Snapshot("running", 40, 100, LOSSES, ({"step": 40, "validation": FIGURES},), seconds_left=100.0)


def test_every_loss_term_has_its_curve(qtbot):
    curves = loss_curves(RUNNING)
    assert [curve.name for curve in curves] == ["sum", "each rater's masks", "odd term"]
    assert list(curves[1].steps) == [20, 40] and list(curves[1].values) == [0.5, 0.4]
    assert len({curve.colour for curve in curves}) == 3
    assert loss_curves(None) == dice_curves(None, ()) == ged_curves(None) == []


def test_the_sum_is_broken_off_where_further_terms_join_it(qtbot):
    later = ({"step": 60, "energy": 0.5, "total": 3.0}, {"step": 80, "energy": 0.4, "total": 2.5})
    later = tuple({**LOSSES[1], **row} for row in later)
    found = replace(RUNNING, losses=(*LOSSES, *later))
    curves = {curve.name: curve for curve in loss_curves(found)}
    total = curves["sum"]
    assert list(total.steps) == [20, 40, 60, 60, 80] and math.isnan(total.values[2])
    assert [total.values[i] for i in (0, 1, 3, 4)] == [LOSSES[0]["total"], LOSSES[1]["total"], 3.0, 2.5]
    assert list(curves["a rater's samples"].steps) == [60, 80]
    assert list(curves["each rater's masks"].values) == [0.5, 0.4, 0.4, 0.4]


def test_each_rater_has_a_curve_unless_nobody_could_judge(qtbot):
    curves = {curve.name: list(curve.values) for curve in dice_curves(RUNNING, ["a", "b", "c"])}
    assert curves == {"wrong rater": [0.75], "a": [0.9], "c": [0.7], "mean": [0.8]}
    assert list(ged_curves(RUNNING)[0].values) == [0.3]


def test_the_plot_draws_what_it_is_given_and_forgets_what_is_gone(qtbot):
    plot = CurvePlot("Loss", "loss", logarithmic=True)
    qtbot.addWidget(plot)
    plot.set_curves([Curve("a <b>", "#ff0000", [1, 2, 3], [1.0, -1.0, 100.0]), Curve("c", "#00ff00", [1], [2.0])], 10)
    x, y = plot._shown["a <b>"].getOriginalDataset()
    assert list(x) == [1, 2, 3] and y[0] == 1.0 and math.isnan(y[1]) and y[2] == 100.0
    assert "&lt;b>" in plot.legend.text() and "100.000" in plot.legend.text()
    plot.set_curves([Curve("c", "#00ff00", [1, 2, 3], [2.0, 3.0, 4.0])], 10)
    assert set(plot._shown) == {"c"} and len(plot.plot.listDataItems()) == 1
    (low, high), _ = plot.plot.viewRange()
    assert low <= 0 and high >= 10
    assert plot.plot.getAxis("left").logTickStrings([-1.0, 0.0, np.log10(3.0), 1.0], 1.0, 1.0) == ["0.1", "1", "", "10"]


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("starting", {"pause", "stop", "log"}),
        ("running", {"pause", "stop", "log"}),
        ("pausing", {"pause", "log"}),
        ("stopping", {"stop", "log"}),
        ("paused", {"resume", "discard", "log"}),
        ("interrupted", {"resume", "discard", "log"}),
        ("failed", {"resume", "discard", "log"}),
        ("finished", {"log"}),
    ],
)
def test_only_what_can_be_done_is_offered(qtbot, status, shown):
    panel = RunPanel()
    qtbot.addWidget(panel)
    panel.show_run(Snapshot(status, 40, 100, message="why"), ())
    names = ("pause", "stop", "resume", "discard", "log")
    assert {name for name in names if not getattr(panel, name).isHidden()} == shown
    assert panel.pause.isEnabled() == panel.stop.isEnabled() == (status == "running")
    assert panel.trouble.isHidden() == (status not in ("interrupted", "failed"))
    assert panel.resume.text() == ("Try again" if status == "failed" else "Resume")
    assert panel.bar.value() == 40 and panel.bar.maximum() == 100


def test_progress_in_words(qtbot):
    panel = RunPanel()
    qtbot.addWidget(panel)
    panel.show_run(RUNNING, ("a", "b", "c"))
    assert panel.hint.full_text() == "training · step 40 of 100 · about 2 min left"
    assert [duration(s) for s in (5, 89, 120, 4800)] == ["5 s", "89 s", "2 min", "80 min"]
    assert duration(6000) == "1 h 40 min"
    assert [tab_text(None), tab_text(RUNNING), tab_text(Snapshot("paused", 5, 10))] == ["", "40%", "paused"]


def card(**changes):
    figures = {**FIGURES, "dice_identity": {"a": 0.9, "c": 0.7}, "n_cases": 3}
    training = {"chosen_at_step": 80, "steps_done": 100, "steps": 100, "seconds": 50.0, "data": "discs"}
    values = {"raters": ("a", "b", "c"), "modality": "MR", "version": "1", "training": training,
              "structures": ("disc",), "channels": ("T2",), "spacing_mm": (1.0, 2.0),
              "metrics": {"validation": figures}}  # fmt: skip
    made = {"sha256": "none", **values, **changes}
    return SimpleNamespace(**made, known_modality=made.get("modality", ""))


def test_the_verdict_says_what_the_figures_say():
    text = verdict(card().training, card().metrics["validation"], 100)
    assert "Dice 0.800" in text and "0.750: the raters are told apart" in text and "GED² 0.300" in text
    assert not text.startswith("Stopped")
    alike = {**card().metrics["validation"], "dice_identity_permuted": 0.795}
    assert "hardly told apart" in verdict(card().training, alike, 100)
    scales = {"preference_scale": 0.64, "ambiguity_scale": 1.1, "before": {"ged2": 0.31, "dice_soft": 0.8}}
    text = verdict({**card().training, "calibration": scales}, card().metrics["validation"], 100)
    assert "0.310 before the widths were calibrated: raters' spread x 0.64, ambiguity x 1.10" in text
    assert verdict({"steps_done": 60}, {}, 100).startswith("Stopped after 60 of 100 steps. No case validated")


def test_a_rater_without_a_figure_is_shown_as_such(qtbot):
    panel = ResultPanel()
    qtbot.addWidget(panel)
    panel.show_card(card(), 100)
    assert [(name, value) for name, _, value in panel.bars.rows] == [("a", 0.9), ("b", None), ("c", 0.7)]
    assert panel.bars.limits() == (0.6, 1.0) and "b –" in panel.bars.accessibleName()
    assert not panel.accept.isHidden()
    panel.grab()
    panel.clear()
    assert panel.accept.isHidden() and panel.bars.rows == ()
    panel.show_card(card(metrics={}), 100)
    assert panel.bars.rows == () and panel.hint.full_text() == "not validated"


GOOD = {**FIGURES, "dice_identity": {"a": 0.9}, "n_cases": 3, "human_majority": 0.7,
        "own_minus_wrong": {"mean": 0.05, "low": 0.02, "high": 0.08, "n_cases": 3}}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"n_cases": 1}, "a single case"),
        ({"human_majority": 0.81}, "majority of the others"),
        ({"own_minus_wrong": {"mean": 0.01, "low": -0.01, "high": 0.03, "n_cases": 3}}, "not told apart"),
    ],
)
def test_accept_is_offered_first_only_where_nothing_speaks_against_it(qtbot, changed, said):
    panel = ResultPanel()
    qtbot.addWidget(panel)
    panel.show_card(card(metrics={"validation": {**GOOD, **changed}}), 100)
    first = [made.text() for made in (panel.accept, panel.attempt) if made.property("kind") == "primary"]
    assert first == (["Try in Review"] if said else ["Accept"])
    assert panel.doubts.isHidden() == (not said) and said in panel.doubts.text()
    assert not panel.accept.isHidden() and panel.accept.isEnabled()  # it is a person who decides
    panel.show_card(card(metrics={}), 100)
    assert "no case validated it" in panel.doubts.text() and panel.attempt.property("kind") == "primary"


def test_what_the_calibration_refused_is_said():
    scales = {"preference_scale": 1.0, "ambiguity_scale": 0.9, "before": {"ged2": 0.31},
              "refused": {"preference_scale": 0.64, "ged2": 0.4}}  # fmt: skip
    text = verdict({**card().training, "calibration": scales}, card().metrics["validation"], 100)
    assert "stays as it was learnt, since x 0.64 would make these cases worse" in text


def test_the_estimate_comes_from_the_last_training_on_such_images(tmp_path):
    models, images = [Model(tmp_path, card(), False, 1.0)], (("disc",), ("T2",), (1.0, 2.0))
    assert seconds_a_step(models, images) == 0.5
    assert seconds_a_step(models, (("disc",), ("T2",), (1.0, 1.0))) is None
    assert seconds_a_step(models, (("disc",), ("T1",), (1.0, 2.0))) is None
    assert seconds_a_step(models, images, "adapt") is None
    assert seconds_a_step([Model(Path(tmp_path), card(), True)], images) is None  # another computer's time
    assert facts(card()) == "3 raters · MR · Dice 0.800 · GED² 0.300 · data discs"


def test_a_result_keeps_its_axis_on_a_small_screen(qtbot):
    tab = TrainerTab()
    qtbot.addWidget(tab)
    tab.setup.hide()
    tab.resize(1366, 708)  # a screen of 1366 x 768 without menu and status bar
    tab.show()
    tab.library.set_models(find_models(Path("nowhere")), None)
    own = {f"rater{i}": 0.5 + 0.01 * i for i in range(1, 7)}
    figures = {**FIGURES, "dice_identity": own, "n_cases": 2, "human_majority": 0.86, "dice_soft": 0.8}
    tab.result.show_card(card(raters=tuple(own), metrics={"validation": figures}), 100)
    qtbot.waitUntil(lambda: tab.result.bars.height() == tab.result.bars.sizeHint().height(), timeout=5000)
    assert tab.result.height() >= tab.result.heightForWidth(tab.result.width())
    assert tab.library.list.height() >= 120


def test_the_curves_of_an_ended_run_follow_the_theme(qtbot, qapp):
    panel, before = RunPanel(), qapp.palette()
    qtbot.addWidget(panel)
    try:
        for name, colours in (("dark", DARK), ("light", LIGHT)):
            qapp.setPalette(theme.palette(name))
            if name == "dark":
                panel.show_run(replace(RUNNING, status="finished"), ("a", "b", "c"))
            panel.set_colours(colours)
            mean = panel.dice.curves[-1]
            assert (mean.name, mean.colour) == ("mean", theme.tokens(name)["text"])
    finally:
        qapp.setPalette(before)
