"""The sweep of a volume beside the sliders."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import numpy as np

from proseg_gui.inference.coarse import FEWEST_SLICES
from proseg_gui.inference.gate import Gate
from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.review.session import Reviewed
from proseg_gui.volume import Geometry

N_SLICES = 5
assert N_SLICES < FEWEST_SLICES  # so that every slice is measured


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


def test_whether_a_model_fits_waits_for_the_hand_too(monkeypatch) -> None:
    engine, looked = Engine(), threading.Event()
    monkeypatch.setattr(
        "proseg_gui.inference.fit.judge_fit", lambda one, token: (one.gate.pass_through(token), looked.set())
    )
    review = Reviewed(SimpleNamespace(), SimpleNamespace(), engine, SimpleNamespace(), SimpleNamespace())  # type: ignore[arg-type]
    review.keep_free(True)
    fit = threading.Thread(target=review.fit, args=(CancelToken(),))
    fit.start()
    assert not looked.wait(0.2)
    review.keep_free(False)
    fit.join(10)
    assert looked.is_set()


class Decoder:
    """Draws numbers that tell slice, structure and point, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def hold(self) -> None:
        """Nothing waits here."""

    release = hold

    def probability(self, k: int, point: Any, token: CancelToken | None) -> np.ndarray:
        self.asked.append((k, point))
        return np.stack([np.full((2, 3), 100 * k + 10 * s + point["tau"][0]) for s in range(2)])


def test_a_move_of_one_structure_decodes_once_and_draws_all() -> None:
    engine = Decoder()
    review = Reviewed(SimpleNamespace(), SimpleNamespace(), engine, SimpleNamespace(), SimpleNamespace())  # type: ignore[arg-type]
    one, two, three = ({"tau": (float(i),)} for i in (1, 2, 3))

    def drawn(k: int, *points: Any) -> list[float]:
        return [float(plane[0, 0]) for plane in review.frame(k, points).probability]

    assert drawn(1, one, one) == [101.0, 111.0] and len(engine.asked) == 1
    assert drawn(1, one, two) == [101.0, 112.0] and len(engine.asked) == 2
    assert drawn(1, three, two) == [103.0, 112.0] and len(engine.asked) == 3  # the other structure stood still
    assert drawn(2, three, two) == [203.0, 212.0] and len(engine.asked) == 5  # another slice
    assert drawn(1, two, two) == [102.0, 112.0]
