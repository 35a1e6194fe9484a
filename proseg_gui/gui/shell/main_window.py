"""The window: panes in the centre, panels in docks, one table of commands. Holds no state of the study itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QMessageBox, QWidget

from proseg_gui import __version__
from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.error_dialog import ErrorDialog
from proseg_gui.gui.panels.ambiguity import AmbiguityPanel
from proseg_gui.gui.panels.column import PanelColumn
from proseg_gui.gui.panels.measurements import MeasurementsPanel
from proseg_gui.gui.panels.preference import PreferencePanel
from proseg_gui.gui.panels.show import ShowPanel
from proseg_gui.gui.panels.structures import StructuresPanel
from proseg_gui.gui.panels.uncertainty import UncertaintyPanel
from proseg_gui.gui.panels.worklist import WorklistPanel
from proseg_gui.gui.review.agreement_link import AgreementLink
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.display_link import DisplayLink
from proseg_gui.gui.review.latents_link import LatentsLink
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.review.scene import Scene
from proseg_gui.gui.review.worklist_link import WorklistLink
from proseg_gui.gui.shell.actions import Menus
from proseg_gui.gui.shell.commands import Commands
from proseg_gui.gui.shell.crash import describe
from proseg_gui.gui.shell.dock import make_dock
from proseg_gui.gui.shell.header import Header, TopBar
from proseg_gui.gui.shell.settings_store import SettingsStore
from proseg_gui.gui.shell.status_bar import StatusBar
from proseg_gui.gui.shell.tabs import Tabs
from proseg_gui.gui.theme import apply_theme
from proseg_gui.gui.trainer.link import TrainerLink
from proseg_gui.gui.trainer.run_panel import tab_text
from proseg_gui.gui.trainer.tab import TrainerTab
from proseg_gui.gui.views.palette import DARK, LIGHT
from proseg_gui.gui.views.slice_strip import SliceStrip
from proseg_gui.gui.views.volume_plot import VolumePlot
from proseg_gui.review.state import ViewState
from proseg_gui.review.worklist import Worklist
from proseg_gui.settings import WINDOW_PRESETS

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle

DEFAULT_SIZE = (1440, 900)
LEFT_WIDTH, RIGHT_WIDTH = 220, 300


class MainWindow(QMainWindow):
    """Puts controller, panes, panels and commands together."""

    def __init__(self, store: SettingsStore, worklist: Worklist, device: str = "auto", model: str = "") -> None:
        super().__init__()
        self._store = store
        self._theme = ""
        self._dialogs: list[Any] = []
        self.asks_before_closing = True
        """Whether closing asks what becomes of a running training; without a person there it just goes on."""
        settings = store.load()
        self.controller = Controller(settings, self)
        self.opener = Opener(self.controller, worklist, device, model or "")
        self.setWindowTitle("proseg-gui")  # never a case's name: titles are seen in task bars and shared screens
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.scene = Scene(self.controller, self)
        self.trainer = TrainerTab(self)
        self.tabs = Tabs(self.scene, self.trainer, self)
        self.setCentralWidget(self.tabs.stack)
        self.status = StatusBar(self)
        self.setStatusBar(self.status)
        self._build_docks()
        self.agreement = AgreementLink(self.controller, self)
        self.commands = Commands(self)
        table = self.commands.table()
        bar = TopBar(self)
        self.menus = Menus(self, bar.menus, table)
        self.header = Header(self.controller, self.opener, self.commands, self)
        bar.set_header(self.tabs.bar, self.header)
        self.setMenuWidget(bar)
        self.commands.fill_recent(self.menus.by_name["File"])
        panels = self.menus.by_name["View"].addMenu("Pa&nels")
        for dock in self.docks.values():
            panels.addAction(dock.toggleViewAction())
        digits = range(len(WINDOW_PRESETS) + 1, 10)  # the lower ones are window presets in the menu
        keys = [QShortcut(QKeySequence(str(n)), self, self.commands.rater_key.or_else(n, None)) for n in digits]
        self.measurements.details_asked.connect(self.agreement.open)
        self.tabs.own(list(self.docks.values()), self.header, self.menus, keys)
        self.training = TrainerLink(self.trainer, self.controller, self.opener, self)
        self._connect()
        self._show_theme(self.controller.view)
        self._restore_layout()

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
            "cases": self._dock("Cases and display", "cases", left, area.LeftDockWidgetArea),
            "latents": self._dock("Latents", "latents", right, area.RightDockWidgetArea),
            "strip": self._dock("Uncertainty by slice", "strip", self.strip, area.BottomDockWidgetArea),
            "volumes": self._dock("Volume over raters and samples", "volumes", self.plot, area.BottomDockWidgetArea),
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
        DisplayLink(
            controller, self.structures, self.show_panel, self.measurements, self.uncertainty, self.strip, self.plot
        )
        WorklistLink(self.opener, self.worklist_panel)
        controller.readout_changed.connect(self.status.show_readout)
        controller.job_changed.connect(self.status.show_job)
        controller.noticed.connect(self.status.notice)
        controller.failed.connect(self.show_failure)
        controller.view_changed.connect(self._show_theme)
        controller.bundle_changed.connect(self._show_bundle)
        self.scene.slider_shown.connect(self.status.show_latency)
        self.status.cancel_requested.connect(self._cancel)
        self.opener.choose_requested.connect(self.commands.choose_candidate)
        self.opener.model_question.connect(self._ask_model)
        self.training.failed.connect(self.show_failure)
        self.training.noticed.connect(self.status.notice)
        self.training.dialog_made.connect(self.show_dialog)
        self.training.review_requested.connect(self.tabs.show_review)
        self.training.stood.connect(lambda found: self.tabs.show_progress(tab_text(found)))
        self.tabs.changed.connect(lambda _index: self.training.look())
        self.tabs.changed.connect(lambda _index: controller.hover(None))  # the pointer is on no pixel any more
        self.training.look()
        controller.study_changed.connect(lambda study: self.tabs.show_review() if study is not None else None)
        for signal in (controller.study_changed, controller.bundle_changed, controller.view_changed):
            signal.connect(lambda _value: self.menus.refresh())

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
        review = self.controller.review
        self.status.show_device(review.engine.device_name if bundle is not None and review is not None else "")

    def show_failure(self, error: BaseException) -> None:
        """Tell what went wrong: the user's matters in a sentence, our own faults with a log that can be copied."""
        if isinstance(error, UserError):
            dialog = ErrorDialog.of(error, parent=self)
        else:
            what, details = describe(error)
            dialog = ErrorDialog(what, details, parent=self)
        self.show_dialog(dialog)

    def show_dialog(self, dialog: Any, accepted: Callable[[], None] | None = None) -> None:
        """Open a dialog without blocking the event loop; ``accepted`` is called when it is confirmed."""
        self._dialogs.append(dialog)
        dialog.setModal(True)
        dialog.finished.connect(lambda _code: self._dialogs.remove(dialog) if dialog in self._dialogs else None)
        if accepted is not None:
            dialog.accepted.connect(accepted)
        dialog.open()

    def _ask_model(self, error: UserError, answer: Callable[[], None]) -> None:
        box = QMessageBox(QMessageBox.Icon.Question, "Other images than the model's", str(error), parent=self)
        use = box.addButton("Use it all the same", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Choose another model", QMessageBox.ButtonRole.RejectRole)
        box.buttonClicked.connect(lambda button: answer() if button is use else self.commands.choose_model())
        self.show_dialog(box)

    def _cancel(self) -> None:
        if self.controller.jobs.busy("open"):
            self.opener.cancel()
        elif self.controller.jobs.busy("export"):
            self.controller.jobs.cancel("export")
            self.controller.job_changed.emit(None)
        else:
            self.controller.cancel_sweep()

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

    def reset_layout(self) -> None:
        """Put every dock back where it was at the first start."""
        self.restoreState(self._first_state)
        for dock in self.docks.values():
            dock.show()

    def clear_traces(self) -> None:
        """Empty recent files, the last folder and the worklist's memory."""
        self._store.clear_traces()
        self.controller.set_view(recent=(), last_folder="", export_folder="")
        self.opener.worklist.clear()
        self.opener.worklist_changed.emit(self.opener.worklist.items)
        self.status.notice("Recent files, the last folder and the states of cases are forgotten")

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what becomes of a running training; remember layout and settings, stop all work, then close."""
        if self.training.working and self.asks_before_closing:
            event.ignore()
            self.training.ask_before_closing(self._close_now)
            return
        self.tabs.show_review()  # the layout to remember is that of Review
        self.training.close()
        self._store.save(self.controller.view.settings)
        self._store.save_layout(self.saveGeometry(), self.saveState())
        self.controller.close()
        event.accept()

    def _close_now(self) -> None:
        self.asks_before_closing = False
        self.close()


def versions() -> dict[str, str]:
    """Versions for the About dialog; torch is left out until it was needed."""
    import sys

    import PySide6

    found = {"proseg-gui": __version__, "Python": sys.version.split()[0], "Qt": PySide6.__version__}
    if "torch" in sys.modules:
        found["torch"] = str(sys.modules["torch"].__version__)
    return found
