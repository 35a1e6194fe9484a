"""The linked panes and what is drawn in them: scan with contours, and the same plane as uncertainty heatmap."""

from __future__ import annotations

import math
import time

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QHBoxLayout, QWidget

from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.work import Drawn
from proseg_gui.gui.views.contours import trace, trace_flat, trace_plane
from proseg_gui.gui.views.image_pane import ContourLayer, HeatStyle, ImagePane
from proseg_gui.gui.views.palette import SAMPLE_COLOUR, heat_tables, rater_colour, structure_colour
from proseg_gui.gui.views.view_link import ViewLink
from proseg_gui.planes import Plane, Voxel
from proseg_gui.review.state import LOCAL_MAP, Spread, ViewState
from proseg_gui.review.viewing import ViewPlace
from proseg_gui.volume import Study, Volume

MAP_TITLES = {
    "total": "Total uncertainty",
    "inter": "Between experts",
    "intra": "Within an expert",
    "ambiguity": "Ambiguity of the image",
    "residual": "Residual",
    LOCAL_MAP: "Ambiguity at this preference",
}
FORMS = {"variance": ("variance of inclusion", "", 0.25), "entropy": ("entropy", "nats", math.log(2.0))}
MEDIAN, MEDIAN_COLOUR = 0.5, "#f4f4f4"
COMPUTING = "Measuring the uncertainty of this slice"
SLICES_ONLY = "The model is drawn on {name} slices only"
NO_MODEL = "No model looks at this scan: choose one under File > Choose model"
LOADING = "The model is being loaded"
PREVIEW_WIDTH = 1.0
"""Line width of the model's contour beside one that stays: it shows what the sliders would draw."""


class Scene(QWidget):
    """Two panes that share plane, zoom, pan, crosshair and rulers; draws what the controller announces.

    The controller knows acquired slices, which are the planes of axis 0. The panes can be turned to another axis
    (:meth:`show_axis`); a slice that is then chosen (strip, next doubtful, open) turns them back to it.
    """

    pixels_shown = Signal(float)
    """Milliseconds from any intent (a new slice, a preset, a slider's move) to its contours painted on screen."""
    slider_shown = Signal(float)
    """The same for moves of a slider only."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._view = controller.display.view
        self._spread_layers: list[ContourLayer] = []
        self._given_layers: list[ContourLayer] = []
        self._kept_layers: list[ContourLayer] = []
        self._local: np.ndarray | None = None
        self._place: Voxel = (0, 0, 0)
        self.link = ViewLink(self)
        self.scan = ImagePane(self.link, role="scan", parent=self)
        heat_tables()
        self.heat = ImagePane(self.link, role="heatmap", parent=self)
        self.panes = (self.scan, self.heat)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for pane in self.panes:
            layout.addWidget(pane, 1)
            pane.stepped.connect(self.step)
            pane.window_dragged.connect(controller.display.set_window)
            pane.hovered.connect(controller.desk.hover)
            pane.maximise_requested.connect(self._toggle_layout)
        self.scan.set_empty_text("Drop a scan here, or press Ctrl+O\n(DICOM folder, NIfTI, NRRD, MHA, image)")
        self.heat.set_empty_text("The uncertainty of the scan appears here")
        controller.study_changed.connect(self._show_study)
        controller.channel_changed.connect(self._show_channel)
        controller.slice_changed.connect(self._show_slice)
        controller.structure_changed.connect(lambda _index: self._redraw())
        controller.view_changed.connect(self._show_view)
        controller.frame_changed.connect(self._show_frame)
        controller.spread_changed.connect(self._show_spread)
        controller.local_map_changed.connect(self._show_local)
        controller.bundle_changed.connect(lambda _bundle: self._show_kept())
        controller.structure_state_changed.connect(lambda _none: self._show_kept())
        controller.model_expected.connect(lambda _expected: self._draw_heat())
        self.link.view_changed.connect(self._keep_place)
        self.link.rulers_changed.connect(self._keep_place)
        self._show_view(controller.display.view)

    def _toggle_layout(self) -> None:
        single = self._view.settings.layout == "single"
        self._controller.display.set_view(layout="two" if single else "single")

    # -- where one looks ------------------------------------------------------------------------------------------
    @property
    def plane(self) -> Plane:
        """What both panes show."""
        return self.scan.plane

    @property
    def _on_slices(self) -> bool:
        """Whether the panes show an acquired slice, where the model's contour and maps exist."""
        return self.plane.axis == 0

    def show_axis(self, axis: int) -> None:
        """Turn both panes to the plane of ``axis`` through the voxel under the pointer, else through the last place."""
        study = self._controller.desk.study
        if study is not None and axis != self.plane.axis:
            self._place = self.link.crosshair or self._place
            self._go(Plane(axis, self._place[axis]))

    def step(self, steps: int) -> None:
        """Go ``steps`` planes further along the normal of what is shown."""
        study = self._controller.desk.study
        plane = self.plane if study is None else self.plane.stepped(steps, study.geometry.shape)
        if plane != self.plane:
            self._go(plane)

    def _go(self, plane: Plane) -> None:
        if plane.axis == 0 and plane.index != self._controller.desk.slice_index:
            self._controller.desk.set_slice(plane.index)  # announces the slice, which shows it
        else:
            self._show_plane(plane)

    def _show_plane(self, plane: Plane) -> None:
        for pane in self.panes:
            pane.show_plane(plane)
        z, y, x = (self.plane.index if axis == self.plane.axis else at for axis, at in enumerate(self._place))
        self._place = z, y, x
        self._given_layers = self._trace_given()
        self._kept_layers = self._trace_kept()
        if self._on_slices:
            self._spread_layers = self._trace_spread(self._controller.desk.spread)
        self._redraw()

    # -- what the controller announces ----------------------------------------------------------------------------
    def _show_study(self, study: Study | None) -> None:
        for pane in self.panes:
            pane.set_volume(None if study is None else study.image)
        depth, height, width = (0, 0, 0) if study is None else study.geometry.shape
        self._place = depth // 2, height // 2, width // 2
        self._spread_layers, self._given_layers, self._kept_layers, self._local = [], [], [], None
        self._head_panes()
        try:
            place = ViewPlace.from_json(self._controller.desk.panes)
        except ValueError:  # nothing was kept of this case yet
            place = ViewPlace()
        self.link.restore(place)

    def _keep_place(self) -> None:
        self._controller.desk.keep_panes(self.link.state().to_json())

    def _show_kept(self) -> None:
        """A structure was accepted, reopened, or looked at by another model."""
        self._head_panes()
        self._kept_layers = self._trace_kept()
        self._redraw()

    def _head_panes(self) -> None:
        """Every pane says which case it shows, and what of it is accepted."""
        desk = self._controller.desk
        accepted = [name for number, name in enumerate(desk.structures) if desk.shapes.locked(number) is not None]
        parts = ["" if desk.study is None else desk.study.name, f"\u2713 {', '.join(accepted)}" if accepted else ""]
        for pane in self.panes:
            pane.set_case(" \u00b7 ".join(part for part in parts if part))

    def _show_channel(self, volume: Volume) -> None:
        for pane in self.panes:
            pane.set_channel(volume)

    def _show_slice(self, k: int) -> None:
        self._local = None
        self._show_plane(Plane(0, k))

    def _show_view(self, view: ViewState) -> None:
        before, self._view = self._view, view
        settings = view.settings
        for pane in self.panes:
            pane.set_window(*view.window)
            pane.set_interpolate(settings.interpolate)
            pane.set_mouse_profile("zoom" if settings.mouse_profile == "zoom" else "window")
        self.heat.setVisible(settings.layout != "single")
        if (before.masks_shown, before.hidden) != (view.masks_shown, view.hidden):
            self._given_layers = self._trace_given()
        self._kept_layers = self._trace_kept()
        self._spread_layers = self._trace_spread(self._controller.desk.spread)
        self._redraw()

    def _show_spread(self, spread: Spread | None) -> None:
        self._spread_layers = self._trace_spread(spread)
        self._redraw()

    def _show_local(self, result: tuple[int, np.ndarray]) -> None:
        if result[0] == self._controller.desk.slice_index:
            self._local = result[1]
            self._draw_heat()

    def _show_frame(self, drawn: Drawn) -> None:
        if not self._on_slices:
            return
        self._draw_contours()
        self.scan.repaint()  # paints everything that is waiting, the other pane too
        if drawn.by_slider:
            self.slider_shown.emit((time.perf_counter() - drawn.requested_at) * 1000.0)
        self.pixels_shown.emit((time.perf_counter() - drawn.requested_at) * 1000.0)

    def _redraw(self) -> None:
        self._draw_contours()
        self._draw_heat()

    # -- contours -------------------------------------------------------------------------------------------------
    def _draw_contours(self) -> None:
        if not self._view.settings.show_contours:
            for pane in self.panes:
                pane.set_contours([])
            return
        current = self._current_layers(self._controller.desk.drawn) if self._on_slices else []
        spread = self._spread_layers if self._on_slices else []
        self.scan.set_contours((*current, *self._kept_layers), (*self._given_layers, *spread))
        self.heat.set_contours((*current, *self._kept_layers))

    def _current_layers(self, drawn: Drawn | None) -> list[ContourLayer]:
        if drawn is None or drawn.frame.slice_index != self._controller.desk.slice_index:
            return []
        settings, desk = self._view.settings, self._controller.desk
        layers = []
        for s, path in enumerate(drawn.paths):
            if s not in self._view.hidden:
                kept = desk.shapes.kept(s) is not None
                width, fill = (PREVIEW_WIDTH, 0.0) if kept else (settings.line_width, settings.fill)
                layers.append(ContourLayer(path, structure_colour(s), width, "thin" if kept else "solid", fill))
        return layers

    def _trace_kept(self) -> list[ContourLayer]:
        """Accepted structures, and shapes of another model: what no slider changes, on any plane."""
        desk, grid, settings = self._controller.desk, self.scan.grid, self._view.settings
        if grid is None:
            return []
        layers = []
        for number, _name in enumerate(desk.shapes.names):
            kept = desk.shapes.kept(number)
            if kept is not None and number not in self._view.hidden:
                inside = kept.plane(self.plane.axis, self.plane.index) > 0
                path = trace_flat(inside, grid)
                layers.append(ContourLayer(path, structure_colour(number), settings.line_width, "solid", settings.fill))
        return layers

    def _trace_spread(self, spread: Spread | None) -> list[ContourLayer]:
        """Thin samples below, then each rater, then the inner and outer bound."""
        if spread is None or spread.structure in self._view.hidden:
            return []
        settings, layers = self._view.settings, []
        if settings.show_thin:
            layers += [ContourLayer(trace(p), SAMPLE_COLOUR, 1.0, "thin") for p in spread.thin]
        for number, (name, probability) in enumerate(spread.raters.items()):
            if name in self._view.raters_shown:
                layers.append(ContourLayer(trace(probability), rater_colour(number), 1.5, "solid"))
        if settings.show_bounds:
            colour = structure_colour(spread.structure)
            for level in (settings.inner_level, settings.outer_level):
                layers.append(ContourLayer(_agreed(spread, level), colour, 1.2, "dash"))
            layers.append(ContourLayer(_agreed(spread, MEDIAN), MEDIAN_COLOUR, 1.0, "solid"))
        return layers

    def _trace_given(self) -> list[ContourLayer]:
        """Masks that raters gave, on any plane, drawn dotted in their colours; not of structures that are hidden."""
        study, grid, layers = self._controller.desk.study, self.scan.grid, []
        if study is None or grid is None:
            return []
        review = self._controller.desk.review
        hidden = () if review is None else [one for s in self._view.hidden for one in review.given(s)]
        for number, name in enumerate(study.raters):
            if name not in self._view.masks_shown:
                continue
            for reading in study.readings:
                if reading.rater == name and reading not in hidden and self.plane.take(reading.mask.array).any():
                    path = trace_plane(reading.mask.array, self.plane, grid)
                    layers.append(ContourLayer(path, rater_colour(number), 1.4, "dot"))
        return layers

    # -- heatmap --------------------------------------------------------------------------------------------------
    def _draw_heat(self) -> None:
        settings = self._view.settings
        target, other = (self.scan, self.heat) if settings.layout == "single" else (self.heat, self.scan)
        other.set_heatmap(None)
        other.set_notice(self._turned_notice())
        values = self._map_values() if settings.show_heatmap and self._on_slices else None
        form, unit, top = FORMS["variance" if settings.map_name == LOCAL_MAP else settings.map_form]
        style = HeatStyle(
            title=f"{MAP_TITLES[settings.map_name]} \u00b7 {form}",
            unit=unit,
            levels=(0.0, top),
            table="inferno",
            opacity=settings.heat_opacity,
            threshold=settings.heat_threshold * top,
        )
        target.set_heatmap(values, style)
        target.set_notice(self._turned_notice() or self._heat_notice(values))

    def _map_values(self) -> np.ndarray | None:
        if self._view.settings.map_name == LOCAL_MAP:
            return self._local
        spread = self._controller.desk.spread
        return None if spread is None else spread.maps[self._view.settings.map_name]

    def _turned_notice(self) -> str:
        """Why nothing of the model is drawn across the acquired slices."""
        study = self._controller.desk.study
        if self._on_slices or study is None or self._controller.desk.review is None:
            return ""
        return SLICES_ONLY.format(name=study.geometry.plane_name().lower())

    def _heat_notice(self, values: np.ndarray | None) -> str:
        if self._controller.desk.study is None or not self._view.settings.show_heatmap or values is not None:
            return ""
        if self._controller.desk.review is not None:
            return COMPUTING
        return LOADING if self._controller.desk.model_expected else NO_MODEL


def _agreed(spread: Spread, level: float) -> QPainterPath:
    """What at least a share ``level`` of the draws includes: a little below it, so that the share itself is inside."""
    return trace(spread.agreement, level - 1e-4)
