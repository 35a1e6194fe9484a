"""The same path on a GPU as on the processor: the same results, one wait a move, and a way on where memory ends."""

import numpy as np
import pytest
import torch

from proseg_gui.bundle import load_bundle
from proseg_gui.inference.device import from_device
from proseg_gui.inference.engine import THRESHOLD, Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import point_from
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.phantom import demo_study

cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
DEVICES = ["cpu", pytest.param("cuda", marks=cuda)]
K = 20


@pytest.fixture(scope="module")
def bundle():
    return load_bundle("phantom")


@pytest.fixture(scope="module")
def study():
    return demo_study()


def own_points(bundle):
    return [point_from(bundle.method.rater_coords(r)) for r in range(bundle.method.n_raters)]


@pytest.mark.parametrize("device", DEVICES)
def test_mixed_precision_draws_what_float32_draws(bundle, study, device):
    exact, mixed = (Engine(bundle, study, device=device, mixed_precision=mixed) for mixed in (False, True))
    for point in own_points(bundle):
        p, q = (engine.probability(K, point) for engine in (exact, mixed))
        assert q.dtype == np.float32 and (p != q).any()  # it did count with fewer bits
        assert np.abs(p - q).max() < 0.02
        assert ((p > THRESHOLD) != (q > THRESHOLD)).sum() <= 3 < (p > THRESHOLD).sum() / 50


@pytest.mark.parametrize("device", DEVICES)
def test_32_bits_count_unless_told(bundle, study, device):
    plain, exact = Engine(bundle, study, device=device), Engine(bundle, study, device=device, mixed_precision=False)
    point = own_points(bundle)[0]
    np.testing.assert_array_equal(plain.probability(K, point), exact.probability(K, point))


@cuda
def test_a_survey_on_cuda_is_that_of_the_processor(bundle, study):
    plan = default_plan(bundle)
    gpu, cpu = (CaseSurvey(Engine(bundle, study, device=device), plan) for device in ("cuda", "cpu"))
    ours, theirs = gpu.slice(K), cpu.slice(K)
    assert ours.sums["total"] == pytest.approx(theirs.sums["total"], rel=0.01)
    assert np.abs(ours.maps["total"] - theirs.maps["total"]).max() < 0.02
    assert np.abs(ours.sample_areas - theirs.sample_areas).max() <= 8
    for part, share in gpu.shares().items():
        assert share == pytest.approx(cpu.shares()[part], abs=0.01)


@cuda
def test_a_move_of_a_slider_waits_for_its_pixels_only(bundle, study, monkeypatch):
    waits = []

    def waiting(values):
        torch.cuda.set_sync_debug_mode("default")
        waits.append(values.shape)
        try:
            return from_device(values)
        finally:
            torch.cuda.set_sync_debug_mode("error")

    monkeypatch.setattr("proseg_gui.inference.engine.from_device", waiting)
    engine = Engine(bundle, study, device="cuda")
    points = own_points(bundle)
    engine.probability(K, points[0])
    waits.clear()
    torch.cuda.set_sync_debug_mode("error")  # any wait but the engine's own raises
    try:
        found = engine.probability(K, points[1])
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert found.max() > THRESHOLD and len(waits) == 1


@cuda
def test_a_card_without_room_hands_over_to_the_processor(bundle, study):
    engine, point = Engine(bundle, study, device="cuda"), own_points(bundle)[0]
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(1e-6)
    try:
        found = engine.probability(K, point)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert engine.device_name == "CPU"
    assert sum("ran out of memory" in notice for notice in engine.notices) == 1
    np.testing.assert_allclose(found, Engine(bundle, study, device="cpu").probability(K, point), atol=1e-5)
