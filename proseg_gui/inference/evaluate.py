"""A bundle on the cases of a dataset folder: the figures of docs/METRICS.md, by case and in the mean over cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from proseg_gui.bundle import Bundle, Card, local_names, seen_in_training
from proseg_gui.errors import UserError
from proseg_gui.inference.drawings import check_adjusts
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.fit import judge_fit
from proseg_gui.inference.judge import Drawn, Figures, Predictions, finite, judge, mean_figures, reliability_of
from proseg_gui.inference.points import Point, judged_points
from proseg_gui.io.base.provenance import ADJUSTED, UNADJUSTED
from proseg_gui.io.dataset import Case, Dataset, load_case
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.metrics.bootstrap import paired_difference
from proseg_gui.metrics.calibration import inner_calibration_error
from proseg_gui.metrics.floors import share_removed
from proseg_gui.volume import Study

SAMPLES_PER_RATER = 8


def evaluate_dataset(
    dataset: Dataset,
    bundle: Bundle,
    *,
    cases: Sequence[str] | None = None,
    samples: int | None = None,
    seed: int = 0,
    people: Mapping[str, str | None] | None = None,
    device: str = "auto",
    adjusted: bool = True,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> dict[str, Any]:
    """Judge ``bundle`` on ``cases`` (names; all by default).

    Parameters
    ----------
    samples:
        Samples a case in all, spread evenly over the model's raters; 8 a rater by default. Every case gets the same
        draws (those of ``seed``).
    people:
        Who each of the data set's raters is in the model, ``None`` for nobody whom it knows; by equal name and the
        table on this computer where it is not given.
    adjusted:
        Whether a method that adjusts for the scanner does so.

    Returns
    -------
    JSON-able: the keys of docs/CONTRACTS.md (each of :data:`FIGURES`: the mean over cases where it is defined;
    ``dice_identity`` by rater), ``cases`` with the same keys a case (and under ``structures`` each one's where there
    are several), what was asked, ``seen_in_training``, ``identity_gain``: own minus wrong raters' Dice with a
    paired bootstrap interval over cases, and of all cases together ``share_removed`` and ``inner_calibration_error``.

    Raises
    ------
    UserError
        A case is unknown, unreadable or does not fit the model, nobody drew in any, ``samples`` is below 1, or an
        adjustment is unwanted that the model does not make.
    """
    card = bundle.card
    if not adjusted:
        check_adjusts(bundle)
    n_samples = SAMPLES_PER_RATER * len(card.raters) if samples is None else samples
    if n_samples < 1:
        raise UserError(f"{n_samples} samples cannot be judged", remedy="Ask for at least 1")
    chosen = dataset.cases if cases is None else dataset.select(cases)
    if not chosen:
        raise UserError("no case is left to evaluate", path=dataset.path, remedy="Choose cases that the data set has")
    points = judged_points(bundle.method, n_samples, seed)
    aliases = local_names(card) if people is None else _said(people, card)
    rows, notices = [], []
    for number, case in enumerate(chosen):
        if not case.masks:
            notices.append(f"Nobody drew anything in {case.name}: it was left out.")
            continue

        def report(share: float, text: str, name: str = case.name, done: int = number) -> None:
            progress((done + share) / len(chosen), f"{name}: {text}")

        row, more = _evaluate_case(case, dataset, bundle, points, aliases, device, adjusted, report, token)
        rows.append(row)
        notices = list(dict.fromkeys([*notices, *more]))
    if not rows:
        raise UserError("nobody drew anything in these cases", path=dataset.path, remedy="Choose cases with masks")
    result = _summary(rows, notices, card, dataset, n_samples, seed)
    if bundle.method.capabilities.adjusts:
        result["scanner"] = ADJUSTED if adjusted else UNADJUSTED
    return result


def _said(people: Mapping[str, str | None], card: Card) -> dict[str, str]:
    """Name in the data set -> the model's; somebody whom it does not know gets a name that is none of its raters'."""
    found = {}
    for name, alias in people.items():
        if alias is not None and alias not in card.raters:
            raise UserError(f"the model {card.name} knows no rater {alias!r}",
                            remedy=f"Its raters are {', '.join(card.raters)}")  # fmt: skip
        stranger = f"{name} (not in {card.name})" if name in card.raters else name
        found[name] = stranger if alias is None else alias
    return found


def _evaluate_case(
    case: Case,
    dataset: Dataset,
    bundle: Bundle,
    points: Sequence[Point],
    aliases: Mapping[str, str],
    device: str,
    adjusted: bool,
    progress: Progress,
    token: CancelToken | None,
) -> tuple[dict[str, Any], list[str]]:
    card = bundle.card
    pairs = structure_pairs(card, dataset)
    study = load_case(case, list(pairs), token=token)
    drawn = {name: drawn_by(study, name, aliases) for name in pairs}
    engine = Engine(bundle, study, device=device, adjusted=adjusted)
    predicted = [Predictions(card.raters, len(points) - len(card.raters), study.geometry) for _ in card.structures]
    for k in range(engine.n_slices):
        for index, probability in enumerate(engine.probabilities(k, points, token)):
            for s, predictions in enumerate(predicted):
                predictions.add(index, k, probability[s])
        progress((k + 1) / engine.n_slices, f"slice {k + 1} of {engine.n_slices}")
    exhaustive = not bundle.method.capabilities.samples
    there = {name: predicted[card.structures.index(target)] for name, target in pairs.items() if drawn[name].readings}
    judged = {name: judge(drawn[name], found, exhaustive=exhaustive) for name, found in there.items()}
    row: dict[str, Any] = {"name": case.name, "seen_in_training": seen_in_training(card, study)}
    if engine.missing:
        row["estimated_channels"] = list(engine.missing)
    row |= mean_figures([_flat(figures, by_rater) for figures, by_rater in judged.values()], card.raters)
    row["n_samples"] = len(points) - len(card.raters)
    bins = [reliability_of(drawn[name], found) for name, found in there.items()]
    row["reliability"] = np.sum(bins, axis=0).tolist() if bins else None
    if len(judged) > 1:
        row["structures"] = {name: _flat(figures, by_rater) for name, (figures, by_rater) in judged.items()}
    return row, [*engine.notices, *judge_fit(engine, token).reasons]


def structure_pairs(card: Card, dataset: Dataset) -> dict[str, str]:
    """Structure of the data set -> the model's: by name; where each has one only, these two."""
    if len(card.structures) == len(dataset.structures) == 1:
        return {dataset.structures[0]: card.structures[0]}
    pairs = {name: name for name in dataset.structures if name in card.structures}
    if not pairs:
        have, want = ", ".join(dataset.structures), ", ".join(card.structures)
        raise UserError(f"the model {card.name} draws {want} and the data set has {have}", path=dataset.path)
    return pairs


def drawn_by(study: Study, structure: str, aliases: Mapping[str, str]) -> Drawn:
    """Readings by the model's name of each rater; raters that the model does not know keep their own."""
    readings: dict[str, list[npt.NDArray[np.bool_]]] = {}
    for reading in study.readings:
        if reading.structure == structure:
            readings.setdefault(aliases.get(reading.rater, reading.rater), []).append(reading.mask.array)
    return Drawn(readings, study.geometry)


def _flat(figures: Figures, by_rater: Figures) -> dict[str, Any]:
    return {**figures, "dice_identity": by_rater}


def _summary(
    rows: list[dict[str, Any]], notices: list[str], card: Card, dataset: Dataset, n_samples: int, seed: int
) -> dict[str, Any]:
    seen = sum(row["seen_in_training"] for row in rows)
    if seen:
        notices.append(f"{seen} of {len(rows)} cases were seen in training: their figures say little about new cases.")
    unknown = sorted(set(dataset.raters) - set(card.raters))
    if unknown and not any(value is not None for row in rows for value in row["dice_identity"].values()):
        notices.append(f"No rater of the data set ({', '.join(unknown)}) is one of the model's: no identity Dice.")
    return {
        "model": card.name,
        "model_version": card.version,
        "bundle_sha256": card.sha256,
        "dataset": dataset.name,
        "raters": list(card.raters),
        "n_cases": len(rows),
        "n_samples": n_samples,
        "seed": seed,
        "seen_in_training": seen,
        "notices": notices,
        **mean_figures(rows, card.raters),
        "identity_gain": _identity_gain(rows),
        **_floors(rows),
        "cases": rows,
    }


def _floors(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """What is told of all cases together and not as a mean over them."""
    keys = "fair_ged2", "random_levels", "rater_floor"
    whole = [[row[key] for key in keys] for row in rows if None not in [row[key] for key in keys]]
    bins = [row["reliability"] for row in rows if row["reliability"] is not None]
    return {
        "share_removed": finite(share_removed(*np.mean(whole, axis=0))) if whole else None,
        "inner_calibration_error": finite(inner_calibration_error(np.sum(bins, axis=0))) if bins else None,
    }


def _identity_gain(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Own minus wrong raters' predictions, over the cases that have both."""
    keys = "dice_identity_mean", "dice_identity_permuted"
    pairs = [[row[key] for key in keys] for row in rows if None not in [row[key] for key in keys]]
    if len(pairs) < 2:
        return None
    result = paired_difference(*np.array(pairs).T)
    return {"mean": result.mean, "low": result.low, "high": result.high, "tie": result.tie, "n_cases": result.n_cases}
