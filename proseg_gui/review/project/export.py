"""Accepted readings as a data set: the folder layout of docs/CONTRACTS.md, which training and evaluation read."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_folder, atomic_json
from proseg_gui.io.base.names import file_name
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.case_write import write_case
from proseg_gui.io.dataset import Dataset, read_dataset
from proseg_gui.io.open import Candidate, SeveralSeries, open_study
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.review.document import AcceptedReading, Document
from proseg_gui.review.project.cases import CaseEntry
from proseg_gui.review.project.identity import complete, identify
from proseg_gui.review.project.opening import is_project, open_project
from proseg_gui.review.project.store import Project
from proseg_gui.volume import Mask, Reading, Study

HOW = ("by hand", "proposal seen", "blind")
TITLE = "accepted readings"
UNNAMED = "unnamed"


@dataclass(frozen=True, eq=False)
class Standing:
    """The readings of one case that count, each with the name of its repetition, and its history."""

    entry: CaseEntry
    readings: tuple[tuple[AcceptedReading, str], ...]
    document: Document


def parse_how(text: str | None) -> tuple[str, ...]:
    """``by hand,blind`` as names of :data:`HOW`; all of them where nothing was said."""
    if text is None:
        return HOW
    names = tuple(part.strip() for part in text.split(","))
    for name in names:
        if name not in HOW:
            raise UserError(f"there are no readings made {name!r}", remedy=f"Readings are made {', '.join(HOW)}")
    return names


def standing(document: Document, how: Sequence[str] = HOW) -> tuple[tuple[AcceptedReading, str], ...]:
    """The accepted readings of a history that count, with what tells a person's repeated ones apart.

    Acceptances that were undone do not count, nor do the readings of a structure that its reader has reopened and not
    accepted again. The newest reading of a person has no name of its own, an earlier one that of its version.
    """
    newest: dict[tuple[str, str], int] = {}
    chosen = []
    for reading in reversed(document.readings.values()):
        if document.withdrawn(reading.id) or _reopened(document, reading) or reading.how not in how:
            continue
        version = int(reading.id.rpartition("#")[2])
        again = newest.setdefault((reading.structure, reading.person), version) != version
        chosen.append((reading, str(version) if again else ""))
    return tuple(reversed(chosen))


def _reopened(document: Document, reading: AcceptedReading) -> bool:
    """Whether a structure stands open again after its last acceptance, which was by the reader of ``reading``."""
    if document.accepted(reading.structure) is not None:
        return False
    same = [other for other in document.readings.values() if other.structure == reading.structure]
    last = [other for other in same if not document.withdrawn(other.id)][-1]
    return last.person == reading.person


def export_dataset(
    project: Project,
    out: str | Path,
    *,
    how: Sequence[str] = HOW,
    overwrite: bool = False,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> tuple[str, ...]:
    """Write the accepted readings of a project as a data set; returns what the user should know.

    Each person is a rater. Images are read from where they were seen last, or from the copies of the project, and
    must be the ones that were outlined. The folder appears whole, or not at all.

    Raises
    ------
    UserError
        If nothing is accepted, an image is missing or has changed, or something cannot be written.
    """
    chosen = []
    for entry in project.cases():
        assert entry.geometry is not None
        document = Document(entry.geometry.shape, project.history(entry.id))
        readings = standing(document, how)
        if readings:
            chosen.append(Standing(entry, readings, document))
    if not chosen:
        raise UserError("the project has no accepted reading of this kind", path=project.path,
                        remedy="Accept a structure in the window first")  # fmt: skip
    if project.foreign and any(case.entry.collected is None for case in chosen):
        raise UserError("the project was made by another account, so the images that it names were not touched",
                        path=project.path, remedy="Give --trust-paths if you trust where it comes from")  # fmt: skip
    names = _folder_names([case.entry for case in chosen])
    notices: list[str] = []

    def fill(temporary: Path) -> None:
        for number, case in enumerate(chosen):
            progress(number / len(chosen), f"case {number + 1} of {len(chosen)}")
            study = _image(project, case.entry, token)
            _, more = write_case(_drawn(study, case), temporary / names[case.entry.id], origin=Provenance(user=""))
            notices.extend(f"{names[case.entry.id]}: {notice}" for notice in more)
            if len(study.channels) > 1:
                notices.append(f"{names[case.entry.id]}: only its first channel was written")
        atomic_json(temporary / "dataset.json", _description(project, chosen, names))

    atomic_folder(Path(out), fill, overwrite=overwrite)
    progress(1.0, "done")
    return tuple(notices)


@contextlib.contextmanager
def dataset_or_project(path: str | Path, *, how: Sequence[str] = HOW, trust_paths: bool = False) -> Iterator[Dataset]:
    """The data set at ``path``, or the accepted readings of the project there, until the block ends."""
    path = Path(path)
    if not (path.is_file() and is_project(path)):
        yield read_dataset(path)
        return
    with tempfile.TemporaryDirectory(prefix="proseg-gui-project-") as folder:
        with contextlib.closing(open_project(path, write=False)) as project:
            project.trusted = trust_paths
            export_dataset(project, Path(folder) / "dataset", how=how)
        yield read_dataset(Path(folder) / "dataset")


def _folder_names(entries: Sequence[CaseEntry]) -> dict[str, str]:
    """A folder for each case: its name, with its version and, where two are called the same, a number."""
    names: dict[str, str] = {}
    for entry in entries:
        base = file_name(entry.name) + (f" v{entry.version}" if entry.version > 1 else "")
        name, number = base, 2
        while name.casefold() in {other.casefold() for other in names.values()}:
            name, number = f"{base} ({number})", number + 1
        names[entry.id] = name
    return names


def _drawn(study: Study, case: Standing) -> Study:
    found = []
    for reading, name in case.readings:
        array = case.document.masks[reading.mask].mask()
        mask = Mask(array, study.geometry, reading.structure)
        found.append(Reading(reading.person or UNNAMED, reading.structure, mask, name))
    return replace(study, structures=tuple(dict.fromkeys(r.structure for r in found)), readings=tuple(found))


def _description(project: Project, chosen: Sequence[Standing], names: Mapping[str, str]) -> dict[str, Any]:
    """What dataset.json says; a case without a known patient counts as a patient of its own."""
    readings = {
        names[case.entry.id]: [
            {"structure": reading.structure, "rater": reading.person or UNNAMED, "reading": name, "how": reading.how,
             "at": reading.at, "sequence": reading.sequence, "seconds": reading.seconds, "model": reading.model}
            for reading, name in case.readings
        ]
        for case in chosen
    }  # fmt: skip
    structures = dict.fromkeys(reading.structure for case in chosen for reading, _ in case.readings)
    return {
        "name": TITLE,
        "structures": list(structures),
        "patients": {names[case.entry.id]: project.patient(case.entry.id) for case in chosen},
        "readings": readings,
    }


def _image(project: Project, entry: CaseEntry, token: CancelToken | None) -> Study:
    """The image of a case, from the project's copy or from where it was seen last; checked to be the same one."""
    for place in (entry.collected, entry.path):
        if place is not None and place.exists():
            study = find_image(project, entry, place, token)
            if study is not None:
                return study
            raise UserError("the image of an accepted reading is not the one that was outlined", path=place,
                            remedy="Open the right one in the window once")  # fmt: skip
    where = entry.path or entry.collected
    raise UserError(f"the image of case {entry.name!r} is not there any more", path=where,
                    remedy="Open it in the window from where it lies now")  # fmt: skip


def find_image(project: Project, entry: CaseEntry, place: Path, token: CancelToken | None = None) -> Study | None:
    """The study at ``place`` that is this case; ``None`` where none is."""
    for study in _studies(place, token):
        identity = identify(study)
        if not project.known(identity):
            identity = complete(study, identity)
        if project.is_case(entry.id, identity):
            return study
    return None


def _studies(place: Path, token: CancelToken | None) -> Iterator[Study]:
    waiting: list[Path | Candidate] = [place]
    while waiting:
        what = waiting.pop(0)
        try:
            yield open_study(what, contours=False, token=token)
        except SeveralSeries as several:
            waiting = [*(candidate for candidate in several.candidates if not candidate.problem), *waiting]
