"""Which contours of a structure set belong to which of its regions, also where their numbers are not as they should be.

DICOM lists regions and contours in two sequences, joined by a number. Writers repeat numbers, leave them out, and keep
contours of regions that they no longer list. Nothing of that may give a region the contours of another in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from proseg_gui.io.base.shown import plain
from proseg_gui.io.contours.file import items_of, text_of


@dataclass(frozen=True)
class Region:
    """One region: its name, its frame of reference (empty where it names none) and its contours."""

    name: str
    frame: str
    contours: tuple[Dataset, ...]


def paired(listed: Sequence[Dataset], drawn: Sequence[Dataset], notices: list[str]) -> list[Region]:
    """Each listed ROI with its contours, in the file's order.

    Where ``n`` ROIs share a number and so do ``n`` sets of contours, they belong together in their order. Where these
    counts differ nobody can tell, and the ROIs are left out. One ROI has all the sets that name its number.
    """
    names = [text_of(item, "ROIName") for item in listed]
    numbers = [_number(text_of(item, "ROINumber")) for item in listed]
    sets: dict[str, list[Dataset]] = {}
    for item in drawn:
        sets.setdefault(_number(text_of(item, "ReferencedROINumber")), []).append(item)
    alike: dict[str, list[int]] = {}
    for at, number in enumerate(numbers):
        alike.setdefault(number, []).append(at)
    regions = []
    for at, item in enumerate(listed):
        sharing = alike[numbers[at]]
        own = sets.get(numbers[at], [])
        first = at == sharing[0]
        if len(sharing) > 1 and len(own) not in (0, len(sharing)):
            if first:
                who = ", ".join(repr(plain(names[other])) for other in sharing)
                notices.append(
                    f"{who} share the number {_shown(numbers[at])}, the file holds {_of(own)} of it: whose they are "
                    "cannot be told, and they were left out."
                )
            continue
        if len(sharing) > 1 and own:
            if first:
                who = ", ".join(repr(plain(names[other])) for other in sharing)
                notices.append(f"{who} share the number {_shown(numbers[at])}; their contours were taken in order.")
            own = [own[sharing.index(at)]]
        elif len(own) > 1:
            notices.append(f"{plain(names[at])!r} has {_of(own)}; all of them were taken.")
        contours = tuple(contour for part in own for contour in items_of(part, "ContourSequence"))
        regions.append(Region(names[at], text_of(item, "ReferencedFrameOfReferenceUID"), contours))
    return regions


def strays(listed: Sequence[Dataset], drawn: Sequence[Dataset], notices: list[str], *, one_frame: bool) -> list[Region]:
    """Contours of ROIs that are not listed, as ``ROI 7``, each said in ``notices``.

    Those without any number are left out, and so are all of a file with several frames of reference (``one_frame``
    false), since an ROI's entry says in which of them it lies.
    """
    known = {_number(text_of(item, "ROINumber")) for item in listed}
    found: dict[str, Region] = {}
    for item in drawn:
        number, contours = _number(text_of(item, "ReferencedROINumber")), items_of(item, "ContourSequence")
        if number in known or not contours:
            continue
        shown = f"{len(contours)} contour{'s' if len(contours) != 1 else ''} of the ROI number {_shown(number)}"
        if not number or not one_frame:
            why = "in which frame of reference it lies" if number else "whose they are"
            notices.append(f"{shown} were left out: the file does not list it, so nothing says {why}.")
            continue
        name = f"ROI {_shown(number)}"
        notices.append(f"{shown} have no name, as the file does not list it; they are called {name!r}.")
        earlier = found[number].contours if number in found else ()
        found[number] = Region(name, "", (*earlier, *contours))
    return list(found.values())


def _number(text: str) -> str:
    """A number as text, so that ``1``, ``01`` and ``1.0`` are one; other text stays as it is."""
    try:
        return str(int(float(text)))
    except (ValueError, OverflowError):
        return text


def _shown(number: str) -> str:
    return plain(number, 16) or "(none)"


def _of(parts: Sequence[Dataset]) -> str:
    return f"{len(parts)} set{'s' if len(parts) != 1 else ''} of contours"
