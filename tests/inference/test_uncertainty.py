import numpy as np
import pytest

from proseg_gui.inference.uncertainty import (
    IMPUTATION,
    PARTS,
    SCALE_MAX,
    StreamingMoments,
    entropy,
    parts_of,
    without_chance,
)


def moments_of(p, form="variance"):
    """``p``: (R, T, Z, ...)"""
    moments = StreamingMoments(*p.shape[:3], form=form)
    for draw in p.reshape(-1, *p.shape[3:]):
        moments.add(draw)
    return moments


def test_variance_form_of_the_worked_example():
    maps = moments_of(np.array([[[0.8, 0.6]], [[0.2, 0.4]]])).maps()
    assert [float(maps[part]) for part in PARTS] == pytest.approx([0.25, 0.04, 0.0, 0.01, 0.20], abs=1e-15)


def test_entropy_form_of_the_worked_example():
    maps = moments_of(np.array([[[0.8, 0.6]], [[0.2, 0.4]]]), "entropy").maps()
    expected = [0.693147, 0.082283, 0.0, 0.024157, 0.586707]
    assert [float(maps[part]) for part in PARTS] == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize("form", ["variance", "entropy"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 1, 1), (1, 4, 1), (1, 1, 5), (3, 2, 4), (7, 2, 4)])
def test_the_parts_sum_to_the_total_exactly(form, shape):
    p = np.random.default_rng(1).random((*shape, 2, 5, 6)).astype(np.float32)
    maps = moments_of(p, form).maps()
    causes = sum(maps[part] for part in PARTS[1:])
    np.testing.assert_allclose(causes, maps["total"], atol=1e-14, rtol=0)
    for part in PARTS:
        assert maps[part].min() > -1e-14
        assert maps[part].max() <= SCALE_MAX[form] + 1e-12


def test_streaming_equals_the_formula_written_out():
    p = np.random.default_rng(2).random((3, 4, 5, 6, 7))
    moments = moments_of(p)
    maps, pbar = moments.maps(), p.mean((0, 1, 2))
    np.testing.assert_allclose(moments.mean(), pbar, atol=1e-14)
    np.testing.assert_allclose(maps["inter"], p.mean((1, 2)).var(0), atol=1e-14)
    np.testing.assert_allclose(maps["intra"], p.mean(2).var(1).mean(0), atol=1e-14)
    np.testing.assert_allclose(maps["ambiguity"], p.var(2).mean((0, 1)), atol=1e-14)
    np.testing.assert_allclose(maps["residual"], (p * (1 - p)).mean((0, 1, 2)), atol=1e-14)
    np.testing.assert_allclose(maps["total"], pbar * (1 - pbar), atol=1e-14)


def test_each_cause_alone_lands_in_its_own_part():
    base = np.full((2, 2, 2), 0.5)
    along = {"inter": base.copy(), "intra": base.copy(), "ambiguity": base.copy()}
    along["inter"][0] += 0.1
    along["intra"][:, 0] += 0.1
    along["ambiguity"][:, :, 0] += 0.1
    for part, p in along.items():
        maps = moments_of(p).maps()
        assert float(maps[part]) == pytest.approx(0.0025)
        others = [float(maps[other]) for other in ("inter", "intra", "ambiguity") if other != part]
        assert others == pytest.approx([0.0, 0.0], abs=1e-15)


def test_the_correction_keeps_the_sum_and_takes_the_bias_away():
    rng = np.random.default_rng(3)
    raters, tau_draws, eps_draws, pixels = 4, 3, 4, 40_000
    spread = {"inter": 0.05, "intra": 0.03, "ambiguity": 0.06}
    level = 0.5 + spread["inter"] * np.array([-1, 1, -1, 1])[:, None, None, None]
    level = level + spread["intra"] * rng.standard_normal((raters, tau_draws, 1, pixels))
    p = level + spread["ambiguity"] * rng.standard_normal((raters, tau_draws, eps_draws, pixels))
    moments = moments_of(np.clip(p, 0, 1))
    raw, fixed = moments.maps(), moments.maps(corrected=True)
    np.testing.assert_allclose(sum(fixed[part] for part in PARTS[1:]), fixed["total"], atol=1e-14)
    np.testing.assert_array_equal(raw["total"], fixed["total"])
    for part in ("intra", "ambiguity"):
        truth = spread[part] ** 2
        assert fixed[part].mean() == pytest.approx(truth, rel=0.03)
        assert abs(raw[part].mean() - truth) > 3 * abs(fixed[part].mean() - truth)
    assert abs(fixed["inter"].mean() - spread["inter"] ** 2) < abs(raw["inter"].mean() - spread["inter"] ** 2)


def test_sums_are_corrected_like_maps_and_never_fall_below_nothing():
    rng = np.random.default_rng(4)
    shape = (7, 2, 4)
    only_eps = np.clip(0.5 + 0.1 * rng.standard_normal((*shape, 1)) * np.ones(50), 0, 1)  # one chance for all pixels
    moments = moments_of(only_eps)
    raw = {part: values.sum() for part, values in moments.maps().items()}
    fixed = without_chance(raw, *shape)
    for part, values in moments.maps(corrected=True).items():
        assert fixed[part] == pytest.approx(values.sum())
    kept = without_chance(raw, *shape, least=0.0)
    assert min(kept.values()) >= 0.0 and kept["total"] == raw["total"]
    assert sum(kept[part] for part in PARTS[1:]) == pytest.approx(kept["total"])
    chance, left = (sums["inter"] + sums["intra"] for sums in (raw, kept))
    assert chance > 0.1 * raw["ambiguity"] and left < 0.5 * chance
    assert without_chance({"inter": 1.0, "intra": 9.0, "ambiguity": 1.0}, 2, 4, 1, least=0.0)["inter"] == 0.0


def test_the_correction_skips_levels_of_one_draw():
    p = np.array([[[0.8, 0.6]], [[0.2, 0.4]]])
    maps = moments_of(p).maps(corrected=True)
    assert float(maps["intra"]) == 0.0
    assert float(maps["ambiguity"]) == pytest.approx(0.02)
    assert float(maps["inter"]) == pytest.approx(0.03)
    only_eps = moments_of(np.array([[[0.8, 0.6]]])).maps(corrected=True)
    assert float(only_eps["ambiguity"]) == pytest.approx(0.01)


def test_misuse_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        StreamingMoments(2, 0, 1)
    with pytest.raises(ValueError, match="form"):
        StreamingMoments(1, 1, 1, form="std")
    moments = StreamingMoments(1, 1, 2)
    moments.add(0.5)
    with pytest.raises(ValueError, match="1 of 2"):
        moments.maps()
    moments.add(0.5)
    with pytest.raises(ValueError, match="already"):
        moments.add(0.5)
    entropies = StreamingMoments(1, 1, 1, form="entropy")
    entropies.add(0.5)
    with pytest.raises(ValueError, match="variance form"):
        entropies.maps(corrected=True)


def test_entropy_is_finite_at_the_ends():
    np.testing.assert_allclose(entropy([0.0, 0.5, 1.0]), [0.0, np.log(2), 0.0], atol=1e-15)


# -- the fifth part ---------------------------------------------------------------------------------------------------
def moments_with_imputations(p, form="variance"):
    """``p``: (R, T, M, Z, ...)"""
    raters, tau, imputations, eps = p.shape[:4]
    moments = StreamingMoments(raters, tau, eps, form, imputations=imputations)
    for draw in p.reshape(-1, *p.shape[4:]):
        moments.add(draw)
    return moments


@pytest.mark.parametrize("form", ["variance", "entropy"])
@pytest.mark.parametrize("shape", [(1, 1, 3, 1), (4, 2, 8, 2), (1, 3, 2, 1), (3, 1, 2, 4)])
def test_six_parts_sum_to_the_total_exactly(form, shape):
    p = np.random.default_rng(1).random((*shape, 2, 5, 6)).astype(np.float32)
    maps = moments_with_imputations(p, form).maps()
    assert tuple(maps) == parts_of(shape[2]) == (*PARTS, IMPUTATION)
    np.testing.assert_allclose(sum(maps[part] for part in (*PARTS, IMPUTATION)[1:]), maps["total"], atol=1e-14, rtol=0)
    assert all(values.min() > -1e-14 for values in maps.values())


def test_imputation_is_the_variance_of_what_is_left_after_the_ambiguity():
    p = np.random.default_rng(2).random((3, 4, 5, 2, 6, 7))
    maps = moments_with_imputations(p).maps()
    np.testing.assert_allclose(maps[IMPUTATION], p.mean(3).var(2).mean((0, 1)), atol=1e-14)
    np.testing.assert_allclose(maps["ambiguity"], p.var(3).mean((0, 1, 2)), atol=1e-14)
    np.testing.assert_allclose(maps["intra"], p.mean((2, 3)).var(1).mean(0), atol=1e-14)
    np.testing.assert_allclose(maps["inter"], p.mean((1, 2, 3)).var(0), atol=1e-14)


def test_one_imputation_is_no_part():
    p = np.random.default_rng(3).random((3, 2, 4, 5))
    whole, with_one = moments_of(p).maps(), moments_with_imputations(p[:, :, None]).maps()
    assert tuple(with_one) == PARTS
    for part in PARTS:
        assert np.array_equal(whole[part], with_one[part])


def test_the_correction_takes_chance_out_of_every_part():
    """Independent raters and preferences, and imputations with ambiguities in common: the truth is known."""
    rng, deviation = np.random.default_rng(4), {"inter": 0.05, "intra": 0.04, "ambiguity": 0.06}
    impute = np.array([-0.07, 0.01, 0.06])
    shape, pixels = (3, 24, 3, 2), 6_000
    p = 0.5 + deviation["inter"] * rng.standard_normal((3, 1, 1, 1, pixels))
    p = p + deviation["intra"] * rng.standard_normal((3, 24, 1, 1, pixels)) + impute[:, None, None]
    p = np.broadcast_to(p + deviation["ambiguity"] * rng.standard_normal((3, 24, 1, 2, pixels)), (*shape, pixels))
    maps = moments_with_imputations(p).maps(corrected=True)
    expected = {part: s * s for part, s in deviation.items()} | {IMPUTATION: impute.var()}
    expected["inter"] *= 2 / 3  # the three raters are all there are
    for part, value in expected.items():
        assert float(maps[part].mean()) == pytest.approx(value, rel=0.05), part
    np.testing.assert_allclose(sum(maps[part] for part in (*PARTS, IMPUTATION)[1:]), maps["total"], atol=1e-12)
