"""The phantom: deterministic, CT-like, and its raters distributed as they claim."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import label

from proseg_gui.inference.uncertainty import StreamingMoments
from proseg_gui.phantom import (
    RATERS,
    STRUCTURE,
    STRUCTURES,
    TRAINING_SHAPE,
    TRAINING_SPACING_MM,
    Phantom,
    demo_phantom,
    make_phantom,
    training_phantoms,
)  # fmt: skip
from proseg_gui.phantom.lesion import LOBE_STATES
from proseg_gui.phantom.noise import ct_grain, smooth_field
from proseg_gui.phantom.raters import BORDER, BORDER_SHARE, JITTER, STYLES, Draw, random_draw, reading_mask

SMALL = (10, 72, 72), (5.0, 4.0, 4.0)


@pytest.fixture(scope="module")
def small() -> Phantom:
    return Phantom(7, *SMALL)


@pytest.fixture(scope="module")
def small_image(small: Phantom) -> np.ndarray:
    return small.volume().array


def every_draw() -> list[Draw]:
    """All draws in the estimator's nesting order: jitter outside, ambiguity (border, lobe) inside."""
    return [
        Draw(jitter, border, lobe)
        for jitter in range(len(JITTER))
        for border in range(len(BORDER))
        for lobe in range(LOBE_STATES)
    ]


# -- the scan ---------------------------------------------------------------------------------------------------------
def test_the_same_seed_gives_the_same_phantom_bit_by_bit(small: Phantom, small_image: np.ndarray) -> None:
    again = make_phantom(7, *SMALL, readings=1)
    assert (again.image.array == small_image).all()
    for reading in again.readings:
        twin = small.mask(reading.rater, small.draws(reading.rater, 1)[0])
        assert (reading.mask.array == twin.array).all()


def test_another_seed_gives_another_image_and_another_lesion(small: Phantom, small_image: np.ndarray) -> None:
    other = Phantom(8, *SMALL)
    assert (other.volume().array != small_image).mean() > 0.3
    assert other.lesion.body.radius_mm != small.lesion.body.radius_mm


def test_it_holds_the_tissues_of_a_ct(small_image: np.ndarray) -> None:
    """Air around the body, fat, soft tissue and bone, in HU and in plausible amounts."""
    image = small_image[5]
    assert image.dtype == np.int16
    assert (image[0] < -900).all() and (image[:, 0] < -900).all()
    for low, high, least in ((-140, -70, 0.05), (20, 140, 0.1), (250, 1000, 0.005)):
        assert ((image > low) & (image < high)).mean() > least


def test_lungs_lie_above_the_liver() -> None:
    volume = Phantom(7, (24, 72, 72), (5.0, 4.0, 4.0)).volume().array
    inside = (volume > -920) & (volume < -750)
    assert inside[-1, 20:50].mean() > 0.15 > inside[2, 20:50].mean()


def test_the_lesion_is_darker_than_the_liver_and_its_border_is_slow(small: Phantom) -> None:
    lesion, fields = small.lesion, small.depths
    image = small.volume().array
    shell = [
        float(image[(fields.both > low) & (fields.both < high)].mean())
        for low, high in ((6.0, 99.0), (-1.5, 1.5), (-14.0, -9.0))
    ]
    assert shell[0] < shell[1] < shell[2]
    assert shell[2] - shell[0] > 0.5 * abs(lesion.contrast_hu)


def test_partial_volume_leaves_voxels_between_two_tissues(small_image: np.ndarray) -> None:
    skin = (small_image > -800) & (small_image < -300)
    assert 0.005 < skin.mean() < 0.2


def test_noise_has_the_stated_spread_and_is_correlated_in_the_slice_only() -> None:
    grain = ct_grain(np.random.default_rng(0), (6, 96, 96), (2.5, 1.0, 1.0))
    assert grain.std() == pytest.approx(1.0, abs=1e-3)
    in_plane = float((grain[:, :, 1:] * grain[:, :, :-1]).mean())
    across = float((grain[1:] * grain[:-1]).mean())
    assert in_plane > 0.3
    assert abs(across) < 0.05


def test_a_smooth_field_varies_over_its_scale() -> None:
    field = smooth_field(np.random.default_rng(0), (24, 120, 120), (2.0, 2.0, 2.0), 12.0)
    assert field.std() == pytest.approx(1.0, abs=0.15)

    def correlation(step: int) -> float:
        return float((field[:, :, step:] * field[:, :, :-step]).mean() / field.var())

    assert correlation(1) > 0.95
    assert abs(correlation(20)) < 0.25


# -- the readings -----------------------------------------------------------------------------------------------------
def test_the_study_has_every_rater_twice_on_the_scan_s_grid(small: Phantom) -> None:
    study = small.study()
    assert {(r.rater, r.reading) for r in study.readings} == {(name, i) for name in RATERS for i in "12"}
    assert study.structures == (STRUCTURE,)
    assert study.image.modality == "CT" and study.image.unit == "HU"


def test_more_readings_begin_with_the_same_ones(small: Phantom) -> None:
    assert small.draws("smooth", 5)[:2] == small.draws("smooth", 2)


def test_raters_are_who_they_say_at_the_same_draw(small: Phantom) -> None:
    middle = Draw(len(JITTER) // 2, len(BORDER) // 2, 0)  # lobe state 0 always includes the lobe
    volume = {name: small.mask(name, middle).volume_ml for name in RATERS}
    assert volume["generous"] > volume["smooth"] > volume["tight"]
    full, without = small.mask("generous", middle).array, small.mask("no_lobe", middle).array
    assert (without & ~full).sum() == 0
    lobe_only = (small.depths.lobe > 2.0) & (small.depths.body < -3.0)
    assert full[lobe_only].all() and not without[lobe_only].any()


def test_the_lobe_is_drawn_whole_or_not_at_all(small: Phantom) -> None:
    lobe_only = (small.depths.lobe > 3.0) & (small.depths.body < -6.0)
    shares = {float(small.mask("generous", draw).array[lobe_only].mean()) for draw in every_draw()[:: len(BORDER) + 1]}
    assert shares == {0.0, 1.0}


def test_the_smooth_rater_has_a_smoother_surface() -> None:
    phantom = Phantom(3, (1, 160, 160), (2.5, 1.0, 1.0))
    lesion, axes = phantom.lesion, (np.arange(-45, 46, dtype=np.float32),) * 3
    x, y, z = axes[0][None, None, :], axes[1][None, :, None], axes[2][:, None, None]
    shift = lesion.body.centre_mm.astype(np.float32)
    rough, smooth = (
        lesion.body.depth(x + shift[0], y + shift[1], z + shift[2], waves=waves) > 0 for waves in (None, 2)
    )
    faces = [sum(int(np.diff(m, axis=a).sum()) for a in range(3)) / m.sum() ** (2 / 3) for m in (rough, smooth)]
    assert faces[1] < faces[0]


def test_readings_are_drawn_evenly_from_the_stated_distribution() -> None:
    rng = np.random.default_rng(0)
    draws = [random_draw(rng) for _ in range(4000)]
    for values, n in (
        ([d.jitter for d in draws], len(JITTER)),
        ([d.border for d in draws], len(BORDER)),
        ([d.lobe for d in draws], LOBE_STATES),
    ):
        assert np.bincount(values, minlength=n) / 4000 == pytest.approx(np.full(n, 1 / n), abs=0.03)
    for nodes in (JITTER, BORDER):
        assert np.mean(nodes) == pytest.approx(0.0, abs=1e-12)
        assert np.var(nodes) == pytest.approx(1.0)


def test_offsets_move_the_surface_by_mm(small: Phantom) -> None:
    lesion, fields = small.lesion, small.depths
    draw = Draw(4, 4, LOBE_STATES - 1)
    offset = lesion.border_mm * (0.55 + BORDER_SHARE * BORDER[4]) + STYLES["generous"].jitter_mm * JITTER[4]
    mask = reading_mask(lesion, fields, "generous", draw)
    assert (mask == (fields.body > np.float32(-offset))).all()


# -- the true split ---------------------------------------------------------------------------------------------------
def test_the_estimator_on_the_generator_s_own_probabilities_gives_exactly_the_true_parts(small: Phantom) -> None:
    draws = every_draw()
    moments = StreamingMoments(len(RATERS), len(JITTER), len(BORDER) * LOBE_STATES)
    for rater in RATERS:
        for draw in draws:
            moments.add(reading_mask(small.lesion, small.depths, rater, draw).astype(float))
    truth, estimate = small.true_parts(), moments.maps()
    for part in ("total", "inter", "intra", "ambiguity", "residual"):
        assert estimate[part] == pytest.approx(truth[part], abs=1e-12), part
    assert moments.mean() == pytest.approx(truth["probability"], abs=1e-12)


def test_the_true_parts_add_up_and_each_cause_is_there(small: Phantom) -> None:
    parts = small.true_parts()
    total = parts["inter"] + parts["intra"] + parts["ambiguity"] + parts["residual"]
    assert parts["total"] == pytest.approx(total, abs=1e-12)
    shares = {name: parts[name].sum() / parts["total"].sum() for name in ("inter", "intra", "ambiguity")}
    assert all(share > 0.05 for share in shares.values()), shares
    assert not parts["residual"].any()


def test_many_readings_agree_with_the_true_probability(small: Phantom) -> None:
    masks = [small.mask(name, draw).array for name in RATERS for draw in small.draws(name, 400)]
    gap = np.mean(masks, axis=0) - small.true_parts()["probability"]
    assert np.abs(gap).max() < 5 * np.sqrt(0.25 / 1600)


def test_no_lobe_means_no_ambiguity_about_the_lobe(small: Phantom) -> None:
    deep = (small.depths.lobe > 4.0) & (small.depths.body < -8.0)
    parts = small.true_parts()
    share = small.lesion.lobe_in / LOBE_STATES
    assert parts["probability"][deep] == pytest.approx(np.full(deep.sum(), 0.75 * share))
    assert parts["ambiguity"][deep] == pytest.approx(np.full(deep.sum(), 0.75 * share * (1 - share)))


# -- the demo and the training set ------------------------------------------------------------------------------------
def test_the_demo_case_is_no_training_case_and_spans_ten_to_twenty_slices() -> None:
    demo = demo_phantom()
    assert demo.seed not in {p.seed for p in training_phantoms(200)}
    middle = Draw(len(JITTER) // 2, len(BORDER) // 2, 0)
    for name in RATERS:
        mask = demo.mask(name, middle).array
        assert 10 <= mask.any(axis=(1, 2)).sum() <= 20
        assert label(mask)[1] == 1
    assert 0.25 <= demo.lesion.lobe_in / LOBE_STATES <= 0.75


def test_training_phantoms_differ_and_show_their_whole_lesion() -> None:
    lobes = set()
    for phantom in training_phantoms(12):
        lesion = phantom.lesion
        grown = phantom.true_parts()["probability"] > 0
        assert not grown[0].any() and not grown[-1].any()
        lobes.add((lesion.lobe_in, round(lesion.body.radius_mm, 3)))
    assert len(lobes) == 12


# -- the second structure ---------------------------------------------------------------------------------------------
def test_a_second_structure_leaves_the_first_as_it_is(small: Phantom) -> None:
    """Bit by bit: the shipped model and every figure rest on the lesion's data."""
    one, two = small.study(), small.study(structures=2)
    assert one.structures == (STRUCTURE,) and two.structures == STRUCTURES
    assert (one.image.array == two.image.array).all()
    assert [r for r in two.readings if r.structure == STRUCTURE] == list(two.readings[: len(one.readings)])
    for before, after in zip(one.readings, two.readings, strict=False):
        assert (before.rater, before.reading) == (after.rater, after.reading)
        assert (before.mask.array == after.mask.array).all()


def test_the_second_structure_is_the_vessel_that_the_scan_shows() -> None:
    phantom = Phantom(2, TRAINING_SHAPE, TRAINING_SPACING_MM)
    image, depth = phantom.volume().array, phantom.vessel_depth
    inside, wall = image[depth > 3.0], image[(depth < -3.0) & (depth > -6.0)]
    assert abs(inside.mean() - 165.0) < 4.0 and inside.mean() - wall.mean() > 15.0
    assert not ((depth > 0) & (phantom.depths.both > 0)).any()  # beside the lesion, not in it


def test_raters_have_their_own_ways_with_the_vessel() -> None:
    phantom = Phantom(2, TRAINING_SHAPE, TRAINING_SPACING_MM)
    middle = Draw(len(JITTER) // 2, len(BORDER) // 2, 0)
    masks = {name: phantom.vessel(name, middle) for name in RATERS}
    volume = {name: mask.volume_ml for name, mask in masks.items()}
    assert volume["generous"] > volume["smooth"] > volume["no_lobe"] > volume["tight"] > 0
    slices = {name: int(mask.array.any((1, 2)).sum()) for name, mask in masks.items()}
    assert slices["generous"] > slices["tight"]
    draws = [phantom.draws(name, 6, s) for name in RATERS for s in range(2)]
    assert len({tuple(d) for d in draws}) == len(draws)
