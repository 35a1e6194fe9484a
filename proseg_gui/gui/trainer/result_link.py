"""Section 4 of the Trainer at work: a new model's report, and its one look at the test part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from proseg_gui.bundle import Card, read_card
from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.language import tr
from proseg_gui.gui.trainer.data_link import DataLink
from proseg_gui.gui.trainer.library_link import LibraryLink
from proseg_gui.gui.trainer.nice import lower_priority
from proseg_gui.gui.trainer.questions import confirm
from proseg_gui.gui.trainer.reports import report_dialog
from proseg_gui.gui.trainer.tab import TrainerTab
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.training.process import LOG, Training
from proseg_gui.wording import plural


class ResultLink(QObject):
    """What can be asked of a finished training beside keeping or discarding its model."""

    judged = Signal()
    """The test part was judged, or could not be: the card is to be shown anew."""
    failed = Signal(object)
    noticed = Signal(str)
    dialog_made = Signal(object)

    def __init__(
        self, tab: TrainerTab, data: DataLink, library: LibraryLink, jobs: QtJobs,
        training: Callable[[], Training | None], parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._tab, self._data, self._library, self._jobs, self._training = tab, data, library, jobs, training
        self.judging = False
        """Whether the test part is being judged now."""
        tab.result.test_asked.connect(self._ask_test)
        tab.result.report_asked.connect(self.report)

    def report(self) -> None:
        """Write the training's figures, curves and pictures to a file."""
        training = self._training()
        if training is None:
            return
        pictures = [p.thumbnail for p in self._tab.strip.pictures.values() if p.thumbnail is not None]

        def work(_token: CancelToken, _progress: Progress) -> tuple[Card, list[dict[str, Any]]]:
            from proseg_gui.training.log import read_rows

            return read_card(training.bundle), read_rows(training.state / LOG)

        def done(found: tuple[Card, list[dict[str, Any]]]) -> None:
            said = self.noticed.emit, self.failed.emit
            self.dialog_made.emit(report_dialog(*found, pictures, self._tab, self._jobs, said))

        self._jobs.start("report", work, title=tr("Reading the log"), done=done, failed=self.failed.emit)

    def _ask_test(self) -> None:
        training = self._training()
        if training is None:
            return
        if self._data.arranged is None:
            self.noticed.emit(tr("The data are still being read"))
            return
        count = len(training.plan.test)
        text = (
            tr("The {cases} that you set aside will say how good this model is.")
            + " "
            + tr("That can be done once: whoever changes something and looks again has chosen by them.")
        ).format(cases=plural(count, tr("case"), tr("cases")))
        self.dialog_made.emit(
            confirm(tr("Judge this model on the test part?"), text, tr("Judge"), self.judge, self._tab)
        )

    def judge(self) -> None:
        """Judge the new model on the cases that were set aside; its card keeps the figures, and that it was done."""
        training, data, panel = self._training(), self._data.arranged, self._tab.result
        if training is None or data is None:
            return
        plan, others = training.plan, [model.card for model in self._library.models]

        def work(token: CancelToken, progress: Progress) -> None:
            from proseg_gui.training.testing import judge_once

            lower_priority()
            names = {name: alias for name, alias in data.names_of(plan).items() if name in data.dataset.raters}
            judge_once(training.bundle, data.dataset, plan.test, names, others, progress, token)

        def progress(share: float, _text: str) -> None:
            panel.show_judging(tr("judging the test part · {share:.0%}").format(share=share))

        def ended() -> None:
            self.judging = False
            self.judged.emit()

        def failed(error: BaseException) -> None:
            ended()
            self.failed.emit(error)

        self.judging = True
        panel.show_judging(tr("judging the test part"))
        self._jobs.start("test", work, title=tr("Judging the test part"), done=lambda _none: ended(),
                         failed=failed, progress=progress)  # fmt: skip
