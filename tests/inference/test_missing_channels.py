"""A study that lacks channels, under a model that estimates them: engine, survey, predict and evaluate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from proseg_gui.bundle import check_fits, missing_channels
from proseg_gui.catalogue import METHODS
from proseg_gui.errors import UserError
from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.drawings import Request
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders
from proseg_gui.inference.plan import cause_plan, default_plan
from proseg_gui.inference.predict import predict_case
from proseg_gui.inference.results import provenance_of
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.networks.registry import METHODS as NETWORKS
from proseg_gui.networks.registry import build
from proseg_gui.volume import Geometry, Study, Volume

CHANNELS = ("FLAIR", "T1", "T1c")
KIND = next(entry.name for entry in METHODS if entry.imputes)


@pytest.fixture(scope="module")
def bundle():
    from types import SimpleNamespace

    from proseg_gui.bundle import Bundle, Card

    torch.manual_seed(4)
    sizes = {"n_raters": 3, "n_structures": 1, "n_channels": 3, "widths": (4, 8), "features": 4, "hidden": 4}
    method = build(KIND, {**sizes, "imputations": 3}).eval().requires_grad_(False)
    with torch.no_grad():  # an untrained one draws hardly anything
        method.third.bias.fill_(0.0)
        method.third.weight.mul_(8.0)
    raters, window = ("rater1", "rater2", "rater3"), {"kind": "percentile", "low": 1.0, "high": 99.0}
    card = Card(KIND, "tiny", "1", method.architecture(), raters, ("lesion",), CHANNELS, "MR", (1.0, 1.0), window,
                {"kind": "whole"}, sha256="ab")  # fmt: skip
    return Bundle(card, method, SimpleNamespace())


def study(*names, seed=1):
    rng = np.random.default_rng(seed)
    geometry = Geometry.plain((2, 24, 20), (3.0, 1.0, 1.0))
    values = {name: rng.normal(0, 50, (2, 24, 20)).astype(np.float32) for name in CHANNELS}
    return Study("case", {name: Volume(values[name], geometry, modality="MR") for name in names}, ("lesion",))


def test_the_catalogue_says_what_networks_can():
    for entry in METHODS:
        assert NETWORKS[entry.name].capabilities.imputes == entry.imputes


def test_what_is_missing_is_told_by_name(bundle):
    card = bundle.card
    assert missing_channels(card, study(*CHANNELS)) == ()
    assert missing_channels(card, study("FLAIR", "T1")) == ("T1c",)
    assert missing_channels(card, study("T1c")) == ("FLAIR", "T1")
    assert check_fits(card, study("T1", "FLAIR"))[0] == "T1c missing: estimated, not acquired."
    nameless = replace(study("T1"), channels={"image": study("T1").image})
    with pytest.raises(UserError, match=r"takes 3 channels \(FLAIR, T1, T1c\) and the image has 1"):
        check_fits(card, nameless)
    three = study(*CHANNELS).channels
    other = replace(study("T1"), channels={"a": three["T1"], "T1": three["T1"], "b": three["T1c"]})
    assert missing_channels(card, other) == () and "taken as FLAIR" in check_fits(card, other)[0]


def test_other_models_refuse_in_one_sentence(bundle):
    plain = replace(bundle.card, kind="proseg")
    with pytest.raises(UserError, match=r"takes 3 channels \(FLAIR, T1, T1c\) and the image has 2"):
        check_fits(plain, study("FLAIR", "T1"))


def test_nothing_missing_is_as_with_any_other_model(bundle):
    engine = Engine(bundle, study(*CHANNELS), device="cpu")
    assert engine.missing == () and engine.notices == ()
    survey = CaseSurvey(engine, default_plan(bundle, missing=bool(engine.missing)))
    assert "imputation" not in survey.slice(0).maps and "imputation" not in survey.shares()
    point = survey.plan.points(bundle.method)[0]
    other = {**point, "eps": (*point["eps"][:-1], 2.0)}
    assert np.array_equal(engine.probability(0, point), engine.probability(0, other))


def test_every_draw_of_what_is_missing_has_its_own_contour(bundle):
    engine = Engine(bundle, study("FLAIR", "T1"), device="cpu")
    assert engine.missing == ("T1c",) and engine.notices[0].startswith("T1c missing")
    base = Sliders(engine).consensus_style()
    found = [engine.probability(0, {**base, "eps": (*base["eps"][:-1], float(number))}) for number in range(4)]
    for i in range(4):
        for j in range(i):
            assert np.abs(found[i] - found[j]).max() > 1e-6
    again = Engine(bundle, study("T1", "FLAIR"), device="cpu")  # in another order, under the same names
    assert np.array_equal(again.probability(0, base), found[0])


def test_the_survey_has_a_fifth_part_and_the_identity_holds(bundle):
    engine = Engine(bundle, study("T1"), device="cpu")
    plan = default_plan(bundle, missing=bool(engine.missing))
    assert plan.imputations == 3 and plan.n == plan.raters * plan.tau_draws * 3 * plan.eps_draws
    numbers = [point["eps"][-1] for point in plan.points(bundle.method)]
    assert numbers[: 3 * plan.eps_draws] == [float(m) for m in (1, 2, 3) for _ in range(plan.eps_draws)]
    assert len({*plan.thin()}) == 10
    survey = CaseSurvey(engine, plan)
    for form in ("variance", "entropy"):
        maps = survey.slice(0, form=form).maps
        np.testing.assert_allclose(sum(maps[p] for p in plan.parts[1:]), maps["total"], atol=1e-6)
        assert maps["imputation"].max() > 1e-4
    survey.slice(1)
    shares = survey.shares()
    assert shares["imputation"] > 0.0 and sum(shares.values()) == pytest.approx(1.0)
    assert survey.doubted()[0].parts.shape[0] == 6
    assert cause_plan(bundle, missing=True).imputations == 3


def test_the_part_is_nothing_where_all_draws_are_alike(bundle, monkeypatch):
    engine = Engine(bundle, study("T1"), device="cpu")
    monkeypatch.setattr(type(engine._network.method), "draw_noise", lambda self, number, like: torch.zeros_like(
        like).expand(3, *like.shape[1:]))  # fmt: skip
    found = CaseSurvey(engine, default_plan(bundle, missing=True)).slice(0).maps
    assert found["imputation"].max() < 1e-12 and found["total"].max() > 0


def test_an_estimate_is_told_with_its_spread(bundle):
    engine = Engine(bundle, study("FLAIR", "T1"), device="cpu")
    mean, spread = engine.estimate(1)
    assert mean.shape == spread.shape == (1, 24, 20) and np.isfinite(mean).all()
    assert np.abs(mean).max() <= 1.0 and spread.min() >= 0.0 and spread.max() > 0.0


def test_axes_and_evidence_keep_off_the_number_of_the_draw(bundle):
    engine = Engine(bundle, study("FLAIR", "T1"), device="cpu")
    engine.encode(0)
    sliders = Sliders(engine)
    for axis in sliders.ambiguity_axes(sliders.consensus_style()).axes:
        assert axis.control.axis[-1] == 0.0
    ensemble = Ensemble(engine)
    assert {p["eps"][-1] for p in ensemble.points} == {1.0, 2.0, 3.0}
    weights = np.full(len(ensemble.points), 1.0 / len(ensemble.points))
    place = {name: weights @ values for name, values in ensemble.chart.items()}
    assert ensemble.point(place)["eps"][-1] == 0.0


def test_predict_says_what_was_estimated(bundle, tmp_path):
    case = study("FLAIR", "T1")
    summary = predict_case(bundle, case, tmp_path / "out", Request(("rater1",), 2, True), device="cpu")
    assert summary["estimated_channels"] == ["T1c"]
    assert "T1c missing: estimated, not acquired." in summary["notices"]
    assert summary["uncertainty"]["draws"]["imputation"] == 3
    names = {path.name for path in (tmp_path / "out").rglob("*.nii.gz")}
    assert "uncertainty_imputation.nii.gz" in names
    assert not [name for name in names if "T1c" in name or "estimate" in name]  # no image leaves the program
    assert provenance_of(bundle.card, case).image == "T1c missing: estimated, not acquired."
    whole = predict_case(bundle, study(*CHANNELS), tmp_path / "whole", Request((), 1, True), device="cpu")
    assert "estimated_channels" not in whole and "imputation" not in whole["uncertainty"]["draws"]
    assert not list((tmp_path / "whole").rglob("*imputation*"))
