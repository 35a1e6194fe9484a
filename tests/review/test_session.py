"""The sweep of a volume beside the sliders."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import numpy as np

from proseg_gui.inference.gate import Gate
from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.review.session import Reviewed
from proseg_gui.volume import Geometry

N_SLICES = 5


class Engine:
    """Encodes nothing, but stops where the real one does."""

    n_slices = N_SLICES
    geometry = Geometry.plain((N_SLICES, 4, 4), (2.0, 1.0, 1.0))

    def __init__(self) -> None:
        self.gate = Gate()
        self.keep_free, self.giving_way = self.gate.keep_free, self.gate.giving_way


class Survey:
    """Measures as slowly as the engine's gate lets it, and finds the same on every slice."""

    passed: frozenset[int] = frozenset()

    def __init__(self, engine: Engine) -> None:
        self._engine, self.order = engine, []

    @property
    def measured(self) -> tuple[int, ...]:
        return tuple(sorted(self.order))

    def has(self, k: int) -> bool:
        return k in self.order

    def slice(self, k: int, token: CancelToken) -> None:
        self._engine.gate.pass_through(token)
        self.order.append(k)

    def totals(self, k: int) -> np.ndarray:
        return np.ones(1)

    def shows(self, k: int, stray: float) -> bool:
        return True


def test_nothing_of_the_sweep_is_done_while_a_hand_is_on_a_slider() -> None:
    engine, surveyed, encoded = Engine(), [], threading.Event()
    survey: Any = Survey(engine)
    review = Reviewed(SimpleNamespace(), SimpleNamespace(), engine, SimpleNamespace(), survey)  # type: ignore[arg-type]
    review.keep_free(True)
    sweep = threading.Thread(
        target=review.sweep, args=(lambda: 2, CancelToken(), no_progress, surveyed.append, encoded.set)
    )
    sweep.start()
    assert not encoded.wait(0.2)
    assert (survey.order, surveyed) == ([], [])
    review.keep_free(False)
    sweep.join(10)
    assert encoded.is_set()
    assert survey.order == surveyed == [2, 1, 3, 0, 4]
