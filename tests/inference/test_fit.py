"""Whether a model fits a study: descriptors, the reference of its own images, and the judgement."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from proseg_gui.bundle import load_bundle
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.fit import (
    ALIKE,
    FEWEST_CASES,
    OTHER,
    TOO_FAR,
    Described,
    Reference,
    describe,
    judge_fit,
    learn_reference,
    left_out_distances,
    slices_to_look_at,
    threshold_of,
)
from proseg_gui.networks.registry import METHODS
from proseg_gui.phantom import TRAINING_SHAPE, TRAINING_SPACING_MM, Phantom
from proseg_gui.volume import Geometry, Study, Volume


# -- descriptors ------------------------------------------------------------------------------------------------------
def test_a_descriptor_holds_means_spreads_and_where_a_feature_lies():
    features = torch.zeros(1, 2, 5, 5)
    features[0, 0, 4, 2] = 25.0  # at y = 1, x = 0
    features[0, 1] = 3.0
    found = describe(features).reshape(8, 2)
    y = np.linspace(-1, 1, 5)
    centred = features[0, 0].numpy() - 1.0
    assert found[:, 1] == pytest.approx([3, 0, 0, 0, 0, 0, 0, 0], abs=1e-6)
    assert found[0, 0] == pytest.approx(1.0) and found[1, 0] == pytest.approx(np.sqrt(24.0))
    assert found[2, 0] == pytest.approx((centred * y[:, None]).mean()) and found[3, 0] == pytest.approx(0.0, abs=1e-6)
    assert found[4, 0] == pytest.approx((centred * y[:, None] ** 2).mean())
    assert found[7, 0] == pytest.approx((centred * (y**3 - 0.6 * y)[:, None]).mean(), abs=1e-6)


def test_a_turned_slice_has_another_descriptor_and_a_wide_network_a_short_one():
    features = torch.rand(1, 40, 9, 7)
    assert describe(features).shape == (8 * 32,)
    turned = features.rot90(2, (2, 3))
    assert np.abs(describe(turned) - describe(features)).max() > 1e-3
    assert np.isfinite(describe(features[..., :1, :1])).all()


@pytest.mark.parametrize(("depth", "slices"), [(1, [0]), (3, [0, 1, 2]), (9, [1, 4, 7]), (30, [5, 15, 25])])
def test_slices_lie_evenly_in_the_volume(depth, slices):
    assert slices_to_look_at(depth) == slices


# -- the reference ----------------------------------------------------------------------------------------------------
def cloud(n, dims=24, seed=0, shift=0.0):
    """Cases whose descriptors have a few strong directions, as those of a network do."""
    rng = np.random.default_rng(seed)
    mix = np.random.default_rng(99).normal(size=(4, dims))
    rows = rng.normal(size=(n, 4)) @ mix + 0.1 * rng.normal(size=(n, dims)) + shift
    return [Described(row[None], np.stack([row, row + 0.05 * rng.normal(size=dims)])) for row in rows]


def test_cases_of_the_same_kind_are_near_and_others_are_far():
    reference = learn_reference(cloud(60))
    near = [reference.distance(case.looked) for case in cloud(200, seed=1)]
    far = [reference.distance(case.looked) for case in cloud(50, seed=2, shift=3.0)]
    assert np.mean(np.array(near) > reference.threshold) <= 0.05
    assert min(far) > reference.threshold


def test_what_the_left_out_cases_say_holds_for_new_ones():
    """The calibration is honest: as many false alarms on new cases as it promises, over several draws."""
    shares = []
    for seed in range(5):
        reference = learn_reference(cloud(80, seed=10 + seed))
        fresh = [reference.distance(case.looked) for case in cloud(300, seed=50 + seed)]
        shares.append(np.mean(np.array(fresh) > reference.threshold))
    assert np.mean(shares) <= 0.05


def test_left_out_distances_are_those_of_cases_that_the_reference_has_not_seen():
    cases = cloud(12)
    outlier = Described(cases[0].looked + 5.0, cases[0].all + 5.0)
    inside = learn_reference([outlier, *cases[1:]])
    assert left_out_distances([outlier, *cases[1:]])[0][0] > 1.5 * inside.distance(outlier.looked)


def test_of_several_slices_the_one_most_alike_counts():
    reference = learn_reference(cloud(40))
    good, bad = cloud(1, seed=7)[0].looked, cloud(1, seed=8, shift=4.0)[0].looked
    assert reference.distance(np.concatenate([bad, good, bad])) == pytest.approx(reference.distance(good))


@pytest.mark.parametrize(("n", "rank"), [(8, 8), (29, 29), (49, 49), (99, 98), (199, 196)])
def test_the_threshold_is_the_quantile_that_so_many_cases_can_say(n, rank):
    assert threshold_of(np.arange(1.0, n + 1.0), np.zeros((0, n))) == rank


@pytest.mark.parametrize(("away", "threshold"), [(0.5, 1.0), (1.44, 1.2), (9.0, 1.5)])
def test_it_is_widened_where_turned_images_leave_room(away, threshold):
    turned = np.stack([np.full(20, away), np.full(20, 20.0)])
    assert threshold_of(np.ones(20), turned) == pytest.approx(threshold)


def test_too_few_cases_say_nothing_and_dead_features_do_no_harm():
    assert learn_reference(cloud(FEWEST_CASES - 1)) is None
    flat = [Described(case.looked * 0, case.all * 0) for case in cloud(10)]
    reference = learn_reference(flat)
    assert reference.distance(flat[0].looked) == 0.0 and reference.distance(cloud(1)[0].looked) > reference.threshold


def test_a_reference_survives_the_card_s_json_and_holds_no_case():
    cases = cloud(30)
    reference = learn_reference(cases)
    written = json.loads(json.dumps(reference.as_card()))
    again = Reference.from_card(replace(load_bundle("phantom").card, fit=written))
    rows = np.concatenate([case.looked for case in cloud(20, seed=3)])
    assert again.distances(rows) == pytest.approx(reference.distances(rows), rel=1e-3)
    assert again.cases == 30
    held = np.array(written["directions"] + [written["mean"]]) * np.array(written["scale"])
    for case in cases:
        assert np.abs(held - case.looked).max(1).min() > 0.05


# -- the judgement ----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def bundle():
    return load_bundle("phantom")


def judged(bundle, array, *, spacing=TRAINING_SPACING_MM, modality="CT"):
    volume = Volume(array, Geometry.plain(array.shape, spacing), "HU", modality)
    return judge_fit(Engine(bundle, Study("s", {"CT": volume}), device="cpu"))


@pytest.fixture(scope="module")
def scan():
    return Phantom(9_000, TRAINING_SHAPE, TRAINING_SPACING_MM).volume().array


def test_a_phantom_that_was_never_trained_on_fits(bundle, scan):
    fit = judged(bundle, scan)
    assert fit.ok and not fit.reasons and fit.distance <= fit.threshold


def misfits(scan):
    rng = np.random.default_rng(0)
    return {
        "inverted": (scan.min() + scan.max() - scan).astype(np.int16),
        "turned": np.ascontiguousarray(np.rot90(scan, 1, (1, 2))),
        "upside down": np.ascontiguousarray(scan[:, ::-1, ::-1]),
        "noise": rng.normal(40, 200, scan.shape).astype(np.int16),
        "constant": np.full_like(scan, 30),
    }


@pytest.mark.parametrize("kind", ["inverted", "turned", "upside down", "noise", "constant"])
def test_a_misfit_is_found_and_said(bundle, scan, kind):
    fit = judged(bundle, misfits(scan)[kind])
    assert not fit.ok and fit.distance > fit.threshold
    assert len(fit.reasons) == 1 and "does not look like those that the model phantom learned from" in fit.reasons[0]


def test_what_the_files_say_counts_as_well(bundle, scan):
    fit = judged(bundle, scan, modality="MR")
    assert not fit.ok and fit.reasons == ("This is MR, and the model phantom learned from CT images.",)
    coarse = judged(bundle, scan[:, ::3, ::3], spacing=(2.5, 6.0, 6.0))
    assert any("The pixels are 6 x 6 mm" in reason for reason in coarse.reasons)


def test_a_card_without_a_reference_is_judged_by_the_files_alone(bundle, scan):
    old = replace(bundle, card=replace(bundle.card, fit={}))
    assert judged(old, misfits(scan)["inverted"]).ok
    fit = judged(old, scan, modality="MR")
    assert not fit.ok and fit.distance is None and fit.threshold is None


def test_looking_encodes_few_slices_and_reuses_them(bundle, scan):
    volume = Volume(scan, Geometry.plain(scan.shape, TRAINING_SPACING_MM), "HU", "CT")
    engine = Engine(bundle, Study("s", {"CT": volume}), device="cpu")
    runs = []
    encode = engine._run_encoder
    engine._run_encoder = lambda *args: runs.append(1) or encode(*args)
    first, again = judge_fit(engine), judge_fit(engine)
    assert len(runs) == 3 and again == first


# -- another scanner --------------------------------------------------------------------------------------------------
ADJUSTING = next(method for method in METHODS.values() if method.capabilities.adjusts)


def adjusting_engine(make, limit, image=None):
    """An engine whose card has a wide reference of looks, and ``limit`` for the scanner; of 2 x 20 x 20 voxels."""
    torch.manual_seed(0)
    method = ADJUSTING(2, widths=(4, 4), features=4, hidden=4, modes=2, tau_dims=4)
    method.measure(0.3 * torch.randn(1, 1, 20, 20) for _ in range(10))
    reference = learn_reference(cloud(FEWEST_CASES, dims=32))
    fit = {**replace(reference, threshold=1e5).as_card(), **({"scanner": {"threshold": limit}} if limit else {})}
    bundle = make.bundle(method, kind=method.kind, raters=("ann", "bob"), fit=fit)
    geometry = Geometry.plain((2, 20, 20), (2.0, 1.0, 1.0))
    rng = np.random.default_rng(1)
    array = rng.normal(0, 40, (2, 20, 20)) if image is None else image
    study = Study("s", {"c0": Volume(array.astype(np.float32), geometry, "HU", "CT")}, source="generated")
    return Engine(bundle, study, device="cpu")


def test_the_light_says_how_an_image_was_made_and_only_far_away_does_the_model_not_fit(make):
    found = adjusting_engine(make, 1.0)
    distance = min(found.scanner_distance(k) for k in range(2))
    lights = {}
    for share in (0.5, 1.5, 3.5):
        fit = judge_fit(adjusting_engine(make, distance / share))
        assert fit.scanner == pytest.approx(distance, abs=1e-3)
        lights[share] = fit.light, fit.ok
        assert fit.as_dict()["light"] == fit.light
        assert any("another scanner" in reason for reason in fit.reasons) == (share > 3)
    assert lights == {0.5: (ALIKE, True), 1.5: (OTHER, True), 3.5: (TOO_FAR, False)}


def test_without_a_calibrated_distance_nothing_is_said_of_scanners(make):
    fit = judge_fit(adjusting_engine(make, None))
    assert fit.light == "" and "light" not in fit.as_dict() and fit.scanner is None


def test_a_card_with_a_damaged_distance_is_refused(make):
    card = adjusting_engine(make, 1.0).bundle.card
    for wrong in (0.0, "near", None):
        with pytest.raises(ValueError, match="damaged"):
            replace(card, fit={**card.fit, "scanner": {"threshold": wrong}})
