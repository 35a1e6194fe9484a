"""Readings that a model weighs: probabilities of a slice, and of a volume the mean by how much of it may be drawn."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from proseg_gui.inference.engine import Engine
from proseg_gui.inference.readings import weighed_readings
from proseg_gui.networks.registry import METHODS, build

KINDS = [name for name, kind in METHODS.items() if kind.capabilities.weighed]


@pytest.fixture(params=KINDS)
def engine(request, make):
    torch.manual_seed(4)
    method = build(request.param, {"n_raters": 3, "widths": (4, 8), "features": 4, "hidden": 4}).eval()
    return Engine(make.bundle(method, kind=request.param), make.noise(), device="cpu")


def test_a_slice_has_its_own_and_the_volume_their_mean(engine):
    by_slice = []
    for k in range(engine.n_slices):
        points, chances = weighed_readings(engine, k)
        assert len(points) == len(chances) and chances.sum() == pytest.approx(1.0)
        by_slice.append(chances)
    assert np.ptp(by_slice, axis=0).max() > 1e-6
    size = np.zeros(engine.n_slices)
    for k, patch in engine.patches.snapshot():
        size[k] = patch.pixels * patch.step**2
    assert size.any()
    assert weighed_readings(engine)[1] == pytest.approx(size @ np.array(by_slice) / size.sum(), abs=1e-6)


def test_before_any_slice_is_seen_it_is_the_middle_one(engine):
    assert weighed_readings(engine)[1] == pytest.approx(weighed_readings(engine, engine.n_slices // 2)[1])


def test_a_reading_draws_the_same_at_its_point_and_by_its_stop(engine):
    points, _ = weighed_readings(engine, 0)
    (control,) = engine.method.preference_controls()
    for number, point in enumerate(points):
        step = 2 * control.limit / (len(control.stops) - 1)
        position = -control.limit + step * (number + 1)
        start = engine.method.consensus_style()
        moved = engine.method.moved(control, start, position)
        assert moved["tau"].tolist() == pytest.approx(point["tau"], abs=1e-6)
