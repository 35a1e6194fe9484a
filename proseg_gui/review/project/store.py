"""A project: the work on many cases. Made by :func:`proseg_gui.review.project.opening.open_project`."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.review.document import Gesture, utc_now
from proseg_gui.review.project import copies, records, takeover
from proseg_gui.review.project.cases import CaseEntry, Known, Match, match, new_case, seen
from proseg_gui.review.project.identity import CaseIdentity
from proseg_gui.review.project.kept import KeptState
from proseg_gui.review.project.ledger import Ledger
from proseg_gui.volume import Study

_NOTHING = Ledger().summary()


class CaseConflict(UserError):
    """A gesture does not follow from what the file holds of its case."""


class Project(KeptState):
    """The work on many cases, in one file; see :class:`~proseg_gui.review.project.file.ProjectFile`.

    ``path`` is the file; ``read_only`` says why it is only read, as a sentence, and is empty where it is written.
    """

    def _prepare(self) -> None:
        self._unsaved: dict[str, Known] = {}
        """Cases that wait for a transaction: the next one writes them, and until then they count as they are here."""
        self._taken: dict[str, Known] = {}
        self._ledgers: dict[str, Ledger] = {}
        self._changed: set[str] = set()
        self._removing: list[str] = []
        self._traces = False
        """Whether parts of the file that are not used any more may hold what was erased."""

    @property
    def images(self) -> Path:
        """The folder beside the file that holds copies of images, where any were asked for; one folder a case."""
        return self.path.with_name(f"{self.path.name}.images")

    # -- cases ----------------------------------------------------------------------------------------------------
    def cases(self) -> tuple[CaseEntry, ...]:
        """Every case, in the order in which they came."""
        kept: dict[tuple[str, str], Any] = {}
        query = "SELECT case_id, key, data, sha256 FROM state WHERE key IN ('summary', 'mark', 'doubt')"
        foreign = self.foreign
        with self.reading() as db:
            for case_id, key, data, sha256 in db.execute(query):
                with contextlib.suppress(records.DamagedError):
                    kept[case_id, key] = records.unpack(records.unsealed(f"{case_id}/{key}", data, sha256))
            return tuple(
                case.entry(
                    kept.get((case.id, "summary")) or self._summary(case),
                    kept.get((case.id, "mark"), {}),
                    kept.get((case.id, "doubt"), {}),
                    images=self.images,
                    show_path=not foreign,
                )
                for case in self._known()
            )

    def entry(self, case_id: str) -> CaseEntry:
        """One case's line in the list."""
        for entry in self.cases():
            if entry.id == case_id:
                return entry
        raise UserError("this case is not in the project", path=self.path)

    def _known(self) -> list[Known]:
        query = (
            "SELECT cases.id, cases.data, cases.sha256, local.data, local.sha256 FROM cases "
            "LEFT JOIN local ON local.case_id = cases.id ORDER BY cases.rowid"
        )
        found = []
        with self.reading() as db:
            for case_id, data, sha256, local, local_seal in db.execute(query):
                with contextlib.suppress(records.DamagedError):  # said in `read_only`, and by `project check`
                    fixed = records.unpack(records.unsealed(case_id, data, sha256))
                    here: dict[str, Any] = {}
                    with contextlib.suppress(records.DamagedError):
                        if local is not None:
                            here = records.unpack(records.unsealed(f"{case_id}/local", local, local_seal))
                    found.append(Known(case_id, fixed, here))
        waiting = dict(self._unsaved)  # at once: another thread may add one
        return [waiting.pop(case.id, case) for case in found] + list(waiting.values())

    def _case(self, case_id: str) -> Known:
        for case in self._known():
            if case.id == case_id:
                return case
        raise UserError("this case is not in the project", path=self.path)

    def _summary(self, case: Known) -> dict[str, Any]:
        """A case's line worked out again, where the kept one is missing or damaged."""
        try:
            return Ledger(self._gestures(case.id, lambda _name: b"")).summary(case.fixed["structures"])
        except (UserError, ValueError, IndexError):
            return _NOTHING

    def known(self, identity: CaseIdentity) -> bool:
        """Whether an image is a case of this project as far as ``identity`` tells: no need to complete it then."""
        return self._match(identity, None).known is not None

    def is_case(self, case_id: str, identity: CaseIdentity) -> bool:
        """Whether an image is this very case, on this grid."""
        found = self._match(identity, None).known
        return found is not None and found.id == case_id

    def patient(self, case_id: str) -> str:
        """What stands for a case's patient: a hash, the same for all cases of theirs; its own id where unknown."""
        return str(self._case(case_id).fixed["patient"] or case_id)

    def _match(self, identity: CaseIdentity, path: Path | None) -> Match:
        return match(self._known(), identity, self._patient(identity), path)

    def _patient(self, identity: CaseIdentity) -> str:
        return self.salted(f"patient {identity.patient}") if identity.patient else ""

    def case_for(
        self,
        identity: CaseIdentity,
        *,
        name: str,
        path: str | Path | None = None,
        structures: Iterable[str] = (),
        later: bool = False,
    ) -> str:
        """The id of the case that an image is; a new one where it was never seen.

        Parameters
        ----------
        identity:
            From :func:`~proseg_gui.review.project.identity.identify`. Where :meth:`known` does not know it, complete
            it first, or a scan that was moved or renamed counts as a new case until :meth:`learn`.
        name, path:
            What it is called and where it lies now.
        structures:
            What the case is about; it is accepted when all of them are.
        later:
            Leave writing to the next transaction: a full or slow disk keeps no scan from being worked on.
        """
        where = None if path is None else Path(path).resolve()
        found = self._match(identity, where)
        case = found.known
        if case is None:
            fresh = uuid.uuid4().hex[:16]
            case = new_case(fresh, self._known(), identity, self._patient(identity), found.root, structures)
        after = seen(case, identity, name, where, structures)
        if found.known is None or (after.fixed, after.local) != (case.fixed, case.local):
            if later:
                self._unsaved[after.id] = after
            else:
                self._keep(after)
        if where is not None and not self.read_only:
            with contextlib.suppress(*([UserError] if later else ())):  # what it says waits for the next time then
                takeover.mark(self, after.id, where)
        return after.id

    def set_case(
        self, case_id: str, *, name: str = "", path: str | Path | None = None, structures: Iterable[str] = ()
    ) -> None:
        """Keep what a case is called, where it lies, and further structures that it is about, if it is still there."""
        case = next((case for case in self._known() if case.id == case_id), None)
        if case is None:
            return
        where = None if path is None else Path(path).resolve()
        after = seen(case, CaseIdentity(case.geometry), name, where, structures)
        if (after.fixed, after.local) != (case.fixed, case.local):
            self._keep(after)

    def learn(self, case_id: str, identity: CaseIdentity) -> str:
        """Take in the completed identity of a case that was opened with a quick one; returns the id to go on with.

        It is another one where the content shows that the scan was known under another name or in another place, and
        nothing was done yet under the new id, which is then forgotten.
        """
        case = self._case(case_id)
        others = [other for other in self._known() if other.id != case_id]
        found = match(others, identity, self._patient(identity), None)
        if found.known is None or self.entry(case_id).n_gestures:
            self._keep(replace(case, fixed={**case.fixed, "content": identity.content}))
            return case_id
        local = {**found.known.local, **case.local}
        self._keep(replace(found.known, local=local))
        self._unsaved.pop(case_id, None)
        if not self.read_only:
            self.remove_case(case_id)
        return found.known.id

    def _keep(self, case: Known) -> None:
        """Write a case, or remember it until the file can be written."""
        if self.read_only:
            self._unsaved[case.id] = case
            return
        with self.batch():
            self._put_case(case)

    def _put_case(self, case: Known) -> None:
        data, local = records.pack(case.fixed), records.pack(case.local)
        if self._db.execute("SELECT 1 FROM cases WHERE id = ?", (case.id,)).fetchone() is None:
            self._log("case", case.id, 0, utc_now(), "", b"")
        self._db.execute(
            "INSERT INTO cases VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data, "
            "sha256 = excluded.sha256",
            (case.id, data, records.seal(case.id, data)),
        )
        row = (case.id, local, records.seal(f"{case.id}/local", local))
        self._db.execute("INSERT OR REPLACE INTO local VALUES (?, ?, ?)", row)
        if self._gestures_of(case.id):
            self._ledger(case.id)
            self._changed.add(case.id)

    def forget_places(self) -> None:
        """Erase where cases lie, what their files are called, and what was open; what was done to them stays.

        A case is known again by its content when its image is opened.
        """
        with self.batch():
            for case in self._known():
                self._put_case(replace(case, local={}))
            self.set_session({})
            self._traces = True

    def remove_case(self, case_id: str) -> None:
        """Erase all that the file holds of a case; the log keeps that it was there, and still checks."""
        self._case(case_id)
        with self.batch():
            self._log("removed", case_id, 0, utc_now(), self.person(), b"")
            self._db.execute("DELETE FROM cases WHERE id = ?", (case_id,))
            self._ledgers.pop(case_id, None)
            self._changed.discard(case_id)
            self._removing.append(case_id)

    def collect(self, case_id: str, study: Study) -> Path:
        """Copy the image files of a case beside the project, because the person asked for it; returns the folder.

        Raises
        ------
        UserError
            If the files cannot be found or copied; the project is as it was.
        """
        case = self._case(case_id)
        folder = copies.collect(study, self.images / case_id)
        self._keep(replace(case, fixed={**case.fixed, "collected": True}))
        return folder

    def copy_to(self, path: str | Path, *, share: bool = False, overwrite: bool = False) -> None:
        """Copy the whole project to another file ("Save project as"), with the images that were collected.

        ``share`` makes a copy for somebody else: without image paths, names of files and folders, images, what was
        open and where one looked, and with patients that can no longer be told from outside.

        Raises
        ------
        UserError
            If the copy cannot be written; nothing is left of it then.
        """
        with self.reading() as db:
            copies.copy(db, Path(path).absolute(), share=share, overwrite=overwrite)
        if self.images.is_dir() and not share:
            target = Path(path).absolute()
            copies.copy_folder(self.images, target.with_name(f"{target.name}.images"), overwrite=overwrite)

    def complete_from(self, other: Project, steps: Iterable[tuple[str, Gesture]]) -> None:
        """Take in what could not be written into ``other``, of which this is a copy: cases, and these gestures."""
        with self.batch():
            for case in list(other._unsaved.values()):
                self._put_case(case)
            for case_id, gesture in steps:
                self.append(case_id, gesture)

    # -- gestures -------------------------------------------------------------------------------------------------
    def history(self, case_id: str) -> tuple[Gesture, ...]:
        """Every gesture of a case, checked against its hash.

        Raises
        ------
        UserError
            If part of it is damaged or missing: a wrong voxel is never given.
        """
        with self.reading() as db:
            rows = db.execute("SELECT sha256, data FROM blob WHERE case_id = ?", (case_id,)).fetchall()
            blobs = {sha256.hex(): data for sha256, data in rows if records.is_whole(data, sha256)}

            def fetch(name: str) -> bytes:
                if name not in blobs:
                    raise records.DamagedError("voxels of a gesture")
                return blobs[name]

            return self._gestures(case_id, fetch)

    def _gestures(self, case_id: str, fetch: records.Fetch) -> tuple[Gesture, ...]:
        query = (
            "SELECT log.number, log.payload, payload.data FROM log LEFT JOIN payload USING (seq) "
            "WHERE log.case_id = ? AND log.kind = 'gesture' ORDER BY seq"
        )
        found: list[Gesture] = []
        with self.reading() as db:
            for number, expected, data in db.execute(query, (case_id,)):
                if number != len(found) + 1 or not records.is_whole(data, expected):
                    raise records.DamagedError(f"gesture {len(found) + 1} of a case")
                try:
                    found.append(records.gesture_from(data, fetch))
                except (ValueError, LookupError, TypeError, AttributeError) as error:  # whoever made it sealed it, too
                    raise records.DamagedError(f"gesture {number} of a case") from error
        return tuple(found)

    def _gestures_of(self, case_id: str) -> int:
        query = "SELECT count(*) FROM payload WHERE case_id = ?"
        return int(self._db.execute(query, (case_id,)).fetchone()[0])

    def append(self, case_id: str, gesture: Gesture) -> None:
        """Put the next gesture of a case into the log.

        Raises
        ------
        CaseConflict
            If the file holds another history of this case than the one that the gesture follows.
        """
        payload, blobs = records.gesture_to(gesture)
        with self.batch():
            ledger = self._ledger(case_id)
            if gesture.number != ledger.count + 1:
                raise CaseConflict(
                    "the case was changed by another window since it was opened", path=self.path,
                    remedy="Open the case again",
                )  # fmt: skip
            ledger.add(gesture)
            self._changed.add(case_id)
            seq = self._log("gesture", case_id, gesture.number, gesture.at, gesture.person, payload)
            self._db.execute("INSERT INTO payload VALUES (?, ?, ?)", (seq, case_id, payload))
            rows = [(case_id, bytes.fromhex(name), data) for name, data in blobs.items()]
            self._db.executemany("INSERT OR IGNORE INTO blob (case_id, sha256, data) VALUES (?, ?, ?)", rows)

    def _ledger(self, case_id: str) -> Ledger:
        if case_id not in self._ledgers:
            if self._db.execute("SELECT 1 FROM cases WHERE id = ?", (case_id,)).fetchone() is None:
                raise CaseConflict("the case was removed from the project", path=self.path)
            self._ledgers[case_id] = Ledger(self._gestures(case_id, lambda _name: b""))
        return self._ledgers[case_id]

    # -- transactions ---------------------------------------------------------------------------------------------
    def _start(self) -> None:
        super()._start()
        self._ledgers.clear()

    def _first(self) -> None:
        self._taken = dict(self._unsaved)
        for case in self._taken.values():
            self._put_case(case)

    def _last(self) -> None:
        if not self._changed:
            return
        fixed = {case.id: case.fixed for case in self._known()}
        for case_id in self._changed:
            summary = self._ledgers[case_id].summary(fixed[case_id]["structures"])
            self.put_state(case_id, "summary", records.pack(summary))

    def _written(self) -> None:
        for case_id, case in self._taken.items():
            if self._unsaved.get(case_id) is case:  # else it is another one since
                del self._unsaved[case_id]
        self._changed.clear()
        for case_id in self._removing:
            shutil.rmtree(self.images / case_id, ignore_errors=True)
            self._traces = True
        self._removing.clear()
        if self._traces:  # where that fails it is tried after the next write, which a heartbeat is too
            self._traces = not self._compact()

    def _undo_batch(self) -> None:
        super()._undo_batch()
        self._ledgers.clear()
        self._changed.clear()
        self._removing.clear()
