"""Every command of the window, a row each: menus, palette, keys and the sheet of keys are made from this table.

To add a command, add a row (and a line to docs/user-guide/commands.md, which a test holds to the table). Carry it out
in the part that it belongs to; what belongs to none is in :mod:`.handlers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QDockWidget

from proseg_gui.gui.host import Host
from proseg_gui.gui.language import tr
from proseg_gui.gui.review.agreement_link import AgreementLink
from proseg_gui.gui.review.archives import Archives
from proseg_gui.gui.review.comparing import PairsTable
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.drawings import Drawings
from proseg_gui.gui.review.exporting import Exporting
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.review.operations_link import OperationsLink
from proseg_gui.gui.review.pane_grid import COMPARE, GALLERY, MPR, SURFACE, TWO
from proseg_gui.gui.review.projects import Projects
from proseg_gui.gui.review.proposal_link import ProposalLink
from proseg_gui.gui.review.scene import Scene
from proseg_gui.gui.review.statistics_link import StatisticsLink
from proseg_gui.gui.review.tools_link import ToolsLink
from proseg_gui.gui.sentences import told
from proseg_gui.gui.shell.actions import Command, preset_names
from proseg_gui.gui.shell.handlers import Handlers
from proseg_gui.gui.shell.questions import Questions
from proseg_gui.gui.shell.rater_key import RaterKey
from proseg_gui.io.pacs.archive import is_installed
from proseg_gui.review.doubts import AGREE, DISAGREE, LATER
from proseg_gui.review.state import LOCAL_MAP
from proseg_gui.review.tools import BRUSH, CLICK, ERASER, FLOOD, LASSO, RESTORE, THRESHOLD
from proseg_gui.settings import WINDOW_PRESETS

LAYOUT_COMMANDS = ("two_panes", "single_pane", "mpr", "compare", "gallery", "surface")


@dataclass(frozen=True)
class WindowActions:
    """What only the window itself can do."""

    close: Callable[[], object]
    reset_layout: Callable[[], object]
    clear_traces: Callable[[], object]
    find_command: Callable[[], object]
    show_keys: Callable[[], object]
    change_keys: Callable[[], object]
    screenshot: Callable[[], object]
    screenshot_plain: Callable[[], object]
    tour: Callable[[], object]
    offer_tour: Callable[[], object]
    show_review: Callable[[], object]
    show_trainer: Callable[[], object]
    describe: Callable[[], object]
    docks: Mapping[str, QDockWidget]


class Commands:
    """The table of commands; the larger ones are carried out by the parts that are its attributes."""

    def __init__(
        self,
        host: Host,
        controller: Controller,
        opener: Opener,
        scene: Scene,
        agreement: AgreementLink,
        tools: ToolsLink,
        proposals: ProposalLink,
        window: WindowActions,
    ) -> None:
        self._host, self._controller, self._opener = host, controller, opener
        self._scene, self._agreement, self._window = scene, agreement, window
        self._tools_link, self._proposal_link = tools, proposals
        self.questions = Questions(host, controller, opener)
        self.exporting = Exporting(host, controller)
        self.pairs = PairsTable(host, controller)
        self.statistics = StatisticsLink(host, controller)
        scene.comparing.bar.table_asked.connect(self.pairs.ask)
        self.drawings = Drawings(host, controller, opener)
        self.projects = Projects(host, controller, opener)
        self.operations = OperationsLink(host, controller)
        self.handlers = Handlers(controller, opener, scene)
        self.rater_key = RaterKey(controller)

    def table(self) -> list[Command]:
        """All commands in menu order."""
        return [
            *self._file(), *self._edit(), *self._hand(), *self._view(), *self._windows(), *self._maps(), *self._look(),
            *self._case(), *self._tools(), *self._help(),
        ]  # fmt: skip

    # A row: id, menu, text, keys, what it runs, tool tip; then by name what not every command has.
    # fmt: off
    def _file(self) -> list[Command]:
        ask, out, pro, h = self.questions, self.exporting, self.projects, self.handlers
        return [
            Command("open_scan", "File", tr("&Open scan\u2026"), "Ctrl+O", ask.open_file,
                    tr("Files of a scan, or of several channels"), tr("load image NIfTI DICOM NRRD")),
            Command("open_folder", "File", tr("Open &folder\u2026"), "Ctrl+Shift+O", ask.open_folder,
                    tr("A DICOM folder, a case, or a whole dataset folder"), tr("load directory series worklist")),
            Command("open_demo", "File", tr("Open the &demo"), "Ctrl+D", self._demo,
                    tr("The simulated scan with its four raters"), tr("example phantom sample data")),
            Command("open_contours", "File", tr("Open &contours on this scan\u2026"), "Ctrl+Shift+C", self.drawings.ask,
                    tr("RTSTRUCT, SEG, label maps or LIDC readings, as raters or as the reference"),
                    tr("load masks segmentation structure set labels"), blocked=h.no_scan),
            Command("choose_model", "File", tr("Choose &model\u2026"), "Ctrl+M", ask.choose_model,
                    tr("Which model looks at the scan"), tr("network bundle weights"), group="model"),
            Command("export", "File", tr("&Export\u2026"), "Ctrl+E|Ctrl+S", out.ask,
                    tr("Contours, samples and maps to NIfTI, RTSTRUCT or SEG"), tr("save write DICOM masks"),
                    blocked=h.no_structure, group="out"),
            Command("statistics", "Tools", tr("Structures in &figures\u2026"), "", self.statistics.open,
                    tr("Volume, place and values of every structure; as CSV too"),
                    tr("statistics hu mean volume table measure"), blocked=self.statistics.blocked, group="figures"),
            Command("given_pairs", "File", tr("&Given masks against each other\u2026"), "", self.pairs.ask,
                    tr("Every pair with Dice, surface Dice, HD95 and volumes, as a CSV table"),
                    tr("compare agreement interobserver table csv"), blocked=self.pairs.blocked, group="out"),
            Command("save_latents", "File", tr("Save &latents\u2026"), "Ctrl+L", out.save_latents,
                    tr("The sliders' setting to a file, from which predict draws the same"),
                    tr("sliders setting point"), blocked=h.no_model, group="out"),
            Command("load_latents", "File", tr("Load l&atents\u2026"), "", out.load_latents,
                    tr("The sliders' setting from such a file"), tr("sliders setting point open"),
                    blocked=h.no_model, group="out"),
            *self._archive(),
            Command("open_project", "File", tr("Open pro&ject\u2026"), "", pro.ask_open,
                    tr("A project file, with the work on its cases"), tr("workspace database"), group="project"),
            Command("private_project", "File", tr("Pri&vate project"), "", pro.open_private,
                    tr("Back to the project that this account always has"), tr("workspace own"), group="project"),
            Command("save_project_as", "File", tr("Save project &as\u2026"), "", pro.ask_copy,
                    tr("The work goes on in the new file"), tr("copy workspace"), group="project"),
            Command("share_project", "File", tr("Save a copy to s&hare\u2026"), "", partial(pro.ask_copy, share=True),
                    tr("For others: without paths, names and what says whose images they are"),
                    tr("de-identify anonymise project"), group="project"),
            Command("collect_images", "File", tr("Collect images of this case"), "", pro.collect,
                    tr("Copies them beside the project, so that it can be moved"), tr("copy bundle project"),
                    blocked=self._no_case, group="project"),
            Command("remove_case", "File", tr("Remove this case\u2026"), "", pro.ask_to_remove,
                    tr("From the project, with its work"), tr("delete case"), blocked=self._no_case, group="project"),
            Command("clear_traces", "File", tr("Clear &traces"), "", self._window.clear_traces,
                    tr("Forget recent files and where cases lie; work stays"), tr("privacy history recent delete"),
                    group="end"),
            Command("quit", "File", tr("&Quit"), "Ctrl+Q", self._window.close,
                    tr("A running training is asked about first"), tr("exit close"), group="end"),
        ]

    def _archive(self) -> list[Command]:
        if not is_installed():
            return []
        return [
            Command("archive", "File", tr("Archi&ve (PACS)\u2026"), "", self.open_archive,
                    tr("Find, fetch and send by DICOMweb or DIMSE"), tr("server query retrieve send"), group="out"),
        ]

    def _edit(self) -> list[Command]:
        desk = self._controller.desk
        return [
            Command("undo", "Edit", tr("&Undo"), "Ctrl+Z", desk.undo, tr("Take the last step back"), tr("back revert"),
                    blocked=lambda: "" if desk.undo_name else tr("There is no step to take back"),
                    label=lambda: f"{tr('&Undo')} {told(desk.undo_name)}".rstrip()),
            Command("redo", "Edit", tr("&Redo"), "Ctrl+Shift+Z|Ctrl+Y", desk.redo,
                    tr("Take the step again that was taken back"), tr("again repeat"),
                    blocked=lambda: "" if desk.redo_name else tr("No step was taken back"),
                    label=lambda: f"{tr('&Redo')} {told(desk.redo_name)}".rstrip()),
        ]

    def _hand(self) -> list[Command]:
        """The tools of the hand, and what they have drawn."""
        tools, link, h = self._controller.desk.tools, self._tools_link, self.handlers
        held = [
            Command(kind.replace(" ", "_"), "Edit", text, key, partial(tools.choose, kind), tip, words,
                    partial(h.holds, kind), blocked=h.no_scan, group="tool")
            for kind, text, key, tip, words in (
                (BRUSH, tr("&Brush"), "W", tr("Draw with a disc or a ball of so many mm"), tr("paint pen draw")),
                (ERASER, tr("&Eraser"), "E", tr("Take away with a disc or a ball"), tr("erase rubber remove")),
                (RESTORE, tr("Bac&k to the model"), "Q", tr("Forget strokes here: the model's contour comes back"),
                 tr("restore unpin clear")),
                (LASSO, tr("&Lasso"), "K", tr("Surround freely, or set corners by clicks"),
                 tr("polygon scissors freehand")),
                (THRESHOLD, tr("&Threshold brush"), "J", tr("Draw only within a range of values"),
                 tr("paint intensity level")),
                (FLOOD, tr("&Flood fill"), "O", tr("Fill what is connected within a range of values"),
                 tr("bucket region growing wand")),
            )
        ]
        clicking = self._controller.desk.clicking
        return [
            *held,
            Command(CLICK, "Edit", tr("&Click on what is meant"), "Shift+C", partial(tools.choose, CLICK),
                    tr("In and out, or a box: the model offers candidates"), tr("prompt point box segment anything"),
                    partial(h.holds, CLICK), blocked=h.no_clicks, group="tool"),
            Command("clear_clicks", "Edit", tr("Clear clic&ks"), "Shift+Backspace", clicking.clear,
                    tr("And the box: the consensus style comes back"), tr("forget reset prompt"), blocked=h.no_clicks,
                    group="tool"),
            Command("lay_down", "Edit", tr("Lay the tool &down"), "", h.escape,
                    tr("First what is being drawn, then the tool"), tr("cancel stop none"), group="tool"),
            Command("tool_3d", "Edit", tr("Tool works in &3D"), "V", lambda: tools.set_ball(not tools.state.ball),
                    tr("A ball through neighbouring slices"), tr("sphere volume"), lambda: tools.state.ball,
                    blocked=h.no_scan, group="tool"),
            Command("tool_larger", "Edit", tr("Larger tool"), "]", partial(tools.resize, 1), tr("By a seventh"),
                    tr("radius size bigger"), group="tool"),
            Command("tool_smaller", "Edit", tr("Smaller tool"), "[", partial(tools.resize, -1), tr("By a seventh"),
                    tr("radius size"), group="tool"),
            Command("close_polygon", "Edit", tr("&Close the polygon"), "", tools.close,
                    tr("Join the last corner to the first, and fill"), tr("lasso finish"), group="tool"),
            Command("forget_here", "Edit", tr("Forget &strokes on this slice"), "Ctrl+Del", link.clear_here,
                    tr("Of the active structure; the model's contour comes back"), tr("clear erase reset"),
                    blocked=h.no_scan, group="draft"),
            Command("add_structure", "Edit", tr("&Add structure\u2026"), "Ctrl+Shift+N", link.ask_to_add,
                    tr("One of your own, to be drawn by hand"), tr("new organ target segment label"),
                    blocked=h.no_scan, group="draft"),
            *self._structure(),
            *self._proposal(),
        ]

    def _proposal(self) -> list[Command]:
        """What becomes of what the model makes of the strokes."""
        p, h = self._controller.desk.proposals, self.handlers
        return [
            Command("take_here", "Edit", tr("Take the proposal &here"), "Y", self._proposal_link.accept_here,
                    tr("The change under the pointer, or nearest to it"), tr("accept suggestion region"),
                    blocked=h.no_proposal, group="proposal"),
            Command("take_slice", "Edit", tr("Take the proposal on this slice"), "Shift+Y", p.accept_slice,
                    tr("All of it on the slice in view"), tr("accept suggestion"), blocked=h.no_proposal,
                    group="proposal"),
            Command("take_all", "Edit", tr("Take the proposal on all slices"), "Ctrl+Shift+Y", p.accept_all,
                    tr("The sliders move to it; your strokes stay"), tr("accept suggestion volume"),
                    blocked=h.no_proposal, group="proposal"),
            Command("reject_proposal", "Edit", tr("Re&ject the proposal"), "Backspace", p.reject,
                    tr("Nothing is offered until you draw again"), tr("dismiss suggestion discard"),
                    blocked=h.no_proposal, group="proposal"),
            Command("proposals", "Edit", tr("Carry strokes &through the volume"), "", h.toggle_proposals,
                    tr("After each stroke the model proposes a contour on every slice"),
                    tr("suggestion propagate condition interactive"), h.is_on("proposals"), group="proposal"),
        ]

    def _structure(self) -> list[Command]:
        """What is made of the whole active structure."""
        o, do, sub = self.operations, self._controller.desk.operations, tr("S&tructure")
        rows = (
            ("grow", tr("&Grow\u2026"), "", o.grow, tr("By so many mm, in 3D or on the slice"),
             tr("dilate expand margin"), o.nothing),
            ("shrink", tr("S&hrink\u2026"), "", o.shrink, tr("By so many mm"), tr("erode margin"), o.nothing),
            ("smooth", tr("&Smooth\u2026"), "", o.smooth, tr("The outline, over so many mm"),
             tr("gaussian"), o.nothing),
            ("fill_holes", tr("&Fill holes\u2026"), "", o.fill_holes,
             tr("What is surrounded"), tr("cavity"), o.nothing),
            ("keep_largest", tr("Keep the &largest part\u2026"), "", o.keep_largest, tr("Drop every other part"),
             tr("island component"), o.nothing),
            ("remove_small", tr("&Drop small parts\u2026"), "", o.remove_small, tr("Under so many ml"),
             tr("island component"), o.nothing),
            ("hollow", tr("&Hollow\u2026"), "", o.hollow, tr("A shell of so many mm inside the outline"),
             tr("shell wall ring"), o.nothing),
            ("threshold_all", tr("&Threshold\u2026"), "", o.threshold,
             tr("All that lies within the range of values beside the threshold brush"), tr("grey values hu range"),
             o.nothing),
            ("interpolate", tr("&Interpolate between slices"), "", do.interpolate,
             tr("Fill the slices between those that were drawn on"), tr("between slices shape"), o.nothing),
            ("copy_before", tr("Copy from the slice &before"), "Ctrl+[", partial(do.copy_neighbour, -1),
             tr("Onto the slice in view"), tr("previous neighbour paste"), o.nothing),
            ("copy_after", tr("Copy from the slice &after"), "Ctrl+]", partial(do.copy_neighbour, 1),
             tr("Onto the slice in view"), tr("next neighbour paste"), o.nothing),
            ("copy_given", tr("Copy a given &mask\u2026"), "", o.copy_given, tr("Of a rater, as a start for your own"),
             tr("reading paste"), o.no_given),
            ("copy_model", tr("Copy what the m&odel draws\u2026"), "", o.copy_model,
             tr("As a rater or in consensus style, as a start for your own"), tr("preset paste"), o.no_model),
            ("combine", tr("&Combine with\u2026"), "", o.combine,
             tr("Add, keep within, or take away another structure"),
             tr("boolean union intersect subtract logical"), o.no_other),
        )
        return [
            Command(name, "Edit", text, key, run, tip, words, blocked=blocked, group="draft", submenu=sub)
            for name, text, key, run, tip, words, blocked in rows
        ]

    def _view(self) -> list[Command]:
        h, s, scan = self.handlers, self._scene, self._scene.scan
        on, toggle = h.is_on, h.toggle
        return [
            Command("contours", "View", tr("&Contours"), "Space", toggle("show_contours"),
                    tr("Show or hide all contours"), tr("outline mask hide"), on("show_contours")),
            Command("heatmap", "View", tr("&Heatmap"), "U", toggle("show_heatmap"),
                    tr("Show or hide the map over the right pane"), tr("uncertainty doubt overlay"),
                    on("show_heatmap")),
            Command("bounds", "View", tr("&Inner and outer contour"), "B", toggle("show_bounds"),
                    tr("What at least 90 % and 10 % of all draws include"), tr("agreement isolines median range"),
                    on("show_bounds")),
            Command("thin", "View", tr("&Thin samples"), "T", toggle("show_thin"), tr("Some draws as thin lines"),
                    tr("spaghetti plausible contours"), on("show_thin")),
            Command("all_raters", "View", tr("All &raters at once"), "Shift+R", h.all_raters,
                    tr("Each rater's contour in the rater's colour"), tr("experts overlay compare"),
                    h.all_raters_shown, blocked=h.no_model),
            Command("adjust_scanner", "View", tr("Ad&just for the scanner"), "Ctrl+J", toggle("adjust_scanner"),
                    tr("Take scanners as often as training met them, not as this scan suggests; dashed: without"),
                    tr("confounder backdoor shift robust domain protocol"), on("adjust_scanner"),
                    blocked=h.no_adjusting),
            Command("next_channel", "View", tr("Next c&hannel"), "H", self._controller.display.next_channel,
                    tr("The next image of a case with several, such as T1, T1c, T2"), tr("sequence modality contrast"),
                    blocked=h.no_scan, group="panes"),
            Command("single_pane", "View", tr("&Single pane"), "L", s.single_or_back,
                    tr("One pane, or the layout before"), tr("layout maximise full"), h.has("layout", "single"),
                    group="panes"),
            Command("two_panes", "View", tr("Scan | heat &map"), "F2", partial(s.choose_layout, TWO),
                    tr("The slice with contours, and the same as map of uncertainty"), tr("layout side by side"),
                    h.has("layout", TWO), group="panes"),
            Command("mpr", "View", tr("Planes across (&MPR)"), "F4", partial(s.choose_layout, MPR),
                    tr("Axial, coronal and sagittal through one place; Shift + move leads"),
                    tr("multiplanar reformat orthogonal"), h.has("layout", MPR), group="panes"),
            Command("compare", "View", tr("Com&pare two contours"), "F5", partial(s.choose_layout, COMPARE),
                    tr("The draft against other settings, raters, given masks and readings"),
                    tr("difference dice overlap disagreement"), h.has("layout", COMPARE), blocked=h.no_scan,
                    group="panes"),
            Command("gallery", "View", tr("&Gallery of samples"), "F6", partial(s.choose_layout, GALLERY),
                    tr("Up to twelve draws that stand for all, with their shares"), tr("wall alternatives variants"),
                    h.has("layout", GALLERY), blocked=s.gallery.blocked, group="panes"),
            Command("surface", "View", tr("Surface in &3D"), "F9", partial(s.choose_layout, SURFACE),
                    tr("The structures in space, the active one coloured by how far doubt could move it"),
                    tr("volume rendering mesh vtk"), h.has("layout", SURFACE), blocked=s.surfaces.blocked,
                    group="panes"),
            Command("turn", "View", tr("Turn to the ne&xt axis (axial, coronal, sagittal)"), "X", h.turn,
                    tr("Of the same volume; slices are those of the scan or cut across it"),
                    tr("plane orientation reformat"), blocked=h.no_scan, group="panes"),
            Command("fit", "View", tr("&Fit to window"), "F", scan.fit, tr("The whole slice"), tr("reset zoom centre"),
                    group="panes"),
            Command("zoom_in", "View", tr("Zoom in"), "+|=", lambda: scan.zoom_by(1.25), tr("A quarter larger"),
                    tr("magnify closer"), group="panes"),
            Command("zoom_out", "View", tr("Zoom out"), "-", lambda: scan.zoom_by(0.8), tr("A fifth smaller"),
                    tr("wider"), group="panes"),
            Command("smooth_pixels", "View", tr("Smooth &pixels"), "I", toggle("interpolate"),
                    tr("Draw the image interpolated or as its pixels are; contours stay what they are"),
                    tr("interpolation nearest"), on("interpolate"), group="panes"),
        ]

    def _windows(self) -> list[Command]:
        h, presets = self.handlers, preset_names()
        rows = [
            Command(f"window_{name.lower().replace(' ', '_')}", "View", tr("Window: {name}").format(name=presets[name]),
                    str(number), partial(h.ct_window, centre, width),
                    tr("Centre {centre} HU, width {width} HU").format(centre=f"{centre:g}", width=f"{width:g}"),
                    tr("grey level contrast brightness"), blocked=h.no_scan, group="window")
            for number, (name, centre, width) in enumerate(WINDOW_PRESETS, start=1)
        ]
        return [
            *rows,
            Command("window_automatic", "View", tr("Window: automatic"), "0", h.automatic_window,
                    tr("What the file says, else the image's own range"), tr("grey level contrast brightness reset"),
                    blocked=h.no_scan, group="window"),
        ]

    def _maps(self) -> list[Command]:
        names = {"total": tr("total"), "inter": tr("between experts"), "intra": tr("within an expert"),
                 "ambiguity": tr("ambiguity"), "residual": tr("residual"), LOCAL_MAP: tr("ambiguity here")}
        return [
            Command(f"map_{key}", "View", tr("Map: {name}").format(name=name), f"Alt+{number}",
                    partial(self._controller.display.set_view, map_name=key, show_heatmap=True),
                    tr("That map of uncertainty over the right pane"), tr("heatmap doubt"),
                    self.handlers.has("map_name", key), group="map")
            for number, (key, name) in enumerate(names.items(), start=1)
        ]

    def _look(self) -> list[Command]:
        h, w, panels = self.handlers, self._window, tr("Pa&nels")
        return [
            Command("show_review", "View", tr("Review"), "Ctrl+1", w.show_review, tr("Bring Review to the front"),
                    tr("tab"), group="app"),
            Command("show_trainer", "View", tr("Trainer"), "Ctrl+2", w.show_trainer,
                    tr("Train a model on your raters' masks"), tr("tab learn fine-tune"), group="app"),
            Command("light_theme", "View", tr("&Light theme"), "", h.swap("theme", "light", "dark"),
                    tr("Image panes stay black"), tr("dark colours appearance"), h.has("theme", "light"), group="app"),
            Command("right_drag_zooms", "View", tr("Right &drag zooms"), "",
                    h.swap("mouse_profile", "zoom", "window"),
                    tr("For those who come from 3D Slicer or OHIF; else the right button sets window and level"),
                    tr("mouse button profile"), h.has("mouse_profile", "zoom"), group="app"),
            *[
                Command(f"language_{key}", "View", name, "", partial(h.speak, key), tr("From the next start on"),
                        tr("language German English Deutsch Englisch translation"), h.has("language", key),
                        group="app", submenu=tr("Lan&guage"))
                for key, name in (("system", tr("As the system")), ("en", "English"), ("de", "Deutsch"))
            ],
            *[
                Command(f"panel_{key}", "View", dock.windowTitle(), "", partial(_turn_over, dock),
                        tr("Show or hide this panel"), tr("dock hide close"), partial(_is_there, dock),
                        group="panels", submenu=panels)
                for key, dock in w.docks.items()
            ],
            Command("reset_panels", "View", tr("&Reset panels"), "", w.reset_layout,
                    tr("Every panel back in its place"), tr("docks layout default"), group="panels"),
        ]

    def _case(self) -> list[Command]:
        c, o, h = self._controller, self._opener, self.handlers
        shapes, study, model = c.desk.shapes, h.no_scan, h.no_model
        return [
            Command("previous_case", "Case", tr("&Previous case"), "A", lambda: o.open_neighbour(-1),
                    tr("Of the worklist"), tr("patient back")),
            Command("next_case", "Case", tr("&Next case"), "D", lambda: o.open_neighbour(1), tr("Of the worklist"),
                    tr("patient forward")),
            Command("accept", "Case", tr("&Accept structure"), "Ctrl+Return", self._accept,
                    tr("What is drawn of the structure in view counts; a note to yourself, no approval"),
                    tr("approve finish done sign lock"), blocked=model, group="state"),
            Command("accept_all", "Case", tr("Accept a&ll structures"), "Ctrl+Shift+Return",
                    partial(self._accept, all_structures=True), tr("The same for all of the case"),
                    tr("approve finish done sign"), blocked=model, group="state"),
            Command("recompute", "Case", tr("Recom&pute with this model"), "", shapes.recompute,
                    tr("Where the work was done with another model"), tr("redraw update"),
                    blocked=lambda: "" if shapes.is_foreign else tr("The contour is this model's own"), group="state"),
            Command("reopen", "Case", tr("Re&open structure"), "Ctrl+R", shapes.reopen,
                    tr("An accepted one becomes work again"), tr("unlock unapprove edit"),
                    blocked=lambda: "" if shapes.is_locked else tr("This structure is not accepted"), group="state"),
            Command("flag", "Case", tr("&Flag case"), "Ctrl+Shift+F", shapes.flag, tr("To come back to it"),
                    tr("mark star problem"), lambda: shapes.flagged, blocked=study, group="state"),
            Command("next_slice", "Case", tr("Next slice or plane"), "Up|PgUp", lambda: self._scene.step(1),
                    tr("Of the axis in view"), tr("scroll up"), blocked=study, group="slice"),
            Command("previous_slice", "Case", tr("Previous slice or plane"), "Down|PgDown",
                    lambda: self._scene.step(-1), tr("Of the axis in view"), tr("scroll down"), blocked=study,
                    group="slice"),
            *self._doubt(),
            Command("rater", "Case", tr("Draw as &rater (then 1..9)"), "R", self.rater_key.arm,
                    tr("That rater's preset"), tr("preference expert person style"), blocked=model, group="who"),
            Command("consensus", "Case", tr("&Consensus style"), "C", c.latents.choose_consensus_style,
                    tr("The mean of all raters' presets"), tr("average majority preference"), blocked=model,
                    group="who"),
            Command("describe", "Case", tr("Descri&be the style"), "Ctrl+T", self._window.describe,
                    tr("Say in words how to draw: tighter, smooth, without spikes"),
                    tr("prompt text words language tighter looser smooth"), blocked=self.handlers.no_prompt,
                    group="who"),
            Command("sample", "Case", tr("Random &sample"), "S", c.latents.random_sample,
                    tr("A random draw of the ambiguity"), tr("dice alternative plausible"), blocked=model, group="who"),
            Command("reset_ambiguity", "Case", tr("Reset ambi&guity"), "Z", c.latents.reset_ambiguity,
                    tr("All its sliders to 0"), tr("clear zero"), blocked=model, group="who"),
            Command("remember", "Case", tr("Re&member this setting"), "M", c.desk.remember,
                    tr("Keeps it with a picture and its volume"), tr("bookmark store snapshot"), blocked=model,
                    group="who"),
        ]

    def _doubt(self) -> list[Command]:
        """The way through what is in doubt."""
        doubts, model = self._controller.desk.doubts, self.handlers.no_model
        marks = (
            ("agree", tr("The contour is ri&ght here"), "Shift+A", AGREE,
             tr("Of the region of doubt that you went to; it leaves the list"), tr("agree confirm region done")),
            ("disagree", tr("The contour is &wrong here"), "Shift+D", DISAGREE,
             tr("Of the region of doubt; it stays in the list until you draw there"), tr("disagree region error")),
            ("later", tr("De&cide later here"), "Shift+L", LATER,
             tr("Of the region of doubt; it comes again after all others"), tr("postpone region defer")),
        )
        return [
            Command("next_uncertain", "Case", tr("Next place of do&ubt"), "N", doubts.next,
                    tr("Through a region slice by slice, then the largest not seen yet"),
                    tr("uncertain slice jump disagreement"), blocked=model, group="slice"),
            Command("last_uncertain", "Case", tr("&Back to where the last jump began"), "Shift+N", doubts.back,
                    tr("The place before the last jump"), tr("return doubt"), blocked=model, group="slice"),
            *[
                Command(f"doubt_{name}", "Case", text, key, partial(doubts.mark, word), tip, words, blocked=model,
                        group="slice")
                for name, text, key, word, tip, words in marks
            ],
        ]

    def _tools(self) -> list[Command]:
        h = self.handlers
        return [
            Command("box", "Tools", tr("Put the model's &box around a click"), "P", h.arm_box,
                    tr("For a model that looks at a box instead of the whole slice: the next click says where"),
                    tr("region field of view"), lambda: h.box_armed, blocked=h.no_box),
            Command("agreement", "Tools", tr("&Agreement with given masks"), "", self._agreement.open,
                    tr("Dice, surfaces and volumes against each reading, their majority and STAPLE"),
                    tr("compare metrics Hausdorff table"),
                    blocked=lambda: "" if self._agreement.possible else h.no_model() or tr("No masks were given")),
            Command("straighten", "Tools", tr("&Straighten tilted or uneven slices (resamples)"), "",
                    self._opener.straighten, tr("A new study on an even, upright grid that says so"),
                    tr("resample gantry oblique"), blocked=h.no_crooked_scan),
            Command("ruler", "Tools", tr("&Ruler"), "G", h.toggle_ruler,
                    tr("Drag from point to point; mm in the patient"), tr("measure distance length"),
                    lambda: h.ruler, blocked=h.no_scan),
            Command("clear_rulers", "Tools", tr("&Clear rulers"), "Shift+G", self._scene.scan.clear_rulers,
                    tr("Of this case"), tr("remove measure distance"), blocked=h.no_scan),
            Command("screenshot_plain", "Tools", tr("Screenshot &without patient data\u2026"), "Ctrl+Shift+P",
                    self._window.screenshot_plain,
                    tr("The window as it is, without names of cases, descriptions and dates"),
                    tr("picture image save anonymous de-identified"), group="picture"),
            Command("screenshot", "Tools", tr("S&creenshot\u2026"), "", self._window.screenshot,
                    tr("The window as it is, with the case's name"), tr("picture image save"), group="picture"),
        ]

    def _help(self) -> list[Command]:
        return [
            Command("find_command", "Help", tr("&Find a command\u2026"), "Ctrl+K", self._window.find_command,
                    tr("Search all commands by name and give one"), tr("palette search action")),
            Command("keys", "Help", tr("&Keys and mouse"), "F1", self._window.show_keys,
                    tr("All of these on one sheet"), tr("shortcuts sheet hotkeys help")),
            Command("change_keys", "Help", tr("&Change keys\u2026"), "", self._window.change_keys,
                    tr("Other keys for any command"), tr("shortcuts hotkeys customise rebind")),
            Command("tour", "Help", tr("&Tour of Review"), "", self._window.tour,
                    tr("Six cards that show what is where; on the demo where no scan is open"),
                    tr("introduction tutorial first steps help")),
            Command("about", "Help", tr("&About proseg-gui"), "", self.questions.show_about,
                    tr("Versions, licence, how to cite"), tr("version license citation")),
        ]
    # fmt: on

    def _demo(self) -> None:
        self._opener.open_demo()
        self._window.offer_tour()

    def _no_case(self) -> str:
        return "" if self.projects.has_case else tr("No case of a project is open")

    def _accept(self, *, all_structures: bool = False) -> None:
        self.questions.with_person(lambda: self._controller.desk.shapes.accept(all_structures=all_structures))

    def open_archive(self) -> None:
        """Find, fetch and send in an archive; there only with the extra ``[pacs]``."""
        from platformdirs import user_data_path

        self.archives = Archives(self._host, self._opener.open_paths, user_data_path("proseg-gui"))
        self.archives.ask()


def _turn_over(dock: QDockWidget) -> None:
    dock.setVisible(dock.isHidden())


def _is_there(dock: QDockWidget) -> bool:
    return not dock.isHidden()
