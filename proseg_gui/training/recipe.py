"""Every number that a training run depends on, in one record that goes into the bundle's card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from proseg_gui.training.augment import Augmentation, stronger
from proseg_gui.training.losses import Weights
from proseg_gui.training.precision import Precision
from proseg_gui.training.shifts import SHARE

HEADS_FIRST = 0.25
"""Share of the steps of the option ``heads-first``."""
_LATER: Mapping[str, Any] = {
    "network": {}, "patience": 0, "precision": "32", "average_share": 0.5, "rater_heads": 0.0, "deep_supervision": 0.0,
    "heads_first": 0.0, "recalibrate": False,
}  # fmt: skip
"""What came later, and how it was before."""
_LATER_VARIATION: Mapping[str, Any] = {"blur": 0.0, "low_resolution": 0.0, "scanner": 0.0}
"""The same for the augmentation."""


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Parameters
    ----------
    widths:
        Channels of the U-Net's levels, finest first.
    network:
        More of the network's architecture, by the names of its constructor; empty: as usual.
    steps, seed:
        Optimiser steps; what fixes every random choice together with the step's number.
    items, volumes, slices:
        Cases a step where they are single slices, and where they are volumes; at most how many slices of a volume
        are looked at together (they share one draw of tau and eps).
    crop, crop_share, crop_items, crop_slices:
        With ``crop`` > 0 the first ``crop_share`` of the steps look at squares of that many pixels around what is
        drawn, more of them at once; the rest look at whole slices, so that the norms settle on what is met later.
    draws:
        Random points an item in the terms on samples, spread evenly over the raters.
    stride:
        The terms on samples look at every ``stride``-th row and column, from a random first one.
    rate, rater_rate:
        Learning rate of the network; that of the raters' Dirichlet parameters is ``rater_rate`` times as high.
    average_share:
        Share of the steps after which the weights are averaged and the learning rate falls.
    patience:
        Validations in a row without anything better after which a run ends early; 0: all steps are done.
    precision:
        What the network counts with while it learns: one of :data:`.precision.PRECISIONS`.
    rater_heads, deep_supervision:
        Weight of plain heads a rater on the features, and on the decoder's coarser maps as well, which learn beside
        ProSeg and are thrown away; 0: none.
    heads_first:
        Share of the steps in which ProSeg with the conditioning ``matrix`` learns as heads a rater, of which its
        preferences are then made.
    recalibrate:
        Whether the logits of a trained ProSeg get a scale and a shift by the held-out cases.
    """

    widths: tuple[int, ...] = (16, 32, 64, 64)
    steps: int = 1200
    seed: int = 0
    items: int = 6
    volumes: int = 3
    slices: int = 3
    crop: int = 0
    crop_share: float = 0.7
    crop_items: int = 8
    crop_slices: int = 2
    draws: int = 28
    stride: int = 2
    rate: float = 2e-3
    rater_rate: float = 10.0
    weight_decay: float = 1e-4
    warm_up: int = 50
    clip: float = 1.0
    average_share: float = 0.65
    validations: int = 10
    validation_draws: int = 8
    patience: int = 0
    precision: Precision = "32"
    rater_heads: float = 1.0
    deep_supervision: float = 0.0
    heads_first: float = 0.0
    recalibrate: bool = False
    weights: Weights = field(default_factory=Weights)
    augmentation: Augmentation = field(default_factory=Augmentation)
    network: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; what came later is left out while it is as before, so that older runs are told to be the same."""
        found = {**asdict(self), "widths": list(self.widths), "network": dict(self.network)}
        varied = found["augmentation"].items()
        found["augmentation"] = {n: v for n, v in varied if n not in _LATER_VARIATION or v != _LATER_VARIATION[n]}
        return {name: value for name, value in found.items() if name not in _LATER or value != _LATER[name]}

    def samples(self, raters: int) -> int:
        """Draws a rater and item; at least 2, since the energy compares them with each other."""
        return max(2, round(self.draws / raters))

    @property
    def whole_from(self) -> int:
        """First step (0-based) that looks at whole slices."""
        return round(self.steps * self.crop_share) if self.crop else 0

    @property
    def average_from(self) -> int:
        """First step (0-based) whose weights enter the average; whole slices only."""
        return max(round(self.steps * self.average_share), self.whole_from)


def with_options(recipe: Recipe, names: Sequence[str]) -> Recipe:
    """``recipe`` with more of what there is to choose, by the names in :data:`proseg_gui.catalogue.RECIPE_OPTIONS`."""
    for name in names:
        if name == "no-rater-heads":
            recipe = replace(recipe, rater_heads=0.0)
        elif name == "deep-supervision":
            recipe = replace(recipe, deep_supervision=1.0)
        elif name == "heads-first":
            network = {**recipe.network, "conditioning": "matrix"}
            recipe = replace(recipe, heads_first=HEADS_FIRST, network=network)
        elif name == "recalibrated":
            recipe = replace(recipe, recalibrate=True)
        elif name == "strong-variation":
            recipe = replace(recipe, augmentation=stronger(recipe.augmentation))
        elif name == "scanner-variation":
            recipe = replace(recipe, augmentation=replace(recipe.augmentation, scanner=SHARE))
        else:
            raise ValueError(f"there is no recipe option {name!r}")
    return recipe


def single_stage(recipe: Recipe) -> Recipe:
    """``recipe`` without what only a new network can learn by: for one that is fine-tuned."""
    return replace(recipe, rater_heads=0.0, deep_supervision=0.0, heads_first=0.0, recalibrate=False)
