"""Gestures, undo that appends, accepted readings, and a history that plays back to the same state."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from proseg_gui.review.document import FLAGGED, Change, Document, Gesture, plain_value
from proseg_gui.review.edits import Bricks, code

SHAPE = (4, 70, 66)
BOX = (slice(1, 2), slice(60, 68), slice(0, 5))


def _clock():
    numbers = itertools.count()
    return lambda: f"2026-01-01T00:00:{next(numbers):02d}+00:00"


def _document(history=()) -> Document:
    return Document(SHAPE, history, person="reader", clock=_clock())


def _stroke(document: Document, structure: str = "lesion", way: bool = True, box=BOX):
    shape = [s.stop - s.start for s in box]
    patch = document.evidence(structure).changed(box, np.full(shape, code("hand", way), np.uint8))
    return document.edit("brush on slice 2", structure, patch)


def _state(document: Document) -> tuple:
    keys = sorted(document.keys())
    values = [document.value(key) for key in keys if not key.startswith("evidence/")]
    return (
        keys, values, document.evidence("lesion").digest, document.undo_name, document.redo_name,
        {key: (document.withdrawn(key), reading) for key, reading in document.readings.items()},
    )  # fmt: skip


def test_a_gesture_changes_the_state_and_undo_and_redo_are_gestures_too() -> None:
    document = _document()
    document.set("flag", {FLAGGED: True})
    document.set("go to rater1", {"point/lesion": {"tau": [0.5, 0.5]}})
    assert document.value("point/lesion") == {"tau": (0.5, 0.5)}
    assert document.undo_name == "go to rater1"
    document.undo()
    assert document.value("point/lesion") is None
    assert (document.undo_name, document.redo_name) == ("flag", "go to rater1")
    document.redo()
    assert document.value("point/lesion") == {"tau": (0.5, 0.5)}
    assert [(g.name, g.undoes, g.redoes) for g in document.history] == [
        ("flag", None, None), ("go to rater1", None, None), ("go to rater1", 2, None), ("go to rater1", None, 2),
    ]  # fmt: skip


def test_what_changes_nothing_is_no_gesture() -> None:
    document = _document()
    document.set("flag", {FLAGGED: True})
    assert document.set("flag", {FLAGGED: True}) is None
    assert document.undo() is not None
    assert document.undo() is None
    assert document.set("unflag", {FLAGGED: None}) is None
    assert len(document.history) == 2
    assert document.redo_name == "flag"


def test_a_new_gesture_ends_what_could_be_redone() -> None:
    document = _document()
    document.set("one", {"a": 1})
    document.undo()
    document.set("two", {"a": 2})
    assert document.redo() is None
    document.undo()
    assert document.value("a") is None


def test_a_stroke_and_its_undo() -> None:
    document = _document()
    gesture = _stroke(document)
    assert gesture is not None
    assert document.evidence("lesion").count() == 40
    assert _stroke(document) is None
    document.undo()
    assert document.evidence("lesion").count() == 0
    document.redo()
    assert document.evidence("lesion").plane(0, 1)[60, 0] == code("hand", True)
    assert document.evidence("other").count() == 0


def test_a_patch_from_another_state_is_refused_and_nothing_changes() -> None:
    document = _document()
    stale = document.evidence("lesion").changed(BOX, np.full((1, 8, 5), code("hand", False), np.uint8))
    _stroke(document)
    before = _state(document)
    with pytest.raises(ValueError, match="another state"):
        document.edit("brush", "lesion", stale)
    assert _state(document) == before


def test_accepting_freezes_a_reading_and_locks_the_structure() -> None:
    document = _document()
    mask = Bricks.of(np.ones(SHAPE, bool))
    document.accept(
        "lesion", mask, how="by hand", point={"tau": (1.0,)}, who="rater1", model={"name": "m"}, seconds=3.25
    )
    reading = document.accepted("lesion")
    assert reading is not None
    assert (reading.id, reading.person, reading.how, reading.sequence) == ("lesion#1", "reader", "by hand", 1)
    assert (reading.seconds, reading.who) == (3.2, "rater1")
    assert document.masks[reading.mask].count() == mask.count()
    with pytest.raises(ValueError, match="accepted"):
        _stroke(document)
    assert _stroke(document, "other") is not None
    document.reopen("lesion")
    assert document.accepted("lesion") is None
    assert not document.withdrawn("lesion#1")
    document.accept("lesion", mask, how="by hand")
    assert document.accepted("lesion").id == "lesion#2"


def test_undoing_an_acceptance_withdraws_the_reading_and_keeps_it() -> None:
    document = _document()
    document.accept("lesion", Bricks.of(np.ones(SHAPE, bool)), how="blind")
    document.undo()
    assert document.accepted("lesion") is None
    assert document.withdrawn("lesion#1")
    document.redo()
    assert document.accepted("lesion").id == "lesion#1"
    assert not document.withdrawn("lesion#1")
    document.undo()
    document.set("flag", {FLAGGED: True})
    assert document.withdrawn("lesion#1")
    document.accept("lesion", Bricks.of(np.ones(SHAPE, bool)), how="blind")
    assert document.accepted("lesion").id == "lesion#2"
    assert list(document.readings) == ["lesion#1", "lesion#2"]


def test_random_gestures_play_back_to_the_same_state_and_undo_to_the_beginning() -> None:
    dice = random.Random(5)
    document = _document()
    for step in range(300):
        document_action(document, dice, step)
        if step % 50 == 0:
            assert _state(_document(document.history)) == _state(document)
    assert _state(_document(document.history)) == _state(document)
    while document.undo() is not None:
        pass
    assert document.keys() == ()
    assert all(document.withdrawn(key) for key in document.readings)


def document_action(document: Document, dice: random.Random, step: int) -> None:
    choice = dice.randrange(6)
    if choice == 0:
        document.set(f"value {step}", {dice.choice("abc"): dice.randrange(3)})
    elif choice == 1 and document.accepted("lesion") is None:
        lo = dice.randrange(60)
        _stroke(document, way=dice.random() < 0.5, box=(slice(0, 2), slice(lo, lo + 9), slice(lo, lo + 6)))
    elif choice == 2:
        document.undo()
    elif choice == 3:
        document.redo()
    elif choice == 4:
        document.accept("lesion", document.evidence("lesion"), how="by hand")
    else:
        document.reopen("lesion")


def test_a_history_that_does_not_follow_is_refused() -> None:
    at = "2026-01-01T00:00:00+00:00"
    one = Gesture(1, "a", (Change("k", None, 1),), at)
    with pytest.raises(ValueError, match="follows"):
        _document([one, Gesture(3, "b", (), at)])
    with pytest.raises(ValueError, match="another k"):
        _document([one, Gesture(2, "b", (Change("k", 7, 2),), at)])
    with pytest.raises(ValueError, match="not the last"):
        _document([one, Gesture(2, "a", (), at, undoes=9)])
    with pytest.raises(ValueError, match="was not undone"):
        _document([one, Gesture(2, "a", (), at, redoes=1)])


def test_listeners_hear_every_gesture_after_the_state_has_changed() -> None:
    document, heard = _document(), []
    document.listen(lambda gesture: heard.append((gesture.number, document.value("a"))))
    document.set("one", {"a": 1})
    document.undo()
    assert heard == [(1, 1), (2, None)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {"a": {1, 2}}, np.float32(1)])
def test_what_is_no_plain_value_is_refused(value) -> None:
    document = _document()
    with pytest.raises(ValueError):
        document.set("bad", {"a": value})
    assert document.history == ()


def test_plain_values_are_as_they_come_back_from_a_file() -> None:
    assert plain_value({"a": [1, [2.5, None]], "b": ("x",)}) == {"a": (1, (2.5, None)), "b": ("x",)}
