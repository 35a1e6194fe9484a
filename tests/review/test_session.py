"""The sweep of a volume beside the sliders."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from proseg_gui.inference.gate import Gate
from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.review.session import Reviewed

N_SLICES = 5


class Engine:
    """Encodes nothing, but stops where the real one does."""

    n_slices = N_SLICES

    def __init__(self) -> None:
        self.gate, self.encoded = Gate(), []
        self.keep_free, self.giving_way = self.gate.keep_free, self.gate.giving_way

    def is_encoded(self, k: int) -> bool:
        return False

    def encode(self, k: int, token: CancelToken | None) -> None:
        self.gate.pass_through(token)
        self.encoded.append(k)


def test_nothing_of_the_sweep_is_done_while_a_hand_is_on_a_slider() -> None:
    engine, surveyed, encoded = Engine(), [], threading.Event()

    def slice_(k: int, token: CancelToken) -> None:
        engine.gate.pass_through(token)
        surveyed.append(k)

    survey: Any = SimpleNamespace(has=lambda k: k in surveyed, slice=slice_)
    review = Reviewed(SimpleNamespace(), SimpleNamespace(), engine, SimpleNamespace(), survey)  # type: ignore[arg-type]
    review.keep_free(True)
    sweep = threading.Thread(
        target=review.sweep, args=(lambda: 2, CancelToken(), no_progress, lambda _k: None, encoded.set)
    )
    sweep.start()
    assert not encoded.wait(0.2)
    assert (engine.encoded, surveyed) == ([], [])
    review.keep_free(False)
    sweep.join(10)
    assert engine.encoded == [2, 1, 3, 0, 4]
    assert surveyed[0] == 2
    assert sorted(surveyed) == list(range(N_SLICES))
