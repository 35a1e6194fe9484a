"""Cases as a project lists them, and how an image that is opened is told to be one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from proseg_gui.review.project.identity import CaseIdentity, geometry_from, geometry_to
from proseg_gui.review.project.ledger import NOT_STARTED
from proseg_gui.volume import Geometry


@dataclass(frozen=True, eq=False)
class CaseEntry:
    """A line of the case list.

    Parameters
    ----------
    id:
        Names the case within the project for good; says nothing about the patient.
    name:
        What its folder or file was called here; ``case 3`` in a copy that was shared.
    state:
        ``not started``, ``in progress`` or ``accepted``; flagged is a mark of its own.
    doubt:
        Doubted volume in ml, ``None`` where it was never measured, and ``doubt_model``, the model that measured it;
        ``doubts`` of the last models that did: hash of the model -> ml.
    n_gestures, n_readings:
        Steps of its history; accepted readings that were not taken back.
    path:
        Where the image was seen last; ``None`` where that is not known, or not to be touched before asking.
    collected:
        The copy of the image within the project's own folder, where one was made.
    version, version_of:
        The second and later grids of the same image are versions, each with a history of its own.
    note:
        A sentence on where its state comes from, where that is not its history.
    structures, geometry:
        What it is about, as far as known, and the image's grid.
    """

    id: str
    name: str
    state: str = NOT_STARTED
    flagged: bool = False
    doubt: float | None = None
    doubt_model: Any = None
    n_gestures: int = 0
    n_readings: int = 0
    path: Path | None = None
    collected: Path | None = None
    version: int = 1
    version_of: str | None = None
    note: str = ""
    structures: tuple[str, ...] = ()
    geometry: Geometry | None = None
    doubts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Known:
    """What the file holds of a case: ``fixed`` travels with it, ``local`` (name, path, quick key) is never shared."""

    id: str
    fixed: dict[str, Any]
    local: dict[str, Any]

    @property
    def geometry(self) -> Geometry:
        """The image's grid."""
        return geometry_from(self.fixed["geometry"])

    def entry(
        self, summary: dict[str, Any], mark: dict[str, Any], doubt: dict[str, Any], *, images: Path, show_path: bool
    ) -> CaseEntry:
        """The case's line in the list; ``mark`` is what an older worklist said of it, ``images`` holds copies."""
        marked = bool(mark) and summary["state"] == NOT_STARTED
        path = self.local.get("path") if show_path else None
        collected = images / self.id if self.fixed.get("collected") else None
        return CaseEntry(
            self.id,
            str(self.local.get("name") or f"case {self.fixed['number']}"),
            mark["state"] if marked else summary["state"],
            bool(summary["flagged"]),
            doubt.get("ml"),
            doubt.get("model"),
            summary["gestures"],
            summary["readings"],
            None if path is None else Path(path),
            collected,
            self.fixed["version"],
            self.fixed["version_of"],
            _MARKED if marked and mark["state"] == "accepted" else "",
            tuple(self.fixed["structures"]),
            self.geometry,
            doubts_of(doubt),
        )


def doubts_of(kept: Mapping[str, Any]) -> dict[str, float]:
    """By hash of the model, the newest last; before several were kept there was that of ``model`` alone."""
    model = kept.get("model")
    one = {model["sha256"]: kept["ml"]} if isinstance(model, Mapping) and "sha256" in model and "ml" in kept else {}
    return {str(sha256): float(ml) for sha256, ml in (kept.get("by_model") or one).items()}


_MARKED = "It was marked accepted in an older worklist, which kept no voxels; accept it again to keep a reading."


@dataclass(frozen=True, eq=False)
class Match:
    """What an image is to a project: a known case, a new version of one (``root``), or a new case."""

    known: Known | None = None
    root: Known | None = None


def match(cases: Iterable[Known], identity: CaseIdentity, patient: str, path: Path | None) -> Match:
    """Find the case that an image is, by content and grid; the quick key stands for content that was measured before.

    A changed grid makes a new version of the case: the same voxels or instances on another grid, or other content on
    another grid in the same place (unless it is known to be another patient's).
    """
    listed = list(cases)
    same = [case for case in listed if identity.content and case.fixed["content"] == identity.content]
    if not identity.content and identity.quick:
        same = [case for case in listed if case.local.get("quick") == identity.quick]
    for case in same:
        if case.geometry.same_grid(identity.geometry):
            return Match(known=case)
    if same:
        return Match(root=_root(listed, same[0]))
    there = [case for case in listed if path is not None and case.local.get("path") == str(path)]
    there = [case for case in there if not patient or case.fixed["patient"] in ("", patient)]
    if there and not any(case.geometry.same_grid(identity.geometry) for case in there):
        return Match(root=_root(listed, there[0]))
    return Match()


def _root(cases: list[Known], case: Known) -> Known:
    first = case.fixed["version_of"]
    return next((other for other in cases if other.id == first), case)


def new_case(
    case_id: str,
    cases: list[Known],
    identity: CaseIdentity,
    patient: str,
    root: Known | None,
    structures: Iterable[str],
) -> Known:
    """A case that was not known, numbered after all others."""
    versions = [case for case in cases if root is not None and root.id in (case.id, case.fixed["version_of"])]
    fixed = {
        "number": 1 + max((case.fixed["number"] for case in cases), default=0),
        "geometry": geometry_to(identity.geometry),
        "content": identity.content,
        "patient": patient or ("" if root is None else root.fixed["patient"]),
        "version": 1 + max((case.fixed["version"] for case in versions), default=0),
        "version_of": None if root is None else root.id,
        "structures": list(structures),
    }
    return Known(case_id, fixed, {})


def seen(case: Known, identity: CaseIdentity, name: str, path: Path | None, structures: Iterable[str]) -> Known:
    """``case`` after its image was opened again: where it lies now, and what is known of its content since."""
    local = {**case.local}
    for key, value in (("name", name), ("path", None if path is None else str(path)), ("quick", identity.quick)):
        if value:
            local[key] = value
    more = list(dict.fromkeys([*case.fixed["structures"], *structures]))
    content = case.fixed["content"] or identity.content
    return replace(case, fixed={**case.fixed, "structures": more, "content": content}, local=local)
