"""The names that are repeated without torch are those of the modules that do the work, and the plan's reach it."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from proseg_gui.cli import add_common, train
from proseg_gui.io.dataset import read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.networks import preferences, pretrained, proseg
from proseg_gui.training import choices, stages
from proseg_gui.training.methods import OBJECTIVES
from proseg_gui.training.precision import PRECISIONS
from proseg_gui.training.process import Network, Plan
from proseg_gui.training.recipe import Recipe, single_stage, with_options


def test_names_are_those_of_the_modules():
    assert set(choices.METHODS) == set(OBJECTIVES)
    assert tuple(preferences.PREFERENCES) == choices.PREFERENCES
    assert choices.CONDITIONINGS == proseg.CONDITIONINGS
    assert ("unet", *pretrained.CHANNELS) == choices.BACKBONES
    assert choices.PRECISIONS == PRECISIONS
    assert choices.STAGES == stages.STAGES == tuple(stages.STEPS)
    assert Recipe().steps == choices.STEPS
    assert {kind: o.stages for kind, o in OBJECTIVES.items() if o.stages > 1} == choices.LEARNED_IN
    for name in choices.RECIPE_OPTIONS:
        assert with_options(Recipe(), [name]) != Recipe() == single_stage(Recipe()), name
    assert (Recipe().precision, Recipe().patience) == (choices.PRECISIONS[0], 0)


def test_the_names_are_known_without_torch():
    code = "import sys; import proseg_gui.training.choices, proseg_gui.training.process; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


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
    assert found.method == "proseg" and found.encoder_weights is None and found.people is None


@pytest.mark.parametrize(
    ("network", "seen"),
    [
        (Network(method="rater_heads"), lambda r: r.method == "rater_heads"),
        (Network(conditioning="matrix"), lambda r: r.recipe.network == {"conditioning": "matrix"}),
        (Network(preference="gaussian"), lambda r: r.recipe.network == {"preference": "gaussian"}),
        (Network(backbone="resnet18", encoder_weights="w.safetensors"),
         lambda r: (r.recipe.network, str(r.encoder_weights)) == ({"backbone": "resnet18"}, "w.safetensors")),
        (Network(precision="bf16-mixed"), lambda r: r.recipe.precision == "bf16-mixed"),
        (Network(patience=3), lambda r: r.recipe.patience == 3),
    ],
)  # fmt: skip
def test_every_choice_reaches_the_training(request_of, network, seen):
    assert seen(request_of(network=network))


def test_with_a_base_its_network_stays_and_who_is_who_is_said(request_of):
    network = Network(method="pionono", conditioning="matrix", precision="bf16-mixed", patience=0)
    people = {"rater1": None, "rater2": "rater1", "rater3": "rater2"}
    found = request_of(init="phantom", stage="adapt", network=network, people=people)
    assert found.method == "proseg" and found.recipe.network == {} and found.people == people
    assert (found.recipe.precision, found.recipe.patience) == ("bf16-mixed", 0)
    assert request_of(init="phantom", stage="adapt").recipe.patience == choices.STAGE_PATIENCE
