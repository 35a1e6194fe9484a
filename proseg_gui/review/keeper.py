"""What is kept of cases, between the window and the project.

Opening a case finds what was done to it; what is done goes to the project's writer as it happens. Methods that say
"for a worker" read files and must not be called on the window's thread; all others only hand over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from proseg_gui.errors import UserError
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.carry import carry
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.document import Document, Gesture
from proseg_gui.review.edits import Bricks
from proseg_gui.review.project import CaseEntry, Project, complete, default_project_path, identify, open_project
from proseg_gui.review.project.takeover import take_over_worklist
from proseg_gui.review.saves import Saves
from proseg_gui.review.state import WorkItem
from proseg_gui.volume import Study

LAST_S = 10.0
OLD_WORKLIST = "worklist.json"
"""Where versions before the project kept the states of cases."""


class Keeper:
    """Keeps cases in a project, or nothing where there is none (a picture for a document).

    Parameters
    ----------
    project, saves:
        The open project and its writer; both ``None`` to keep nothing.
    """

    def __init__(self, project: Project | None = None, saves: Saves | None = None) -> None:
        self.project, self._saves = project, saves
        self.person = "" if project is None else project.person()
        """The pseudonym under which readings are accepted; empty before one was chosen."""
        self.failed: Callable[[UserError], None] = lambda _error: None
        """Called from the writer's thread when something cannot be kept; it stays in memory and is tried again."""
        self._documents: WeakValueDictionary[str, Document] = WeakValueDictionary()
        """Documents in use by their cases: a case has one in a window, however often it is opened."""
        self._finding = threading.Lock()
        self._lost = 0
        """Steps of cases that nothing can be kept of."""
        self.private = False
        """Whether the project is one that a window without a chosen one works in."""
        self.said = ""
        """What a person should know of where the work is kept; empty when there is nothing to know."""

    @property
    def read_only(self) -> str:
        """Why nothing can be kept, as a clause; empty when it can."""
        return "" if self.project is None else self.project.read_only

    def about(self, case_id: str, structures: Sequence[str]) -> None:
        """Tell what a case is about; it is accepted when all of these structures are."""
        if self._saves is not None and case_id and not self.read_only:
            self._saves.case(case_id, structures=structures)

    # -- opening --------------------------------------------------------------------------------------------------
    def open(self, study: Study, item: WorkItem) -> OpenedCase:
        """For a worker: the study with what was done to it and where one stood in it."""
        if self.project is None:
            return self._unkept(study)
        try:
            return self._found(study, item, self.project)
        except UserError as error:  # the scan can be looked at all the same
            said = f"What was done to this case cannot be read, and nothing that is done now can be kept: {error.what}."
            return self._unkept(replace(study, notices=(said, *study.notices)))

    def _unkept(self, study: Study) -> OpenedCase:
        case = OpenedCase.fresh(study, self.person)
        case.document.listen(self._note_lost)
        return case

    def _note_lost(self, _gesture: Gesture) -> None:
        self._lost += 1

    def _found(self, study: Study, item: WorkItem, project: Project) -> OpenedCase:
        case_id = self._case_id(study, item, project)
        document, said = self._document(case_id, study.geometry.shape)
        if said:
            study = replace(study, notices=(said, *study.notices))
        # What waits for the disc is looked at first: what is written meanwhile is in the file then.
        view = None if self._saves is None else self._saves.waiting_view(case_id)
        shown = {} if self._saves is None else self._saves.waiting_shown(case_id)
        for structure in project.shown_structures(case_id):
            found = project.shown(case_id, structure) if structure not in shown else None
            if found is not None:
                shown[structure] = found
        return OpenedCase(study, document, case_id, view or project.view(case_id) or {}, shown)

    def _case_id(self, study: Study, item: WorkItem, project: Project) -> str:
        identity = identify(study)
        if not project.known(identity):
            identity = complete(study, identity)
        case_id = project.case_for(identity, name=item.name, path=item.path, later=True)
        if self._saves is not None and not project.read_only:
            self._saves.case(case_id)  # writes soon
        return case_id

    def case_id(self, study: Study, item: WorkItem) -> str:
        """For a worker: the study's name in the project, where it is a new case if nobody opened it; else empty."""
        return "" if self.project is None else self._case_id(study, item, self.project)

    def _document(self, case_id: str, shape: tuple[int, int, int]) -> tuple[Document, str]:
        """A case's document: the one in use (an acceptance may still be on its way into it), or as it is kept.

        And what is to be said of it, where another window worked on the case too.
        """
        with self._finding:
            history, refused = self._history(case_id)
            used = self._documents.get(case_id)
            if used is not None and _begins_with(used.history, history):
                used.person = self.person
                return used, ""
            document = Document(shape, history, person=self.person)
            said = ""
            if self._saves is not None:
                saves = self._saves
                document.listen(lambda gesture: saves.gesture(case_id, gesture))
                if refused:
                    said = _carried(saves.give_up(case_id), document)
            self._documents[case_id] = document
            return document, said

    def _history(self, case_id: str) -> tuple[tuple[Gesture, ...], bool]:
        """A case's steps: those in the file, and after them those that wait to be written.

        And whether those that wait do not follow, because another window came before them: they are left out then.
        """
        assert self.project is not None
        waiting = () if self._saves is None else self._saves.waiting  # first: what is written meanwhile is in the file
        history = self.project.history(case_id)
        steps = [step for owner, step in waiting if owner == case_id]
        if any(_mark(step) != _mark(history[step.number - 1]) for step in steps if step.number <= len(history)):
            return history, True
        return (*history, *(step for step in steps if step.number > len(history))), False

    def known(self, items: Sequence[WorkItem]) -> list[WorkItem]:
        """For a worker: ``items`` with what the project knows of the cases that were opened there before."""
        if self.project is None:
            return list(items)
        entries = self.project.cases()
        by_id = {entry.id: entry for entry in entries}
        at_path: dict[Path, list[CaseEntry]] = {}
        for entry in entries:
            if entry.path is not None:
                at_path.setdefault(entry.path, []).append(entry)
        alone = {path: found[0] for path, found in at_path.items() if len(found) == 1}
        return [_with(item, by_id.get(item.case_id) or alone.get(item.path)) for item in items]

    def document(self, case_id: str) -> Document | None:
        """For a worker: the document of a case that was opened before, without its study; ``None`` where none is kept.

        Steps are done on the window's thread, as those of an open case.
        """
        if self.project is None or self._saves is None or not case_id:
            return None
        geometry = self.project.entry(case_id).geometry
        return None if geometry is None else self._document(case_id, geometry.shape)[0]

    def set_person(self, name: str) -> None:
        """Sign as ``name`` from now on."""
        self.person = name
        if self._saves is not None:
            self._saves.person(name)

    def forget_places(self) -> None:
        """Forget where the cases lie, and what was open; what was done to them stays."""
        if self._saves is not None:
            self._saves.forget_places()

    def remove(self, case_id: str) -> None:
        """For a worker: erase all that the project holds of a case."""
        if self.project is not None and self._saves is not None:
            self._saves.drain(LAST_S)
            self.project.remove_case(case_id)

    def copy_to(self, path: Path, *, share: bool) -> None:
        """For a worker: copy the project, with everything done until now, also what its own file cannot take.

        Raises
        ------
        UserError
            If it cannot be written; or a copy to ``share`` would lack steps.
        """
        if self.project is None or self._saves is None:
            return
        self._saves.drain(LAST_S)
        waiting = self._saves.waiting
        if waiting and share:
            raise UserError("the newest steps are not in the project yet", path=self.project.path,
                            remedy="Share it once it can be written")  # fmt: skip
        self.project.copy_to(path, share=share, overwrite=True)
        if waiting:
            with closing(open_project(path)) as copy:
                copy.complete_from(self.project, waiting)

    def as_dataset(self, folder: Path, token: CancelToken, progress: Progress) -> Path:
        """For a worker: the accepted readings as a data set in ``folder``, anew each time; returns where it lies.

        Raises
        ------
        UserError
            If nothing is accepted, an image is missing or has changed, or it cannot be written.
        """
        from proseg_gui.review.project.export import export_dataset

        if self.project is None or self._saves is None:
            raise UserError("this window works in no project", remedy="Open a project first")
        self._saves.drain(LAST_S)
        place = folder / self.project.path.stem
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        export_dataset(self.project, place, overwrite=True, token=token, progress=progress)
        return place

    def collect(self, case_id: str, study: Study) -> Path:
        """For a worker: copy a case's images beside the project; returns their folder."""
        if self.project is None:
            raise UserError("there is no project to collect into", remedy="Open a project first")
        return self.project.collect(case_id, study)

    @property
    def is_foreign(self) -> bool:
        """For a worker: whether the project was made elsewhere: the places it names are touched only after asking."""
        return self.project is not None and self.project.foreign

    def allow_paths(self) -> None:
        """For a worker: the person agreed that the places of a foreign project are touched."""
        if self.project is not None:
            self.project.allow_paths()

    # -- keeping --------------------------------------------------------------------------------------------------
    def keep_view(self, case_id: str, view: Mapping[str, Any]) -> None:
        """Where one stands in a case."""
        if self._saves is not None and case_id:
            self._saves.view(case_id, dict(view))

    def keep_shown(self, case_id: str, structure: str, voxels: Bricks, model: Mapping[str, Any]) -> None:
        """A structure's voxels as they are shown, and the model that draws them."""
        if self._saves is not None and case_id:
            self._saves.shown(case_id, structure, voxels, dict(model))

    def keep_doubt(self, case_id: str, ml: float, model: Mapping[str, Any]) -> None:
        """The doubt of a case, measured over all slices."""
        if self._saves is not None and case_id:
            self._saves.doubt(case_id, ml, dict(model))

    def keep_session(self, items: Sequence[WorkItem], order: str) -> None:
        """What is open: comes back at the next start."""
        if self._saves is not None:
            self._saves.session({"items": [plain_item(item) for item in items], "order": order})

    def session(self) -> tuple[list[WorkItem], str]:
        """For a worker: the cases that were open when the program was left, and how they were sorted."""
        kept = None if self.project is None or self.is_foreign else self.project.session()
        if not kept:
            return [], ""
        return self.known([item_of(entry) for entry in kept["items"]]), str(kept["order"])

    def unsaved(self, wait_s: float) -> int:
        """How many steps are in no file after at most ``wait_s`` seconds; none where nothing was to be kept at all."""
        if self._saves is None:
            return self._lost if self.said else 0
        self._saves.drain(wait_s)
        return len(self._saves.waiting) + self._lost

    def close(self) -> None:
        """Write what waits and let the project go."""
        if self._saves is not None:
            self._saves.close()
        if self.project is not None:
            self.project.close()


def open_keeper(path: Path | None) -> Keeper:
    """A keeper of the project at ``path``, by default a private one of this computer's user.

    The private one is that which was worked in last and which no other window writes; another one is made beside it
    where there is none. A private one that cannot be opened is left as it is, and said.

    Raises
    ------
    UserError
        If the project at ``path`` cannot be opened.
    """
    if path is not None:
        return _kept_in(open_project(path, create=True), "")
    try:
        keeper = _open_private()
    except (UserError, OSError) as error:
        keeper = Keeper()
        reason = error.what if isinstance(error, UserError) else error.strerror or type(error).__name__
        keeper.said = f"Nothing that is done here can be kept: the folder for it cannot be written ({reason})."
    keeper.private = True
    return keeper


def _open_private() -> Keeper:
    first = default_project_path()
    first.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = sorted(first.parent.glob(f"{first.stem}*{first.suffix}"), key=lambda file: -file.stat().st_mtime)
    said = ""
    for file in found:
        try:
            project = open_project(file)
        except UserError as error:
            said = f"{error} This window works in a new project"
            continue
        if not project.read_only:
            return _kept_in(project, said)
        said = f"{project.read_only}. This window works in a project of its own"
        project.close()
    number = 1
    while (fresh := first.with_stem(first.stem if number == 1 else f"{first.stem}-{number}")).exists():
        number += 1
    return _kept_in(open_project(fresh, create=True), said)


def _kept_in(project: Project, said: str) -> Keeper:
    older = default_project_path().with_name(OLD_WORKLIST)
    if not project.read_only and older.is_file():
        with suppress(UserError):  # a damaged one is left where it is
            take_over_worklist(project, older)
    keeper = Keeper(project, Saves(project, failed=lambda error: keeper.failed(error)))
    keeper.said = said or project.read_only
    return keeper


def _begins_with(history: Sequence[Gesture], kept: Sequence[Gesture]) -> bool:
    """Whether ``history`` goes on from ``kept``, and not from what another window has kept of the case."""
    return [_mark(step) for step in history[: len(kept)]] == [_mark(step) for step in kept]


def _mark(step: Gesture) -> tuple[int, str, str, str]:
    return step.number, step.name, step.at, step.person


def _carried(steps: Sequence[Gesture], document: Document) -> str:
    """Do steps again that another window came before; a sentence about it."""
    left_out = carry(document, steps)
    many = "1 step that was" if len(steps) == 1 else f"{len(steps)} steps that were"
    lost = f" These could not be done again: {', '.join(left_out)}." if left_out else ""
    return f"Another window worked on this case too: {many} done here came after its own.{lost}"


def key_of(item: WorkItem) -> str:
    """Tells the cases of a worklist apart: where each one's image lies."""
    own = (str(item.path), item.series, "" if item.component is None else str(item.component))
    return "\n".join((*own, *(key_of(other) for other in item.others)))


def plain_item(item: WorkItem) -> dict[str, Any]:
    """What is needed to open a case again, as a plain value."""
    return {
        "path": str(item.path),
        "name": item.name,
        "series": item.series,
        "component": item.component,
        "case_id": item.case_id,
        "current": item.current,
        "others": [plain_item(other) for other in item.others],
    }


def item_of(kept: Mapping[str, Any]) -> WorkItem:
    """What :func:`plain_item` kept."""
    item = WorkItem("", Path(kept["path"]), kept["name"], kept["series"], kept["component"], kept["case_id"])
    item = replace(item, current=bool(kept["current"]), others=tuple(item_of(one) for one in kept.get("others", ())))
    return replace(item, key=key_of(item))


def _with(item: WorkItem, entry: CaseEntry | None) -> WorkItem:
    if entry is None:
        return item
    return replace(
        item, case_id=entry.id, state=entry.state, flagged=entry.flagged, doubt=entry.doubt, doubts=entry.doubts
    )
