"""Networks that exist only as claims: names and shapes, without memory and without numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

_DRAWN: tuple[Callable[..., Any], ...] = (torch.randn, torch.eye)
_SCALED = ("mul", "__mul__", "__rmul__", "div", "__truediv__", "__rdiv__", "sub", "__sub__", "rsub", "__rsub__",
           "normal_")  # fmt: skip
"""On "meta" torch computes these by code in Python, whose first use imports torch's compiler (about a second)."""


class _ShapesOnly(TorchFunctionMode):
    """Gives an empty tensor of the same shape for :data:`_DRAWN`, and leaves alone what numbers scale or fill.

    A device that is named is left alone.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        tensors = [value for value in (*args, *kwargs.values()) if isinstance(value, torch.Tensor)]
        if getattr(func, "__name__", "") in _SCALED and len(tensors) == 1 and tensors[0].is_meta:
            return tensors[0]
        if func not in _DRAWN or kwargs.get("device") is not None:
            return func(*args, **kwargs)
        shape = (args[0], args[-1]) if func is torch.eye else args
        return torch.empty(*shape, dtype=kwargs.get("dtype"))


@contextmanager
def without_numbers() -> Iterator[None]:
    """Build networks whose tensors are on "meta" and take neither memory nor time, whatever sizes are claimed."""
    with torch.device("meta"), _ShapesOnly():
        yield
