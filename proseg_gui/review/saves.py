"""Writing a project in the background: gestures in order and never dropped, where one looks only as it is now.

Asking costs the caller nothing but a place in a list. A thread of its own writes what is waiting, all of it in one
transaction, so it is in the file well within a second. Where that fails, everything stays in memory and is tried again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.review.document import Gesture, Value, plain_value
from proseg_gui.review.edits import Bricks
from proseg_gui.review.project.lease import BEAT_S
from proseg_gui.review.project.store import CaseConflict, Project

log = logging.getLogger(__name__)

RETRY_S = 1.0
"""How soon a write that failed is tried again."""
CLOSE_WITHIN_S = 10.0

Write = Callable[[], None]


class Saves:
    """Writes into ``project`` on a thread of its own. Every method may be called from any thread.

    Parameters
    ----------
    project:
        Where to.
    failed:
        Called on the writing thread with a sentence, once when writing begins to fail (a full disk, a lost lease, a
        read-only project) and once for each case that another window has changed.
    written:
        Called on the writing thread when all is in the file again after that.
    """

    def __init__(
        self, project: Project, *, failed: Callable[[UserError], None], written: Callable[[], None] | None = None
    ) -> None:
        self._project = project
        self._failed, self._written = failed, written
        self._change = threading.Condition()
        self._gestures: list[tuple[str, Gesture]] = []
        self._newest: dict[tuple[str, ...], tuple[Write, Value]] = {}
        """What of each key is to be written, and the value that it writes."""
        self._stuck: dict[str, UserError] = {}
        self._ends = False
        self._outage = False
        self._thread = threading.Thread(target=self._run, name="project saves", daemon=True)
        self._thread.start()

    # -- asking ---------------------------------------------------------------------------------------------------
    def gesture(self, case_id: str, gesture: Gesture) -> None:
        """Append a gesture to a case's history; they are written in the order of the calls."""
        with self._change:
            self._gestures.append((case_id, gesture))
            self._change.notify_all()

    def view(self, case_id: str, view: Mapping[str, Value]) -> None:
        """Keep how a case is looked at; only the newest is written."""
        kept = plain_value(dict(view))
        self._put(("view", case_id), partial(self._project.set_view, case_id, kept), kept)

    def session(self, session: Mapping[str, Value]) -> None:
        """Keep what is open; only the newest is written."""
        kept = plain_value(dict(session))
        self._put(("session",), partial(self._project.set_session, kept))

    def shown(self, case_id: str, structure: str, bricks: Bricks, model: Value) -> None:
        """Keep the voxels that a draft shows; only the newest are written."""
        kept = plain_value(model)
        write = partial(self._project.set_shown, case_id, structure, bricks, kept)
        self._put(("shown", case_id, structure), write, (bricks, kept))

    def doubt(self, case_id: str, ml: float, model: Value) -> None:
        """Keep a case's doubted volume in ml as ``model`` measured it; only the newest of each model is written."""
        kept = plain_value(model)
        name = str(kept.get("sha256", "")) if isinstance(kept, Mapping) else ""
        self._put(("doubt", case_id, name), partial(self._project.set_doubt, case_id, float(ml), kept))

    def case(
        self, case_id: str, *, name: str = "", path: str | Path | None = None, structures: Iterable[str] = ()
    ) -> None:
        """Keep what a case is called, where it lies, and the structures that it is about."""
        write = partial(self._project.set_case, case_id, name=name, path=path, structures=tuple(structures))
        self._put(("case", case_id), write)

    def remove(self, case_id: str) -> None:
        """Erase a case, and whatever of it was still to be written."""
        with self._change:
            self._gestures = [item for item in self._gestures if item[0] != case_id]
            self._newest = {key: item for key, item in self._newest.items() if case_id not in key[1:2]}
            self._stuck.pop(case_id, None)
        self._put(("remove", case_id), partial(self._remove, case_id))

    def _remove(self, case_id: str) -> None:
        if any(entry.id == case_id for entry in self._project.cases()):
            self._project.remove_case(case_id)

    def person(self, name: str) -> None:
        """Keep who works here from now on."""
        self._put(("person",), partial(self._project.set_person, name))

    def forget_places(self) -> None:
        """Erase where cases lie and what is open, also what waits to be written of that."""
        with self._change:
            self._newest.pop(("session",), None)
        self._put(("places",), self._project.forget_places)

    def _put(self, key: tuple[str, ...], write: Write, value: Value = None) -> None:
        with self._change:
            self._newest.pop(key, None)  # what is asked for last is written last
            self._newest[key] = (write, value)
            self._change.notify_all()

    # -- asking how it stands -------------------------------------------------------------------------------------
    @property
    def pending(self) -> int:
        """How many writes are not in the file yet."""
        with self._change:
            return len(self._gestures) + len(self._newest)

    @property
    def waiting(self) -> tuple[tuple[str, Gesture], ...]:
        """The gestures that are not in the file yet, with their cases, in order."""
        with self._change:
            return tuple(self._gestures)

    def give_up(self, case_id: str) -> tuple[Gesture, ...]:
        """Write the waiting steps of a case no more, because another window came before them; returns them."""
        with self._change:
            steps = tuple(step for owner, step in self._gestures if owner == case_id)
            self._gestures = [item for item in self._gestures if item[0] != case_id]
            self._stuck.pop(case_id, None)
            self._change.notify_all()
            return steps

    def waiting_view(self, case_id: str) -> dict[str, Value] | None:
        """How a case was looked at last, where that is not in the file yet."""
        with self._change:
            _, view = self._newest.get(("view", case_id), (None, None))
            return view

    def waiting_shown(self, case_id: str) -> dict[str, tuple[Bricks, Value]]:
        """Structure -> voxels that a case showed last and their model, where they are not in the file yet."""
        with self._change:
            return {key[2]: value for key, (_, value) in self._newest.items() if key[:2] == ("shown", case_id)}

    def drain(self, timeout_s: float) -> bool:
        """Wait until everything asked for so far is in the file; false where it is not within ``timeout_s``."""
        until = time.monotonic() + timeout_s
        with self._change:
            while self._due():
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._change.wait(left)
            return not self._gestures  # those of a case that another window changed cannot be written

    def close(self, timeout_s: float = CLOSE_WITHIN_S) -> bool:
        """Write what is left and stop; false where something could not be written (:attr:`waiting` has it)."""
        with self._change:
            failing = self._outage
            self._change.notify_all()
        drained = self.drain(RETRY_S if failing else timeout_s)
        with self._change:
            self._ends = True
            self._change.notify_all()
        self._thread.join(timeout_s)
        return drained

    # -- writing --------------------------------------------------------------------------------------------------
    def _run(self) -> None:
        wait = BEAT_S
        while True:
            with self._change:
                if not self._ends and (self._outage or not self._due()):
                    self._change.wait(wait)
                if self._ends:
                    return
                gestures = [item for item in self._gestures if item[0] not in self._stuck]
                newest = dict(self._newest)
            try:
                self._write(gestures, newest)
                wait = BEAT_S
            except CaseConflict as conflict:
                log.debug("a case is stuck", exc_info=conflict)
                wait = RETRY_S
            except UserError as error:
                self._fails(error)
                wait = RETRY_S
            except Exception as error:  # noqa: BLE001 - our fault; but the thread must live on
                kind = type(error).__name__
                log.error("writing the project failed (%s)", kind)
                self._fails(UserError(f"the project could not be saved ({kind})", path=self._project.path))
                wait = RETRY_S

    def _due(self) -> bool:
        return bool(self._newest) or any(case_id not in self._stuck for case_id, _ in self._gestures)

    def _write(self, gestures: list[tuple[str, Gesture]], newest: dict[tuple[str, ...], tuple[Write, Value]]) -> None:
        if self._project.read_only and not self._project.regain():
            if gestures or newest:
                raise UserError(self._project.read_only, path=self._project.path)
            return
        at: tuple[str, Gesture] | None = None
        try:
            with self._project.batch():
                for at in gestures:
                    self._project.append(*at)
                for write, _ in newest.values():
                    write()
        except CaseConflict as conflict:
            assert at is not None
            with self._change:
                still = any(item is at for item in self._gestures)  # else they were given up meanwhile
                if still:
                    self._stuck[at[0]] = conflict
                    self._change.notify_all()
            if still:
                self._failed(conflict)
            raise
        with self._change:
            done = {id(item) for item in gestures}
            self._gestures = [item for item in self._gestures if id(item) not in done]
            for key, item in newest.items():
                if self._newest.get(key) is item:
                    del self._newest[key]
            recovered, self._outage = self._outage, False
            self._change.notify_all()
        if recovered and self._written is not None:
            self._written()

    def _fails(self, error: UserError) -> None:
        with self._change:
            first, self._outage = not self._outage, True
        if first:
            self._failed(error)
