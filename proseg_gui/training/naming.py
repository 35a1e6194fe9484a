"""What raters are called in a bundle: pseudonyms, or their own names, and a base's raters first."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from proseg_gui.bundle import Card
from proseg_gui.io.dataset import Dataset
from proseg_gui.training.origin import People, match_raters

_PSEUDONYM = re.compile(r"rater\d+")


def pseudonyms(names: Sequence[str], others: Iterable[str] = ()) -> dict[str, str]:
    """Real name -> ``rater<number>``, in sorted order and none of ``others``; names that are pseudonyms are kept.

    One of ``others`` is somebody else, so a pseudonym that is there already is not kept.
    """
    others = set(others)
    kept = {name for name in names if _PSEUDONYM.fullmatch(name)} - others
    free = (f"rater{i}" for i in itertools.count(1) if f"rater{i}" not in kept | others)
    return {name: name if name in kept else next(free) for name in sorted(names)}


def rater_names(
    dataset: Dataset, *, keep_names: bool = False, base: Card | None = None, people: People | None = None
) -> dict[str, str]:
    """Name in the data set -> name in the bundle, in the bundle's order.

    Of a ``base`` the raters come first; those that the data set lacks keep the bundle's name, marked as the base's
    where somebody else in the data set is called so. ``people`` says who is who there.
    """
    known = match_raters(base, dataset, people) if base is not None else {}
    names = [name for name in dataset.raters if name not in known]
    others = base.raters if base is not None else ()
    aliases = _own_names(names, others) if keep_names else pseudonyms(names, others)
    own = {alias: name for name, alias in known.items()}
    first: dict[str, str] = {}
    for alias in others:
        absent = f"{alias} ({base.name})" if base is not None and alias in dataset.raters else alias
        first[own.get(alias, absent)] = alias
    return first | dict(sorted(aliases.items(), key=lambda pair: _natural(pair[1])))


def _own_names(names: Sequence[str], others: Sequence[str]) -> dict[str, str]:
    """Each name as it is; where it is that of somebody else, one of ``others``, with a number."""
    taken, found = {*names, *others}, {}
    for name in names:
        free = (f"{name}_{i}" for i in itertools.count(2) if f"{name}_{i}" not in taken)
        found[name] = next(free) if name in others else name
        taken.add(found[name])
    return found


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key by which rater10 follows rater9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name) if part]
