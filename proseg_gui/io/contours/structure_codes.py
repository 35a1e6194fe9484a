"""What a segment is, in DICOM's words: a list of coded structures that a user can search."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from proseg_gui.errors import UserError
from proseg_gui.locations import data_folder


@dataclass(frozen=True)
class Concept:
    """One coded entry: its value, the scheme that it belongs to (``SCT`` is SNOMED CT) and its meaning."""

    code: str
    scheme: str
    meaning: str


@dataclass(frozen=True)
class StructureCode:
    """A segmented property: its type, the category of that type, and further words by which it is found."""

    kind: Concept
    category: Concept
    words: str = ""

    @property
    def key(self) -> str:
        """``SCHEME:code``, unique in the list."""
        return f"{self.kind.scheme}:{self.kind.code}"


@cache
def structure_codes() -> tuple[StructureCode, ...]:
    """The whole list, from ``resources/structure_codes.json``; the first is the one that claims least (tissue)."""
    content = json.loads((data_folder("resources") / "structure_codes.json").read_text(encoding="utf-8"))
    categories = {name: Concept(**entry) for name, entry in content["categories"].items()}
    return tuple(
        StructureCode(
            Concept(entry["code"], entry["scheme"], entry["meaning"]), categories[entry["category"]], entry["words"]
        )
        for entry in content["structures"]
    )


def search_codes(text: str) -> list[StructureCode]:
    """Entries in whose meaning, category, code or other words every word of ``text`` occurs; an empty text finds all.

    Entries whose meaning begins with ``text`` come first, then those with a word that does; the list's order is kept
    otherwise.
    """
    words = text.casefold().split()

    def rank(entry: StructureCode) -> int:
        meaning = entry.kind.meaning.casefold()
        if meaning.startswith(text.casefold().strip()):
            return 0
        return 1 if words and any(part.startswith(words[0]) for part in meaning.split()) else 2

    found = [entry for entry in structure_codes() if all(word in _haystack(entry) for word in words)]
    return sorted(found, key=rank)


def structure_code(key: str) -> StructureCode:
    """The entry with this ``SCHEME:code`` or exact meaning (in any case).

    Raises
    ------
    UserError
        If there is none, with the nearest entries.
    """
    for entry in structure_codes():
        if key in (entry.key, entry.kind.code) or key.casefold() == entry.kind.meaning.casefold():
            return entry
    near = ", ".join(entry.kind.meaning for entry in search_codes(key)[:5])
    raise UserError(
        f"there is no coded structure {key!r}",
        remedy=f"Near it: {near}" if near else "Choose one by its meaning, such as Lesion, Neoplasm, Prostate, Tissue",
    )


def _haystack(entry: StructureCode) -> str:
    return f"{entry.kind.meaning} {entry.words} {entry.category.meaning} {entry.key}".casefold()
