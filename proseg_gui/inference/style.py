"""From what a prompt asks for to a place of the preference sliders, measured on the case.

Attributes (:mod:`proseg_gui.metrics.style`) are measured on what the model itself draws on a few slices, beside the
majority of its raters, and counted in standard deviations between these raters: so texts, named raters and sliders
speak of the same space, and every bundle with raters has it. A prompt moves along the sliders that change what it asks
for: the change of each attribute by each slider is measured where one stands, and a damped least-squares step is taken,
measured again, and kept only where it brought what was asked nearer. Sliders stay within their limits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders
from proseg_gui.inference.patches import PLAUSIBLE, Patch
from proseg_gui.inference.points import AMBIGUITY, Point, coords_from, point_from
from proseg_gui.jobs import CancelToken
from proseg_gui.metrics.style import majority, style_attributes
from proseg_gui.prompts.attributes import ATTRIBUTES
from proseg_gui.prompts.pieces import pieces_of
from proseg_gui.prompts.reading import Prompt

PROBED_SLICES, MEASURED_SLICES = 9, 3
"""So many slices are looked at, evenly spread, and attributes are measured on those of them where most is drawn: the
same ones in the window and on the command line."""
LEAST_SPREAD = np.array([0.005, 0.003, 0.001, 0.005, 0.02, 0.002])
"""Where raters differ by less than this in an attribute, the model cannot be asked for it."""
LEAST_UNIT = np.array([0.01, 0.02, 0.005, 0.02, 0.1, 0.005])
"""Nor is less than this ever one standard deviation: pixels alone make a difference of that size."""
STEP = 0.5
"""Slider standard deviations by which a slider's part in each attribute is measured, each way."""
LONGEST_MOVE = 1.5
MOST_ROUNDS = 6
NEAR_ENOUGH = 0.1
SHARES = (1.5, 1.0, 0.7, 0.5, 0.3, 0.15)
"""Of a step, all of which are tried: masks answer in jumps."""
DESCRIBED, UNASKED, RIDGE = 0.6, 0.15, 0.1
"""Weights of what is described (*smooth*), of keeping other attributes, and of moving no slider for nothing, beside 1
for what is compared (*tighter*)."""
NEEDED_GAIN = 0.98


@dataclass(frozen=True, eq=False)
class Followed:
    """Where a prompt led.

    ``asked`` and ``reached``: attribute -> change in standard deviations between raters, of those asked for.
    ``beyond``: those asked for that the model cannot be asked for, as its raters do not differ in them, or of which
    less than half could be reached within the sliders' limits.
    """

    point: Point
    asked: Mapping[str, float] = field(default_factory=dict)
    reached: Mapping[str, float] = field(default_factory=dict)
    beyond: tuple[str, ...] = ()

    def told(self, prompt: Prompt) -> dict[str, Any]:
        """What came of ``prompt``, as plain JSON values."""
        return {
            "understood": prompt.understood, "not_understood": list(prompt.unknown), "asked": dict(self.asked),
            "reached": dict(self.reached), "beyond": list(self.beyond),
        }  # fmt: skip


def follow_prompt(
    engine: Engine, sliders: Sliders, point: Point, prompt: Prompt, structure: int = 0, token: CancelToken | None = None
) -> Followed:
    """Where ``prompt`` leads from ``point``; a prompt that asks for nothing leads nowhere else.

    Raises
    ------
    UserError
        The model has no raters to differ, or draws nothing of the structure.
    """
    if not engine.method.follows_prompts:
        raise UserError("this model draws the same for everybody, so it cannot follow a text",
                        remedy="Choose a model with several raters")  # fmt: skip
    base = _base(engine, sliders, point, prompt)
    if not prompt.wishes:
        return Followed(base)
    return _Solver(StyleMeter(engine, sliders, structure, base[AMBIGUITY], token), sliders, token).follow(base, prompt)


def _base(engine: Engine, sliders: Sliders, point: Point, prompt: Prompt) -> Point:
    """Where a prompt begins: at the raters that it names, else where one stands."""
    if prompt.raters:
        found = sliders.blend([float(name in prompt.raters) for name in engine.raters])
    elif prompt.everybody:
        found = sliders.consensus_style()
    else:
        return point
    return {**found, AMBIGUITY: point[AMBIGUITY]}


class StyleMeter:
    """Measures how points draw a structure of the open case, beside the majority of the model's raters."""

    def __init__(
        self, engine: Engine, sliders: Sliders, structure: int, eps: tuple[float, ...], token: CancelToken | None
    ) -> None:
        self._engine, self._structure, self._token = engine, structure, token
        raters = [{**sliders.rater_point(name), AMBIGUITY: eps} for name in engine.raters]
        self._patches = self._look(raters)
        drawn = [self._masks(patch, raters) for patch in self._patches]
        self._consensus = [majority(list(masks)) for masks in drawn]
        if not any(mask.any() for mask in self._consensus):
            name = engine.structures[structure]
            raise UserError(
                f"the model draws no {name} on the slices that were looked at, so there is no style to move"
            )
        own = self._measured(drawn)
        self.mean = np.nanmean(own, 0)
        spread = np.nanstd(own, 0)
        self.known: np.ndarray = np.isfinite(spread) & (spread > LEAST_SPREAD)
        self.spread = np.where(self.known, np.maximum(spread, LEAST_UNIT), 1.0)

    def __call__(self, points: Sequence[Point]) -> np.ndarray:
        """``(N, 6)``: attributes in standard deviations between raters from their mean; NaN where nothing is drawn."""
        drawn = [self._masks(patch, points) for patch in self._patches]
        return np.where(self.known, (self._measured(drawn) - self.mean) / self.spread, 0.0)

    def _measured(self, drawn: Sequence[np.ndarray]) -> np.ndarray:
        """Attributes of ``(N, y, x)`` masks a slice, whose patches may differ in size."""
        height, width = (max(mask.shape[axis] for mask in self._consensus) for axis in (0, 1))

        def padded(mask: np.ndarray) -> np.ndarray:
            more = [(0, 0)] * (mask.ndim - 2) + [(0, height - mask.shape[-2]), (0, width - mask.shape[-1])]
            return np.pad(mask, more)

        masks = np.stack([padded(mask) for mask in drawn], axis=1)
        return style_attributes(masks, np.stack([padded(mask) for mask in self._consensus]))

    def _masks(self, patch: Patch, points: Sequence[Point]) -> np.ndarray:
        logits = self._engine.patch_logits(patch, points, self._token)
        return np.concatenate([part[:, self._structure] > 0.0 for part in logits])

    def _look(self, raters: Sequence[Point]) -> list[Patch]:
        """The parts of the slices that are measured, every pixel of them."""
        engine, token = self._engine, self._token
        coarse = max(1, max(engine.grid.model_shape) // 128)
        count = min(PROBED_SLICES, engine.n_slices)
        found: list[tuple[float, int, np.ndarray]] = []
        for k in np.unique(np.linspace(0, engine.n_slices - 1, count + 2 * (count < engine.n_slices)).round()):
            patch = engine.lattice(int(k), coarse, (0, 0), token)
            p = np.concatenate(list(engine.patch_probabilities(patch, raters, token)))[:, self._structure]
            found.append((float((p > 0.5).mean(0).sum()), int(k), np.asarray((p > PLAUSIBLE).any(0))))
        found.sort(key=lambda row: (-row[0], row[1]))
        parts: list[Patch] = []
        for area, k, plausible in found[:MEASURED_SLICES]:
            if area > 0.0 or not parts:
                whole = engine.lattice(k, 1, (0, 0), token)
                rows, columns = (_span(np.asarray(plausible.any(axis)), coarse) for axis in (1, 0))
                first = (rows.start, columns.start)
                parts.append(Patch(whole.features[..., rows, columns].contiguous(), 1, first))
        return parts


def _span(hit: np.ndarray, coarse: int) -> slice:
    """Pixels from the first to the last hit, with a margin in which a structure can grow."""
    at = np.flatnonzero(hit)
    if not at.size:
        return slice(0, None)
    first, last = int(at[0]) * coarse, int(at[-1] + 1) * coarse
    margin = coarse + 8 + (last - first) // 8
    return slice(max(0, first - margin), last + margin)


class _Solver:
    """Moves along the sliders towards what is asked."""

    def __init__(self, meter: StyleMeter, sliders: Sliders, token: CancelToken | None) -> None:
        self._meter, self._sliders, self._token = meter, sliders, token
        self._axes = sliders.preference_controls

    def follow(self, base: Point, prompt: Prompt) -> Followed:
        start = self._meter([base])[0]
        if not np.isfinite(start).all():
            raise UserError("nothing is drawn where the sliders stand, so there is no style to move",
                            remedy="Begin at a rater or at the consensus style")  # fmt: skip
        target, importance = _target(start, prompt)
        asked = importance > 0.0
        flat = asked & ~self._meter.known
        asked &= self._meter.known
        weight = np.where(asked, importance, UNASKED) * self._meter.known
        point, style = self._begin(base, start, prompt, lambda s: _cost(s, start, target, asked, weight))
        for _ in range(MOST_ROUNDS):
            if not asked.any() or np.abs((target - style)[asked]).max() < NEAR_ENOUGH:
                break
            step = self._step(point, style, target, weight)
            tried = [self._moved(point, share * step) for share in SHARES]
            styles = self._meter(tried)
            costs = [_cost(s, start, target, asked, weight) for s in styles]
            best = int(np.nanargmin([*costs, np.inf]))
            if best == len(tried) or not costs[best] < NEEDED_GAIN * _cost(style, start, target, asked, weight):
                break
            point, style = tried[best], styles[best]
        wanted, reached = target - start, style - start
        short = asked & (np.abs(wanted) > NEAR_ENOUGH) & (reached * np.sign(wanted) < 0.5 * np.abs(wanted))
        return Followed(
            point,
            {name: float(wanted[i]) for i, name in enumerate(ATTRIBUTES) if (asked | flat)[i]},
            {name: float(reached[i]) for i, name in enumerate(ATTRIBUTES) if asked[i]},
            tuple(name for i, name in enumerate(ATTRIBUTES) if (flat | short)[i]),
        )

    def _begin(
        self, base: Point, start: np.ndarray, prompt: Prompt, cost: Callable[[np.ndarray], float]
    ) -> tuple[Point, np.ndarray]:
        """Where the way begins: at the text's own place, where the method has learned words and is nearer there."""
        if prompt.raters or prompt.everybody or any(wish.relative for wish in prompt.wishes):
            return base, start
        place = self._sliders.method.described(pieces_of(prompt.understood))
        if place is None:
            return base, start
        point = {**point_from(place), AMBIGUITY: base[AMBIGUITY]}
        positions = np.abs(self._positions(point))
        if (positions > [axis.limit for axis in self._axes]).any():
            return base, start  # beyond the sliders' ends nothing was learned
        style = self._meter([point])[0]
        return (point, style) if cost(style) < cost(start) else (base, start)

    def _step(self, point: Point, style: np.ndarray, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """``(P,)`` moves of the sliders by which the attributes come nearest, as far as they are straight."""
        from scipy.optimize import lsq_linear  # late: no window's start needs it

        count = len(self._axes)
        both = [self._moved(point, sign * STEP * np.eye(count)[i]) for i in range(count) for sign in (1, -1)]
        measured = self._meter(both)
        slope = np.nan_to_num((measured[::2] - measured[1::2]) / (2.0 * STEP)).T
        rows = np.vstack([weight[:, None] * slope, RIDGE * np.eye(count)])
        wanted = np.append(weight * (target - style), np.zeros(count))
        at = self._positions(point)
        limit = np.array([axis.limit for axis in self._axes])
        low = np.clip(-limit - at, -LONGEST_MOVE, -1e-6)
        high = np.clip(limit - at, 1e-6, LONGEST_MOVE)
        found: np.ndarray = lsq_linear(rows, wanted, (low, high)).x
        return found

    def _positions(self, point: Point) -> np.ndarray:
        coords = coords_from(point)
        return np.array([self._sliders.method.position(axis, coords) for axis in self._axes])

    def _moved(self, point: Point, by: np.ndarray) -> Point:
        coords, method = coords_from(point), self._sliders.method
        for axis, move in zip(self._axes, by, strict=True):
            if move:
                at = method.position(axis, coords) + float(move)
                coords = dict(method.moved(axis, coords, float(np.clip(at, -axis.limit, axis.limit))))
        return point_from(coords)


def _target(start: np.ndarray, prompt: Prompt) -> tuple[np.ndarray, np.ndarray]:
    """``(6,)`` style that is asked for, and how much each attribute counts; 0 for those that nothing is asked of.

    What is described is at least so far from the raters' mean; what is compared is so far from here.
    """
    target, importance = start.copy(), np.zeros(len(ATTRIBUTES))
    for wish in prompt.wishes:
        i = ATTRIBUTES.index(wish.attribute)
        importance[i] = max(importance[i], 1.0 if wish.relative else DESCRIBED)
        if wish.relative:
            target[i] += wish.amount
        else:
            target[i] = max(target[i], wish.amount) if wish.amount > 0 else min(target[i], wish.amount)
    return target, importance


def _cost(style: np.ndarray, start: np.ndarray, target: np.ndarray, asked: np.ndarray, weight: np.ndarray) -> float:
    """How far a style is from what is asked; without end where the size, which one sees first, went the other way."""
    if not np.isfinite(style).all():
        return float("inf")
    size = ATTRIBUTES.index("size")
    if asked[size] and (style - start)[size] * (target - start)[size] < 0.0:
        return float("inf")
    return float((weight * (style - target)) @ (weight * (style - target)))
