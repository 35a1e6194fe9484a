"""Joins the regions of doubt with the strip of slices and the cross-hair."""

from __future__ import annotations

from PySide6.QtCore import QObject

from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.scene import Scene
from proseg_gui.gui.views.slice_strip import SliceStrip, Span
from proseg_gui.review.doubts import (
    ACCEPTED,
    AGREE,
    DISAGREE,
    DONE,
    DRAWN,
    LATER,
    LEFT,
    OPEN,
    SETTLED,
    VISITED,
    WORDS,
    Seen,
)
from proseg_gui.review.figures import ml_text
from proseg_gui.review.regions import Region
from proseg_gui.review.remaining import SURE

SIGNS = {
    OPEN: "\u25cb",
    VISITED: "\u25cf",
    AGREE: "\u2713",
    DISAGREE: "\u2717",
    LATER: "\u2026",
    DRAWN: "\u270e",
    SETTLED: "\u2713",
    ACCEPTED: "\u2713",
}


class DoubtLink(QObject):
    """Shows where regions lie and how they stand; points at the one that was gone to."""

    def __init__(self, controller: Controller, strip: SliceStrip, scene: Scene) -> None:
        super().__init__(controller)
        self._controller, self._strip, self._scene = controller, strip, scene
        controller.doubts_changed.connect(self._show)
        controller.doubt_reached.connect(self._point)
        self._show(())

    def _show(self, seen: tuple[Seen, ...]) -> None:
        self._strip.set_spans([_span(one, f"region {n} of {len(seen)}") for n, one in enumerate(seen, start=1)])
        self._strip.set_hint(*(self._told(seen) if seen else (tr("N next \u00b7 Shift+N back"),)))

    def _told(self, seen: tuple[Seen, ...]) -> tuple[str, ...]:
        """How much is left, and whether it is time to stop: from long to short."""
        left = [one.ml for one in seen if one.state in LEFT]
        if not left:
            return (tr("No region of doubt is left"),)
        words = {"count": len(left), "doubt": ml_text(sum(left))}
        short = tr("N next \u00b7 {count} left, {doubt}").format(**words)
        change = self._controller.desk.doubts.could_change_ml()
        if change is None:
            return (short,)
        words |= {"change": ml_text(change), "sure": f"{100 * SURE:.0f}"}
        return (
            tr(
                "N next \u00b7 {count} left, {doubt}: they could change the volume by at most {change} ({sure} %)"
            ).format(**words),
            tr("{count} left: they could change the volume by at most {change} ({sure} %)").format(**words),
            tr("N next \u00b7 {count} left: at most {change} ({sure} %)").format(**words),
            short,
        )

    def _point(self, region: Region) -> None:
        self._scene.look_at(region.middle)
        self._scene.link.set_crosshair(region.middle, None)


def _span(one: Seen, name: str) -> Span:
    """How a region is marked over the slices."""
    text = f"{name}, {ml_text(one.ml)} in doubt: {WORDS[one.state]}"
    done = one.state in DONE
    return Span(one.region.slices, one.region.middle[0], SIGNS[one.state], text, current=one.current, done=done)
