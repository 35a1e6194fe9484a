import json
import math

import numpy as np
import pytest
import torch

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders, latents_json, read_latents
from proseg_gui.inference.points import point_from, unstacked
from proseg_gui.jobs import CancelToken


@pytest.fixture
def sliders(engine):
    return Sliders(engine)


@pytest.fixture
def measured(bright):
    """Sliders of the model whose drawing is known, with every slice seen."""
    for k in range(bright.n_slices):
        bright.encode(k)
    return Sliders(bright)


# -- points ------------------------------------------------------------------------------------------------------------
def test_a_raters_point_is_the_methods(sliders, bundle):
    for index, name in enumerate(bundle.card.raters):
        point = sliders.rater_point(name)
        coords = bundle.method.rater_coords(index)
        assert all(np.array_equal(np.float32(point[latent]), coords[latent]) for latent in ("tau", "eps"))
        assert not any(point["eps"])
    with pytest.raises(UserError, match="rater1, rater2, rater3"):
        sliders.rater_point("nobody")


def test_blends(sliders, bundle):
    assert sliders.blend((0, 1, 0)) == sliders.rater_point("rater2")
    assert sliders.blend((2, 2, 2)) == sliders.consensus_style()
    mixed = sliders.blend((0.2, 0.5, 0.3))
    np.testing.assert_allclose(sliders.rater_weights(mixed), (0.2, 0.5, 0.3), atol=1e-3)
    np.testing.assert_allclose(sliders.rater_weights(sliders.rater_point("rater3")), (0, 0, 1), atol=1e-3)
    for wrong in ((1, 1), (0, 0, 0), (-1, 1, 1), (math.nan, 1, 1)):
        with pytest.raises(ValueError, match="weights"):
            sliders.blend(wrong)


def test_presets_are_worked_out_once(sliders, bundle, monkeypatch):
    asked: list[int] = []
    of_rater = bundle.method.rater_coords
    monkeypatch.setattr(bundle.method, "rater_coords", lambda r: asked.append(r) or of_rater(r))
    points = [sliders.blend(weights) for weights in ((1, 0, 0), (0.2, 0.5, 0.3))]
    found = [sliders.rater_weights(point) for point in points * 2]
    assert found[0] == found[2] == (1.0, 0.0, 0.0)
    assert found[1] == found[3] == pytest.approx((0.2, 0.5, 0.3), abs=1e-3)
    assert asked == [0, 1, 2]


def test_a_point_off_the_blends_has_no_weights(sliders):
    assert sliders.rater_weights({"tau": (0.65, *[0.05] * 7), "eps": (0.0,) * 3}) is None
    beyond = sliders.moved(sliders.preference_axes()[0], sliders.consensus_style(), 3.0)
    assert sliders.rater_weights(beyond) is None


def test_random_points_repeat_with_their_seed_and_reach_all_raters(sliders, bundle):
    assert sliders.random_point(3) == sliders.random_point(3)
    assert sliders.random_point(3) != sliders.random_point(4)
    assert sliders.random_point(3, "rater2") == sliders.random_point(3, "rater2")
    styles = np.array([np.argmax(sliders.random_point(seed)["tau"]) for seed in range(40)])
    assert len(set(styles)) > 1
    with pytest.raises(UserError, match="knows no rater"):
        sliders.random_point(0, "rater9")


# -- axes --------------------------------------------------------------------------------------------------------------
def test_preference_axes_span_the_raters(measured):
    axes = measured.preference_axes()
    assert 1 <= len(axes) <= 2
    assert sum(axis.share for axis in axes) == pytest.approx(1.0)
    assert {axis.family for axis in axes} == {"preference"}
    positions = [[measured.position(a, measured.rater_point(f"rater{r}")) for r in (1, 2, 3)] for a in axes]
    np.testing.assert_allclose(np.mean(positions, 1), 0, atol=1e-4)
    np.testing.assert_allclose(np.std(positions, 1), 1, atol=1e-4)


def test_moving_one_slider_leaves_the_others(measured):
    style = measured.consensus_style()
    axes = (*measured.preference_axes(), *measured.ambiguity_axes(style).axes)
    point = style
    for i, axis in enumerate(axes):
        point = measured.moved(axis, point, 0.5 + i)
    for i, axis in enumerate(axes):
        assert measured.position(axis, point) == pytest.approx(0.5 + i, abs=1e-4)
    eps_before = point["eps"]
    assert measured.moved(axes[0], point, -2.0)["eps"] == eps_before


def test_ambiguity_axes_of_the_known_model(measured):
    """eps[0] lowers the threshold everywhere, eps[1] to the right: + draws more, and the first explains most."""
    found = measured.ambiguity_axes(measured.consensus_style())
    assert not found.provisional
    assert found.slices_seen == 6
    assert sum(axis.share for axis in found.axes) == pytest.approx(1.0, abs=0.03)
    assert [a.share for a in found.axes] == sorted((a.share for a in found.axes), reverse=True)
    assert found.axes[0].effect_ml_per_sd > 0


def test_effects_are_what_moving_the_slider_does(measured, bright):
    point = measured.consensus_style()
    for axis in (*measured.preference_axes(point), *measured.ambiguity_axes(point).axes):
        plus, minus = (bright.mask(measured.moved(axis, point, measured.position(axis, point) + d)) for d in (1, -1))
        assert axis.effect_ml_per_sd == pytest.approx((plus.volume_ml - minus.volume_ml) / 2, rel=1e-6, abs=1e-9)


def test_axes_are_fixed_once_everything_was_seen(measured):
    point = measured.consensus_style()
    moved = measured.moved(measured.ambiguity_axes(point).axes[0], point, 2.0)
    assert measured.ambiguity_axes(moved) is measured.ambiguity_axes(point), "moving eps changes no axis"
    other = measured.rater_point("rater1")
    assert measured.ambiguity_axes(other) is not measured.ambiguity_axes(point)
    assert measured.ambiguity_axes(point) is measured.ambiguity_axes(point)
    assert measured.preference_axes(point) is measured.preference_axes(moved)


def test_axes_are_provisional_until_then_and_keep_their_signs(make, bundle):
    engine = Engine(bundle, make.noise(shape=(6, 37, 45)), device="cpu")
    sliders = Sliders(engine)
    point = sliders.consensus_style()
    nothing = sliders.ambiguity_axes(point)
    assert (nothing.axes, nothing.provisional, nothing.slices_seen) == ((), True, 0)
    assert [axis.effect_ml_per_sd for axis in sliders.preference_axes(point)] == [None] * 2
    before = ()
    for k in (3, 2, 4, 1, 5, 0):
        engine.encode(k)
        now = sliders.ambiguity_axes(point)
        for axis in now.axes:
            overlaps = [float(axis.control.axis @ old.control.axis) for old in before]
            assert max(overlaps, key=abs, default=1.0) > -0.5
        before = now.axes
    assert not now.provisional
    assert all(axis.effect_ml_per_sd is not None for axis in sliders.preference_axes(point))


def test_hardly_moving_modes_are_hidden(measured):
    shares = [axis.share for axis in measured.ambiguity_axes(measured.consensus_style()).axes]
    assert min(shares) >= 0.02


def test_measuring_axes_can_be_cancelled(measured):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        measured.ambiguity_axes(measured.consensus_style(), token)
    with pytest.raises(Cancelled):
        measured.preference_axes(measured.consensus_style(), token)


def test_a_single_rater_has_no_preference_axes(make):
    bundle = make.bundle(make.Bright(n_raters=1), raters=("only",))
    sliders = Sliders(Engine(bundle, make.ball(), device="cpu"))
    assert sliders.preference_axes() == ()
    assert sliders.consensus_style() == sliders.rater_point("only")
    np.testing.assert_allclose(sliders.rater_weights(sliders.rater_point("only")), (1.0,))


# -- files -------------------------------------------------------------------------------------------------------------
def test_latents_survive_their_file_bit_by_bit(bundle, tmp_path):
    for point in unstacked(bundle.method.draw(None, 6, torch.Generator().manual_seed(1))):
        path = tmp_path / "latents.json"
        path.write_text(json.dumps(latents_json(point, bundle.card, name="wide")))
        assert read_latents(path, bundle) == point


def valid(bundle):
    return latents_json(point_from(bundle.method.rater_coords(0)), bundle.card)


def broken(what, bundle):
    data = valid(bundle)
    tau, eps = data["point"]["tau"], data["point"]["eps"]
    changes = {
        "other model": lambda: data["model"].update(sha256="f" * 64),
        "no model": lambda: data.pop("model"),
        "short eps": lambda: data["point"].update(eps=eps[:-1]),
        "no eps": lambda: data["point"].pop("eps"),
        "extra": lambda: data["point"].update(z=[1.0]),
        "nan": lambda: eps.__setitem__(0, math.nan),
        "huge": lambda: eps.__setitem__(0, 10**400),
        "text": lambda: eps.__setitem__(0, "1"),
        "not shares": lambda: tau.__setitem__(0, tau[0] + 0.5),
        "negative": lambda: tau.__setitem__(slice(0, 2), [tau[0] + tau[1] + 0.2, -0.2]),
        "point": lambda: data.update(point=[1, 2]),
        "newer": lambda: data.update(format_version=2),
        "other json": lambda: data.pop("format"),
    }
    changes[what]()
    return data


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("other model", "belong to another model"), ("no model", "belong to another model"),
        ("short eps", "eps has 2 values and the model takes 3"), ("no eps", "named tau"), ("extra", "eps, tau, z"),
        ("nan", "NaN or infinity"), ("huge", "more than 64 bits"), ("text", "not a number"), ("not shares", "sum to 1"),
        ("negative", "sum to 1"),
        ("point", "table of lists"), ("newer", "unknown version"), ("other json", "holds no latents"),
    ],
)  # fmt: skip
def test_latents_that_do_not_fit_are_refused(what, sentence, bundle, tmp_path):
    path = tmp_path / "latents.json"
    path.write_text(json.dumps(broken(what, bundle)))
    with pytest.raises(UserError, match=sentence) as caught:
        read_latents(path, bundle)
    assert str(caught.value).startswith(str(path))


def test_files_that_are_no_latents_are_refused(bundle, tmp_path):
    path = tmp_path / "x.json"
    with pytest.raises(UserError, match="cannot be read"):
        read_latents(path, bundle)
    for content, sentence in ((b"", "JSON"), (b"\xff\xfe", "JSON"), (b"[" * 200_000, "JSON"), (b"[]", "no latents")):
        path.write_bytes(content)
        with pytest.raises(UserError, match=sentence):
            read_latents(path, bundle)
    path.write_bytes(b" " * 1_000_001)
    with pytest.raises(UserError, match="far larger"):
        read_latents(path, bundle)
    with pytest.raises(UserError, match="cannot be read"):
        read_latents(tmp_path, bundle)
