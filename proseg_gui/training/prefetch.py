"""The next step's batch, made by a thread while this step computes, so that reading files costs no time."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor

from proseg_gui.training.dataset import Batch, Batches


def step_seed(seed: int, step: int) -> int:
    """What every random choice of a 0-based step follows from."""
    return seed * 1_000_003 + step


class Prefetch:
    """Batches of steps in a row, the same as ``batches`` would give; use it as a context, at whose end its thread ends.

    A call for ``step`` leaves torch's CPU generator where drawing that batch after ``manual_seed(step_seed(...))``
    would have left it.
    """

    def __init__(self, batches: Batches, steps: int) -> None:
        self.batches, self.steps = batches, steps
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="prefetch")
        self._ahead: dict[int, Future[tuple[Batch, Tensor]]] = {}

    def __enter__(self) -> Prefetch:
        return self

    def __exit__(self, *_error: object) -> None:
        """Waits for the batch that is being made, if one is."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __call__(self, step: int) -> Batch:
        """The batch of a 0-based step; that of the next one is begun."""
        made = self._ahead.pop(step, None) or self._pool.submit(self._make, step)
        self._ahead.clear()
        batch, state = made.result()
        if step + 1 < self.steps:
            self._ahead[step + 1] = self._pool.submit(self._make, step + 1)
        torch.set_rng_state(state)
        return batch

    def _make(self, step: int) -> tuple[Batch, Tensor]:
        generator = torch.Generator().manual_seed(step_seed(self.batches.seed, step))
        return self.batches(step, generator), generator.get_state()
