"""Opening scans and models in the background, and the questions that come up on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from proseg_gui.errors import UserError
from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.model_before import ModelBefore
from proseg_gui.gui.review.work import JobState
from proseg_gui.gui.views.palette import heat_tables
from proseg_gui.gui.views.thumbnails import plain_thumbnail
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.case import OpenedCase, flag
from proseg_gui.review.document import Document
from proseg_gui.review.keeper import Keeper, key_of
from proseg_gui.review.proposal import LookThrough, NoModelFits, choose_bundle_name
from proseg_gui.review.session import Reviewed, begin_review
from proseg_gui.review.state import ViewState, WorkItem
from proseg_gui.review.worklist import Worklist
from proseg_gui.volume import Study

if TYPE_CHECKING:
    from proseg_gui.inference.engine import Engine

DEMO_MODEL = "phantom"
DEMO = WorkItem("demo", Path("demo"), "demo")


@dataclass(frozen=True)
class _Found:
    """What opening came to: a case, or several things of which one is to be chosen."""

    item: WorkItem | None = None
    case: OpenedCase | None = None
    choices: tuple[Any, ...] = ()
    chosen: bool = False
    """Whether all ``choices`` were pointed at, and not only the folder that holds them."""
    channels: bool = False
    """Whether they are channels of one scan, as it seems."""


class Opener(QObject):
    """Opens what the user points at; one thing at a time, the newest request wins, everything can be cancelled."""

    choose_requested = Signal(object, object, str)
    """``(path, candidates, how)``: there are several images; answer with :meth:`open_candidate`, :meth:`open_cases` or
    :meth:`open_channels`. ``how``: ``one`` where a folder holds them, else as they are likely meant."""
    model_question = Signal(object, object)
    """``(UserError, answer)``: the model was made for other images; call ``answer()`` to use it all the same."""
    worklist_changed = Signal(object)
    person_changed = Signal(str)

    def __init__(self, controller: Controller, keeper: Keeper, device: str = "auto", model: str = "") -> None:
        super().__init__(controller)
        self._controller, self._desk = controller, controller.desk
        self.keeper = keeper
        self.worklist = Worklist()
        self.device = device
        self.exhaustive = False
        """Whether every slice of a volume is measured, also where a coarse pass shows nothing."""
        self._wanted_model = model
        self._adjusting: tuple[Engine, bool] | None = None
        """The engine that is being replaced, and whether the next one adjusts for the scanner."""
        self._references: dict[tuple[str, str], str] = {}
        """How models that looked at cases since the start were asked for: (name, hash of the weights) -> reference."""
        ModelBefore(controller)
        controller.view_kept.connect(lambda kept: self.keeper.keep_view(*kept))
        controller.shown_kept.connect(lambda kept: self.keeper.keep_shown(*kept))
        controller.doubt_measured.connect(self._note_doubt)
        controller.structure_state_changed.connect(lambda _none: self._note_state())
        controller.history_changed.connect(lambda _gesture: self._note_state())
        controller.model_wanted.connect(self._go_back_to)
        controller.view_changed.connect(self._adjust)

    def warm_up(self) -> None:
        """Import what scan and model need (torch takes seconds) while the scan is being chosen or read."""
        # Here and not beside: threads that import parts of scipy at once, on a cold disk, saw it half imported (10 ms).
        import scipy  # noqa: F401

        def work(_token: CancelToken, _progress: Progress) -> None:
            import scipy.optimize
            import scipy.spatial.distance  # noqa: F401

            import proseg_gui.inference.latents
            import proseg_gui.inference.survey
            import proseg_gui.io.open
            import proseg_gui.networks.registry  # noqa: F401

            heat_tables()

        controller = self._controller
        controller.jobs.start("warm", work, title=tr("Loading"), done=lambda _none: None, failed=controller.failed.emit)

    # -- scans ----------------------------------------------------------------------------------------------------
    def open_demo(self) -> None:
        """Open the shipped phantom with its model."""

        def load(_token: CancelToken, progress: Progress) -> Study:
            from proseg_gui.phantom import demo_study

            progress(0.1, tr("making the demo scan"))
            return demo_study()

        self._open_case(tr("Opening the demo"), DEMO, load)

    def open_last(self) -> None:
        """Open what was open when the program was left: the cases, and the one in view where it stood."""

        def work(_token: CancelToken, _progress: Progress) -> tuple[list[WorkItem], str]:
            return self.keeper.session()

        def done(found: tuple[list[WorkItem], str]) -> None:
            items, order = found
            current = next((item for item in items if item.current), None)
            if order:
                self.worklist.order = order
            self.worklist.items = tuple(items)
            self._tell()
            if current is not None:
                self.open_item(current.key)

        self._run(tr("Opening what was open"), work, done)

    def open_paths(self, paths: Sequence[Path], channels: Mapping[str, Path] | None = None) -> None:
        """Open a scan, a DICOM folder, a case, or a dataset folder (its cases become the worklist)."""
        if not paths and not channels:
            return
        first = paths[0] if paths else next(iter((channels or {}).values()))

        def work(token: CancelToken, progress: Progress) -> _Found:
            from proseg_gui.io.open import open_study
            from proseg_gui.review.inputs import item_of, likely_channels, openable

            if channels:
                study = open_study(first, channels=channels, progress=progress, token=token)
                return self._case_of(_plain_item(first, study.name), study)
            found = openable(paths, progress, token)
            if len(found) > 1:
                return _Found(choices=tuple(found), chosen=len(paths) > 1, channels=likely_channels(found))
            return self._read(item_of(found[0]), found[0], progress, token)

        self._run(tr("Opening {name}").format(name=first.name), work, partial(self._found, first))

    def open_candidate(self, candidate: Any) -> None:
        """Open one of several series or cases."""

        def work(token: CancelToken, progress: Progress) -> _Found:
            from proseg_gui.review.inputs import item_of

            return self._read(item_of(candidate), candidate, progress, token)

        self._run(tr("Opening {label}").format(label=candidate.label), work, partial(self._found, candidate.path))

    def open_channels(self, candidates: Sequence[Any]) -> None:
        """Open several images of one person as the channels of one scan, on the first one's grid."""
        first = candidates[0]

        def work(token: CancelToken, progress: Progress) -> _Found:
            from proseg_gui.review.inputs import as_channels, item_of

            return self._case_of(item_of(*candidates), as_channels(candidates, progress, token))

        self._run(tr("Opening {label}").format(label=first.label), work, partial(self._found, first.path))

    def open_item(self, key: str) -> None:
        """Open a case of the worklist."""
        item = self.worklist.item(key)
        if item is None:
            return
        if item.key == DEMO.key:
            self.open_demo()
            return

        def work(token: CancelToken, progress: Progress) -> _Found:
            from proseg_gui.review.inputs import as_channels, candidate_of

            if item.others:
                all_of = [candidate_of(one, progress, token) for one in (item, *item.others)]
                return self._case_of(item, as_channels(all_of, progress, token))
            return self._read(item, candidate_of(item, progress, token), progress, token)

        self._run(tr("Opening {name}").format(name=item.name), work, partial(self._found, item.path))

    def open_loaded(self, path: Path, load: Callable[[CancelToken, Progress], Study]) -> None:
        """Open the scan at ``path`` as ``load`` reads it in the background."""
        self._open_case(tr("Opening {name}").format(name=path.name), _plain_item(path, path.name), load)

    def straighten(self) -> None:
        """Show the tilted or uneven scan in view as a new study, resampled to even and upright slices."""
        study = self._desk.study
        item = self.worklist.current
        if study is None:
            return

        def load(token: CancelToken, progress: Progress) -> Study:
            from proseg_gui.io.images.resample import straightened

            return straightened(study, progress=progress, token=token)[0]

        review = self._desk.review
        model = "" if review is None else str(review.bundle.folder)
        path = Path("straightened") if item is None else item.path
        straight = replace(_plain_item(path, f"{study.name}, straightened"), key=f"{path}\nstraightened")
        self._open_case(tr("Straightening the slices"), straight, load, model=model)

    def _open_case(
        self, title: str, item: WorkItem, load: Callable[[CancelToken, Progress], Study], *, model: str = ""
    ) -> None:
        def work(token: CancelToken, progress: Progress) -> _Found:
            return self._case_of(item, load(token, progress))

        self._run(title, work, partial(self._found, item.path, model=model))

    def _read(self, item: WorkItem, candidate: Any, progress: Progress, token: CancelToken) -> _Found:
        """For a worker: read a candidate, or find that it holds several volumes."""
        from proseg_gui.io.open import SeveralSeries, open_study

        try:
            return self._case_of(item, open_study(candidate, progress=progress, token=token))
        except SeveralSeries as several:  # the volumes of a 4D file
            return _Found(choices=several.candidates)

    def _case_of(self, item: WorkItem, study: Study) -> _Found:
        """For a worker: the study with what is kept of it."""
        case = self.keeper.open(study, item)
        known = self.keeper.known([replace(item, case_id=case.case_id)])[0]
        return _Found(known, case)

    def _found(self, path: Path, found: _Found, *, model: str = "") -> None:
        if found.case is not None and found.item is not None:
            self._opened(found.item, found.case, model)
            return
        from proseg_gui.review.inputs import one_a_patient  # late: it brings every reader, and the start would wait

        cases = [c for c in found.choices if c.kind == "case"]
        if cases and len(cases) == len(found.choices):
            self.open_cases(cases)
        elif one_a_patient(found.choices):
            self.open_cases(found.choices)
        else:
            how = "one" if not found.chosen else "channels" if found.channels else "cases"
            self.choose_requested.emit(path, list(found.choices), how)

    def open_cases(self, cases: Sequence[Any]) -> None:
        """Cases of a folder become the worklist; the first as it is seen is opened."""

        def work(_token: CancelToken, _progress: Progress) -> list[WorkItem]:
            from proseg_gui.review.inputs import item_of

            return self.keeper.known([item_of(candidate) for candidate in cases])

        def done(items: list[WorkItem]) -> None:
            self.worklist.show(items)
            self._tell()
            self.open_item(self.worklist.items[0].key)

        self._run(tr("Listing the cases"), work, done)

    def _opened(self, item: WorkItem, case: OpenedCase, model: str) -> None:
        controller = self._controller
        self._desk.show(case)
        self.worklist.open(replace(item, name=_name_in_list(self.worklist, item)))
        self._note_state()
        if item.key != DEMO.key:
            settings = replace(controller.display.view.settings.with_recent(str(item.path)))
            controller.display.set_view(recent=settings.recent, last_folder=str(item.path.parent))
        self._look_through(model or self._wanted_model or self._own_model(item, case))

    @staticmethod
    def _own_model(item: WorkItem, case: OpenedCase) -> str:
        """The model that looked at the case last; for the demo its own; empty where there is none."""
        kept = case.view.get("model")
        return kept if isinstance(kept, str) and kept else DEMO_MODEL if item.key == DEMO.key else ""

    # -- the worklist ---------------------------------------------------------------------------------------------
    def open_neighbour(self, offset: int) -> None:
        """Open the next or previous case of the worklist, as it is seen."""
        item = self.worklist.neighbour(offset)
        if item is None:
            self._controller.noticed.emit(tr("There is no further case in the worklist"))
        else:
            self.open_item(item.key)

    def sort(self, order: str) -> None:
        """Sort the worklist."""
        self.worklist.sort(order)
        self._tell()

    def flag(self, key: str, flagged: bool) -> None:
        """Set or take away the flag of a case, open or not."""
        item = self.worklist.item(key)
        if item is None:
            return
        if item.current:
            if self._desk.shapes.flagged != flagged:
                self._desk.shapes.flag()
            return
        if not item.case_id:
            self._controller.noticed.emit(tr("Open the case once before it is flagged"))
            return

        def work(_token: CancelToken, _progress: Progress) -> Document | None:
            return self.keeper.document(item.case_id)

        def done(document: Document | None) -> None:
            if document is not None:
                flag(document, flagged)
                self.worklist.update(key, flagged=flagged)
                self._tell()

        controller = self._controller
        controller.jobs.start("files", work, title=tr("Flag"), done=done, failed=controller.failed.emit)

    def _note_state(self) -> None:
        current = self.worklist.current
        if current is not None and self._desk.case is not None and current.case_id == self._desk.case.case_id:
            self.worklist.update(current.key, state=self._desk.shapes.state, flagged=self._desk.shapes.flagged)
            self._tell()

    def _note_doubt(self, measured: tuple[str, float, Mapping[str, Any]]) -> None:
        case_id, ml, model = measured
        self.keeper.keep_doubt(case_id, ml, model)
        current = self.worklist.current
        if current is not None and current.case_id == case_id:
            self.worklist.update(current.key, doubt=ml, doubts={**current.doubts, str(model["sha256"]): ml}, problem="")
            self._tell()

    def compare_by(self, model: str) -> None:
        """Compare the cases of the worklist by the doubt that the model of this hash measures."""
        if model != self.worklist.model:
            self.worklist.compare_by(model)
            self._tell()

    def note_measured(self, key: str, case_id: str, ml: float, model: Mapping[str, Any]) -> None:
        """A case that is not open was measured in the background."""
        self.keeper.keep_doubt(case_id, ml, model)
        self.worklist.measured(key, case_id, ml, str(model["sha256"]))
        self._tell()

    def note_unmeasured(self, key: str, problem: str) -> None:
        """A case that is not open cannot be measured; its row says why."""
        self.worklist.update(key, problem=problem)
        self._tell()

    def _tell(self) -> None:
        self.worklist_changed.emit(self.worklist.items)
        self.keeper.keep_session(self.worklist.items, self.worklist.order)

    def use_keeper(self, keeper: Keeper) -> None:
        """Work in another project from now on, with what was open there; the one before is closed by the caller."""
        self._desk.clear()
        self.keeper = keeper
        self.worklist.items = ()
        self.worklist_changed.emit(())
        self.person_changed.emit(keeper.person)
        self.open_last()

    @property
    def person(self) -> str:
        """The pseudonym under which readings are accepted; empty before one was chosen."""
        return self.keeper.person

    def set_person(self, name: str) -> None:
        """Accept as ``name`` from now on."""
        self.keeper.set_person(name)
        if self._desk.case is not None:
            self._desk.document.person = name
        self.person_changed.emit(name)

    def forget_places(self) -> None:
        """Forget where the cases lie; the open case stays open, and all work stays."""
        self.keeper.forget_places()
        self.worklist.items = tuple(item for item in self.worklist.items if item.current)
        self.worklist_changed.emit(self.worklist.items)

    def remove_current(self) -> None:
        """Erase all that the project holds of the open case, and close it."""
        item = self.worklist.current
        if item is None or self._desk.case is None:
            return
        case_id = self._desk.case.case_id

        def work(_token: CancelToken, _progress: Progress) -> None:
            self.keeper.remove(case_id)

        def done(_none: None) -> None:
            self.worklist.items = tuple(kept for kept in self.worklist.items if kept.key != item.key)
            self._tell()
            self._controller.noticed.emit(tr("The case was removed from the project; its files were not touched"))

        self._desk.clear()
        self._run(tr("Removing the case"), work, done)

    # -- models ---------------------------------------------------------------------------------------------------
    def use_model(self, name_or_path: str) -> None:
        """Look at the open study through another bundle, now and from now on."""
        self._wanted_model = name_or_path
        if self._desk.study is None:
            self._controller.display.set_view(model=name_or_path)
        else:
            self._look_through(name_or_path, chosen=True)

    def use_device(self, device: str) -> None:
        """Run the model elsewhere: ``auto``, ``cpu``, ``cuda`` or ``mps``."""
        self.device = device
        review = self._desk.review
        if review is not None:
            self._look_through(str(review.bundle.folder))

    def _adjust(self, view: ViewState) -> None:
        """The switch was turned: the same model looks again, with the adjustment or without."""
        review, wanted = self._desk.review, view.settings.adjust_scanner
        if review is None or not review.engine.method.capabilities.adjusts or review.engine.adjusted == wanted:
            return
        if self._adjusting != (review.engine, wanted):
            self._adjusting = review.engine, wanted
            self._look_through(str(review.bundle.folder))

    def look_around(self, centre_mm: tuple[float, float, float]) -> None:
        """Put the model's box of view around a point in LPS mm."""
        review = self._desk.review
        if review is not None:
            self._look_through(str(review.bundle.folder), centre_mm=centre_mm)

    def _look_through(
        self,
        wanted: str,
        *,
        centre_mm: tuple[float, float, float] | None = None,
        other_modality: bool = False,
        chosen: bool = False,
    ) -> None:
        """``chosen``: the person wants this model for this case, which is a step that can be undone."""
        study, device = self._desk.study, self.device
        remembered = self._controller.display.view.settings.model
        adjusted = self._controller.display.view.settings.adjust_scanner
        if study is None or self._desk.case is None:
            return
        case_id = self._desk.case.case_id

        def work(token: CancelToken, progress: Progress) -> Reviewed:
            from proseg_gui.bundle import WrongModality, check_fits, list_bundles, load_bundle

            progress(0.5, tr("loading the model"))
            look = LookThrough(study, device, token)
            reference = choose_bundle_name(study, wanted, remembered, list_bundles(own=True), look)
            engine = look.engines.get(reference) if centre_mm is None else None
            bundle = load_bundle(reference) if engine is None else engine.bundle
            try:
                check_fits(bundle.card, study)
            except WrongModality:
                if not other_modality:
                    raise
            progress(0.9, tr("first contour"))
            heat_tables()  # its maps are drawn soon, and by then no file is to be read
            self.keeper.about(case_id, bundle.card.structures)
            review = begin_review(
                study, bundle, device, centre_mm, engine, exhaustive=self.exhaustive, adjusted=adjusted
            )
            return replace(review, reference=reference)

        def failed(error: BaseException) -> None:
            from proseg_gui.bundle import WrongModality

            self._desk.expect_model(False)
            if isinstance(error, NoModelFits):  # the scan is there to look at, and a model can be chosen
                self._controller.noticed.emit(str(error))
                self._controller.settled.emit()
            elif isinstance(error, WrongModality):
                answer = partial(self._look_through, wanted, centre_mm=centre_mm, other_modality=True, chosen=chosen)
                self.model_question.emit(error, answer)
            else:
                self._controller.failed.emit(error)

        before = self._desk.model
        self._desk.expect_model(True)
        self._run(tr("Loading the model"), work, partial(self._ready, before if chosen else None), failed)

    def _go_back_to(self, model: Mapping[str, Any]) -> None:
        """Undo wants another model; what a project knows of it is its name and hash, never where it lies."""
        name, sha256 = str(model["name"]), str(model["sha256"])
        self._look_through(self._references.get((name, sha256), name))

    def _ready(self, before: dict[str, Any] | None, review: Reviewed) -> None:
        current = self.worklist.current
        if current is None or current.key != DEMO.key:
            self._controller.display.set_view(model=review.reference)
        card = review.bundle.card
        self._references[card.name, card.sha256] = review.reference
        self._desk.begin(review)
        if before is not None and self._desk.model is not None:
            self._desk.shapes.note_model(before, self._desk.model)

    def fetch_thumbnails(self, candidates: Sequence[Any], found: Callable[[int, np.ndarray], None]) -> None:
        """Make a picture of each candidate's middle slice; ``found(i, picture)`` is called as they come."""
        jobs = self._controller.jobs

        def work(token: CancelToken, _progress: Progress) -> None:
            from proseg_gui.review.inputs import preview_slice

            for number, candidate in enumerate(candidates):
                token.check()
                try:
                    values, window, spacing_yx = preview_slice(candidate)
                except UserError:
                    continue  # its row says why, and the others have pictures all the same
                jobs.post(token, found, number, plain_thumbnail(values, window, spacing_yx))

        jobs.start("previews", work, title=tr("Previews"), done=lambda _none: None, failed=lambda _e: None, latest=True)

    # -- running --------------------------------------------------------------------------------------------------
    def read_beside(self, title: str, work: Any, done: Callable[[Any], None]) -> None:
        """Read something for the scan in view: with the progress and cancel of opening, instead of what was opening."""
        self._run(title, work, done)

    def _run(self, title: str, work: Any, done: Any, failed: Any = None) -> None:
        controller = self._controller

        def progress(share: float, text: str) -> None:
            controller.job_changed.emit(JobState(title, share, text, None))

        controller.job_changed.emit(JobState(title, 0.0, "", None))
        controller.jobs.start(
            "open",
            work,
            title=title,
            done=done,
            failed=failed or controller.failed.emit,
            progress=progress,
            ended=self._ended,
            latest=True,
        )

    def _ended(self) -> None:
        jobs = self._controller.jobs
        if not jobs.busy("open") and not jobs.busy("sweep"):
            self._controller.job_changed.emit(None)

    def cancel(self) -> None:
        """Stop opening; what was open before stays."""
        self._controller.jobs.cancel("open")
        self._desk.expect_model(False)
        self._controller.job_changed.emit(None)


def _plain_item(path: Path, name: str) -> WorkItem:
    item = WorkItem("", path, name)
    return replace(item, key=key_of(item))


def _name_in_list(worklist: Worklist, item: WorkItem) -> str:
    """A case keeps the name under which the list shows it."""
    known = worklist.item(item.key)
    return item.name if known is None else known.name
