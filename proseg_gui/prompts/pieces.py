"""A text as a bag of pieces, for encoders that learn: words, neighbours, and threes of letters, by a fixed hash.

Threes of letters let forms of a word share what was learned of one of them. What a *not* or a *without* turns is
marked, up to the end of its clause, so that *not tight* has no piece in common with *tight*.
"""

from __future__ import annotations

import re
from itertools import pairwise
from zlib import crc32

from proseg_gui.prompts.lexicon import LESS, MORE, NOT, SPLITS, WITH, WITHOUT
from proseg_gui.prompts.reading import fold

PIECES = 4096
"""Numbers that pieces are hashed to."""
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[,;:.!?]")
_TURN, _BACK = NOT | WITHOUT | LESS, SPLITS | WITH | MORE


def pieces_of(text: str) -> list[int]:
    """Numbers below :data:`PIECES`, one a piece, with repetitions; empty for a text without a letter."""
    words, turned = [], False
    for token in _TOKEN.findall(text):
        word = fold(token)
        if not token[0].isalnum() or word in _BACK:
            turned = False
        if token[0].isalnum():
            words.append(f"!{word}" if turned else word)
        turned = turned != (word in _TURN)
    found = [f"word {word}" for word in words] + [f"pair {first} {second}" for first, second in pairwise(words)]
    for word in words:
        mark, letters = word[: word.startswith("!")], f"<{word.removeprefix('!')}>"
        found += [f"{mark}{letters[i : i + 3]}" for i in range(len(letters) - 2)]
    return [crc32(piece.encode()) % PIECES for piece in found]
