"""Text from a file made fit for a message, a label or a log: one line, no control characters, no markup."""

from __future__ import annotations

_MARKUP = str.maketrans({"<": "‹", ">": "›"})
"""A label that guesses whether its text is rich text must never find a tag in it."""


def one_line(text: str) -> str:
    """``text`` with line breaks, escapes and text-direction marks as spaces; how texts of a file enter this program."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def plain(text: object, limit: int = 64) -> str:
    """``text`` as one short printable line; line breaks, escapes and text-direction marks become spaces."""
    clean = one_line(str(text)[: 4 * limit]).translate(_MARKUP)
    line = " ".join(clean.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."
