"""How many bits the network counts with while it learns: autocast by Lightning Fabric, terms of the loss in float32.

Weights, moments, the average and every judgement stay float32; so does the bundle.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, ParamSpec, TypeVar, get_args

import torch
from torch import Tensor

from proseg_gui.errors import UserError

Precision = Literal["32", "bf16-mixed", "16-mixed"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
LEAST_SCALE = 2.0**-16
"""A loss scale below which steps of ``16-mixed`` are no longer skipped to find a better one: it is the data's fault."""
_DEVICES: Mapping[str, Sequence[str]] = {
    "32": ("cpu", "cuda", "mps"), "bf16-mixed": ("cpu", "cuda"), "16-mixed": ("cuda",),
}  # fmt: skip

P = ParamSpec("P")
T = TypeVar("T")


def check_precision(precision: str, device: torch.device) -> None:
    """Raise a UserError where ``device`` cannot train in ``precision``, one of :data:`PRECISIONS`."""
    if precision not in _DEVICES:
        raise UserError(f"there is no precision {precision!r}", remedy=f"Give one of {', '.join(PRECISIONS)}")
    if device.type not in _DEVICES[precision]:
        able = [name for name, devices in _DEVICES.items() if device.type in devices]
        raise UserError(f"training in {precision} is not for the device {device.type}",
                        remedy=f"Here --precision may be {' or '.join(able)}")  # fmt: skip


def in_float32(term: Callable[P, T]) -> Callable[P, T]:
    """``term`` of tensors computed in float32 whatever the network counts with: sums over pixels need the digits."""

    @functools.wraps(term)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        device = next(value.device.type for value in args if isinstance(value, Tensor))
        wide: list[Any] = [v.float() if isinstance(v, Tensor) and v.is_floating_point() else v for v in args]
        with torch.autocast(device, enabled=False):
            return term(*wide, **kwargs)

    return run
