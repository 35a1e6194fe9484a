"""The encoder that is always there: words kept out of its training, misspelt ones, and words that mean nothing here."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from proseg_gui.prompts.alignment import alignment, train
from proseg_gui.prompts.attributes import ATTRIBUTES
from proseg_gui.prompts.lexicon import ADJECTIVE_WORDS, NOUN_WORDS
from proseg_gui.prompts.pieces import pieces_of
from proseg_gui.prompts.reading import read_prompt
from proseg_gui.prompts.templates import NOTHING_SPECIAL, describe, kept_out

MISSPELT = {
    "smoooth": ("smoothness", 1), "spiculatd": ("spikes", 1), "irregularity": ("smoothness", -1),
    "fragmentd": ("parts", 1), "jaggedness": ("smoothness", -1), "compactly": ("size", -1),
}  # fmt: skip
UNRELATED = (
    "mauve", "purple", "patient", "brain", "liver", "tuesday", "hospital", "doctor", "smith", "miller", "mueller",
    "tomorrow", "coffee", "window", "garden", "seven", "leber", "niere", "gestern", "fenster", "kaffee", "montag",
    "krankenhaus", "sieben", "blau", "gruen", "auto", "haus",
)  # fmt: skip


def sentences(count, seed, *, unseen):
    """(attribute, sign, sentence about that alone)."""
    chance = Random(seed)
    for name in ATTRIBUTES:
        for sign in (1, -1):
            for _ in range(count):
                style = np.zeros(6)
                style[ATTRIBUTES.index(name)] = 1.2 * sign
                text = describe(style.tolist(), chance, unseen=unseen)
                if text not in NOTHING_SPECIAL:
                    yield name, sign, text


def right(found):
    rows = list(found)
    likeness = alignment().likeness([text for _, _, text in rows]).reshape(len(rows), -1)
    wanted = [2 * ATTRIBUTES.index(name) + (sign < 0) for name, sign, _ in rows]
    return float(np.mean(likeness.argmax(1) == wanted))


def test_sentences_lie_by_what_they_describe_also_those_of_words_that_were_kept_out():
    assert right(sentences(20, 1, unseen=False)) > 0.95
    assert right(sentences(20, 1, unseen=True)) > 0.5  # by chance one of twelve


def test_words_that_were_kept_out_are_guessed_rightly_or_not_at_all():
    words = [(word, meaning) for meaning, row in ADJECTIVE_WORDS.items() for word in row if kept_out(word)]
    words += [(word, (name, 1)) for name in ("spikes", "rim", "parts", "holes") for word in NOUN_WORDS[name]
              if kept_out(word)]  # fmt: skip
    guesses = [(alignment().guess(word), meaning) for word, meaning in words]
    made = [guess == meaning for guess, meaning in guesses if guess is not None]
    assert len(made) > len(words) / 3 and np.mean(made) > 0.9


@pytest.mark.parametrize(("word", "meaning"), MISSPELT.items())
def test_misspelt_words_are_read_and_told(word, meaning):
    prompt = read_prompt(f"not so {word}, please")
    assert prompt.guessed == ((word, *meaning),) and not prompt.unknown
    assert prompt.wishes[0].amount == -0.5 * meaning[1]
    assert word not in prompt.understood and meaning[0] in prompt.understood


def test_other_words_are_not_understood():
    assert [word for word in UNRELATED if alignment().guess(word) is not None] == []


def test_what_a_not_turns_has_no_piece_in_common_with_what_it_does_not():
    alone, turned = set(pieces_of("smooth")), set(pieces_of("not smooth"))
    assert not alone & turned and set(pieces_of("not tight, smooth")) & alone


def test_training_is_the_contrast_and_repeats():
    styles = np.random.default_rng(0).standard_normal((200, 6))
    short, again, longer = train(styles, 5), train(styles, 5), train(styles, 60)
    assert np.array_equal(short.pieces, again.pieces)

    def fit(one):
        chance = Random(3)
        texts = [describe(style.tolist(), chance) for style in styles[:64]]
        drawn = styles[:64] @ one.meaning
        return float((one.codes(texts) * drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).sum(1).mean())

    assert fit(longer) > fit(short) + 0.2


def test_a_style_without_anything_special_is_said_so():
    assert describe([0.0] * 6, Random(0)) in NOTHING_SPECIAL
