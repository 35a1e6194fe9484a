"""What a project keeps only as it is now: views, shown voxels, doubt, what is open, who works, whose paths count."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from proseg_gui.errors import UserError
from proseg_gui.review.document import Value
from proseg_gui.review.edits import Bricks
from proseg_gui.review.project import place, records
from proseg_gui.review.project.cases import doubts_of
from proseg_gui.review.project.file import ProjectFile

MOST_MODELS = 8
"""The doubt by so many models is kept of a case."""


class KeptState(ProjectFile):
    """The replaceable part of a project; each row is sealed, and one that is damaged is never given."""

    trusted = False
    """Set where the person allowed a foreign project's paths for this time only."""

    def view(self, case_id: str) -> dict[str, Value] | None:
        """How a case was looked at last; ``None`` where it never was."""
        with contextlib.suppress(UserError):  # where one looked is no work: damaged, it is as if never kept
            data = self._state(case_id, "view")
            return None if data is None else records.unpack(data)
        return None

    def set_view(self, case_id: str, view: Mapping[str, Value]) -> None:
        """Keep how a case is looked at: plain values."""
        self._set_state(case_id, "view", records.pack(dict(view)))

    def shown(self, case_id: str, structure: str) -> tuple[Bricks, Value] | None:
        """The voxels that a structure's draft showed last, and the model that they came from.

        Raises
        ------
        UserError
            If they are damaged.
        """
        data = self._state(case_id, f"shown/{structure}")
        try:
            return None if data is None else records.bricks_from(data)
        except (ValueError, LookupError, TypeError) as error:
            raise UserError("part of the project is damaged (shown voxels)", path=self.path) from error

    def set_shown(self, case_id: str, structure: str, bricks: Bricks, model: Value) -> None:
        """Keep the voxels that a structure's draft shows, and the model that they come from."""
        self._set_state(case_id, f"shown/{structure}", records.bricks_to(bricks, model))

    def shown_structures(self, case_id: str) -> tuple[str, ...]:
        """The structures that :meth:`shown` has."""
        query = "SELECT key FROM state WHERE case_id = ? AND key GLOB 'shown/*' ORDER BY key"
        with self.reading() as db:
            return tuple(key.removeprefix("shown/") for (key,) in db.execute(query, (case_id,)))

    def set_doubt(self, case_id: str, ml: float, model: Value) -> None:
        """Keep a case's doubted volume as ``model`` measured it, beside those of the models before it."""
        with self.batch():
            by_model: dict[str, float] = {}
            with contextlib.suppress(UserError):  # a damaged figure is as if never measured
                data = self._state(case_id, "doubt")
                by_model = {} if data is None else doubts_of(records.unpack(data))
            sha256 = model.get("sha256") if isinstance(model, Mapping) else None
            if isinstance(sha256, str):
                by_model.pop(sha256, None)
                by_model[sha256] = float(ml)
            newest = {"by_model": dict(list(by_model.items())[-MOST_MODELS:])} if by_model else {}
            self._set_state(case_id, "doubt", records.pack({"ml": float(ml), "model": model, **newest}))

    def _set_state(self, case_id: str, key: str, data: bytes) -> None:
        with self.batch():
            if self._has(case_id):
                self.put_state(case_id, key, data)  # a case that was removed meanwhile keeps nothing

    def _has(self, case_id: str) -> bool:
        return self._db.execute("SELECT 1 FROM cases WHERE id = ?", (case_id,)).fetchone() is not None

    def session(self) -> dict[str, Value] | None:
        """What was open; ``None`` where nothing ever was."""
        with contextlib.suppress(UserError):
            found = self.meta("session")
            return found if isinstance(found, dict) else None
        return None

    def set_session(self, session: Mapping[str, Value]) -> None:
        """Keep what is open: plain values, cases by id."""
        with self.batch():
            self.put_meta("session", dict(session))

    def person(self) -> str:
        """Who works here: a pseudonym; empty until somebody said it."""
        with contextlib.suppress(UserError):
            return str(self.meta("person", ""))
        return ""

    def set_person(self, name: str) -> None:
        """Keep who works here from now on; readings that stand keep their own."""
        with self.batch():
            self.put_meta("person", name)
            if name:
                data = records.pack({})
                row = (name, data, records.seal(f"person/{name}", data))
                self._db.execute("INSERT OR REPLACE INTO persons VALUES (?, ?, ?)", row)

    def persons(self) -> tuple[str, ...]:
        """The pseudonyms of everybody who ever worked here, sorted."""
        with self.reading() as db:
            return tuple(str(name) for (name,) in db.execute("SELECT name FROM persons ORDER BY name"))

    # -- where it comes from --------------------------------------------------------------------------------------
    @property
    def foreign(self) -> bool:
        """Whether it was made by another account: its image paths are hidden until :meth:`allow_paths`."""
        if self.trusted:
            return False
        with contextlib.suppress(UserError):
            return self.salted(place.this_user()) not in self.meta("homes", ())
        return True

    def allow_paths(self) -> None:
        """Let this account use the image paths that a foreign project names; ask the person before."""
        with self.batch():
            self.put_meta("homes", [*self.meta("homes", ()), self.salted(place.this_user())])
