"""Names that people and files gave to regions and raters, as file names: safe on any system, never two alike."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

_NOT_IN_NAMES = re.compile(r"[^\w .+()-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_MOST_LETTERS, _MOST_BYTES = 80, 120


def file_name(text: str) -> str:
    """``text`` as the name of a file or folder: letters, digits and a few marks, never hidden, never a path.

    A name that had to be changed ends with a short code of what it was, always the same one: ``GTV/1`` and ``GTV|1``
    stay two names, in every case of a dataset, and neither is taken for ``GTV_1``.
    """
    text = unicodedata.normalize("NFC", text)
    clean = shortened(_NOT_IN_NAMES.sub("_", text).strip(" .").lstrip("-")).strip(" .")
    if clean == text and clean and not _RESERVED.fullmatch(clean):
        return clean
    return f"{clean or 'unnamed'} ({code_of(text)})"


def file_names(texts: Iterable[str], *, beside: Iterable[str] = ()) -> dict[str, str]:
    """:func:`file_name` of each text, no two alike even where a disk takes ``PTV`` and ``ptv`` for one.

    ``beside`` are names that are there already; a text whose own file name is among them has that one.
    """
    taken = {name.casefold(): name for name in beside}
    names: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        name = file_name(text)
        if taken.get(name.casefold(), name) != name or name in names.values():
            name = f"{name} ({code_of(text)})"
        taken[name.casefold()] = names[text] = name
    return names


def shortened(text: str) -> str:
    """``text`` cut to what a file name may hold with endings: 80 letters, and 120 bytes."""
    text = text[:_MOST_LETTERS]
    while len(text.encode("utf-8", "surrogatepass")) > _MOST_BYTES:
        text = text[:-1]
    return text


def code_of(text: str) -> str:
    """Six letters and digits that stand for ``text``."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
