"""The outlines that belong on a plane: what the model draws, with strokes, what stays, what raters gave and drew."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QPainterPath

from proseg_gui.gui.panels.latent_slider import PROPOSAL_COLOUR
from proseg_gui.gui.review.kept_layers import KeptLayers
from proseg_gui.gui.review.work import Drawn
from proseg_gui.gui.views.contours import trace, trace_flat, trace_plane
from proseg_gui.gui.views.palette import SAMPLE_COLOUR, UNADJUSTED_COLOUR, rater_colour
from proseg_gui.gui.views.strokes import ContourLayer
from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.review.desk import Desk
from proseg_gui.review.drafts import with_words
from proseg_gui.review.edits import Bricks
from proseg_gui.review.state import Spread, ViewState

MEDIAN, MEDIAN_COLOUR = 0.5, "#f4f4f4"
PREVIEW_WIDTH = 1.0
"""Line width of the model's contour beside one that stays: it shows what the sliders would draw."""
KNOWN_PLANES = 32
"""Planes of shapes that are kept unpacked: a few panes times a few structures."""

Layers = list[ContourLayer]


class Outlines:
    """Traces what the desk says; keeps what need not be traced again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept = KeptLayers()
        self._last: dict[tuple[Plane, int, str], ContourLayer] = {}
        self._edited: dict[int, tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8], QPainterPath]] = {}
        self._planes: dict[tuple[str, Plane], tuple[Bricks, npt.NDArray[np.bool_]]] = {}
        self._still: dict[tuple[str, Plane], tuple[tuple[object, int, PlaneGrid], QPainterPath | None]] = {}

    def forget(self) -> None:
        """Another case is shown."""
        self._edited.clear()
        self._last.clear()
        self._still.clear()
        self._planes.clear()

    # -- structures -----------------------------------------------------------------------------------------------
    def structures(self, plane: Plane, grid: PlaneGrid, view: ViewState) -> Layers:
        """Every structure that is not hidden: as the model and the hand draw it, or as it stays."""
        desk, layers = self._desk, []
        drawn = desk.drawn
        on_slice = plane.axis == 0 and drawn is not None and drawn.frame.slice_index == plane.index
        for number, name in enumerate(desk.structures):
            if number in view.hidden:
                continue
            colour, settings = desk.drafts.colour(number), view.settings
            stays = desk.shapes.locked(number) is not None or desk.shapes.base(number) is not None
            if on_slice and number < len(desk.modelled):
                path = self._drawn_path(drawn, number, name)
                preview = ContourLayer(path, colour, PREVIEW_WIDTH, "thin")
                full = ContourLayer(path, colour, settings.line_width, "solid", settings.fill)
                layers.append(self._same((plane, number, "drawn"), preview if stays else full))
                if not stays:
                    continue
            elif plane.axis == 0 and number < len(desk.modelled) and not stays:
                continue  # its slice is being drawn
            still = self._still_path(number, name, plane, grid)
            if still is not None:
                full = ContourLayer(still, colour, settings.line_width, "solid", settings.fill)
                layers.append(self._same((plane, number, "still"), full))
        return layers

    def proposal(self, plane: Plane, grid: PlaneGrid) -> Layers:
        """What the model proposes after the hand's strokes, dashed."""
        inside = self._desk.proposals.inside(plane)
        if inside is None:
            return []
        key = ("proposal", plane)
        known = self._still.get(key)
        state = self._desk.proposals.offered, 0, grid
        if known is None or known[0][0] is not state[0] or known[0][2] is not grid:
            known = state, trace_flat(inside, grid)
            _keep(self._still, key, known)
        assert known[1] is not None
        return [self._same((plane, -1, "proposal"), ContourLayer(known[1], PROPOSAL_COLOUR, 1.5, "dash"))]

    def unadjusted(self, plane: Plane, view: ViewState) -> Layers:
        """What the model would draw on the slice in view without adjusting for the scanner, dashed."""
        found = self._desk.adjusting.shown()
        if found is None or plane != Plane(0, found.slice_index):
            return []
        return [
            self._kept.layer(p, "unadjusted", partial(trace, p), UNADJUSTED_COLOUR, 1.2, "dash")
            for number, p in enumerate(found.probability) if number not in view.hidden
        ]  # fmt: skip

    def _same(self, key: tuple[Plane, int, str], layer: ContourLayer) -> ContourLayer:
        """The layer that was last shown there, where it is the same: panes keep their pictures of it."""
        last = self._last.get(key)
        if last is None or last.path is not layer.path or last.look != layer.look:
            _keep(self._last, key, layer)
        return self._last[key]

    def _drawn_path(self, drawn: Drawn, number: int, name: str) -> QPainterPath:
        """The model's contour with what was said until now, also where that is newer than the frame."""
        codes = self._desk.drafts.plane_codes(name, Plane(0, drawn.frame.slice_index))
        known = drawn.words[number] if number < len(drawn.words) else None
        if codes is None:
            return drawn.paths[number] if known is None else trace(drawn.frame.probability[number])
        if known is not None and np.array_equal(codes, known):
            return drawn.paths[number]
        probability = drawn.frame.probability[number]
        edited = self._edited.get(number)
        if edited is None or edited[0] is not probability or not np.array_equal(edited[1], codes):
            edited = self._edited[number] = probability, codes, trace(with_words(probability, codes))
        return edited[2]

    def _still_path(self, number: int, name: str, plane: Plane, grid: PlaneGrid) -> QPainterPath | None:
        """The outline of what a structure holds of a plane, as far as its voxels are known."""
        shapes, drafts = self._desk.shapes, self._desk.drafts
        locked = shapes.locked(number)
        base = locked or shapes.base(number) or self._desk.across.voxels(name)
        state = base, 0 if locked is not None else drafts.versions[name], grid
        known = self._still.get((name, plane))
        if known is None or any(a is not b and a != b for a, b in zip(known[0], state, strict=True)):
            under = None if base is None else self._plane_of(name, base, plane)
            inside = under if locked is not None else drafts.shown(name, plane, under)
            known = state, None if inside is None or not inside.any() else trace_flat(inside, grid)
            _keep(self._still, (name, plane), known)
        return known[1]

    def _plane_of(self, name: str, shape: Bricks, plane: Plane) -> npt.NDArray[np.bool_]:
        known = self._planes.get((name, plane))
        if known is None or known[0] is not shape:
            known = shape, shape.plane(plane.axis, plane.index) > 0
            _keep(self._planes, (name, plane), known)
        return known[1]

    # -- raters ---------------------------------------------------------------------------------------------------
    def spread(self, spread: Spread | None, view: ViewState) -> Layers:
        """Thin samples below, then each rater, then the inner and outer bound."""
        if spread is None or spread.structure in view.hidden:
            return []
        settings, layers, kept = view.settings, [], self._kept.layer
        if settings.show_thin:
            layers += [kept(p, "thin", partial(trace, p), SAMPLE_COLOUR, 1.0, "thin") for p in spread.thin]
        for number, (name, p) in enumerate(spread.raters.items()):
            if name in view.raters_shown:
                layers.append(kept(p, "rater", partial(trace, p), rater_colour(number), 1.5))
        if settings.show_bounds:
            colour, agreement = self._desk.drafts.colour(spread.structure), spread.agreement
            for level in (settings.inner_level, settings.outer_level):
                layers.append(kept(agreement, level, partial(_agreed, agreement, level), colour, 1.2, "dash"))
            layers.append(kept(agreement, MEDIAN, partial(_agreed, agreement, MEDIAN), MEDIAN_COLOUR, 1.0))
        return layers

    def given(self, plane: Plane, grid: PlaneGrid, view: ViewState) -> Layers:
        """Masks that raters gave, dotted in their colours, as wide as the current contour; not of hidden structures."""
        study, review, layers = self._desk.study, self._desk.review, []
        if study is None:
            return []
        hidden = () if review is None else [
            one for s in view.hidden if s < len(self._desk.modelled) for one in review.given(s)
        ]  # fmt: skip
        for number, name in enumerate(study.raters):
            if name not in view.masks_shown:
                continue
            for reading in study.readings:
                if reading.rater == name and reading not in hidden:
                    traced = partial(trace_plane, reading.mask.array, plane, grid)
                    colour, width = rater_colour(number), view.settings.line_width
                    layers.append(self._kept.layer(reading, (plane, grid), traced, colour, width, "dot"))
        return [layer for layer in layers if not layer.path.isEmpty()]


def _keep(store: dict, key: object, value: object) -> None:
    """Keep ``value`` under ``key``; what was kept longest gives way."""
    store.pop(key, None)
    if len(store) >= KNOWN_PLANES:
        store.pop(next(iter(store)))
    store[key] = value


def _agreed(agreement: np.ndarray, level: float) -> QPainterPath:
    """What at least a share ``level`` of the draws includes: a little below it, so that the share itself is inside."""
    return trace(agreement, level - 1e-4)
