"""Two models against each other: whether they were judged on the same cases, and judging both anew on the same ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proseg_gui.errors import UserError
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.trainer.nice import lower_priority
from proseg_gui.gui.trainer.people_here import people_here
from proseg_gui.jobs import CancelToken, Progress

if TYPE_CHECKING:
    from proseg_gui.bundle import Card
    from proseg_gui.io.dataset import Dataset

FIGURES = (
    (
        marked("Dice, own rater"),
        "dice_identity_mean",
        marked("Each rater's own prediction against that rater's masks; high is good"),
    ),
    (
        marked("Dice, wrong rater"),
        "dice_identity_permuted",
        marked("The same with the raters exchanged: lower than the line above"),
    ),
    (
        marked("Human majority"),
        "human_majority",
        marked("One rater against the majority of the others: the yardstick above"),
    ),
    ("GED²", "ged2", marked("Distance between the samples and the raters' masks as distributions; lower is better")),
    (
        marked("Dice, soft"),
        "dice_soft",
        marked("Agreement of the mean of the samples with the mean of the masks; higher is better"),
    ),
    (
        marked("Sample diversity"),
        "sample_diversity",
        marked("Mean distance between two samples; near the raters' is right"),
    ),
    (marked("Rater diversity"), "rater_diversity", marked("Mean distance between two raters' masks")),
)
"""Words, key in the card's validation figures, and what it means; in the order in which they are shown."""

UNTOLD = marked("Whether they were judged on the same cases cannot be told")


@dataclass(frozen=True)
class Row:
    """One rater in two models: Dice before and after, the mean difference over cases and its interval, if known."""

    name: str
    before: float | None
    after: float | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    n_cases: int = 0
    new: bool = False

    @property
    def tie(self) -> bool | None:
        """Whether the cases do not tell the two apart; ``None`` without an interval."""
        return None if self.low is None or self.high is None else self.low <= 0.0 <= self.high


@dataclass(frozen=True)
class Alike:
    """Whether two models' figures may be compared; ``None``: it cannot be told. ``why`` is one sentence."""

    same: bool | None
    why: str


@dataclass(frozen=True)
class Judged:
    """Two models on the same cases: a row a rater (second minus first), and their figures by key."""

    rows: tuple[Row, ...]
    figures: tuple[Mapping[str, float | None], Mapping[str, float | None]]
    n_cases: int


def judged_alike(a: Card, b: Card, dataset: Dataset | None, token: CancelToken, progress: Progress) -> Alike:
    """Whether the validation cases of two cards are the same ones.

    A card names its cases by hashes with a salt of its own, so it takes the images to tell: ``dataset``, if there.
    """
    counts = [card.metrics.get("validation", {}).get("n_cases", 0) for card in (a, b)]
    if not all(counts):
        name = (a if not counts[0] else b).name
        return Alike(False, tr("{name} was not judged on any case when it was trained.").format(name=name))
    if counts[0] != counts[1]:
        return Alike(False, tr("They were judged on different cases: {a} and {b}.").format(a=counts[0], b=counts[1]))
    lists = [card.training.get("held_out_case_hashes") for card in (a, b)]
    salts = [card.training.get("salt") for card in (a, b)]
    if salts[0] == salts[1] and lists[0] and lists[1] and set(lists[0]) == set(lists[1]):
        return Alike(True, tr("Both were judged on the same {n} cases.").format(n=counts[0]))
    if dataset is None or not all(lists) or not all(salts):
        return Alike(
            None, tr("{why}: cards name cases by hashes only. Choose their data in section 1.").format(why=tr(UNTOLD))
        )
    found = _hashed(dataset, salts, lists, token, progress)
    if [len(names) for names in found] != counts:
        return Alike(None, tr("{why}: not all of them are in {data}.").format(why=tr(UNTOLD), data=dataset.name))
    if found[0] == found[1]:
        return Alike(
            True, tr("Both were judged on the same {n} cases of {data}.").format(n=counts[0], data=dataset.name)
        )
    return Alike(
        False,
        tr("They were judged on different cases; {same} of {n} are the same.").format(
            same=len(found[0] & found[1]), n=counts[0]
        ),
    )


def _hashed(
    dataset: Dataset, salts: Sequence[Any], lists: Sequence[Any], token: CancelToken, progress: Progress
) -> list[set[str]]:
    """Names of the data set's cases that each of two lists of hashes holds."""
    from proseg_gui.bundle import case_hash
    from proseg_gui.io.dataset import load_case

    found: list[set[str]] = [set(), set()]
    for number, case in enumerate(dataset.cases):
        token.check()
        progress(number / len(dataset.cases), tr("looking for {name}").format(name=case.name))
        try:
            study = load_case(replace(case, masks={}), (), channels=dataset.channels[:1], token=token)
        except UserError:  # a case that cannot be read was in no training
            continue
        for i in range(2):
            if case_hash(study, str(salts[i])) in lists[i]:
                found[i].add(case.name)
    return found


def judged_anew(
    a: Path, b: Path, dataset: Dataset, names: Sequence[str], token: CancelToken, progress: Progress
) -> Judged:
    """Judge the bundles in folders ``a`` and ``b`` on cases ``names``, as ``proseg-gui evaluate`` does."""
    from proseg_gui.bundle import load_bundle
    from proseg_gui.inference.evaluate import evaluate_dataset

    lower_priority()
    results, people = [], []
    for i, folder in enumerate((a, b)):
        bundle = load_bundle(folder)
        people.append(names_here(bundle.card))

        def part(share: float, text: str, i: int = i, name: str = bundle.card.name) -> None:
            progress((i + share) / 2, f"{name}: {text}")

        results.append(evaluate_dataset(dataset, bundle, cases=names, device="cpu", progress=part, token=token))
    a_by, b_by = (
        {who.get(name, name): [row["dice_identity"][name] for row in result["cases"]] for name in result["raters"]}
        for who, result in zip(people, results, strict=True)
    )
    rows = [_row(name, a_by.get(name), b_by.get(name)) for name in dict.fromkeys([*a_by, *b_by])]
    figures = [{key: result.get(key) for _, key, _ in FIGURES} for result in results]
    return Judged(tuple(rows), (figures[0], figures[1]), len(names))


def _row(name: str, first: Sequence[float | None] | None, second: Sequence[float | None] | None) -> Row:
    """One rater's figures by case, the cases in the same order; ``None`` where a model does not know the rater."""
    from proseg_gui.metrics.bootstrap import paired_difference

    means = [_mean(values) for values in (first, second)]
    pairs = [(x, y) for x, y in zip(first or (), second or (), strict=False) if x is not None and y is not None]
    if not pairs:
        return Row(name, means[0], means[1], n_cases=0)
    found = paired_difference([y for _, y in pairs], [x for x, _ in pairs])
    low, high = (value if math.isfinite(value) else None for value in (found.low, found.high))
    return Row(name, means[0], means[1], found.mean, low, high, found.n_cases)


def _mean(values: Sequence[float | None] | None) -> float | None:
    known = [value for value in values or () if value is not None]
    return sum(known) / len(known) if known else None


def names_here(card: Card) -> dict[str, str]:
    """A bundle's rater name -> what that rater is called on this computer, for the screen only."""
    return {there: real for real, there in people_here(card).items()}


def of_cards(a: Card, b: Card) -> tuple[Row, ...]:
    """The raters' figures that stand in two cards, side by side; only for cards that were judged alike."""
    columns = []
    for card in (a, b):
        people = names_here(card)
        own = card.metrics["validation"].get("dice_identity", {})
        columns.append({people.get(name, name): own.get(name) for name in card.raters})
    names = dict.fromkeys([*columns[0], *columns[1]])
    return tuple(_of_means(name, columns[0].get(name), columns[1].get(name)) for name in names)


def _of_means(name: str, first: float | None, second: float | None) -> Row:
    both = first is not None and second is not None
    return Row(name, first, second, second - first if both else None)  # type: ignore[operator]


def comparison_rows(card: Card) -> tuple[Row, ...]:
    """The rows of a card's ``metrics["comparison"]``: each of its raters before and after the training."""
    found, people = card.metrics["comparison"]["raters"], names_here(card)
    rows = ((people[name], found[name]) for name in card.raters if name in found)
    return tuple(
        Row(name, r.get("before"), r.get("after"), r.get("difference"), r.get("low"), r.get("high"),
            r.get("n_cases", 0), bool(r.get("new")))
        for name, r in rows
    )  # fmt: skip


def verdict_of(card: Card) -> str:
    """Plain words about a card's ``metrics["comparison"]``: better and worse for whom, and what was forgotten."""
    from proseg_gui.training.compare import UNCHANGED, verdict

    comparison, people = card.metrics["comparison"], names_here(card)
    parts = [f"{verdict({**comparison, 'raters': {people[n]: r for n, r in comparison['raters'].items()}})}."]
    lost = comparison["forgetting"]
    if comparison["stage"] == "rater":
        parts.append(tr("The raters that it knew are unchanged, exactly."))
    elif lost["worst"] is not None and lost["worst"] < UNCHANGED:
        parts.append(tr("Nothing was forgotten of the raters that it knew."))
    elif lost["worst"] is not None:
        mean = (
            tr("lost {mean:.4f}").format(mean=lost["mean"])
            if lost["mean"] >= 0
            else tr("gained {mean:.4f}").format(mean=-lost["mean"])
        )
        parts.append(
            tr("Raters that it knew {change} Dice in the mean; most lost {rater}, {worst:.4f}.").format(
                change=mean, rater=people[lost["worst_rater"]], worst=lost["worst"]
            )
        )
    seen = card.training.get("held_out_seen_by_base", 0)
    if seen:
        parts.append(
            tr("The base learned from {seen} of these cases, so that its figures are flattered.").format(seen=seen)
        )
    return " ".join(parts)
