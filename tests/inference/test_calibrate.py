"""Whether a model's certainty is so: against plain loops, on raters who draw as it says and on others who do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from proseg_gui.errors import UserError
from proseg_gui.inference.calibrate import (
    STROKES,
    Told,
    agreement_bins,
    calibrated,
    likenesses,
    odds_bins,
    strokes_of,
)
from proseg_gui.inference.calibration import KEY, LEVELS, ODDS, Calibration, Likeness, calibration_of
from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import point_from
from proseg_gui.inference.survey import CaseSurvey

EMPTY = (0.0, 0.0, 0.0)


def test_agreement_is_told_level_by_level(bright) -> None:
    survey = CaseSurvey(bright, default_plan(bright.bundle))
    rng = np.random.default_rng(0)
    masks = [rng.random(bright.geometry.shape) < 0.02 for _ in range(3)]
    found = agreement_bins(survey, 0, masks)
    expected = np.zeros((LEVELS, 3))
    for k in range(bright.n_slices):
        agreement = survey.slice(k).agreement[0]
        for y, x in np.ndindex(agreement.shape):
            share = np.mean([mask[k, y, x] for mask in masks])
            if agreement[y, x] > 0 or share > 0:
                expected[round(float(agreement[y, x]) * 10)] += 1, agreement[y, x], share
    assert found == pytest.approx(expected)
    assert (found[1:-1, 0] > 0).any()


def test_odds_are_counted_where_they_were_said() -> None:
    told = [Told("a", 1, {"a": 0.82, "b": 0.18}, {}), Told("b", 4, {"a": 0.75, "b": 0.25}, {}),
            Told("c", 4, {"a": 1.0, "b": 0.0}, {})]  # fmt: skip
    bins = odds_bins(told)
    assert bins[ODDS.index(0.7)].tolist() == pytest.approx([2, 1.57, 1])
    assert bins[ODDS.index(0.1)].tolist() == pytest.approx([2, 0.43, 1])
    assert bins[ODDS.index(0.9)].tolist() == [1, 1.0, 0] and bins[0].tolist() == [1, 0.0, 0]


def test_a_reader_corrects_the_largest_error_and_leaves_the_rest_alone(bright) -> None:
    drawn = bright.mask(point_from(bright.method.consensus_style())).array
    truth = np.roll(drawn, 2, axis=2)
    seen = list(strokes_of(bright, drawn, truth, (1, 3)))
    assert [n for n, _, _ in seen] == [1, 3]
    errors = [(drawn != truth).sum(), *((shown != truth).sum() for _, _, shown in seen)]
    assert errors[0] > errors[1] > errors[2]
    _, evidence, shown = seen[0]
    k = int(evidence.index[0, 0])
    assert (shown != drawn).sum() <= len(evidence.index) and set(evidence.left_alone) == {k}
    assert np.array_equal(evidence.left_alone[k].inside, shown[k])
    assert (truth[tuple(evidence.index.T)] == evidence.inside).all()


def test_the_models_own_draws_are_most_often_told_right(bright) -> None:
    """Readers that the model drew itself: some rater explains them, and better than readers it never draws."""
    ensemble = Ensemble(bright, draws=60)
    ensemble.prepare_all()
    readings = {name: bright.mask(point_from(bright.method.rater_coords(r))).array
                for r, name in enumerate(bright.raters)}  # fmt: skip
    told = likenesses(ensemble, readings)
    assert {each.strokes for each in told} <= set(STROKES) and told
    assert all(sum(each.odds.values()) == pytest.approx(1.0) for each in told)
    strange = likenesses(ensemble, {"nobody": np.roll(readings[bright.raters[0]], 12, axis=1)})
    first = [max(each.explained.values()) for each in told if each.strokes == 1]
    odd = [max(each.explained.values()) for each in strange if each.strokes == 1]
    assert np.mean(first) > np.mean(odd)


def test_a_data_set_is_measured_and_a_card_says_it(make, tmp_path, bright) -> None:
    from proseg_gui.io.dataset import read_dataset
    from proseg_gui.io.images.nifti_write import write_nifti

    study = make.ball()
    for name in ("one", "two", "nobody"):
        write_nifti(study.image.array, study.geometry, tmp_path / name / "image.nii.gz")
        for rater in () if name == "nobody" else bright.raters[:2]:
            mask = study.image.array > np.median(study.image.array)
            write_nifti(mask.astype(np.uint8), study.geometry, tmp_path / name / "masks" / f"{rater}.nii.gz")
    dataset = read_dataset(tmp_path)
    found = calibrated(dataset, bright.bundle, dataset.case_names, device="cpu")
    assert found["n_cases"] == 2 and found["n_readings"] == 4
    assert sum(row[0] for row in found["odds"]) % len(bright.raters) == 0
    engine, bins = Engine(bright.bundle, study, device="cpu"), np.zeros((LEVELS, 3))
    masks = [study.image.array > np.median(study.image.array)] * 2
    bins = 2 * agreement_bins(CaseSurvey(engine, default_plan(engine.bundle)), 0, masks)
    assert np.array(found["agreement"]) == pytest.approx(bins, abs=2e-3)
    card = replace(bright.bundle.card, metrics={KEY: found})
    known = calibration_of(card)
    assert known is not None and known.n_cases == 2 and known.least_explained == found["least_explained"]
    with pytest.raises(UserError, match="nobody drew"):
        calibrated(dataset, bright.bundle, ["nobody"], device="cpu")


@pytest.mark.parametrize("kept", [
    None, 3, {}, {"agreement": [[1, 1, 1]], "odds": [], "n_cases": 1},
    {"agreement": [["a", 0, 0]] * 11, "odds": [], "n_cases": 1},
    {"agreement": [[1, 2, 0]] * 11, "odds": [], "n_cases": 1},
    {"agreement": [[1, 0, 0]] * 11, "odds": [[1, 1, 1]], "n_cases": 1},
    {"agreement": [[1, 0, 0]] * 11, "odds": [], "n_cases": 0},
    {"agreement": [[1, 0, 0]] * 11, "odds": [], "n_cases": 1, "least_explained": 7},
])  # fmt: skip
def test_a_card_that_cannot_be_meant_says_nothing(bright, kept) -> None:
    assert calibration_of(replace(bright.bundle.card, metrics={KEY: kept} if kept is not None else {})) is None


def test_only_what_was_seen_often_enough_is_told() -> None:
    agreement = tuple((100.0 * level, 10.0 * level * level, 9.0 * level * level) for level in range(11))
    known = Calibration(agreement, (), 6)
    assert known.agreed(0.8) == pytest.approx((0.8, 0.72)) and known.agreed(0.1) is None
    assert known.right(0.8) is None and known.likeness({"a": 1.0}, {"a": 1.0}, 60) is None


def test_whom_one_draws_like_is_told_as_far_as_it_was_right() -> None:
    odds = (EMPTY, (100.0, 20.0, 20.0), (50.0, 20.0, 30.0), (50.0, 30.0, 12.0), (50.0, 40.0, 38.0), (5.0, 5.0, 5.0))
    known = Calibration((), odds, 6, least_explained=0.4)
    well = {"a": 0.9, "b": 0.5}
    assert known.likeness({"a": 0.82, "b": 0.18}, well, 60) == Likeness("a", 38 / 50, 0.82)
    assert known.likeness({"a": 0.4, "b": 0.3, "c": 0.3}, well, 60) is None, "none is clearly likelier than by chance"
    assert known.likeness({"a": 0.4, "b": 0.2, "c": 0.2, "d": 0.2}, well, 60) == Likeness("a", 0.6, None), (
        "not as it says"
    )
    assert known.likeness({"a": 0.6, "b": 0.2, "c": 0.2}, well, 60) is None, "in truth no better than chance"
    assert known.likeness({"a": 0.95, "b": 0.05}, well, 60) is None, "too few had such odds"
    assert known.likeness({"a": 0.82, "b": 0.18}, {"a": 0.39, "b": 0.2}, 60) == Likeness("")
    assert known.likeness({}, {}, 60) is None
    assert replace(known, least_explained=None).likeness({"a": 0.82, "b": 0.18}, {"a": 0.1}, 60) is not None
    assert known.likeness({"a": 0.82, "b": 0.18}, {"a": 0.39, "b": 0.2}, 49) == Likeness("a", 38 / 50, 0.82)
