"""ProSona: the interface, the objective, and that words, measures and raters come to lie in one space."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from torch.nn.functional import cosine_similarity

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "networks"))
from method_tests import MethodTests
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.networks.prosona import ATTRIBUTES as COUNT
from proseg_gui.networks.prosona import PIECES, ProSona
from proseg_gui.prompts import pieces
from proseg_gui.prompts.attributes import ATTRIBUTES
from proseg_gui.prompts.pieces import pieces_of
from proseg_gui.prompts.templates import describe
from proseg_gui.training.objectives.prosona import contrast, counts_of


class Trainable(ProSona):
    def personalised_for_training(self, features, rater):
        tau = self.presets()[rater] + self.centre + self.style_codes(torch.ones(COUNT))
        return self.decode_points(features.flatten(2), tau[None, None], torch.zeros(1, 1, self.modes))

    def samples_for_training(self, features):
        tau = self.family.sample(self.rater_rows(), 1, 2).flatten(1, 2) + self.text_codes(torch.ones(1, PIECES))
        eps = torch.randn(1, tau.shape[1], self.modes)
        return self.decode_points(features.flatten(2), tau, eps)


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8, modes=4, tau_dims=6)


class TestNetwork(MethodTests):
    make = staticmethod(small)


class TestObjective(ObjectiveTests):
    kind = "prosona"


def test_the_network_and_the_texts_agree_on_their_sizes():
    assert len(ATTRIBUTES) == COUNT and pieces.PIECES == PIECES


def test_words_measures_and_raters_come_to_lie_in_one_space(layout, make_cases, tmp_path):
    """Of raters who draw discs of three sizes, sentences about a small one lie where small discs are drawn."""
    torch.manual_seed(0)
    trainer = TestObjective().trainer(layout, make_cases(5), tmp_path / "run", replace(RECIPE, steps=80))
    trainer.run()
    method = trainer.method.eval()
    order = method.rater_area.argsort()
    assert method.rater_style[order, 0].diff().min() > 0
    chance = Random(1)
    image = make_cases(1)[0].image[:1]
    areas = []
    for r in order.tolist():
        drawn = []
        for _ in range(5):
            point = method.described(pieces_of(describe(method.rater_style[r].tolist(), chance)))
            with torch.no_grad():
                drawn.append(float(torch.sigmoid(method.decode(method.encode(image), point)).sum()))
        areas.append(np.mean(drawn))
    assert areas[-1] > 1.05 * areas[0], areas
    raters = (method.presets() - method.centre)[order]
    assert cosine_similarity(raters[-1] - raters[0], method.meaning[:, 0], dim=0) > 0.3


def test_a_text_without_a_piece_has_no_place():
    assert small(n_raters=2).described([]) is None


def test_the_contrast_is_least_where_pairs_lie_together():
    torch.manual_seed(0)
    styles = 3 * torch.randn(8, COUNT)
    codes = torch.randn(8, 5)
    assert contrast(codes, codes, styles) < contrast(codes, codes.roll(1, 0), styles)
    alike = torch.zeros(8, COUNT)
    assert contrast(codes, codes, alike) == pytest.approx(float(contrast(codes.roll(1, 0), codes.roll(1, 0), alike)))
    assert float(contrast(codes[:1], codes[:1], styles[:1])) == 0.0


def test_counts_are_of_pieces():
    counts = counts_of(["tight tight", ""])
    assert counts.shape == (2, PIECES) and counts[0].sum() == len(pieces_of("tight tight")) and counts[1].sum() == 0
