"""The program's actions from Python, without a window: see docs/api.md. These names stay as they are.

What the window does is done by the same objects: a case is a desk whose work is carried out at once. Lengths are mm,
points are LPS mm ``(x, y, z)``, arrays are ``(z, y, x)``. Whatever cannot be done is a :class:`UserError` of one
sentence, and leaves everything as it was.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from proseg_gui.errors import UserError
from proseg_gui.inference.pointing import Click, Clicks, Place
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.desk import Desk
from proseg_gui.review.document import AcceptedReading
from proseg_gui.review.drafts import IN, OUT, words_for
from proseg_gui.review.edits import Bricks, has_origin, said_in, said_out
from proseg_gui.review.keeper import Keeper, open_keeper
from proseg_gui.review.session import Reviewed, begin_review
from proseg_gui.review.state import Point, WorkItem
from proseg_gui.settings import Settings
from proseg_gui.volume import Mask, Study

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle, Card

__all__ = ["Case", "Project", "UserError", "evaluate", "model", "open", "project", "train"]

T = TypeVar("T")
OPERATIONS = ("grow", "smooth", "fill_holes", "keep_largest", "remove_small", "interpolate", "combine")
PERSON = "unnamed"


class _AtOnce:
    """A desk's worker that carries out what is asked for before it returns, and draws no pictures."""

    def draw(self, *_args: Any, **_kwargs: Any) -> None:
        """Nobody looks."""

    find_spread = find_local_map = measure = find_axes = look = propose = find_regions = weigh_regions = draw
    judge_fit = sweep = settle = cancel = draw

    def freeze(
        self,
        review: Reviewed,
        structures: Mapping[str, Point],
        edits: Mapping[str, Bricks],
        done: Callable[[dict[str, Bricks]], None],
    ) -> None:
        """Every voxel of the structures at their points, with ``edits`` put over them."""
        done(review.frozen(structures, edits, CancelToken(), no_progress))

    def carry_out(self, title: str, work: Callable[[CancelToken, Progress], T], done: Callable[[T], None]) -> None:
        """A tool's work on a whole volume."""
        done(work(CancelToken(), no_progress))


class Case:
    """An open scan and the work on it. Made by :func:`open` and :meth:`Project.open`."""

    def __init__(self, case: OpenedCase, bundle: Bundle | None, device: str) -> None:
        self._said: list[str] = []
        self._desk = Desk(Settings(), _AtOnce(), self._hear, lambda: None)
        self._desk.show(case)
        if bundle is not None:
            self._desk.begin(begin_review(case.study, bundle, device))

    def _hear(self, name: str, value: Any) -> None:
        if name == "noticed":
            self._said.append(str(value))

    def _refused(self, otherwise: str) -> UserError:
        return UserError(self._said[-1] if self._said else otherwise)

    def _choose(self, structure: str) -> int:
        """Make a structure the active one; its number."""
        names = self._desk.structures
        if structure not in names:
            known = f"There are {', '.join(names)}" if names else "Add one first"
            raise UserError(f"the case has no structure {structure!r}", remedy=known)
        self._said.clear()
        self._desk.set_structure(names.index(structure))
        return names.index(structure)

    def _modelled(self, structure: str) -> tuple[Reviewed, int]:
        number = self._choose(structure)
        review = self._desk.review
        if review is None or number >= len(self._desk.modelled):
            raise UserError(f"no model draws {structure}", remedy="Open the case with a model that does")
        return review, number

    # -- what there is --------------------------------------------------------------------------------------------
    @property
    def study(self) -> Study:
        """The scan, with all that was given and opened on it."""
        assert self._desk.study is not None
        return self._desk.study

    @property
    def structures(self) -> tuple[str, ...]:
        """Names: the model's structures, then one's own."""
        return self._desk.structures

    @property
    def readings(self) -> dict[str, AcceptedReading]:
        """Structure -> its accepted reading, where it is accepted now."""
        found = {name: self._desk.document.accepted(name) for name in self.structures}
        return {name: reading for name, reading in found.items() if reading is not None}

    def points(self) -> dict[str, Point]:
        """Rater -> preset, and ``consensus style``: where the latents can stand; empty without a model."""
        review = self._desk.review
        if review is None:
            return {}
        found = {name: review.sliders.rater_point(name) for name in review.engine.raters}
        return {**found, "consensus style": review.sliders.consensus_style()}

    def draft(self, structure: str) -> Mask:
        """A structure as it stands: the accepted reading where there is one, else the draft with all that was said."""
        from proseg_gui.review.pieces import voxels_of

        number = self._choose(structure)
        return voxels_of(self._desk.shapes.outgoing(number), self.study.geometry, self._desk.review, CancelToken())

    # -- work -----------------------------------------------------------------------------------------------------
    def add(self, structure: str) -> None:
        """Add a structure of one's own."""
        self._said.clear()
        if not self._desk.drafts.add(structure):
            raise self._refused(f"{structure} cannot be added")

    def lock(self, structure: str, locked: bool = True) -> None:
        """Let nobody draw on a structure, or let them again."""
        self._choose(structure)
        self._desk.drafts.lock(structure, locked)

    def set_point(self, structure: str, point: Point | str) -> None:
        """Stand at a point: a rater's name, ``consensus style``, or ``{"tau": ..., "eps": ...}``."""
        review, _ = self._modelled(structure)
        if isinstance(point, str):
            known = self.points()
            if point not in known:
                raise UserError(f"the model has no rater {point!r}", remedy=f"There are {', '.join(known)}")
            if point in review.engine.raters:
                self._desk.latents.choose_rater(point)
            else:
                self._desk.latents.choose_consensus_style()
        else:
            from proseg_gui.inference.points import check_point

            self._desk.latents.set_point(check_point(point, review.bundle.method))
        self._desk.latents.commit()

    def describe(self, structure: str, text: str) -> dict[str, Any]:
        """Move the sliders of a structure as a text says, from where they stand: one step.

        Returns
        -------
        ``understood`` and ``not_understood`` (words), ``asked`` and ``reached`` (attribute -> change in standard
        deviations between raters), ``beyond`` (attributes in which the model cannot follow, or not so far).

        Raises
        ------
        UserError
            If the text asks for nothing, no model draws the structure, or it draws the same for everybody.
        """
        from proseg_gui.prompts.reading import read_asking

        review, number = self._modelled(structure)
        prompt, start = read_asking(text, review.engine.raters), self._desk.latents.point
        found = review.described(start, prompt, number)
        self._desk.prompting.take(review, start, prompt, found)
        return found.told(prompt)

    def click(
        self, structure: str, inside: Sequence[Place] = (), outside: Sequence[Place] = (),
        box: tuple[Place, Place] | None = None,
    ) -> list[tuple[Point, float]]:  # fmt: skip
        """Point at what is meant, in LPS mm: the contour becomes what the model makes of it, as one step.

        Earlier clicks are forgotten. ``box``: two opposite corners on one slice.

        Returns
        -------
        The candidates and their shares, the likeliest first; :meth:`set_point` goes to another.

        Raises
        ------
        UserError
            If the model takes no clicks, nothing was pointed at, or a place lies outside of what it looks at.
        """
        review, number = self._modelled(structure)
        places = tuple(Click(place, said) for said, some in ((True, inside), (False, outside)) for place in some)
        clicks, start = Clicks(places, box), self._desk.latents.point
        found = review.candidates(clicks, number)
        self._desk.clicking.take(review, (start, number, clicks), found)
        self._desk.latents.commit()
        return list(zip(found.points, found.shares.tolist(), strict=True))

    def stroke(self, structure: str, points_mm: npt.ArrayLike, radius_mm: float = 5.0, *, erase: bool = False) -> None:
        """Draw (or erase) with a ball along a line: one step.

        Parameters
        ----------
        points_mm:
            ``(N, 3)`` LPS mm, in order.

        Raises
        ------
        UserError
            If the structure is locked, accepted or unknown, or the stroke covers no voxel of the image.
        """
        from proseg_gui.drawing.brush import ball_stroke

        self._choose(structure)
        line = np.atleast_2d(np.asarray(points_mm, np.float64))
        if line.ndim != 2 or line.shape[1] != 3 or not np.isfinite(line).all() or not radius_mm > 0:
            raise UserError("a stroke is a list of points (x, y, z) in mm, with a radius above 0")
        covered = ball_stroke(self.study.geometry, line, float(radius_mm))
        if not covered.inside.any():
            raise UserError("the stroke lies outside the image", remedy="Points are LPS mm of the patient")
        drafts = self._desk.drafts
        if not drafts.begin(structure, "eraser" if erase else "brush", OUT if erase else IN):
            raise self._refused(f"{structure} cannot be drawn on")
        drafts.add_to_stroke(covered)
        drafts.end()

    def copy(self, structure: str, mask: Mask) -> None:
        """Take a whole mask over as the draft of a structure: one step.

        Raises
        ------
        UserError
            If the mask lies on another grid, or the structure cannot be drawn on.
        """
        self._choose(structure)
        difference = self.study.geometry.difference(mask.geometry)
        if difference:
            raise UserError(f"the mask is not on the image's grid: {difference}", remedy="Resample it first")
        z, y, x = (slice(0, n) for n in mask.array.shape)
        if not self._desk.drafts.may_change(structure):
            raise self._refused(f"{structure} cannot be drawn on")
        self._desk.drafts.put("copy a mask", structure, [((z, y, x), words_for(mask.array, "copy"))])

    def operation(self, structure: str, name: str, **how: Any) -> None:
        """One of :data:`OPERATIONS` on a whole structure, with its options: ``operation("lesion", "grow", mm=2)``.

        Raises
        ------
        UserError
            If there is no such operation, it takes other options, or the structure cannot be changed.
        """
        if name not in OPERATIONS:
            raise UserError(f"there is no operation {name!r}", remedy=f"There are {', '.join(OPERATIONS)}")
        self._choose(structure)
        if "other" in how and how["other"] not in self.structures:
            raise UserError(f"the case has no structure {how['other']!r}")
        before = len(self._desk.document.history)
        try:
            getattr(self._desk.operations, name)(**how)
        except TypeError as error:
            raise UserError(f"{name} has other options: {error}") from error
        if len(self._desk.document.history) == before and self._said:
            raise self._refused("")

    def undo(self) -> None:
        """Take the last step back."""
        self._desk.undo()

    def accept(self, structure: str) -> AcceptedReading:
        """Freeze a structure as it stands as a reading; it is locked then.

        Raises
        ------
        UserError
            If it is accepted already, or nothing was drawn.
        """
        self._choose(structure)
        before = self._desk.document.accepted(structure)
        self._desk.shapes.accept()
        reading = self._desk.document.accepted(structure)
        if reading is None or reading is before:
            raise self._refused(f"{structure} cannot be accepted")
        return reading

    def reopen(self, structure: str) -> None:
        """End the acceptance of a structure; its reading stays in the history."""
        self._choose(structure)
        self._desk.shapes.reopen()

    # -- out ------------------------------------------------------------------------------------------------------
    def export(
        self,
        folder: str | Path,
        fmt: str = "nifti",
        structures: Sequence[str] | None = None,
        *,
        overwrite: bool = False,
    ) -> list[Path]:
        """Write accepted readings and drafts (all by default) as ``nifti``, ``rtstruct`` or ``seg``; the files."""
        from proseg_gui.review.export_request import FORMATS, ExportRequest, problem
        from proseg_gui.review.exports import export

        names = tuple(self.structures if structures is None else structures)
        if fmt not in FORMATS:
            raise UserError(f"there is no format {fmt!r}", remedy=f"Choose one of {', '.join(FORMATS)}")
        work = [self._desk.shapes.outgoing(self._choose(name)) for name in names]
        request = ExportRequest(
            frozenset({"current"}), (), 0, (), fmt, Path(folder), "structure", "", overwrite=overwrite, structures=names
        )
        if problem(request):
            raise UserError(problem(request).rstrip("."))
        files, _ = export(self.study, self._desk.review, request, work, work[0], {}, CancelToken(), no_progress)
        return files

    def condition(self, structure: str, folder: str | Path, *, seed: int = 0, device: str = "auto") -> dict[str, Any]:
        """What follows on every slice from what the hand has said of a structure: ``proseg-gui condition``'s files.

        Returns what ``condition.json`` holds (docs/CONTRACTS.md).
        """
        from proseg_gui.inference.condition.case import ConditionRequest, condition_case

        review, number = self._modelled(structure)
        codes = self._desk.drafts.codes(structure)
        mine = has_origin(codes, "hand") | has_origin(codes, "copy")
        if not mine.any():
            raise UserError(f"nothing was said by hand of {structure}", remedy="Draw a stroke first")
        words = np.where(mine & said_in(codes), 1, np.where(mine & said_out(codes), 2, 0)).astype(np.uint8)
        request = ConditionRequest(structure, self._desk.latents.stand(number)[0], seed)
        return condition_case(review.bundle, self.study, folder, request, words, device=device)


class Project:
    """A project file: what is done to cases that are opened in it is kept. Close it, or use it in a ``with``."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self, path: str | Path, *, model: str | Path | None = None, device: str = "auto") -> Case:
        """Open a scan as a case of the project, with what was done to it before."""
        study, place = _study(path), Path(path).absolute()
        case = self._keeper.open(study, WorkItem(str(place), place, place.name))
        return Case(case, _bundle(model), device)

    def export(self, out: str | Path, *, overwrite: bool = False) -> Path:
        """Write the accepted readings as a dataset folder (docs/CONTRACTS.md); its path."""
        from proseg_gui.review.project.export import export_dataset

        assert self._keeper.project is not None
        self._keeper.unsaved(10.0)
        export_dataset(self._keeper.project, out, overwrite=overwrite)
        return Path(out)

    def close(self) -> None:
        """Write what waits, and let the file go."""
        self._keeper.close()


def model(name_or_folder: str | Path) -> Bundle:
    """A shipped model by name, or a bundle's folder."""
    from proseg_gui.bundle import load_bundle

    return load_bundle(name_or_folder)


def open(path: str | Path, *, model: str | Path | None = None, person: str = PERSON, device: str = "auto") -> Case:
    """Open a scan (file, DICOM folder or case) that nothing is kept of; with ``model``, seen through it."""
    return Case(OpenedCase.fresh(_study(path), person), _bundle(model), device)


def project(path: str | Path, *, person: str = "") -> Project:
    """Open a project, or make one; what is accepted in it is signed by ``person``, by default as it was before."""
    keeper = open_keeper(Path(path))
    if keeper.read_only:
        reason = keeper.read_only
        keeper.close()
        raise UserError(f"nothing can be kept: {reason}", path=path)
    if person:
        keeper.set_person(person)
    return Project(keeper)


def train(
    data: str | Path,
    out: str | Path,
    *,
    init: str | Path | None = None,
    stage: str = "",
    steps: int | None = None,
    seed: int = 0,
    people: Mapping[str, str | None] | None = None,
    device: str = "auto",
    overwrite: bool = False,
) -> Card:
    """Train on a dataset folder, or on the accepted readings of a project; returns the new bundle's card.

    ``init`` with ``stage`` (``rater``, ``adapt`` or ``full``) goes on from a model; ``people`` says who each rater of
    the data is there, ``None`` for somebody new.
    """
    from proseg_gui.bundle import find_bundle, read_card
    from proseg_gui.catalogue import METHODS, STAGE_ENTRIES, STAGE_PATIENCE, STEPS
    from proseg_gui.review.stopping import certified
    from proseg_gui.training.augment import augmentation_for
    from proseg_gui.training.place import Place
    from proseg_gui.training.recipe import Recipe
    from proseg_gui.training.request import Request, Start
    from proseg_gui.training.run import train_bundle

    if init is not None and stage not in STAGE_ENTRIES:
        raise UserError(f"there is no stage {stage!r}", remedy=f"Choose one of {', '.join(STAGE_ENTRIES)}")
    calibrated = init is not None and read_card(find_bundle(init)).window["kind"] == "fixed"
    usual = STAGE_ENTRIES[stage].steps if init is not None else STEPS
    recipe = Recipe(
        steps=steps or usual, seed=seed, patience=STAGE_PATIENCE if init is not None else 0,
        augmentation=augmentation_for("none", calibrated=calibrated),
    )  # fmt: skip
    with _data(data) as dataset:
        start = Start(METHODS[0].name, None, init, stage, dict(people) if people is not None else None)
        request = Request(dataset, Place(Path(out), overwrite), recipe, start=start, device=device)
        return certified(train_bundle(request), request)


def evaluate(
    data: str | Path,
    model: str | Path,
    *,
    samples: int | None = None,
    seed: int = 0,
    people: Mapping[str, str | None] | None = None,
    device: str = "auto",
) -> dict[str, Any]:
    """Judge a model on a dataset folder or a project: what ``proseg-gui evaluate --json`` writes."""
    from proseg_gui.bundle import load_bundle
    from proseg_gui.inference.evaluate import evaluate_dataset

    with _data(data) as dataset:
        return evaluate_dataset(dataset, load_bundle(model), samples=samples, seed=seed, people=people, device=device)


@contextlib.contextmanager
def _data(path: str | Path) -> Iterator[Any]:
    from proseg_gui.review.project.export import dataset_or_project

    with dataset_or_project(path) as dataset:
        yield dataset


def _study(path: str | Path) -> Study:
    from proseg_gui.io.open import open_study

    return open_study(path)


def _bundle(name: str | Path | None) -> Bundle | None:
    return None if name is None else model(name)
