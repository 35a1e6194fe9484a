"""Batches made ahead by a thread are those of the steps themselves, and the thread ends with the run."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import torch

from proseg_gui.training.dataset import Batches
from proseg_gui.training.prefetch import Prefetch, step_seed
from proseg_gui.training.recipe import Recipe

RECIPE = Recipe(seed=3, steps=9, volumes=2, crop=16)


@pytest.fixture
def batches(make_cases):
    return Batches(make_cases(4, shape=(9, 24, 20)), RECIPE, 4)


def threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("prefetch")]


def test_batches_and_random_numbers_are_those_without_it(batches):
    with Prefetch(batches, RECIPE.steps) as ahead:
        for step in (0, 1, 2, 5, 6, 7, 8):  # a run goes on in the middle
            torch.manual_seed(step_seed(RECIPE.seed, step))
            expected, then = batches(step), torch.rand(3)
            torch.manual_seed(99)
            found = ahead(step)
            assert torch.equal(torch.rand(3), then)
            assert found.names == expected.names and torch.equal(found.observed, expected.observed)
            assert torch.equal(found.images, expected.images) and torch.equal(found.masks, expected.masks)


def test_the_next_batch_is_made_meanwhile(batches, monkeypatch):
    made = []
    call = Batches.__call__
    monkeypatch.setattr(Batches, "__call__", lambda self, step, g: made.append(step) or call(self, step, g))
    with Prefetch(batches, 3) as ahead:
        ahead(0)
        ahead._ahead[1].result()
        assert made == [0, 1]
        ahead(1)
        ahead(2)
    assert made == [0, 1, 2]  # none beyond the last step


@pytest.mark.parametrize("error", [None, KeyboardInterrupt, RuntimeError])
def test_the_thread_ends_with_the_run(batches, error):
    try:
        with Prefetch(batches, 9) as ahead:
            ahead(0)
            assert len(threads()) == 1
            if error:
                raise error
    except (KeyboardInterrupt, RuntimeError):
        pass
    assert threads() == []


def test_an_error_of_the_thread_is_the_steps_own(batches):
    broken = Batches(batches.cases, replace(RECIPE), 4)
    broken.cases = []
    with Prefetch(broken, 9) as ahead, pytest.raises(ZeroDivisionError):
        ahead(0)
