"""The one way in for JSON from a disk: checked for size, depth and numbers before anything else sees it.

Python's own reader takes what JSON does not know (``NaN``), numbers that no float holds (``1e999``, whole numbers of
400 digits), texts that cannot be written again (half a surrogate pair), and gives up on deep nesting with an error of
its own kind. Here all of that is one sentence.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn

from proseg_gui.errors import UserError

MOST_BYTES = 64 << 20
"""No file of ours comes near; callers that know better give less."""
MOST_DEPTH = 64
_MOST_DIGITS = 19
"""Whole numbers of at most 64 bits: what numpy, torch and Qt take too."""


class BadJson(ValueError):
    """What is wrong with a text, as a clause fit for people."""


def parse_json(content: str | bytes) -> Any:
    """The value of a JSON text; of bytes in UTF-8, UTF-16 or UTF-32, with or without a mark at the start.

    Of equal keys in one table the last one counts, as everywhere.

    Raises
    ------
    BadJson
        It is no JSON, is nested deeper than :data:`MOST_DEPTH`, or holds a number or text that cannot be meant.
    """
    if isinstance(content, bytes):
        try:
            content = content.decode(json.detect_encoding(content))
        except UnicodeDecodeError as error:
            raise BadJson("it is no text") from error
    try:
        text = content.removeprefix("\ufeff")
        value = json.loads(text, parse_int=_whole, parse_float=_float, parse_constant=_no_number)
    except RecursionError as error:
        raise BadJson("it is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise BadJson(f"{error.msg} in line {error.lineno}, column {error.colno}") from error
    _check(value)
    return value


def read_json(
    path: str | Path, *, what: str = "", remedy: str = "Correct it or remove it", most: int = MOST_BYTES
) -> Any:
    """The value of a JSON file; see :func:`parse_json`.

    Parameters
    ----------
    path:
        The file.
    what:
        What the file is, for the messages, such as ``the card``; ``the file`` without.
    remedy:
        What to do where the content is wrong.
    most:
        Bytes of the largest file that is looked at.

    Raises
    ------
    UserError
        In one sentence.
    """
    path, named = Path(path), what or "the file"
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise UserError(f"{named} cannot be read ({error.strerror or error})", path=path) from error
    if len(content) > most:
        raise UserError(f"{named} is far larger than any such file ({most >> 10} kB)", path=path, remedy=remedy)
    try:
        return parse_json(content)
    except BadJson as error:
        raise UserError(f"{named} is damaged: this is not valid JSON ({error})", path=path, remedy=remedy) from error


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > _MOST_DIGITS:
        raise BadJson("it holds a whole number of more than 64 bits")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise BadJson("it holds a number beyond all measure")
    return value


def _no_number(_name: str) -> NoReturn:
    raise BadJson("it holds NaN or infinity, which JSON does not know")


def _check(value: Any) -> None:
    """Depth and texts, without recursion."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise BadJson("it is nested too deeply")
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner += item.keys()
                inner += item.values()
            elif isinstance(item, list):
                inner += item
            elif isinstance(item, str) and not item.isascii():
                try:
                    item.encode()
                except UnicodeEncodeError as error:
                    raise BadJson("it holds half a character") from error
        level = inner
