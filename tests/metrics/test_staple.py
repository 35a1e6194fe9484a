from __future__ import annotations

import numpy as np

from proseg_gui.metrics.overlap import dice
from proseg_gui.metrics.staple import staple


def test_equal_masks_are_their_own_consensus() -> None:
    mask = np.zeros((3, 12, 12), bool)
    mask[1, 3:8, 3:9] = True
    assert (staple([mask, mask, mask]) == mask).all()


def test_nothing_drawn_is_an_empty_consensus() -> None:
    assert not staple([np.zeros((1, 4, 4), bool)] * 2).any()


def test_one_bad_rater_does_not_move_the_consensus() -> None:
    rng = np.random.default_rng(0)
    truth = np.zeros((2, 20, 20), bool)
    truth[:, 5:15, 5:15] = True
    good = [truth ^ (rng.random(truth.shape) < 0.03) for _ in range(4)]
    bad = truth ^ (rng.random(truth.shape) < 0.45)
    assert dice(staple([*good, bad]), truth) > 0.97
