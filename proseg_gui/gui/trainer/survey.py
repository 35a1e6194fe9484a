"""What a dataset folder holds, case by case: who drew what, what cannot be used, and a picture of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.gui.language import tr
from proseg_gui.gui.views.contours import trace_mask
from proseg_gui.gui.views.palette import rater_colour
from proseg_gui.gui.views.thumbnails import box_around, plain_thumbnail, render
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.volume import Study

if TYPE_CHECKING:
    from proseg_gui.io.dataset import Case, Dataset

State = Literal["annotated", "resampled", "empty", "missing", "problem"]
_RANK: tuple[State, ...] = ("missing", "empty", "annotated", "resampled", "problem")
"""Of several structures or readings, the last of these that occurs stands for the rater."""


@dataclass(frozen=True)
class Cell:
    """What one rater did in one case."""

    state: State
    text: str


@dataclass(frozen=True, eq=False)
class CaseRow:
    """One case of the table. ``problem`` (a sentence) keeps it out of training; ``picture`` is (h, w, 3) uint8."""

    case: Case
    cells: Mapping[str, Cell]
    picture: np.ndarray | None = None
    problem: str = ""
    spacing_mm: tuple[float, float] = (1.0, 1.0)
    """(y, x)."""
    modality: str = ""
    best_slice: int = 0
    """The slice with the most drawn pixels."""
    other_grid: bool = False
    """Whether all that is wrong is that masks lie on another grid: they can be put on the image's."""
    notices: tuple[str, ...] = ()
    """What was done to its masks (:attr:`Case.resample`)."""


def survey(dataset: Dataset, token: CancelToken, progress: Progress, found: Callable[[CaseRow], None]) -> None:
    """Look through all cases; ``found`` gets them one by one. What is wrong with a case is told, never raised."""
    for number, case in enumerate(dataset.cases):
        token.check()
        progress(number / len(dataset.cases), tr("reading {name}").format(name=case.name))
        found(look_at(case, dataset, token))


def look_at(case: Case, dataset: Dataset, token: CancelToken | None = None) -> CaseRow:
    """Read one case."""
    from proseg_gui.io.dataset import load_case

    try:
        study = load_case(case, dataset.structures, channels=dataset.channels, token=token)
    except UserError as error:
        return _with_problem(case, dataset, error, token)
    moved = _moved(case, study.notices)
    cells = {rater: _cell(study, rater, rater in moved) for rater in dataset.raters}
    problem = "" if study.readings else tr("Nobody has drawn anything in this case.")
    drawn = np.zeros(study.geometry.shape, np.int32)
    for reading in study.readings:
        drawn += reading.mask.array
    best = int(drawn.sum((1, 2)).argmax()) if drawn.any() else study.geometry.shape[0] // 2
    _, y, x = study.geometry.spacing_mm
    picture = picture_of(study, best, [(mask, rater_colour(dataset.raters.index(rater)))
                                       for rater, mask in _slices(study, best)])  # fmt: skip
    return CaseRow(case, cells, picture, problem, (round(y, 4), round(x, 4)), study.image.modality, best,
                   notices=tuple(moved.values()))  # fmt: skip


def picture_of(study: Study, k: int, outlines: list[tuple[np.ndarray, str]], size: int = 112) -> np.ndarray:
    """Slice ``k`` around the outlined ``(y, x)`` masks, each with its colour; ``(size, size, 3)`` uint8."""
    union = np.zeros(study.geometry.shape[1:], bool)
    for mask, _ in outlines:
        union |= mask
    spacing = study.geometry.spacing_mm
    contours = [(trace_mask(mask), colour) for mask, colour in outlines]
    window = study.image.display_window()
    return render(study.image.array[k], window, (spacing[1], spacing[2]), box_around(union), contours, size)


def _slices(study: Study, k: int) -> list[tuple[str, np.ndarray]]:
    return [(r.rater, r.mask.array[k]) for r in study.readings if r.mask.array[k].any()]


def _moved(case: Case, notices: tuple[str, ...]) -> dict[str, str]:
    """Rater -> the notice that says that a mask of the rater was put on the image's grid."""
    if not case.resample:
        return {}
    files = {f"{path.name}: the mask was put": rater for (_, rater, _), path in case.masks.items()}
    return {rater: notice for notice in notices for start, rater in files.items() if notice.startswith(start)}


def _cell(study: Study, rater: str, moved: bool = False) -> Cell:
    states: list[State] = []
    lines = []
    for structure in study.structures:
        own = [r for r in study.readings if r.rater == rater and r.structure == structure]
        name = f"{structure}: " if len(study.structures) > 1 else ""
        if not own:
            states.append("missing")
            lines.append(name + tr("not drawn"))
        for reading in own:
            ml = reading.mask.array.sum() * study.geometry.voxel_volume_ml
            states.append("empty" if ml == 0 else "resampled" if moved else "annotated")
            again = tr(" (reading {reading})").format(reading=reading.reading) if reading.reading else ""
            again += tr(", put on the image's grid") if moved else ""
            size = f"{ml:.3g} ml" if ml > 0 else tr("drawn, and empty")
            lines.append(f"{name}{size}{again}")
    return Cell(max(states, key=_RANK.index), "\n".join(lines))


def _with_problem(case: Case, dataset: Dataset, error: UserError, token: CancelToken | None) -> CaseRow:
    """Find out which file it is: the image, or which raters' masks."""
    from proseg_gui.io.dataset import load_case
    from proseg_gui.io.images.grid import OtherGrid

    cells: dict[str, Cell] = {}
    try:
        study = load_case(replace(case, masks={}), dataset.structures, channels=dataset.channels, token=token)
        picture = plain_thumbnail(study.image.array[study.geometry.shape[0] // 2], study.image.display_window(),
                                  study.geometry.spacing_mm[1:])  # fmt: skip
    except UserError as of_image:
        missing = {rater: Cell("missing", tr("the image cannot be read")) for rater in dataset.raters}
        return CaseRow(case, missing, None, str(of_image))
    problems, only_grid = [], True
    for rater in dataset.raters:
        own = {key: path for key, path in case.masks.items() if key[1] == rater}
        try:
            read = load_case(replace(case, masks=own), dataset.structures, channels=dataset.channels, token=token)
            cells[rater] = _cell(read, rater)
        except UserError as of_mask:
            cells[rater] = Cell("problem", str(of_mask))
            problems.append(str(of_mask))
            only_grid = only_grid and isinstance(of_mask, OtherGrid)
    text = problems[0] if problems else str(error)
    return CaseRow(case, cells, picture, text, other_grid=bool(problems) and only_grid and not case.resample)
