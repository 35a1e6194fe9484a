"""The draws that evidence weighs, decoded once a case: on a thinned lattice of every slice, and where the hand was.

Draws x all voxels never exist. A slice keeps a lattice of those pixels of its patch
(:mod:`~proseg_gui.inference.patches`) about which the draws are in doubt, thinned to its share of
:data:`LATTICE_PIXELS`, with the logits of all draws in half precision. Pixels of which all draws are sure are left
out: no weight can change them. A voxel that the hand said something about is decoded exactly, once.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from proseg_gui.bundle import Bundle
from proseg_gui.errors import UserError
from proseg_gui.inference.condition.maths import centre
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.patches import MOST_PATCH_PIXELS, Patch
from proseg_gui.inference.plan import ENSEMBLE_DRAWS, ensemble_plan
from proseg_gui.inference.points import AMBIGUITY, PREFERENCE, Point, coords_from, point_from
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.networks.base import Control

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

LATTICE_PIXELS = 100_000
"""Pixels of all slices' lattices together: 90 MB for 448 draws."""
LEAST_LATTICE, MOST_LATTICE = 256, 20_000
"""A slice's share lies between these."""
DOUBT = 4.0
"""A pixel is in doubt where the logit of some draw lies within +- this, or draws disagree: p of 0.018 to 0.982."""
DOUBT_DRAWS = 24
LIMIT = 8.0
"""Logits beyond +- this are cut: a network that is wrong there is not more wrong than one in 3000."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """Pixels in doubt of slice ``k``.

    ``patch`` is the regular lattice ``(h, w)`` on the model's grid that they lie on, ``at (M,)`` their places in it,
    flattened; ``logits (N, M)`` float16 those of all draws, ``even (M,)`` the
    logit of their mean probability; ``position (M, 3)`` LPS mm; ``pixels (M, 2)`` the image's
    pixels (y, x) nearest to them; ``area_mm2`` what each stands for.
    """

    k: int
    patch: Patch
    at: Ints
    logits: npt.NDArray[np.float16]
    even: npt.NDArray[np.float32]
    position: npt.NDArray[np.float32]
    pixels: Ints
    area_mm2: float

    @property
    def shape(self) -> tuple[int, int]:
        """``(h, w)`` of the regular lattice."""
        return self.patch.features.shape[-2], self.patch.features.shape[-1]


class Ensemble:
    """One structure's draws in one case; safe to use from several threads.

    Parameters
    ----------
    structure:
        0-based number of the structure that evidence is about.
    seed, draws:
        Which draws, and about how many.
    preference:
        A point whose preference all draws have, where they are everybody's.

    Raises
    ------
    UserError
        The method of the engine's bundle draws no samples.
    """

    def __init__(
        self, engine: Engine, structure: int = 0, *, seed: int = 0, draws: int = ENSEMBLE_DRAWS,
        preference: Point | None = None,
    ) -> None:  # fmt: skip
        self.check(engine.bundle)
        card, method = engine.bundle.card, engine.method
        if not 0 <= structure < len(card.structures):
            raise ValueError(f"there is no structure {structure}")
        self.engine, self.structure = engine, structure
        self.plan = ensemble_plan(engine.bundle, seed, draws)
        self.points = self.plan.points(method)
        if preference is not None:
            self.points = tuple({**point, PREFERENCE: preference[PREFERENCE]} for point in self.points)
        self.by_rater = method.capabilities.rater_draws and self.plan.raters > 1
        """Whether each draw is one rater's; else draws are everybody's, and no rater can be told."""
        tau, eps = (torch.tensor([p[n] for p in self.points], dtype=torch.float64) for n in (PREFERENCE, AMBIGUITY))
        self._seeds = method.capabilities.streams
        self.chart = {PREFERENCE: method.preference_line(tau).numpy(), AMBIGUITY: self._line(eps).numpy()}
        """The draws where sliders are straight: latent -> ``(N, d)``; seeds are no coordinates."""
        self._share = min(max(LATTICE_PIXELS // engine.n_slices, LEAST_LATTICE), MOST_LATTICE)
        self._lattices: dict[int, Lattice | None] = {}
        self._said: dict[int, tuple[Ints, npt.NDArray[np.float16]]] = {}
        self._lock = threading.Lock()

    @staticmethod
    def check(bundle: Bundle) -> None:
        """Raise where the bundle's method draws no samples."""
        if not bundle.method.capabilities.samples:
            raise UserError(
                f"the model {bundle.card.name} draws no alternatives, so evidence has nothing to choose from",
                remedy="Use a model with samples, such as a ProSeg",
            )

    @property
    def n(self) -> int:
        """Number of draws."""
        return len(self.points)

    # -- the lattice ----------------------------------------------------------------------------------------------
    def prepare(self, k: int, token: CancelToken | None = None) -> Lattice | None:
        """Decode slice ``k`` once; ``None`` where the draws leave nothing in doubt."""
        with self._lock:
            if k in self._lattices:
                return self._lattices[k]
        lattice = self._cut(k, token)
        with self._lock:
            self._lattices[k] = lattice
        return lattice

    def prepare_all(self, token: CancelToken | None = None, progress: Progress = no_progress) -> None:
        """Every slice that is not prepared yet, in order."""
        for k in range(self.engine.n_slices):
            self.prepare(k, token)
            progress((k + 1) / self.engine.n_slices, f"slice {k + 1} of {self.engine.n_slices}")

    def lattices(self) -> Mapping[int, Lattice]:
        """Those prepared so far that hold anything."""
        with self._lock:
            return {k: lattice for k, lattice in sorted(self._lattices.items()) if lattice is not None}

    @property
    def prepared(self) -> int:
        """Number of slices prepared, with or without doubt."""
        with self._lock:
            return len(self._lattices)

    def _cut(self, k: int, token: CancelToken | None) -> Lattice | None:
        patch = self.engine.patch(k, MOST_PATCH_PIXELS, token)
        if patch is None:
            return None
        step = max(1, self.n // DOUBT_DRAWS)
        doubtful = int(self._doubt(self._decode(patch, self.points[::step], token)).sum())
        by = max(1, int(np.ceil(np.sqrt(doubtful / self._share))))
        patch = patch.thinned(by, k % by)
        logits = self._decode(patch, self.points, token)
        at = np.flatnonzero(self._doubt(logits))
        if not len(at):
            return None
        grid = self.engine.grid
        row, column = np.divmod(at, patch.features.shape[-1])
        index = np.stack([np.full(len(at), float(k)), *self._on_image(patch, row, column)], -1)
        pixels = np.clip(np.rint(index[:, 1:]), 0, np.array(grid.image_shape) - 1).astype(np.int64)
        area = self.engine.geometry.pixel_area_mm2 * grid.scale[0] * grid.scale[1] * patch.step**2
        position = self.engine.geometry.index_to_world(index).astype(np.float32)
        logits = np.ascontiguousarray(logits[:, at])
        even = centre(logits.astype(np.float32), np.full(self.n, 1.0 / self.n))
        return Lattice(k, patch, at, logits, even, position, pixels, area)

    def _on_image(self, patch: Patch, row: Ints, column: Ints) -> tuple[Floats, Floats]:
        """Row and column on the image's grid, fractions allowed, of places in a patch."""
        grid = self.engine.grid
        found = [
            (f + i * patch.step + 0.5) * scale - 0.5 + start
            for f, i, scale, start in zip(patch.first, (row, column), grid.scale, grid.first, strict=True)
        ]
        return found[0], found[1]

    @staticmethod
    def _doubt(logits: npt.NDArray[np.float16]) -> npt.NDArray[np.bool_]:
        """``(N, M)`` -> ``(M,)``."""
        return np.asarray((logits.min(0) < DOUBT) & (logits.max(0) > -DOUBT))

    def _decode(self, patch: Patch, points: tuple[Point, ...], token: CancelToken | None) -> npt.NDArray[np.float16]:
        """``(N, M)`` logits of all pixels of a patch at ``points``, cut at the limit."""
        found = np.empty((len(points), patch.pixels), np.float16)
        done = 0
        for logits in self.engine.patch_logits(patch, points, token):
            part = logits[:, self.structure].reshape(len(logits), -1)
            found[done : done + len(part)] = np.clip(part, -LIMIT, LIMIT)
            done += len(part)
        return found

    def at_points(
        self, lattice: Lattice, points: Sequence[Point], token: CancelToken | None = None
    ) -> npt.NDArray[np.float32]:
        """``(n, M)`` logits of a lattice at a few points, as they are."""
        parts = list(self.engine.patch_logits(lattice.patch, points, token))
        logits = np.concatenate([part[:, self.structure].reshape(len(part), -1) for part in parts])
        return np.asarray(logits[:, lattice.at], dtype=np.float32)

    # -- where the hand was ---------------------------------------------------------------------------------------
    def said(self, k: int, pixels: Ints, token: CancelToken | None = None) -> npt.NDArray[np.float16]:
        """``(N, m)`` logits of all draws at the image's ``pixels (m, 2)`` (y, x) of slice ``k``, which must be in view.

        What an earlier call decoded is kept as long as it is asked for.
        """
        keys = pixels[:, 0] * self.engine.geometry.shape[2] + pixels[:, 1]
        with self._lock:
            known, logits = self._said.get(k, (np.zeros(0, np.int64), np.zeros((self.n, 0), np.float16)))
        new = ~np.isin(keys, known)
        if new.any():
            logits = np.concatenate([logits, self.exact(k, pixels[new], self.points, token)], 1)
            known = np.concatenate([known, keys[new]])
        order = np.argsort(known)
        logits = logits[:, order[np.searchsorted(known, keys, sorter=order)]]
        with self._lock:
            self._said[k] = keys, logits
        return logits

    def forget_all_but(self, slices: Ints) -> None:
        """Let go what the hand's voxels say in other slices."""
        keep = set(slices.tolist())
        with self._lock:
            self._said = {k: found for k, found in self._said.items() if k in keep}

    def in_view(self, pixels: Ints) -> npt.NDArray[np.bool_]:
        """Which of ``pixels (m, 2)`` the model looks at."""
        first, size = np.array(self.engine.grid.first), np.array(self.engine.grid.size)
        return np.asarray(((pixels >= first) & (pixels < first + size)).all(1))

    def view(self) -> npt.NDArray[np.bool_]:
        """``(y, x)`` the part of a slice that the model looks at."""
        (y, x), (height, width) = self.engine.grid.first, self.engine.grid.size
        inside = np.zeros(self.engine.grid.image_shape, np.bool_)
        inside[y : y + height, x : x + width] = True
        return inside

    def exact(
        self, k: int, pixels: Ints, points: Sequence[Point], token: CancelToken | None = None
    ) -> npt.NDArray[np.float16]:
        """``(n, m)`` the engine's own logits at these pixels of the image, cut at the limit.

        Those of the model's four nearest pixels, interpolated as the engine does.
        """
        grid = self.engine.grid
        corners, shares = [], []
        for axis in range(2):
            crop, scale, count = pixels[:, axis] - grid.first[axis], grid.scale[axis], grid.model_shape[axis]
            exact = np.maximum((crop + 0.5) / scale - 0.5, 0.0) if scale != 1.0 else crop.astype(np.float64)
            low = np.minimum(np.floor(exact).astype(np.int64), count - 1)
            corners.append((low, np.minimum(low + 1, count - 1)))
            shares.append((1.0 - (exact - low), exact - low))
        places = np.stack([corners[0][i] * grid.model_shape[1] + corners[1][j] for i in (0, 1) for j in (0, 1)])
        share = np.stack([shares[0][i] * shares[1][j] for i in (0, 1) for j in (0, 1)])
        unique, back = np.unique(places, return_inverse=True)
        patch = self.engine.pixels(k, unique // grid.model_shape[1], unique % grid.model_shape[1], token)
        back = back.reshape(places.shape)
        found = np.empty((len(points), len(pixels)), np.float16)
        done = 0
        for logits in self.engine.patch_logits(patch, points, token):
            values = logits[:, self.structure, 0]
            mixed = sum(values[:, back[c]] * share[c] for c in range(4))
            found[done : done + len(values)] = np.clip(mixed, -LIMIT, LIMIT)
            done += len(values)
        return found

    # -- latents --------------------------------------------------------------------------------------------------
    def raters(self, weights: npt.NDArray[np.float64]) -> dict[str, float]:
        """Rater -> share of the weights that its draws have; empty where draws are everybody's."""
        if not self.by_rater:
            return {}
        share = weights.reshape(self.plan.raters, -1).sum(1)
        return {name: float(value) for name, value in zip(self.engine.raters, share, strict=True)}

    def point(self, place: Mapping[str, npt.NDArray[np.float64]]) -> Point:
        """The point at a place of the chart (latent -> ``(d,)``)."""
        method = self.engine.method
        start = method.consensus_style()
        origin = method.preference_line(start[PREFERENCE].double()).numpy()
        step = place[PREFERENCE] - origin
        length = float(np.linalg.norm(step))
        coords = dict(start) if self._seeds else {**start, AMBIGUITY: torch.from_numpy(place[AMBIGUITY]).float()}
        if length > 0.0:
            axis, at = (torch.from_numpy(v).float() for v in (step / length, origin))
            coords = dict(method.moved(Control("", "preference", PREFERENCE, axis, at, length, 1.0), coords, 1.0))
        return point_from(coords)

    def place(self, point: Point) -> dict[str, npt.NDArray[np.float64]]:
        """Where a point lies in the chart."""
        coords = coords_from(point)
        tau = self.engine.method.preference_line(coords[PREFERENCE].double()).numpy()
        return {PREFERENCE: tau, AMBIGUITY: self._line(coords[AMBIGUITY].double()).numpy()}

    def _line(self, eps: torch.Tensor) -> torch.Tensor:
        """What of ``eps (..., K)`` may be averaged: nothing of a seed."""
        return eps[..., :0] if self._seeds else eps

    def along(self, control: Control, weights: npt.NDArray[np.float64]) -> tuple[float, float]:
        """Mean and width (one standard deviation) of the weighted draws on a slider, in the slider's own units."""
        axis, origin = (v.double().numpy() for v in (control.axis, control.origin))
        position = (self.chart[control.latent] - origin) @ axis / control.unit
        mean = float(weights @ position)
        return mean, float(np.sqrt(weights @ np.square(position - mean)))
