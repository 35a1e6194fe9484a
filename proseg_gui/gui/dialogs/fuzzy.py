"""How well a name answers to what was typed: beginnings, parts, letters in order, and words with a slip. No Qt."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

LEAST_LIKENESS = 0.75
"""Of two words, by ``difflib``, from which one is taken for a slip of the other."""
SLIP_FROM = 4
"""Letters from which a typed word may hold a slip: shorter ones are like too much."""


def plain(text: str) -> str:
    """``text`` in small letters without accents, so that ``ubernehmen`` finds ``Übernehmen``."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def score(typed: str, name: str, words: Sequence[str] = ()) -> float:
    """How well a thing called ``name`` (and also ``words``) answers to ``typed``: 0 not at all, more is better.

    Every word that was typed must be met; ``name`` counts more than ``words``.
    """
    wanted = _split(typed)
    title = _split(name)
    others = [word for text in words for word in _split(text)]
    found = [max(_meets(want, title), 0.6 * _meets(want, others)) for want in wanted]
    if not wanted or not all(found):
        return 0.3 * _in_order("".join(wanted), title)
    whole = 0.5 if plain(name).startswith(plain(typed).strip()) else 0.0
    told = min(1.0, len(wanted) / max(1, len(title)))  # of two that fit alike, the one of which more was said
    return sum(found) / len(found) + whole + 0.1 * told


def _split(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in plain(text)).split()


def _meets(want: str, words: Sequence[str]) -> float:
    """The best of: the word itself 1, its beginning .8, a part of it .6, the word with a slip .5."""
    best = 0.0
    for word in words:
        if word == want:
            return 1.0
        if word.startswith(want):
            best = max(best, 0.8)
        elif len(want) > 1 and want in word:
            best = max(best, 0.6)
        elif len(want) >= SLIP_FROM and SequenceMatcher(None, want, word).ratio() >= LEAST_LIKENESS:
            best = max(best, 0.5)
    return best


def _in_order(letters: str, words: Sequence[str]) -> float:
    """Whether each letter is the first of a word or follows the one before it: ``nmus``, Next Most Uncertain Slice."""
    if len(letters) < 2:
        return 0.0

    def rest(left: str, word: int, place: int) -> bool:
        if not left:
            return True
        if place < len(words[word]) and words[word][place] == left[0] and rest(left[1:], word, place + 1):
            return True
        later = (number for number in range(word + 1, len(words)) if words[number][0] == left[0])
        return any(rest(left[1:], number, 1) for number in later)

    starts = (number for number, word in enumerate(words) if word[0] == letters[0])
    return 1.0 if any(rest(letters[1:], number, 1) for number in starts) else 0.0
