"""Clicks in and out, or a box, on a structure -> a few candidate outlines, each with its share of the draws.

The network is pointed at what is meant (:meth:`~proseg_gui.networks.base.Method.clicked`), its draws there are weighed
by how well they agree with every click (the weights of :mod:`~proseg_gui.inference.condition`, a click counting as one
independent word), and a few groups of them stand for all. Each further click points anew and weighs anew, so the
candidates narrow. A candidate is a point like any other: it is drawn on all slices, where a click wears off with
distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from proseg_gui.bundle import Bundle
from proseg_gui.errors import UserError
from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.condition.maths import effective, log_likelihoods, tempered
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.medoids import k_medoids
from proseg_gui.inference.pointing import Clicks, Place
from proseg_gui.inference.points import AMBIGUITY, Point, coords_from, point_from
from proseg_gui.jobs import CancelToken

MOST, FEWEST = 6, 3
"""Candidates; fewer than the second only where draws do not differ."""
ALIKE = 0.06
"""1 - IoU within which two outlines need not both be shown."""
DRAWS = 96
LEAST_DRAWS = 8.0
"""Weights are flattened until so many effective draws are left; fewer follow what a click says of one spot too far."""
LEAST_SHARE = 0.005
"""What would be shown as 0 % is not."""
SHAPE_PIXELS = 10_000
"""Shapes are compared on about so many pixels of the slice."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """K outlines, the likeliest first: points, their ``shares (K,)`` that sum to 1, and the slice they differ on.

    ``guess``: the network's own answer, at the prior's mean code, which is the contour to begin with; weighing the
    draws made it worse, as the network was told of the clicks already (docs/methods). ``effective``: how many equally
    weighted draws are as many as those that agree with the clicks.
    """

    points: tuple[Point, ...]
    shares: npt.NDArray[np.float64]
    k: int
    effective: float
    guess: Point


def check_takes_clicks(bundle: Bundle) -> None:
    """Raise a UserError where the bundle's method cannot be pointed at anything."""
    if not bundle.method.capabilities.clicks:
        raise UserError(
            f"the model {bundle.card.name} takes no clicks and no box",
            remedy="Use a model that was trained with a method that does, see docs/methods",
        )


def pointed(
    engine: Engine, clicks: Clicks, structure: int = 0, start: Point | None = None, token: CancelToken | None = None
) -> Point:
    """``start`` (the consensus style when ``None``), told of ``clicks`` and of nothing that was clicked before.

    Raises
    ------
    UserError
        The method takes no clicks, or one lies outside of what the model looks at.
    """
    check_takes_clicks(engine.bundle)
    coords = engine.method.consensus_style() if start is None else coords_from(start)
    pixels = _features(engine, [click.place for click in clicks.places], token)
    corners = None if clicks.box is None else _features(engine, clicks.box, token)
    inside = torch.tensor([click.inside for click in clicks.places], dtype=torch.bool)
    with torch.inference_mode():
        return point_from(engine.method.clicked(coords, pixels, inside, corners, structure))


def candidates(
    engine: Engine,
    clicks: Clicks,
    structure: int = 0,
    *,
    k: int | None = None,
    most: int = MOST,
    seed: int = 0,
    token: CancelToken | None = None,
) -> Candidates:
    """What may be meant by ``clicks``; the same clicks and seed give the same.

    ``k``: the slice on which outlines are told apart; that of the latest click or of the box when ``None``.

    Raises
    ------
    UserError
        Nothing was pointed at, the method takes no clicks, or a place lies outside of what the model looks at.
    """
    if clicks.empty:
        raise UserError("nothing was pointed at", remedy="Click on the structure, or draw a box around it")
    told = pointed(engine, clicks, structure, token=token)
    ensemble = Ensemble(engine, structure, seed=seed, draws=DRAWS, preference=told)
    places = [click.place for click in clicks.places] or [clicks.box[0]]  # type: ignore[index]
    at = voxels(engine, places)
    k = int(at[-1, 0]) if k is None else k
    weights = _weights(ensemble, at[: len(clicks.places)], clicks, token)
    distance = _distances(ensemble, k, token)
    medoids, labels = k_medoids(distance, most, weights, alike=ALIKE, fewest=FEWEST)
    shares = np.asarray(np.bincount(labels, weights, minlength=len(medoids)), np.float64)
    kept = [int(group) for group in np.argsort(-shares, kind="stable") if shares[group] >= LEAST_SHARE]
    points = tuple(_middle(ensemble.points, np.where(labels == group, weights, 0.0)) for group in kept)
    return Candidates(points, shares[kept] / shares[kept].sum(), k, effective(weights), told)


def _middle(points: Sequence[Point], weights: npt.NDArray[np.float64]) -> Point:
    """The point at the draws' mean code: a less accidental outline than that of one of them."""
    codes = np.array([point[AMBIGUITY] for point in points])
    mean = (weights / weights.sum() @ codes).astype(np.float32)
    return {**points[0], AMBIGUITY: tuple(mean.tolist())}


def _weights(
    ensemble: Ensemble, at: npt.NDArray[np.int64], clicks: Clicks, token: CancelToken | None
) -> npt.NDArray[np.float64]:
    """``(N,)`` of the draws, by all clicks ``at (n, 3)``."""
    inside = np.array([click.inside for click in clicks.places], np.bool_)
    logits = np.zeros((ensemble.n, len(at)), np.float32)
    for k in np.unique(at[:, 0]):
        here = at[:, 0] == k
        logits[:, here] = ensemble.exact(int(k), at[here, 1:], ensemble.points, token)
    return tempered(log_likelihoods(logits, inside, np.ones(len(at))), LEAST_DRAWS)[0]


def _distances(ensemble: Ensemble, k: int, token: CancelToken | None) -> npt.NDArray[np.float64]:
    """``(N, N)`` 1 - IoU of the draws on slice ``k``; two that draw nothing are the same."""
    engine, n = ensemble.engine, ensemble.n
    height, width = engine.grid.model_shape
    patch = engine.lattice(k, max(1, int(np.sqrt(height * width / SHAPE_PIXELS))), (0, 0), token)
    inside = [part[:, ensemble.structure] > 0 for part in engine.patch_logits(patch, ensemble.points, token)]
    flat = np.concatenate(inside).reshape(n, -1).astype(np.float32)
    shared, sizes = flat @ flat.T, flat.sum(1)
    union = sizes[:, None] + sizes[None] - shared
    return np.asarray(np.where(union > 0, 1.0 - shared / np.maximum(union, 1.0), 0.0), np.float64)


def voxels(engine: Engine, places: Sequence[Place]) -> npt.NDArray[np.int64]:
    """``(n, 3)`` index (z, y, x) of the voxels at ``places``.

    Raises
    ------
    UserError
        One lies outside of the image, or of the part of it that the model looks at.
    """
    geometry, grid = engine.geometry, engine.grid
    index = np.rint(geometry.world_to_index(np.array(places, np.float64).reshape(-1, 3)))
    low = np.array([0, *grid.first])
    high = np.array([geometry.shape[0], *(f + s for f, s in zip(grid.first, grid.size, strict=True))])
    off = ~((index >= low) & (index < high)).all(1)
    if off.any():
        place = ", ".join(f"{value:.4g}" for value in places[int(off.argmax())])
        raise UserError(f"({place}) mm lies outside of what the model looks at", remedy="Click inside of the image")
    return index.astype(np.int64)


def _features(engine: Engine, places: Sequence[Place], token: CancelToken | None) -> torch.Tensor:
    """``(n, C)`` features of the model's pixels at ``places``."""
    grid, found = engine.grid, []
    for k, *pixel in voxels(engine, places).tolist():
        at = [
            min(max(round((p - first + 0.5) / scale - 0.5), 0), count - 1)
            for p, first, scale, count in zip(pixel, grid.first, grid.scale, grid.model_shape, strict=True)
        ]
        found.append(engine.pixels(k, np.array(at[:1]), np.array(at[1:]), token).features[0, :, 0, 0])
    return torch.stack(found) if found else torch.zeros(0, 0)
