"""Sentences of the floors below are said in German, and those of the list are the floors' own words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from proseg_gui.gui.language import speak
from proseg_gui.gui.sentences import SENTENCES, SIDES, told
from proseg_gui.review import regions

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def german(qapp):
    added = speak(qapp, "de")
    yield
    for translator in added:
        qapp.removeTranslator(translator)


@pytest.mark.parametrize(
    ("english", "meant"),
    [
        ("Undid: grow by 2.5 mm on slice 31", "Rückgängig: Wachsen um 2.5 mm auf Schicht 31"),
        ("Agreed; 3 regions left with 1.2 ml in doubt", "Zugestimmt; noch 3 Bereiche mit 1.2 ml im Zweifel"),
        (
            "Slices 4 to 9, upper front left: 6.8 ml in doubt; anna and ben include it, cleo leaves it out; "
            "mostly because experts differ (of the slices measured so far)",
            "Schicht 4 bis 9, oben vorn links: 6.8 ml im Zweifel; anna und ben schließen es ein, cleo lässt es aus; "
            "überwiegend: Experten zeichnen verschieden (unter den bisher gemessenen Schichten)",
        ),
        ("It is accepted already; Reopen lets you change it",
         "Sie ist schon angenommen; Wieder öffnen lässt Sie sie ändern"),
        ("a, b and c include it", "a, b und c schließen es ein"),
        ("Slice 3, upper: 6.8 ml in doubt, 1.2 ml after what you drew",
         "Schicht 3, oben: 6.8 ml im Zweifel, 1.2 ml nach dem, was Sie zeichneten"),
        ("consensus style 3", "Konsensstil 3"),
        ("add structure GTV_1", "Struktur GTV_1 hinzufügen"),
        ("Remembered: draw of anna 2", "Gemerkt: Zug von anna 2"),
        ("A file of somebody's", "A file of somebody's"),
        ("{anna}", "{anna}"),
    ],
)  # fmt: skip
def test_a_sentence_is_said_anew_with_what_it_holds(german, english, meant):
    assert told(english) == meant


def test_in_english_nothing_changes(qapp):
    for sentence in (*SENTENCES, "Undid: draw as anna", "Slice 3: 1.2 ml in doubt; no rater includes it"):
        assert told(sentence) == sentence


def test_the_list_has_the_floors_own_words():
    """A sentence that was changed below would come in English."""
    said = ""
    for path in sorted((ROOT / "proseg_gui" / "review").rglob("*.py")):
        said += " ".join(n.value for n in ast.walk(ast.parse(path.read_text("utf-8")))
                         if isinstance(n, ast.Constant) and isinstance(n.value, str)) + " "  # fmt: skip
    words = set(re.findall(r"[a-z]+", said.lower())) | {"disagreed", "agreed"}
    for sentence in SENTENCES:
        strange = set(re.findall(r"[a-z]+", re.sub(r"\{\w+\}", "", sentence).lower())) - words
        assert strange <= {"slices", "includes", "leaves", "regions", "take", "sample"}, f"{sentence}: {strange}"
    assert {word for pair in regions.SIDES for word in pair} == set(SIDES)
    assert set(regions.CAUSES.values()) <= set(SENTENCES)
