"""How far the stop rule can be trusted: by how much cases with raters really changed where it spoke, for cards.

"What is left could change the volume by at most so much" is first a quantile over the model's draws, and readers lie
nearer to consensus style than draws do. So on validation cases the largest regions of doubt are corrected as each rater
would, and what the rest really changes is compared with what was said: the bound is then made smaller (or larger) by
the factor that would have held for :data:`~proseg_gui.review.remaining.SURE` of those readings (split conformal).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from proseg_gui.bundle import Bundle, Card, annotate, load_bundle
from proseg_gui.errors import UserError
from proseg_gui.inference.calibrate import calibrated
from proseg_gui.inference.calibration import KEY, LEAST_STOPS
from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.condition.evidence import Evidence, Standing
from proseg_gui.inference.condition.posterior import Posterior
from proseg_gui.inference.points import point_from
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.io.dataset import Dataset
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.review.edits import Bricks, code
from proseg_gui.review.regions import Found, regions_of
from proseg_gui.review.remaining import SURE, Remaining, remaining
from proseg_gui.training.request import Request
from proseg_gui.training.run import split_of

Bools = npt.NDArray[np.bool_]
CLOSED = (0, 1, 2, 4)
"""So many of the largest regions are corrected before the rule is asked."""
MOST_CASES = 8
"""A training looks at no more of its validation cases than these."""


@dataclass(frozen=True, eq=False)
class Stop:
    """What the rule says after ``closed`` regions, by the survey's draws and by those that followed the corrections.

    ``shown (z, y, x)`` is the contour then; ``after`` is ``None`` where the corrections changed nothing.
    """

    closed: int
    shown: Bools
    before: Remaining
    after: Remaining | None

    def left(self, told: Remaining) -> list[int]:
        """Numbers of the regions that ``told`` still counts."""
        return [n for n in range(self.closed, len(told.left)) if told.left[n].ml >= told.floor_ml]

    def real_ml(self, told: Remaining, truth: Bools, codes: npt.NDArray[np.uint8]) -> float:
        """By how much the volume of those regions really changes when they are drawn as ``truth``."""
        changed = 0.0
        for n in self.left(told):
            region = told.found.regions[n]
            at = tuple(region.voxels.T)
            changed += float(
                ((truth[at].astype(np.int64) - self.shown[at]) * (codes[at] == 0)).astype(np.float64) @ region.ml_each
            )
        return changed


def stops(ensemble: Ensemble, found: Found, start: Bools, truth: Bools) -> Iterator[tuple[Stop, npt.NDArray[np.uint8]]]:
    """The rule at each of :data:`CLOSED`, for a reader of ``truth`` who corrects ``start``; with the evidence's codes.

    What agrees in a corrected region was looked at and left alone, as in the window.
    """
    for closed in CLOSED:
        if closed > len(found.regions):
            return
        codes, shown = np.zeros(truth.shape, np.uint8), start.copy()
        for region in found.regions[:closed]:
            at = tuple(region.voxels.T)
            wrong = start[at] != truth[at]
            codes[at] = np.where(wrong, np.where(truth[at], code("hand", True), code("hand", False)), codes[at])
            shown[at] = truth[at]
        index = np.argwhere(codes > 0)
        before, after = remaining(found, Bricks.of(codes), Bricks.of(shown)), None
        if len(index):
            alone = {k: Standing(shown[k].copy()) for k in np.unique(index[:, 0]).tolist()}
            posterior = Posterior(ensemble, Evidence(index, truth[tuple(index.T)], {}, alone))
            after = remaining(found, Bricks.of(codes), Bricks.of(shown), (ensemble, posterior))
        yield Stop(closed, shown, before, after), codes


@dataclass(eq=False)
class StopLook:
    """Looks at cases for :func:`~proseg_gui.inference.calibrate.calibrated`; ``ratios`` are real change / said."""

    ratios: list[float] = field(default_factory=list)

    def __call__(self, survey: CaseSurvey, ensemble: Ensemble, readings: Mapping[str, Bools]) -> None:
        """Add what a case's readings tell."""
        engine, structure = ensemble.engine, ensemble.structure
        found = regions_of(engine, survey, structure)
        start = engine.mask(point_from(engine.method.consensus_style()), structure).array
        for truth in readings.values():
            for stop, codes in stops(ensemble, found, start, truth):
                told = stop.after or stop.before
                said, real = told.could_change_ml(stop.left(told)), abs(stop.real_ml(told, truth, codes))
                if said:
                    self.ratios.append(real / said)


def factor_of(ratios: Sequence[float], sure: float = SURE) -> float | None:
    """What a bound is multiplied with to hold for ``sure`` of further readings; ``None``: too few were seen.

    The ``ceil((n + 1) sure)``-th smallest ratio: split conformal prediction (Vovk et al. 2005), which holds for
    readings that could be exchanged; those of one case are alike, so this is a guide and no guarantee.
    """
    rank = math.ceil((len(ratios) + 1) * sure)
    if len(ratios) < LEAST_STOPS or rank > len(ratios):
        return None
    return float(np.sort(ratios)[rank - 1])


def certify(
    dataset: Dataset,
    bundle: Bundle,
    names: Sequence[str],
    *,
    people: Mapping[str, str | None] | None = None,
    device: str = "auto",
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> Card:
    """Measure how far the model's certainty can be trusted on the cases ``names`` and keep it in its card.

    Raises
    ------
    UserError
        See :func:`~proseg_gui.inference.calibrate.calibrated`; or the card cannot be written.
    """
    look = StopLook()
    found: dict[str, Any] = calibrated(
        dataset, bundle, names, people=people, device=device, also=look, progress=progress, token=token
    )
    factor = factor_of(look.ratios)
    found["stop"] = {"n": len(look.ratios), "factor": None if factor is None else round(factor, 3)}
    return annotate(bundle.folder, metrics={**bundle.card.metrics, KEY: found})


def certified(card: Card, request: Request, progress: Progress = no_progress) -> Card:
    """A new model's card after :func:`certify` on at most :data:`MOST_CASES` of its training's validation cases.

    The card as it is where there are none, where nobody drew in them, and for a model that draws no alternatives.
    """
    split, bundle = split_of(request), load_bundle(request.place.out)
    names = split.val
    if not names or not bundle.method.capabilities.samples:
        return card
    chosen = [names[i] for i in np.unique(np.linspace(0, len(names) - 1, MOST_CASES).round().astype(int))]

    def say(_share: float, _text: str) -> None:
        progress(1.0, "measuring how far its certainty can be trusted")

    try:
        data = request.dataset.resampling(split.resample)
        return certify(data, bundle, chosen, device=request.device, progress=say)
    except UserError:
        return card
