"""A text encoder that is always there: pieces of words, aligned with measured styles by a contrastive objective.

Small enough for plain numpy: a row of numbers for each hashed piece, and a linear map for the six attributes, into one
space, in which a sentence lies beside the style that it describes. ``docs/scripts/align_prompts.py`` trains it on
sentences written about the training masks of the shipped models. It is asked about words that are in no table:
misspelt ones, and forms of known ones. Where it is not sure it says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt

from proseg_gui.locations import data_folder
from proseg_gui.prompts.attributes import ATTRIBUTES
from proseg_gui.prompts.lexicon import COMPARED, DESCRIBED, NAMED, Word
from proseg_gui.prompts.pieces import PIECES, pieces_of
from proseg_gui.prompts.templates import describe

FloatArray = npt.NDArray[np.float32]
FILE = Path("prompts") / "alignment.safetensors"
SIZE, TEMPERATURE, BATCH, RATE = 16, 0.2, 64, 0.01
SURE, APART, ALIKE = 0.65, 0.15, 0.6
"""Cosine from which a word is taken for an attribute; by how much the next one must be less; and how much of its
letters it must share with a word of that meaning (Dice of threes of letters)."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """``pieces (4096, 16)`` and ``meaning (6, 16)``: rows of the space in which texts and styles lie."""

    pieces: FloatArray
    meaning: FloatArray

    def codes(self, texts: Sequence[str]) -> FloatArray:
        """``(N, 16)`` of length 1: where texts lie."""
        return _unit(counts_of(texts) @ self.pieces)[0]

    def likeness(self, texts: Sequence[str]) -> FloatArray:
        """``(N, 6, 2)`` cosines of texts with more and with less of each attribute."""
        more = self.codes(texts) @ _unit(self.meaning)[0].T
        return np.stack([more, -more], -1)

    def guess(self, word: str) -> Word | None:
        """What a word that is in no table means, as an adjective; ``None`` where that is not sure."""
        cosines = self.likeness([word])[0].ravel()
        best, second = np.argsort(cosines)[-1:-3:-1]
        if cosines[best] < SURE or cosines[best] - cosines[second] < APART:
            return None
        meaning = ATTRIBUTES[best // 2], 1 if best % 2 == 0 else -1
        own = _threes(word)
        alike = (2 * len(own & other) / (len(own) + len(other)) for other in _spelt().get(meaning, ()))
        return meaning if max(alike, default=0.0) >= ALIKE else None


def counts_of(texts: Sequence[str]) -> FloatArray:
    """``(N, 4096)``: how often each piece is in each text, over the root of their number."""
    counts = np.zeros((len(texts), PIECES), np.float32)
    for row, text in zip(counts, texts, strict=True):
        np.add.at(row, pieces_of(text), 1.0)
    return counts / np.sqrt(np.maximum(counts.sum(1, keepdims=True), 1.0))


@cache
def alignment() -> Alignment:
    """The one that is shipped."""
    from safetensors.numpy import load_file

    found = load_file(data_folder("resources") / FILE)
    return Alignment(found["pieces"], found["meaning"])


def train(styles: npt.NDArray[np.float64], steps: int, seed: int = 0) -> Alignment:
    """Learn from sentences about ``styles (N, 6)``, in standard deviations between raters, by Adam on InfoNCE."""
    random, chance = np.random.default_rng(seed), Random(seed)
    weights = [0.1 * random.standard_normal(shape).astype(np.float32) for shape in ((PIECES, SIZE), (6, SIZE))]
    moments = [(np.zeros_like(w), np.zeros_like(w)) for w in weights]
    for step in range(1, steps + 1):
        batch = styles[random.integers(0, len(styles), BATCH)].astype(np.float32)
        counts = counts_of([describe(style.tolist(), chance) for style in batch])
        rate = RATE * (1.0 - step / (steps + 1))
        for weight, (first, second), slope in zip(
            weights, moments, _slopes(weights[0], weights[1], counts, batch), strict=True
        ):
            first += 0.1 * (slope - first)
            second += 0.001 * (slope**2 - second)
            weight -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return Alignment(*weights)


@cache
def _spelt() -> dict[Word, tuple[frozenset[str], ...]]:
    """The lexicon's words of each meaning, as threes of letters."""
    found: dict[Word, list[frozenset[str]]] = {}
    for table in (COMPARED, DESCRIBED, NAMED):
        for word, meaning in table.items():
            found.setdefault(meaning, []).append(_threes(word))
    return {meaning: tuple(words) for meaning, words in found.items()}


def _threes(word: str) -> frozenset[str]:
    padded = f"<{word}>"
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def _slopes(
    pieces: FloatArray, meaning: FloatArray, counts: FloatArray, styles: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Slopes of InfoNCE, both ways, in which like styles are no negatives of each other."""
    (texts, text_length), (drawn, drawn_length) = _unit(counts @ pieces), _unit(styles @ meaning)
    logits = texts @ drawn.T / TEMPERATURE
    wanted = _softmax(-((styles[:, None] - styles[None]) ** 2).sum(-1))
    apart = (_softmax(logits) - wanted + (_softmax(logits.T) - wanted).T) / (2.0 * len(styles) * TEMPERATURE)
    by_text, by_drawn = apart @ drawn, apart.T @ texts
    by_text = (by_text - texts * (texts * by_text).sum(1, keepdims=True)) / text_length
    by_drawn = (by_drawn - drawn * (drawn * by_drawn).sum(1, keepdims=True)) / drawn_length
    return counts.T @ by_text, styles.T @ by_drawn


def _unit(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6).astype(np.float32)
    return rows / length, length


def _softmax(rows: FloatArray) -> FloatArray:
    shifted = np.exp(rows - rows.max(1, keepdims=True))
    found: FloatArray = shifted / shifted.sum(1, keepdims=True)
    return found
