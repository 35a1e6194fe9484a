"""What all raters and samples draw: one slice, then the case, in one pass over a fixed plan of draws.

The same draws serve every slice, so the volumes of a sample are those of one coherent shape. Maps are marginal over
the raters and do not depend on any slider; :func:`ambiguity_at` is the one map that does.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from proseg_gui.inference.causes import Sums, cause_sums, shares_of
from proseg_gui.inference.doubted import FLOOR, MOST_BYTES, DoubtedPixels, doubted_pixels
from proseg_gui.inference.engine import THRESHOLD, Engine, read_only
from proseg_gui.inference.plan import SurveyPlan, cause_plan
from proseg_gui.inference.points import AMBIGUITY, Point, point_from
from proseg_gui.inference.region import uncertain_part, whole_part
from proseg_gui.inference.uncertainty import StreamingMoments
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry

LOCAL_DRAWS = 16


@dataclass(frozen=True, eq=False)
class SliceSurvey:
    """One slice, on the image's own grid. S structures, R raters, N draws; all arrays are read-only.

    ``maps``: part -> ``(S, y, x)`` float32 (:mod:`~proseg_gui.inference.uncertainty`, in ``form``).
    ``agreement``: ``(S, y, x)`` float32, share of the draws whose mask holds the pixel.
    ``rater_probability``: ``(R, S, y, x)`` float16, each rater's own prediction.
    ``thin``: ``(n, S, y, x)`` float16, samples to draw as thin lines. ``thin_draws`` are their numbers in the plan.
    ``draws``: ``(bytes, S, y, x)`` uint8, whether each draw's mask holds the pixel, a bit each along the first axis.
    ``sample_areas``: ``(N, S)``, ``rater_areas``: ``(R, S)`` mask pixels. ``sums``: part -> ``(S,)`` sum of its map.

    Only the box ``where`` (rows, columns) that :mod:`~proseg_gui.inference.region` chose is kept; the arrays of the
    whole slice are 0 around it and made anew each time that they are asked for.
    """

    slice_index: int
    form: str
    shape: tuple[int, int]
    where: tuple[slice, slice]
    kept: Mapping[str, np.ndarray]
    """The arrays in the box, by the names above; of the maps by the name of the part."""
    thin_draws: tuple[int, ...]
    sample_areas: np.ndarray
    rater_areas: np.ndarray
    sums: Mapping[str, np.ndarray]

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the maps."""
        return tuple(self.sums)

    def whole(self, name: str) -> np.ndarray:
        """One of ``kept`` on the whole slice, ``(..., y, x)``."""
        part = self.kept[name]
        array = np.zeros((*part.shape[:-2], *self.shape), part.dtype)
        array[..., self.where[0], self.where[1]] = part
        return read_only(array)

    @property
    def maps(self) -> Mapping[str, np.ndarray]:
        """See the class."""
        return {part: self.whole(part) for part in self.parts}

    @property
    def agreement(self) -> np.ndarray:
        """See the class."""
        return self.whole("agreement")

    @property
    def rater_probability(self) -> np.ndarray:
        """See the class."""
        return self.whole("rater_probability")

    @property
    def thin(self) -> np.ndarray:
        """See the class."""
        return self.whole("thin")

    @cached_property
    def nbytes(self) -> int:
        """Memory of the pixel arrays."""
        return sum(array.nbytes for array in self.kept.values())


def survey_of(
    engine: Engine,
    k: int,
    plan: SurveyPlan,
    points: tuple[Point, ...],
    token: CancelToken | None = None,
    form: str = "variance",
    *,
    everywhere: bool = False,
) -> SliceSurvey:
    """Decode all draws of ``plan``, which are ``points``, and all raters' own predictions on slice ``k``.

    ``everywhere``: also where nothing is to be found; for tests, and for what must not rest on a bound.
    """
    presets = [point_from(engine.method.rater_coords(r)) for r in range(engine.method.n_raters)]
    part = whole_part(engine) if everywhere else uncertain_part(engine, k, (*points, *presets), token)
    n_structures, shape = len(engine.structures), (0, 0) if part is None else part.image_shape
    moments = plan.moments(form)
    agreement = np.zeros((n_structures, *shape), np.float32)
    areas = np.zeros((len(points), n_structures), np.int64)
    draws = np.zeros((-(-len(points) // 8), n_structures, *shape), np.uint8)
    thin_draws = plan.thin()
    thin = np.zeros((len(thin_draws), n_structures, *shape), np.float16)
    rater_probability = np.zeros((len(presets), n_structures, *shape), np.float16)
    rater_areas = np.zeros((len(presets), n_structures), np.int64)
    maps: dict[str, np.ndarray] = dict.fromkeys(plan.parts, np.zeros((n_structures, *shape)))
    if part is not None:
        for i, p in enumerate(_each(engine.probabilities_in(k, points, part, token))):
            moments.add(p)
            inside = p > THRESHOLD
            agreement += inside
            draws[i // 8] |= inside.astype(np.uint8) << np.uint8(7 - i % 8)
            areas[i] = inside.sum((1, 2))
            if i in thin_draws:
                thin[thin_draws.index(i)] = p
        for r, p in enumerate(_each(engine.probabilities_in(k, presets, part, token))):
            rater_probability[r] = p
            rater_areas[r] = (p > THRESHOLD).sum((1, 2))
        maps = dict(moments.maps())
    kept: dict[str, np.ndarray] = {name: maps[name].astype(np.float32) for name in plan.parts}
    kept |= {"agreement": agreement / np.float32(len(points)), "rater_probability": rater_probability, "thin": thin}
    kept["draws"] = draws
    return SliceSurvey(
        slice_index=k,
        form=form,
        shape=(engine.geometry.shape[1], engine.geometry.shape[2]),
        where=(slice(0, 0), slice(0, 0)) if part is None else part.image,
        kept={name: read_only(array) for name, array in kept.items()},
        thin_draws=thin_draws,
        sample_areas=read_only(areas),
        rater_areas=read_only(rater_areas),
        sums={name: read_only(maps[name].sum((1, 2))) for name in plan.parts},
    )


def _each(several: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Arrays ``(n, ...)`` as n arrays each."""
    for arrays in several:
        yield from arrays


def ambiguity_at(
    engine: Engine, k: int, point: Point, token: CancelToken | None = None, *, draws: int = LOCAL_DRAWS, seed: int = 0
) -> np.ndarray:
    """``(S, y, x)`` float32: variance of the probability over the ambiguity alone, at ``point``'s preference.

    Population variance over ``draws`` draws of the ambiguity, the same for every slice; 0 .. 0.25.
    """
    generator = torch.Generator().manual_seed(seed)
    eps = engine.method.draw_eps(draws, generator).tolist()
    points = [{**point, AMBIGUITY: tuple(row)} for row in eps]
    found = np.zeros((len(engine.structures), *engine.geometry.shape[1:]), np.float32)
    part = uncertain_part(engine, k, points, token)
    if part is not None:
        moments = StreamingMoments(1, 1, draws)
        for p in _each(engine.probabilities_in(k, points, part, token)):
            moments.add(p)
        found[:, part.image_rows, part.image_columns] = moments.maps()["ambiguity"]
    return read_only(found)


@dataclass(frozen=True, eq=False)
class _Numbers:
    """What is kept of every surveyed slice."""

    sums: Mapping[str, np.ndarray]
    causes: Sums
    sample_areas: np.ndarray
    rater_areas: np.ndarray


def _between(a: _Numbers, b: _Numbers, share: float) -> _Numbers:
    """Numbers on the straight line from ``a`` (at 0) to ``b`` (at 1)."""

    def mixed(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray((1.0 - share) * x + share * y)

    return _Numbers(
        {part: mixed(a.sums[part], b.sums[part]) for part in a.sums},
        {part: mixed(a.causes[part], b.causes[part]) for part in a.causes},
        mixed(a.sample_areas, b.sample_areas),
        mixed(a.rater_areas, b.rater_areas),
    )


class CaseSurvey:
    """The slices surveyed so far; safe to use from several threads.

    Pixel arrays are kept under a byte budget, the survey's part of :mod:`proseg_gui.memory` (least recently used go
    first), and made anew when they are asked for again; the numbers of every slice stay. Numbers and volumes are of the
    variance form, whatever form is shown.
    """

    def __init__(self, engine: Engine, plan: SurveyPlan, store_bytes: int | None = None) -> None:
        self._engine, self.plan = engine, plan
        self._store_bytes = engine.budget.survey if store_bytes is None else store_bytes
        self._points = plan.points(engine.method)
        self.cause_plan = cause_plan(engine.bundle, plan.seed, missing=bool(engine.missing))
        self._cause_points = self.cause_plan.points(engine.method)
        self._numbers: dict[int, _Numbers] = {}
        self._passed: set[int] = set()
        self._doubted: dict[int, tuple[DoubtedPixels, ...]] = {}
        self._highest = np.zeros(len(engine.structures))
        self._slices: OrderedDict[tuple[int, str], SliceSurvey] = OrderedDict()
        self._lock = threading.Lock()

    # -- slices ---------------------------------------------------------------------------------------------------
    def slice(self, k: int, *, form: str = "variance", token: CancelToken | None = None) -> SliceSurvey:
        """Survey slice ``k``, or take it from the store."""
        with self._lock:
            found = self._slices.get((k, form))
            if found is not None:
                self._slices.move_to_end((k, form))
        if found is None:
            found = survey_of(self._engine, k, self.plan, self._points, token, form)
            known = self.has(k) and k not in self.passed
            numbers = None if form != "variance" or known else self._numbers_of(found, token)
            self._keep(found, numbers)
        return found

    def _numbers_of(self, survey: SliceSurvey, token: CancelToken | None) -> _Numbers:
        causes = cause_sums(self._engine, survey.slice_index, self.cause_plan, self._cause_points, token)
        return _Numbers(survey.sums, causes, survey.sample_areas, survey.rater_areas)

    def _keep(self, survey: SliceSurvey, numbers: _Numbers | None) -> None:
        with self._lock:
            if numbers is not None:
                self._numbers[survey.slice_index] = numbers
                self._doubted[survey.slice_index] = self._doubted_of(survey)
                self._passed.discard(survey.slice_index)
            self._slices[survey.slice_index, survey.form] = survey
            while len(self._slices) > 1 and sum(s.nbytes for s in self._slices.values()) > self._store_bytes:
                self._slices.popitem(last=False)

    def _doubted_of(self, survey: SliceSurvey) -> tuple[DoubtedPixels, ...]:
        maps, draws = np.stack([survey.kept[part] for part in survey.parts]), survey.kept["draws"]
        raters, corner = survey.kept["rater_probability"], (survey.where[0].start, survey.where[1].start)
        np.maximum(self._highest, maps[0].max((1, 2), initial=0.0), out=self._highest)
        each = 2 * len(maps) + 4 + len(draws) + -(-len(raters) // 8)
        most = max(1, MOST_BYTES // (each * self._engine.n_slices * len(self._highest)))
        return tuple(
            doubted_pixels(maps[:, s], draws[:, s], raters[:, s] > THRESHOLD, corner, FLOOR * self._highest[s], most)
            for s in range(len(self._highest))
        )

    def doubted(self, structure: int = 0) -> dict[int, DoubtedPixels]:
        """The pixels in doubt of every slice that was measured so far, by slice.

        At least those above :data:`~proseg_gui.inference.doubted.FLOOR` of the highest doubt of a pixel in the case,
        or as many of the most doubtful as fit into a slice's part of :data:`~proseg_gui.inference.doubted.MOST_BYTES`.
        """
        with self._lock:
            return {k: found[structure] for k, found in self._doubted.items()}

    def has(self, k: int) -> bool:
        """Whether the numbers of slice ``k`` are known."""
        with self._lock:
            return k in self._numbers

    @property
    def complete(self) -> bool:
        """Whether the numbers of all slices are known."""
        with self._lock:
            return len(self._numbers) == self._engine.n_slices

    # -- what may be passed over ----------------------------------------------------------------------------------
    @property
    def measured(self) -> tuple[int, ...]:
        """The slices that were looked at, in order."""
        with self._lock:
            return tuple(sorted(self._numbers.keys() - self._passed))

    @property
    def passed(self) -> frozenset[int]:
        """The slices whose numbers are estimates (:meth:`pass_over`)."""
        with self._lock:
            return frozenset(self._passed)

    def totals(self, k: int) -> np.ndarray:
        """``(S,)`` total uncertainty of a measured slice in pixels."""
        with self._lock:
            return np.asarray(self._numbers[k].sums["total"])

    def shows(self, k: int, stray: float) -> bool:
        """Whether a rater's own contour, or more than the share ``stray`` of the draws, has a pixel on a slice."""
        with self._lock:
            numbers = self._numbers[k]
        return bool(numbers.rater_areas.any() or ((numbers.sample_areas > 0).mean(0) > stray).any())

    def pass_over(self, first: int, last: int) -> None:
        """Give the slices between two measured ones numbers on the straight line from one to the other."""
        with self._lock:
            a, b = self._numbers[first], self._numbers[last]
            for k in range(first + 1, last):
                if k not in self._numbers:
                    self._numbers[k] = _between(a, b, (k - first) / (last - first))
                    self._passed.add(k)
                    self._engine.patches.pass_over(k)

    # -- the case -------------------------------------------------------------------------------------------------
    def slice_uncertainty(self, part: str = "total", structure: int = 0) -> np.ndarray:
        """``(z,)`` sum of a part's map in pixels; NaN for slices that were not surveyed yet."""
        return self._by_slice(lambda numbers: float(numbers.sums[part][structure]))

    def shares(self, structure: int = 0) -> dict[str, float]:
        """Each cause's share of the total over the slices surveyed; empty while there is no uncertainty at all.

        From draws of their own, :attr:`cause_plan`, which are more than those of the maps: see
        :mod:`~proseg_gui.inference.causes`.
        """
        with self._lock:
            known = list(self._numbers.values())
        total, residual = (sum(float(n.sums[part][structure]) for n in known) for part in ("total", "residual"))
        causes = {part: np.sum([n.causes[part][structure] for n in known]) for part in self.cause_plan.parts}
        return shares_of(causes, residual / total, self.cause_plan) if total > 0 else {}

    def volumes_ml(self, geometry: Geometry, structure: int = 0) -> np.ndarray:
        """``(N,)`` volumes of the draws over the slices surveyed."""
        return self._volumes(geometry, structure, "sample_areas", self.plan.n)

    def rater_volumes_ml(self, geometry: Geometry, structure: int = 0) -> np.ndarray:
        """``(R,)`` volumes of the raters' own predictions over the slices surveyed."""
        return self._volumes(geometry, structure, "rater_areas", self._engine.method.n_raters)

    def _by_slice(self, value: Callable[[_Numbers], float]) -> np.ndarray:
        result = np.full(self._engine.n_slices, np.nan)
        with self._lock:
            for k, numbers in self._numbers.items():
                result[k] = value(numbers)
        return result

    def _volumes(self, geometry: Geometry, structure: int, name: str, count: int) -> np.ndarray:
        pixels = np.zeros((self._engine.n_slices, count))
        with self._lock:
            for k, numbers in self._numbers.items():
                pixels[k] = getattr(numbers, name)[:, structure]
        return pixels.T @ geometry.pixel_ml()
