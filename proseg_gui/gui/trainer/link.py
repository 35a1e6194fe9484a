"""What the Trainer tab does: reads data, starts and follows the training process, keeps or discards its model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from proseg_gui.bundle import own_models, read_card
from proseg_gui.errors import UserError
from proseg_gui.gui.controller import Controller
from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.opening import Opener
from proseg_gui.gui.trainer import parts as split
from proseg_gui.gui.trainer.library import Model, find_models, remove_model, seconds_a_step
from proseg_gui.gui.trainer.questions import before_closing, confirm, log_dialog
from proseg_gui.gui.trainer.run_panel import duration
from proseg_gui.gui.trainer.strip import MAX_CASES, draw_cases
from proseg_gui.gui.trainer.survey import CaseRow, survey
from proseg_gui.gui.trainer.tab import TrainerTab
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.training.process import CHECKPOINT, Plan, Snapshot, Training, check_name, find_trainings

POLL_MS = 500


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
        self.models = own_models()
        self.trainings = self.models.with_name("trainings")
        self.jobs = QtJobs(self)
        self.training: Training | None = None
        self.snapshot: Snapshot | None = None
        self._data: split.Arranged | None = None
        self._rows: dict[str, CaseRow] = {}
        self._complete = False
        self._parts: dict[str, str] = {}
        self._found: list[Model] = []
        self._drawn: object = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.look)
        self._connect()
        self._attach()
        self.refresh_models()

    def _connect(self) -> None:
        tab = self.tab
        tab.dropped.connect(lambda path: self.choose_data(Path(path)))
        tab.data.folder_chosen.connect(self.choose_data)
        tab.data.part_clicked.connect(self._turn)
        tab.data.opened.connect(self._open_case)
        tab.setup.changed.connect(self._show_setup)
        tab.setup.started.connect(self.start)
        tab.run.pause_asked.connect(lambda: self._ask(Training.pause))
        tab.run.stop_asked.connect(lambda: self._ask(Training.stop))
        tab.run.resume_asked.connect(lambda: self._ask(Training.resume))
        tab.run.discard_asked.connect(self._ask_discard)
        tab.run.log_asked.connect(self._show_log)
        tab.result.accept_asked.connect(self.accept)
        tab.result.try_asked.connect(self.try_in_review)
        tab.result.discard_asked.connect(self._ask_discard)
        tab.library.activate_asked.connect(self._activate)
        tab.library.remove_asked.connect(self._ask_remove)
        self._controller.bundle_changed.connect(lambda _bundle: self._show_models())

    # -- data -----------------------------------------------------------------------------------------------------
    def choose_data(self, path: Path) -> None:
        """Look through a dataset folder, in the background."""
        if self.training is not None:
            self.noticed.emit("Accept or discard the training first")
            return
        self._read(path)

    def _read(self, path: Path, plan: Plan | None = None) -> None:
        self._data, self._rows, self._complete = None, {}, False
        self.tab.data.set_summary("reading…")

        def work(token: CancelToken, progress: Progress) -> None:
            from proseg_gui.io.dataset import read_dataset

            dataset = read_dataset(path)
            data = split.arranged(dataset, plan)
            self.jobs.post(token, self._begin_data, data, plan)
            order = data.orders[plan.keep_names if plan else False]
            survey(replace(dataset, raters=order), token, progress, partial(self.jobs.post, token, self._add_row))

        def progress(share: float, text: str) -> None:
            self.tab.data.set_summary(f"{text} · {share:.0%}", f"{share:.0%}")

        self.jobs.start("data", work, title="Reading the data", done=lambda _none: self._data_read(),
                        failed=self._data_failed, progress=progress, latest=True)  # fmt: skip

    def _begin_data(self, data: split.Arranged, plan: Plan | None) -> None:
        self._data, self._parts = data, data.parts
        self.tab.data.begin(data.orders[plan.keep_names if plan else False], str(data.dataset.path))
        if plan is None:
            self.tab.setup.name.setText(self._free_name(data.dataset.name))
        self._show_cases()

    def _add_row(self, row: CaseRow) -> None:
        self._rows[row.case.name] = row
        if row.problem and self.training is None:
            self._parts = split.usable(self._parts, [row.case.name])
        self.tab.data.add(row)
        self.tab.data.set_parts(self._parts)

    def _data_read(self) -> None:
        self._complete = True
        data, rows = self._data, list(self._rows.values())
        assert data is not None
        problems = [row for row in rows if row.problem]
        tail = f"{len(problems)} problems" if len(problems) != 1 else "1 problem"
        counts = f"{len(rows)} cases · {len(data.dataset.raters)} raters"
        self.tab.data.set_summary(*((f"{counts} · {tail}", tail) if problems else (counts, f"{len(rows)} cases")))
        self.tab.data.show_first_problem()
        self.look()
        said = {row.modality for row in rows if row.modality}
        if self.training is None and len(said) == 1:
            self.tab.setup.set_modality(said.pop())
        self._show_cases()
        self._draw_strip()

    def _data_failed(self, error: BaseException) -> None:
        if self._data is None:
            self.tab.data.clear()
        self._show_setup()
        self.failed.emit(error)

    def _turn(self, name: str) -> None:
        if self.training is not None or self._data is None:
            self.noticed.emit("The split of a training stays what it is")
            return
        problems = [row.case.name for row in self._rows.values() if row.problem]
        self._parts = split.turned(self._parts, self._data.dataset, name, problems)
        self._show_cases()

    def _open_case(self, name: str) -> None:
        self._opener.open_paths([self._rows[name].case.path])
        self.review_requested.emit()

    def _show_cases(self) -> None:
        self.tab.data.set_parts(self._parts)
        data, plan = self._data, self.training.plan if self.training else None
        if data is not None:
            names = [case.name for case in data.dataset.cases if self._parts.get(case.name) == "val"]
            self.tab.strip.set_cases(names[:MAX_CASES], data.orders[plan.keep_names if plan else False])
            self._drawn = None
        self._show_setup()

    # -- starting -------------------------------------------------------------------------------------------------
    def _taken(self) -> list[str]:
        return [model.folder.name for model in self._found]

    def _free_name(self, data: str) -> str:
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "_.+-") else "_" for c in data)
        taken = {name.casefold() for name in self._taken()}
        numbers = (f"{plain.strip('_.+-')[:50] or 'model'}-{i}" for i in range(1, len(taken) + 2))
        return next(name for name in numbers if name.casefold() not in taken)

    def _show_setup(self) -> None:
        setup, data = self.tab.setup, self._data
        if data is None or self.training is not None:
            setup.show_state("", "", "", False)
            return
        given = setup.setup()
        count = split.patients(self._parts, data.dataset, "val")
        fair = "from split.json" if data.dataset.split is not None and self._parts == data.parts else "by patient"
        held = f"{count} patients, {fair}; never learnt from" if count else "nobody: the model stays unjudged"
        pace = seconds_a_step(self._found, data.dataset.name)
        time = "known after the first 20 steps" if pace is None else (
            f"about {duration(pace * given.steps)}, at the pace of the last training on these data"
        )
        setup.show_state(held, time, self._trouble(given.name), self._complete)

    def _trouble(self, name: str) -> str:
        if not self._complete:
            return ""
        if "train" not in self._parts.values():
            return "No case is left to train on: click in the column set."
        try:
            check_name(name, self._taken())
        except UserError as error:
            return str(error)
        return self.tab.setup.window_trouble()

    def start(self) -> None:
        """Start a training with what the panels say."""
        data, given = self._data, self.tab.setup.setup()
        if data is None:
            return
        names = {part: tuple(c for c in data.dataset.case_names if self._parts[c] == part) for part in ("train", "val")}
        plan = Plan(str(data.dataset.path.resolve()), given.name, given.steps, given.seed, names["train"], names["val"],
                    given.modality, given.flip, given.window, given.keep_names)  # fmt: skip
        try:
            self.training = Training.begin(self.trainings, plan, self._taken())
        except UserError as error:
            self.failed.emit(error)
            return
        self._show_cases()
        self.look()

    # -- the running training -------------------------------------------------------------------------------------
    def _attach(self) -> None:
        """Find a training that was begun before, by this window or another."""
        found = find_trainings(self.trainings)
        self.training = found[0] if found else None
        if self.training is not None:
            self._read(Path(self.training.plan.dataset), self.training.plan)
        self.look()

    def look(self) -> None:
        """See where the training stands, and show it."""
        training, tab = self.training, self.tab
        self.snapshot = found = training.poll() if training is not None else None
        tab.setup.setVisible(training is None)
        tab.strip.setVisible(training is not None)
        tab.data.set_locked(training is not None)
        tab.run.title.set_texts((f"3 · Run: {training.plan.name}".upper() if training is not None else "3 · RUN",))
        if tab.isVisible() or found is None or not found.alive:  # else Review has the window's time for itself
            tab.run.show_run(found, self._raters())
        if found is None or not found.alive:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        if training is not None and found is not None and found.status == "finished":
            self._show_result(training)
        else:
            tab.result.clear()
        self._draw_strip()
        self.stood.emit(found)

    def _raters(self) -> tuple[str, ...]:
        if self._data is None or self.training is None:
            return ()
        return self._data.orders[self.training.plan.keep_names]

    def _show_result(self, training: Training) -> None:
        try:
            self.tab.result.show_card(read_card(training.bundle), training.plan.steps)
        except UserError as error:
            self.failed.emit(error)

    def _ask(self, request: Callable[[Training], None]) -> None:
        if self.training is not None:
            try:
                request(self.training)
            except UserError as error:
                self.failed.emit(error)
            self.look()

    def _draw_strip(self) -> None:
        """Draw the validation cases anew after each validation, as far as they were read."""
        training, found, data = self.training, self.snapshot, self._data
        if training is None or found is None or data is None or found.checkpoint_at is None or not self._complete:
            return
        if not self.tab.isVisible():
            return
        state = (training.plan.name, len(found.validations), found.status == "finished")
        first = self._rows.get(training.plan.train[0])
        if state == self._drawn or first is None or self.jobs.busy("strip"):
            return
        self._drawn = state
        rows = [self._rows[name] for name in training.plan.val[:MAX_CASES] if name in self._rows]
        checkpoint = training.state / CHECKPOINT

        def work(token: CancelToken, _progress: Progress) -> None:
            show = partial(self.jobs.post, token, self.tab.strip.set_picture)
            draw_cases(checkpoint, first.spacing_mm, rows, data.dataset.structures, token, show)

        step = found.validations[-1]["step"] if found.validations else found.step
        self.jobs.start("strip", work, title="Drawing", done=lambda _n: self.tab.strip.set_when(f"about step {step}"),
                        failed=self._strip_failed)  # fmt: skip

    def _strip_failed(self, error: BaseException) -> None:
        if isinstance(error, UserError):  # the checkpoint may just be replaced; the next validation tries again
            self.tab.strip.set_when(error.what)
        else:
            self.failed.emit(error)

    def _show_log(self) -> None:
        if self.training is not None:
            self.dialog_made.emit(log_dialog(self.training.plan.name, self.training.console_text(), self.tab))

    # -- the result -----------------------------------------------------------------------------------------------
    def accept(self) -> None:
        """Keep the new model among one's own."""
        training = self.training
        if training is None:
            return
        in_use = self._in_use() == training.bundle
        try:
            folder = training.accept(self.models)
        except UserError as error:
            self.failed.emit(error)
            return
        if in_use:
            self._opener.use_model(str(folder))
        self.noticed.emit(f"{folder.name} is now among your models")
        self._after()

    def try_in_review(self) -> None:
        """Look at the open scan, else at the first validation case, through the new model."""
        training = self.training
        if training is None:
            return
        self._opener.use_model(str(training.bundle))
        first = next(iter((*training.plan.val, *training.plan.train)))
        if self._controller.study is None:
            self._opener.open_paths([Path(training.plan.dataset) / first])
        self.review_requested.emit()

    def _ask_discard(self) -> None:
        training = self.training
        if training is None:
            return
        made = "its model" if self.snapshot is not None and self.snapshot.status == "finished" else "its checkpoint"
        self._confirm(f"Discard the training {training.plan.name}?", f"Its log and {made} are deleted for good.",
                      "Discard", self.discard)  # fmt: skip

    def discard(self) -> None:
        """Remove the training and what it made."""
        training = self.training
        if training is None:
            return
        in_use = self._in_use() == training.bundle
        self.jobs.cancel("strip")
        try:
            training.discard()
        except UserError as error:
            self.failed.emit(error)
            return
        if in_use:
            self._opener.use_model("")
        self._after()

    def _after(self) -> None:
        """No training is there any more: the data are there for the next one."""
        self.training = None
        self.refresh_models()
        if self._data is not None:
            self.tab.setup.name.setText(self._free_name(self._data.dataset.name))
        self.tab.strip.set_when("")
        self._show_cases()
        self._attach_next()

    def _attach_next(self) -> None:
        if find_trainings(self.trainings):
            self._attach()
        else:
            self.look()

    # -- the library ----------------------------------------------------------------------------------------------
    def refresh_models(self) -> None:
        """List the models again."""
        self._found = find_models(self.models)
        self._show_models()
        self._show_setup()

    def _in_use(self) -> Path | None:
        review = self._controller.review
        return None if review is None else review.bundle.folder

    def _show_models(self) -> None:
        self.tab.library.set_models(self._found, self._in_use())

    def _activate(self, model: Model) -> None:
        self._opener.use_model(str(model.folder))
        self.review_requested.emit()

    def _ask_remove(self, model: Model) -> None:
        self._confirm(f"Remove the model {model.card.name}?", "Its folder is deleted for good.", "Remove",
                      partial(self._remove, model))  # fmt: skip

    def _remove(self, model: Model) -> None:
        in_use = self._in_use() == model.folder
        try:
            remove_model(model)
        except UserError as error:
            self.failed.emit(error)
        if in_use:
            self._opener.use_model("")
        self.refresh_models()

    # -- questions and the end ------------------------------------------------------------------------------------
    def _confirm(self, title: str, text: str, yes: str, then: Callable[[], Any]) -> None:
        self.dialog_made.emit(confirm(title, text, yes, then, self.tab))

    @property
    def working(self) -> bool:
        """Whether a training process works now."""
        return self.snapshot is not None and self.snapshot.alive

    def ask_before_closing(self, close: Callable[[], None]) -> None:
        """Ask what becomes of the running training; ``close()`` unless the answer is to stay."""
        self.dialog_made.emit(before_closing(lambda: self._ask(Training.stop), close, self.tab))

    def close(self) -> None:
        """Follow no more, and wait for the threads; the training goes on."""
        self._timer.stop()
        self.jobs.close()
