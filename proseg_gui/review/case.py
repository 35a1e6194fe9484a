"""A case as it is opened: the study, the document of what was done to it, and where one stood in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from proseg_gui.review.document import ACCEPTED, FLAGGED, OPENED, Document, Gesture
from proseg_gui.review.edits import Bricks
from proseg_gui.volume import Mask, Reading, Study

NOT_STARTED, IN_PROGRESS, ACCEPTED_STATE = "not started", "in progress", "accepted"
CASE_STATES = (NOT_STARTED, IN_PROGRESS, ACCEPTED_STATE)


@dataclass(frozen=True, eq=False)
class OpenedCase:
    """What opening a case gives.

    Parameters
    ----------
    study:
        As its files say, without what was opened on it later.
    document:
        What was done to the case so far.
    case_id:
        Its name in the project; empty where nothing is kept (a picture for a document).
    view:
        What :meth:`proseg_gui.review.desk.Desk.case_view` kept when the case was last left.
    shown:
        Structure -> its voxels as last shown, and the model (``{"name": ..., "sha256": ...}``) that drew them.
    """

    study: Study
    document: Document
    case_id: str = ""
    view: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, tuple[Bricks, Mapping[str, Any]]] = field(default_factory=dict)

    @classmethod
    def fresh(cls, study: Study, person: str = "") -> OpenedCase:
        """A case that nothing is kept of."""
        return cls(study, Document(study.geometry.shape, person=person))


def with_opened(study: Study, document: Document) -> Study:
    """``study`` with the contours that were opened on it, as the document says."""
    added = [_reading(document, document.value(key), study) for key in document.numbered(OPENED)]
    if not added:
        return study
    own = study.structures if study.readings else ()
    structures = tuple(dict.fromkeys((*own, *(reading.structure for reading in added))))
    return replace(study, structures=structures, readings=(*study.readings, *added))


def open_readings(document: Document, readings: Sequence[Reading]) -> None:
    """Put readings from files onto the case, as one step."""
    masks = [Bricks.of(reading.mask.array) for reading in readings]
    values = {
        f"{OPENED}/{number}": {
            "rater": reading.rater,
            "structure": reading.structure,
            "reading": reading.reading,
            "mask": mask.digest,
            **({"remark": reading.mask.remark} if reading.mask.remark else {}),
        }
        for number, (reading, mask) in enumerate(zip(readings, masks, strict=True), document.next_number(OPENED))
    }
    document.set("open contours", values, masks={mask.digest: mask for mask in masks})


def _reading(document: Document, kept: Mapping[str, Any], study: Study) -> Reading:
    array = document.masks[kept["mask"]].mask()
    mask = Mask(array, study.geometry, kept["structure"], kept.get("remark", ""))
    return Reading(kept["rater"], kept["structure"], mask, kept["reading"])


def flag(document: Document, flagged: bool) -> Gesture | None:
    """Set or take away a case's flag; ``None`` where it is so already."""
    return document.set("flag case" if flagged else "take the flag away", {FLAGGED: flagged or None})


def case_state(document: Document, structures: Sequence[str]) -> str:
    """What a case's state is: that of its structures.

    Accepted where every structure is; in progress where anything was done or accepted; else not started.
    """
    accepted = [name for name in structures if document.accepted(name) is not None]
    if structures and len(accepted) == len(structures):
        return ACCEPTED_STATE
    return IN_PROGRESS if document.history or document.keys(ACCEPTED) else NOT_STARTED
