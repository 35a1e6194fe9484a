"""One case against its raters: every figure of docs/METRICS.md, from predictions that arrive slice by slice.

Predictions are kept as bits; of probabilities only two mean maps are kept, so a case costs little more memory than its
image, whatever the number of samples.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from proseg_gui.metrics import SURFACE_TOLERANCE_MM
from proseg_gui.metrics.calibration import (
    COVERAGE_DRAWS,
    calibration_error,
    fleiss_kappa,
    reliability,
    volume_coverage,
    volume_crps,
    volume_error,
)
from proseg_gui.metrics.floors import (
    random_levels,
    rater_floor,
    repeat_gap,
    shape_share,
    unbiased,
    unbiased_diversity,
)
from proseg_gui.metrics.multirater import (
    dice_match,
    dice_max,
    dice_soft_of_means,
    ged2,
    hm_iou,
    human_majority,
    identity_matrix,
    permuted_mean,
)
from proseg_gui.metrics.overlap import MaskSet, MaskSetBuilder, dice, frequency
from proseg_gui.metrics.staple import staple
from proseg_gui.metrics.surface import surface_distances
from proseg_gui.volume import Geometry, Mask, areas_to_ml

FIGURES = (
    "ged2", "dice_identity_mean", "dice_identity_permuted", "dice_max", "dice_match", "dice_soft", "sample_diversity",
    "rater_diversity", "human_majority", "hm_iou", "surface_dice", "hd95_mm", "assd_mm", "volume_error_ml",
    "volume_crps_ml", "calibration_error", "consensus_majority_dice", "consensus_staple_dice", "fleiss_kappa",
    "fair_ged2", "random_levels", "rater_floor", "unbiased_sample_diversity", "unbiased_rater_diversity",
    "shape_share", "rater_shape_share", "volume_in_95", "volume_in_80", "repeat_gap",
)  # fmt: skip
OF_DRAWS = (
    "fair_ged2", "random_levels", "unbiased_sample_diversity", "shape_share", "rater_shape_share", "volume_in_95",
    "volume_in_80",
)  # fmt: skip
"""Those of :data:`FIGURES` that say more the more draws there are, while their meaning stays."""
"""One number a case, ``None`` where it is not defined (one rater only, fewer samples than masks, empty masks).

Samples against masks: ``ged2``, ``dice_max``, ``dice_match``, ``dice_soft``, ``hm_iou``, ``volume_*`` and
``calibration_error`` (of their mean map). Each rater's own prediction against that rater's readings:
``dice_identity_*``, ``surface_dice`` (at :data:`SURFACE_TOLERANCE_MM`), ``hd95_mm``, ``assd_mm``. Consensus (mean of
the own predictions above one half) against the raters' majority and STAPLE: ``consensus_*``. Of the masks alone:
``rater_diversity``, ``human_majority``, ``fleiss_kappa``.

Free of the number of draws, and floors (docs/METRICS.md): ``fair_ged2``, ``random_levels`` (that of the samples' mean
map cut at random levels), ``rater_floor`` (U / R), ``unbiased_*``, ``shape_share`` of the samples and of the masks,
``volume_in_*`` (share of the raters' volumes in the samples' intervals, from :data:`COVERAGE_DRAWS` samples on),
``repeat_gap`` (own minus wrong of a rater's other reading).
"""
Figures = dict[str, float | None]


@dataclass(frozen=True, eq=False)
class Drawn:
    """What people drew of one structure in one case: rater name -> that rater's readings (at least one)."""

    readings: Mapping[str, Sequence[npt.NDArray[np.bool_]]]
    geometry: Geometry

    def all_masks(self) -> list[npt.NDArray[np.bool_]]:
        """Every reading of every rater."""
        return [mask for masks in self.readings.values() for mask in masks]


class Predictions:
    """Predictions of one structure in one case, filled slice by slice.

    ``raters`` are those of the model; ``n_samples`` samples follow.
    """

    def __init__(self, raters: Sequence[str], n_samples: int, geometry: Geometry) -> None:
        self.raters, self.geometry = tuple(raters), geometry
        self._own = MaskSetBuilder(len(raters), geometry.shape)
        self._samples = MaskSetBuilder(n_samples, geometry.shape)
        self._sum_own, self._sum_samples = (np.zeros(geometry.shape, dtype=np.float32) for _ in range(2))
        self._n_samples = n_samples

    def add(self, index: int, k: int, probability: npt.NDArray[np.float32]) -> None:
        """Take slice ``k``, ``(y, x)``: of rater ``index``, or of sample ``index - len(raters)``."""
        sample = index - len(self.raters)
        if sample < 0:
            self._own.add(index, k, probability)
            self._sum_own[k] += probability
        else:
            self._samples.add(sample, k, probability)
            self._sum_samples[k] += probability

    def own(self) -> MaskSet:
        """Personalised masks, one a rater of the model."""
        return self._own.build()

    def samples(self) -> MaskSet:
        """Sampled masks."""
        return self._samples.build()

    def mean_sample(self) -> npt.NDArray[np.float32]:
        """``(z, y, x)`` mean of the samples' probabilities."""
        return self._sum_samples / np.float32(self._n_samples)

    def consensus(self) -> npt.NDArray[np.bool_]:
        """Where the mean of the personalised probabilities is above one half."""
        return self._sum_own / np.float32(len(self.raters)) > 0.5

    def sample_ml(self) -> npt.NDArray[np.float64]:
        """``(N,)`` volumes of the samples."""
        return np.array([areas_to_ml(areas, self.geometry) for areas in self._samples.slice_sizes])


def judge(drawn: Drawn, predicted: Predictions, *, exhaustive: bool = False) -> tuple[Figures, Figures]:
    """Figures of one structure in one case, and the identity Dice by rater of the model (``None``: drew nothing).

    ``exhaustive``: the samples are all that the method can draw, each as often as the others, and not random draws.
    """
    truth, samples = MaskSet.of(drawn.all_masks()), predicted.samples()
    share, mean_sample = frequency(truth), predicted.mean_sample()
    identity = identity_matrix([list(drawn.readings.get(r, ())) for r in predicted.raters], predicted.own())
    own = np.diagonal(identity)
    rater_ml = [Mask(mask, drawn.geometry).volume_ml for mask in drawn.all_masks()]
    consensus, energy = predicted.consensus(), ged2(truth, samples)
    figures = {
        "ged2": energy.value,
        "dice_identity_mean": _mean(own),
        "dice_identity_permuted": permuted_mean(identity),
        "dice_max": dice_max(truth, samples),
        "dice_match": dice_match(truth, samples) if len(samples) >= len(truth) else math.nan,
        "dice_soft": dice_soft_of_means(share, mean_sample),
        "sample_diversity": energy.predictions,
        "rater_diversity": energy.labels,
        "human_majority": human_majority(drawn.readings),
        "hm_iou": hm_iou(truth, samples),
        "volume_error_ml": volume_error(predicted.sample_ml(), rater_ml),
        "volume_crps_ml": volume_crps(predicted.sample_ml(), rater_ml),
        "calibration_error": calibration_error(mean_sample, share),
        "consensus_majority_dice": dice(consensus, share > 0.5),
        "consensus_staple_dice": dice(consensus, staple(truth)),
        "fleiss_kappa": fleiss_kappa(share, len(truth)),
        **_surface_figures(drawn, predicted),
        **draw_figures(drawn, predicted, exhaustive=exhaustive),
        "rater_floor": rater_floor(truth),
        "unbiased_rater_diversity": unbiased_diversity(truth),
        "repeat_gap": repeat_gap(list(drawn.readings.values())),
    }
    by_rater = {name: finite(value) for name, value in zip(predicted.raters, own, strict=True)}
    return {name: finite(figures[name]) for name in FIGURES}, by_rater


def draw_figures(drawn: Drawn, predicted: Predictions, *, exhaustive: bool = False) -> dict[str, float]:
    """:data:`OF_DRAWS`, NaN where not defined."""
    truth, samples, mean_sample = MaskSet.of(drawn.all_masks()), predicted.samples(), predicted.mean_sample()
    sample_ml, rater_ml = predicted.sample_ml(), [Mask(mask, drawn.geometry).volume_ml for mask in drawn.all_masks()]
    told = exhaustive or len(samples) >= COVERAGE_DRAWS
    energy = ged2(truth, samples)
    # of a finite set, draws without end are the set itself: every pair counts
    among = energy.predictions if exhaustive else unbiased(energy.predictions, len(samples))
    return {
        "fair_ged2": 2.0 * energy.cross - energy.labels - among,
        "random_levels": random_levels(truth, mean_sample),
        "unbiased_sample_diversity": among,
        "shape_share": shape_share(samples, mean_sample),
        "rater_shape_share": shape_share(truth, mean_sample),
        "volume_in_95": volume_coverage(sample_ml, rater_ml, 0.95) if told else math.nan,
        "volume_in_80": volume_coverage(sample_ml, rater_ml, 0.80) if told else math.nan,
    }


def reliability_of(drawn: Drawn, predicted: Predictions) -> list[list[float]]:
    """Bins of the mean map against the raters' share, to be added up over cases (``metrics.calibration``)."""
    return [[round(v, 3) for v in row] for row in
            reliability(predicted.mean_sample(), frequency(MaskSet.of(drawn.all_masks()))).tolist()]  # fmt: skip


def _surface_figures(drawn: Drawn, predicted: Predictions) -> dict[str, float]:
    """Mean over the model's raters of their own prediction's distance to their readings; empty surfaces left out."""
    own, rows = predicted.own(), []
    for index, rater in enumerate(predicted.raters):
        for reading in drawn.readings.get(rater, ()):
            d = surface_distances(own.mask(index), reading, drawn.geometry.spacing_mm, SURFACE_TOLERANCE_MM)
            rows.append((d.surface_dice, d.hd95_mm, d.assd_mm))
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return {name: _mean(column) for name, column in zip(("surface_dice", "hd95_mm", "assd_mm"), columns.T, strict=True)}


def _mean(values: npt.ArrayLike) -> float:
    array = np.asarray(values, dtype=np.float64)
    array = array[np.isfinite(array)]
    return float(array.mean()) if array.size else math.nan


def finite(value: float) -> float | None:
    """``value`` as JSON can say it: ``None`` where it is not a number."""
    return float(value) if math.isfinite(value) else None


def mean_of(values: Sequence[float | None]) -> float | None:
    """Mean of the values that are defined; ``None`` when none is."""
    return finite(_mean([value for value in values if value is not None]))


def mean_figures(rows: Sequence[Mapping[str, Any]], raters: Sequence[str]) -> dict[str, Any]:
    """Mean of every figure over rows where it is defined, and of ``dice_identity`` rater by rater."""
    means: dict[str, Any] = {name: mean_of([row[name] for row in rows]) for name in FIGURES}
    means["dice_identity"] = {r: mean_of([row["dice_identity"][r] for row in rows]) for r in raters}
    return means
