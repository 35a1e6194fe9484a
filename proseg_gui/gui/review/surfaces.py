"""The surface layout: scan | structures in 3D, the active one coloured by how far doubt could move it.

Finding surfaces, and painting them, is done on a lane of its own, which holds the graphics; only pixels come back.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.views.surface_painter import Bodies, Body, SurfacePainter
from proseg_gui.gui.views.surface_view import SurfaceView
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.camera import Camera
from proseg_gui.review.edits import Bricks
from proseg_gui.review.session import Reviewed
from proseg_gui.review.surface import Surface, doubt_on, is_installed, surface_of
from proseg_gui.volume import Geometry

LANE, TITLE = "surface", marked("Surface in 3D")
SETTLE_MS = 60
REACH = 12.0
"""Pixels around a click in which the surface is looked for."""
TOP_SHARE = 98.0
"""Per cent of the surface's points below the end of the scale: one spike is not the scale."""
LEAST_TOP_MM = 0.1


@dataclass(frozen=True, eq=False)
class Wanted:
    """A structure as it stands: voxels of the model or an acceptance, with what was said over them."""

    number: int
    colour: str
    voxels: Bricks | None
    said: Bricks | None


@dataclass(frozen=True, eq=False)
class Asked:
    """All that a picture is made of. ``stage``: how much of the survey there was. ``keep``: the camera stays."""

    geometry: Geometry
    structures: tuple[Wanted, ...]
    active: int
    review: Reviewed | None
    structure: int
    stage: int
    cut: int
    camera: Camera
    keep: bool
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Made:
    """A picture, and what is needed to find a place in it. ``top_mm`` is 0 where there is no doubt to show."""

    pixels: npt.NDArray[np.uint8] | None
    camera: Camera
    points_mm: npt.NDArray[np.float64]
    top_mm: float


class Maker:
    """Lives on the lane: keeps surfaces for as long as their voxels stay the same."""

    def __init__(self) -> None:
        self._painter = SurfacePainter()
        self._known: dict[int, tuple[tuple[Bricks | None, Bricks | None, Geometry], Surface | None]] = {}
        self._doubt: tuple[tuple[Surface, int], npt.NDArray[np.float64] | None] | None = None
        self._bodies: tuple[tuple[object, ...], tuple[Body, ...]] = ((), ())

    def make(self, asked: Asked, token: CancelToken, _progress: Progress) -> Made:
        """The picture; between its stages it can be cancelled."""
        found = []
        for wanted in asked.structures:
            token.check()
            surface = self._surface(wanted, asked.geometry)
            if surface is not None:
                found.append((wanted, surface))
        if not found:
            return Made(None, asked.camera, np.zeros((0, 3)), 0.0)
        points = np.concatenate([surface.points_mm for _, surface in found])
        camera = asked.camera if asked.keep else asked.camera.around(points)
        doubt = next((self._doubt_on(asked, s) for wanted, s in found if wanted.number == asked.active), None)
        token.check()
        top = 0.0 if doubt is None else max(float(np.percentile(doubt, TOP_SHARE)), LEAST_TOP_MM)
        geometry, k = asked.geometry, asked.cut
        middle = (float(k), (geometry.shape[1] - 1) / 2, (geometry.shape[2] - 1) / 2)
        at, normal = geometry.index_to_world(np.array(middle)).tolist(), geometry.normal.tolist()
        bodies = Bodies(self._as_bodies(found, asked.active, doubt), top or 1.0, (tuple(at), tuple(normal)))
        return Made(self._painter.paint(bodies, camera, *asked.size), camera, points, top)

    def _surface(self, wanted: Wanted, geometry: Geometry) -> Surface | None:
        state = wanted.voxels, wanted.said, geometry
        known = self._known.get(wanted.number)
        if known is None or any(a is not b for a, b in zip(known[0], state, strict=True)):
            voxels = wanted.voxels or Bricks.empty(geometry.shape)
            whole = voxels if wanted.said is None else voxels.overlaid(wanted.said)
            known = self._known[wanted.number] = state, surface_of(whole, geometry)
        return known[1]

    def _doubt_on(self, asked: Asked, surface: Surface) -> npt.NDArray[np.float64] | None:
        if asked.review is None or not asked.stage:
            return None
        if self._doubt is None or self._doubt[0][0] is not surface or self._doubt[0][1] != asked.stage:
            doubted = asked.review.survey.doubted(asked.structure)
            self._doubt = (surface, asked.stage), doubt_on(surface, doubted, asked.geometry)
        return self._doubt[1]

    def _as_bodies(
        self, found: list[tuple[Wanted, Surface]], active: int, doubt: npt.NDArray[np.float64] | None
    ) -> tuple[Body, ...]:
        """The same bodies as before, where nothing of them has changed: then they are not built again."""
        key = (doubt, *((w.colour, s, w.number == active) for w, s in found))
        known = self._bodies[0]
        if len(known) != len(key) or known[0] is not key[0] or known[1:] != key[1:]:
            self._bodies = (
                key,
                tuple(
                    Body(s, w.colour, doubt if w.number == active else None, faint=w.number != active) for w, s in found
                ),
            )
        return self._bodies[1]

    def close(self) -> None:
        """Let everything go."""
        self._painter.close()
        self._known.clear()
        self._doubt, self._bodies = None, ((), ())


class Surfaces(QObject):
    """Asks for pictures while the layout is in view, and brings one to a place that is clicked."""

    chosen = Signal(object)
    """The voxel ``(z, y, x)`` under a click."""

    def __init__(self, controller: Controller, parent: QWidget) -> None:
        super().__init__(parent)
        self._controller = controller
        self.view = SurfaceView(parent)
        self._on = self._fitted = False
        self._maker = Maker()
        self._made: Made | None = None
        controller.jobs.at_end(LANE, self._maker.close)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SETTLE_MS)
        self._soon.timeout.connect(self._ask)
        self.view.camera_changed.connect(self._turned)
        self.view.picked.connect(self._pick)
        controller.study_changed.connect(lambda _study: self._other_case())
        for signal in (
            controller.bundle_changed, controller.structure_changed, controller.slice_changed, controller.view_changed,
            controller.summary_changed, controller.structure_state_changed, controller.figures_changed,
            controller.across_changed,
        ):  # fmt: skip
            signal.connect(lambda _value: self.look())
        controller.draft_changed.connect(lambda change: None if change.live else self.look())

    def blocked(self) -> str:
        """Why there is no surface; empty where there is one."""
        if sys.platform == "darwin":  # there a picture may only be painted on the main thread
            return tr("The surface in 3D is not drawn on macOS")
        if not is_installed():
            return tr("The surface in 3D needs PyVista: pip install 'proseg-gui[view3d]'")
        return ""

    def show(self, on: bool) -> None:
        """The layout came into view, or left it."""
        if on == self._on:
            return
        self._on = on
        if on:
            self.look()
        else:
            self._soon.stop()
            jobs = self._controller.jobs
            jobs.cancel(LANE)
            if self._made is not None:  # graphics memory is let go
                self._made = None
                jobs.start(LANE, lambda _token, _progress: self._maker.close(), title=tr(TITLE),
                           done=lambda _none: None, failed=self._controller.failed.emit)  # fmt: skip

    def look(self) -> None:
        """Something has changed: a picture soon."""
        if self._on and not self._soon.isActive():
            self._soon.start()

    def _other_case(self) -> None:
        self._fitted, self._made = False, None
        self.view.set_picture(None)
        self.look()

    def _turned(self) -> None:
        if self._on:
            self._soon.stop()
            self._ask()

    def _ask(self) -> None:
        desk, view = self._controller.desk, self._controller.display.view
        self.view.set_case("" if desk.study is None else desk.study.name)
        if not self._on or desk.study is None or not desk.structures:
            self.view.set_picture(None)
            self.view.set_notice(tr("The surface of the structures appears here"))
            return
        wanted = tuple(
            self._stands(number) for number in range(len(desk.structures))
            if number not in view.hidden or number == desk.structure
        )  # fmt: skip
        modelled = desk.review is not None and desk.structure < len(desk.modelled)
        summary = desk.summary if modelled else None
        ratio = self.view.devicePixelRatioF()
        size = max(int(self.view.width() * ratio), 16), max(int(self.view.height() * ratio), 16)
        asked = Asked(
            desk.study.geometry, wanted, desk.structure, desk.review, desk.model_structure,
            0 if summary is None else summary.slices_done, desk.slice_index, self.view.camera, self._fitted, size,
        )  # fmt: skip
        if self._made is None:
            self.view.set_notice(tr("Drawing the surface\u2026"))
        self._controller.jobs.start(
            LANE, partial(self._maker.make, asked), title=tr(TITLE), done=self._show,
            failed=self._controller.failed.emit, latest=True,
        )  # fmt: skip

    def _stands(self, number: int) -> Wanted:
        desk = self._controller.desk
        name, colour = desk.structures[number], desk.drafts.colour(number)
        kept = desk.shapes.kept(number)
        if kept is not None:
            return Wanted(number, colour, kept, None)
        evidence = desk.document.evidence(name)
        return Wanted(number, colour, desk.across.voxels(name), evidence if evidence.packed else None)

    def _show(self, made: Made) -> None:
        if not self._on:
            return
        self._made = made
        if not self._fitted and made.pixels is not None:
            self._fitted, self.view.camera = True, made.camera
        self.view.set_picture(made.pixels)
        self.view.set_top(made.top_mm)
        self.view.set_notice("" if made.pixels is not None else tr("Nothing is drawn of any structure yet"))

    def _pick(self, x: float, y: float) -> None:
        study, made = self._controller.desk.study, self._made
        if study is None or made is None or made.pixels is None:
            return
        size = float(self.view.width()), float(self.view.height())
        found = self.view.camera.nearest(made.points_mm, (x, y), size, REACH)
        if found is not None:
            index = np.rint(study.geometry.world_to_index(made.points_mm[found]))
            self.chosen.emit(tuple(np.clip(index, 0, np.array(study.geometry.shape) - 1).astype(int).tolist()))
