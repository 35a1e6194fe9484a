"""Steps done again on a case that went on without them."""

from __future__ import annotations

import numpy as np

from proseg_gui.review.carry import carry
from proseg_gui.review.document import ACCEPTED, FLAGGED, REMEMBERED, Document
from proseg_gui.review.edits import Bricks, code

SHAPE = (4, 8, 8)


def _mask(k: int) -> Bricks:
    mask = np.zeros(SHAPE, bool)
    mask[k] = True
    return Bricks.of(mask)


def _stroke(document: Document, k: int) -> None:
    values = np.full((1, 2, 2), code("hand", True), np.uint8)
    patch = document.evidence("lesion").changed((slice(k, k + 1), slice(0, 2), slice(0, 2)), values)
    document.edit(f"brush {k}", "lesion", patch)


def test_lists_get_numbers_of_their_own_and_readings_are_versions_after_those_that_are_there() -> None:
    shared = Document(SHAPE)
    shared.accept("lesion", _mask(0), how="by hand")
    shared.reopen("lesion")
    theirs, ours = Document(SHAPE, shared.history, person="ann"), Document(SHAPE, shared.history, person="kay")
    theirs.set("remember", {f"{REMEMBERED}/1": "theirs"})
    theirs.accept("lesion", _mask(1), how="by hand")
    ours.set("remember", {f"{REMEMBERED}/1": "ours"})
    ours.accept("lesion", _mask(2), how="blind", who="ben", seconds=3.0)
    ours.set("rename", {f"{REMEMBERED}/1": "ours, renamed"})
    ours.set("take back the first", {f"{ACCEPTED}lesion": "lesion#1"})
    ours.set("the second again", {f"{ACCEPTED}lesion": "lesion#2"})
    assert carry(theirs, ours.history[2:]) == []
    assert [theirs.value(key) for key in theirs.numbered(REMEMBERED)] == ["theirs", "ours, renamed"]
    found = theirs.accepted("lesion")
    assert (found.id, found.mask, found.how, found.who, found.seconds) == (
        "lesion#3", _mask(2).digest, "blind", "ben", 3.0,
    )  # fmt: skip
    assert Document(SHAPE, theirs.history).accepted("lesion").id == "lesion#3", "the history can be played"


def test_what_starts_from_other_voxels_is_named_and_the_rest_is_done() -> None:
    theirs, ours = Document(SHAPE), Document(SHAPE)
    _stroke(theirs, 1)
    for k in (0, 2):
        _stroke(ours, k)
    ours.set("flag case", {FLAGGED: True})
    assert carry(theirs, ours.history) == ["brush 0", "brush 2"]
    assert theirs.value(FLAGGED)
