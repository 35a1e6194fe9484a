"""Measures every structure as it stands, when it is asked for, and writes the figures to a file."""

from __future__ import annotations

from pathlib import Path

from proseg_gui.gui.dialogs.saving import SaveDialog
from proseg_gui.gui.dialogs.statistics_dialog import StatisticsDialog
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.statistics import Statistics, as_csv, statistics, write_csv

LANE, TITLE = "statistics", marked("Measuring structures")
ACCEPTED, DRAFT = marked("accepted"), marked("draft")


class StatisticsLink:
    """Opens the dialog on the open case; another case closes it."""

    def __init__(self, host: Host, controller: Controller) -> None:
        self._host, self._controller = host, controller
        self.dialog: StatisticsDialog | None = None
        self._text = ""
        controller.study_changed.connect(lambda _study: self._close())

    def blocked(self) -> str:
        """Why there is nothing to measure."""
        desk = self._controller.desk
        if desk.study is None:
            return tr("Open a scan first")
        return "" if desk.structures else tr("Add a structure first")

    def open(self) -> None:
        """Show the dialog, or bring it to the front, and measure."""
        desk = self._controller.desk
        if self.blocked() or desk.study is None:
            return
        if self.dialog is None:
            self.dialog = StatisticsDialog(self._host.parent)
            self.dialog.closed.connect(lambda: self._host.jobs.cancel(LANE))
            self.dialog.save_asked.connect(self._ask_where)
        channel, geometry, case = desk.display.measured, desk.study.geometry, desk.study.name
        name = next((n for n, volume in desk.study.channels.items() if volume is channel), "")
        structures = [
            (one, ACCEPTED if desk.shapes.locked(number) is not None else DRAFT, desk.operations.shape_of(one))
            for number, one in enumerate(desk.structures)
        ]
        self.dialog.begin(f"{case}, {name}" if name else case, [one for one, _, _ in structures])
        self.dialog.show()
        self.dialog.raise_()

        def work(token: CancelToken, progress: Progress) -> list[Statistics | None]:
            found = []
            for one, state, shape in structures:
                token.check()
                found.append(statistics(one, state, shape(token, progress), channel.array, geometry))
            return found

        def done(found: list[Statistics | None]) -> None:
            there = [one for one in found if one is not None]
            empty = [name for (name, _, _), one in zip(structures, found, strict=True) if one is None]
            self._text = as_csv(case, name, channel.unit, there)
            if self.dialog is not None:
                self.dialog.show_found(there, channel.unit, empty)

        self._host.jobs.start(LANE, work, title=tr(TITLE), done=done, failed=self._host.failed, latest=True)

    def _close(self) -> None:
        self._host.jobs.cancel(LANE)
        if self.dialog is not None:
            self.dialog.close()

    def _ask_where(self) -> None:
        folder = self._controller.display.view.settings.export_folder
        dialog = SaveDialog(self._host.parent, tr("Structures in figures"), folder, tr("CSV (*.csv)"), "csv")
        self._host.show_dialog(dialog, lambda: self.write(dialog.path))

    def write(self, path: Path) -> None:
        """Write what the dialog shows, in the background; the file dialog has asked before replacing one."""
        text = self._text

        def done(_none: None) -> None:
            self._controller.exported.emit(path.parent)
            self._host.notice(tr("Wrote {path}").format(path=path))

        self._host.jobs.start("export", lambda _token, _progress: write_csv(path, text), title=tr(TITLE), done=done,
                              failed=self._host.failed)  # fmt: skip
