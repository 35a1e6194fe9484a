"""The loop: exact resume, determinism, the average, the best weights kept, and a clear stop on NaN."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins import MixedPrecision

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.jobs import CancelToken
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training import loop
from proseg_gui.training.checkpoint import NAME
from proseg_gui.training.objective import ProSegObjective
from proseg_gui.training.objectives.base import relative_areas
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.validate import validate

RECIPE = Recipe(steps=8, items=2, volumes=2, draws=6, warm_up=2, validations=4, validation_draws=2, widths=(4, 8))


@pytest.fixture
def make_trainer(make_cases, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY", 3)
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    data, held_out = make_cases(3), make_cases(4)[3:]

    def build(name, recipe=RECIPE, key=None, cases=None):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        torch.manual_seed(recipe.seed)
        method = ProSeg(3, widths=recipe.widths, features=4, hidden=8, modes=3)
        chosen = data if cases is None else cases
        objective = ProSegObjective(method, recipe)
        return loop.Trainer(objective, chosen, held_out, recipe, folder, key or {"run": 1}, torch.device("cpu"))

    return build


def rows(trainer):
    lines = [json.loads(line) for line in (trainer.folder / loop.LOG_NAME).read_text().splitlines()]
    return [{k: v for k, v in line.items() if k != "seconds"} for line in lines]


def weights(trainer):
    return trainer.method.state_dict()


def same(a, b):
    return all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize(("stop", "precision"), [(3, "32"), (5, "32"), (7, "32"), (5, "bf16-mixed")])
def test_a_resumed_run_gives_the_same_numbers(make_trainer, stop_after, stop, precision):
    recipe = replace(RECIPE, precision=precision)
    whole = make_trainer("whole", recipe)
    whole.run()
    first = make_trainer("parts", recipe)
    with pytest.raises(Cancelled):
        first.run(token=stop_after(stop))
    again = make_trainer("parts", recipe)
    again.resume()
    assert again.state.step == stop - stop % 3
    again.run()
    assert same(weights(whole), weights(again))
    assert rows(whole) == rows(again)


@pytest.fixture
def half_on_cpu(monkeypatch):
    """16-mixed as a graphics card has it, loss scaling and all; Fabric alone would turn it into bf16-mixed here."""

    def fabric(*_):
        scaler = torch.amp.GradScaler("cpu", init_scale=2.0**40, growth_interval=2)
        return Fabric(accelerator="cpu", devices=1, plugins=[MixedPrecision("16-mixed", "cpu", scaler)])

    monkeypatch.setattr(loop, "start_fabric", fabric)


def test_16_bits_leave_out_steps_that_overflow_and_resume_with_their_scale(half_on_cpu, make_trainer, stop_after):
    whole = make_trainer("whole")
    whole.run()
    overflowed = [row for row in rows(whole) if "total" in row and "gradient" not in row]
    assert overflowed and overflowed[0]["step"] == 1
    first = make_trainer("parts")
    with pytest.raises(Cancelled):
        first.run(token=stop_after(5))
    again = make_trainer("parts")
    again.resume()
    assert 0 < again.state.scaler["scale"] < 2.0**40
    again.run()
    assert same(weights(whole), weights(again)) and rows(whole) == rows(again)


@pytest.mark.parametrize("precision", ["32", "bf16-mixed"])
def test_a_gradient_that_is_no_number_stops_with_the_cases_named(make_trainer, precision):
    trainer = make_trainer("gradient", replace(RECIPE, items=1, precision=precision))
    trainer.method.third.bias.register_hook(lambda gradient: gradient * float("inf"))
    with pytest.raises(UserError, match=r"stopped at step 1: the gradient is not a number for the cases case\d"):
        trainer.run()


def test_mixed_precision_is_close_to_float32_and_keeps_it_where_it_matters(make_trainer):
    runs = [make_trainer(name, replace(RECIPE, precision=name)) for name in ("32", "bf16-mixed")]
    seen = []
    runs[1].method.backbone.register_forward_hook(lambda _m, _i, out: seen.append((out.dtype, torch.is_grad_enabled())))
    for run in runs:
        run.run()
    first = [next(row for row in rows(run) if "total" in row) for run in runs]
    assert first[0] != first[1] and first[1]["total"] == pytest.approx(first[0]["total"], rel=0.02)
    assert {dtype for dtype, learning in seen if learning} == {torch.bfloat16}
    assert {dtype for dtype, learning in seen if not learning} == {torch.float32}  # judged as it will be used
    assert {value.dtype for value in weights(runs[1]).values()} == {torch.float32}


def test_slow_steps_are_saved_by_the_clock(make_trainer, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY", 1000)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    trainer, steps = make_trainer("slow"), []
    saved = trainer._save

    def saving():
        steps.append(trainer.state.step)
        saved()

    monkeypatch.setattr(trainer, "_save", saving)
    trainer.run()
    assert steps == list(range(1, 9))


def ask_at(trainer, monkeypatch, step, request):
    """Have another process ask for something once ``step`` steps are done."""
    did = trainer._step

    def stepping(number):
        if number == step - 1:
            (trainer.folder / loop.REQUEST_NAME).write_text(f"{request}\n")
        return did(number)

    monkeypatch.setattr(trainer, "_step", stepping)


@pytest.mark.parametrize("step", [1, 4, 7])
def test_a_paused_run_goes_on_with_the_same_numbers(make_trainer, monkeypatch, step):
    whole = make_trainer("whole")
    whole.run()
    first = make_trainer("paused")
    ask_at(first, monkeypatch, step, loop.PAUSE)
    with pytest.raises(Cancelled):
        first.run()
    assert rows(first)[-1] == {"step": step, "event": "paused"}
    assert not (first.folder / loop.REQUEST_NAME).exists()
    again = make_trainer("paused")
    again.resume()
    assert again.state.step == step
    again.run()
    assert same(weights(whole), weights(again))
    assert rows(whole) == rows(again)


@pytest.mark.parametrize("step", [1, 7])
def test_a_run_can_be_stopped_and_keeps_its_best(make_trainer, monkeypatch, step):
    trainer = make_trainer("stopped")
    ask_at(trainer, monkeypatch, step, loop.STOP)
    state = trainer.run()
    assert state.step == step and {"step": step, "event": "stopped"} in rows(trainer)
    assert state.best_figures["dice_identity_mean"] > 0 and state.best_step <= step
    chosen_last = {name: weights(trainer)[name] for name in ("rater_area", "mode_weight", "rater_alpha")}
    assert same(weights(trainer), state.best | chosen_last)


def test_a_run_that_is_stopped_before_anything_was_judged_keeps_its_weights(make_trainer, monkeypatch):
    trainer = make_trainer("early")
    trainer.held_out = []
    ask_at(trainer, monkeypatch, 2, loop.STOP)
    assert trainer.run().best_figures == {}
    assert same(weights(trainer), trainer.state.best | {"rater_area": trainer.method.rater_area})


def test_at_the_end_the_width_of_the_draws_is_calibrated_on_the_held_out_cases(make_trainer):
    trainer = make_trainer("calibrated", replace(RECIPE, steps=30))
    state = trainer.run()
    found = trainer.calibration
    assert rows(trainer)[-1] == {"step": 30, "event": "calibrated", **found}
    scale = found["ambiguity_scale"]
    assert torch.allclose(weights(trainer)["mode_weight"], state.best["mode_weight"] * scale, rtol=1e-3)
    seeds = range(RECIPE.seed, RECIPE.seed + loop.CALIBRATION_SETS)
    sets = [validate(trainer.method, trainer.held_out, RECIPE.validation_draws, seed) for seed in seeds]
    judged = {name: np.mean([one[name] for one in sets]) for name in ("ged2", "dice_soft", "sample_diversity")}
    assert judged == {name: pytest.approx(state.best_figures[name], abs=1e-12) for name in judged}
    assert state.best_figures["dice_identity"] == sets[0]["dice_identity"] and len({one["ged2"] for one in sets}) > 1
    before = found["before"]
    assert judged["ged2"] / 2 - judged["dice_soft"] <= before["ged2"] / 2 - before["dice_soft"] + 2e-4


def test_a_cancel_while_the_draws_are_calibrated_loses_nothing(make_trainer, monkeypatch):
    whole = make_trainer("whole")
    whole.run()
    first, token = make_trainer("parts"), CancelToken()
    judged = first._judged

    def cancelling(*number):
        if first.state.step == RECIPE.steps and first.method.training is False:
            token.cancel()
        return judged(*number)

    monkeypatch.setattr(first, "_judged", cancelling)
    with pytest.raises(Cancelled):
        first.run(token=token)
    again = make_trainer("parts")
    again.resume()
    assert again.state.step == RECIPE.steps
    again.run()
    assert same(weights(whole), weights(again)) and again.calibration == whole.calibration


def test_the_seed_fixes_everything_and_another_gives_another(make_trainer):
    runs = [make_trainer(name, replace(RECIPE, seed=seed)) for name, seed in (("a", 0), ("b", 0), ("c", 1))]
    for trainer in runs:
        trainer.run()
    a, b, c = (weights(trainer) for trainer in runs)
    assert same(a, b) and not same(a, c)


def test_training_lowers_the_loss_and_moves_every_parameter(make_trainer):
    trainer = make_trainer("long", replace(RECIPE, steps=90, validations=2))
    before = {name: value.clone() for name, value in weights(trainer).items()}
    trainer.run()
    losses = [row["total"] for row in rows(trainer) if "total" in row]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
    assert [name for name, value in weights(trainer).items() if torch.equal(value, before[name])] == []
    assert trainer.state.best_figures["dice_identity_mean"] > 0.3


def test_the_average_is_the_mean_from_its_beginning(make_trainer):
    trainer = make_trainer("mean")
    seen = []
    original = trainer._average

    def spy():
        original()
        seen.append({name: value.clone() for name, value in trainer.method.state_dict().items()})

    trainer._average = spy
    trainer.run()
    expected = torch.stack([state["second.weight"] for state in seen[RECIPE.average_from :]]).mean(0)
    assert torch.allclose(trainer.state.average["second.weight"], expected, atol=1e-6)


def test_the_best_validated_average_is_kept(make_trainer, monkeypatch):
    figures = iter([0.9, 0.2, 0.7, 0.5])  # the first two come before there is an average; then the calibration asks

    def judged(*_arguments):
        return dict.fromkeys(("dice_identity_mean", "ged2", "dice_soft"), next(figures, 0.5))

    monkeypatch.setattr(loop, "validate", judged)
    trainer = make_trainer("best")
    trainer.run()
    assert trainer.state.best_step == 6 and trainer.state.best_score == pytest.approx(0.35)
    assert torch.equal(trainer.method.second.weight, trainer.state.best["second.weight"])


def test_without_validation_the_average_is_kept(make_trainer):
    trainer = make_trainer("alone")
    trainer.held_out = []
    trainer.run()
    assert torch.equal(trainer.method.second.weight, trainer.state.average["second.weight"])


def test_nan_stops_with_the_cases_named(make_trainer, make_cases):
    broken = make_cases(3)
    broken[1].image[:] = float("nan")
    trainer = make_trainer("nan", replace(RECIPE, items=1), cases=broken)
    with pytest.raises(UserError, match=r"stopped at step \d: the term .* for the cases case1"):
        trainer.run()


def test_another_run_is_not_resumed(make_trainer):
    first = make_trainer("mine", key={"recipe": 1, "raters": ["a"]})
    first.run()
    with pytest.raises(UserError, match="another recipe"):
        make_trainer("mine", key={"recipe": 2, "raters": ["a"]}).resume()
    with pytest.raises(UserError, match="no interrupted training"):
        make_trainer("none").resume()
    (first.folder / NAME).write_bytes(b"not a checkpoint")
    with pytest.raises(UserError, match="damaged"):
        make_trainer("mine").resume()


def test_the_learning_rate_warms_up_holds_and_falls():
    recipe = Recipe(steps=100, warm_up=10)
    rates = [loop.rate_at(step, recipe) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and rates[9] == rates[64] == 1.0 > rates[66]
    assert rates[99] == pytest.approx(loop.LAST_RATE, abs=0.01)
    assert all(later <= earlier for earlier, later in pairwise(rates[65:]))


def test_relative_areas_say_who_draws_more(make_trainer):
    trainer = make_trainer("areas", replace(RECIPE, steps=60, validations=1))
    trainer.run()
    areas = trainer.method.rater_area
    assert float(areas.mean()) == pytest.approx(0.0, abs=1e-5)
    assert torch.equal(areas, relative_areas(trainer.method, trainer.train))


@pytest.mark.parametrize(("raters", "samples"), [(1, 28), (4, 7), (7, 4), (9, 3), (40, 2)])
def test_draws_are_spread_over_the_raters(raters, samples):
    assert Recipe(draws=28).samples(raters) == samples


@pytest.mark.parametrize("end", ["", '{"step": 4, "tot', '{"step": 3, "total": 1'])
def test_a_half_written_line_of_the_log_is_no_obstacle(make_trainer, stop_after, end):
    straight = make_trainer("straight")
    straight.run()
    broken = make_trainer("broken")
    with pytest.raises(Cancelled):
        broken.run(token=stop_after(5))
    with (broken.folder / loop.LOG_NAME).open("a") as file:
        file.write(end)
    resumed = make_trainer("broken")
    resumed.resume()
    resumed.run()
    assert rows(resumed) == rows(straight)  # every line is whole again


@pytest.mark.parametrize("where", ["log", "checkpoint"])
def test_a_full_disk_is_one_sentence_that_says_how_to_go_on(make_trainer, monkeypatch, where):
    trainer = make_trainer("full")
    real, written = loop.add_row, []

    def full(*_):
        raise OSError(28, "No space left on device")

    def add(path, row):
        written.append(row)
        if where == "log" and len(written) == 6:
            full()
        real(path, row)

    monkeypatch.setattr(loop, "add_row", add)
    if where == "checkpoint":
        monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UserError, match="the disk is full") as caught:
        trainer.run()
    monkeypatch.undo()
    assert caught.value.path.is_relative_to(trainer.folder)
    assert ("--resume" in str(caught.value)) == (where == "log")  # there, a checkpoint had been written before
    assert not [item.name for item in trainer.folder.iterdir() if item.name.startswith(".")]
