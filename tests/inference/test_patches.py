import numpy as np
import pytest
import torch

from proseg_gui.inference import patches as module
from proseg_gui.inference.patches import Patches
from proseg_gui.inference.points import coords_from, point_from, stacked


def features_of(make, bundle, shape=(1, 60, 80), centre=(30, 50), radius=9.0):
    study = make.ball(shape, (1.0, 1.0, 1.0), centre=(centre[1], centre[0], 0.0), radius=radius)
    image = torch.from_numpy(np.clip(study.image.array / 100.0, -1, 1).astype(np.float32))
    return bundle.method.encode(image[None])


@pytest.fixture
def known(make):
    bundle = make.bright_bundle()
    return bundle, features_of(make, bundle)


def area(method, features, point, step=1):
    logits = method.decode(features, coords_from(point))
    return int((torch.sigmoid(logits) > 0.5).sum()) * step**2


def decoder(method):
    return lambda part, points: method.decode_many(part, stacked(points))


def test_a_patch_holds_all_that_any_rater_draws(known):
    bundle, features = known
    patches = Patches(1, bundle.method)
    patches.note(0, features, decoder(bundle.method))
    ((k, patch),) = patches.snapshot()
    assert (k, patch.step) == (0, 1)
    assert patch.pixels < features.shape[-1] * features.shape[-2]
    for r in range(3):
        point = point_from(bundle.method.rater_coords(r))
        assert area(bundle.method, patch.features, point) == area(bundle.method, features, point) > 50


def test_where_nothing_is_drawn_nothing_is_kept(make, known):
    bundle, _ = known
    patches = Patches(2, bundle.method)
    patches.note(1, features_of(make, bundle, centre=(500, 500)), decoder(bundle.method))
    assert (patches.seen, 1 in patches, 0 in patches, patches.snapshot()) == (1, True, False, [])
    assert patches.one(1, 10) is None


def test_one_patch_is_thinned_on_another_lattice_than_its_neighbour(known):
    bundle, features = known
    patches = Patches(2, bundle.method)
    for k in (0, 1):
        patches.note(k, features, decoder(bundle.method))
    (_, whole), _ = patches.snapshot()
    assert patches.one(0, whole.pixels) is whole
    first, second = (patches.one(k, whole.pixels // 4 + 1) for k in (0, 1))
    assert (first.step, second.step) == (2, 2)
    assert torch.equal(first.features, whole.features[..., ::2, ::2])
    assert torch.equal(second.features, whole.features[..., 1::2, 1::2])


def test_large_patches_are_thinned_and_count_for_more(make, known, monkeypatch):
    bundle, _ = known
    monkeypatch.setattr(module, "LEAST_PATCH_PIXELS", 400)
    monkeypatch.setattr(module, "CASE_PIXELS", 400)
    features = features_of(make, bundle, (1, 120, 140), (60, 70), 40.0)
    patches = Patches(1, bundle.method)
    patches.note(0, features, decoder(bundle.method))
    ((_, patch),) = patches.snapshot()
    assert patch.step > 1
    assert patch.pixels <= 500
    point = point_from(bundle.method.rater_coords(1))
    estimate = area(bundle.method, patch.features, point, patch.step)
    assert estimate == pytest.approx(area(bundle.method, features, point), rel=0.06)


def test_a_snapshot_can_be_thinned_further(known):
    bundle, features = known
    patches = Patches(1, bundle.method)
    patches.note(0, features, decoder(bundle.method))
    ((_, whole),) = patches.snapshot()
    ((_, thin),) = patches.snapshot(max_pixels=-(-whole.pixels // 4))
    assert thin.step == 2
    assert torch.equal(thin.features, whole.features[..., ::2, ::2])
    assert whole.thinned(1) is whole


def test_a_slice_is_noted_once(make, known):
    bundle, features = known
    patches = Patches(1, bundle.method)
    patches.note(0, features, decoder(bundle.method))
    first = patches.snapshot()[0][1]
    patches.note(0, features_of(make, bundle, radius=20.0), decoder(bundle.method))
    assert patches.snapshot()[0][1] is first


def test_neighbouring_slices_keep_other_pixels(known, monkeypatch):
    bundle, features = known
    monkeypatch.setattr(module, "LEAST_PATCH_PIXELS", 100)
    monkeypatch.setattr(module, "CASE_PIXELS", 100)
    patches = Patches(2, bundle.method)
    for k in range(2):
        patches.note(k, features, decoder(bundle.method))
    (_, first), (_, second) = patches.snapshot()
    assert first.step == second.step > 1
    common = min(first.features.shape[-2], second.features.shape[-2]) - 1
    assert not torch.equal(first.features[..., :common, :common], second.features[..., :common, :common])
