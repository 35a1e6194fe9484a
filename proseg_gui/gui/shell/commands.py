"""Every command of the window: menus, keys and what they do. Dialogs are in :mod:`.questions`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from proseg_gui.gui.host import Host
from proseg_gui.gui.review.agreement_link import AgreementLink
from proseg_gui.gui.review.archives import Archives
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.drawings import Drawings
from proseg_gui.gui.review.exporting import Exporting
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.review.projects import Projects
from proseg_gui.gui.review.scene import MPR, TWO, Scene
from proseg_gui.gui.review.tools_link import ToolsLink
from proseg_gui.gui.shell.actions import Command
from proseg_gui.gui.shell.questions import Questions
from proseg_gui.io.pacs.archive import is_installed
from proseg_gui.review.state import LOCAL_MAP, PARTS
from proseg_gui.review.tools import BRUSH, ERASER, FLOOD, LASSO, RESTORE, THRESHOLD, TOOLS
from proseg_gui.settings import WINDOW_PRESETS

TOOL_NAMES = {
    BRUSH: "&Brush",
    ERASER: "&Eraser",
    RESTORE: "Bac&k to the model",
    LASSO: "&Lasso",
    THRESHOLD: "&Threshold brush",
    FLOOD: "&Flood fill",
}
TOOL_KEYS = {BRUSH: "W", ERASER: "E", RESTORE: "Q", LASSO: "K", THRESHOLD: "J", FLOOD: "O"}


@dataclass(frozen=True)
class WindowActions:
    """What only the window itself can do."""

    close: Callable[[], object]
    reset_layout: Callable[[], object]
    clear_traces: Callable[[], object]


class Commands:
    """The table of commands; :attr:`questions`, :attr:`drawings` and :attr:`exporting` carry out the larger ones."""

    def __init__(
        self,
        host: Host,
        controller: Controller,
        opener: Opener,
        scene: Scene,
        agreement: AgreementLink,
        tools: ToolsLink,
        window: WindowActions,
    ) -> None:
        self._host, self._controller, self._opener = host, controller, opener
        self._scene, self._agreement, self._window = scene, agreement, window
        self._tools_link = tools
        self.questions = Questions(host, controller, opener)
        self.exporting = Exporting(host, controller)
        self.drawings = Drawings(host, controller, opener)
        self.projects = Projects(host, controller, opener)
        self._ruler = False
        self._box_armed = False
        for pane in scene.all_panes:
            pane.clicked.connect(self._clicked)
        self.rater_key = RaterKey(controller)

    # -- the table ------------------------------------------------------------------------------------------------
    def table(self) -> list[Command]:
        """All commands in menu order."""
        edit, tools = [*self._edit(), *self._hand()], self._tools()
        return [*self._file(), *edit, *self._view(), *self._case(), *tools, *self._help()]

    def _file(self) -> list[Command]:
        o = self._opener
        return [
            Command("File", "&Open scan\u2026", "Ctrl+O", self.questions.open_file),
            Command("File", "Open &folder\u2026", "Ctrl+Shift+O", self.questions.open_folder),
            Command("File", "Open the &demo", "Ctrl+D", o.open_demo),
            Command(
                "File", "Open &contours on this scan\u2026", "Ctrl+Shift+C", self.drawings.ask, enabled=self._has_study
            ),
            Command("File", "Choose &model\u2026", "Ctrl+M", self.questions.choose_model, group="model"),
            Command("File", "&Export\u2026", "Ctrl+E|Ctrl+S", self.exporting.ask, enabled=self._has_model, group="out"),
            Command(
                "File",
                "Save &latents\u2026",
                "Ctrl+L",
                self.exporting.save_latents,
                enabled=self._has_model,
                group="out",
            ),
            Command(
                "File", "Load l&atents\u2026", "", self.exporting.load_latents, enabled=self._has_model, group="out"
            ),
            *([Command("File", "Archi&ve (PACS)\u2026", "", self.open_archive, group="out")] if is_installed() else []),
            Command("File", "Open pro&ject\u2026", "", self.projects.ask_open, group="project"),
            Command("File", "Pri&vate project", "", self.projects.open_private, group="project"),
            Command("File", "Save project &as\u2026", "", self.projects.ask_copy, group="project"),
            Command(
                "File", "Save a copy to s&hare\u2026", "", partial(self.projects.ask_copy, share=True), group="project"
            ),
            Command(
                "File",
                "Collect images of this case",
                "",
                self.projects.collect,
                group="project",
                enabled=lambda: self.projects.has_case,
            ),
            Command(
                "File",
                "Remove this case\u2026",
                "",
                self.projects.ask_to_remove,
                group="project",
                enabled=lambda: self.projects.has_case,
            ),
            Command("File", "Clear &traces", "", self._window.clear_traces, group="end"),
            Command("File", "&Quit", "Ctrl+Q", self._window.close, group="end"),
        ]

    def _edit(self) -> list[Command]:
        c = self._controller
        return [
            Command(
                "Edit", "&Undo", "Ctrl+Z", c.desk.undo, enabled=lambda: bool(c.desk.undo_name),
                label=lambda: _named("&Undo", c.desk.undo_name),
            ),
            Command(
                "Edit", "&Redo", "Ctrl+Shift+Z|Ctrl+Y", c.desk.redo, enabled=lambda: bool(c.desk.redo_name),
                label=lambda: _named("&Redo", c.desk.redo_name),
            ),
        ]  # fmt: skip

    def _hand(self) -> list[Command]:
        """The tools of the hand, and what they have drawn."""
        tools, link, study = self._controller.desk.tools, self._tools_link, self._has_study
        held = [
            Command(
                "Edit", TOOL_NAMES[kind], TOOL_KEYS[kind], partial(tools.choose, kind), partial(self._holds, kind),
                enabled=study, group="tool",
            )
            for kind in TOOLS
        ]  # fmt: skip
        return [
            *held,
            Command("Edit", "Lay the tool down", "Esc", self._escape, enabled=study, group="tool"),
            Command(
                "Edit", "Tool works in &3D", "V", lambda: tools.set_ball(not tools.state.ball),
                lambda: tools.state.ball, enabled=study, group="tool",
            ),
            Command("Edit", "Larger", "]", lambda: tools.resize(1), enabled=study, group="tool"),
            Command("Edit", "Smaller", "[", lambda: tools.resize(-1), enabled=study, group="tool"),
            Command("Edit", "Close the polygon", "Return", tools.close, enabled=study, group="tool"),
            Command("Edit", "Forget strokes on this slice", "Ctrl+Delete", link.clear_here, enabled=study,
                    group="draft"),
            Command("Edit", "&Add structure\u2026", "Ctrl+Shift+N", link.ask_to_add, enabled=study, group="draft"),
        ]  # fmt: skip

    def _holds(self, kind: str) -> bool:
        return self._controller.desk.tools.state.kind == kind

    def _escape(self) -> None:
        """First what is being drawn, then the tool."""
        tools = self._controller.desk.tools
        if not tools.drop():
            tools.lay_down()

    def _view(self) -> list[Command]:
        c, scene = self._controller, self._scene
        commands = [
            Command("View", "&Contours", "Space", self._toggle("show_contours"), self._is("show_contours")),
            Command("View", "&Heatmap", "U", self._toggle("show_heatmap"), self._is("show_heatmap")),
            Command("View", "&Inner and outer contour", "B", self._toggle("show_bounds"), self._is("show_bounds")),
            Command("View", "&Thin samples", "T", self._toggle("show_thin"), self._is("show_thin")),
            Command("View", "All &raters at once", "Shift+R", self._all_raters, self._all_raters_shown),
            Command("View", "Next c&hannel", "H", c.display.next_channel, enabled=self._has_study, group="panes"),
            Command("View", "&Single pane", "L", self._toggle_layout, self._is_single, group="panes"),
            Command(
                "View",
                "Scan | heat &map",
                "F2",
                partial(c.display.set_view, layout=TWO),
                self._has_layout(TWO),
                group="panes",
            ),
            Command(
                "View",
                "Planes across (MP&R)",
                "F4",
                partial(c.display.set_view, layout=MPR),
                self._has_layout(MPR),
                group="panes",
            ),
            Command(
                "View",
                "Turn to the ne&xt axis (axial, coronal, sagittal)",
                "X",
                self._turn,
                enabled=self._has_study,
                group="panes",
            ),
            Command("View", "&Fit to window", "F", scene.scan.fit, group="panes"),
            Command("View", "Zoom in", "+|=", lambda: scene.scan.zoom_by(1.25), group="panes"),
            Command("View", "Zoom out", "-", lambda: scene.scan.zoom_by(0.8), group="panes"),
            Command("View", "Smooth &pixels", "I", self._toggle("interpolate"), self._is("interpolate"), group="panes"),
        ]
        for number, (name, centre, width) in enumerate(WINDOW_PRESETS, start=1):
            run = self.rater_key.or_else(number, partial(self._ct_window, centre, width))
            commands.append(
                Command("View", f"Window: {name}", str(number), run, enabled=self._has_study, group="window")
            )
        commands.append(Command("View", "Window: automatic", "0", self.automatic_window, group="window"))
        for number, name in enumerate((*PARTS, LOCAL_MAP), start=1):
            label = name.replace("_", " ").replace("inter", "between experts").replace("intra", "within an expert")
            show = partial(c.display.set_view, map_name=name, show_heatmap=True)
            commands.append(
                Command(
                    "View", f"Map: {label}", f"Alt+{number}", show,
                    partial(self._shows_map, name), group="map",
                )
            )  # fmt: skip
        return [
            *commands,
            Command(
                "View",
                "&Light theme",
                "",
                self._toggle_theme,
                lambda: c.display.view.settings.theme == "light",
                group="app",
            ),
            Command("View", "Right &drag zooms", "", self._toggle_mouse, self._right_zooms, group="app"),
            Command("View", "&Reset panels", "", self._window.reset_layout, group="app"),
        ]

    def _case(self) -> list[Command]:
        c, o = self._controller, self._opener
        shapes = c.desk.shapes
        study, model = self._has_study, self._has_model
        return [
            Command("Case", "&Previous case", "A", lambda: o.open_neighbour(-1)),
            Command("Case", "&Next case", "D", lambda: o.open_neighbour(1)),
            Command("Case", "&Accept structure", "Ctrl+Return", self._accept, enabled=model, group="state"),
            Command(
                "Case",
                "Accept a&ll structures",
                "Ctrl+Shift+Return",
                partial(self._accept, all_structures=True),
                enabled=model,
                group="state",
            ),
            Command(
                "Case",
                "Recom&pute with this model",
                "",
                shapes.recompute,
                enabled=lambda: shapes.is_foreign,
                group="state",
            ),
            Command(
                "Case", "Re&open structure", "Ctrl+R", shapes.reopen, enabled=lambda: shapes.is_locked, group="state"
            ),
            Command(
                "Case", "&Flag case", "Ctrl+Shift+F", shapes.flag, lambda: shapes.flagged, enabled=study, group="state"
            ),
            Command(
                "Case", "Next slice or plane", "Up|PgUp", lambda: self._scene.step(1), enabled=study, group="slice"
            ),
            Command(
                "Case",
                "Previous slice or plane",
                "Down|PgDown",
                lambda: self._scene.step(-1),
                enabled=study,
                group="slice",
            ),
            Command("Case", "Next most &uncertain slice", "N", c.desk.next_uncertain, enabled=model, group="slice"),
            Command(
                "Case",
                "&Back to where the last jump began",
                "Shift+N",
                c.desk.last_uncertain,
                enabled=model,
                group="slice",
            ),
            Command("Case", "Draw as &rater (then 1..9)", "R", self.rater_key.arm, enabled=model, group="who"),
            Command("Case", "&Consensus style", "C", c.latents.choose_consensus_style, enabled=model, group="who"),
            Command("Case", "Random &sample", "S", c.latents.random_sample, enabled=model, group="who"),
            Command("Case", "Reset ambi&guity", "Z", c.latents.reset_ambiguity, enabled=model, group="who"),
            Command("Case", "Re&member this setting", "M", c.desk.remember, enabled=model, group="who"),
        ]

    def _tools(self) -> list[Command]:
        scan = self._scene.scan
        return [
            Command(
                "Tools", "Put the model's &box around a click", "P", self._arm_box, lambda: self._box_armed,
                enabled=self._has_box,
            ),
            Command(
                "Tools", "&Agreement with given masks", "", self._agreement.open,
                enabled=lambda: self._agreement.possible,
            ),
            Command(
                "Tools", "&Straighten tilted or uneven slices (resamples)", "", self._opener.straighten,
                enabled=self._is_crooked,
            ),
            Command("Tools", "&Ruler", "G", self._toggle_ruler, lambda: self._ruler, enabled=self._has_study),
            Command(
                "Tools", "&Clear rulers", "Shift+G", scan.clear_rulers, enabled=self._has_study,
            ),
        ]  # fmt: skip

    def _help(self) -> list[Command]:
        return [
            Command("Help", "&Keys and mouse", "F1", lambda: self.questions.show_shortcuts(self.table())),
            Command("Help", "&About proseg-gui", "", self.questions.show_about),
        ]

    # -- small helpers --------------------------------------------------------------------------------------------
    def _has_study(self) -> bool:
        return self._controller.desk.study is not None

    def _is_crooked(self) -> bool:
        study = self._controller.desk.study
        return study is not None and not study.geometry.is_straight

    def _has_model(self) -> bool:
        return self._controller.desk.review is not None

    def _is(self, name: str) -> Callable[[], bool]:
        return lambda: bool(getattr(self._controller.display.view.settings, name))

    def _toggle(self, name: str) -> Callable[[], None]:
        return lambda: self._controller.display.set_view(
            **{name: not getattr(self._controller.display.view.settings, name)}
        )

    def _shows_map(self, name: str) -> bool:
        return self._controller.display.view.settings.map_name == name

    def _ct_window(self, centre: float, width: float) -> None:
        study = self._controller.desk.study
        if study is not None and self._controller.display.shown.unit != "HU":
            self._controller.noticed.emit("Window presets are for CT; 0 sets the window by this image's own range")
            return
        self._controller.display.set_window(centre, width)

    def _turn(self) -> None:
        self._scene.show_axis((self._scene.plane.axis + 1) % 3)

    def _has_layout(self, name: str) -> Callable[[], bool]:
        return lambda: self._controller.display.view.settings.layout == name

    def _is_single(self) -> bool:
        return self._controller.display.view.settings.layout == "single"

    def _toggle_layout(self) -> None:
        self._controller.display.set_view(layout="two" if self._is_single() else "single")

    def _all_raters_shown(self) -> bool:
        return bool(self._controller.display.view.raters_shown)

    def _all_raters(self) -> None:
        review = self._controller.desk.review
        names = () if review is None or self._all_raters_shown() else review.engine.raters
        self._controller.display.show_raters(frozenset(names))

    def _toggle_theme(self) -> None:
        self._controller.display.set_view(
            theme="light" if self._controller.display.view.settings.theme == "dark" else "dark"
        )

    def _right_zooms(self) -> bool:
        return self._controller.display.view.settings.mouse_profile == "zoom"

    def _toggle_mouse(self) -> None:
        self._controller.display.set_view(mouse_profile="window" if self._right_zooms() else "zoom")

    def _toggle_ruler(self) -> None:
        self._ruler = not self._ruler
        for pane in self._scene.all_panes:
            pane.set_ruler(self._ruler)

    def _has_box(self) -> bool:
        review = self._controller.desk.review
        return review is not None and review.bundle.card.field_of_view.get("kind") == "box"

    def _arm_box(self) -> None:
        self._box_armed = not self._box_armed
        if self._box_armed:
            self._controller.noticed.emit("Click the middle of what the model is to look at")

    def _clicked(self, index_zyx: tuple[int, int, int]) -> None:
        study = self._controller.desk.study
        if self._box_armed and study is not None:
            self._box_armed = False
            x, y, z = study.geometry.index_to_world(index_zyx)
            self._opener.look_around((float(x), float(y), float(z)))

    def _accept(self, *, all_structures: bool = False) -> None:
        self.questions.with_person(lambda: self._controller.desk.shapes.accept(all_structures=all_structures))

    def open_archive(self) -> None:
        """Find, fetch and send in an archive; there only with the extra ``[pacs]``."""
        from platformdirs import user_data_path

        self.archives = Archives(self._host, self._opener.open_paths, user_data_path("proseg-gui"))
        self.archives.ask()

    def automatic_window(self) -> None:
        """Window/level from the file's header, else from the image's range."""
        study = self._controller.desk.study
        if study is not None:
            self._controller.display.set_window(*self._controller.display.shown.display_window())


class RaterKey:
    """R, then a digit: draw as that rater. Digits mean grey-level windows otherwise."""

    def __init__(self, controller: Any) -> None:
        self._controller = controller
        self._armed = False

    def arm(self) -> None:
        """Wait for a digit."""
        self._armed = True
        self._controller.noticed.emit("Draw as rater: press 1 to 9")

    def or_else(self, number: int, otherwise: Callable[[], object] | None) -> Callable[[], None]:
        """What the key ``number`` does."""

        def pressed() -> None:
            review = self._controller.desk.review
            if self._armed and review is not None:
                self._armed = False
                if number <= len(review.engine.raters):
                    self._controller.latents.choose_rater(review.engine.raters[number - 1])
                else:
                    self._controller.noticed.emit(f"This model has {len(review.engine.raters)} raters")
            elif otherwise is not None:
                otherwise()

        return pressed


def _named(verb: str, what: str) -> str:
    return f"{verb} {what}" if what else verb
