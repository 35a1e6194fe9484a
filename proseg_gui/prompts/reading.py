"""A prompt read as wishes: which attributes are asked for, by how much, and which words were not understood.

A small grammar over the tables of :mod:`.lexicon`. Clauses end at punctuation, at *and* and *but*, and where a new
*with* or *without* begins. In a clause an adjective or a noun is the wish; *not*, *without*, *less*, *slightly*, *much*
turn and size it, wherever they stand. Amounts are in standard deviations between raters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from proseg_gui.errors import UserError
from proseg_gui.prompts.lexicon import (
    COMPARED,
    DESCRIBED,
    EVERYBODY,
    LESS,
    LIKE,
    MORE,
    NAMED,
    NOT,
    SHARED,
    SILENT,
    SOFTENED,
    SPLITS,
    STRENGTHS,
    WITH,
    WITHOUT,
    Word,
)

MOST_CHARACTERS = 500
SOFT = 0.5
"""Of the usual amount: *not so tight*."""
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[,;:.!?/+&\n]")
_STYLE = frozenset({*COMPARED, *DESCRIBED, *NAMED})
_OUTLINE_ATTRIBUTES = ("smoothness", "spikes")
Guess = Callable[[str], Word | None]
"""What a word that is in no table may mean, as an adjective; ``None``: nobody knows."""


@dataclass(frozen=True)
class Wish:
    """More (above 0) or less of an attribute.

    ``amount`` is in standard deviations between raters; ``relative``: from where one stands, else beside the raters'
    mean. A relative amount of 0 asks that it stays.
    """

    attribute: str
    amount: float
    relative: bool


@dataclass(frozen=True)
class Prompt:
    """What was read.

    ``raters``: whom to draw like, first of all; ``everybody``: like their mean. ``unknown``: words as written that
    were not understood. ``guessed``: (word, attribute, sign) of those that were in no table and were still understood.
    """

    text: str
    wishes: tuple[Wish, ...] = ()
    raters: tuple[str, ...] = ()
    everybody: bool = False
    unknown: tuple[str, ...] = ()
    guessed: tuple[tuple[str, str, int], ...] = ()

    @property
    def understood(self) -> str:
        """The text without what was not understood, and what was guessed by its meaning: this is what is kept.

        Nobody knows what else a person typed; it may be a name.
        """
        left = self.text
        meant = {word: f"({'more' if sign > 0 else 'less'} {name})" for word, name, sign in self.guessed}
        for word in (*self.unknown, *meant):
            left = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", meant.get(word, " "), left)
        left = re.sub(r"\s+([,;:.!?])", r"\1", " ".join(left.split()))
        return re.sub(r"[,;:.!?/+&\s]*([,;:.!?])", r"\1", left).strip(" ,;:.!?/+&")

    @property
    def asks(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.wishes or self.raters or self.everybody)


def _guess(word: str) -> Word | None:
    """What encoders make of a word that is in no table: ours, then that of an installed language model, if any.

    They are read when the first such word comes.
    """
    from proseg_gui.prompts.alignment import alignment
    from proseg_gui.prompts.vectors import vectors

    meaning, installed = alignment().guess(word), vectors()
    return installed.guess(word) if meaning is None and installed is not None else meaning


@dataclass
class _Clause:
    """Words of one clause by what they do; ``join`` is the word or the mark before it."""

    join: str = ""
    words: list[str] = field(default_factory=list)
    adjectives: list[tuple[str, Word]] = field(default_factory=list)
    compared: list[tuple[str, Word]] = field(default_factory=list)
    nouns: list[tuple[str, Word]] = field(default_factory=list)
    operators: list[str] = field(default_factory=list)
    raters: list[str] = field(default_factory=list)
    everybody: bool = False
    shared: tuple[str, ...] = ()

    @property
    def content(self) -> bool:
        return bool(self.adjectives or self.compared or self.nouns or self.raters or self.everybody)

    def has(self, kinds: frozenset[str]) -> bool:
        return any(word in kinds for word in (*self.operators, *self.shared))


def fold(word: str) -> str:
    """Small letters without accents, umlauts and apostrophes: how the tables have words."""
    plain = unicodedata.normalize("NFKD", word.casefold().replace("'", "").replace("’", ""))
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("-", "")


def read_prompt(text: str, raters: Sequence[str] = (), guess: Guess = _guess) -> Prompt:
    """Read a prompt; never fails: what cannot be meant is in ``unknown``.

    ``raters`` are names that may be drawn like. ``guess`` is asked about words in no table; by default the encoder
    that is shipped (:mod:`.alignment`).
    """
    text = " ".join(text[:MOST_CHARACTERS].split())
    tokens = _TOKEN.findall(_with_names(text, raters))
    unknown: list[str] = []
    guessed: dict[str, Word] = {}
    clauses = _clauses(tokens, raters, guess, unknown, guessed)
    wishes: list[Wish] = []
    like: list[str] = []
    everybody = False
    for clause in clauses:
        if not clause.content:
            unknown += [word for word in clause.words if fold(word) not in SILENT | SOFTENED | LIKE]
        elif clause.raters or clause.everybody:
            if clause.has(NOT | WITHOUT):
                unknown += clause.words
            else:
                like += clause.raters
                everybody |= clause.everybody
        wishes += _wishes(clause)
    found = tuple((word, *meaning) for word, meaning in guessed.items())
    return Prompt(text, tuple(wishes), tuple(dict.fromkeys(like)), everybody, tuple(dict.fromkeys(unknown)), found)


def read_asking(text: str, raters: Sequence[str]) -> Prompt:
    """:func:`read_prompt` where nobody is there to be told.

    Raises
    ------
    UserError
        The text asks for nothing.
    """
    prompt = read_prompt(text, raters)
    if not prompt.asks:
        unknown = f" (not understood: {', '.join(prompt.unknown)})" if prompt.unknown else ""
        raise UserError(f"the prompt asks for nothing{unknown}",
                        remedy="Say how to draw, such as: tighter, smooth, without spikes")  # fmt: skip
    return prompt


def _with_names(text: str, raters: Sequence[str]) -> str:
    """``text`` with each rater's name as one token; a name that is a word of style counts after *like* only."""
    for number, name in sorted(enumerate(raters), key=lambda pair: -len(pair[1])):
        said = all(fold(word) not in _STYLE for word in name.split())
        after = "" if said else r"(?:(?<=\blike )|(?<=\bwie ))"
        text = re.sub(rf"{after}(?<!\w){re.escape(name)}(?!\w)", f" \ue000{number} ", text, flags=re.IGNORECASE)
    return text.replace("\ue000", "ˮ")  # a letter that nobody writes


def _clauses(
    tokens: Sequence[str], raters: Sequence[str], guess: Guess, unknown: list[str], guessed: dict[str, Word]
) -> list[_Clause]:
    clauses = [_Clause()]

    def begin(join: str) -> None:
        if clauses[-1].words:
            clauses.append(_Clause(join))
        else:
            clauses[-1].join = join

    for token in tokens:
        word, clause = fold(token), clauses[-1]
        if not token[0].isalnum() or word in SPLITS:
            begin(word)
            continue
        if word in WITH | WITHOUT and clause.content:
            begin("")
            clause = clauses[-1]
        clause.words.append(token)
        if word.startswith("ˮ") and word[1:].isdigit():
            clause.words[-1] = raters[int(word[1:])]
            clause.raters.append(clause.words[-1])
        elif word in EVERYBODY:
            clause.everybody = True
        elif word in COMPARED:
            clause.compared.append((token, COMPARED[word]))
        elif word in NAMED:
            clause.nouns.append((token, NAMED[word]))
        elif word in DESCRIBED:
            clause.adjectives.append((token, DESCRIBED[word]))
        elif word in STRENGTHS or word in WITH | WITHOUT | NOT | MORE | LESS | SOFTENED:
            clause.operators.append(word)
        elif word not in SILENT | LIKE:
            meaning = guess(word)
            if meaning is None:
                unknown.append(token)
                clause.words.pop()
            else:
                guessed[token] = meaning
                clause.adjectives.append((token, meaning))
    return _joined(clauses)


def _joined(clauses: list[_Clause]) -> list[_Clause]:
    """Trailing operators go to the clause before (*lass die Zacken weg*), and *and* shares them with a noun alone."""
    found: list[_Clause] = []
    for clause in clauses:
        before = found[-1] if found else None
        turned = clause.has(WITH | WITHOUT | MORE | LESS | NOT)
        if before is not None and before.content and not clause.content and clause.operators and not clause.join:
            before.operators += clause.operators
            before.words += clause.words
            continue
        if before is not None and clause.join in SHARED and clause.nouns and not turned and not clause.adjectives:
            clause.shared = tuple(before.operators) + before.shared
        found.append(clause)
    return [clause for clause in found if clause.words]


def _wishes(clause: _Clause) -> list[Wish]:
    strength = next((STRENGTHS[word] for word in reversed(clause.operators) if word in STRENGTHS), 1.0)
    denied = sum(word in NOT for word in (*clause.operators, *clause.shared)) % 2 == 1
    soft = denied and clause.has(SOFTENED | frozenset(w for w, s in STRENGTHS.items() if s > 1.0))
    less, more = clause.has(LESS), clause.has(MORE)
    turned = denied != (clause.has(WITHOUT) != (less and not clause.has(WITHOUT)))
    sign = -1 if turned else 1
    if soft:
        strength = SOFT
    nouns = list(clause.nouns)
    wishes = []
    for _, (attribute, way) in clause.adjectives:
        if attribute in _OUTLINE_ATTRIBUTES or not nouns:
            wishes.append(Wish(attribute, way * sign * strength, relative=less or more or soft))
            nouns = [noun for noun in nouns if noun[1][0] not in ("rim", "size")]  # *smooth margins*
        elif attribute == "size":  # *small holes*
            nouns = [(word, (named, way * side)) for word, (named, side) in nouns]
        else:
            wishes.append(Wish(attribute, way * sign * strength, relative=less or more or soft))
    for _, (attribute, way) in clause.compared:
        if denied and not less and not more:
            wishes.append(Wish(attribute, 0.0, relative=True))  # *not tighter*: it stays
            continue
        wishes.append(Wish(attribute, way * (-1 if less else 1) * strength, relative=True))
        nouns = [noun for noun in nouns if noun[1][0] not in ("rim", "size")]  # *a smoother outline*
    for _, (attribute, way) in nouns:
        wishes.append(Wish(attribute, way * sign * strength, relative=less or more or soft))
    return list({wish.attribute: wish for wish in reversed(wishes)}.values())[::-1]  # *in one single piece*: once
