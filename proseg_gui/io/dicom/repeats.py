"""Several images at one place in a DICOM series: taken apart into stacks with one image a place, or not at all.

First by the tags that tell acquisitions apart; where those do not say enough, by the order in which the images were
made or numbered, if that order leaves one reading only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from proseg_gui.io.base.shown import plain
from proseg_gui.io.dicom.headers import SPLIT_TAGS, Header

_SAME_PLACE_MM, _SAME_PLACE_PIXELS = 1e-2, 0.1
_MAY_BE_INCOMPLETE = ("AcquisitionNumber", "TemporalPositionIdentifier", "EchoTime", "DiffusionBValue")
"""What parts a series also where the parts differ in length: a dynamic scan that was stopped, for example."""
_ORDER_TAGS = ("AcquisitionNumber", "AcquisitionTime", "ContentTime", "InstanceNumber")
"""What can put the images at one place in order, the surest first."""
_DAYS = {"AcquisitionTime": "AcquisitionDate", "ContentTime": "ContentDate"}
_NAMES = {"AcquisitionNumber": "acquisition", "EchoTime": "echo time", "DiffusionBValue": "b value"}


class UnclearError(Exception):
    """Nothing tells which images belong together; its text says why. Never leaves this package."""


@dataclass(frozen=True)
class Part:
    """Images with one a place. ``name`` tells the part from its siblings, ``notices`` say what was concluded."""

    headers: list[Header]
    name: str
    notices: tuple[str, ...] = ()


def same_place_mm(header: Header) -> float:
    """Slices nearer to each other along their normal are at one place; micro-CT has steps of a few micrometres."""
    return min(_SAME_PLACE_MM, _SAME_PLACE_PIXELS * float(header.numbers("PixelSpacing", 2).min()))


def parts_of(group: Sequence[Header], places: np.ndarray) -> list[Part]:
    """``group`` taken apart into stacks with one image a place.

    Parameters
    ----------
    group:
        Headers of one grid, sorted by place.
    places:
        ``(n,)`` mm along the slices' normal, ascending.

    Raises
    ------
    UnclearError
        If no tag parts them, and no tag puts them in an order that leaves one reading only.
    """
    return _parts(list(group), np.concatenate([[0], np.cumsum(np.diff(places) >= same_place_mm(group[0]))]))


def _parts(group: list[Header], at: np.ndarray) -> list[Part]:
    """``at`` ``(n,)`` numbers the places, from 0: by one tag, else by one tag and within its parts, else by order."""
    by_tag = [(keyword, chosen) for keyword in SPLIT_TAGS if len(chosen := _by_value(group, keyword)) > 1]
    for keyword, chosen in by_tag:
        if _tells(keyword, list(chosen), [at[own] for own in chosen.values()], at):
            return [Part(_only(group, own), _value_text(keyword, value)) for value, own in chosen.items()]
    for keyword, chosen in by_tag:
        if all(_times(at[own], at) for own in chosen.values()):
            with suppress(UnclearError):
                return [part for value, own in chosen.items() for part in _within(group, at, own, keyword, value)]
    return _by_order(group, at)


def _by_value(group: list[Header], keyword: str) -> dict[str, np.ndarray]:
    """Value -> where it is, in order of first appearance."""
    values = [header.text(keyword) for header in group]
    return {value: np.array([other == value for other in values]) for value in dict.fromkeys(values)}


def _tells(keyword: str, values: list[str], parts: list[np.ndarray], at: np.ndarray) -> bool:
    """Whether ``parts`` have one image a place each: all places, or fewer where the tag itself says what a part is."""
    if all(_times(part, at) == 1 for part in parts):
        return True
    if keyword not in _MAY_BE_INCOMPLETE or "" in values:
        return False
    return len(parts) == np.bincount(at).max() and all(len(set(part)) == len(part) for part in parts)


def _within(group: list[Header], at: np.ndarray, own: np.ndarray, keyword: str, value: str) -> list[Part]:
    """What one value's images are parted into, each with the value in its name."""
    name, members = _value_text(keyword, value), _only(group, own)
    if _times(at[own], at) == 1:
        return [Part(members, name)]
    return [replace(part, name=f"{name}, {part.name}") for part in _parts(members, at[own])]


def _only(group: list[Header], chosen: np.ndarray) -> list[Header]:
    return [header for header, own in zip(group, chosen, strict=True) if own]


def _times(part: np.ndarray, at: np.ndarray) -> int:
    """How often every place of ``at`` is in ``part``; 0 where that differs from place to place."""
    counts = np.bincount(part, minlength=int(at.max()) + 1)
    return int(counts[0]) if (counts == counts[0]).all() else 0


def _value_text(keyword: str, value: str) -> str:
    shown = plain(value).removesuffix(".0") or "not given"
    if keyword == "StackID" and not shown.isdigit():
        return shown  # it says itself what it is
    return f"{_NAMES.get(keyword, keyword)} {shown}"


def _by_order(group: list[Header], at: np.ndarray) -> list[Part]:
    """The first images of all places as one part, the second ones as the next ..., by the tags that order them."""
    times = _times(at, at)
    if not times:
        raise UnclearError("and not every position equally often")
    places = np.array([header.numbers("ImagePositionPatient", 3) for header in group])
    first = np.array([places[at == place][0] for place in range(int(at.max()) + 1)])
    if np.linalg.norm(places - first[at], axis=1).max() > same_place_mm(group[0]):
        raise UnclearError("and they do not lie on top of each other")
    found = {keyword: ranks for keyword in _ORDER_TAGS if (ranks := _ranks(group, keyword, at, times)) is not None}
    if not found:
        raise UnclearError("and no tag says which images belong together")
    (keyword, ranks), *others = found.items()
    for other, also in others:
        if len(set(zip(ranks.tolist(), also.tolist(), strict=True))) != times:
            raise UnclearError(f"and {keyword} and {other} contradict each other about which images belong together")
    told = (
        f"The series holds {times} images at every position and no tag that says why; by the order of {keyword}, this "
        "is volume"
    )
    return [
        Part(_only(group, ranks == k), f"volume {k + 1} of {times}", (f"{told} {k + 1} of {times}.",))
        for k in range(times)
    ]


def _ranks(group: list[Header], keyword: str, at: np.ndarray, times: int) -> np.ndarray | None:
    """``(n,)`` which image of its place each one is by ``keyword``; ``None`` where it does not say.

    It does where it runs through all places again and again, or through all images of one place after the other.
    """
    keys = [_key(header, keyword) for header in group]
    if None in keys or max(Counter(zip(keys, at.tolist(), strict=True)).values()) > 1:
        return None
    order = sorted(range(len(group)), key=lambda i: keys[i])  # type: ignore[arg-type, return-value]
    n_places = len(group) // times
    rounds = at[order].reshape(times, n_places)
    apart = all(keys[order[i - 1]] != keys[order[i]] for i in range(n_places, len(group), n_places))
    place_by_place = at[order].reshape(n_places, times)
    if not (apart and (np.sort(rounds) == np.arange(n_places)).all()) and np.ptp(place_by_place, axis=1).any():
        return None
    ranks, seen = np.empty(len(group), int), Counter[int]()
    for i in order:
        ranks[i] = seen[int(at[i])]
        seen[int(at[i])] += 1
    return ranks


def _key(header: Header, keyword: str) -> tuple[float, ...] | None:
    """A number to sort by, with the day before a time and the frame after an instance; ``None`` where there is none."""
    text, day, frame = header.text(keyword), "0", 0
    if keyword in _DAYS:
        text, day = text.replace(":", ""), header.text(_DAYS[keyword]).replace(".", "") or "0"
    elif keyword == "InstanceNumber" and header.frame is not None:
        text, frame = text or "0", header.frame
    try:
        key = (float(day), float(text), float(frame))
    except ValueError:
        return None
    return key if np.isfinite(key).all() else None
