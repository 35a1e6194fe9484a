"""What the catalogue says is what the modules do: networks, objectives, options, stages, numbers."""

from __future__ import annotations

import pytest
import torch

from proseg_gui.catalogue import METHODS, PRECISION, PREFERENCE, RECIPE_OPTIONS, STAGE_ENTRIES, STEPS
from proseg_gui.networks import preferences
from proseg_gui.networks.registry import METHODS as NETWORKS
from proseg_gui.training import stages
from proseg_gui.training.dataset import Layout
from proseg_gui.training.methods import OBJECTIVES, new_network
from proseg_gui.training.precision import PRECISIONS
from proseg_gui.training.recipe import Recipe, single_stage, with_options

LAYOUT = Layout(("a", "b"), ("lesion",), ("image",), (1.0, 1.0), {"kind": "percentile", "low": 1.0, "high": 99.0}, "MR")


def test_names_are_those_of_the_modules():
    assert tuple(preferences.PREFERENCES) == PREFERENCE.names and PRECISION.names == PRECISIONS
    assert list(stages.RATES) == list(stages.RATER_RATE) == list(STAGE_ENTRIES)
    for name in RECIPE_OPTIONS:
        changed = with_options(Recipe(), [name])
        assert changed != Recipe(), name
        alone = single_stage(changed)
        assert not (alone.rater_heads or alone.deep_supervision or alone.heads_first or alone.recalibrate)
    assert (Recipe().steps, Recipe().precision, Recipe().patience) == (STEPS, PRECISION.usual, 0)


@pytest.mark.parametrize("entry", METHODS, ids=lambda entry: entry.name)
def test_a_method_s_network_and_objective_fit_each_other_and_its_options(entry):
    assert NETWORKS[entry.name].kind == entry.name
    for option in entry.options:
        for value in option.names:
            with torch.device("meta"):
                method = new_network(entry.name, LAYOUT, Recipe(network={option.name: value}))
            assert method.architecture().get(option.name, option.usual) == value
    objective = OBJECTIVES[entry.name](new_network(entry.name, LAYOUT, Recipe()), Recipe())
    assert objective.method.kind == entry.name and objective.stages == entry.passes


@pytest.mark.parametrize("entry", METHODS, ids=lambda entry: entry.name)
def test_an_option_that_a_method_has_not_is_refused(entry):
    others = {option.name: option for other in METHODS for option in other.options if option not in entry.options}
    for option in others.values():
        with pytest.raises(ValueError, match="architecture does not fit"):
            new_network(entry.name, LAYOUT, Recipe(network={option.name: option.usual}))
