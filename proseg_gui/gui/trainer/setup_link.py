"""Section 2 of the Trainer at work: what can be started from, what stands in the way, and the plan that comes of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from proseg_gui.errors import UserError
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.trainer import parts as split
from proseg_gui.gui.trainer.comparing import names_here
from proseg_gui.gui.trainer.data_link import DataLink
from proseg_gui.gui.trainer.library import Model, seconds_a_step
from proseg_gui.gui.trainer.library_link import LibraryLink
from proseg_gui.gui.trainer.people_dialog import PeopleDialog
from proseg_gui.gui.trainer.run_panel import duration
from proseg_gui.gui.trainer.setup_panel import SetupPanel, StartItem
from proseg_gui.gui.trainer.starts import (
    Raters,
    fixed_by,
    images_trouble,
    likely,
    misfit,
    raters_of,
    raters_sentence,
    stage_trouble,
)
from proseg_gui.training.process import Plan, check_name
from proseg_gui.wording import plural

NO_TEST = marked("none: click in the column set to set patients aside")


class SetupLink(QObject):
    """Keeps the panel true to the data and the models that there are."""

    dialog_made = Signal(object)
    noticed = Signal(str)

    def __init__(self, panel: SetupPanel, data: DataLink, library: LibraryLink, parent: QObject) -> None:
        super().__init__(parent)
        self._panel, self._data, self._library = panel, data, library
        self._suggested = ""
        self._wanted: tuple[str, str] | None = None
        """Folder of the base and stage that the next data are to be learned with."""
        self._answers: dict[str, dict[str, str | None]] = {}
        """By folder of a base: who is who, as far as it was said."""
        panel.changed.connect(self.show)
        panel.start_chosen.connect(self._start_chosen)
        panel.people_asked.connect(self._ask_people)
        data.begun.connect(self._begun)
        data.read.connect(self._data_read)
        data.changed.connect(self.show)
        library.listed.connect(self.offer)

    def want(self, base: Path, stage: str) -> None:
        """Choose that base and stage for the data that are read next."""
        self._wanted = str(base), stage

    def _begun(self, plan: Plan | None) -> None:
        self._answers = {}  # other data have other people
        if plan is None:
            self.offer()
        if self._wanted is not None and plan is None and not self._panel.choose_start(*self._wanted):
            self.noticed.emit(tr("These data cannot be learned by the model that looks at the scan"))
        self._wanted = None

    def offer(self) -> None:
        """Offer what fits the data, and suggest a name."""
        data = self._data.arranged
        if data is not None:
            self._panel.set_bases([_item(model, misfit(model.card, data.dataset)) for model in self._library.models])
        self._start_chosen()

    def _data_read(self) -> None:
        said = {row.modality for row in self._data.rows.values() if row.modality}
        if not self._data.locked and len(said) == 1:
            self._panel.set_modality(said.pop())
        self.show()

    def _start_chosen(self) -> None:
        base, raters = self.base(), self._raters()
        if base is None or raters is None:
            self._panel.set_fixed("", "", "")
        else:
            words = raters_sentence(raters, self._panel.setup().stage)
            self._panel.set_fixed(*fixed_by(base.card), words)
        if self._panel.name.text() in ("", self._suggested) and self._data.arranged is not None:
            self._suggest(self._data.arranged.dataset.title or "model", base)
        self.show()

    def _suggest(self, data: str, base: Model | None) -> None:
        stem = data if base is None else f"{base.card.name}-{self._panel.setup().stage}"
        self._suggested = self._free_name(stem)
        self._panel.name.setText(self._suggested)

    def _free_name(self, stem: str) -> str:
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "_.+-") else "_" for c in stem)
        taken = {name.casefold() for name in self.taken()}
        numbers = (f"{plain.strip('_.+-')[:50] or 'model'}-{i}" for i in range(1, len(taken) + 2))
        return next(name for name in numbers if name.casefold() not in taken)

    def taken(self) -> list[str]:
        """Names of the models that there are."""
        return [model.folder.name for model in self._library.models]

    def base(self) -> Model | None:
        """The model to start from; ``None`` for a new one."""
        init = self._panel.setup().init
        return next((model for model in self._library.models if str(model.folder) == init), None)

    def _raters(self) -> Raters | None:
        base, data = self.base(), self._data.arranged
        if base is None or data is None:
            return None
        return raters_of(base.card, data.dataset.raters, self._answers.get(str(base.folder), {}))

    def _ask_people(self) -> None:
        base, data, raters = self.base(), self._data.arranged, self._raters()
        if base is None or data is None or raters is None:
            return
        here = names_here(base.card)
        dialog = PeopleDialog(base.card.name, {name: here[name] for name in base.card.raters},
                              likely(base.card, data.dataset.raters), raters.people(), self._panel)  # fmt: skip

        def answered(answers: dict[str, str | None]) -> None:
            self._answers[str(base.folder)] = answers
            self._start_chosen()

        dialog.answered.connect(answered)
        self.dialog_made.emit(dialog)

    def show(self) -> None:
        """Say what is validated on, how long it will take, and what stands in the way."""
        panel, data = self._panel, self._data.arranged
        if data is None or self._data.locked:
            panel.show_state("", "", "", "", False)
            return
        given = panel.setup()
        count = split.patients(self._data.parts, data.dataset, "val")
        fair = tr("from split.json") if data.dataset.split is not None and self._data.as_found() else tr("by patient")
        held = (
            tr("{patients}, {fair}; never learnt from").format(patients=_patients(count), fair=fair)
            if count
            else tr("nobody: the model stays unjudged")
        )
        aside = split.patients(self._data.parts, data.dataset, "test")
        test = (
            tr("{patients}, set aside; judged once, when you ask for it").format(patients=_patients(aside))
            if aside
            else tr(NO_TEST)
        )
        pace = self._pace(given.stage)
        time = (
            tr("known after the first 20 steps")
            if pace is None
            else (
                tr("about {time}, at the pace of the last training on such images").format(
                    time=duration(pace * given.steps)
                )
            )
        )
        panel.show_state(held, test, time, self._trouble(given.name, given.stage), self._data.complete)

    def _pace(self, stage: str) -> float | None:
        base, rows = self.base(), self._data.rows
        first = next((rows[name] for name in self._data.names("train") if name in rows), None)
        if base is not None:
            images = base.card.structures, base.card.channels, base.card.spacing_mm
        elif first is not None and self._data.arranged is not None:
            dataset = self._data.arranged.dataset
            images = dataset.structures, dataset.channels, first.spacing_mm
        else:
            return None
        return seconds_a_step(self._library.models, images, stage)

    def _trouble(self, name: str, stage: str) -> str:
        if not self._data.complete:
            return ""
        if "train" not in self._data.parts.values():
            return tr("No case is left to train on: click in the column set.")
        try:
            check_name(name, self.taken())
        except UserError as error:
            return str(error)
        base, raters = self.base(), self._raters()
        if base is None or raters is None:
            return self._unsaid() or self._panel.window_trouble() or self._panel.advanced.trouble()
        if raters.unsaid:
            return stage_trouble(raters, stage)
        from proseg_gui.training.origin import match_raters

        assert self._data.arranged is not None
        try:
            match_raters(base.card, self._data.arranged.dataset, raters.people())
        except UserError as error:  # two of the names here are one of its raters
            return str(error)
        used = (row for row in self._data.rows.values() if self._data.parts[row.case.name] in ("train", "val"))
        return stage_trouble(raters, stage) or images_trouble(base.card, used)

    def _unsaid(self) -> str:
        """A model that does not know what its images are cannot tell that a scan is of another kind."""
        if self._panel.setup().modality or any(row.modality for row in self._data.rows.values()):
            return ""
        return tr("The files do not say what the images are: choose it under Images.")

    def plan(self) -> Plan | None:
        """What the panels say; ``None`` while there are no data."""
        data, given, raters = self._data, self._panel.setup(), self._raters()
        if data.arranged is None:
            return None
        init = str(Path(given.init).absolute()) if given.init else ""
        return Plan(
            str(data.arranged.dataset.path.absolute()), given.name, given.steps, given.seed, data.names("train"),
            data.names("val"), given.modality, given.flip, given.window, given.keep_names, init, given.stage,
            tuple(name for name in data.resampled if data.parts[name] != "out"), data.names("test"),
            None if raters is None or raters.unsaid else raters.people(), given.network,
        )  # fmt: skip


def _patients(count: int) -> str:
    return plural(count, tr("patient"), tr("patients"))


def _item(model: Model, problem: str) -> StartItem:
    where = tr(" (shipped)") if model.shipped else ""
    title = f"{model.card.name} {model.card.version}{where}"
    return StartItem(str(model.folder), title, problem)
