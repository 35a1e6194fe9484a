"""The window: panes in the centre, panels in docks, one table of commands. Holds no state of the study itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QVBoxLayout, QWidget

from proseg_gui.crash_log import write_crash_log
from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.error_dialog import ErrorDialog
from proseg_gui.gui.host import Host
from proseg_gui.gui.jobs import wait_for
from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.ambiguity import AmbiguityPanel
from proseg_gui.gui.panels.column import PanelColumn
from proseg_gui.gui.panels.fit_banner import FitBanner
from proseg_gui.gui.panels.latent_slider import PROPOSAL_COLOUR
from proseg_gui.gui.panels.measurements import MeasurementsPanel
from proseg_gui.gui.panels.notices import NoticeBar
from proseg_gui.gui.panels.preference import PreferencePanel
from proseg_gui.gui.panels.proposal_bar import ProposalBar
from proseg_gui.gui.panels.show import ShowPanel
from proseg_gui.gui.panels.structures import StructuresPanel
from proseg_gui.gui.panels.toolbar import ToolBar
from proseg_gui.gui.panels.uncertainty import UncertaintyPanel
from proseg_gui.gui.panels.worklist import WorklistPanel
from proseg_gui.gui.review.agreement_link import AgreementLink
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.display_link import DisplayLink
from proseg_gui.gui.review.doubt_link import DoubtLink
from proseg_gui.gui.review.fit_link import FitLink
from proseg_gui.gui.review.latents_link import LatentsLink
from proseg_gui.gui.review.list_doubt import ListDoubt
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.review.prompt_link import PromptLink
from proseg_gui.gui.review.proposal_link import ProposalLink
from proseg_gui.gui.review.said_link import SaidLink
from proseg_gui.gui.review.scene import Scene
from proseg_gui.gui.review.tools_link import ToolsLink
from proseg_gui.gui.review.worklist_link import WorklistLink
from proseg_gui.gui.sentences import told
from proseg_gui.gui.shell import questions
from proseg_gui.gui.shell.actions import Menus
from proseg_gui.gui.shell.commands import LAYOUT_COMMANDS, Commands, WindowActions
from proseg_gui.gui.shell.crash import describe, place_of
from proseg_gui.gui.shell.dock import make_dock
from proseg_gui.gui.shell.finder import Finder
from proseg_gui.gui.shell.focus import FocusKeys
from proseg_gui.gui.shell.header import Header, TopBar
from proseg_gui.gui.shell.key_link import KeyLink
from proseg_gui.gui.shell.left_out import cleaner, left_out
from proseg_gui.gui.shell.screenshot import Screenshots
from proseg_gui.gui.shell.settings_store import SettingsStore
from proseg_gui.gui.shell.status_bar import StatusBar
from proseg_gui.gui.shell.tabs import Tabs
from proseg_gui.gui.shell.tour import Tour
from proseg_gui.gui.shell.trainer_page import TrainerPage
from proseg_gui.gui.theme import apply_theme
from proseg_gui.gui.views.palette import DARK, LIGHT
from proseg_gui.gui.views.slice_strip import SliceStrip
from proseg_gui.gui.views.volume_plot import VolumePlot
from proseg_gui.review.keeper import Keeper
from proseg_gui.review.state import ViewState
from proseg_gui.review.tools import TOOLS
from proseg_gui.volume import Study

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle

DEFAULT_SIZE = (1440, 900)
LEFT_WIDTH, RIGHT_WIDTH = 220, 300
LAST_WRITE_S = 3.0
"""How long closing waits for the last steps to be written."""


class MainWindow(QMainWindow):
    """Puts controller, panes, panels and commands together.

    Parameters
    ----------
    store, keeper:
        Where settings and cases are kept; the window closes both when it is closed.
    """

    failed_elsewhere = Signal(object)
    """A failure of another thread, to be told here."""

    def __init__(self, store: SettingsStore, keeper: Keeper, device: str = "auto", model: str = "") -> None:
        super().__init__()
        self._store = store
        self._theme = ""
        self._dialogs: list[Any] = []
        self._faults: set[tuple[str, ...]] = set()
        self._closing = self._closed = False
        self.asks_before_closing = True
        """Whether closing asks what becomes of a running training; without a person there it just goes on."""
        settings = store.load()
        self.controller = Controller(settings, self)
        self._saved = settings
        self._steady = ViewState(settings).steady
        self.opener = Opener(self.controller, keeper, device, model or "")
        self.host = Host(
            self, self.show_dialog, self.controller.noticed.emit, self.controller.failed.emit, self.controller.jobs
        )
        self.setWindowTitle("proseg-gui")  # never a case's name: titles are seen in task bars and shared screens
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.scene = Scene(self.controller, self)
        self.trainer = TrainerPage(self.controller, self.opener, self)
        self.notices, self.fit_banner = NoticeBar(), FitBanner()
        self.toolbar, self.proposal_bar = ToolBar(), ProposalBar(PROPOSAL_COLOUR)
        page = _stacked(self.notices, self.fit_banner, self.toolbar, self.proposal_bar, self.scene)
        self.tabs = Tabs(page, self.trainer, self)
        self.setCentralWidget(self.tabs.stack)
        self.status = StatusBar(self)
        self.setStatusBar(self.status)
        self._build_docks()
        self.agreement = AgreementLink(self.controller, self)
        self.tools = ToolsLink(self.host, self.controller, self.toolbar, self.structures)
        self.proposals = ProposalLink(self.controller, self.proposal_bar, self.preference, self.ambiguity, self.scene)
        window = WindowActions(
            close=self.close,
            reset_layout=self.reset_layout,
            clear_traces=self.ask_to_clear_traces,
            find_command=lambda: self.finder.ask(),
            show_keys=lambda: self.commands.questions.show_shortcuts(self.menus, self.keys.ask),
            change_keys=lambda: self.keys.ask(),
            screenshot=lambda: self.screenshots.ask(patient_data=True),
            screenshot_plain=lambda: self.screenshots.ask(patient_data=False),
            tour=self._tour,
            offer_tour=lambda: self.tour.offer(),
            show_review=self.tabs.show_review,
            show_trainer=self.tabs.show_trainer,
            describe=self._describe,
            docks=self.docks,
        )
        self.commands = Commands(
            self.host, self.controller, self.opener, self.scene, self.agreement, self.tools, self.proposals, window
        )
        self.screenshots = Screenshots(
            self.host, self, self.patient_left_out, lambda: self.controller.display.view.settings.export_folder
        )
        bar = TopBar(self)
        self.menus = Menus(self, bar.menus, self.commands.table())
        structure_menu = self.menus.by_name[self.menus.commands["grow"].submenu]
        self.toolbar.operations.setMenu(structure_menu)
        self.toolbar.set_keys({kind: ", ".join(self.menus.keys_shown(kind.replace(" ", "_"))) for kind in TOOLS})
        ids = {"here": "take_here", "slice": "take_slice", "all": "take_all", "reject": "reject_proposal"}
        self.proposal_bar.set_keys({name: ", ".join(self.menus.keys_shown(one)) for name, one in ids.items()})
        self.finder = Finder(self.menus, self.controller, self)
        self.header = Header(
            self.controller,
            self.opener,
            export=self.commands.exporting.ask,
            choose_model=self.commands.questions.choose_model,
            automatic_window=self.commands.handlers.automatic_window,
            parent=self,
        )
        self.header.offer_layouts([self.menus.action(name) for name in LAYOUT_COMMANDS])
        bar.set_header(self.tabs.bar, self.header)
        tell_keys = partial(self.header.tell_keys, self.menus.keys_shown)
        self.keys = KeyLink(self.host, self.controller, self.menus, tell_keys)
        self.setMenuWidget(bar)
        self.commands.questions.fill_recent(self.menus.by_name["File"])
        self.measurements.details_asked.connect(self.agreement.open)
        self.tabs.own(list(self.docks.values()), self.header, self.menus)
        self.tour = Tour(self, self.controller, self.opener.open_demo, {
            "panes": self.scene, "preference": self.preference, "ambiguity": self.ambiguity, "strip": self.strip,
            "structures": self.structures, "header": self.header,
        })  # fmt: skip
        FocusKeys(self, self.scene.all_panes)
        self._connect()
        self._show_theme(self.controller.display.view)
        self._restore_layout()

    def _add_rater(self) -> None:
        review = self.controller.desk.review
        if review is not None:
            self.tabs.show_trainer()
            self.trainer.link.add_rater(review.bundle.folder)

    # -- building -------------------------------------------------------------------------------------------------
    def _build_docks(self) -> None:
        self.worklist_panel, self.structures = WorklistPanel(), StructuresPanel()
        self.show_panel, self.measurements = ShowPanel(), MeasurementsPanel()
        self.preference, self.ambiguity, self.uncertainty = PreferencePanel(), AmbiguityPanel(), UncertaintyPanel()
        self.strip, self.plot = SliceStrip(), VolumePlot()
        left = PanelColumn(self.worklist_panel, self.structures, self.show_panel, self.measurements)
        right = PanelColumn(self.preference, self.ambiguity, self.uncertainty)
        area = Qt.DockWidgetArea
        self.docks = {
            "cases": self._dock(tr("Cases and display"), "cases", left, area.LeftDockWidgetArea),
            "latents": self._dock(tr("Latents"), "latents", right, area.RightDockWidgetArea),
            "strip": self._dock(tr("Uncertainty by slice"), "strip", self.strip, area.BottomDockWidgetArea),
            "volumes": self._dock(
                tr("Volume over raters and samples"), "volumes", self.plot, area.BottomDockWidgetArea
            ),
        }
        self.splitDockWidget(self.docks["strip"], self.docks["volumes"], Qt.Orientation.Horizontal)
        self.setCorner(Qt.Corner.BottomLeftCorner, area.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, area.RightDockWidgetArea)
        self.resizeDocks(
            [self.docks["cases"], self.docks["latents"]], [LEFT_WIDTH, RIGHT_WIDTH], Qt.Orientation.Horizontal
        )
        self.resizeDocks([self.docks["strip"], self.docks["volumes"]], [150, 150], Qt.Orientation.Vertical)

    def _dock(self, title: str, name: str, content: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = make_dock(title, name, content)
        self.addDockWidget(area, dock)
        return dock

    def _connect(self) -> None:
        controller = self.controller
        LatentsLink(controller, self.preference, self.ambiguity)
        PromptLink(controller, self.preference.prompt)
        DisplayLink(
            controller, self.structures, self.show_panel, self.measurements, self.uncertainty, self.strip, self.plot
        )
        DoubtLink(controller, self.strip, self.uncertainty, self.scene)
        SaidLink(controller, self.strip)
        self.worklist_link = WorklistLink(self.opener, self.worklist_panel)
        self.list_doubt = ListDoubt(controller, self.opener)
        self.list_doubt.measuring.connect(self.worklist_link.show_measuring)
        controller.readout_changed.connect(self.status.show_readout)
        controller.job_changed.connect(self.status.show_job)
        controller.noticed.connect(self.status.notice)
        controller.exported.connect(self.status.offer_folder)
        controller.study_changed.connect(lambda _study: self.status.offer_folder(None))
        controller.failed.connect(self.show_failure)
        controller.view_changed.connect(self._show_theme)
        controller.view_changed.connect(self._keep_settings)
        FitLink(controller, self.fit_banner)
        self.fit_banner.model_asked.connect(self.commands.questions.choose_model)
        controller.study_changed.connect(self._show_notices)
        controller.bundle_changed.connect(lambda _bundle: self._show_notices(controller.desk.study))
        self.failed_elsewhere.connect(self.show_failure)
        self._store.failed = self.failed_elsewhere.emit
        self.opener.keeper.failed = self.failed_elsewhere.emit
        self.status.show_person(self.opener.keeper.person)
        self.status.person_asked.connect(lambda: self.commands.questions.ask_person(lambda: None))
        self.opener.person_changed.connect(self.status.show_person)
        self.opener.person_changed.connect(lambda _name: self._show_notices(controller.desk.study))
        self._show_notices(None)
        controller.bundle_changed.connect(self._show_bundle)
        self.scene.slider_shown.connect(self.status.show_latency)
        self.status.cancel_requested.connect(self._cancel)
        self.opener.choose_requested.connect(self.commands.questions.choose_candidate)
        self.opener.model_question.connect(self.commands.questions.ask_model)
        trainer = self.trainer
        trainer.failed.connect(self.show_failure)
        trainer.noticed.connect(self.status.notice)
        trainer.dialog_made.connect(self.show_dialog)
        trainer.review_requested.connect(self.tabs.show_review)
        trainer.stands.connect(self.tabs.show_progress)
        self.tabs.changed.connect(lambda _index: controller.desk.hover(None))  # the pointer is on no pixel any more
        trainer.follow_what_was_left()
        self.proposal_bar.add_asked.connect(self._add_rater)
        controller.study_changed.connect(lambda study: self.tabs.show_review() if study is not None else None)
        for signal in (controller.study_changed, controller.bundle_changed, controller.history_changed):
            signal.connect(lambda _value: self.menus.refresh())
        controller.view_changed.connect(self._refresh_menus)

    def _describe(self) -> None:
        """Bring the line for prompts into view, and the cursor into it."""
        self.tabs.show_review()
        self.docks["latents"].show()
        self.docks["latents"].raise_()
        self.preference.prompt.begin()

    # -- announcements --------------------------------------------------------------------------------------------
    def _show_theme(self, view: ViewState) -> None:
        name = view.settings.theme
        if name == self._theme:
            return
        self._theme = name
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, name)
        colours = LIGHT if name == "light" else DARK
        self.trainer.set_colours(colours)
        self.strip.set_colours(colours)
        self.plot.set_colours(colours)

    def _show_bundle(self, bundle: Bundle | None) -> None:
        review = self.controller.desk.review
        engine = None if bundle is None or review is None else review.engine
        self.status.show_device("" if engine is None else f"{engine.device_name} \u00b7 {engine.budget.text}")

    def _refresh_menus(self, view: ViewState) -> None:
        """A hundred commands are asked how they stand: not for each step of a drag that none of them depends on."""
        steady = view.steady
        if steady != self._steady:
            self._steady = steady
            self.menus.refresh()

    def patient_left_out(self) -> AbstractContextManager[None]:
        """While this lasts, nothing that the window paints names the patient."""
        clean = cleaner(self.controller.desk.study, self.opener)
        return left_out(self, self.scene.every_pane, self.worklist_link, self.status, clean)

    def _show_notices(self, study: Study | None) -> None:
        """What stays readable while the case is open: about the scan, and where the work is kept."""
        kept = (self.opener.keeper.said,) if self.opener.keeper.said else ()
        review = self.controller.desk.review
        missing = review.engine.missing if review is not None and study is not None else ()
        estimated: tuple[str, ...] = ()
        if missing:
            from proseg_gui.bundle import told_missing  # late: a window starts without it

            estimated = (told(told_missing(missing)),)
        self.notices.show_notices((*estimated, *kept, *(() if study is None else study.notices)))

    def _keep_settings(self, view: ViewState) -> None:
        if view.settings != self._saved:
            self._saved = view.settings
            self._store.save(view.settings)

    def show_failure(self, error: BaseException) -> None:
        """Tell what went wrong: the user's matters in a sentence, our own faults with a log that can be copied.

        One at a time: a fault that comes back with every paint must not bury the window under dialogs.
        """
        dialog = None
        if any(isinstance(dialog, ErrorDialog) for dialog in self._dialogs):
            self.status.notice(str(error) or type(error).__name__)
        else:
            dialog = (
                ErrorDialog.of(error, parent=self)
                if isinstance(error, UserError)
                else ErrorDialog(*describe(error), parent=self)
            )
            self.show_dialog(dialog)
        if not isinstance(error, UserError):
            self._log_fault(error, dialog)

    def _log_fault(self, error: BaseException, dialog: ErrorDialog | None) -> None:
        """Write the crash log in the background, once for each place that a fault comes from."""
        place = place_of(error)
        if place in self._faults or self._closing:
            return
        self._faults.add(place)
        self.controller.jobs.start(
            "crash",
            lambda _token, _progress: write_crash_log(error),
            title=tr("Writing the crash log"),
            done=lambda file: (
                dialog.show_place(tr("Details are in {file}").format(file=file)) if dialog is not None else None
            ),
            failed=lambda _error: None,  # the details are on the screen
        )

    def show_dialog(self, dialog: Any, accepted: Callable[[], object] | None = None) -> None:
        """Open a dialog without blocking the event loop; ``accepted`` is called when it is confirmed."""
        self._dialogs.append(dialog)
        dialog.setModal(True)
        dialog.finished.connect(lambda _code: self._dialogs.remove(dialog) if dialog in self._dialogs else None)
        if accepted is not None:
            dialog.accepted.connect(accepted)
        dialog.open()

    def _cancel(self) -> None:
        if self.controller.jobs.busy("open"):
            self.opener.cancel()
        elif self.controller.jobs.busy("export"):
            self.controller.jobs.cancel("export")
            self.controller.job_changed.emit(None)
        else:
            self.controller.desk.cancel_sweep()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that nothing else wanted drops what is being drawn, then the tool."""
        if event.key() == Qt.Key.Key_Escape:
            self.commands.handlers.escape()
        else:
            super().keyPressEvent(event)

    # -- files dropped on the window ------------------------------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take local files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped; contours go onto the scan in view."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.commands.drawings.drop(paths)

    # -- layout and closing ---------------------------------------------------------------------------------------
    def _restore_layout(self) -> None:
        self._first_state: QByteArray = self.saveState()
        geometry, state = self._store.layout()
        self.resize(*DEFAULT_SIZE)
        if geometry is not None:
            self.restoreGeometry(geometry)
        if state is not None:
            self.restoreState(state)
        # A window larger than the screen (a smaller one than last time, or one at 200 %) has its ends out of reach.
        room = self.screen().availableGeometry()
        if not room.contains(self.frameGeometry()):
            self.resize(self.size().boundedTo(room.size()))
            self.move(room.topLeft())

    def _tour(self) -> None:
        self.tabs.show_review()
        for dock in self.docks.values():  # every part that a card is about is there
            dock.show()
        self.tour.begin()

    def reset_layout(self) -> None:
        """Put every dock back where it was at the first start."""
        self.restoreState(self._first_state)
        for dock in self.docks.values():
            dock.show()

    def ask_to_clear_traces(self) -> None:
        """Say what Clear traces takes away and what it leaves, and ask."""
        self.show_dialog(questions.clear_traces(self.clear_traces, self))

    def clear_traces(self) -> None:
        """Forget recent files, last folders, and where the cases of this computer lie; work stays."""
        self._store.clear_traces()
        self.controller.display.set_view(recent=(), last_folder="", export_folder="")
        self.opener.forget_places()
        self.status.notice(tr("Recent files, last folders and the places of cases are forgotten; all work is kept"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep where one stood, stop all work, close. Asks only about a running training, or what cannot be kept."""
        if self._closing:
            event.setAccepted(self._closed)
            return
        if self.asks_before_closing and self.trainer.working:
            event.ignore()
            self.trainer.ask_before_closing(self._close_now)
            return
        self._closing = True  # the window lives on while the last steps are written
        self.controller.desk.leave()
        left = wait_for(lambda: self.opener.keeper.unsaved(LAST_WRITE_S))
        if self.asks_before_closing and left:
            self._closing = False
            event.ignore()
            self.show_dialog(questions.not_kept(left, self.opener.keeper.read_only, self.close, self._close_now, self))
            return
        self.tabs.show_review()  # the layout to remember is that of Review
        self._store.save(self.controller.display.view.settings)
        self._store.save_layout(self.saveGeometry(), self.saveState())
        self.trainer.rest()
        self.list_doubt.end()
        self.controller.rest()
        self.hide()  # nobody need look at it while threads end and a slow disk takes the rest
        wait_for(self._end)
        self._closed = True
        event.accept()

    def _end(self) -> None:
        """For a thread of its own: end all others, and let the files go."""
        self.trainer.end()
        self.controller.jobs.close()
        self.opener.keeper.close()
        self._store.close()

    def _close_now(self) -> None:
        self.asks_before_closing = False
        self.close()


def _stacked(*widgets: QWidget) -> QWidget:
    """A page with the widgets below each other; the last one takes the room."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget, 1 if widget is widgets[-1] else 0)
    return page
