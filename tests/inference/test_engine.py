import threading

import numpy as np
import pytest
import torch

from proseg_gui.bundle import normalise
from proseg_gui.errors import Cancelled, UserError
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.points import point_from, unstacked
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry, Study, Volume


def draws(bundle, n=4, seed=0):
    return unstacked(bundle.method.draw(None, n, torch.Generator().manual_seed(seed)))


def style(bundle):
    return point_from(bundle.method.consensus_style())


# -- the same pixels, whichever way ------------------------------------------------------------------------------------
def test_a_cached_slice_decodes_to_the_same_bits_as_a_fresh_one(make, bundle):
    study = make.noise()
    cached, fresh = Engine(bundle, study, device="cpu"), Engine(bundle, study, device="cpu", cache_bytes=0)
    for point in draws(bundle):
        for k in (0, 3, 0):
            np.testing.assert_array_equal(cached.probability(k, point), fresh.probability(k, point))


def test_it_is_the_method_itself(make, bundle):
    """Window, command line and `personalised` are one thing: the decoder at the rater's own point, eps = 0."""
    study = make.noise()
    engine = Engine(bundle, study, device="cpu")
    for k in (0, 4):
        image = normalise(study.image.array[k], bundle.card.window)
        with torch.inference_mode():
            features = bundle.method.encode(torch.from_numpy(image)[None, None])
            for rater in range(3):
                expected = torch.sigmoid(bundle.method.personalised(features, rater))[0].numpy()
                got = engine.probability(k, point_from(bundle.method.rater_coords(rater)))
                np.testing.assert_allclose(got, expected, atol=2e-4)
                assert 0.05 < expected.mean() < 0.95, "the fixture must draw something"


def test_results_are_read_only_float32_on_the_images_grid(engine, bundle):
    p = engine.probability(2, style(bundle))
    assert (p.shape, p.dtype) == ((1, 37, 45), np.float32)
    assert np.isfinite(p).all()
    with pytest.raises(ValueError, match="read-only"):
        p[0, 0, 0] = 1.0
    before = p.copy()
    engine.probability(2, draws(bundle)[0])
    np.testing.assert_array_equal(p, before, "a result must not change when the next one is computed")


def test_points_in_a_row_equal_points_alone(engine, bundle):
    points = draws(bundle)
    for point, p in zip(points, engine.probabilities(1, points), strict=True):
        np.testing.assert_array_equal(p, engine.probability(1, point))


def test_two_engines_agree_bit_by_bit(make, bundle):
    study, point = make.noise(), draws(bundle)[0]
    one, two = (Engine(bundle, study, device="cpu") for _ in range(2))
    for k in range(one.n_slices):
        np.testing.assert_array_equal(one.probability(k, point), two.probability(k, point))


@pytest.mark.parametrize("shape", [(1, 37, 45), (3, 3, 5), (2, 1, 1), (1, 64, 2), (2, 129, 31)])
def test_odd_and_tiny_images(make, bundle, shape):
    rng = np.random.default_rng(1)
    volume = Volume(rng.normal(0, 50, shape).astype(np.float32), Geometry.plain(shape), "HU", "CT")
    engine = Engine(bundle, Study("odd", {"c0": volume}), device="cpu")
    mask = engine.mask(style(bundle))
    assert mask.array.shape == shape
    assert np.isfinite(engine.probability(0, style(bundle))).all()


def test_several_channels_and_structures(make):
    bundle = make.random_bundle(n_structures=2, n_channels=3)
    engine = Engine(bundle, make.noise(channels=3), device="cpu")
    p = engine.probability(0, style(bundle))
    assert p.shape == (2, 37, 45)
    np.testing.assert_array_equal(engine.mask(style(bundle), 1).array[0], p[1] > 0.5)
    with pytest.raises(UserError, match="takes 3 channels"):
        Engine(bundle, make.noise(channels=2), device="cpu")


def test_a_constant_image_gives_a_notice_and_a_finite_result(make, bundle):
    for window in ({"kind": "fixed", "low": -100.0, "high": 100.0}, {"kind": "percentile", "low": 1, "high": 99}):
        other = make.bundle(bundle.method, structures=("s0",), window=window)
        volume = Volume(np.full((2, 20, 20), 40, np.int16), Geometry.plain((2, 20, 20)), "HU", "CT")
        engine = Engine(other, Study("flat", {"c0": volume}), device="cpu")
        assert any("same value everywhere" in notice for notice in engine.notices)
        assert np.isfinite(engine.probability(0, style(bundle))).all()
    assert not Engine(bundle, make.noise(), device="cpu").notices


def test_another_modality_is_noted(make, bundle):
    study = make.noise()
    volume = study.image
    mr = Study("mr", {"c0": Volume(volume.array, volume.geometry, "", "MR")})
    assert any("MR" in notice for notice in Engine(bundle, mr, device="cpu").notices)


# -- geometry ----------------------------------------------------------------------------------------------------------
def centroid_mm(mask):
    return mask.geometry.index_to_world(np.argwhere(mask.array)).mean(0)


OBLIQUE = np.linalg.qr(np.array([[1.0, 0.2, 0.1], [-0.2, 1.0, 0.3], [0.1, -0.2, 1.0]]))[0]


@pytest.mark.parametrize("model_spacing", [(1.0, 1.0), (2.0, 2.0), (0.6, 1.5)])
@pytest.mark.parametrize(
    "geometry",
    [
        Geometry.plain((9, 50, 60), (3.0, 1.0, 1.0)),
        Geometry((9, 70, 50), np.array([-100.0, 40.0, 7.0]), (3.0, 0.7, 1.1), np.diag([-1.0, 1.0, -1.0])),
        Geometry((9, 60, 60), np.array([10.0, -40.0, 70.0]), (3.0, 0.9, 0.9), OBLIQUE),
    ],
    ids=["axial", "reversed", "oblique"],
)
def test_a_model_at_another_spacing_draws_in_the_right_place(make, geometry, model_spacing):
    centre = geometry.index_to_world((4.2, 0.45 * geometry.shape[1], 0.55 * geometry.shape[2]))
    study = make.ball(geometry=geometry, centre=centre, radius=12.0)
    engine = Engine(make.bright_bundle(spacing=model_spacing), study, device="cpu")
    mask = engine.mask(style(engine.bundle))
    assert mask.geometry.same_grid(geometry)
    assert np.abs(centroid_mm(mask) - centre).max() < 0.35
    assert mask.volume_ml == pytest.approx(4 / 3 * np.pi * 12**3 / 1000, rel=0.08)
    assert engine.volume_ml(style(engine.bundle)).ml == pytest.approx(mask.volume_ml, rel=0.03)


def test_a_box_is_put_around_the_point_and_all_else_is_background(make):
    bundle = make.bright_bundle(field_of_view={"kind": "box", "size_mm": [30.0, 30.0]})
    geometry = Geometry((5, 80, 90), np.array([-40.0, 20.0, 5.0]), (2.0, 1.0, 1.0), np.diag([1.0, -1.0, 1.0]))
    near = geometry.index_to_world((2, 20, 25))
    study = make.ball(geometry=geometry, centre=near, radius=8.0)
    here = Engine(bundle, study, device="cpu", box_centre_mm=tuple(near))
    assert not here.notices
    mask = here.mask(style(bundle))
    whole = Engine(make.bright_bundle(), study, device="cpu").mask(style(bundle))
    np.testing.assert_array_equal(mask.array, whole.array)
    away = Engine(bundle, study, device="cpu", box_centre_mm=tuple(geometry.index_to_world((2, 60, 65))))
    assert away.mask(style(bundle)).array.sum() == 0
    assert away.probability(2, style(bundle))[0, 0, 0] < 1e-12
    middle = Engine(bundle, study, device="cpu")
    assert any("middle" in notice for notice in middle.notices)


# -- volume in ml ------------------------------------------------------------------------------------------------------
def test_the_volume_is_that_of_the_mask_once_all_slices_are_seen(make, bright):
    point = style(bright.bundle)
    bright.encode(2)
    some = bright.volume_ml(point)
    assert not some.complete
    mask = bright.mask(point)
    every = bright.volume_ml(point)
    assert every.complete
    assert 0 < some.ml < every.ml
    assert every.ml == pytest.approx(mask.volume_ml, rel=1e-9)


def test_the_volume_does_not_need_the_features_any_more(make):
    bundle, study = make.bright_bundle(), make.ball()
    engine = Engine(bundle, study, device="cpu", cache_bytes=0)
    mask = engine.mask(style(bundle))
    assert all(engine.is_encoded(k) for k in range(engine.n_slices))
    assert engine.volume_ml(style(bundle)).ml == pytest.approx(mask.volume_ml, rel=1e-9)


def test_a_thinned_volume_is_close(make):
    study = make.ball((12, 90, 90), radius=25.0)
    engine = Engine(make.bright_bundle(), study, device="cpu")
    mask = engine.mask(style(engine.bundle))
    thinned = engine.volumes_ml([style(engine.bundle)], max_pixels=4000)[0, 0]
    assert thinned != mask.volume_ml
    assert thinned == pytest.approx(mask.volume_ml, rel=0.05)


def test_slices_far_from_the_structure_cost_nothing(make):
    study = make.ball((20, 40, 40), radius=8.0)
    engine = Engine(make.bright_bundle(), study, device="cpu")
    for k in range(20):
        engine.encode(k)
    held = [k for k, _ in engine.patches.snapshot()]
    assert engine.patches.seen == 20
    assert 6 < len(held) < 18
    assert 10 in held


# -- memory ------------------------------------------------------------------------------------------------------------
def test_encoding_ahead_never_displaces_what_was_looked_at(make, bundle, monkeypatch):
    study = make.noise(shape=(8, 16, 16))
    one = 8 * 16 * 16 * 4
    engine = Engine(bundle, study, device="cpu", cache_bytes=3 * one)
    encoded = []
    encode = engine._network.method.encode
    monkeypatch.setattr(engine._network.method, "encode", lambda x: (encoded.append(1), encode(x))[1])
    engine.probability(4, style(bundle))
    for k in (3, 5, 2, 6, 1, 7, 0):
        engine.encode(k)
    assert all(engine.is_encoded(k) for k in range(engine.n_slices))
    assert len(encoded) == 8
    for k in (4, 3):
        engine.probability(k, style(bundle))
    assert len(encoded) == 8, "the slice in view and its neighbour are still there"
    engine.probability(7, style(bundle))
    assert len(encoded) == 9


# -- stopping ----------------------------------------------------------------------------------------------------------
def test_a_cancelled_token_stops_before_the_next_slice(engine, bundle):
    token, seen = CancelToken(), []

    def progress(share, _text):
        seen.append(share)
        if len(seen) == 2:
            other = threading.Thread(target=token.cancel)
            other.start()
            other.join()

    with pytest.raises(Cancelled):
        engine.mask(style(bundle), 0, token, progress)
    assert seen == [0.2, 0.4]
    assert not engine.is_encoded(2)


def test_a_cancelled_token_stops_between_layers(make, bundle):
    engine = Engine(bundle, make.noise(), device="cpu")
    token, layers = CancelToken(), []
    convolutions = [m for m in engine._network.method.modules() if isinstance(m, torch.nn.Conv2d)]

    def stop(*_):
        layers.append(1)
        token.cancel()

    for layer in convolutions:
        layer.register_forward_hook(stop)
    with pytest.raises(Cancelled):
        engine.probability(0, style(bundle), token)
    assert len(layers) == 1 < len(convolutions)
    assert not engine.is_encoded(0)
    assert engine.probability(0, style(bundle)).shape == (1, 37, 45), "the engine works on after a cancel"


def test_a_cancelled_token_stops_even_when_cached(engine, bundle):
    engine.encode(0)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        engine.probability(0, style(bundle), token)
    with pytest.raises(Cancelled):
        engine.mask(style(bundle), 0, token)
    with pytest.raises(Cancelled):
        engine.volume_ml(style(bundle), 0, token)


def test_background_work_waits_while_another_thread_holds(engine, bundle):
    started, ended = threading.Event(), threading.Event()

    def background():
        started.set()
        engine.mask(style(bundle))
        ended.set()

    engine.hold()
    thread = threading.Thread(target=background)
    thread.start()
    started.wait()
    assert not ended.wait(0.15)
    assert engine.probability(3, style(bundle)).shape == (1, 37, 45), "the holder itself goes on"
    engine.hold()
    engine.release()
    assert not ended.is_set(), "holds add up"
    engine.release()
    thread.join(20)
    assert ended.is_set()


def test_waiting_background_work_can_be_cancelled(engine, bundle):
    token, outcome = CancelToken(), []

    def background():
        try:
            engine.mask(style(bundle), 0, token)
        except Cancelled:
            outcome.append("stopped")

    engine.hold()
    thread = threading.Thread(target=background)
    thread.start()
    token.cancel()
    thread.join(20)
    engine.release()
    assert outcome == ["stopped"]


def test_only_the_holder_releases(engine):
    with pytest.raises(RuntimeError, match="does not hold"):
        engine.release()


def test_two_threads_get_the_right_answers(make, bundle):
    study = make.noise(shape=(8, 37, 45))
    points = draws(bundle, 6)
    reference = Engine(bundle, study, device="cpu")
    expected = {(k, i): reference.probability(k, p) for k in range(8) for i, p in enumerate(points)}
    shared, wrong = Engine(bundle, study, device="cpu", cache_bytes=40_000), []

    def work(order):
        for k in order:
            for i, point in enumerate(points):
                if not np.array_equal(shared.probability(k, point), expected[k, i]):
                    wrong.append((k, i))

    threads = [threading.Thread(target=work, args=(order,)) for order in (range(8), range(7, -1, -1), (3, 5, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# -- devices -----------------------------------------------------------------------------------------------------------
def test_no_such_device(make, bundle):
    with pytest.raises(UserError, match="cuda:99"):
        Engine(bundle, make.noise(), device="cuda:99")


def test_out_of_memory_on_a_gpu_goes_on_with_the_cpu(make, bundle, monkeypatch):
    """The GPU is played by a network that says it is one and runs out of memory after its first slice."""
    study, point = make.noise(), style(bundle)
    engine, plain = (Engine(bundle, study, device="cpu") for _ in range(2))
    network = engine._network

    class Card:
        type = "cuda"

    fake = type(network)(network.method, network.device)
    object.__setattr__(fake, "device", Card())
    labels = {"cuda": "A card", "cpu": "CPU"}
    monkeypatch.setattr("proseg_gui.inference.engine.device_label", lambda device: labels[device.type])

    def full(self, net, *others):
        if net.device.type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return run(self, net, *others)

    run = Engine._run_encoder
    monkeypatch.setattr(Engine, "_run_encoder", full)
    engine._network = fake
    assert engine.device_name == "A card"
    np.testing.assert_array_equal(engine.probability(1, point), plain.probability(1, point))
    assert engine.device_name == "CPU"
    assert sum("ran out of memory" in notice for notice in engine.notices) == 1
    engine.probability(2, point)
    assert sum("ran out of memory" in notice for notice in engine.notices) == 1


def test_too_little_memory_is_a_sentence(engine, bundle, monkeypatch):
    def full(*_):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes.")

    monkeypatch.setattr(Engine, "_run_encoder", full)
    with pytest.raises(UserError, match="not enough memory"):
        engine.probability(0, style(bundle))

    def broken(*_):
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(Engine, "_run_encoder", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        engine.probability(0, style(bundle))


def test_a_given_number_of_threads_is_used_and_put_back(make, bundle, monkeypatch):
    engine, used = Engine(bundle, make.noise(), device="cpu", threads=2), []
    for name in ("encode", "decode"):
        original = getattr(engine._network.method, name)

        def noted(*args, original=original):
            used.append(torch.get_num_threads())
            return original(*args)

        monkeypatch.setattr(engine._network.method, name, noted)
    before = torch.get_num_threads()
    engine.probability(0, style(bundle))
    assert used == [2, 2]
    assert torch.get_num_threads() == before


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_cuda_agrees_with_the_cpu(make, bundle):
    study, points = make.noise(), draws(bundle)
    gpu, cpu = Engine(bundle, study, device="cuda"), Engine(bundle, study, device="cpu")
    for point in points:
        np.testing.assert_allclose(gpu.probability(0, point), cpu.probability(0, point), atol=0.02)
