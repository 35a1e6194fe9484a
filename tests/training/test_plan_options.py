"""Every choice of the Trainer's plan reaches the training."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from proseg_gui.catalogue import METHODS, OPTIONS, STAGE_PATIENCE, methods_with
from proseg_gui.cli import add_common, train
from proseg_gui.io.dataset import read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.training.process import Network, Plan
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.request import Start


@pytest.fixture
def request_of(tmp_path, make_study):
    """The training process's own reading of a plan."""
    study = make_study(0)
    write_nifti(study.image.array, study.geometry, tmp_path / "data" / "case0" / "image.nii.gz")
    for reading in study.readings:
        write_nifti(reading.mask, study.geometry, tmp_path / "data" / "case0" / "masks" / f"{reading.rater}.nii.gz")
    (tmp_path / "split.json").write_text('{"train": ["case0"], "val": []}')
    (tmp_path / "people.json").write_text('{"rater1": null, "rater2": "rater1", "rater3": "rater2"}')

    def read(**given):
        plan = Plan(str(tmp_path / "data"), "m", 7, 3, ("case0",), (), **given)
        parser = argparse.ArgumentParser()
        train.add_parser(parser.add_subparsers())
        sub = parser._subparsers._group_actions[0].choices["train"]
        add_common(sub)
        args = parser.parse_args(plan.arguments(Path("m"), tmp_path / "split.json"))
        train._check_network(args)
        return train._request(args, None, read_dataset(args.dataset))

    return read


def test_a_plan_that_changes_nothing_is_the_shipped_recipe(request_of):
    found = request_of()
    assert found.recipe == Recipe(steps=7, seed=3, augmentation=found.recipe.augmentation)
    assert found.start == Start(METHODS[0].name)


@pytest.mark.parametrize(
    ("network", "seen"),
    [
        (Network(method="rater_heads"), lambda r: r.start.method == "rater_heads"),
        (Network(options={"backbone": "resnet18"}, encoder_weights="w.safetensors"),
         lambda r: (r.recipe.network, str(r.start.encoder_weights)) == ({"backbone": "resnet18"}, "w.safetensors")),
        (Network(precision="bf16-mixed"), lambda r: r.recipe.precision == "bf16-mixed"),
        (Network(patience=3), lambda r: r.recipe.patience == 3),
    ],
)  # fmt: skip
def test_every_choice_reaches_the_training(request_of, network, seen):
    assert seen(request_of(network=network))


@pytest.mark.parametrize(("option", "value"), [(o, v) for o in OPTIONS for v in o.names[1:]])
def test_every_option_of_a_network_reaches_it(request_of, option, value):
    weights = "w.safetensors" if option.name == "backbone" else ""
    network = Network(methods_with(option)[0], {option.name: value}, weights)
    assert request_of(network=network).recipe.network == {option.name: value}
    assert Network.read(asdict(network)) == network
    older = {"method": network.method, "encoder_weights": weights, option.name: value, "precision": "", "patience": 2}
    assert Network.read(older) == replace(network, patience=2)


def test_with_a_base_its_network_stays_and_who_is_who_is_said(request_of):
    network = Network("pionono", {"conditioning": "matrix"}, precision="bf16-mixed", patience=0)
    people = {"rater1": None, "rater2": "rater1", "rater3": "rater2"}
    found = request_of(init="phantom", stage="adapt", network=network, people=people)
    assert found.start.stage == "adapt" and found.recipe.network == {} and found.start.people == people
    assert (found.recipe.precision, found.recipe.patience) == ("bf16-mixed", 0)
    assert request_of(init="phantom", stage="adapt").recipe.patience == STAGE_PATIENCE
