"""Tests that every method's objective gets: subclass :class:`ObjectiveTests` and set ``kind``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import ClassVar

import pytest
import torch

from proseg_gui.bundle import Card, load_bundle, save_bundle
from proseg_gui.training import loop
from proseg_gui.training.dataset import Batches
from proseg_gui.training.methods import OBJECTIVES, new_network
from proseg_gui.training.recipe import Recipe

RECIPE = Recipe(steps=20, items=3, volumes=2, slices=2, draws=6, warm_up=2, validations=2, validation_draws=2,
                widths=(4, 8))  # fmt: skip


class ObjectiveTests:
    """Twenty steps, on discs that raters draw at different sizes."""

    kind: ClassVar[str]
    falls: ClassVar[float] = 0.95
    """The total of a stage's last four steps is below this share of its first four."""
    steps: ClassVar[int] = RECIPE.steps
    """Steps of the short training."""

    def objective(self, layout, recipe=RECIPE):
        torch.manual_seed(recipe.seed)
        return OBJECTIVES[self.kind](new_network(self.kind, layout, recipe), recipe)

    def trainer(self, layout, cases, folder, recipe=RECIPE):
        folder.mkdir()
        objective = self.objective(layout, recipe)
        return loop.Trainer(objective, cases[:4], cases[4:], recipe, folder, {}, torch.device("cpu"))

    def test_every_parameter_learns_in_some_step(self, layout, make_cases):
        objective = self.objective(layout)
        batches = Batches(make_cases(3), RECIPE, objective.method.stride)
        reached = set()
        for step in (0, objective.stages * RECIPE.steps - 1):
            objective.zero_grad()
            torch.manual_seed(step)
            terms = objective(batches(step), step)
            assert all(value.isfinite() and value.ndim == 0 for value in terms.values())
            parts = [value.detach() for name, value in terms.items() if name != "total"]
            assert float(terms["total"].detach()) == pytest.approx(float(sum(parts)), rel=1e-5)  # as they count
            terms["total"].backward()
            reached |= {n for n, p in objective.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}
        assert {name for name, _ in objective.named_parameters()} == reached

    def test_mixed_precision_gives_nearly_the_same_terms_in_float32(self, layout, make_cases):
        objective = self.objective(layout)
        batch = Batches(make_cases(3), RECIPE, objective.method.stride)(0)
        for step in (0, objective.stages * RECIPE.steps - 1):
            found = []
            for mixed in (False, True):
                torch.manual_seed(5)
                with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
                    found.append({name: value.detach() for name, value in objective(batch, step).items()})
            assert {value.dtype for value in found[1].values()} == {torch.float32}
            pairs = [(float(found[0][name]), float(found[1][name])) for name in found[0]]
            assert all(half == pytest.approx(whole, rel=0.05, abs=0.01) for whole, half in pairs)

    def test_missing_masks_add_nothing(self, layout, make_cases):
        """What stands in an unobserved reading changes no term."""
        objective = self.objective(layout).eval()
        cases = make_cases(3)
        batch = Batches(cases, RECIPE, objective.method.stride)(0)
        batch.observed[:, 1] = False
        found = []
        for fill in (0.0, 1.0):
            batch.masks[:, 1] = fill
            torch.manual_seed(5)
            found.append({name: float(value.detach()) for name, value in objective(batch, 0).items()})
        assert found[0] == pytest.approx(found[1], abs=1e-6)

    def test_an_image_that_nobody_annotated_is_survived(self, layout, make_cases):
        objective = self.objective(layout)
        batch = Batches(make_cases(3), RECIPE, objective.method.stride)(0)
        batch.observed[0] = False
        terms = objective(batch, 0)
        terms["total"].backward()
        assert all(p.grad is None or p.grad.isfinite().all() for p in objective.parameters())

    @pytest.mark.parametrize("shape", [(1, 24, 20), (3, 16, 20)])
    def test_short_training_is_deterministic_and_learns(self, layout, make_cases, tmp_path, monkeypatch, shape):
        monkeypatch.setattr(loop, "LOG_EVERY", 1)
        cases = make_cases(5, shape=shape)
        recipe = replace(RECIPE, steps=self.steps)
        runs = [self.trainer(layout, cases, tmp_path / name, recipe) for name in ("a", "b")]
        for run in runs:
            run.run()
        states = [run.method.state_dict() for run in runs]
        assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
        lines = [json.loads(line) for line in (tmp_path / "a" / loop.LOG_NAME).read_text().splitlines()]
        totals = [line["total"] for line in lines if "total" in line]
        stages = [totals[i : i + self.steps] for i in range(0, len(totals), self.steps)]  # each has its own loss
        assert len(stages) == OBJECTIVES[self.kind].stages
        assert all(sum(stage[-4:]) < self.falls * sum(stage[:4]) for stage in stages)
        assert 0 <= runs[0].state.best_figures["ged2"] <= 2  # it was judged: 0.. as it may draw nothing yet

    def test_a_trained_network_is_a_bundle(self, layout, make_cases, tmp_path):
        trainer = self.trainer(layout, make_cases(5), tmp_path / "run")
        trainer.run()
        method = trainer.method
        card = Card(self.kind, "tiny", "1", method.architecture(), layout.raters, layout.structures, layout.channels,
                    "MR", (1.0, 1.0), dict(layout.window), {"kind": "whole"})  # fmt: skip
        save_bundle(tmp_path / "bundle", card, method)
        again = load_bundle(tmp_path / "bundle").method
        assert all(torch.equal(value, again.state_dict()[name]) for name, value in method.state_dict().items())
        image = torch.randn(1, 1, 24, 20)
        with torch.no_grad():
            for r in range(3):
                expected = method.personalised(method.encode(image), r)
                assert torch.allclose(again.personalised(again.encode(image), r), expected, atol=1e-4)  # another layout
