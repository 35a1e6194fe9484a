"""Joins the regions of doubt with the strip of slices and the cross-hair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.uncertainty import UncertaintyPanel
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.scene import Scene
from proseg_gui.gui.views.slice_strip import SliceStrip, Span
from proseg_gui.inference.calibration import calibration_of
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

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle

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


SHOWN_LEVEL = 0.8
"""The agreement of which the panel says how often it is right."""


class DoubtLink(QObject):
    """Shows where regions lie, how they stand and what is left; points at the one that was gone to."""

    def __init__(self, controller: Controller, strip: SliceStrip, panel: UncertaintyPanel, scene: Scene) -> None:
        super().__init__(controller)
        self._controller, self._strip, self._panel, self._scene = controller, strip, panel, scene
        controller.doubts_changed.connect(self._show)
        controller.doubt_reached.connect(self._point)
        controller.bundle_changed.connect(self._show_calibration)
        self._show(())

    def _show(self, seen: tuple[Seen, ...]) -> None:
        self._strip.set_spans(
            [_span(one, tr("region {n} of {all}").format(n=n, all=len(seen))) for n, one in enumerate(seen, start=1)]
        )
        left = [one.ml for one in seen if one.state in LEFT]
        change = self._controller.desk.doubts.could_change_ml() if seen else None
        self._strip.set_hint(*_hints(len(left), sum(left), change) if seen else (tr("N next \u00b7 Shift+N back"),))
        self._panel.set_left(_sentence(len(left), sum(left), change) if seen else "")

    def _point(self, region: Region) -> None:
        self._scene.look_at(region.middle)
        self._scene.link.set_crosshair(region.middle, None)

    def _show_calibration(self, bundle: Bundle | None) -> None:
        known = None if bundle is None else calibration_of(bundle.card)
        told = None if known is None else known.agreed(SHOWN_LEVEL)
        if known is None or told is None:
            self._panel.set_calibration("")
            return
        text = tr("Of places shown as {said} % agreed, raters included {were} % ({count} validation cases)")
        levels = [(level, known.agreed(level / 100)) for level in range(10, 100, 10)]
        tip = tr("As the model's card has it; places where raters or draws include anything")
        rows = [tr("{said} %: {were} %").format(said=level, were=f"{100 * so[1]:.0f}") for level, so in levels if so]
        self._panel.set_calibration(
            text.format(said=f"{100 * SHOWN_LEVEL:.0f}", were=f"{100 * told[1]:.0f}", count=known.n_cases),
            "\n".join([tip, *rows]),
        )


def _hints(count: int, doubt_ml: float, change_ml: float | None) -> tuple[str, ...]:
    """What is left and whether it is time to stop, from long to short."""
    if not count:
        return (tr("No region of doubt is left"),)
    words = {"count": count, "doubt": ml_text(doubt_ml)}
    short = tr("N next \u00b7 {count} left, {doubt}").format(**words)
    if change_ml is None:
        return (short,)
    words |= {"change": ml_text(change_ml), "sure": f"{100 * SURE:.0f}"}
    return (
        tr("N next \u00b7 {count} left, {doubt} \u00b7 volume \u00b1{change} ({sure} %)").format(**words),
        tr("N next \u00b7 {count} left \u00b7 \u00b1{change} ({sure} %)").format(**words),
        short,
    )


def _sentence(count: int, doubt_ml: float, change_ml: float | None) -> str:
    if not count:
        return tr("No region of doubt is left.")
    left = tr("1 region of doubt left: {doubt}.") if count == 1 else tr("{count} regions of doubt left: {doubt}.")
    told = left.format(count=count, doubt=ml_text(doubt_ml))
    if change_ml is None:
        return told
    stop = tr("What is left could change the volume by at most {change} ({sure} %).")
    return f"{told} {stop.format(change=ml_text(change_ml), sure=f'{100 * SURE:.0f}')}"


def _span(one: Seen, name: str) -> Span:
    """How a region is marked over the slices."""
    doubt = tr("{volume} in doubt").format(volume=ml_text(one.ml))
    text = f"{name}, {doubt}: {tr(WORDS[one.state])}"
    done = one.state in DONE
    return Span(one.region.slices, one.region.middle[0], SIGNS[one.state], text, current=one.current, done=done)
