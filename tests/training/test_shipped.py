"""The bundles that ship: they load, say how they were made, are small, and are as good as their cards say."""

from __future__ import annotations

from pathlib import Path

import pytest

from proseg_gui.bundle import list_bundles, load_bundle
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.locations import data_folder
from proseg_gui.training.dataset import Layout, prepare_case
from proseg_gui.training.loop import CALIBRATION_SETS
from proseg_gui.training.validate import FIGURES, mean_of_sets, validate

BRAIN_GROWTH = Path(__file__).resolve().parents[3] / "shared" / "data" / "brain_growth"


def layout(card):
    return Layout(card.raters, card.structures, card.channels, card.spacing_mm, card.window)


def test_both_are_there_and_small():
    assert {card.name for card in list_bundles()} >= {"brain_growth", "phantom"}
    assert sum(path.stat().st_size for path in data_folder("models").rglob("*") if path.is_file()) < 20_000_000


@pytest.mark.parametrize("name", ["brain_growth", "phantom"])
def test_a_shipped_bundle_says_how_it_was_made(name):
    card = load_bundle(name).card
    training = card.training
    assert card.name == name and training["command"].startswith("proseg-gui train ") and card.modality
    assert training["commit"] and "uncommitted" not in training["commit"]
    assert training["steps"] > 0 and training["seconds"] > 0 and len(training["case_hashes"]) > 20
    assert card.intended_use and card.licence and card.metrics["validation"]["n_cases"] > 5


@pytest.mark.parametrize("name", ["brain_growth", "phantom"])
def test_a_shipped_bundle_knows_its_own_images(name):
    fit = load_bundle(name).card.fit
    assert fit["cases"] >= 29 and 0.5 < fit["threshold"] < 3 and len(fit["mean"]) == 128
    assert len(fit["directions"]) == 16  # 16 pooled directions and a mean of at least 29 cases: none can be told apart


def test_names_of_raters_are_those_of_the_contract():
    cards = {card.name: card for card in list_bundles()}
    assert cards["brain_growth"].raters == tuple(f"rater{i}" for i in range(1, 8))
    assert set(cards["phantom"].raters) == {"generous", "tight", "smooth", "no_lobe"}


def test_the_phantom_model_knows_its_raters():
    """On a phantom that it never saw: each rater's size and the lobe-less rater, not just any blob."""
    from proseg_gui.phantom import TRAINING_SHAPE, TRAINING_SPACING_MM, Phantom

    bundle = load_bundle("phantom")
    study = Phantom(5_001, TRAINING_SHAPE, TRAINING_SPACING_MM).study(readings=2)
    case = prepare_case(study, layout(bundle.card))
    figures = validate(bundle.method, [case], draws=2, seed=0)
    assert figures["dice_identity_mean"] > 0.7
    assert figures["dice_identity_mean"] > figures["dice_identity_permuted"]
    areas = dict(zip(bundle.card.raters, bundle.method.rater_area.tolist(), strict=True))
    assert max(areas, key=areas.get) == "generous" and min(areas, key=areas.get) == "tight"


def test_the_demo_was_not_trained_on():
    from proseg_gui.bundle import seen_in_training
    from proseg_gui.phantom import demo_study

    assert not seen_in_training(load_bundle("phantom").card, demo_study())


@pytest.mark.shared_data
def test_brain_growth_is_as_good_as_its_card_says():
    bundle = load_bundle("brain_growth")
    dataset = read_dataset(BRAIN_GROWTH)
    cases = [prepare_case(load_case(case), layout(bundle.card)) for case in dataset.select(dataset.split.val)]
    seed, stated = bundle.card.training["seed"], bundle.card.metrics["validation"]
    sets = [validate(bundle.method, cases, draws=8, seed=seed + number) for number in range(CALIBRATION_SETS)]
    figures = mean_of_sets(sets)
    assert figures["dice_identity_mean"] >= 0.865 and figures["ged2"] <= 0.16
    assert {name: figures[name] for name in FIGURES} == pytest.approx({n: stated[n] for n in FIGURES}, abs=1e-3)
    assert figures["dice_identity"] == pytest.approx(list(stated["dice_identity"].values()), abs=1e-3)
