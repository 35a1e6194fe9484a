"""A prompt is read as wishes: attribute, amount, from where; what is not understood is told."""

from __future__ import annotations

import pytest

from proseg_gui.prompts.attributes import ATTRIBUTES
from proseg_gui.prompts.lexicon import COMPARED, DESCRIBED, NAMED
from proseg_gui.prompts.reading import fold, read_prompt

RATERS = ("anna", "rater3", "Dr. von Berg")


def asked(text, **more):
    """Attribute -> amount; a star marks those from where one stands."""
    prompt = read_prompt(text, RATERS, **more)
    assert not prompt.unknown, prompt
    return {wish.attribute + "*" * wish.relative: wish.amount for wish in prompt.wishes}


@pytest.mark.parametrize(("text", "wanted"), [
    ("tighter", {"size*": -1}),
    ("tighter, leave out the spiculations, smooth", {"size*": -1, "spikes": -1, "smoothness": 1}),
    ("Looser with the rim", {"size*": 1, "rim": 1}),
    ("tight and smooth", {"size": -1, "smoothness": 1}),
    ("smooth margins", {"smoothness": 1}),
    ("without rough edges", {"smoothness": 1}),
    ("without spikes and holes", {"spikes": -1, "holes": -1}),
    ("with the rim but without holes", {"rim": 1, "holes": -1}),
    ("in one single piece", {"parts": -1}),
    ("include satellites", {"parts": 1}),
    ("fill the holes", {"holes": -1}),
    ("small holes", {"holes": -1}),
    ("fewer spikes", {"spikes*": -1}),
    ("no more spikes", {"spikes*": -1}),
    ("enger, ohne Zacken", {"size*": -1, "spikes": -1}),
    ("Bitte großzügiger, mit Saum!", {"size*": 1, "rim": 1}),
    ("lass die Ausläufer weg", {"spikes": -1}),
    ("glatte Kontur mit mehr Rand", {"smoothness": 1, "rim*": 1}),
    ("grösser und glatter", {"size*": 1, "smoothness*": 1}),
    ("nimm den Randsaum mit", {"rim": 1}),
])  # fmt: skip
def test_what_is_asked_for(text, wanted):
    assert asked(text) == wanted


@pytest.mark.parametrize(("text", "wanted"), [
    ("not tight", {"size": 1}),
    ("not so tight", {"size*": 0.5}),
    ("not too smooth", {"smoothness*": -0.5}),
    ("nicht so eng", {"size*": 0.5}),
    ("nicht zu glatt", {"smoothness*": -0.5}),
    ("less tight", {"size*": 1}),
    ("weniger glatt", {"smoothness*": -1}),
    ("not tighter", {"size*": 0}),
    ("do not leave out the rim", {"rim": 1}),
    ("don't include the spikes", {"spikes": -1}),
    ("not without spikes", {"spikes": 1}),
    ("keine Löcher", {"holes": -1}),
    ("tighter but not rougher", {"size*": -1, "smoothness*": 0}),
])  # fmt: skip
def test_negation_turns_softens_or_holds(text, wanted):
    assert asked(text) == wanted


def test_intensifiers_order_the_amounts():
    texts = ("slightly tighter", "tighter", "much tighter", "extremely tight")
    assert [-next(iter(asked(text).values())) for text in texts] == [0.5, 1.0, 2.0, 3.0]
    texts = ("etwas enger", "enger", "deutlich enger", "extrem eng")
    assert [-next(iter(asked(text).values())) for text in texts] == [0.5, 1.0, 2.0, 3.0]
    assert asked("a little bit looser, much smoother") == {"size*": 0.5, "smoothness*": 2}


def test_raters_are_named_as_the_model_names_them():
    assert read_prompt("like rater3 but tighter", RATERS).raters == ("rater3",)
    assert read_prompt("wie Anna", RATERS).raters == ("anna",)
    between = read_prompt("between Dr. von Berg and anna, smoother", RATERS)
    assert between.raters == ("Dr. von Berg", "anna") and between.unknown == ("between",)
    assert read_prompt("consensus style, tighter", RATERS).everybody
    turned = read_prompt("not like rater3", RATERS)
    assert not turned.asks and turned.unknown == ("not", "like", "rater3")


def test_a_rater_who_is_called_like_a_style_is_meant_after_like_only():
    own = ("smooth", "tight", "generous")
    assert read_prompt("tight", own).raters == () and read_prompt("tight", own).wishes[0].attribute == "size"
    like = read_prompt("like tight but smooth", own)
    assert like.raters == ("tight",) and [wish.attribute for wish in like.wishes] == ["smoothness"]
    assert read_prompt("nicht so smooth", own).wishes[0].amount == -0.5


def test_words_that_are_not_understood_are_told_as_they_were_written():
    prompt = read_prompt("Purple, tighter, and ßüperb 2x", RATERS)
    assert prompt.unknown == ("Purple", "ßüperb", "2x") and [w.attribute for w in prompt.wishes] == ["size"]


def test_what_is_kept_is_what_was_understood():
    assert read_prompt("tighter for Mr. Smith, smooth", RATERS).understood == "tighter for, smooth"
    assert read_prompt("Purple, tighter, and smooth!", RATERS).understood == "tighter, and smooth"
    assert read_prompt("wie Anna, enger", RATERS).understood == "wie Anna, enger"


@pytest.mark.parametrize("text", ["", "   ", "please", "the contour", "?!", "...", "\x00", "🙂"])
def test_nothing_is_asked_for(text):
    assert not read_prompt(text, RATERS).asks


@pytest.mark.parametrize("text", ["much", "without", "not", "more", "with"])
def test_an_operator_without_an_attribute_is_not_understood(text):
    prompt = read_prompt(text, RATERS)
    assert not prompt.asks and prompt.unknown == (text,)


def test_very_long_texts_are_cut():
    assert len(read_prompt("tighter " * 10_000).wishes) < 100


def test_a_guess_is_told_as_one():
    prompt = read_prompt("not so smoooth", guess=lambda word: ("smoothness", 1) if word.startswith("smoo") else None)
    assert prompt.guessed == (("smoooth", "smoothness", 1),) and prompt.wishes[0].amount == -0.5 and not prompt.unknown


def test_tables_hold_folded_words_of_known_attributes_each_in_one_table():
    for table in (COMPARED, DESCRIBED, NAMED):
        assert all(fold(word) == word for word in table)
        assert {attribute for attribute, _ in table.values()} <= set(ATTRIBUTES)
    assert not (set(COMPARED) & set(NAMED) | set(DESCRIBED) & set(NAMED) | set(DESCRIBED) & set(COMPARED))
