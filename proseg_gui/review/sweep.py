"""Looking at the whole volume in the background: the slice in view, a coarse pass, then where something may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from proseg_gui.jobs import CancelToken, Progress

if TYPE_CHECKING:
    from proseg_gui.inference.engine import Engine
    from proseg_gui.inference.survey import CaseSurvey


def sweep(
    engine: Engine,
    survey: CaseSurvey,
    nearest: Callable[[], int],
    token: CancelToken,
    progress: Progress,
    surveyed: Callable[[int], None],
    encoded: Callable[[], None],
    *,
    exhaustive: bool,
) -> None:
    """Measure every slice that has to be (:mod:`proseg_gui.inference.coarse`), or every one with ``exhaustive``.

    ``nearest()`` says which slice is in view now: it is always measured next, and then those nearest to it. A slice is
    encoded and measured at once, so that its features need not be kept. ``surveyed(k)`` is called after each slice and
    ``encoded()`` when what whole-volume figures come from is complete.
    """
    from proseg_gui.inference.coarse import between, coarse_slices, gaps_to_pass, nearest_first

    every = range(engine.n_slices)
    first = every if exhaustive else coarse_slices(engine.geometry)

    def measure(slices: list[int], wanted: int) -> None:
        for k in nearest_first(slices, nearest):
            for due in (nearest(), k):
                token.check()
                if not survey.has(due) or (exhaustive and due in survey.passed):
                    survey.slice(due, token=token)
                    surveyed(due)
            done = len(survey.measured)
            progress(min(done / wanted, 1.0), f"measuring slice {min(done, wanted)} of {wanted}")

    measure([k for k in first if k not in survey.measured], engine.n_slices)
    while not exhaustive:
        gaps = gaps_to_pass(survey)
        passed = set(between(gaps))
        rest = [k for k in every if k not in passed and k not in survey.measured]
        if not rest:
            for gap in gaps:
                survey.pass_over(*gap)
            break
        measure(rest, engine.n_slices - len(passed))
    encoded()
