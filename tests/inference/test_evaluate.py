"""Judging a model on a dataset folder; the raters of the small data set draw exactly what the model predicts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from proseg_gui.bundle import Bundle, case_hash, load_bundle
from proseg_gui.errors import Cancelled, UserError
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.evaluate import evaluate_dataset
from proseg_gui.inference.judge import FIGURES, Drawn, Predictions, judge
from proseg_gui.inference.points import point_from, unstacked
from proseg_gui.io.dataset import Split, load_case, read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.jobs import CancelToken
from proseg_gui.metrics.multirater import dice_identity, ged2, human_majority
from proseg_gui.metrics.overlap import dice
from proseg_gui.volume import Geometry, Volume

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "brain_growth"


def write_case(folder: Path, volume: Volume, masks: dict[str, np.ndarray]) -> None:
    write_nifti(volume.array, volume.geometry, folder / "image.nii.gz")
    for name, mask in masks.items():
        write_nifti(mask, volume.geometry, folder / "masks" / f"{name}.nii.gz")
    (folder / "masks").mkdir(exist_ok=True)


def own_masks(engine: Engine) -> dict[str, np.ndarray]:
    method = engine.method
    return {
        name: engine.mask(point_from(method.rater_coords(i))).array for i, name in enumerate(engine.bundle.card.raters)
    }


@pytest.fixture
def folder(bright: Engine, tmp_path: Path) -> Path:
    """Case a: every rater drew their own prediction; case b: rater 2 is missing, rater 1 read twice."""
    masks = own_masks(bright)
    write_case(tmp_path / "a", bright.study.image, masks)
    second = {"rater1@1": masks["rater1"], "rater1@2": masks["rater2"], "rater3": masks["rater3"]}
    write_case(tmp_path / "b", bright.study.image, second)
    return tmp_path


def test_a_model_that_draws_as_its_raters_has_identity_one(folder: Path, bright: Engine) -> None:
    result = evaluate_dataset(read_dataset(folder), bright.bundle, cases=["a"], samples=6, device="cpu")
    (case,) = result["cases"]
    assert case["dice_identity"] == {"rater1": 1.0, "rater2": 1.0, "rater3": 1.0}
    assert result["dice_identity_mean"] == 1.0 > result["dice_identity_permuted"]
    assert (result["surface_dice"], result["hd95_mm"], result["assd_mm"]) == (1.0, 0.0, 0.0)
    masks = own_masks(bright)
    assert result["human_majority"] == pytest.approx(human_majority({name: [mask] for name, mask in masks.items()}))
    assert result["identity_gain"] is None  # one case has no interval


def test_every_key_of_the_contract_is_there_for_all_and_for_each_case(folder: Path, bright: Engine) -> None:
    result = evaluate_dataset(read_dataset(folder), bright.bundle, samples=6, device="cpu")
    contract = {
        "ged2", "dice_identity", "dice_identity_mean", "dice_identity_permuted", "dice_max", "dice_match", "dice_soft",
        "sample_diversity", "rater_diversity", "human_majority", "n_samples",
    }  # fmt: skip
    for row in (result, *result["cases"]):
        assert contract | set(FIGURES) <= set(row)
    assert [row["name"] for row in result["cases"]] == ["a", "b"]
    for name in FIGURES:
        values = [row[name] for row in result["cases"] if row[name] is not None]
        if values:
            assert result[name] == pytest.approx(np.mean(values)), name
        else:
            assert result[name] is None and name.startswith("volume_in_"), "of 6 samples coverage is not told"
    json.dumps(result, allow_nan=False)
    assert result["identity_gain"]["n_cases"] == 2


def test_figures_equal_those_of_the_samples_drawn_one_by_one(folder: Path, bright: Engine) -> None:
    dataset = read_dataset(folder)
    result = evaluate_dataset(dataset, bright.bundle, cases=["b"], samples=5, seed=3, device="cpu")
    points = unstacked(bright.method.draw(None, 5, torch.Generator().manual_seed(3)))
    samples = [bright.mask(point).array for point in points]
    readings = [reading.mask.array for reading in load_case(dataset.case("b")).readings]
    assert result["ged2"] == pytest.approx(ged2(readings, samples).value)
    masks = own_masks(bright)
    assert result["dice_identity"]["rater1"] == pytest.approx((1 + dice(masks["rater1"], masks["rater2"])) / 2)


def test_a_missing_rater_has_no_figure_and_does_not_count(folder: Path, bright: Engine) -> None:
    result = evaluate_dataset(read_dataset(folder), bright.bundle, cases=["b"], samples=3, device="cpu")
    own = result["dice_identity"]
    assert own["rater2"] is None
    assert result["dice_identity_mean"] == pytest.approx(np.mean([own["rater1"], own["rater3"]]))


def test_fewer_samples_than_masks_have_no_match(folder: Path, bright: Engine) -> None:
    result = evaluate_dataset(read_dataset(folder), bright.bundle, cases=["a"], samples=2, device="cpu")
    assert result["dice_match"] is None
    assert result["dice_max"] is not None


def test_the_same_seed_gives_the_same_result_and_another_one_does_not(folder: Path, bright: Engine) -> None:
    dataset = read_dataset(folder)
    once, again, other = (
        evaluate_dataset(dataset, bright.bundle, cases=["a"], samples=4, seed=seed, device="cpu") for seed in (1, 1, 2)
    )
    assert once == again
    assert once["ged2"] != other["ged2"]


def test_eight_samples_a_rater_unless_said(folder: Path, bright: Engine) -> None:
    result = evaluate_dataset(read_dataset(folder), bright.bundle, cases=["a"], device="cpu")
    assert result["n_samples"] == 24
    assert result["sample_diversity"] > 0


def test_cases_seen_in_training_are_counted_with_a_warning(folder: Path, bright: Engine) -> None:
    dataset, salt = read_dataset(folder), "a salt"
    hashes = [case_hash(load_case(dataset.case("a")), salt)]
    card = bright.bundle.card.__class__(
        **{**vars(bright.bundle.card), "training": {"salt": salt, "case_hashes": hashes}}
    )
    bundle = Bundle(card, bright.bundle.method, bright.bundle.folder)
    result = evaluate_dataset(dataset, bundle, cases=["a"], samples=3, device="cpu")
    assert result["seen_in_training"] == 1
    assert any("seen in training" in notice for notice in result["notices"])
    clean = evaluate_dataset(dataset, bright.bundle, cases=["a"], samples=3, device="cpu")
    assert clean["seen_in_training"] == 0
    assert not any("seen in training" in notice for notice in clean["notices"])


def test_raters_that_the_model_does_not_know_still_count_as_raters(folder: Path, bright: Engine) -> None:
    masks = own_masks(bright)
    write_case(folder / "c", bright.study.image, {"alice": masks["rater1"], "bob": masks["rater3"]})
    result = evaluate_dataset(read_dataset(folder), bright.bundle, cases=["c"], samples=3, device="cpu")
    assert result["dice_identity_mean"] is None
    assert result["human_majority"] is not None and result["ged2"] is not None
    assert any("no identity Dice" in notice for notice in result["notices"])


def test_a_case_without_masks_is_left_out_by_name(folder: Path, bright: Engine) -> None:
    write_case(folder / "empty", bright.study.image, {})
    result = evaluate_dataset(read_dataset(folder), bright.bundle, samples=3, device="cpu")
    assert result["n_cases"] == 2
    assert any("empty" in notice for notice in result["notices"])
    with pytest.raises(UserError, match="nobody drew"):
        evaluate_dataset(read_dataset(folder), bright.bundle, cases=["empty"], samples=3, device="cpu")


def test_wrong_questions_are_refused(folder: Path, bright: Engine) -> None:
    dataset = read_dataset(folder)
    with pytest.raises(UserError, match="-1 samples"):
        evaluate_dataset(dataset, bright.bundle, samples=-1)
    with pytest.raises(UserError, match="no case 'z'"):
        evaluate_dataset(dataset, bright.bundle, cases=["z"])
    with pytest.raises(UserError, match="no case is left"):
        evaluate_dataset(dataset, bright.bundle, cases=[])


def test_it_stops_when_asked(folder: Path, bright: Engine) -> None:
    token = CancelToken()

    def stop(share: float, _text: str) -> None:
        if share > 0.3:
            token.cancel()

    with pytest.raises(Cancelled):
        evaluate_dataset(read_dataset(folder), bright.bundle, samples=3, device="cpu", progress=stop, token=token)


# -- judging without a network ----------------------------------------------------------------------------------------
def test_empty_annotations_and_empty_predictions_agree() -> None:
    geometry = Geometry.plain((2, 4, 4))
    predicted = Predictions(["r"], 3, geometry)
    for index in range(4):
        for k in range(2):
            predicted.add(index, k, np.full((4, 4), 0.1, np.float32))
    figures, by_rater = judge(Drawn({"r": [np.zeros((2, 4, 4), bool)]}, geometry), predicted)
    assert by_rater == {"r": 1.0}
    assert (figures["ged2"], figures["dice_soft"], figures["volume_error_ml"]) == (0.0, 1.0, 0.0)
    assert figures["human_majority"] is None and figures["dice_identity_permuted"] is None


def test_a_missed_structure_has_no_surface_distance_but_a_surface_dice() -> None:
    geometry = Geometry.plain((1, 6, 6))
    mask = np.zeros((1, 6, 6), bool)
    mask[0, 2:4, 2:4] = True
    predicted = Predictions(["r"], 1, geometry)
    for index in range(2):
        predicted.add(index, 0, np.zeros((6, 6), np.float32))
    figures, _ = judge(Drawn({"r": [mask]}, geometry), predicted)
    assert (figures["surface_dice"], figures["hd95_mm"], figures["assd_mm"]) == (0.0, None, None)
    assert figures["volume_error_ml"] == pytest.approx(-0.004)


# -- the public data --------------------------------------------------------------------------------------------------
@pytest.mark.shared_data
def test_human_majority_on_brain_growth_is_the_published_one() -> None:
    dataset = read_dataset(SHARED)
    score = {}
    for case in dataset.cases:
        readings: dict[str, list[np.ndarray]] = {}
        for reading in load_case(case).readings:
            readings.setdefault(reading.rater, []).append(reading.mask.array)
        score[case.name] = human_majority(readings)
    assert len(score) == 29
    assert np.mean(list(score.values())) == pytest.approx(0.882, abs=5e-4)
    split = Split.read(SHARED / "split.json")
    assert np.mean([score[name] for name in split.val]) == pytest.approx(0.874, abs=5e-4)


@pytest.mark.shared_data
def test_the_shipped_brain_growth_bundle_reaches_its_figures_on_the_validation_cases() -> None:
    dataset = read_dataset(SHARED)
    assert dataset.split is not None
    result = evaluate_dataset(dataset, load_bundle("brain_growth"), cases=dataset.split.val, device="cpu")
    assert result["n_samples"] == 56 and result["n_cases"] == 6
    assert result["seen_in_training"] == 0
    assert result["dice_identity_mean"] >= 0.865
    assert result["dice_identity_mean"] > result["dice_identity_permuted"]
    assert result["ged2"] <= 0.16
    train = evaluate_dataset(
        dataset, load_bundle("brain_growth"), cases=dataset.split.train[:1], samples=7, device="cpu"
    )
    assert train["seen_in_training"] == 1


def test_identity_is_the_metric_of_the_same_name() -> None:
    rng = np.random.default_rng(0)
    masks = rng.random((2, 3, 5, 5)) < 0.4
    geometry = Geometry.plain((3, 5, 5))
    predicted = Predictions(["r1", "r2"], 1, geometry)
    probability = rng.random((3, 3, 5, 5)).astype(np.float32)
    for index in range(3):
        for k in range(3):
            predicted.add(index, k, probability[index, k])
    _, by_rater = judge(Drawn({"r1": [masks[0]], "r2": [masks[1]]}, geometry), predicted)
    assert list(by_rater.values()) == pytest.approx(dice_identity([[masks[0]], [masks[1]]], probability[:2]))
