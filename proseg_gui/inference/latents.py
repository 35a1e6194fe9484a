"""Slider coordinates over the two latents of an open case: docs/METHOD.md section 4.

Preference axes come from the raters alone. Ambiguity axes are measured on the case at the current preference, over
all slices seen so far that may hold the structure (:mod:`~proseg_gui.inference.patches`): they are fixed for a
preference once every slice was seen, *provisional* before, and keep their signs from one to the next. Moving a slider
never changes an axis; the ambiguity point itself is kept, and slider positions are its projection.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch

from proseg_gui.bundle import Bundle, Card, rater_index
from proseg_gui.errors import UserError
from proseg_gui.inference.device import thread_limit
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.points import AMBIGUITY, PREFERENCE, Point, check_point, coords_from, point_from, unstacked
from proseg_gui.io.base.json_in import read_json
from proseg_gui.jobs import CancelToken
from proseg_gui.networks.base import Control, Method

EFFECT_PIXELS = 300_000
"""Effects and axes are measured on at most about this many pixels of the case, spread evenly over its slices."""
EFFECT_STEP = 1.0
"""A slider's effect is half the volume difference between + and - this many standard deviations."""
SAME_AXIS = 0.5
"""Overlap (cosine) above which a new ambiguity axis takes over the sign of an older one."""
KEPT_SETS = 16
BLEND_TOLERANCE = 1e-3
LATENTS_FORMAT, LATENTS_VERSION = "proseg-gui latents", 1
MAX_LATENTS_BYTES = 1_000_000
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Axis:
    """One slider.

    ``effect_ml_per_sd`` is the volume of all structures together that one standard deviation adds on this case, over
    the slices seen so far; ``None`` where nothing was seen yet. ``control`` is the network's own description, opaque
    to callers.
    """

    name: str
    family: str
    share: float
    limit: float
    effect_ml_per_sd: float | None
    control: Control


@dataclass(frozen=True)
class AxisSet:
    """The ambiguity sliders of the moment; ``provisional`` until every slice was seen."""

    axes: tuple[Axis, ...]
    provisional: bool
    slices_seen: int


class Sliders:
    """All ways to choose a latent point for the case that ``engine`` holds; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._method = engine.method
        self._preference = tuple(self._method.preference_controls())
        self._sets: dict[tuple[float, ...], AxisSet] = {}
        self._preference_sets: dict[tuple[float, ...], tuple[int, tuple[Axis, ...]]] = {}
        self._lock = threading.Lock()

    @property
    def method(self) -> Method:
        """The network whose latents they are."""
        return self._method

    @property
    def preference_controls(self) -> tuple[Control, ...]:
        """The axes between raters, as the network describes them."""
        return self._preference

    # -- points ---------------------------------------------------------------------------------------------------
    def rater_point(self, name: str) -> Point:
        """A rater's own point; raises a UserError naming the raters when there is none of that name."""
        return point_from(self._method.rater_coords(rater_index(self._engine.bundle.card, name)))

    def consensus_style(self) -> Point:
        """The mean of the raters' points."""
        return point_from(self._method.consensus_style())

    def blend(self, weights: Sequence[float]) -> Point:
        """The raters mixed by ``(R,)`` weights of 0 or more, which need not sum to 1."""
        values = np.asarray(weights, dtype=np.float64)
        if values.shape != (self._method.n_raters,) or not (values >= 0).all() or not values.sum() > 0:
            raise ValueError(f"a blend takes {self._method.n_raters} weights of 0 or more, not all 0")
        return point_from(self._method.style_coords(torch.from_numpy(values / values.sum()).float()))

    def random_point(self, seed: int, rater: str | None = None) -> Point:
        """One draw of preference and ambiguity from ``rater``, or from a random rater; the same for the same seed."""
        generator = torch.Generator().manual_seed(seed)
        if rater is None:
            index = int(torch.randint(self._method.n_raters, (), generator=generator))
        else:
            index = rater_index(self._engine.bundle.card, rater)
        return unstacked(self._method.draw(index, 1, generator))[0]

    def rater_weights(self, point: Point) -> tuple[float, ...] | None:
        """Barycentric weights ``(R,)`` whose blend has the point's preference; ``None`` where it is no blend.

        A rater's own point is that rater alone, also where several blends meet in it.
        """
        if not self._method.capabilities.personalised:
            return None  # the method tells no raters apart
        presets, target = self._presets, self._lines([point])[0]
        tolerance = BLEND_TOLERANCE * max(1.0, float(np.abs(target).max()))
        apart = np.abs(presets - target).max(1)
        if apart.min() < 1e-6:
            return tuple(float(r == apart.argmin()) for r in range(len(presets)))
        from scipy.optimize import nnls  # late: 0.3 s that no window's start needs

        system = np.vstack([presets.T, np.full((1, len(presets)), 10.0)])  # the last row: weights sum to 1
        weights = nnls(system, np.append(target, 10.0))[0]
        if np.abs(weights @ presets - target).max() > tolerance or abs(weights.sum() - 1.0) > BLEND_TOLERANCE:
            return None
        return tuple(float(w) for w in weights / weights.sum())

    @cached_property
    def _presets(self) -> np.ndarray:
        """``(R, D)``: the raters' own points, see :meth:`_lines`; worked out once, as the weights do not change."""
        return self._lines([point_from(self._method.rater_coords(r)) for r in range(self._method.n_raters)])

    def _lines(self, points: Sequence[Point]) -> np.ndarray:
        """Preferences ``(N, D)`` in the coordinates in which blends are straight."""
        tau = torch.tensor([p[PREFERENCE] for p in points], dtype=torch.float64)
        return self._method.preference_line(tau).numpy()

    # -- axes -----------------------------------------------------------------------------------------------------
    def preference_axes(self, point: Point | None = None, token: CancelToken | None = None) -> tuple[Axis, ...]:
        """The axes between raters, with their effects around ``point``'s preference (without ambiguity)."""
        base = self._without_ambiguity(self.consensus_style() if point is None else point)
        seen = self._engine.patches.seen
        with self._lock:
            known = self._preference_sets.get(base[PREFERENCE])
        if known is None or known[0] != seen:
            effects = self._effects(self._preference, base, token)
            known = seen, tuple(_axis(c, e) for c, e in zip(self._preference, effects, strict=True))
            with self._lock:
                _keep(self._preference_sets, base[PREFERENCE], known)
        return known[1]

    def ambiguity_axes(self, point: Point, token: CancelToken | None = None) -> AxisSet:
        """The axes of what the image leaves open, at ``point``'s preference."""
        base = self._without_ambiguity(point)
        seen = self._engine.patches.seen
        with self._lock:
            known = self._sets.get(base[PREFERENCE])
        if known is None or known.slices_seen != seen:
            controls = self._ambiguity_controls(base, token)
            if known is not None:
                controls = [_with_sign_of(control, known.axes) for control in controls]
            effects = self._effects(controls, base, token)
            axes = tuple(_axis(c, e) for c, e in zip(controls, effects, strict=True))
            known = AxisSet(axes, seen < self._engine.n_slices, seen)
            with self._lock:
                _keep(self._sets, base[PREFERENCE], known)
        return known

    def position(self, axis: Axis, point: Point) -> float:
        """Where ``point`` lies on ``axis``, in standard deviations."""
        return self._method.position(axis.control, coords_from(point))

    def moved(self, axis: Axis, point: Point, position: float) -> Point:
        """``point`` shifted along ``axis`` until it lies at ``position``; everything across the axis stays."""
        return point_from(self._method.moved(axis.control, coords_from(point), position))

    def _without_ambiguity(self, point: Point) -> Point:
        return {**point, AMBIGUITY: tuple(0.0 for _ in point[AMBIGUITY])}

    def _ambiguity_controls(self, base: Point, token: CancelToken | None) -> list[Control]:
        """Axes of the Gram matrix summed over slices, each thinned pixel counting for those it stands for."""
        coords, total = coords_from(base), None
        if not self._method.capabilities.ambiguity_axes:
            return []
        for _, patch in self._engine.patches.snapshot(EFFECT_PIXELS):
            self._engine.pause_point(token)
            with torch.inference_mode(), thread_limit(1):
                gram = self._method.ambiguity_gram(patch.features.contiguous(), coords) * patch.step**2
            total = gram if total is None else total + gram
        return [] if total is None else self._method.ambiguity_controls(total)

    def _effects(self, controls: Sequence[Control], base: Point, token: CancelToken | None) -> list[float | None]:
        """Volume of all structures in ml per standard deviation: central differences around ``base``."""
        if not self._engine.patches.seen or not controls:
            return [None] * len(controls)
        coords = coords_from(base)
        points = [
            point_from(self._method.moved(control, coords, self._method.position(control, coords) + step))
            for control in controls
            for step in (EFFECT_STEP, -EFFECT_STEP)
        ]
        volumes = self._engine.volumes_ml(points, token, EFFECT_PIXELS).sum(1)
        return [float(v) for v in (volumes[::2] - volumes[1::2]) / (2.0 * EFFECT_STEP)]


def _axis(control: Control, effect: float | None) -> Axis:
    return Axis(control.name, control.family, control.share, control.limit, effect, control)


def _with_sign_of(control: Control, older: Sequence[Axis]) -> Control:
    """``control``, turned around where it runs against the older axis that it continues."""
    overlaps = [float(control.axis @ axis.control.axis) for axis in older]
    closest = max(overlaps, key=abs, default=0.0)
    return replace(control, axis=-control.axis) if closest < -SAME_AXIS else control


def _keep(sets: dict[Key, Value], key: Key, value: Value) -> None:
    """Remember the newest few."""
    sets.pop(key, None)
    sets[key] = value
    while len(sets) > KEPT_SETS:
        del sets[next(iter(sets))]


# -- a point in a file ------------------------------------------------------------------------------------------------
def latents_json(point: Point, card: Card, *, name: str = "") -> dict[str, Any]:
    """What ``--latents`` reads and the window's Remember writes: the point, and the model that it belongs to."""
    return {
        "format": LATENTS_FORMAT,
        "format_version": LATENTS_VERSION,
        "name": name,
        "model": {"name": card.name, "version": card.version, "sha256": card.sha256},
        "point": {latent: list(values) for latent, values in point.items()},
    }


def read_latents(path: str | Path, bundle: Bundle) -> Point:
    """Read a point that :func:`latents_json` described, for use with ``bundle``.

    Raises
    ------
    UserError
        The file cannot be read, is something else, belongs to another model (by its weights' hash), or its point
        does not fit.
    """
    path = Path(path)
    data = read_json(path, what="the file of latents", remedy="Save them again", most=MAX_LATENTS_BYTES)
    if not isinstance(data, dict) or data.get("format") != LATENTS_FORMAT:
        raise UserError("this JSON file holds no latents", path=path,
                        remedy="Use a file that the window's Remember or predict wrote")  # fmt: skip
    if data.get("format_version") != LATENTS_VERSION:
        raise UserError("these latents are in an unknown version of the format", path=path,
                        remedy="Update this program, or save them again")  # fmt: skip
    model = data.get("model")
    if not isinstance(model, dict) or model.get("sha256") != bundle.card.sha256:
        other = model.get("name") if isinstance(model, dict) else None
        raise UserError(
            f"these latents belong to another model ({str(other)[:60]}) than {bundle.card.name} {bundle.card.version}",
            path=path,
            remedy="Give the bundle that they were made with",
        )
    try:
        return check_point(_plain_point(data.get("point")), bundle.method)
    except UserError as error:
        raise UserError(error.what, path=path, remedy=error.remedy) from error


def _plain_point(value: Any) -> dict[str, list[float]]:
    if not isinstance(value, dict) or not all(isinstance(values, list) for values in value.values()):
        raise UserError("the point is not a table of lists")
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for values in value.values() for v in values):
        raise UserError("the point holds a value that is not a number")
    return value
