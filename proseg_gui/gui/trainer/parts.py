"""Which case is trained on and which validates: by patient, so that nobody is in both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proseg_gui.errors import UserError
from proseg_gui.training.process import Plan

if TYPE_CHECKING:
    from proseg_gui.io.dataset import Dataset

ORDER = ("train", "val", "test", "out")
"""The parts in the order in which a click goes through them."""


@dataclass(frozen=True)
class Arranged:
    """A data set with its raters in the order of a bundle (by ``keep_names``) and the part of each case."""

    dataset: Dataset
    orders: dict[bool, tuple[str, ...]]
    parts: dict[str, str]

    def raters_of(self, plan: Plan) -> tuple[str, ...]:
        """For a worker: raters of the bundle that ``plan`` makes, in its order, by their names in the data set.

        With a base its raters come first, whether or not they drew anything here.
        """
        own = self.orders[plan.keep_names]
        if not plan.init:
            return own
        try:
            return tuple(self.names_of(plan))
        except UserError:  # the base is gone; the training has what it needs of it
            return own

    def names_of(self, plan: Plan) -> dict[str, str]:
        """Name in the data set -> name in the bundle that ``plan`` makes; a UserError where its base is gone."""
        from proseg_gui.bundle import find_bundle, read_card
        from proseg_gui.training.naming import rater_names

        base = read_card(find_bundle(plan.init)) if plan.init else None
        return rater_names(self.dataset, keep_names=plan.keep_names, base=base, people=plan.people)


def first_parts(dataset: Dataset, seed: int) -> dict[str, str]:
    """Case -> ``train``, ``val``, ``test`` or ``out``: from split.json, else a fifth of the patients validate."""
    from proseg_gui.training.run import automatic_split

    split = dataset.split or automatic_split(dataset.cases, seed)
    parts = dict.fromkeys(dataset.case_names, "out")
    for name in ("train", "val", "test"):
        parts |= {case: name for case in getattr(split, name) if case in parts}
    return parts


def usable(parts: Mapping[str, str], problems: Iterable[str]) -> dict[str, str]:
    """``parts`` with the cases that cannot be used left out."""
    return {**parts, **{name: "out" for name in problems if name in parts}}


def turned(parts: Mapping[str, str], dataset: Dataset, name: str, problems: Sequence[str]) -> dict[str, str]:
    """``parts`` with the patient of case ``name`` moved on: train -> val -> test -> out -> train."""
    to = ORDER[(ORDER.index(parts[name]) + 1) % len(ORDER)]
    patient = dataset.case(name).patient
    own = [case.name for case in dataset.cases if case.patient == patient and case.name not in problems]
    return {**parts, **dict.fromkeys(own, to)}


def patients(parts: Mapping[str, str], dataset: Dataset, part: str) -> int:
    """Number of patients of a part."""
    return len({case.patient for case in dataset.cases if parts.get(case.name) == part})


def of_plan(plan: Plan, dataset: Dataset) -> dict[str, str]:
    """The parts that a running training uses."""
    parts = dict.fromkeys(dataset.case_names, "out")
    return parts | {name: part for part in ("train", "val", "test") for name in getattr(plan, part)}


def arranged(dataset: Dataset, plan: Plan | None) -> Arranged:
    """The raters' order and the first parts, or those of a training that there is; imports torch."""
    from proseg_gui.training.naming import rater_names

    orders = {keep: tuple(rater_names(dataset, keep_names=keep)) for keep in (False, True)}
    return Arranged(dataset, orders, of_plan(plan, dataset) if plan is not None else first_parts(dataset, 0))
