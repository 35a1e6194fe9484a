"""Counts as people write them."""

from __future__ import annotations


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its word: ``1 rater``, ``4 raters``; ``many`` where it is not ``one`` with an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"
