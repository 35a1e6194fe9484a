"""Section 1 of the Trainer at work: reads a data set in the background, and decides which case is used for what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from proseg_gui.errors import UserError
from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.language import tr
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.trainer import parts as split
from proseg_gui.gui.trainer.data_panel import DataPanel
from proseg_gui.gui.trainer.survey import CaseRow, look_at, survey
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.training.process import Plan
from proseg_gui.volume import Study
from proseg_gui.wording import plural


class DataLink(QObject):
    """The data set of the tab, its cases as they were found, and the part of each; ``locked`` while a training is."""

    begun = Signal(object)
    """The names of a data set are known; the :class:`Plan` that it was read for, or ``None``."""
    read = Signal()
    """Every case was looked at."""
    changed = Signal()
    """Parts, or what is known of a case, are others now."""
    review_requested = Signal()
    failed = Signal(object)
    noticed = Signal(str)

    def __init__(self, panel: DataPanel, jobs: QtJobs, opener: Opener, collected: Path, parent: QObject) -> None:
        """``collected``: the folder in which a project's accepted readings become a data set."""
        super().__init__(parent)
        self._panel, self._jobs, self._opener, self._collected = panel, jobs, opener, collected
        self.arranged: split.Arranged | None = None
        self.rows: dict[str, CaseRow] = {}
        self.complete = False
        self.parts: dict[str, str] = {}
        self._wanted: dict[str, str] = {}
        """The parts before cases with problems were left out: a case that is mended goes back there."""
        self.resampled: tuple[str, ...] = ()
        """Cases whose masks were put on the image's grid because somebody said so."""
        self.locked = False
        panel.folder_chosen.connect(self.choose)
        panel.project_chosen.connect(self.choose_project)
        panel.part_clicked.connect(self._turn)
        panel.opened.connect(self.open_case)
        panel.resample_asked.connect(self.resample)
        panel.left_out.connect(self.leave_out)

    # -- reading --------------------------------------------------------------------------------------------------
    def choose(self, path: Path) -> None:
        """Look through a dataset folder, in the background."""
        if self.locked:
            self.noticed.emit(tr("Accept or discard the training first"))
        else:
            self.begin(path)

    def choose_project(self) -> None:
        """Take the accepted readings of the project that the window works in."""
        keeper, folder = self._opener.keeper, self._collected
        if self.locked:
            self.noticed.emit(tr("Accept or discard the training first"))
        elif keeper.project is None:
            self.noticed.emit(tr("This window works in no project"))
        else:
            self._read(lambda token, progress: keeper.as_dataset(folder, token, progress), None)

    def begin(self, path: Path, plan: Plan | None = None) -> None:
        """Read ``path``, with the parts and resampled cases of ``plan`` where there is one."""
        self._read(lambda _token, _progress: path, plan)

    def _read(self, place: Callable[[CancelToken, Progress], Path], plan: Plan | None) -> None:
        self.arranged, self.rows, self.complete = None, {}, False
        self.resampled = plan.resample if plan is not None else ()
        self._panel.set_summary(tr("reading…"))

        def work(token: CancelToken, progress: Progress) -> None:
            from proseg_gui.io.dataset import read_dataset

            dataset = read_dataset(place(token, progress)).resampling(self.resampled)
            data = split.arranged(dataset, plan)
            self._jobs.post(token, self._names_known, data, plan)
            order = data.orders[plan.keep_names if plan else False]
            survey(replace(dataset, raters=order), token, progress, partial(self._jobs.post, token, self._add_row))

        def progress(share: float, text: str) -> None:
            self._panel.set_summary(f"{text} · {share:.0%}", f"{share:.0%}")

        self._jobs.start("data", work, title=tr("Reading the data"), done=lambda _none: self._all_read(),
                         failed=self._failed, progress=progress, latest=True)  # fmt: skip

    def _names_known(self, data: split.Arranged, plan: Plan | None) -> None:
        self.arranged, self.parts, self._wanted = data, data.parts, data.parts
        self._panel.begin(data.orders[plan.keep_names if plan else False], str(data.dataset.path))
        self._panel.set_parts(self.parts)
        self.begun.emit(plan)

    def _add_row(self, row: CaseRow) -> None:
        self.rows[row.case.name] = row
        if row.problem and not self.locked:
            self.parts = split.usable(self.parts, [row.case.name])
        self._panel.put(row)
        self._panel.set_parts(self.parts)

    def _all_read(self) -> None:
        self.complete = True
        self._summarise()
        self._panel.show_first_problem()
        self.read.emit()

    def _summarise(self) -> None:
        assert self.arranged is not None
        problems = sum(bool(row.problem) for row in self.rows.values())
        tail = plural(problems, tr("problem"), tr("problems"))
        cases = plural(len(self.rows), tr("case"), tr("cases"))
        raters = plural(len(self.arranged.dataset.raters), tr("rater"), tr("raters"))
        counts = f"{cases} · {raters}"
        self._panel.set_summary(*((f"{counts} · {tail}", tail) if problems else (counts, cases)))

    def _failed(self, error: BaseException) -> None:
        if self.arranged is None:
            self._panel.clear()
        self.changed.emit()
        self.failed.emit(error)

    # -- which case is used for what ------------------------------------------------------------------------------
    def names(self, part: str) -> tuple[str, ...]:
        """Cases of a part, in the data set's order."""
        assert self.arranged is not None
        return tuple(name for name in self.arranged.dataset.case_names if self.parts[name] == part)

    def as_found(self) -> bool:
        """Whether nobody moved a case: all that can be used are where they were at first."""
        assert self.arranged is not None
        first, out = self.arranged.parts, set(self._problems())
        return all(part == first[name] for name, part in self.parts.items() if name not in out)

    def _problems(self) -> list[str]:
        return [row.case.name for row in self.rows.values() if row.problem]

    def _turn(self, name: str) -> None:
        if self.locked or self.arranged is None:
            self.noticed.emit(tr("The split of a training stays what it is"))
            return
        self.parts = split.turned(self.parts, self.arranged.dataset, name, self._problems())
        self._wanted = {**self._wanted, **{k: v for k, v in self.parts.items() if k not in self._problems()}}
        self._panel.set_parts(self.parts)
        self.changed.emit()

    def resample(self, name: str) -> None:
        """Put the masks of case ``name`` on its image's grid, and use it; what cannot be is told."""
        if not self.locked:
            self._look_again(name, resample=True)

    def leave_out(self, name: str) -> None:
        """Leave case ``name`` out, and its masks as they are."""
        if self.locked or self.arranged is None:
            return
        if name in self.resampled:
            self._look_again(name, resample=False)
        else:
            self._panel.answer_problem(name)

    def _look_again(self, name: str, *, resample: bool) -> None:
        data = self.arranged
        if data is None:
            return
        others = tuple(case for case in self.resampled if case != name)
        chosen = (*others, name) if resample else others
        dataset = data.dataset.resampling(chosen)
        ordered = replace(dataset, raters=data.orders[False])

        def done(row: CaseRow) -> None:
            if row.problem and resample:  # it is still none that can be used: nothing has changed
                self.failed.emit(UserError(row.problem))
                return
            self.resampled = chosen
            self.arranged = replace(data, dataset=dataset)
            self.rows[name] = row
            self.parts = {**self.parts, name: "out" if row.problem else self._home(name)}
            self._panel.put(row)
            self._panel.set_parts(self.parts)
            self._summarise()
            self._panel.show_case(name)
            self.changed.emit()

        self._jobs.start("again", lambda token, _progress: look_at(dataset.case(name), ordered, token),
                         title=tr("Reading the case"), done=done, failed=self.failed.emit)  # fmt: skip

    def _home(self, name: str) -> str:
        """Where a mended case belongs: with its patient, else where the split had it."""
        assert self.arranged is not None
        patient = self.arranged.dataset.case(name).patient
        kin = [c.name for c in self.arranged.dataset.cases if c.patient == patient and c.name != name]
        return next((self.parts[k] for k in kin if self.parts[k] != "out"), self._wanted.get(name, "out"))

    # -- looking at a case ----------------------------------------------------------------------------------------
    def open_case(self, name: str) -> None:
        """Open a case in Review; masks on another grid are put on the image's, with a notice that says so."""
        row, data = self.rows[name], self.arranged
        if data is None or not (row.other_grid or name in self.resampled):
            self._opener.open_paths([row.case.path])
        else:
            case, dataset = replace(row.case, resample=True), data.dataset

            def load(token: CancelToken, progress: Progress) -> Study:
                from proseg_gui.io.dataset import load_case

                return load_case(case, dataset.structures, channels=dataset.channels, progress=progress, token=token)

            self._opener.open_loaded(row.case.path, load)
        self.review_requested.emit()
