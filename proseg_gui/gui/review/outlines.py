"""The outlines of a plane that no slider moves, each traced once for as long as it is shown.

What is looked at changes far more often (window, opacity, zoom, which raters) than what is drawn; a pane that gets the
same layer again keeps its picture of it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

import numpy as np
from PySide6.QtGui import QPainterPath

from proseg_gui.gui.views.contours import trace, trace_flat, trace_plane
from proseg_gui.gui.views.image_pane import ContourLayer
from proseg_gui.gui.views.palette import SAMPLE_COLOUR, rater_colour, structure_colour
from proseg_gui.gui.views.strokes import LineStyle
from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.review.desk import Desk
from proseg_gui.review.edits import Bricks
from proseg_gui.review.state import Spread, ViewState

MEDIAN, MEDIAN_COLOUR = 0.5, "#f4f4f4"


class _Kept:
    """Layers of one kind; those that were not asked for between two calls of :meth:`all` are forgotten."""

    def __init__(self) -> None:
        self._paths: dict[Hashable, tuple[object, QPainterPath]] = {}
        self._layers: dict[Hashable, ContourLayer] = {}
        self._paths_before, self._layers_before = self._paths, self._layers

    def add(
        self,
        source: object,
        key: Hashable,
        traced: Callable[[], QPainterPath],
        colour: str,
        width: float,
        style: LineStyle = "solid",
        fill: float = 0.0,
    ) -> None:
        """Show what ``traced`` gives of ``source``; it is called where this source was not shown under ``key``."""
        where = (id(source), key)  # the source itself is held beside the path: no other one can have its id
        known = self._paths.get(where) or self._paths_before.get(where) or (source, traced())
        self._paths[where] = known
        look = (where, colour, width, style, fill)
        self._layers[look] = self._layers_before.get(look) or ContourLayer(known[1], colour, width, style, fill)

    def all(self) -> list[ContourLayer]:
        """The layers that were added since the last call, in order, as far as there is anything of them."""
        self._paths_before, self._layers_before = self._paths, self._layers
        self._paths, self._layers = {}, {}
        return [layer for layer in self._layers_before.values() if not layer.path.isEmpty()]


class Outlines:
    """Layers of the spread, of what raters gave, and of what stays; the same objects while they look the same."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._spread, self._given, self._stays = _Kept(), _Kept(), _Kept()

    def spread(self, spread: Spread | None, view: ViewState) -> list[ContourLayer]:
        """Thin samples below, then each rater, then the inner and outer bound and the median."""
        kept, settings = self._spread, view.settings
        if spread is None or spread.structure in view.hidden:
            return kept.all()
        if settings.show_thin:
            for p in spread.thin:
                kept.add(p, "", partial(trace, p), SAMPLE_COLOUR, 1.0, "thin")
        for number, (name, p) in enumerate(spread.raters.items()):
            if name in view.raters_shown:
                kept.add(p, "rater", partial(trace, p), rater_colour(number), 1.5)
        if settings.show_bounds:
            colour, agreement = structure_colour(spread.structure), spread.agreement
            for level in (settings.inner_level, settings.outer_level):
                kept.add(agreement, level, partial(_agreed, agreement, level), colour, 1.2, "dash")
            kept.add(agreement, MEDIAN, partial(_agreed, agreement, MEDIAN), MEDIAN_COLOUR, 1.0)
        return kept.all()

    def stays(self, view: ViewState, plane: Plane, grid: PlaneGrid | None) -> list[ContourLayer]:
        """Accepted structures, and shapes of another model: what no slider changes, on any plane."""
        shapes, settings = self._desk.shapes, view.settings
        if grid is None:
            return self._stays.all()
        for number, _name in enumerate(shapes.names):
            voxels = shapes.kept(number)
            if voxels is not None and number not in view.hidden:
                self._stays.add(
                    voxels,
                    (plane, grid),
                    partial(_of_bricks, voxels, plane, grid),
                    structure_colour(number), settings.line_width, "solid", settings.fill,
                )  # fmt: skip
        return self._stays.all()

    def given(self, view: ViewState, plane: Plane, grid: PlaneGrid | None) -> list[ContourLayer]:
        """Masks that raters gave, on any plane, drawn dotted in their colours; not of structures that are hidden."""
        study, review = self._desk.study, self._desk.review
        if study is None or grid is None:
            return self._given.all()
        hidden = () if review is None else [one for s in view.hidden for one in review.given(s)]
        for number, name in enumerate(study.raters):
            if name not in view.masks_shown:
                continue
            for reading in study.readings:
                if reading.rater == name and reading not in hidden:
                    self._given.add(
                        reading,
                        (plane, grid),
                        partial(trace_plane, reading.mask.array, plane, grid),
                        rater_colour(number), 1.4, "dot",
                    )  # fmt: skip
        return self._given.all()


def _of_bricks(voxels: Bricks, plane: Plane, grid: PlaneGrid) -> QPainterPath:
    return trace_flat(voxels.plane(plane.axis, plane.index) > 0, grid)


def _agreed(agreement: np.ndarray, level: float) -> QPainterPath:
    """What at least a share ``level`` of the draws includes: a little below it, so that the share itself is inside."""
    return trace(agreement, level - 1e-4)
