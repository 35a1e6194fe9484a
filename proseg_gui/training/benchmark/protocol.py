"""What is the same for every run of a benchmark, and which cases a fold trains on, chooses by and is judged on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from proseg_gui.catalogue import CONTENDERS, Contender
from proseg_gui.errors import UserError
from proseg_gui.io.dataset import Case, Dataset, Split
from proseg_gui.training.augment import augmentation_for
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.run import HELD_OUT_SHARE

FOLD_SEED = 20_250
"""Fixes the folds, whatever the seed of a run is: runs differ by their training, not by their cases."""
VALIDATIONS = 4
"""How often a run looks at its validation cases; weights are chosen among those of when they are averaged."""


@dataclass(frozen=True)
class Protocol:
    """The conditions of a benchmark.

    Parameters
    ----------
    name:
        Of the data set; begins the names of the run files.
    steps, seconds:
        Equal training steps, or equal processor seconds on one thread; the other one is 0.
    side:
        Pixels along the longest side of the model's grid; training, predictions and figures are on that grid.
    folds:
        Parts by patient of which each is judged once; 1: the data set's own split, judged on ``test``, else ``val``.
    samples:
        Draws a rater that stand for a method's distribution in GED^2 and the like.
    """

    name: str
    steps: int = 800
    seconds: float = 0.0
    side: int = 64
    folds: int = 5
    samples: int = 8
    window: tuple[float, float] | None = None
    modality: str = ""
    recipe: Recipe = field(default_factory=lambda: Recipe(validations=VALIDATIONS))

    @property
    def label(self) -> str:
        """Part of the run files' names: what is held equal."""
        return f"{self.seconds:g}s" if self.seconds else f"{self.steps}steps"

    def recipe_of(self, run: Run, steps: int) -> Recipe:
        """The recipe of one run."""
        return replace(
            self.recipe, seed=run.seed, steps=steps, network={**self.recipe.network, **run.contender.options}
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; the recipe without its steps and seed, which belong to a run."""
        recipe = {k: v for k, v in self.recipe.as_dict().items() if k not in ("steps", "seed")}
        return {**asdict(self), "recipe": recipe}


@dataclass(frozen=True)
class Run:
    """One training: which of the catalogue's contenders, which fold, which seed."""

    method: str
    fold: int
    seed: int

    @property
    def contender(self) -> Contender:
        """The method, and what of its architecture is set otherwise."""
        return CONTENDERS[self.method]

    def file_name(self, protocol: Protocol) -> str:
        """Name of the run's result."""
        return f"{protocol.name}-{protocol.side}px-{protocol.label}-{self.method}-fold{self.fold}-seed{self.seed}.json"


def run_hash(protocol: Protocol, run: Run, data_hash: str) -> str:
    """What a result depends on, as 16 hexadecimal digits; a run is made again only where it changed.

    Code is not part of it: the result names the commit, and ``--overwrite`` makes runs again.
    """
    content = {"protocol": protocol.as_dict(), "run": asdict(run), "data": data_hash}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def protocol_recipe(flip: str, crop: int, *, calibrated: bool) -> Recipe:
    """The recipe that all methods share; see ``train`` for the options."""
    return Recipe(validations=VALIDATIONS, crop=crop, augmentation=augmentation_for(flip, calibrated=calibrated))


def runs_of(methods: Sequence[str], folds: int, seeds: int) -> list[Run]:
    """All runs, seed by seed and fold by fold, so that methods can be compared long before the last run ends."""
    return [Run(method, fold, seed) for seed in range(seeds) for fold in range(folds) for method in methods]


def fold_split(dataset: Dataset, folds: int, fold: int) -> Split:
    """Cases of a fold: judged on ``test``, chosen by ``val`` (a fifth of the other patients), trained on the rest.

    Raises
    ------
    UserError
        There are fewer than two patients a fold, or ``folds`` is 1 and the data set has no split to judge by.
    """
    if folds == 1:
        split = dataset.split
        judged = () if split is None else (split.test or split.val)
        if split is None or not judged or not split.train:
            raise UserError("a single split needs split.json with train and val (or test)", path=dataset.path,
                            remedy="Give --folds 2 or more")  # fmt: skip
        chosen_by = split.val if split.test else ()
        train = dataset.select(split.train)
        if not chosen_by:
            return _with_validation(train, judged, fold)
        return Split(split.train, chosen_by, judged)
    cases = [case for case in dataset.cases if case.masks]
    patients = _shuffled({case.patient for case in cases}, FOLD_SEED)
    if len(patients) < 2 * folds:
        raise UserError(f"{len(patients)} patients are too few for {folds} folds", path=dataset.path,
                        remedy="Give fewer --folds")  # fmt: skip
    judged_patients = set(patients[fold::folds])
    judged = tuple(case.name for case in cases if case.patient in judged_patients)
    return _with_validation([case for case in cases if case.patient not in judged_patients], judged, fold)


def _with_validation(rest: Sequence[Case], judged: tuple[str, ...], fold: int) -> Split:
    patients = _shuffled({case.patient for case in rest}, FOLD_SEED + 1 + fold)
    held_out = set(patients[: max(1, round(HELD_OUT_SHARE * len(patients)))])
    train = tuple(case.name for case in rest if case.patient not in held_out)
    return Split(train, tuple(case.name for case in rest if case.patient in held_out), judged)


def _shuffled(patients: set[str], seed: int) -> list[str]:
    ordered = sorted(patients)
    return [ordered[i] for i in np.random.default_rng(seed).permutation(len(ordered))]
