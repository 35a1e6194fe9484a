"""Latent points as plain numbers, so that nothing above inference handles tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from proseg_gui.errors import UserError
from proseg_gui.networks.base import Coords, Method

Point = Mapping[str, tuple[float, ...]]
"""Latent name -> numbers, for instance ``{"tau": (8 numbers), "eps": (K numbers)}``. A float32 value survives the way
to a Python float, to JSON and back unchanged, so a point decodes to the same pixels everywhere."""

LARGEST = 1e6
PREFERENCE, AMBIGUITY = "tau", "eps"
"""Names of the two latent families in every point; a method without one of them gives it no numbers."""


def point_from(coords: Coords) -> Point:
    """A method's coordinates as a point."""
    return {name: tuple(vector.detach().flatten().tolist()) for name, vector in coords.items()}


def coords_from(point: Point) -> dict[str, Tensor]:
    """A point as a method's coordinates: ``(d,)`` float32 on the CPU."""
    return {name: torch.tensor(values, dtype=torch.float32) for name, values in point.items()}


def stacked(points: Sequence[Point]) -> dict[str, Tensor]:
    """N points as ``(N, d)`` coordinates, as ``Method.decode_many`` takes them."""
    return {name: torch.tensor([p[name] for p in points], dtype=torch.float32) for name in points[0]}


def unstacked(coords: Coords) -> tuple[Point, ...]:
    """``(N, d)`` coordinates, as ``Method.draw`` gives them, as N points."""
    names = list(coords)
    rows = zip(*(coords[name].detach().cpu().tolist() for name in names), strict=True)
    return tuple({name: tuple(row) for name, row in zip(names, values, strict=True)} for values in rows)


def judged_points(method: Method, n_samples: int, seed: int) -> list[Point]:
    """What a method is judged by: each rater's own point, then ``n_samples`` draws, the same for the same seed."""
    own = [point_from(method.rater_coords(r)) for r in range(method.n_raters)]
    return own + list(unstacked(method.draw(None, n_samples, torch.Generator().manual_seed(seed))))


def check_point(point: Mapping[str, Sequence[float]], method: Method) -> Point:
    """``point`` with plain floats, if ``method`` can decode it.

    Raises
    ------
    UserError
        A latent is missing or unknown, has another number of values, or a value is not finite; or the preference is
        not of the method's domain (:attr:`Method.preference_domain`).
    """
    sizes = {name: vector.numel() for name, vector in method.rater_coords(0).items()}
    if set(point) != set(sizes):
        have, want = (", ".join(sorted(names)) or "nothing" for names in (point, sizes))
        raise UserError(f"the latents are named {have}; the model has {want}")
    checked = {}
    for name, size in sizes.items():
        values = point[name]
        if len(values) != size:
            raise UserError(f"the latent {name} has {len(values)} values and the model takes {size}")
        if not all(abs(v) < LARGEST for v in values):
            raise UserError(f"the latent {name} holds a value that is not a number in range")
        checked[name] = tuple(float(v) for v in values)
    tau, domain = checked[PREFERENCE], method.preference_domain
    off = domain != "free" and abs(sum(tau) - 1.0) > 1e-3
    if domain == "shares" and (off or min(tau) < 0.0):
        raise UserError(f"the latent {PREFERENCE} is not a set of shares that sum to 1")
    if off:
        raise UserError(f"the latent {PREFERENCE} is not a set of weights that sum to 1")
    return checked
