"""D-Persona's objective: what every one must hold; the bound, the stages, what is frozen."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.errors import Cancelled
from proseg_gui.jobs import CancelToken
from proseg_gui.training import loop
from proseg_gui.training.objectives.dpersona import all_masks, bound_loss


class TestDPersona(ObjectiveTests):
    kind = "dpersona"
    falls = 1.0

    def test_the_second_stage_moves_the_queries_alone(self, layout, make_cases, tmp_path):
        trainer = self.trainer(layout, make_cases(5), tmp_path / "run", replace(RECIPE, steps=4, weight_decay=0.1))
        for step in range(8):
            before = {name: p.detach().clone() for name, p in trainer.method.named_parameters()}
            trainer._step(step)
            moved = {n.split(".")[0] for n, p in trainer.method.named_parameters() if not torch.equal(p, before[n])}
            assert moved == ({"queries"} if step >= 4 else {"backbone", "prior", "posterior", "head"})

    @pytest.mark.parametrize("stop", [3, 4, 7])
    def test_it_resumes_exactly_in_either_stage(self, layout, make_cases, tmp_path, monkeypatch, stop):
        monkeypatch.setattr(loop, "CHECKPOINT_EVERY", 1)
        recipe, cases = replace(RECIPE, steps=4), make_cases(5)
        whole = self.trainer(layout, cases, tmp_path / "whole", recipe)
        whole.run()

        class Stop(CancelToken):
            left = stop

            def check(self):
                self.left -= 1
                if self.left < 0:
                    raise Cancelled

        first = self.trainer(layout, cases, tmp_path / "parts", recipe)
        with pytest.raises(Cancelled):
            first.run(token=Stop())
        again = loop.Trainer(self.objective(layout, recipe), cases[:4], cases[4:], recipe, tmp_path / "parts", {},
                             torch.device("cpu"))  # fmt: skip
        again.resume()
        assert again.state.step == stop
        again.run()
        expected = whole.method.state_dict()
        assert all(torch.equal(value, expected[name]) for name, value in again.method.state_dict().items())

    def test_each_stage_has_a_whole_schedule_and_begins_with_the_last_ones_average(
        self, layout, make_cases, tmp_path, monkeypatch
    ):
        recipe = replace(RECIPE, steps=10, weight_decay=0.0)
        trainer = self.trainer(layout, make_cases(5), tmp_path / "run", recipe)
        rates, averages, frozen = [], [], {}
        step_of, end = trainer._step, trainer._end_stage

        def step(number):
            if number == 10:
                frozen.update({n: p.detach().clone() for n, p in trainer.method.head.named_parameters()})
            found = step_of(number)
            rates.append(trainer.optimizer.param_groups[0]["lr"])
            return found

        def ended():
            if trainer.state.step == 10:
                averages.append({n: v.clone() for n, v in trainer.state.average.items()})
            end()

        monkeypatch.setattr(trainer, "_step", step)
        monkeypatch.setattr(trainer, "_end_stage", ended)
        trainer.run()
        assert rates[:10] == rates[10:] and rates[9] < 0.5 * rates[5], "warm-up, full, and down again, twice"
        assert frozen and all(torch.equal(p, averages[0][f"head.{n}"]) for n, p in frozen.items())
        assert all(torch.equal(p, frozen[n]) for n, p in trainer.method.head.named_parameters())
        assert trainer.state.best_step > 10, "nobody is chosen by persons that have not learned yet"


def test_the_bound_is_the_union_and_the_intersection_of_those_who_drew():
    masks = torch.tensor([[1.0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]).view(1, 3, 1, 1, 4)
    observed = torch.tensor([True, True, False]).view(1, 3, 1, 1)
    union, core = torch.tensor([1.0, 1, 1, 0]), torch.tensor([0.0, 1, 0, 0])
    assert float(bound_loss(torch.stack([union, core]).view(1, 2, 1, 4), masks, observed)) == pytest.approx(0.0)
    same = float(bound_loss(union.view(1, 1, 1, 4), masks, observed))
    assert same == pytest.approx(0.5 * (1 - (2 * 1 + 1) / (3 + 1 + 1)))


def test_the_posterior_sees_the_share_where_a_rater_is_missing():
    masks = torch.tensor([[1.0, 0.0], [0.0, 0.0], [9.0, 9.0]]).view(1, 3, 2, 1, 1, 1)
    observed = torch.tensor([[1, 1], [1, 0], [0, 0]]).bool().view(1, 3, 2, 1)
    assert all_masks(masks, observed).flatten().tolist() == [0.5, 0.0, 0.25]
