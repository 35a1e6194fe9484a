"""The linked panes and what is drawn in them: scan with contours, its uncertainty, and planes across.

Layouts: *two* (scan | heat map), *single*, and *mpr*: the acquired slice with its heat map, and the two planes across
it through one place. Panes that show the acquired axis share their plane; each other one has its own.
"""

from __future__ import annotations

import math
import time

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.review.click_marks import click_marks
from proseg_gui.gui.review.comparing import Comparing
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.gallery import Gallery
from proseg_gui.gui.review.outlines import Outlines
from proseg_gui.gui.review.pane_grid import COMPARE, GALLERY, MPR, RIGHT, SINGLE, SURFACE, TWO, WHOLE, PaneGrid
from proseg_gui.gui.review.surfaces import Surfaces
from proseg_gui.gui.review.work import Drawn
from proseg_gui.gui.views.image_pane import ContourLayer, HeatStyle, ImagePane
from proseg_gui.gui.views.view_link import ViewLink
from proseg_gui.planes import Plane, Voxel
from proseg_gui.review.drafts import DraftChange
from proseg_gui.review.state import LOCAL_MAP, Spread, ViewState
from proseg_gui.review.tools import CLICK, ROUND, Pen, ToolState
from proseg_gui.review.viewing import ViewPlace
from proseg_gui.volume import Study, Volume

MAP_TITLES = {
    "total": marked("Total uncertainty"),
    "inter": marked("Between experts"),
    "intra": marked("Within an expert"),
    "ambiguity": marked("Ambiguity of the image"),
    "residual": marked("Residual"),
    LOCAL_MAP: marked("Ambiguity at this preference"),
}
FORMS = {"variance": (marked("variance of inclusion"), "", 0.25), "entropy": (marked("entropy"), "nats", math.log(2.0))}
COMPUTING = marked("Measuring the uncertainty of this slice")
SLICES_ONLY = marked("The model is drawn on {name} slices only")
NO_MODEL = marked("No model looks at this scan: choose one under File > Choose model")
LOADING = marked("The model is being loaded")


class Scene(QWidget):
    """Panes that share crosshair and rulers, and zoom and pan by axis; draws what the controller announces.

    The controller knows acquired slices, which are the planes of axis 0. Scan and heat map can be turned to another
    axis (:meth:`show_axis`); a slice that is then chosen (strip, next doubtful, open) turns them back to it.
    """

    pixels_shown = Signal(float)
    """Milliseconds from any intent (a new slice, a preset, a slider's move) to its contours painted on screen."""
    slider_shown = Signal(float)
    """The same for moves of a slider only."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._view = controller.display.view
        self._outlines = Outlines(controller.desk)
        self._spread_layers: list[ContourLayer] = []
        self._given_layers: list[ContourLayer] = []
        self._local: np.ndarray | None = None
        self._place: Voxel = (0, 0, 0)
        self._before_single = TWO
        self.link = ViewLink(self)
        self.scan = ImagePane(self.link, role="scan", parent=self)
        self.heat = ImagePane(self.link, role="heatmap", parent=self)
        self.across = (ImagePane(self.link, role="scan", parent=self), ImagePane(self.link, role="scan", parent=self))
        self.panes = (self.scan, self.heat)
        self.all_panes = (*self.panes, *self.across)
        self.grid = PaneGrid(self, self.scan, self.heat, self.across)
        self.comparing = Comparing(controller, self)
        self.gallery = Gallery(controller, self.link, self)
        self.grid.add_extra(COMPARE, self.comparing.bar)
        self.surfaces = Surfaces(controller, self)
        self.grid.add_extra(GALLERY, self.gallery.view, WHOLE)
        self.grid.add_extra(SURFACE, self.surfaces.view, RIGHT)
        self.surfaces.chosen.connect(self.go_to)
        for pane in self.all_panes:
            self._connect(pane)
        for sample in self.gallery.panes:
            sample.stepped.connect(lambda steps: self.step(steps))
            sample.window_dragged.connect(controller.display.set_window)
            sample.hovered.connect(controller.desk.hover)
        self.scan.set_empty_text(tr("Drop a scan here, or press Ctrl+O\n(DICOM folder, NIfTI, NRRD, MHA, image)"))
        self.heat.set_empty_text(tr("The uncertainty of the scan appears here"))
        for pane in self.across:
            pane.set_empty_text("")
        self._draw_soon = QTimer(self)
        self._draw_soon.setSingleShot(True)
        self._draw_soon.setInterval(0)  # moves of the mouse that came together are drawn once
        self._draw_soon.timeout.connect(self._draw_contours)
        self._listen(controller)
        self._show_view(controller.display.view)

    def _connect(self, pane: ImagePane) -> None:
        controller, tools = self._controller, self._controller.desk.tools
        pane.stepped.connect(lambda steps: self.step(steps, pane))
        pane.window_dragged.connect(controller.display.set_window)
        pane.hovered.connect(controller.desk.hover)
        pane.maximise_requested.connect(lambda: self.maximise(pane))
        pane.clicked.connect(self._clicked)
        pane.led.connect(self.look_at)
        pane.pen_pressed.connect(tools.press)
        pane.pen_moved.connect(tools.move)
        pane.pen_lifted.connect(tools.lift)
        pane.pen_dropped.connect(tools.drop)
        pane.pen_closed.connect(tools.close)
        pane.pen_sized.connect(tools.resize)

    def _listen(self, controller: Controller) -> None:
        controller.study_changed.connect(self._show_study)
        controller.channel_changed.connect(self._show_channel)
        controller.slice_changed.connect(self._show_slice)
        controller.structure_changed.connect(lambda _index: self._active_changed())
        controller.view_changed.connect(self._show_view)
        controller.frame_changed.connect(self._show_frame)
        controller.spread_changed.connect(self._show_spread)
        controller.local_map_changed.connect(self._show_local)
        controller.bundle_changed.connect(lambda _bundle: self._arrange(self._view.settings.layout))
        controller.bundle_changed.connect(lambda _bundle: self._show_kept())
        controller.structure_state_changed.connect(lambda _none: self._show_kept())
        controller.model_expected.connect(lambda _expected: self._draw_heat())
        controller.draft_changed.connect(self._show_draft)
        controller.figures_changed.connect(lambda _figures: self._draw_across())
        self.comparing.changed.connect(self._draw_contours)
        controller.across_changed.connect(lambda _name: self._voxels_came())
        controller.proposal_changed.connect(lambda _proposal: self._draw_contours())
        controller.otherwise_changed.connect(lambda _otherwise: self._draw_contours())
        controller.tool_changed.connect(self._show_tool)
        controller.tool_line.connect(self._show_line)
        self.link.view_changed.connect(self._keep_place)
        self.link.rulers_changed.connect(self._keep_place)

    # -- layouts --------------------------------------------------------------------------------------------------
    def maximise(self, pane: ImagePane) -> None:
        """Let a pane of the layout stand alone, or bring the others back."""
        if self.grid.alone is None and self.grid.arranged == SINGLE:
            self.choose_layout(self._before_single)
            return
        self.grid.arrange(self.grid.arranged, pane if self.grid.alone is None else None)
        self._draw_heat()

    def choose_layout(self, layout: str) -> None:
        """Show a layout with all its panes."""
        if self.grid.alone is not None:
            self.grid.arrange(self.grid.arranged)
        self._controller.display.set_view(layout=layout)

    def single_or_back(self) -> None:
        """Show the single pane, or what was shown before it."""
        self.choose_layout(self._before_single if self._view.settings.layout == SINGLE else SINGLE)

    def _arrange(self, layout: str) -> None:
        """Put the layout's panes into place; the others are hidden."""
        if (layout == GALLERY and self.gallery.blocked()) or (layout == SURFACE and self.surfaces.blocked()):
            layout = TWO  # remembered from a case whose model draws samples, or from before PyVista was taken away
        if layout == self.grid.arranged:
            return
        self.grid.arrange(layout)
        self._before_single = self._before_single if layout == SINGLE else layout
        self.comparing.show(layout == COMPARE)
        self.gallery.show(layout == GALLERY)
        self.surfaces.show(layout == SURFACE)
        if layout == MPR:
            if not self._on_slices:
                self._go(Plane(0, self._place[0]))
            self.look_at(self._place)
        self._want_across()

    def _want_across(self) -> None:
        """Contours of every structure are needed where a plane across the slices is in view."""
        needed = self._is_mpr or self.grid.arranged == SURFACE or not self._on_slices
        self._controller.desk.across.want(self._place[0] if needed else None)

    @property
    def every_pane(self) -> tuple[ImagePane, ...]:
        """All that show the case, of every layout."""
        return (*self.all_panes, *self.gallery.panes)

    @property
    def _is_mpr(self) -> bool:
        return self.grid.arranged == MPR

    # -- where one looks ------------------------------------------------------------------------------------------
    @property
    def plane(self) -> Plane:
        """What scan and heat map show."""
        return self.scan.plane

    @property
    def _on_slices(self) -> bool:
        """Whether scan and heat map show an acquired slice, where the model's contour and maps exist."""
        return self.plane.axis == 0

    def show_axis(self, axis: int) -> None:
        """Turn scan and heat map to the plane of ``axis`` through the voxel under the pointer, else the last place."""
        study = self._controller.desk.study
        if study is not None and axis != self.plane.axis and not self._is_mpr:
            self._place = self.link.crosshair or self._place
            self._go(Plane(axis, self._place[axis]))

    def step(self, steps: int, pane: ImagePane | None = None) -> None:
        """Go ``steps`` planes further along the normal of what a pane (by default the scan) shows."""
        study = self._controller.desk.study
        pane = pane or self.scan
        if study is None:
            return
        plane = pane.plane.stepped(steps, study.geometry.shape)
        if plane == pane.plane:
            return
        if pane in self.across:
            place = list(self._place)
            place[plane.axis] = plane.index
            self._place = place[0], place[1], place[2]
            self._show_across()
        else:
            self._go(plane)

    def look_at(self, voxel: Voxel) -> None:
        """Bring every plane through a voxel."""
        if self._controller.desk.study is None:
            return
        self._place = voxel
        if self._is_mpr:
            self._show_across()
            if self.plane.index != voxel[0]:
                self._go(Plane(0, voxel[0]))

    def go_to(self, voxel: Voxel) -> None:
        """Show the acquired slice of a voxel, with the cross-hair on it."""
        self._place = voxel
        self._go(Plane(0, voxel[0]))
        self.look_at(voxel)
        self.link.set_crosshair(voxel, None)

    def _clicked(self, voxel: Voxel) -> None:
        if self._is_mpr:
            self.look_at(voxel)

    def _go(self, plane: Plane) -> None:
        if plane.axis == 0 and plane.index != self._controller.desk.slice_index:
            self._controller.desk.set_slice(plane.index)  # announces the slice, which shows it
        else:
            self._show_plane(plane)

    def _show_plane(self, plane: Plane) -> None:
        for pane in (*self.panes, *self.gallery.panes):
            pane.show_plane(plane)
        z, y, x = (self.plane.index if axis == self.plane.axis else at for axis, at in enumerate(self._place))
        self._place = z, y, x
        self._given_layers = self._trace_given()
        if self._on_slices:
            self._spread_layers = self._trace_spread()
        self._mark_cuts()
        self._want_across()
        self._redraw()

    def _show_across(self) -> None:
        for axis, pane in enumerate(self.across, start=1):
            pane.show_plane(Plane(axis, self._place[axis]))
        self._mark_cuts()
        self._draw_across()

    def _mark_cuts(self) -> None:
        """In each pane, where the planes of the others run."""
        shown = (self.scan, *self.across) if self._is_mpr else ()
        for pane in self.all_panes:
            axis = pane.plane.axis
            pane.set_cuts([other.plane for other in shown if other.plane.axis != axis])

    # -- what the controller announces ----------------------------------------------------------------------------
    def _show_study(self, study: Study | None) -> None:
        self._outlines.forget()
        for pane in self.every_pane:
            pane.set_volume(None if study is None else study.image)
        depth, height, width = (0, 0, 0) if study is None else study.geometry.shape
        self._place = depth // 2, height // 2, width // 2
        self._spread_layers, self._given_layers, self._local = [], [], None
        self._head_panes()
        try:
            place = ViewPlace.from_json(self._controller.desk.panes)
        except ValueError:  # nothing was kept of this case yet
            place = ViewPlace()
        self.link.restore(place)
        if study is not None and self._is_mpr:
            self._show_across()

    def _keep_place(self) -> None:
        self._controller.desk.keep_panes(self.link.state().to_json())

    def _show_kept(self) -> None:
        """A structure was accepted, reopened, changed, or looked at by another model."""
        self._head_panes()
        self._show_tool(self._controller.desk.tools.state)
        self._redraw()

    def _active_changed(self) -> None:
        self._show_tool(self._controller.desk.tools.state)
        self._redraw()

    def _head_panes(self) -> None:
        """Every pane says which case it shows, and what of it is accepted."""
        desk = self._controller.desk
        accepted = [name for number, name in enumerate(desk.structures) if desk.shapes.locked(number) is not None]
        parts = ["" if desk.study is None else desk.study.name, f"\u2713 {', '.join(accepted)}" if accepted else ""]
        for pane in self.every_pane:
            pane.set_case(" \u00b7 ".join(part for part in parts if part))

    def _show_channel(self, volume: Volume) -> None:
        for pane in self.every_pane:
            pane.set_channel(volume)

    def _show_slice(self, k: int) -> None:
        self._local = None
        self._show_plane(Plane(0, k))

    def _show_view(self, view: ViewState) -> None:
        before, self._view = self._view, view
        settings = view.settings
        for pane in self.every_pane:
            pane.set_window(*view.window)
        if before.steady == view.steady and before is not view:  # no contour is another one now
            if before.settings != settings:
                self._draw_heat()
            return
        for pane in self.every_pane:
            pane.set_interpolate(settings.interpolate)
            pane.set_mouse_profile("zoom" if settings.mouse_profile == "zoom" else "window")
        self._arrange(settings.layout)
        if (before.masks_shown, before.hidden) != (view.masks_shown, view.hidden):
            self._given_layers = self._trace_given()
        self._spread_layers = self._trace_spread()
        self._redraw()

    def _show_spread(self, _spread: Spread | None) -> None:
        self._spread_layers = self._trace_spread()
        self._redraw()

    def _show_local(self, result: tuple[int, np.ndarray]) -> None:
        if result[0] == self._controller.desk.slice_index:
            self._local = result[1]
            self._draw_heat()

    def _show_frame(self, drawn: Drawn) -> None:
        if not self._on_slices:
            return
        self._draw_contours()
        self.scan.repaint()  # paints everything that is waiting, the other panes too
        if drawn.by_slider:
            self.slider_shown.emit((time.perf_counter() - drawn.requested_at) * 1000.0)
        self.pixels_shown.emit((time.perf_counter() - drawn.requested_at) * 1000.0)

    def _show_draft(self, change: DraftChange) -> None:
        box = change.box
        if any(box[pane.plane.axis].start <= pane.plane.index < box[pane.plane.axis].stop for pane in self.all_panes):
            self._draw_soon.start()

    # -- tools ----------------------------------------------------------------------------------------------------
    def _show_tool(self, state: ToolState) -> None:
        desk = self._controller.desk
        pen = None
        if state.kind and desk.study is not None:
            colour = desk.drafts.colour(desk.structure)
            pen = Pen(state.radius_mm if state.kind in ROUND else None, colour, both=state.kind == CLICK)
        for pane in self.all_panes:
            pane.set_pen(pen)

    def _show_line(self, line: tuple[tuple[float, float], ...]) -> None:
        on = self._controller.desk.tools.line_plane
        for pane in self.all_panes:
            pane.set_outline(line if on is not None and pane.plane == on else ())

    def _redraw(self) -> None:
        self._draw_contours()
        self._draw_heat()

    # -- contours -------------------------------------------------------------------------------------------------
    def _draw_contours(self) -> None:
        self._draw_soon.stop()
        if not self._view.settings.show_contours:
            for pane in self.all_panes:
                pane.set_contours([])
            return
        layers = self._structures_on(self.scan)
        spread = self._spread_layers if self._on_slices else []
        self.scan.set_contours(layers, (*self._given_layers, *spread))
        beside = self.heat.grid if self.grid.arranged == COMPARE else None
        self.heat.set_contours(layers if beside is None else self.comparing.layers(self.plane, beside))
        self._draw_across()

    def _draw_across(self) -> None:
        if not self._is_mpr or not self._view.settings.show_contours:
            return
        for pane in self.across:
            if pane.grid is not None:
                given = self._outlines.given(pane.plane, pane.grid, self._view)
                pane.set_contours(self._structures_on(pane), given)

    def _voxels_came(self) -> None:
        self._draw_across() if self._on_slices else self._draw_contours()

    def _structures_on(self, pane: ImagePane) -> list[ContourLayer]:
        if pane.grid is None or self._controller.desk.study is None:
            return []
        drawn = self._outlines.structures(pane.plane, pane.grid, self._view)
        beside = self._outlines.unadjusted(pane.plane, self._view)
        marks = click_marks(self._controller.desk.latents.who.clicks, pane.plane, pane.grid)
        return [*self._outlines.proposal(pane.plane, pane.grid), *beside, *drawn, *marks]

    def _trace_spread(self) -> list[ContourLayer]:
        return self._outlines.spread(self._controller.desk.spread, self._view)

    def _trace_given(self) -> list[ContourLayer]:
        return [] if self.scan.grid is None else self._outlines.given(self.plane, self.scan.grid, self._view)

    # -- heatmap --------------------------------------------------------------------------------------------------
    def _draw_heat(self) -> None:
        settings = self._view.settings
        target, other = (self.scan, self.heat) if settings.layout == SINGLE else (self.heat, self.scan)
        other.set_heatmap(None)
        other.set_notice(self._turned_notice())
        maps = settings.show_heatmap and self.grid.arranged not in (COMPARE, GALLERY, SURFACE)
        values = self._map_values() if maps and self._on_slices else None
        form, unit, top = FORMS["variance" if settings.map_name == LOCAL_MAP else settings.map_form]
        style = HeatStyle(
            title=f"{tr(MAP_TITLES[settings.map_name])} \u00b7 {tr(form)}",
            unit=unit,
            levels=(0.0, top),
            table="inferno",
            opacity=settings.heat_opacity,
            threshold=settings.heat_threshold * top,
        )
        target.set_heatmap(values, style)
        barred = maps and self._controller.desk.review is not None
        self.grid.bar.setVisible(barred and not target.isHidden())
        self.grid.bar.set_style(style if self._on_slices else None)
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
        return tr(SLICES_ONLY).format(name=tr(study.geometry.plane_name().lower()))

    def _heat_notice(self, values: np.ndarray | None) -> str:
        wanted = self._view.settings.show_heatmap and self.grid.arranged != COMPARE
        if self._controller.desk.study is None or not wanted or values is not None:
            return ""
        if self._controller.desk.review is not None:
            return tr(COMPUTING)
        return tr(LOADING if self._controller.desk.model_expected else NO_MODEL)
