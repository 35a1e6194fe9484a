"""A desk without window and network: a worker that answers when it is told to, and a model of plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.desk import Desk
from proseg_gui.review.edits import Bricks
from proseg_gui.review.figures import Figures
from proseg_gui.review.proposals import Proposal
from proseg_gui.review.remaining import remaining
from proseg_gui.review.state import PARTS, AxesState, Frame, Spread, Summary
from proseg_gui.settings import Settings
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

SHAPE = (6, 5, 4)
RATERS = ("anna", "ben")


def scan(name: str = "a", *, shape: tuple[int, int, int] = SHAPE, seed: int = 0) -> Study:
    """A scan whose voxels all differ, with uneven sides and spacing, drawn by one rater."""
    values = (np.arange(np.prod(shape), dtype=np.float32) + 1000 * seed).reshape(shape)
    geometry = Geometry(shape, np.array([10.0, 20.0, 30.0]), (3.0, 2.0, 1.0), np.eye(3))
    volume = Volume(values, geometry, modality="MR", description=name)
    drawn = np.zeros(shape, bool)
    drawn[2, 1:3, 1:3] = True
    return Study(name, {"image": volume, "T2": Volume(-values, geometry)}, ("lesion",), (
        Reading("anna", "lesion", Mask(drawn, geometry)),
    ))  # fmt: skip


class Sliders:
    """Points of two numbers each: a preset a rater, and eps 0."""

    def rater_point(self, name: str) -> dict:
        return {"tau": (float(RATERS.index(name) + 1), 0.0), "eps": (0.0, 0.0)}

    def consensus_style(self) -> dict:
        return {"tau": (1.5, 0.0), "eps": (0.0, 0.0)}

    def blend(self, weights: tuple[float, ...]) -> dict:
        return {"tau": (float(weights[0] + 2 * weights[1]), 0.0), "eps": (0.0, 0.0)}

    def random_point(self, seed: int, rater: str | None = None) -> dict:
        random = np.random.default_rng(seed)
        return {"tau": tuple(random.normal(size=2).tolist()), "eps": tuple(random.normal(size=2).tolist())}

    def rater_weights(self, point: Mapping) -> None:
        return None


@dataclass(eq=False)
class Model:
    """Stands for :class:`~proseg_gui.review.session.Reviewed`."""

    study: Study
    name: str = "m"
    structures: tuple[str, ...] = ("lesion", "oedema")
    reference: str = "m"

    def __post_init__(self) -> None:
        self.bundle = SimpleNamespace(
            card=SimpleNamespace(name=self.name, sha256=f"sha of {self.name}", metrics={}),
            method=SimpleNamespace(capabilities=SimpleNamespace(samples=True)),
        )
        able = SimpleNamespace(capabilities=SimpleNamespace(personalised=True, samples=True, adjusts=False))
        self.engine = SimpleNamespace(
            structures=self.structures,
            raters=RATERS,
            notices=(),
            missing=(),
            n_slices=SHAPE[0],
            method=able,
            adjusted=True,
        )
        self.sliders = Sliders()
        self.by_slice = np.array([0.0, 4.0, 9.0, 8.0, 0.3, 1.0])
        self.kept_free = False

    def keep_free(self, busy_hand: bool) -> None:
        self.kept_free = busy_hand

    def moved(self, axis: Any, point: Mapping, position: float) -> dict:
        kind = "eps" if axis.family == "ambiguity" else "tau"
        return {**point, kind: (position, point[kind][1])}

    def position(self, axis: Any, point: Mapping) -> float:
        return point["eps" if axis.family == "ambiguity" else "tau"][0]

    def mask(self, point: Mapping, structure: int, token: Any, progress: Any) -> Mask:
        return Mask(mask_at(point).mask(), self.study.geometry)

    def measured_mask(self, point: Mapping, structure: int, token: Any, progress: Any) -> Mask:
        return self.mask(point, structure, token, progress)

    def given(self, structure: int) -> tuple[Reading, ...]:
        return self.study.readings_of(self.structures[structure], self.structures)

    def drawn_from(self, near: int, point: Mapping, structure: int, token: Any, partly: Any) -> Bricks:
        whole = mask_at(point).mask()
        partly(whole & (np.abs(np.arange(SHAPE[0]) - near) < 1)[:, None, None])
        return Bricks.of(whole)

    def doubt_ml(self) -> float:
        return float(sum(self.summary(s).by_slice @ self.study.geometry.slice_thickness_mm() for s in (0, 1))) / 1000.0

    def summary(self, structure: int) -> Summary:
        return Summary(self.by_slice + structure, {}, np.zeros(3), {}, SHAPE[0], SHAPE[0])


AMBIGUITY, PREFERENCE = SimpleNamespace(family="ambiguity"), SimpleNamespace(family="preference")


class Worker:
    """Notes what is asked for; :meth:`answer` answers as the window's worker would."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []
        self.waits = False
        self.words: tuple = ()
        self.edits: Bricks | None = None
        self.desk: Desk | None = None
        self.later: list = []
        self.looks: list = []
        """What views have asked for: lane, token, and what carries it out."""

    def _note(self, *what: Any) -> None:
        self.asked.append(what)

    def draw(self, review, k, points, words, *, by_slider):
        self._note("draw", k, points, by_slider)
        self.words = words

    def find_spread(self, review, k, structure, form):
        self._note("spread", k, structure, form)

    def find_local_map(self, review, k, point, structure):
        self._note("local", k, point, structure)

    def measure(self, review, point, structure, compare_with, edits):
        self._note("measure", point, structure, compare_with)
        self.edits = edits

    def find_axes(self, review, point, structure, window):
        self._note("axes", point, structure, window)

    def freeze(self, review, structures, edits, done):
        self._note("freeze", dict(structures))
        self.later.append(
            lambda: done({name: mask_at(point).overlaid(edits[name]) for name, point in structures.items()})
        )

    def carry_out(self, title, work, done):
        self._note("tool", title)
        self.later.append(lambda: done(work(CancelToken(), no_progress)))

    def look(self, lane, title, work, take):
        self._note("look", lane)
        token = CancelToken()
        self.looks.append((lane, token, lambda: work(token, lambda value: None if token.cancelled else take(value))))

    def propose(self, review, request):
        self._note("propose", request)

    def find_regions(self, review, structure):
        self._note("regions", structure)

    def weigh_regions(self, review, request):
        self._note("weigh", request)

    def weigh(self) -> None:
        """Answer what was asked last of the regions, without an ensemble; a proposal that is awaited comes first."""
        if self.desk.proposals.awaited:
            request = self.of("propose")[-1][0]
            self.desk.proposals.take(Proposal(request, {}, True, request.point, {}))
        request = self.of("weigh")[-1][0]
        self.desk.doubts.take_remaining(remaining(request.found, request.evidence, request.shown))

    def judge_fit(self, review):
        self._note("fit")

    def sweep(self, review, nearest):
        self._note("sweep", nearest())

    def settle(self, wanted):
        self.waits = wanted

    def cancel(self, kind=""):
        for lane, token, _ in self.looks:
            if kind in ("", lane):
                token.cancel()
        self._note("cancel", kind)

    def of(self, kind: str) -> list[tuple]:
        return [what[1:] for what in self.asked if what[0] == kind]

    def answer(self) -> None:
        """Draw the slice in view, and spread it."""
        desk = self.desk
        k, points, by_slider = self.of("draw")[-1]
        probability = np.stack([np.full(SHAPE[1:], points[s]["tau"][0] / 10 + s / 2) for s in range(len(points))])
        probability[:, 1, 2] = 0.75
        desk.take_drawn(SimpleNamespace(frame=Frame(k, points, probability, 1.0), by_slider=by_slider))
        k, structure, _form = self.of("spread")[-1]
        anna = np.zeros(SHAPE[1:])
        anna[1, 2] = 1.0
        desk.take_spread(Spread(k, structure, anna, {"anna": anna, "ben": anna.T.copy().reshape(SHAPE[1:]) * 0}, (),
                                dict.fromkeys(PARTS, anna)))  # fmt: skip

    def finish(self) -> None:
        """Carry out the acceptances that were asked for."""
        for do in self.later:
            do()
        self.later.clear()


def mask_at(point: Mapping) -> Bricks:
    """The whole volume of the fake model: as many slices as tau's first number says."""
    mask = np.zeros(SHAPE, bool)
    mask[: int(point["tau"][0])] = True
    return Bricks.of(mask)


class Bench:
    """A desk, its worker, what it announced, and a clock that stands."""

    def __init__(self) -> None:
        self.worker = Worker()
        self.said: list[tuple[str, Any]] = []
        self.now = 0.0
        self.desk = Desk(
            Settings(), self.worker, lambda name, value: self.said.append((name, value)),
            lambda: (np.full((3, 4, 3), 7, np.uint8), 1.25), lambda: self.now,
        )  # fmt: skip
        self.worker.desk = self.desk

    def open(self, study: Study | None = None, case: OpenedCase | None = None, *, model: bool = True) -> OpenedCase:
        case = case or OpenedCase.fresh(study or scan(), person="reader")
        self.desk.show(case)
        if model:
            self.desk.begin(Model(self.desk.study))
            self.desk.take_surveyed(self.desk.slice_index)
            self.worker.answer()
            self.desk.take_axes(AxesState((PREFERENCE,), (AMBIGUITY,), False, 6, 6))
            self.desk.take_swept()
        return case

    def again(self, case: OpenedCase) -> OpenedCase:
        """The case as it comes back later: from its history and its last view."""
        from proseg_gui.review.document import Document

        view = [value[1] for name, value in self.said if name == "view_kept"][-1]
        return OpenedCase(case.study, Document(case.document.shape, case.document.history, person="reader"), "", view)

    def sayings(self, name: str) -> list[Any]:
        return [value for said, value in self.said if said == name]

    def figures(self, ml: float = 2.0) -> Figures:
        return Figures(ml, True, True, None, Bricks.of(np.ones(SHAPE, bool)))


@pytest.fixture
def bench() -> Bench:
    return Bench()
