"""Moves in the model's two latents, as steps of the case's document; and the settings kept to go back to.

Each structure stands at its own point. A drag, from press to release, is one step; so is every preset, draw and reset.
Where the keyboard moves a slider, its moves until the next pause are one step.
"""

from __future__ import annotations

import base64
import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from proseg_gui.inference.pointing import NO_CLICKS, clicks_of
from proseg_gui.review.document import POINT, REMEMBERED, SHAPE, Document
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import Announce, Point, Remembered, Who

Picture = Callable[[], tuple[np.ndarray, float | None] | None]
"""The current contour's picture, ``(h, w, 3)`` uint8, and its volume in ml; ``None`` before anything was drawn."""


class Latents:
    """Where the latents stand for the structures of the open case.

    Parameters
    ----------
    announce:
        Called with ``point_changed`` (the active structure's point), and when a model begins with
        ``remembered_changed`` (all kept settings; later changes of them are gestures of the document).
    moved:
        Called after the active point has changed, with ``by_slider`` and ``tau_moved``.
    dropped:
        Called when a drag has ended, with ``tau_moved``.
    """

    def __init__(self, announce: Announce, moved: Callable[..., None], dropped: Callable[..., None]) -> None:
        self._announce, self._moved, self._dropped = announce, moved, dropped
        self._review: Reviewed | None = None
        self._document: Document | None = None
        self._stands: list[tuple[Point, Who]] = []
        self._unpacked: dict[str, Remembered] = {}
        self._active = 0
        self.last_rater: str | None = None
        self.dragging = False
        self._tau_before_drag: tuple[float, ...] | None = None
        self._pending = ""
        self._seeds = random.Random(0)

    # -- where one stands -----------------------------------------------------------------------------------------
    @property
    def point(self) -> Point:
        """The active structure's point; empty without a model."""
        return self._stands[self._active][0] if self._stands else {}

    @property
    def points(self) -> tuple[Point, ...]:
        """Each structure's point, in the model's order."""
        return tuple(point for point, _ in self._stands)

    @property
    def who(self) -> Who:
        """What the active structure's preference stands for."""
        return self._stands[self._active][1] if self._stands else Who()

    def stand(self, structure: int) -> tuple[Point, Who]:
        """Where a structure stands; nowhere where no model draws it."""
        return self._stands[structure] if structure < len(self._stands) else ({}, Who())

    def _hold(self, dragging: bool) -> None:
        self.dragging = dragging
        if self._review is not None:
            self._review.keep_free(dragging)

    def end(self) -> None:
        """No model looks any more."""
        self.commit()
        self._hold(False)
        self._review = self._document = None
        self._unpacked = {}
        self._stands, self._active, self.last_rater = [], 0, None

    def begin(self, review: Reviewed, document: Document) -> bool:
        """Stand where the case stood under this model, else at the consensus style without ambiguity.

        Returns whether the document has points of another model, which therefore are not gone to.
        """
        self._review, self._document, self._active = review, document, 0
        self._unpacked = {}
        self._seeds = random.Random(f"{review.bundle.card.sha256}/{len(document.history)}")
        first: tuple[Point, Who] = (review.sliders.consensus_style(), Who(consensus=True))
        self._stands = [first] * len(review.engine.structures)
        foreign = False
        for number, name in enumerate(review.engine.structures):
            kept = document.value(POINT + name)
            if kept is None:
                continue
            if self._is_of_this_model(kept):
                self._stands[number] = (kept["point"], who_of(kept["who"]))
            else:
                foreign = True
        self._announce("remembered_changed", self.remembered)
        self._tell(by_slider=False, tau_moved=True)
        return foreign

    def choose_structure(self, index: int) -> None:
        """Make another structure the one that the sliders move."""
        self.commit()
        before = self.point
        self._active = index
        self._tell(by_slider=False, tau_moved=self.point.get("tau") != before.get("tau"))

    def _is_of_this_model(self, kept: Mapping[str, Any]) -> bool:
        assert self._review is not None
        sizes = {name: len(values) for name, values in self._review.sliders.consensus_style().items()}
        return kept["model"] == self._review.bundle.card.sha256 and sizes == {
            name: len(values) for name, values in kept["point"].items()
        }

    def reread(self, structure: str) -> None:
        """The document was changed by undo or redo: go where it says."""
        if self._review is None or self._document is None or structure not in self._review.engine.structures:
            return
        number = self._review.engine.structures.index(structure)
        kept = self._document.value(POINT + structure)
        before = self.point
        if kept is None:
            self._stands[number] = (self._review.sliders.consensus_style(), Who(consensus=True))
        elif self._is_of_this_model(kept):
            self._stands[number] = (kept["point"], who_of(kept["who"]))
        self._tell(by_slider=False, tau_moved=self.point.get("tau") != before.get("tau"))

    # -- moves ----------------------------------------------------------------------------------------------------
    def choose_rater(self, name: str) -> None:
        """Draw as this rater: the preset point, with the ambiguity kept where it is."""
        if self._review is not None:
            self.last_rater = name
            self._step(f"draw as {name}", self._keeping_eps(self._review.sliders.rater_point(name)), Who(rater=name))

    def choose_consensus_style(self) -> None:
        """Draw in the mean of the raters' styles."""
        if self._review is not None:
            point = self._keeping_eps(self._review.sliders.consensus_style())
            self._step("consensus style", point, Who(consensus=True))

    def set_blend(self, weights: Sequence[float]) -> None:
        """Draw as a blend of raters by ``(R,)`` weights."""
        if self._review is not None:
            self._slide("blend raters", self._keeping_eps(self._review.sliders.blend(tuple(weights))), Who())

    def draw_preference(self, name: str) -> None:
        """Draw one random preference of this rater, as on another day."""
        if self._review is None:
            return
        self.last_rater = name
        drawn = self._review.sliders.random_point(self._seeds.randrange(2**31), name)
        self._step(f"draw a preference of {name}", self._keeping_eps(drawn), Who(drawn=name))

    def move_axis(self, axis: Any, position: float) -> None:
        """Move one slider to ``position`` standard deviations."""
        if self._review is None:
            return
        point = self._review.moved(axis, self.point, position)
        ambiguity = axis.family == "ambiguity"
        name = f"move {'ambiguity' if ambiguity else 'preference'} slider"
        prompt = self.who.prompt
        self._slide(name, point, self.who if ambiguity else Who(prompt=prompt, moved=bool(prompt)), by_slider=True)

    def begin_drag(self) -> None:
        """A slider was taken: axes stay as they are until it is let go."""
        self.commit()
        self._hold(True)
        self._tau_before_drag = self.point.get("tau")

    def end_drag(self) -> None:
        """The slider was let go: the drag is one step."""
        self._hold(False)
        self.commit()
        self._dropped(tau_moved=self.point.get("tau") != self._tau_before_drag)

    def commit(self) -> None:
        """Make what was moved since the last step one step of the document."""
        name, self._pending = self._pending, ""
        if name and self._review is not None and self._document is not None:
            self.put(name)

    def put(self, name: str) -> None:
        """Make where the active structure stands a step; a shape of another model gives way to it."""
        assert self._review is not None and self._document is not None
        structure = self._review.engine.structures[self._active]
        stand = self._kept(*self._stands[self._active])
        self._document.set(name, {POINT + structure: stand, SHAPE + structure: None})

    def random_sample(self) -> None:
        """Draw what the image leaves open at random; the preference stays."""
        if self._review is not None:
            drawn = self._review.sliders.random_point(self._seeds.randrange(2**31))
            self._step("random sample", {**self.point, "eps": drawn["eps"]}, self.who)

    def reset_ambiguity(self) -> None:
        """Put every ambiguity slider back to 0."""
        if self._review is not None:
            zero = tuple(0.0 for _ in self.point["eps"])
            self._step("reset ambiguity", {**self.point, "eps": zero}, self.who)

    def set_point(self, point: Point, who: Who | None = None, *, name: str = "load latents") -> None:
        """Go to any point, for instance one from a file."""
        if self._review is not None:
            self._step(name, point, who or Who())

    def position(self, axis: Any) -> float:
        """Where the current point lies on ``axis``."""
        return 0.0 if self._review is None else self._review.position(axis, self.point)

    def weights(self) -> tuple[float, ...] | None:
        """Blend weights of the current point, where it is a blend."""
        return None if self._review is None else self._review.sliders.rater_weights(self.point)

    def _keeping_eps(self, point: Point) -> Point:
        eps = self.point.get("eps")
        return {**point, "eps": eps} if eps is not None and len(eps) == len(point["eps"]) else point

    def _step(self, name: str, point: Point, who: Who) -> None:
        """One move that is a step of its own."""
        self.commit()
        self._slide(name, point, who)
        if not self.dragging:
            self.commit()

    def _slide(self, name: str, point: Point, who: Who, *, by_slider: bool = False) -> None:
        """One of several moves that are a step together; :meth:`commit` ends it."""
        tau_moved = point.get("tau") != self.point.get("tau")
        self._stands[self._active] = (point, who)
        self._pending = name
        self._tell(by_slider=by_slider, tau_moved=tau_moved)

    def _tell(self, *, by_slider: bool, tau_moved: bool) -> None:
        self._moved(by_slider=by_slider, tau_moved=tau_moved)  # first: the panels can follow while it is being drawn
        self._announce("point_changed", self.point)

    def _kept(self, point: Point, who: Who) -> dict[str, Any]:
        assert self._review is not None
        return {"point": dict(point), "who": plain_who(who), "model": self._review.bundle.card.sha256}

    # -- remembered settings --------------------------------------------------------------------------------------
    @property
    def remembered(self) -> tuple[Remembered, ...]:
        """The settings of this case that were kept, oldest first; those of other models are not shown.

        Read on each slider move, so each is unpacked once: what stands under a key never changes, as a number is given
        once.
        """
        if self._document is None or self._review is None:
            return ()
        keys = self._document.numbered(REMEMBERED)
        for key in keys:
            kept = self._document.value(key)
            if key not in self._unpacked and self._is_of_this_model(kept):
                picture, who = picture_of(kept["picture"]), who_of(kept["who"])
                self._unpacked[key] = Remembered(kept["name"], kept["point"], kept["volume_ml"], picture, who, key)
        return tuple(self._unpacked[key] for key in keys if key in self._unpacked)

    def remember(self, picture: Picture) -> None:
        """Keep the current setting with its picture."""
        drawn = picture()
        if self._document is None:
            return
        if drawn is None:
            self._announce("noticed", "The contour is still being drawn; remember it when it is there")
            return
        number = self._document.next_number(REMEMBERED)
        entry = {
            **self._kept(self.point, self.who),
            "name": f"{self.who.text} {number}",
            "volume_ml": drawn[1],
            "picture": plain_picture(drawn[0]),
        }
        self._document.set("remember setting", {f"{REMEMBERED}/{number}": entry})

    def recall(self, index: int) -> None:
        """Go back to a remembered setting."""
        entry = self.remembered[index]
        self.set_point(entry.point, entry.who, name=f"recall {entry.name}")

    def forget(self, index: int) -> None:
        """Drop a remembered setting."""
        if self._document is not None:
            self._document.set("forget setting", {self.remembered[index].key: None})


def plain_who(who: Who) -> dict[str, Any]:
    """``who`` as a plain value."""
    described = {"prompt": who.prompt, "moved": who.moved} if who.prompt else {}
    pointed = {} if who.clicks.empty else {"clicks": who.clicks.as_dict()}
    return {"rater": who.rater, "consensus": who.consensus, "drawn": who.drawn, **described, **pointed}


def who_of(kept: Mapping[str, Any]) -> Who:
    """What :func:`plain_who` kept."""
    prompt, moved = kept.get("prompt", ""), kept.get("moved", False)
    clicks = clicks_of(kept["clicks"]) if "clicks" in kept else NO_CLICKS
    return Who(kept["rater"], kept["consensus"], kept["drawn"], prompt, moved, clicks)


def plain_picture(picture: np.ndarray) -> dict[str, Any]:
    """``(h, w, 3)`` uint8 as a plain value."""
    packed = base64.b64encode(zlib.compress(np.ascontiguousarray(picture).tobytes(), 9)).decode("ascii")
    return {"size": list(picture.shape), "rgb": packed}


def picture_of(kept: Mapping[str, Any]) -> np.ndarray:
    """What :func:`plain_picture` kept."""
    values = np.frombuffer(zlib.decompress(base64.b64decode(kept["rgb"])), np.uint8)
    return values.reshape(kept["size"])
