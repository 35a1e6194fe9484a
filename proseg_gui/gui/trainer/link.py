"""The Trainer tab at work: starts and follows the training process, keeps or discards its model.

Data, setup and library have links of their own; this one brings them, the process and Review together.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from proseg_gui.bundle import own_models, trainings_beside
from proseg_gui.errors import UserError
from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.trainer.data_link import DataLink
from proseg_gui.gui.trainer.library_link import LibraryLink
from proseg_gui.gui.trainer.questions import before_closing, confirm, log_dialog
from proseg_gui.gui.trainer.result_link import ResultLink
from proseg_gui.gui.trainer.setup_link import SetupLink
from proseg_gui.gui.trainer.standing import Standing, standing_of
from proseg_gui.gui.trainer.strip import MAX_CASES, draw_cases
from proseg_gui.gui.trainer.tab import TrainerTab
from proseg_gui.gui.trainer.variation import VariationDialog, Variations, vary
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.training.process import CHECKPOINT, Plan, Snapshot, Training, find_trainings

if TYPE_CHECKING:
    from proseg_gui.gui.trainer.parts import Arranged

POLL_MS = 500
LANE = "training"
"""All that touches a training's files or its process runs here, one after the other."""


class TrainerLink(QObject):
    """Brings tab, training process and Review together."""

    review_requested = Signal()
    failed = Signal(object)
    noticed = Signal(str)
    dialog_made = Signal(object)
    """A dialog to be opened by the window."""
    stood = Signal(object)
    """The training's :class:`Snapshot` whenever it was looked at; ``None`` when there is no training."""

    def __init__(self, tab: TrainerTab, controller: Controller, opener: Opener, parent: QObject) -> None:
        super().__init__(parent)
        self.tab, self._controller, self._opener = tab, controller, opener
        models = own_models()
        self.trainings = trainings_beside(models)
        self.jobs = QtJobs(self)
        self.data = DataLink(tab.data, self.jobs, opener, models.with_name("projects"), self)
        self.library = LibraryLink(tab.library, models, self.data, self.jobs, controller, opener, self)
        self.setup = SetupLink(tab.setup, self.data, self.library, self)
        self.result = ResultLink(tab, self.data, self.library, self.jobs, lambda: self.training, self)
        self.models = models
        self.training: Training | None = None
        self.snapshot: Snapshot | None = None
        self._drawn: object = None
        self._order: tuple[Plan, tuple[str, ...]] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._tick)
        self._connect()
        self._show(None)

    def begin(self) -> None:
        """Find models and trainings, in the background, and follow what is found."""
        self.library.refresh()
        self._act(tr("Looking for trainings"), self._found, lambda found: self._attach(*found))

    def _found(self) -> tuple[list[Training], Standing | None]:
        """For a worker: the trainings that there are, and where the first of them stands."""
        found = find_trainings(self.trainings)
        return found, standing_of(found[0]) if found else None

    def _connect(self) -> None:
        tab, data, library = self.tab, self.data, self.library
        tab.dropped.connect(lambda path: data.choose(Path(path)))
        tab.setup.started.connect(self.start)
        tab.setup.preview_asked.connect(self.preview)
        tab.run.pause_asked.connect(lambda: self._ask(tr("Pausing"), Training.pause))
        tab.run.stop_asked.connect(lambda: self._ask(tr("Stopping"), Training.stop))
        tab.run.resume_asked.connect(lambda: self._ask(tr("Resuming"), Training.resume))
        tab.run.discard_asked.connect(self._ask_discard)
        tab.run.log_asked.connect(self._show_log)
        tab.result.accept_asked.connect(self.accept)
        tab.result.try_asked.connect(self.try_in_review)
        tab.result.discard_asked.connect(self._ask_discard)
        data.begun.connect(lambda _plan: self._show_strip())
        data.changed.connect(self._show_strip)
        data.read.connect(self.look)
        for part in (data, library):
            part.review_requested.connect(self.review_requested)
        for speaker in (data, library, self.result):
            speaker.failed.connect(self.failed)
            speaker.noticed.connect(self.noticed)
        self.setup.noticed.connect(self.noticed)
        for maker in (library, self.setup, self.result):
            maker.dialog_made.connect(self.dialog_made)
        self.result.judged.connect(self.look)

    def add_rater(self, base: Path) -> None:
        """Make ready to add the person to the raters of a model, from the accepted readings of the project."""
        if not self.data.locked:
            self.setup.want(base, "rater")
        self.data.choose_project()

    # -- starting -------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Start a training with what the panels say."""
        plan = self.setup.plan()
        if plan is None:
            return
        taken = self.setup.taken()

        def done(begun: tuple[Training, Standing]) -> None:
            self.training = begun[0]
            self._show_strip()
            self._show(begun[1])

        def work() -> tuple[Training, Standing]:
            training = Training.begin(self.trainings, plan, taken)
            return training, standing_of(training)

        self._act(tr("Starting the training"), work, done)

    def preview(self) -> None:
        """Show how training varies a slice of the first training case."""
        plan, data = self.setup.plan(), self.data.arranged
        row = self.data.rows.get(plan.train[0]) if plan is not None and plan.train else None
        if plan is None or data is None or row is None:
            return
        given = plan.flip, plan.window, Path(plan.init) if plan.init else None
        dialog, seeds = VariationDialog(self.tab), itertools.count()

        def work(token: CancelToken, _progress: Progress) -> Variations:
            return vary(row, data.dataset, data.raters_of(plan), given, next(seeds), token)

        def draw() -> None:
            self.jobs.start("variation", work, title=tr("Varying a slice"), done=dialog.show_found, failed=failed,
                            latest=True)  # fmt: skip

        def failed(error: BaseException) -> None:
            dialog.show_trouble(str(error)) if isinstance(error, UserError) else self.failed.emit(error)

        dialog.again.connect(draw)
        dialog.finished.connect(lambda _code: self.jobs.cancel("variation"))
        self.dialog_made.emit(dialog)
        draw()

    # -- the running training -------------------------------------------------------------------------------------
    def _attach(self, found: list[Training], standing: Standing | None) -> None:
        """Follow the first of the trainings that were begun before, by this window or another; none where none is."""
        self.training = found[0] if found else None
        self._show(standing)
        if self.training is not None:
            self.data.begin(Path(self.training.plan.dataset), self.training.plan)

    def _tick(self) -> None:
        if not self.jobs.busy(LANE):  # a slow disk is not asked again before it has answered
            self.look()

    def look(self) -> None:
        """See where the training stands, in the background, and show it."""
        training = self.training
        if training is None:
            self._show(None)
            return

        def done(found: Standing) -> None:
            if self.training is training:  # else it was accepted or discarded meanwhile
                self._show(found)

        self.jobs.start(LANE, lambda _token, _progress: standing_of(training), title=tr("Looking at the training"),
                        done=done, failed=self.failed.emit)  # fmt: skip

    def _act(self, title: str, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Do something with the training in the background; meanwhile nothing else can be asked of it."""
        tab = self.tab
        parts = (tab.setup, tab.run, tab.result)

        def ended() -> None:
            for part in parts:
                part.setEnabled(True)
            tab.run.show_doing("")

        def failed(error: BaseException) -> None:
            self.failed.emit(error)
            self.look()

        for part in parts:
            part.setEnabled(False)
        tab.run.show_doing(f"{title}…")
        self.jobs.start(LANE, lambda _token, _progress: work(), title=title, done=done, failed=failed,
                        ended=ended)  # fmt: skip

    def _show(self, standing: Standing | None) -> None:
        """Show where the training stands; ``None`` where there is none."""
        training, tab = self.training, self.tab
        self.snapshot = found = standing.snapshot if standing is not None else None
        self.data.locked = training is not None
        tab.setup.setVisible(training is None)
        tab.strip.setVisible(training is not None)
        tab.data.set_locked(training is not None)
        tab.run.title.set_texts(
            (tr("3 · Run: {name}").format(name=training.plan.name).upper() if training else tr("3 · Run").upper(),)
        )
        if tab.isVisible() or found is None or not found.alive:  # else Review has the window's time for itself
            tab.run.show_run(found, self._raters())
        if found is None or not found.alive:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        if training is not None and standing is not None and standing.snapshot.status == "finished":
            self._show_result(training, standing)
        else:
            tab.result.clear()
        self._draw_strip()
        self.stood.emit(found)

    def _raters(self) -> tuple[str, ...]:
        """Whose figures the log lists, in its order, by the names of the data set; empty until it is known."""
        data, training = self.data.arranged, self.training
        if data is None or training is None:
            return ()
        plan = training.plan
        if self._order is None or self._order[0] != plan:
            self._order = plan, () if plan.init else data.raters_of(plan)
            if plan.init:  # its weights are read
                self._find_order(data, plan)
        return self._order[1]

    def _find_order(self, data: Arranged, plan: Plan) -> None:
        def done(order: tuple[str, ...]) -> None:
            if self._order is not None and self._order[0] == plan:
                self._order = plan, order
                self._show_strip()
                self.look()

        self.jobs.start("order", lambda _token, _progress: data.raters_of(plan), title=tr("Reading the base"),
                        done=done, failed=self.failed.emit)  # fmt: skip

    def _show_result(self, training: Training, standing: Standing) -> None:
        if self.result.judging:  # what it finds is shown when it is done
            return
        if standing.trouble is not None:
            self.failed.emit(standing.trouble)
        if standing.card is not None:
            self.tab.result.show_card(standing.card, training.plan.steps, len(training.plan.test))

    def _ask(self, title: str, request: Callable[[Training], None]) -> None:
        training = self.training
        if training is None:
            return

        def work() -> Standing:
            request(training)
            return standing_of(training)

        self._act(title, work, self._show)

    # -- the validation cases, drawn ------------------------------------------------------------------------------
    def _show_strip(self) -> None:
        data = self.data
        if data.arranged is not None:
            raters = data.arranged.orders[False] if self.training is None else self._raters()
            self.tab.strip.set_cases(data.names("val")[:MAX_CASES], raters)
            self._drawn = None

    def _draw_strip(self) -> None:
        """Draw the validation cases anew after each validation, as far as they were read."""
        training, found, data = self.training, self.snapshot, self.data.arranged
        if training is None or found is None or data is None or found.checkpoint_at is None or not self.data.complete:
            return
        if not self.tab.isVisible():
            return
        state = (training.plan.name, len(found.validations), found.status == "finished")
        first = self.data.rows.get(training.plan.train[0])
        if state == self._drawn or first is None or self.jobs.busy("strip"):
            return
        self._drawn = state
        rows = [self.data.rows[name] for name in training.plan.val[:MAX_CASES] if name in self.data.rows]
        checkpoint = training.state / CHECKPOINT

        def work(token: CancelToken, _progress: Progress) -> None:
            show = partial(self.jobs.post, token, self.tab.strip.set_picture)
            draw_cases(checkpoint, first.spacing_mm, rows, data.dataset.structures, token, show)

        step = found.validations[-1]["step"] if found.validations else found.step
        when = tr("about step {step}").format(step=step)
        self.jobs.start("strip", work, title=tr("Drawing"), done=lambda _n: self.tab.strip.set_when(when),
                        failed=self._strip_failed)  # fmt: skip

    def _strip_failed(self, error: BaseException) -> None:
        if isinstance(error, UserError):  # the checkpoint may just be replaced; the next validation tries again
            self.tab.strip.set_when(error.what)
        else:
            self.failed.emit(error)

    def _show_log(self) -> None:
        training = self.training
        if training is None:
            return

        def done(text: str) -> None:
            self.dialog_made.emit(log_dialog(training.plan.name, text, self.tab))

        self.jobs.start("log", lambda _token, _progress: training.console_text(), title=tr("Reading the log"),
                        done=done, failed=self.failed.emit)  # fmt: skip

    # -- the result -----------------------------------------------------------------------------------------------
    def accept(self) -> None:
        """Keep the new model among one's own."""
        training = self.training
        if training is None:
            return

        def done(folder: Path) -> None:
            if self.library.in_use() == training.bundle:
                self._opener.use_model(str(folder))
            self.tab.library.mark(folder)
            self.noticed.emit(tr("{name} is now among your models").format(name=folder.name))

        self._end(tr("Keeping the model"), lambda: training.accept(self.models), done)

    def try_in_review(self) -> None:
        """Look at the first validation case through the new model; without one, at the open scan."""
        training = self.training
        if training is None:
            return
        self._opener.use_model(str(training.bundle))
        plan = training.plan
        if not plan.val and self._controller.desk.study is not None:
            self.review_requested.emit()
            return
        first = next(iter((*plan.val, *plan.train)))
        if first in self.data.rows:
            self.data.open_case(first)  # with masks on their image's grid, where that was asked for
        else:
            self._opener.open_paths([Path(plan.dataset) / first])
            self.review_requested.emit()

    def _ask_discard(self) -> None:
        training = self.training
        if training is None:
            return
        lost = tr("Its log and its checkpoint are deleted for good.")
        if self.snapshot is not None and self.snapshot.status == "finished":
            lost = tr("Its log and its model are deleted for good.")
        asked = tr("Discard the training {name}?").format(name=training.plan.name)
        box = confirm(asked, lost, tr("Discard"), self.discard, self.tab)
        self.dialog_made.emit(box)

    def discard(self) -> None:
        """Remove the training and what it made."""
        training = self.training
        if training is None:
            return
        self.jobs.cancel("strip")

        def done(_none: None) -> None:
            if self.library.in_use() == training.bundle:
                self._opener.use_model("")

        self._end(tr("Removing the training"), training.discard, done)

    def _end(self, title: str, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """End the training by ``work``; then the data are there for the next one, or another training is shown."""

        def whole() -> tuple[Any, list[Training], Standing | None]:
            return work(), *self._found()

        def done(ended: tuple[Any, list[Training], Standing | None]) -> None:
            then(ended[0])
            self.training = None
            self.data.locked = False
            self.tab.strip.set_when("")
            self.library.refresh()
            self._show_strip()
            self._attach(*ended[1:])

        self._act(title, whole, done)

    # -- the end --------------------------------------------------------------------------------------------------
    @property
    def working(self) -> bool:
        """Whether a training process works now."""
        return self.snapshot is not None and self.snapshot.alive

    def ask_before_closing(self, close: Callable[[], Any]) -> None:
        """Ask what becomes of the running training; ``close()`` unless the answer is to stay."""
        self.dialog_made.emit(before_closing(lambda: self._stop_first(close), close, self.tab))

    def _stop_first(self, close: Callable[[], Any]) -> None:
        """Ask the training to stop, then ``close()``; where it cannot be asked, that is said and the window stays."""
        training = self.training
        if training is None:
            close()
            return
        self.jobs.start(LANE, lambda _token, _progress: training.stop(), title=tr("Stopping"),
                        done=lambda _none: close(), failed=self.failed.emit)  # fmt: skip

    def rest(self) -> None:
        """Follow the training no more; it goes on."""
        self._timer.stop()

    def close(self) -> None:
        """Follow no more, and wait for the threads."""
        self.rest()
        self.jobs.close()
