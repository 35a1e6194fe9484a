"""Whether what a model says of its own certainty is so, measured on cases with raters, for its card to keep.

- **agreement**: of the voxels that a share of the survey's draws includes, the share that the raters included.
- **odds**: readers simulated from the raters' masks correct the consensus style; of the raters that had certain odds
  after some strokes, the share that was the one whose reading it was.
- **explained**: how much of such strokes the rater explains who explains most; somebody of whose strokes each rater
  explains less than of nearly all of these draws in a new way.

:mod:`~proseg_gui.inference.calibration` reads it from a card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from proseg_gui.bundle import Bundle, local_names
from proseg_gui.errors import UserError
from proseg_gui.inference.calibration import LEVELS, ODDS
from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.condition.evidence import Evidence, Standing
from proseg_gui.inference.condition.reader import Reader
from proseg_gui.inference.condition.update import condition
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.evaluate import drawn_by, structure_pairs
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import point_from
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.io.dataset import Dataset, load_case
from proseg_gui.jobs import CancelToken, Progress, no_progress

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
STROKES = (1, 4, 12)
"""After so many strokes the odds are asked for."""
STRANGER_STROKES = 4
"""From so many strokes on it is told that somebody draws in a new way; fewer say too little."""
NEARLY_NONE = 0.05
DISC_PIXELS = 2.5
"""Radius of a simulated stroke."""
Look = Callable[[CaseSurvey, Ensemble, Mapping[str, Bools]], object]
"""Something else that looks at a case: its survey, an ensemble of a structure, and a reading of each known rater."""


def calibrated(
    dataset: Dataset,
    bundle: Bundle,
    names: Sequence[str],
    *,
    people: Mapping[str, str | None] | None = None,
    device: str = "auto",
    also: Look | None = None,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> dict[str, Any]:
    """What a card keeps under its ``metrics``, JSON-able, measured on the cases ``names``.

    ``agreement``: for each level the number of voxels, their summed agreement and their summed share of raters;
    ``odds``: for each bin the number of odds, their sum and how many were right (empty for a model whose draws are
    everybody's); ``least_explained``, the :data:`NEARLY_NONE` quantile of it; ``n_cases``, ``n_readings``.

    Raises
    ------
    UserError
        A case is unknown, unreadable or does not fit, or nobody drew in any.
    """
    card = bundle.card
    if not bundle.method.capabilities.samples:
        raise UserError(f"the model {card.name} draws no alternatives, so there is no certainty to look at")
    pairs = structure_pairs(card, dataset)
    known = local_names(card) if people is None else {name: alias for name, alias in people.items() if alias}
    agreement, odds = np.zeros((LEVELS, 3)), np.zeros((len(ODDS) - 1, 3))
    readings, cases, explained = 0, 0, list[float]()
    for number, case in enumerate(dataset.select(names)):
        progress(number / len(names), f"case {number + 1} of {len(names)}")
        study = load_case(case, list(pairs), token=token)
        engine = Engine(bundle, study, device=device)
        survey, seen = CaseSurvey(engine, default_plan(bundle)), False
        for name, target in pairs.items():
            drawn, structure = drawn_by(study, name, known).readings, card.structures.index(target)
            masks = [mask for read in drawn.values() for mask in read]
            if not masks:
                continue
            agreement += agreement_bins(survey, structure, masks, token)
            own = {rater: read[0] for rater, read in drawn.items() if rater in card.raters}
            ensemble = Ensemble(engine, structure)
            told = likenesses(ensemble, own, token)
            if also is not None:
                also(survey, ensemble, own)
            odds += odds_bins(told)
            explained += [max(each.explained.values()) for each in told if each.strokes >= STRANGER_STROKES]
            readings, seen = readings + len(masks), True
        cases += seen
    if not cases:
        raise UserError("nobody drew anything in these cases", path=dataset.path, remedy="Choose cases with masks")
    return {
        "agreement": [[int(n), round(said, 3), round(were, 3)] for n, said, were in agreement.tolist()],
        "odds": [[int(n), round(said, 3), int(right)] for n, said, right in odds.tolist()] if odds.any() else [],
        "least_explained": round(float(np.quantile(explained, NEARLY_NONE)), 3) if explained else None,
        "n_cases": cases, "n_readings": readings,
    }  # fmt: skip


def agreement_bins(
    survey: CaseSurvey, structure: int, masks: Sequence[Bools], token: CancelToken | None = None
) -> Floats:
    """``(LEVELS, 3)`` voxels, their summed agreement and share of raters; where nobody and no draw includes, none."""
    found = np.zeros((LEVELS, 3))
    for k in range(len(masks[0])):
        agreed = survey.slice(k, token=token).agreement[structure].astype(np.float64)
        share = np.mean([mask[k] for mask in masks], axis=0)
        asked = (agreed > 0) | (share > 0)
        level = np.rint(agreed[asked] * (LEVELS - 1)).astype(np.int64)
        for column, values in enumerate((np.ones(len(level)), agreed[asked], share[asked])):
            found[:, column] += np.bincount(level, values, minlength=LEVELS)
    return found


@dataclass(frozen=True)
class Told:
    """What conditioning tells of a simulated reader, who is ``rater``, after some strokes: see ``Conditioned``."""

    rater: str
    strokes: int
    odds: Mapping[str, float]
    explained: Mapping[str, float]


def odds_bins(told: Sequence[Told]) -> Floats:
    """``(bins, 3)`` odds of raters: how many, their sum, how many were right."""
    found = np.zeros((len(ODDS) - 1, 3))
    for each in told:
        for name, value in each.odds.items():
            found[int(np.searchsorted(ODDS[1:-1], value, side="right"))] += 1, value, name == each.rater
    return found


def likenesses(ensemble: Ensemble, readings: Mapping[str, Bools], token: CancelToken | None = None) -> list[Told]:
    """What is told of simulated readers after each of :data:`STROKES`; nothing where draws are everybody's."""
    if not ensemble.by_rater:
        return []
    engine, found = ensemble.engine, []
    start = point_from(engine.method.consensus_style())
    drawn = engine.mask(start, ensemble.structure, token).array
    for rater, truth in readings.items():
        for n, evidence, _shown in strokes_of(engine, drawn, truth, STROKES):
            told = condition(engine, evidence, ensemble=ensemble, stands=start, slices=(), token=token)
            found.append(Told(rater, n, dict(told.raters), dict(told.explained)))
    return found


def strokes_of(engine: Engine, drawn: Bools, truth: Bools, at: Sequence[int]) -> Iterator[tuple[int, Evidence, Bools]]:
    """A simulated reader corrects ``drawn`` by hand: after each of ``at`` strokes, the evidence and what stands then.

    The rest of each slice that was worked on counts as left alone.
    """
    reader = Reader(truth, engine.geometry.spacing_mm, DISC_PIXELS * min(engine.geometry.spacing_mm[1:]))
    shown, said, done = drawn.copy(), np.zeros(truth.shape, np.uint8), set[int]()
    for n in range(1, max(at) + 1):
        if reader.stroke(shown, said, done) is None:
            return
        if n in at:
            alone = {k: Standing(shown[k].copy()) for k in np.flatnonzero(said.any((1, 2))).tolist()}
            yield n, Evidence(np.argwhere(said > 0), said[said > 0] == 1, {}, alone), shown.copy()
