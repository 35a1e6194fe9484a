"""Whether a model fits a study: what the files say, and whether the image looks like those that it learned from.

A slice is described by its features where the decoder reads them: of each channel the mean, the standard deviation and
how it lies in the slice (:func:`describe`). A bundle's card holds the mean and the covariance of these descriptors over
its training images, turned into numbers by :class:`Reference`, and the distance (Mahalanobis, after Ledoit and Wolf's
shrinkage) up to which an image counts as alike, taken from cases that were left out. Nothing else of a case is kept.
Measured on six kinds of misfits: docs/decisions/model-fit.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from proseg_gui.bundle import Card, metadata_misfits
from proseg_gui.jobs import CancelToken

if TYPE_CHECKING:
    from proseg_gui.inference.engine import Engine

Array = npt.NDArray[np.float64]

CHANNELS = 32
"""Of a wider network's features the first so many are described: a card stays small."""
MOMENTS = 8
LOOKED_AT = 3
"""Slices of a study that are described; the one that looks most alike counts, as a scan may begin elsewhere."""
DIRECTIONS = 16
"""Directions of a reference whose spread is kept by itself; the others share one."""
FEWEST_CASES = 8
"""A distance calibrated on fewer cases would be a guess: such a bundle says nothing about its images."""
FALSE_ALARMS = 0.02
"""Share of the model's own kind of cases that may be called a misfit; the limit of the issue is 5 %."""
MISSED, WIDEST = 0.05, 1.5
"""A threshold is widened towards the distance that this share of turned images stays below, at most by this factor."""
FAR = 3.0
"""So many times the distance up to which a scanner counts as alike, and the model is said not to fit."""
ALIKE, OTHER, TOO_FAR = "alike", "other", "far"
"""How an image was made, beside a training's: the three colours of a traffic light."""
LISTS, DIGITS = ("mean", "scale", "directions", "variances"), 5


@dataclass(frozen=True)
class Fit:
    """Whether a model fits a study; ``reasons`` are sentences for people, one for each thing that does not fit.

    ``distance`` and ``threshold`` are ``None`` where the image was not looked at, or the card has no reference; the
    same holds for ``scanner`` and ``scanner_threshold``, of a method that adjusts for the scanner.
    """

    ok: bool
    reasons: tuple[str, ...] = ()
    distance: float | None = None
    threshold: float | None = None
    scanner: float | None = None
    scanner_threshold: float | None = None

    @property
    def scanner_times(self) -> float | None:
        """How many times as far as the training's own images go; ``None`` where nobody can say."""
        return None if self.scanner is None or not self.scanner_threshold else self.scanner / self.scanner_threshold

    @property
    def light(self) -> str:
        """How the image was made: :data:`ALIKE`, :data:`OTHER` or :data:`TOO_FAR`; empty where nobody can say."""
        times = self.scanner_times
        if times is None:
            return ""
        return ALIKE if times <= 1.0 else OTHER if times <= FAR else TOO_FAR

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; of a scanner only where a model adjusts for it."""
        found = {"ok": self.ok, "reasons": list(self.reasons), "distance": self.distance, "threshold": self.threshold}
        if not self.light:
            return found
        return {**found, "scanner": self.scanner, "scanner_threshold": self.scanner_threshold, "light": self.light}


@dataclass(frozen=True, eq=False)
class Reference:
    """Where the descriptors of a model's own images lie.

    ``mean (D,)``, ``scale (D,)``; in units of ``scale``, ``directions (K, D)`` are orthonormal with the variances
    ``variances (K,)``, and ``rest`` is the variance along every other direction. ``threshold`` is the distance up to
    which an image counts as alike, ``cases`` how many cases stand behind it.
    """

    mean: Array
    scale: Array
    directions: Array
    variances: Array
    rest: float
    threshold: float = np.inf
    cases: int = 0

    def distances(self, descriptors: Array) -> Array:
        """``(n, D)`` -> ``(n,)``, in spreads of the reference: of the order of 1 for its own images, whatever D is."""
        z = (descriptors - self.mean) / self.scale
        along = z @ self.directions.T
        beyond = np.maximum((z * z).sum(-1) - (along * along).sum(-1), 0.0)
        squared = (along * along / self.variances).sum(-1) + beyond / self.rest
        return np.asarray(np.sqrt(squared / z.shape[-1]))

    def distance(self, descriptors: Array) -> float:
        """That of a study by the descriptors ``(n, D)`` of its slices: the smallest."""
        return float(self.distances(descriptors).min())

    def as_card(self) -> dict[str, Any]:
        """What a card holds; the keys are in docs/architecture.md."""
        lists = {name: _rounded(getattr(self, name)) for name in LISTS}
        return {"threshold": _rounded(self.threshold), "cases": self.cases, "rest": _rounded(self.rest), **lists}

    @classmethod
    def from_card(cls, card: Card) -> Reference | None:
        """The card's, which was checked when it was read; ``None`` where it has none."""
        if not card.fit:
            return None
        mean, scale, directions, variances = (np.array(card.fit[name], np.float64) for name in LISTS)
        rest, threshold, cases = card.fit["rest"], card.fit["threshold"], card.fit["cases"]
        return cls(mean, scale, directions, variances, float(rest), float(threshold), int(cases))


# -- looking at an image ----------------------------------------------------------------------------------------------
def describe(features: Tensor) -> Array:
    """``(1, C, H, W)`` features of a slice -> ``(MOMENTS * c,)``, c = C but at most :data:`CHANNELS`.

    With x and y from -1 to 1 over the slice and f' = f - mean(f), in this order: mean(f), std(f), and the means of
    f' y, f' x, f' y^2, f' x^2, f' x y and f' (y^3 - 0.6 y). The last ones tell what is turned or upside down.
    """
    part = features[0, :CHANNELS].detach().float()
    height, width = part.shape[-2:]
    y, x = (torch.linspace(-1.0, 1.0, n, device=part.device) if n > 1 else part.new_zeros(1) for n in (height, width))
    mean = part.mean((1, 2))
    centred = part - mean[:, None, None]
    down, across = centred.mean(2), centred.mean(1)
    moments = [
        mean, centred.square().mean((1, 2)).sqrt(), down @ y / height, across @ x / width, down @ y**2 / height,
        across @ x**2 / width, (centred @ x) @ y / (height * width), down @ (y**3 - 0.6 * y) / height,
    ]  # fmt: skip
    return torch.stack(moments).flatten().cpu().numpy().astype(np.float64)


def slices_to_look_at(n_slices: int, most: int = LOOKED_AT) -> list[int]:
    """``most`` slices spread evenly over a volume; all of a shorter one."""
    if n_slices <= most:
        return list(range(n_slices))
    return [int((i + 0.5) * n_slices / most) for i in range(most)]


def judge_fit(engine: Engine, token: CancelToken | None = None, *, enough: bool = False) -> Fit:
    """Whether the engine's model fits its study. Encodes up to :data:`LOOKED_AT` slices, which stay in its cache.

    With ``enough`` it begins in the middle and stops at the first slice that looks alike: ``ok`` is the same, since
    the smallest distance counts, and ``distance`` is at least that of all slices.
    """
    card, reasons = engine.bundle.card, list(metadata_misfits(engine.bundle.card, engine.study))
    reference = Reference.from_card(card)
    if reference is None or engine.missing:  # an estimated channel is no part of what the reference describes
        return Fit(not reasons, tuple(reasons))
    scanner, limit = None, scanner_threshold_of(card)
    if engine.method.capabilities.adjusts and limit is not None:
        scanner = round(min(engine.scanner_distance(k, token) for k in slices_to_look_at(engine.n_slices)), 3)
        if scanner > FAR * limit:
            reasons.append(
                f"The image was made otherwise than those that the model {card.name} learned from: another scanner, "
                "sequence or quality."
            )
    slices = slices_to_look_at(engine.n_slices)
    distance = np.inf
    for k in sorted(slices, key=lambda k: abs(k - engine.n_slices // 2)):
        distance = min(distance, reference.distance(engine.descriptor(k, token)[None]))
        if enough and distance <= reference.threshold:
            break
    if not distance <= reference.threshold:
        reasons.append(
            f"The image does not look like those that the model {card.name} learned from: another kind of image, "
            "another part of the body, or turned or inverted."
        )
    return Fit(not reasons, tuple(reasons), round(distance, 3), reference.threshold, scanner, limit)


def scanner_threshold_of(card: Card) -> float | None:
    """The distance up to which a scanner counts as alike; ``None`` where the card does not know it."""
    known = card.fit.get("scanner")
    return None if known is None else float(known["threshold"])


# -- learning a reference ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Described:
    """A case's descriptors: ``looked (n, D)`` of the slices that a study is judged by, ``all (m, D)`` of many more.

    ``turned``: ``(n, D)`` each, of the looked-at slices as they must not lie: turned, or upside down.
    """

    looked: Array
    all: Array
    turned: tuple[Array, ...] = ()


def learn_reference(cases: Sequence[Described]) -> Reference | None:
    """The reference of a model's own cases, with a threshold from cases that were left out; ``None`` of too few."""
    if len(cases) < FEWEST_CASES:
        return None
    return replace(_moments(cases), threshold=threshold_of(*left_out_distances(cases)), cases=len(cases))


def left_out_distances(cases: Sequence[Described], folds: int = 30) -> tuple[Array, Array]:
    """Distances of each case from a reference of cases of which it is none: ``(n,)``, and turned ``(kinds, n)``."""
    found, turned = np.zeros(len(cases)), np.zeros((len(cases[0].turned), len(cases)))
    for fold in range(min(folds, len(cases))):
        out = range(fold, len(cases), folds)
        reference = _moments([case for i, case in enumerate(cases) if i not in out])
        for i in out:
            found[i] = reference.distance(cases[i].looked)
            turned[:, i] = [reference.distance(rows) for rows in cases[i].turned]
    return found, turned


def threshold_of(distances: Array, turned: Array) -> float:
    """The distance up to which an image counts as alike, from distances of cases that were left out.

    A further case exceeds the k-th smallest of n with k = ceil((n + 1)(1 - share)) in at most that share of
    :data:`FALSE_ALARMS`; of few cases it is the largest. Other scanners and frames than those of the data lie beyond,
    so where turned images are much farther away, the threshold is put half way to them (geometrically).
    """
    rank = int(np.ceil((len(distances) + 1) * (1.0 - FALSE_ALARMS)))
    usual = float(np.sort(distances)[min(rank, len(distances)) - 1])
    if not turned.size or usual <= 0:
        return max(usual, 1e-6)
    away = float(np.quantile(turned, MISSED, axis=1).min())
    return min(max(usual, np.sqrt(usual * away)), WIDEST * usual)


def _moments(cases: Sequence[Described]) -> Reference:
    """Mean and shrunk covariance of the cases' descriptors, without a threshold."""
    rows = np.concatenate([case.all for case in cases])
    spread = rows.std(0)
    scale = spread + 1e-3 * spread.max() + 1e-6
    mean = rows.mean(0)
    covariance = _shrunk((rows - mean) / scale)
    values, vectors = np.linalg.eigh(covariance)
    kept = min(DIRECTIONS, len(values) - 1)
    return Reference(mean, scale, vectors[:, -kept:].T, values[-kept:], float(values[:-kept].mean()))


def _shrunk(rows: Array) -> Array:
    """Covariance of centred ``rows (n, D)``, drawn towards a multiple of the identity as Ledoit and Wolf (2004) do."""
    n, dims = rows.shape
    sample = rows.T @ rows / n
    level = np.trace(sample) / dims
    away = float(np.square(sample - level * np.eye(dims)).sum())
    noise = float(np.square(np.square(rows).sum(1)).sum() / n - np.square(sample).sum()) / n
    share = min(max(noise, 0.0) / away, 1.0) if away > 0 else 1.0
    share = max(share, 1e-4)  # rows that lie in a plane would leave directions without any spread
    return np.asarray((1.0 - share) * sample + share * max(level, 1e-6) * np.eye(dims))


def _rounded(values: Any) -> Any:
    if isinstance(values, np.ndarray):
        return [_rounded(value) for value in values]
    return float(f"{values:.{DIGITS}g}")
