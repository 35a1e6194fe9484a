"""A few of a model's draws that stand for all of them: medoids of 1 - IoU, each with its share of the draws.

After clicks these are the candidates for what is meant. A model that weighs readings of its own shows these instead,
each with the probability that it gives it. One whose draws are made step by step shows the first ones as they come
(:func:`first_draws`, :func:`stream`), and then the samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from proseg_gui.inference.medoids import k_medoids
from proseg_gui.inference.pointing import Clicks
from proseg_gui.jobs import CancelToken
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import Point

FloatArray = npt.NDArray[np.float64]
MOST = 12
"""Samples that are shown."""
PIXELS = 100_000
"""Shapes are compared on about so many pixels of the volume, or of the slice."""
NO_SAMPLES = "This model draws no samples: it has one answer"


@dataclass(frozen=True)
class Sample:
    """A draw that stands for others.

    Parameters
    ----------
    number:
        Which of the survey's draws, or of the model's own readings, from 0.
    share:
        Of all draws that it stands for, or the reading's probability, whole per cent; those of a gallery sum to 100.
        ``None`` while the other draws are not there.
    own:
        It is a reading of the model's own.
    clicks:
        What was pointed at, where it is a candidate for what is meant.
    """

    number: int
    point: Point
    share: int | None
    own: bool = False
    clicks: Clicks | None = None


def why_none(review: Reviewed | None) -> str:
    """Why there is no gallery; empty where there is one."""
    if review is None:
        return "No model looks at this scan"
    able = review.engine.method.capabilities.samples and review.survey.plan.n > 1
    return "" if able else NO_SAMPLES


def first_draws(review: Reviewed, most: int = MOST) -> tuple[Sample, ...]:
    """The draws to show while the others are made; none where draws are quick."""
    if not review.engine.method.capabilities.streams:
        return ()
    points, plan = review.survey.plan.points(review.engine.method), review.survey.plan
    return tuple(Sample(number, points[number], None) for number in plan.thin(most))


def choose(
    review: Reviewed, structure: int, k: int | None, token: CancelToken, most: int = MOST,
    clicks: Clicks | None = None,
) -> tuple[Sample, ...]:  # fmt: skip
    """The samples of a structure over the slices seen so far, or over slice ``k``; the most frequent shape first.

    The draws are those of the survey, or the model's own readings; after ``clicks`` the candidates for what is meant.
    The same draws give the same samples.
    """
    if clicks is not None and not clicks.empty:
        found = review.candidates(clicks, structure, k, token)
        shares = whole_shares(found.shares)
        return tuple(Sample(i, point, shares[i], clicks=clicks) for i, point in enumerate(found.points))
    if review.engine.method.capabilities.weighed:
        from proseg_gui.inference.readings import weighed_readings  # late: a window's start does not wait for torch

        points, chances = weighed_readings(review.engine, k, token)
        shares = whole_shares(chances)
        own = [Sample(number, point, shares[number], own=True) for number, point in enumerate(points)]
        return _by_share(own)
    points = review.survey.plan.points(review.engine.method)
    medoids, labels = k_medoids(distances(review, points, structure, k, token), most)
    shares = whole_shares(np.bincount(labels, minlength=len(medoids)))
    chosen = [Sample(number, points[number], share) for number, share in zip(medoids, shares, strict=True)]
    return _by_share(chosen)


def _by_share(samples: list[Sample]) -> tuple[Sample, ...]:
    return tuple(sorted(samples, key=lambda sample: (-(sample.share or 0), sample.number)))


def distances(
    review: Reviewed, points: tuple[Point, ...], structure: int, k: int | None, token: CancelToken
) -> FloatArray:
    """``(N, N)`` 1 - IoU of what is drawn at N points; two that draw nothing are the same.

    Taken on the thinned lattice of :mod:`proseg_gui.inference.patches`, each pixel counting for the mm^3 that it stands
    for.
    """
    engine, n = review.engine, len(points)
    one = None if k is None else engine.patch(k, PIXELS, token)
    patches = engine.patches.snapshot(PIXELS) if k is None else [] if one is None else [(k, one)]
    thickness = review.study.geometry.slice_thickness_mm()
    shared, sizes = np.zeros((n, n)), np.zeros(n)
    with engine.giving_way():
        for at, patch in patches:
            inside = np.concatenate([part[:, structure] > 0 for part in engine.patch_logits(patch, points, token)])
            flat = inside.reshape(n, -1).astype(np.float32)
            weight = patch.step**2 * float(thickness[at])
            shared += weight * (flat @ flat.T)
            sizes += weight * flat.sum(1)
    union = sizes[:, None] + sizes[None, :] - shared
    found = np.where(union > 0, 1.0 - shared / np.maximum(union, np.finfo(float).tiny), 0.0)
    return np.clip((found + found.T) / 2, 0.0, 1.0)


def whole_shares(counts: npt.NDArray[np.int64] | FloatArray) -> tuple[int, ...]:
    """Counts or probabilities as whole per cent that sum to 100.

    The largest remainders are rounded up, the first of equals first.
    """
    exact = 100.0 * counts / counts.sum()
    shares = np.floor(exact).astype(int)
    order = np.argsort(-(exact - shares), kind="stable")
    shares[order[: 100 - int(shares.sum())]] += 1
    return tuple(int(share) for share in shares)


def draw(
    review: Reviewed,
    samples: tuple[Sample, ...],
    structure: int,
    k: int,
    token: CancelToken,
    tell: Callable[[Any], None],
) -> None:
    """Tell ``(number in the gallery, (y, x) probability)`` of each sample on slice ``k``."""
    with review.engine.giving_way():
        points = [sample.point for sample in samples]
        for number, probability in enumerate(review.engine.probabilities(k, points, token)):
            tell((number, probability[structure]))


def stream(
    review: Reviewed,
    samples: tuple[Sample, ...],
    structure: int,
    k: int,
    token: CancelToken,
    tell: Callable[[Any], None],
) -> None:
    """:func:`draw`, but tell each sample after each step of its making."""
    with review.engine.giving_way():
        for number, sample in enumerate(samples):
            for probability in review.engine.stream(k, sample.point, token):
                tell((number, probability[structure]))
