"""From evidence to a proposal, through real engines."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.inference.condition.ensemble import DOUBT, LIMIT, Ensemble
from proseg_gui.inference.condition.evidence import Evidence, Standing
from proseg_gui.inference.condition.maths import log_likelihoods, normalised
from proseg_gui.inference.condition.update import NUMBERS, condition, propose
from proseg_gui.inference.engine import THRESHOLD, Engine
from proseg_gui.inference.latents import Sliders
from proseg_gui.inference.points import point_from
from proseg_gui.jobs import CancelToken
from proseg_gui.networks.registry import METHODS
from proseg_gui.volume import Geometry

WEIGHTS_ONLY = replace(NUMBERS, taper_mm=0.0)
SIZES = {"widths": (4, 8), "features": 4, "hidden": 4}
SAMPLING = [kind for kind in METHODS.values() if kind.capabilities.samples]
NOT_SAMPLING = [kind for kind in METHODS.values() if not kind.capabilities.samples]


def stroke(k, y, x, inside, radius=2, shape=(40, 48)):
    """Indices and words of a disc."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    disc = np.argwhere(np.hypot(rows - y, columns - x) <= radius)
    return np.concatenate([np.full((len(disc), 1), k), disc], 1), np.full(len(disc), inside)


def said(*strokes, **more):
    index, inside = (np.concatenate(parts) for parts in zip(*strokes, strict=True))
    return Evidence(index, inside, **more)


def consensus(engine):
    return engine.mask(point_from(engine.method.consensus_style())).array


@pytest.fixture
def ensemble(bright):
    made = Ensemble(bright, draws=90)
    made.prepare_all()
    return made


def methods_engine(make, kind):
    torch.manual_seed(2)
    method = kind(3, **SIZES)
    return Engine(make.bundle(method, kind=method.kind), make.noise(), device="cpu")


# -- the ensemble -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spacing", [(1.0, 1.0), (1.7, 2.3), (0.6, 0.6)])
@pytest.mark.parametrize("view", [{"kind": "whole"}, {"kind": "box", "size_mm": [20.0, 24.0]}])
def test_the_hands_voxels_are_decoded_as_the_engine_decodes_the_slice(make, spacing, view):
    engine = Engine(make.random_bundle(2, spacing=spacing, field_of_view=view), make.noise(), device="cpu")
    ensemble = Ensemble(engine, 1, draws=6)
    pixels = np.argwhere(ensemble.view())[::5]
    found = ensemble.said(2, pixels)
    for n, point in enumerate(ensemble.points):
        exact = np.clip(engine.logits(2, point)[1][tuple(pixels.T)], -LIMIT, LIMIT)
        assert found[n] == pytest.approx(exact, abs=1e-2)  # kept in half precision


def test_voxels_said_before_are_kept_and_new_ones_join(bright):
    ensemble = Ensemble(bright, draws=12)
    a, b = np.array([(3, 4), (20, 20)]), np.array([(20, 20), (21, 25), (3, 4)])
    first, both = ensemble.said(2, a), ensemble.said(2, b)
    assert np.array_equal(both[:, [2, 0]], first)
    assert np.array_equal(ensemble.said(2, b[1:2]), both[:, 1:2])


def test_a_lattice_holds_what_is_in_doubt_at_the_right_place(ensemble, bright):
    lattices = ensemble.lattices()
    assert lattices and ensemble.prepared == bright.n_slices
    for k, lattice in lattices.items():
        logits = np.stack([bright.logits(k, point)[0] for point in ensemble.points])
        here = np.clip(logits[:, lattice.pixels[:, 0], lattice.pixels[:, 1]], -LIMIT, LIMIT)
        assert lattice.logits == pytest.approx(here, abs=1e-2)
        doubt = (logits.min(0) < DOUBT - 0.1) & (logits.max(0) > -DOUBT + 0.1)
        held = np.zeros(doubt.shape, bool)
        held[tuple(lattice.pixels.T)] = True
        assert held[doubt].all()
        place = bright.geometry.index_to_world(np.insert(lattice.pixels, 0, k, axis=1))
        assert lattice.position == pytest.approx(place, abs=1e-3)


def test_draws_are_those_of_the_seed(bright):
    a, b, c = (Ensemble(bright, draws=30, seed=seed) for seed in (3, 3, 4))
    assert a.points == b.points != c.points and a.plan.seed == 3


def test_slices_of_no_doubt_have_no_lattice(make, monkeypatch):
    monkeypatch.setattr("proseg_gui.inference.condition.ensemble.DOUBT", 0.0)  # only where draws lie on both sides
    engine = Engine(make.bright_bundle(), make.ball(shape=(25, 40, 48), radius=5.0), device="cpu")
    ensemble = Ensemble(engine, draws=12)
    ensemble.prepare_all()
    assert ensemble.prepared == 25 and 0 not in ensemble.lattices() and 12 in ensemble.lattices()
    found = condition(engine, said(stroke(12, 20, 24, False)), ensemble=ensemble)
    assert not propose(found, 0).inside.any()


# -- weights ----------------------------------------------------------------------------------------------------------
def test_weights_are_those_of_the_formula(bright, ensemble):
    evidence = said(stroke(2, 20, 33, True), stroke(3, 12, 24, False))
    numbers = replace(WEIGHTS_ONLY, least_draws=1.0, hand_mm=3.0)
    found = condition(bright, evidence, ensemble=ensemble, numbers=numbers)
    logits = np.concatenate([ensemble.said(k, pixels) for k, pixels, _ in evidence.words()], 1).astype(np.float32)
    counts = np.full(len(evidence.inside), 1.0 / 9.0)
    assert found.weights == pytest.approx(normalised(log_likelihoods(logits, evidence.inside, counts)), rel=1e-6)
    assert found.tempering == 1.0
    assert found.effective_draws == pytest.approx(1 / np.square(found.weights).sum())


def test_a_rater_who_draws_more_is_recognised(bright, ensemble, make):
    large, small = (bright.mask(point_from(bright.method.rater_coords(r))).array for r in (0, 2))
    for truth, name in ((large, "rater1"), (small, "rater3")):
        accepted = {k: Standing(truth[k]) for k in (2, 3)}
        found = condition(bright, Evidence(np.zeros((0, 3)), np.zeros(0), accepted), ensemble=ensemble)
        assert max(found.raters, key=found.raters.get) == name
        assert sum(found.raters.values()) == pytest.approx(1.0) and tuple(found.raters) == make.raters
        assert found.raters == pytest.approx(dict(zip(make.raters, found.weights.reshape(3, -1).sum(1), strict=True)))
    assert np.array_equal(propose(found, 2).inside, small[2])  # accepted: as it stands


def test_a_slice_that_was_accepted_carries_to_its_neighbours(bright, ensemble):
    truth = bright.mask(point_from(bright.method.rater_coords(0))).array
    found = condition(bright, Evidence(np.zeros((0, 3)), np.zeros(0), {2: Standing(truth[2])}), ensemble=ensemble)
    before, after = consensus(bright)[3], propose(found, 3).inside
    assert (after != truth[3]).sum() < 0.5 * (before != truth[3]).sum()


def test_the_sliders_move_as_far_as_the_weighted_mean(bright, ensemble):
    evidence = said(stroke(2, 20, 34, True), stroke(3, 9, 24, True))
    found = condition(bright, evidence, ensemble=ensemble)
    assert found.damping == 1.0
    place, began = ensemble.place(found.point), ensemble.place(point_from(bright.method.consensus_style()))
    for name, values in ensemble.chart.items():
        assert place[name] == pytest.approx(began[name] + found.weights @ values - values.mean(0), abs=1e-4)
        mean = found.weights @ values
        assert found.spread[name] == pytest.approx(np.sqrt(found.weights @ (values - mean) ** 2))
    assert sum(found.point["tau"]) == pytest.approx(1.0)
    for axis in Sliders(bright).preference_axes():
        mean, width = ensemble.along(axis.control, found.weights)
        positions = np.array([Sliders(bright).position(axis, point) for point in ensemble.points])
        assert mean == pytest.approx(found.weights @ positions, abs=1e-3)
        assert width == pytest.approx(np.sqrt(found.weights @ (positions - mean) ** 2), rel=1e-3)


# -- what must hold ---------------------------------------------------------------------------------------------------
def test_without_evidence_there_is_no_proposal_and_the_prior(bright, ensemble, make):
    found = condition(bright, Evidence.none(), ensemble=ensemble)
    assert not found.proposed and found.notice and found.changed_ml == 0.0
    assert found.raters == pytest.approx(dict.fromkeys(make.raters, 1 / 3))
    assert found.effective_draws == pytest.approx(ensemble.n)
    point = point_from(bright.method.consensus_style())
    assert found.point == point
    assert np.array_equal(propose(found, 2).inside, bright.probability(2, point)[0] > THRESHOLD)


def test_no_voxel_that_the_hand_said_ever_differs(make):
    """Random evidence by the hundred: nonsense, contradicting neighbours, corners, accepted parts."""
    engine = Engine(make.random_bundle(), make.noise(), device="cpu")
    ensemble = Ensemble(engine, draws=24)
    shape, rng, found = engine.geometry.shape, np.random.default_rng(11), None
    for _ in range(120):
        count = int(rng.integers(1, 60))
        index = np.stack([rng.integers(0, n, count) for n in shape], 1)
        index = np.unique(index, axis=0)
        inside = rng.random(len(index)) < 0.5
        accepted, where = rng.random(shape[1:]) < 0.5, rng.random(shape[1:]) < 0.7
        k = int(rng.integers(shape[0]))
        settled = {k: Standing(accepted, where)} if rng.random() < 0.5 else {}
        evidence = Evidence(index, inside, settled)
        left = {int(rng.integers(shape[0])): Standing(rng.random(shape[1:]) < 0.5)} if rng.random() < 0.3 else {}
        evidence = replace(evidence, left_alone=left)
        found = condition(engine, evidence, ensemble=ensemble, stands=found if rng.random() < 0.7 else None)
        for j in range(shape[0]):
            proposal = propose(found, j)
            pixels, words = evidence.by_slice.get(j, (np.zeros((0, 2), int), np.zeros(0, bool)))
            assert np.array_equal(proposal.inside[tuple(pixels.T)], words)
            assert np.array_equal(proposal.probability[tuple(pixels.T)], words.astype(np.float32))
            assert np.array_equal(proposal.inside, proposal.probability > THRESHOLD)
            assert np.isfinite(proposal.probability).all()
            if j in settled:
                free = where.copy()
                free[tuple(pixels.T)] = False
                assert np.array_equal(proposal.inside[free], accepted[free])


def test_the_local_correction_ends_where_the_taper_ends(make):
    engine = Engine(make.bright_bundle(), make.ball(shape=(12, 40, 48), radius=14.0), device="cpu")
    ensemble = Ensemble(engine, draws=60)
    evidence = said(stroke(2, 20, 30, False, radius=3))
    numbers = replace(NUMBERS, taper_mm=2.0, across_mm=1.0, margin=2.5)
    near = condition(engine, evidence, ensemble=ensemble, numbers=numbers)
    weights = condition(engine, evidence, ensemble=ensemble, numbers=replace(numbers, taper_mm=0.0))
    moved, lattices = 0, ensemble.lattices()
    for k, field in near.fields.items():
        apart = lattices[k].pixels - np.array([20, 30])
        reach = np.hypot(np.hypot(*apart.T) - 3, 0)  # mm: pixels are 1 mm
        beyond = (reach > 2 * 3.66) if k == 2 else np.full(len(field), abs(k - 2) * 2.0 > 3.66)
        assert np.allclose(field[beyond], weights.fields[k][beyond], atol=1e-5)
        moved += int((np.abs(field - weights.fields[k]) > 0.05).sum())
    assert moved


def test_the_correction_follows_the_hand(bright, ensemble):
    evidence = said(stroke(2, 20, 32, False, radius=3), stroke(3, 20, 32, False, radius=3))
    numbers = replace(NUMBERS, hand_mm=50.0, lead=0.0)  # weights hardly move
    before = condition(bright, evidence, ensemble=ensemble, numbers=replace(numbers, taper_mm=0.0))
    after = condition(bright, evidence, ensemble=ensemble, numbers=numbers)
    without = replace(before, evidence=Evidence.none()), replace(after, evidence=Evidence.none())
    low, high = (propose(found, 2).probability[18:23, 30:35].mean() for found in (without[1], without[0]))
    assert low < high - 0.02


def test_contradicting_evidence_stays_finite(bright, ensemble):
    found = condition(bright, said(stroke(2, 20, 24, False), stroke(2, 2, 2, True)), ensemble=ensemble)
    assert np.isfinite(found.weights).all() and np.isfinite(propose(found, 2).probability).all()
    assert all(np.isfinite(values).all() for values in found.point.values())


def test_a_step_that_would_break_what_was_accepted_is_shortened_or_not_made(bright, ensemble):
    large = bright.mask(point_from(bright.method.rater_coords(0))).array
    accepted = {k: Standing(large[k]) for k in range(1, 5)}
    stood = point_from(bright.method.rater_coords(0))
    # Against what was accepted everywhere, a hand that says "out" all around, and counts far more.
    evidence = said(*(stroke(2, y, x, False, radius=4) for y, x in ((20, 33), (12, 24), (28, 24))), accepted=accepted)
    strict = replace(NUMBERS, hand_mm=1.0, accepted_mm=200.0, slack=0.0)
    found = condition(bright, evidence, ensemble=ensemble, stands=stood, numbers=strict)
    assert found.damping < 1.0
    lattices = ensemble.lattices()

    def wrong(conditioned):
        bare = replace(conditioned, evidence=Evidence.none())
        return sum(
            (propose(bare, k).inside[tuple(lattices[k].pixels.T)] != large[k][tuple(lattices[k].pixels.T)]).sum()
            for k in accepted
            if k in lattices
        )

    free = condition(bright, evidence, ensemble=ensemble, stands=stood, numbers=replace(strict, slack=10.0))
    assert free.damping == 1.0 and wrong(free) > wrong(found) == 0
    if not found.proposed:
        assert "accepted" in found.notice and found.point == stood and found.changed_ml == 0.0


def test_no_step_keeps_the_proposal_that_stood(bright, ensemble):
    first = condition(bright, said(stroke(2, 20, 34, True)), ensemble=ensemble)
    same = condition(bright, Evidence.none(), ensemble=ensemble, stands=first)
    for k in range(bright.n_slices):
        bare = replace(first, evidence=Evidence.none())
        assert np.array_equal(propose(same, k).inside, propose(bare, k).inside)


def test_what_changes_is_what_the_masks_say(bright, ensemble):
    found = condition(bright, said(stroke(2, 20, 34, True), stroke(3, 9, 24, True)), ensemble=ensemble)
    bare = replace(found, evidence=Evidence.none())
    after = np.stack([propose(bare, k).inside for k in range(bright.n_slices)])
    exact = (after != consensus(bright)).sum() * bright.geometry.voxel_volume_ml
    assert found.changed_ml == pytest.approx(exact, rel=0.02) and exact > 0


def test_the_slice_in_view_first_gives_the_same_slice(bright, ensemble):
    evidence = said(stroke(2, 20, 34, True))
    one, all_ = (condition(bright, evidence, ensemble=ensemble, slices=slices) for slices in ((3,), None))
    assert one.slices == (3,) and set(one.fields) == {3} and len(all_.slices) == bright.n_slices
    assert np.array_equal(propose(one, 3).probability, propose(all_, 3).probability)
    with pytest.raises(ValueError, match="slice 2"):
        propose(one, 2)


def test_a_prepared_ensemble_gives_what_a_fresh_one_gives(bright):
    evidence = said(stroke(2, 20, 34, True), stroke(3, 30, 24, False))
    kept = Ensemble(bright, seed=5, draws=45)
    condition(bright, said(stroke(1, 20, 30, True), stroke(2, 20, 34, True)), ensemble=kept)
    a = condition(bright, evidence, ensemble=kept)
    b = condition(bright, evidence, seed=5, draws=45)
    assert np.array_equal(a.weights, b.weights) and a.point == b.point
    assert np.array_equal(propose(a, 2).probability, propose(b, 2).probability)


def test_more_voxels_than_are_decoded_count_as_many(bright, monkeypatch):
    monkeypatch.setattr("proseg_gui.inference.condition.observed.MOST_SAID", 64)
    ensemble = Ensemble(bright, draws=30)
    index = np.argwhere(np.ones((6, 40, 48), bool)[:, :12])
    found = condition(bright, Evidence(index, np.zeros(len(index), bool)), ensemble=ensemble)
    assert sum(ensemble.said(k, np.zeros((0, 2), int)).shape[1] for k in range(6)) == 0
    assert not propose(found, 2).inside[:12].any()


def test_cancelled_work_stops(bright):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        condition(bright, said(stroke(2, 20, 34, True)), token=token)


# -- kinds of images and methods --------------------------------------------------------------------------------------
def test_a_single_slice(make):
    engine = Engine(make.bright_bundle(), make.ball(shape=(1, 40, 48)), device="cpu")
    found = condition(engine, said(stroke(0, 20, 36, True)), draws=60)
    proposal = propose(found, 0)
    assert proposal.inside[20, 36] and found.proposed and found.slices == (0,)


@pytest.mark.parametrize("uneven", [False, True])
def test_a_tilted_or_uneven_stack(make, uneven):
    tilt = np.array([[1.0, 0, 0], [0, 1.0, 0.3], [0, 0, 0.95]])
    tilt /= np.linalg.norm(tilt, axis=0)
    places = np.array([[5.0, -3.0, 9.0 + z] for z in (0, 2, 4, 5, 7, 12)]) if uneven else None
    geometry = Geometry((6, 40, 48), np.array([5.0, -3.0, 9.0]), (2.0, 1.0, 1.0), tilt, places)
    engine = Engine(make.bright_bundle(), make.ball(geometry=geometry), device="cpu")
    found = condition(engine, said(stroke(2, 20, 34, True)), draws=60)
    assert found.proposed and propose(found, 2).inside[20, 34]
    bare = replace(found, evidence=Evidence.none())
    changed = [(propose(bare, k).inside != consensus(engine)[k]).sum() for k in range(6)]
    assert found.changed_ml == pytest.approx(
        sum(n * mm for n, mm in zip(changed, geometry.slice_thickness_mm(), strict=True)) / 1000.0, rel=0.05, abs=1e-3
    )


def test_evidence_about_one_of_several_structures(make):
    engine = Engine(make.bright_bundle(2), make.ball(), device="cpu")
    core = condition(engine, said(stroke(2, 20, 31, True)), structure=1, draws=60)
    style = point_from(engine.method.consensus_style())
    stood = engine.probability(2, style)[1] > THRESHOLD
    assert not stood[20, 31] and (propose(core, 2).inside & ~stood).sum() > 13
    assert core.ensemble.structure == 1


@pytest.mark.parametrize("kind", SAMPLING, ids=lambda kind: kind.kind)
def test_every_method_that_samples(make, kind):
    engine = methods_engine(make, kind)
    index, inside = stroke(2, 15, 20, True, radius=3, shape=(37, 45))
    found = condition(engine, Evidence(index, inside), draws=30)
    assert found.weights.sum() == pytest.approx(1.0)
    assert bool(found.raters) == engine.method.capabilities.rater_draws
    assert len(found.point["tau"]) == len(found.spread["tau"])
    if engine.method.capabilities.streams:  # a mean of seeds would be another draw, which nobody said anything about
        assert found.point["eps"] == (0.0,) and found.spread["eps"] == ()
    else:
        assert len(found.point["eps"]) == len(found.spread["eps"])
    for k in range(engine.n_slices):
        assert np.isfinite(propose(found, k).probability).all()
    assert propose(found, 2).inside[15, 20]


@pytest.mark.parametrize("kind", NOT_SAMPLING, ids=lambda kind: kind.kind)
def test_methods_without_samples_are_refused(make, kind):
    with pytest.raises(UserError, match="draws no alternatives"):
        condition(methods_engine(make, kind), Evidence.none())


def test_there_is_such_a_structure(bright):
    with pytest.raises(ValueError, match="structure 3"):
        Ensemble(bright, 3)
