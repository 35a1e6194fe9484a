"""Word vectors of an installed language model, for synonyms that are spelt like no known word (*tiny*, *huge*).

Reads the vectors and the tokenizer that come inside the package WordLlama (extra ``[words]``, 16 MB, MIT) as plain
numbers; nothing of the package is run and nothing is fetched. Where it is not installed there is nobody to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from proseg_gui.prompts.alignment import FloatArray
from proseg_gui.prompts.lexicon import ADJECTIVE_WORDS, NOUN_WORDS, Word

SURE = 0.6
"""Cosine with the nearest known word from which a word is taken for it."""
_TOKENIZER, _WEIGHTS = "tokenizers/l2_supercat_tokenizer_config.json", "weights/l2_supercat_256.safetensors"


class Vectors:
    """``numbers`` splits a word into rows of ``rows (V, D)``; a word is their mean."""

    def __init__(self, numbers: Callable[[str], Sequence[int]], rows: FloatArray) -> None:
        self._numbers, self._rows = numbers, rows
        known = [(word, meaning) for meaning, words in ADJECTIVE_WORDS.items() for word in words]
        known += [(word, (name, 1)) for name, words in NOUN_WORDS.items() for word in words]
        self._meanings = [meaning for _, meaning in known]
        self._known = np.stack([self._place(word) for word, _ in known])

    def _place(self, word: str) -> FloatArray:
        numbers = list(self._numbers(word))
        if not numbers:
            return np.zeros(self._rows.shape[1], np.float32)
        mean: FloatArray = self._rows[numbers].astype(np.float32).mean(0)
        return mean / max(float(np.linalg.norm(mean)), 1e-6)

    def guess(self, word: str) -> Word | None:
        """What the nearest known word means; ``None`` where none is near."""
        cosines = self._known @ self._place(word)
        best = int(cosines.argmax())
        return self._meanings[best] if cosines[best] >= SURE else None


@cache
def vectors() -> Vectors | None:
    """Those of the installed package; ``None`` where it, or what reads its tokenizer, is missing or another version."""
    found = find_spec("wordllama")
    if found is None or not found.submodule_search_locations or find_spec("tokenizers") is None:
        return None
    folder = Path(found.submodule_search_locations[0])
    if not all((folder / name).is_file() for name in (_TOKENIZER, _WEIGHTS)):
        return None
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    rows = load_file(folder / _WEIGHTS)["embedding.weight"]
    return Vectors(lambda word: tokenizer.encode(word, add_special_tokens=False).ids, rows)
