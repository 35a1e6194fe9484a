"""Joins the regions of doubt with the strip of slices and the cross-hair."""

from __future__ import annotations

from PySide6.QtCore import QObject

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.scene import Scene
from proseg_gui.gui.views.slice_strip import SliceStrip, Span
from proseg_gui.review.doubts import AGREE, DISAGREE, DONE, DRAWN, LATER, LEFT, OPEN, VISITED, WORDS, Seen
from proseg_gui.review.figures import ml_text
from proseg_gui.review.regions import Region

SIGNS = {OPEN: "\u25cb", VISITED: "\u25cf", AGREE: "\u2713", DISAGREE: "\u2717", LATER: "\u2026", DRAWN: "\u270e"}
KEYS = marked("N next \u00b7 Shift+N back")


class DoubtLink(QObject):
    """Shows where regions lie and how they stand; points at the one that was gone to."""

    def __init__(self, controller: Controller, strip: SliceStrip, scene: Scene) -> None:
        super().__init__(controller)
        self._controller, self._strip, self._scene = controller, strip, scene
        controller.doubts_changed.connect(self._show)
        controller.doubt_reached.connect(self._point)
        self._show(())

    def _show(self, seen: tuple[Seen, ...]) -> None:
        self._strip.set_spans(
            [_span(one, tr("region {n} of {all}").format(n=n, all=len(seen))) for n, one in enumerate(seen, start=1)]
        )
        left = [one.region.ml for one in seen if one.state in LEFT]
        self._strip.set_hint(
            tr("N next \u00b7 {n} left, {volume}").format(n=len(left), volume=ml_text(sum(left))) if seen else tr(KEYS)
        )

    def _point(self, region: Region) -> None:
        self._scene.look_at(region.middle)
        self._scene.link.set_crosshair(region.middle, None)


def _span(one: Seen, name: str) -> Span:
    """How a region is marked over the slices."""
    doubt = tr("{volume} in doubt").format(volume=ml_text(one.region.ml))
    text = f"{name}, {doubt}: {tr(WORDS[one.state])}"
    done = one.state in DONE
    return Span(one.region.slices, one.region.middle[0], SIGNS[one.state], text, current=one.current, done=done)
