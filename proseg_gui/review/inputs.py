"""What a selection of files can be opened as, and a first look at each."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.dataset import align_channel
from proseg_gui.io.dicom.reading import read_series
from proseg_gui.io.images.reading import header_grid, image_stem
from proseg_gui.io.open import Candidate, find_inputs, open_study
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.keeper import key_of
from proseg_gui.review.state import WorkItem
from proseg_gui.volume import Geometry, Study

MOST_CHANNELS = 8
OPENABLE = ("image", "series", "case")


def openable(paths: Sequence[Path], progress: Progress, token: CancelToken | None) -> list[Candidate]:
    """The images that a selection of files or folders can mean, best first; never empty.

    Several files of one folder are taken as one choice: the slices of a DICOM series open as that series.

    Raises
    ------
    UserError
        If none of them is an image.
    """
    found: list[Candidate] = []
    seen: set[Path] = set()
    for path in paths:
        if path in seen:
            continue
        candidates = find_inputs(path, progress=progress, token=token)
        if len(paths) > 1 and path.is_file() and candidates[0].kind == "series":
            beside = find_inputs(path.parent, progress=progress, token=token)
            candidates = [c for c in beside if c.series is not None and path in c.series.files]
            seen.update(file for c in candidates if c.series is not None for file in c.series.files)
        found += candidates
    images = [candidate for candidate in found if candidate.kind in OPENABLE]
    if not images:
        if found[0].kind == "bundle":
            raise UserError("this is a model bundle, not a scan", path=found[0].path, remedy="Choose it as the model")
        raise UserError(
            f"this is a {found[0].kind}, not a scan",
            path=found[0].path,
            remedy="Open the scan first, then File > Open contours on this scan",
        )
    return images


def preview_slice(candidate: Candidate) -> tuple[np.ndarray, tuple[float, float], tuple[float, float]]:
    """The middle slice of a candidate: values ``(y, x)``, window (centre, width), spacing (y, x) in mm."""
    series = candidate.series
    if series is not None and series.geometry is not None:
        middle = series.n_slices // 2
        whole = series.geometry
        one = Geometry((1, *whole.shape[1:]), whole.slice_origins()[middle], whole.spacing_mm, whole.direction)
        image, _ = read_series(replace(series, headers=(series.headers[middle],), geometry=one))
    else:
        image = open_study(candidate).image
    spacing = image.geometry.spacing_mm
    return image.array[image.geometry.shape[0] // 2], image.display_window(), (spacing[1], spacing[2])


def item_of(candidate: Candidate, *others: Candidate) -> WorkItem:
    """A candidate as a case of the worklist; ``others`` are its further channels."""
    series = "" if candidate.series is None else candidate.series.uid
    item = WorkItem("", candidate.path, candidate.label, series, candidate.component)
    item = replace(item, others=tuple(item_of(other) for other in others))
    return replace(item, key=key_of(item))


def candidate_of(item: WorkItem, progress: Progress, token: CancelToken | None) -> Candidate:
    """What a case of the worklist was made from, found again where it lies.

    Raises
    ------
    UserError
        If it is not there any more.
    """
    found = openable([item.path], progress, token)
    if item.series:
        found = [c for c in found if c.series is not None and c.series.uid == item.series]
    if not found:
        what = "the series that was open is not there any more"
        raise UserError(what, path=item.path, remedy="Open the folder again")
    return found[0] if item.component is None else replace(found[0], component=item.component)


def as_channels(candidates: Sequence[Candidate], progress: Progress, token: CancelToken | None) -> Study:
    """Several images as one study: the first, and each other one as a channel on the first one's grid.

    Raises
    ------
    UserError
        If one cannot be read, or cannot be laid on the first one's grid.
    """
    study = open_study(candidates[0], progress=progress, token=token)
    if len(study.channels) == 1:
        study = replace(study, channels={_channel(candidates[0]): study.image})
    for candidate in candidates[1:]:
        name = _new_name(_channel(candidate), study.channels)
        other = open_study(candidate, progress=progress, token=token)
        volume, notices = align_channel(other.image, list(other.notices), name, study.image, token)
        study = replace(study, channels={**study.channels, name: volume}, notices=study.notices + tuple(notices))
    return study


def can_be_channels(candidates: Sequence[Candidate]) -> bool:
    """Whether these may be channels of one scan: series of one patient, or files of one folder."""
    one = len({patient_of(c.group) or str(c.path.parent) for c in candidates}) == 1
    return one and 1 < len(candidates) <= MOST_CHANNELS and all(c.kind != "case" for c in candidates)


def likely_channels(candidates: Sequence[Candidate]) -> bool:
    """Whether all lie on one grid, by their headers: then most likely they are channels of one scan."""
    if not can_be_channels(candidates):
        return False
    grids = [_grid(candidate) for candidate in candidates]
    first = grids[0]
    return first is not None and all(grid is not None and first.same_grid(grid) for grid in grids)


def _grid(candidate: Candidate) -> Geometry | None:
    if candidate.series is not None:
        return candidate.series.geometry
    return header_grid(candidate.path) if candidate.kind == "image" else None


def _channel(candidate: Candidate) -> str:
    return candidate.label if candidate.series is not None else image_stem(candidate.path)


def _new_name(wanted: str, taken: Container[str]) -> str:
    return next(name for name in chain((wanted,), (f"{wanted} {n}" for n in count(2))) if name not in taken)


def patient_of(group: str) -> str:
    """The patient, by number, of a line of :func:`~proseg_gui.io.dicom.series.study_groups`; empty for a file."""
    return group.partition(" / ")[0]


def one_a_patient(candidates: Sequence[Candidate]) -> bool:
    """Whether these are the series of several patients, one of each: cases of a worklist, nothing to choose."""
    patients = [patient_of(candidate.group) for candidate in candidates]
    return len(patients) > 1 and all(patients) and len(set(patients)) == len(patients)
