"""Samples that stand for all draws: their shares, the same each time; readings and candidates in their place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from proseg_gui.bundle import Bundle, Card
from proseg_gui.errors import Cancelled
from proseg_gui.inference.pointing import Click, Clicks
from proseg_gui.inference.readings import weighed_readings
from proseg_gui.jobs import CancelToken
from proseg_gui.metrics.overlap import iou_matrix
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.networks.registry import METHODS, build
from proseg_gui.review.gallery import (
    NO_SAMPLES,
    choose,
    distances,
    first_draws,
    stream,
    whole_shares,
    why_none,
)
from proseg_gui.review.session import Reviewed, begin_review
from proseg_gui.volume import Geometry, Study, Volume


@pytest.mark.parametrize("counts", [[1, 1, 1], [48], [20, 15, 7, 3, 2, 1], [1] * 12, [47, 1]])
def test_shares_sum_to_a_hundred_and_are_within_one(counts):
    shares = whole_shares(np.array(counts))
    assert sum(shares) == 100
    assert all(abs(share - 100 * n / sum(counts)) < 1 for share, n in zip(shares, counts, strict=True))


@pytest.fixture(scope="module")
def review() -> Reviewed:
    """A small untrained model whose draws differ, on noise: uneven sides, two pixels of the image a pixel of it."""
    torch.manual_seed(2)
    method = ProSeg(2, 2, 1, widths=(8, 8), features=8, hidden=8, modes=4).eval()
    with torch.no_grad():
        method.third.weight *= 8.0
    card = Card("proseg", "tiny", "1", method.architecture(), ("anna", "ben"), ("a", "b"), ("image",), "MR", (1.0, 1.0),
                {"kind": "percentile", "low": 1.0, "high": 99.0}, {"kind": "whole"})  # fmt: skip
    geometry = Geometry((3, 24, 20), np.zeros(3), (4.0, 1.0, 1.0), np.eye(3))
    image = np.random.default_rng(0).normal(size=geometry.shape).astype(np.float32)
    study = Study("noise", {"image": Volume(image, geometry, modality="MR")})
    found = begin_review(study, Bundle(card, method, Path()), "cpu")
    for k in range(3):
        found.engine.encode(k)
    return found


@pytest.mark.parametrize(("structure", "k"), [(0, None), (1, None), (0, 1)])
def test_distances_are_one_minus_iou_of_what_is_drawn(review, structure, k):
    points = review.survey.plan.points(review.engine.method)[:9]
    masks = [review.engine.mask(point, structure).array for point in points]
    masks = masks if k is None else [mask[k] for mask in masks]
    assert len({mask.sum() for mask in masks}) > 3, "the draws differ"
    found = distances(review, points, structure, k, CancelToken())
    assert found == pytest.approx(1.0 - iou_matrix(masks, masks), abs=1e-6)


def test_samples_are_draws_of_the_survey_the_same_each_time(review):
    samples = choose(review, 0, None, CancelToken())
    points = review.survey.plan.points(review.engine.method)
    assert 1 < len(samples) <= 12
    assert sum(sample.share for sample in samples) == 100
    assert all(points[sample.number] == sample.point for sample in samples)
    assert [s.share for s in samples] == sorted((s.share for s in samples), reverse=True)
    assert choose(review, 0, None, CancelToken()) == samples
    assert choose(review, 0, 1, CancelToken()) != samples


def test_a_method_without_draws_has_no_gallery(review):
    assert why_none(review) == ""
    assert why_none(None)
    one = SimpleNamespace(capabilities=SimpleNamespace(samples=False))
    plain = SimpleNamespace(engine=SimpleNamespace(method=one), survey=SimpleNamespace(plan=SimpleNamespace(n=48)))
    assert why_none(plain) == NO_SAMPLES


@pytest.mark.parametrize("kind", [name for name, kind in METHODS.items() if kind.capabilities.weighed])
def test_readings_that_a_model_weighs_are_shown_with_its_own_probabilities(review, kind):
    torch.manual_seed(2)
    method = build(kind, {"n_raters": 2, "n_structures": 2, "widths": (8, 8), "features": 8, "hidden": 8}).eval()
    card = replace(review.bundle.card, kind=kind, architecture=method.architecture())
    own = begin_review(review.study, Bundle(card, method, Path()), "cpu")
    for k in (None, 1):
        samples = choose(own, 0, k, CancelToken())
        points, chances = weighed_readings(own.engine, k)
        assert len(samples) == len(points) and sum(s.share for s in samples) == 100
        assert all(s.own and s.point == points[s.number] for s in samples)
        assert all(abs(s.share - 100 * chances[s.number]) < 1 for s in samples)
        assert [s.share for s in samples] == sorted((s.share for s in samples), reverse=True)
    assert not any(sample.own for sample in choose(review, 0, None, CancelToken()))


@pytest.mark.parametrize("kind", [name for name, kind in METHODS.items() if kind.capabilities.streams])
def test_draws_that_are_made_in_steps_are_told_step_by_step(review, kind):
    torch.manual_seed(2)
    method = build(kind, {"n_raters": 2, "n_structures": 2, "widths": (8, 8), "features": 8, "hidden": 8}).eval()
    card = replace(review.bundle.card, kind=kind, architecture=method.architecture())
    own = begin_review(review.study, Bundle(card, method, Path()), "cpu")
    first, told = first_draws(own, 3), []
    stream(own, first, 0, 1, CancelToken(), told.append)
    assert [number for number, _ in told] == [n for n in range(3) for _ in range(method.steps_each)]
    for number, sample in enumerate(first):
        assert sample.share is None and sample.point == own.survey.plan.points(own.engine.method)[sample.number]
        last = [probability for n, probability in told if n == number][-1]
        assert np.array_equal(last, own.engine.probability(1, sample.point)[0])
    token = CancelToken()

    def stop(_value):
        token.cancel()

    with pytest.raises(Cancelled):
        stream(own, first, 0, 2, token, stop)
    assert sum(sample.share for sample in choose(own, 0, 1, CancelToken())) == 100
    assert first_draws(review) == ()


def test_after_clicks_the_candidates_are_shown_with_their_shares():
    kind = next(name for name, method in METHODS.items() if method.capabilities.clicks)
    torch.manual_seed(2)
    method = build(kind, {"n_raters": 2, "widths": (4, 8), "features": 4, "hidden": 4}).eval()
    card = Card(kind, "tiny", "1", method.architecture(), ("a", "b"), ("lesion",), ("image",), "unknown", (2.0, 2.0),
                {"kind": "percentile", "low": 1.0, "high": 99.0}, {"kind": "whole"})  # fmt: skip
    image = np.random.default_rng(1).normal(size=(2, 16, 18)).astype(np.float32)
    geometry = Geometry.plain(image.shape, (3.0, 2.0, 2.0))
    study = Study("noise", {"image": Volume(image, geometry)}, ("lesion",))
    review = begin_review(study, Bundle(card, method, Path()), "cpu")
    clicks = Clicks((Click(tuple(geometry.index_to_world((1, 8, 8)).tolist())),))
    found = choose(review, 0, 1, CancelToken(), clicks=clicks)
    assert sum(sample.share for sample in found) == 100 and all(sample.clicks == clicks for sample in found)
    assert found[0].share == max(sample.share for sample in found)
