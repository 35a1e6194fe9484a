"""What of a case stays whatever the sliders do: accepted readings, shapes that another model drew; and its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from proseg_gui.review.case import case_state, flag
from proseg_gui.review.document import EVIDENCE, FLAGGED, MODEL, POINT, SHAPE
from proseg_gui.review.edits import Bricks
from proseg_gui.review.state import Announce, Outgoing
from proseg_gui.volume import areas_to_ml

if TYPE_CHECKING:
    from proseg_gui.review.desk import Desk

BY_HAND, SEEN = "by hand", "proposal seen"
"""How a reading is made: the person moved the sliders, drew and looked; or saw a proposal while doing so."""
UNNAMED_MODEL = "an earlier model"


class Shapes:
    """Accepting, reopening and flagging the desk's case.

    Parameters
    ----------
    desk:
        Whose case it is.
    announce:
        Called with ``noticed``; everything else follows from the gestures.
    """

    def __init__(self, desk: Desk, announce: Announce) -> None:
        self._desk, self._announce = desk, announce
        self.voxels: dict[str, tuple[Bricks, Mapping[str, Any]]] = {}
        """Structure -> its voxels as last worked out, and the model that drew them."""
        self._measured: tuple[Bricks, float] | None = None
        self._overlaid: dict[int, tuple[Bricks, Bricks, Bricks]] = {}
        """Structure -> its base, what was said, and both together: all three are immutable."""

    # -- how it stands --------------------------------------------------------------------------------------------
    @property
    def state(self) -> str:
        """The open case's state, derived from its structures (:func:`~proseg_gui.review.case.case_state`)."""
        document = self._desk.document
        return case_state(document, self.names)

    @property
    def flagged(self) -> bool:
        """Whether the open case is flagged: a mark of its own beside the state."""
        return self._desk.case is not None and bool(self._desk.document.value(FLAGGED))

    @property
    def names(self) -> tuple[str, ...]:
        """Every structure of the case; see :attr:`~proseg_gui.review.drafts.Drafts.names`."""
        return self._desk.drafts.names

    def locked(self, structure: int) -> Bricks | None:
        """The voxels of a structure's accepted reading, which nothing changes; ``None`` where it is not accepted."""
        if self._desk.case is None or structure >= len(self.names):
            return None
        reading = self._desk.document.accepted(self.names[structure])
        return None if reading is None else self._desk.document.masks[reading.mask]

    def base(self, structure: int) -> Bricks | None:
        """What lies under the strokes of a structure whatever the sliders do; ``None`` where the model draws it.

        The shape that another model drew (or that was shown last, where no model looks); nothing where there is none.
        """
        if self._desk.case is None or structure >= len(self.names):
            return None
        document, review, name = self._desk.document, self._desk.review, self.names[structure]
        digest = document.value(SHAPE + name)
        if digest is not None:
            return document.masks[digest]
        voxels, model = self.voxels.get(name, (None, {}))
        if name not in self._desk.modelled:
            return voxels or document.nothing
        assert review is not None
        stood = document.value(POINT + name)
        foreign = stood is not None and stood["model"] != review.bundle.card.sha256
        return voxels if foreign and model.get("sha256") == stood["model"] else None

    def kept(self, structure: int) -> Bricks | None:
        """The voxels of a structure that stay whatever the sliders do; ``None`` where it is drawn as they stand.

        An accepted reading; else :meth:`base` with what was said of it.
        """
        locked = self.locked(structure)
        if locked is not None:
            return locked
        base = self.base(structure)
        if base is None:
            return None
        evidence = self._desk.document.evidence(self.names[structure])
        if not evidence.packed:
            return base
        known = self._overlaid.get(structure)
        if known is None or known[0] is not base or known[1] is not evidence:
            known = self._overlaid[structure] = base, evidence, base.overlaid(evidence)
        return known[2]

    def kept_ml(self) -> float | None:
        """Volume of the active structure's shape that stays; ``None`` where it is drawn as the sliders stand."""
        kept, study = self.kept(self._desk.structure) if self.names else None, self._desk.study
        if kept is None or study is None:
            return None
        if self._measured is None or self._measured[0] is not kept:
            self._measured = kept, areas_to_ml(kept.counts(), study.geometry)
        return self._measured[1]

    def outgoing(self, structure: int | None = None) -> Outgoing:
        """What an export writes of a structure (by default the active one): never a preview beside what stays."""
        desk = self._desk
        number = desk.structure if structure is None else structure
        name, colour = self.names[number], desk.drafts.colour(number)
        document, voxels = desk.document, self.kept(number)
        reading, evidence = document.accepted(name), document.evidence(name)
        if reading is not None:
            return Outgoing(
                name, number, reading.point or {}, reading.who or "", voxels, model=reading.model,
                reading=f"accepted, {reading.how} ({reading.id})", person=reading.person or "", accepted=reading.at,
                decided=reading.edits or {}, colour=colour,
            )  # fmt: skip
        edits, decided = evidence if evidence.packed and voxels is None else None, evidence.origins()
        person = ", ".join(self._workers(name)) or document.person
        if voxels is None:
            point, who = desk.latents.stand(number)
            return Outgoing(
                name, number, point, who.text, None, edits, desk.model, person=person, decided=decided, colour=colour
            )
        stood, model = document.value(POINT + name), self._drawn_by(name)
        same = model is not None and stood is not None and stood["model"] == model["sha256"]
        remark = "drawn by another model, kept when the model was changed" if model and desk.review else ""
        return Outgoing(
            name, number, stood["point"] if same else {}, voxels=voxels, model=model, remark=remark, person=person,
            decided=decided, colour=colour,
        )  # fmt: skip

    def _workers(self, name: str) -> tuple[str, ...]:
        """Who worked on a structure, in the order in which they came; nobody where all is as the model has it."""
        keys = {EVIDENCE + name, POINT + name, SHAPE + name}
        history = self._desk.document.history
        said = [gesture.person for gesture in history if any(change.key in keys for change in gesture.changes)]
        return tuple(dict.fromkeys(filter(None, said)))

    def _drawn_by(self, name: str) -> Mapping[str, Any] | None:
        """The model whose shape of a structure stays; ``None`` where no model drew it."""
        base, model = self.voxels.get(name, (None, {}))
        kept = self._desk.document.value(SHAPE + name)
        if model and base is not None and kept in (None, base.digest):
            return model
        stood = self._desk.document.value(POINT + name)
        if kept is None or stood is None:
            return None
        before = (self._desk.document.value(MODEL) or {}).get("instead_of") or {}
        same = before.get("sha256") == stood["model"]
        return {"name": before["name"] if same else UNNAMED_MODEL, "sha256": stood["model"]}

    @property
    def is_locked(self) -> bool:
        """Whether the active structure is accepted."""
        return self.locked(self._desk.structure) is not None

    @property
    def is_foreign(self) -> bool:
        """Whether the active structure has a shape of another model than the one that looks at it."""
        structure = self._desk.structure
        return self._desk.review is not None and not self.is_locked and self.kept(structure) is not None

    # -- steps ----------------------------------------------------------------------------------------------------
    def accept(self, *, all_structures: bool = False) -> None:
        """Freeze the active structure (or all) as readings, as they are drawn now."""
        desk = self._desk
        if desk.case is None or not self.names:
            self._announce("noticed", "There is no contour to accept: no model has looked, and nothing was drawn")
            return
        desk.drafts.end()
        desk.latents.commit()
        document, names = desk.document, self.names
        chosen = range(len(names)) if all_structures else [desk.structure]
        open_ones = [s for s in chosen if document.accepted(names[s]) is None]
        if not open_ones:
            self._announce("noticed", "It is accepted already; Reopen lets you change it")
            return
        seconds, model = desk.seconds, desk.model
        evidence = {names[s]: document.evidence(names[s]) for s in open_ones}
        stay = {names[s]: shape for s in open_ones if (shape := self.kept(s)) is not None}
        stands = {names[s]: desk.latents.stand(s) for s in open_ones if names[s] not in stay}
        empty = [name for name, shape in stay.items() if not shape.packed and not evidence[name].packed]
        if empty and not all_structures:
            self._announce("noticed", f"Nothing was drawn of {empty[0]}")
            return

        def done(masks: dict[str, Bricks]) -> None:
            for name, mask in masks.items():
                point, who = stands[name]
                document.accept(
                    name, mask, how=self._how(name), point=dict(point), who=who.text, model=model, seconds=seconds,
                    edits=evidence[name].origins() or None,
                )  # fmt: skip
            self._announce("noticed", f"Accepted: {', '.join(masks)}")

        for name, shape in stay.items():
            if name not in empty:
                document.accept(
                    name, shape, how=self._how(name), seconds=seconds, edits=evidence[name].origins() or None
                )
        if stands:
            assert desk.review is not None
            points = {name: point for name, (point, _) in stands.items()}
            desk.worker.freeze(desk.review, points, {name: evidence[name] for name in points}, done)

    def _how(self, name: str) -> str:
        return SEEN if name in self._desk.proposals.seen else BY_HAND

    def reopen(self, structure: int | None = None) -> None:
        """End the acceptance of a structure (by default the active one), visibly; its reading stays in the history."""
        desk = self._desk
        if desk.case is None or not self.names:
            return
        if desk.document.reopen(self.names[desk.structure if structure is None else structure]) is None:
            self._announce("noticed", "It is not accepted")

    def recompute(self) -> None:
        """Draw the active structure as the present model and sliders do, instead of a shape of another model."""
        if self.is_foreign:
            self._desk.latents.put("recompute with this model")
        else:
            self._announce("noticed", "There is no shape of another model to replace")

    def flag(self) -> None:
        """Set or take away the case's flag."""
        if self._desk.case is not None:
            flag(self._desk.document, not self.flagged)

    def note_model(self, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
        """The person chose another model for this case: a step that undo takes back to ``before``.

        What the person had drawn with the model before stays as a shape until it is drawn anew.
        """
        if before is None or before == after:
            return
        document = self._desk.document
        shapes = {
            name: voxels
            for name, (voxels, model) in self.voxels.items()
            if model.get("sha256") == before["sha256"] and document.value(POINT + name) is not None
        }
        values: dict[str, Any] = {SHAPE + name: voxels.digest for name, voxels in shapes.items()}
        values[MODEL] = {**after, "instead_of": before}
        document.set(f"use model {after['name']}", values, masks={v.digest: v for v in shapes.values()})
