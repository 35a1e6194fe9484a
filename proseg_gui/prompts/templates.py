"""Sentences that describe a measured style, for encoders to learn from: written by chance, from the lexicon's words.

A share of the words and turns is kept out of what is learned from, always the same one, so that what an encoder makes
of paraphrases can be measured on sentences that it never saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from proseg_gui.prompts.attributes import ATTRIBUTES
from proseg_gui.prompts.lexicon import ADJECTIVE_WORDS, NOUN_WORDS

LEAST, SLIGHT, STRONG = 0.5, 0.8, 1.5
"""In standard deviations: what is worth a word; below, *slightly*; above, *very*."""
MOST_PHRASES = 3
KEPT_OUT = 4
"""Every so-manyth word of a list, of which the first are the usual ones."""
NOTHING_SPECIAL = ("average", "typical", "like everybody", "consensus style", "durchschnittlich", "wie im Konsens")
_LISTS = (*ADJECTIVE_WORDS.values(), *NOUN_WORDS.values())
_UNSEEN = frozenset(word for row in _LISTS for word in row[KEPT_OUT - 1 :: KEPT_OUT])
_SLIGHTLY = ("slightly", "somewhat", "a bit", "leicht", "etwas")
_VERY = ("very", "much", "considerably", "sehr", "deutlich")
_FRAMES = ("{}", "{}", "draw it {}", "a {} contour", "{} please", "make the outline {}", "zeichne {}")
_WITH = {
    1: ("with {}", "include the {}", "keep {}", "mit {}"),
    -1: ("without {}", "no {}", "leave out the {}", "ohne {}"),
}
_MORE = {1: ("more {}", "mehr {}"), -1: ("less {}", "fewer {}", "weniger {}")}
_JOINS = (", ", " and ", ", ", " but ")


def kept_out(word: str) -> bool:
    """Whether ``word`` is one of those that no encoder learns from."""
    return word in _UNSEEN


def words_for(attribute: str, sign: int, *, unseen: bool = False) -> tuple[list[str], list[str]]:
    """Adjectives of one side of an attribute, and its nouns: those to learn from, or the ``unseen`` ones."""
    adjectives = [word for word in ADJECTIVE_WORDS.get((attribute, sign), ()) if kept_out(word) == unseen]
    nouns = [word for word in NOUN_WORDS.get(attribute, ()) if kept_out(word) == unseen]
    return adjectives, nouns


def describe(style: Sequence[float], chance: Random, *, unseen: bool = False) -> str:
    """A sentence about ``style (6,)``, in standard deviations between raters.

    What is small is left out, and *not* turns an opposite now and then. ``unseen``: of words that no encoder learned.
    """
    values = dict(zip(ATTRIBUTES, style, strict=True))
    told = sorted((name for name in ATTRIBUTES if abs(values[name]) >= LEAST), key=lambda name: -abs(values[name]))
    phrases = [phrase for name in told[:MOST_PHRASES] if (phrase := _phrase(name, values[name], chance, unseen=unseen))]
    if not phrases:
        return chance.choice(NOTHING_SPECIAL)
    sentence = phrases[0]
    for phrase in phrases[1:]:
        sentence += chance.choice(_JOINS) + phrase
    return chance.choice(_FRAMES).format(sentence)


def _phrase(name: str, value: float, chance: Random, *, unseen: bool) -> str:
    sign = 1 if value > 0 else -1
    adjectives, nouns = words_for(name, sign, unseen=unseen)
    if adjectives and (not nouns or chance.random() < 0.6):
        if chance.random() < 0.15 and (others := words_for(name, -sign, unseen=unseen)[0]):
            return f"not {chance.choice(others)}"
        return _sized(chance.choice(adjectives), abs(value), chance)
    if nouns and name not in ("size", "smoothness"):
        turns: Mapping[int, Sequence[str]] = _WITH if chance.random() < 0.7 else _MORE
        return chance.choice(turns[sign]).format(chance.choice(nouns))
    return ""


def _sized(word: str, amount: float, chance: Random) -> str:
    if amount < SLIGHT:
        return f"{chance.choice(_SLIGHTLY)} {word}"
    return f"{chance.choice(_VERY)} {word}" if amount > STRONG else word
