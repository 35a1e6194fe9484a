"""What learns beside ProSeg: heads that are thrown away, heads of which preferences are made, and exact resume."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent / "objectives"))
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training import loop
from proseg_gui.training.dataset import Batches
from proseg_gui.training.helpers import FirstHeads
from proseg_gui.training.methods import new_network
from proseg_gui.training.objective import ProSegObjective
from proseg_gui.training.recipe import with_options

OPTIONS = ["heads-first", "deep-supervision", "strong-variation"]
HELPED = replace(with_options(RECIPE, OPTIONS), widths=(4, 8, 8), heads_first=0.25)


class TestHelpedProSeg(ObjectiveTests):
    """All helpers at once; the loss of the first quarter is that of heads."""

    kind = "proseg"
    falls = 1.1

    def objective(self, layout, recipe=HELPED):
        return super().objective(layout, recipe if recipe.heads_first else HELPED)

    def trainer(self, layout, cases, folder, recipe=HELPED):
        return super().trainer(layout, cases, folder, recipe if recipe.heads_first else HELPED)

    def test_short_training_is_deterministic_and_learns(self, layout, make_cases, tmp_path):
        cases = make_cases(5)
        runs = [self.trainer(layout, cases, tmp_path / name) for name in ("a", "b")]
        for run in runs:
            run.run()
        states = [run.method.state_dict() for run in runs]
        assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
        assert not any("helper" in name for name in states[0])


@pytest.mark.parametrize("raters", [3, 8, 11])
def test_presets_decode_as_the_heads_that_they_are_made_of(raters):
    """Exactly for as many raters as tau has numbers; nearly for a few more."""
    torch.manual_seed(0)
    method = ProSeg(raters, widths=(4, 8), conditioning="matrix")
    heads = FirstHeads(method)
    torch.nn.init.normal_(heads.bias)
    pixels = torch.randn(2, 16, 30)
    heads.requires_grad_(False)
    method.requires_grad_(False)
    expected = heads(method, pixels)
    assert expected.shape == (2, raters, 1, 30)
    heads.put(method)
    presets = method.family.from_line(method.presets()).expand(2, -1, -1)
    found = method.decode_points(pixels, presets, presets.new_zeros(2, raters, method.modes))
    error = float((found - expected).norm() / expected.norm())
    assert error < (1e-4 if raters <= method.tau_dims else 0.6)
    ambiguous = method.decode_points(pixels, presets, torch.ones(2, raters, method.modes))
    assert float((ambiguous - found).abs().mean()) > 0.01, "the ambiguity is still there to be learned"


def test_heads_learn_first_and_preferences_go_on_from_them(layout, make_cases):
    torch.manual_seed(0)
    objective = ProSegObjective(new_network("proseg", layout, HELPED), HELPED)
    batches = Batches(make_cases(3), HELPED, objective.method.stride)
    assert objective.heads_until == 5
    assert set(objective(batches(4), 4)) == {"first_heads", "rater_heads", "total"}
    heads, features = objective.helpers["first"], objective.method.encode(batches(0).images.flatten(0, 1)).flatten(2)
    expected = heads(objective.method, features)
    assert {"segmentation", "energy", "rater_heads"} < set(objective(batches(5), 5))
    presets = objective.method.family.from_line(objective.method.presets()).expand(len(features), -1, -1)
    still = presets.new_zeros(*presets.shape[:2], objective.method.modes)
    assert torch.allclose(objective.method.decode_points(features, presets, still), expected, atol=1e-4)


def test_heads_first_without_matrices_to_mix_is_refused(layout):
    recipe = replace(HELPED, network={})
    with pytest.raises(ValueError, match="matrix"):
        ProSegObjective(new_network("proseg", layout, recipe), recipe)


def test_helpers_go_on_exactly_after_an_interruption(layout, make_cases, tmp_path, monkeypatch, stop_after):
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY", 1)
    cases = make_cases(5)

    def trainer(name):
        torch.manual_seed(0)
        objective = ProSegObjective(new_network("proseg", layout, HELPED), HELPED)
        (tmp_path / name).mkdir(exist_ok=True)
        return loop.Trainer(objective, cases[:4], cases[4:], HELPED, tmp_path / name, {}, torch.device("cpu"))

    whole = trainer("whole")
    whole.run()
    with pytest.raises(loop.Cancelled):
        trainer("parts").run(token=stop_after(3))
    again = trainer("parts")
    again.resume()
    assert 0 < again.state.step <= 5
    again.run()
    expected = whole.method.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in again.method.state_dict().items())


def test_coarse_levels_are_held_to_masks_of_their_own_size(layout, make_cases):
    torch.manual_seed(0)
    objective = ProSegObjective(new_network("proseg", layout, HELPED), HELPED)
    batch = Batches(make_cases(3), HELPED, objective.method.stride)(0)
    maps = objective.method.backbone.pyramid(batch.images.flatten(0, 1))
    assert len(maps) == 2 and maps[1].shape[-1] * 2 == batch.images.shape[-1]
    assert torch.equal(maps[0], objective.method.encode(batch.images.flatten(0, 1)))
    pyramid = objective.helpers["pyramid"]
    before = float(pyramid(maps, batch).detach())
    batch.masks[..., :] = 1.0 - batch.masks
    assert float(pyramid(maps, batch).detach()) != pytest.approx(before, rel=1e-3)
