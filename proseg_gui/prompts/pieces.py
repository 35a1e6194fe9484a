"""A text as a bag of pieces, for encoders that learn: words, neighbours, and threes of letters, by a fixed hash.

Threes of letters let forms of a word share what was learned of one of them; neighbours tell *not tight* from *tight*.
"""

from __future__ import annotations

import re
from itertools import pairwise
from zlib import crc32

from proseg_gui.prompts.reading import fold

PIECES = 1024
"""Numbers that pieces are hashed to."""


def pieces_of(text: str) -> list[int]:
    """Numbers below :data:`PIECES`, one a piece, with repetitions; empty for a text without a letter."""
    words = [fold(word) for word in re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text)]
    found = [f"word {word}" for word in words]
    found += [f"pair {first} {second}" for first, second in pairwise(words)]
    found += [padded[i : i + 3] for word in words for padded in (f"<{word}>",) for i in range(len(padded) - 2)]
    return [crc32(piece.encode()) % PIECES for piece in found]
