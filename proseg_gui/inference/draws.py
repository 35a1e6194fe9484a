"""Draws of methods that stream: made for a whole slice, step by step, and kept, so that all who ask see the same one.

Such a draw looks at its surroundings: it cannot be decoded on some of a slice's pixels, as a patch or a lattice is.
These then hold *places* instead of features (:func:`places`), and their pixels are taken out of the whole slice's draw.
Logits are kept, and handed on, in half precision, which no sign and so no mask depends on.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from proseg_gui.inference.points import Point, coords_from
from proseg_gui.jobs import CancelToken
from proseg_gui.networks.base import Coords, Method

Key = tuple[int, tuple[tuple[str, tuple[float, ...]], ...]]
Stepper = Callable[[Callable[[Method, Tensor], Tensor | None], Tensor], Tensor | None]
"""Runs ``work(network, features)`` where the network is, with the features there."""


def places(k: int, shape: tuple[int, ...]) -> Tensor:
    """``(1, 3, h, w)`` float32: of each pixel of slice ``k`` on the model's grid the slice, the row and the column."""
    rows, columns = torch.meshgrid(*(torch.arange(n, dtype=torch.float32) for n in shape[-2:]), indexing="ij")
    return torch.stack([torch.full_like(rows, float(k)), rows, columns])[None]


class Draws:
    """Draws kept under a budget of bytes, the least recently used first to go; safe to use from several threads.

    Parameters
    ----------
    features_of:
        ``(k, token)`` -> features ``(1, C, h, w)`` of a slice.
    run:
        See :data:`Stepper`.
    pause_point:
        Called before each step with the token; raises where the work is cancelled.
    """

    def __init__(
        self,
        budget_bytes: int,
        features_of: Callable[[int, CancelToken | None], Tensor],
        run: Stepper,
        pause_point: Callable[[CancelToken | None], None],
    ) -> None:
        self._budget, self._features_of, self._run, self._pause_point = budget_bytes, features_of, run, pause_point
        self._kept: OrderedDict[Key, Tensor] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def steps(
        self, k: int, point: Point, token: CancelToken | None = None, features: Tensor | None = None
    ) -> Iterator[Tensor]:
        """``(S, h, w)`` logits on the CPU after each step; only the last one where the draw is known.

        ``features``: those of slice ``k``, where the caller has them.
        """
        key = _key(k, point)
        found = self._get(key)
        if found is not None:
            yield found.float()
            return
        features = self._features_of(k, token) if features is None else features
        running: tuple[Method, Iterator[Tensor]] | None = None

        def next_step(method: Method, features: Tensor) -> Tensor | None:
            """On another device than before it begins anew."""
            nonlocal running
            if running is None or running[0] is not method:
                coords: Coords = {name: values.to(features.device) for name, values in coords_from(point).items()}
                running = method, method.stream(features, coords)
            return next(running[1], None)

        while True:
            self._pause_point(token)
            logits = self._run(next_step, features)
            if logits is None:
                break
            found = logits[0].to("cpu", torch.float16)
            yield found.float()
        if found is not None:
            self._put(key, found)

    def draw(self, k: int, point: Point, token: CancelToken | None = None, features: Tensor | None = None) -> Tensor:
        """The last of :meth:`steps`."""
        found = None
        for found in self.steps(k, point, token, features):  # noqa: B007 (only the last one is wanted)
            pass
        if found is None:
            raise ValueError("a draw without steps")
        return found

    def at(
        self, part: Tensor, points: Sequence[Point], token: CancelToken | None = None, features: Tensor | None = None
    ) -> Tensor:
        """``(N, S, h, w)`` logits at N points of the pixels ``part (1, 3, h, w)``, see :func:`places`."""
        if not part.numel():
            raise ValueError("no place at all")
        k, rows, columns = int(part[0, 0, 0, 0]), part[0, 1].long(), part[0, 2].long()
        return torch.stack([self.draw(k, point, token, features)[:, rows, columns] for point in points])

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _get(self, key: Key) -> Tensor | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def _put(self, key: Key, logits: Tensor) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = logits
            self._bytes += logits.numel() * logits.element_size()
            while len(self._kept) > 1 and self._bytes > self._budget:
                gone = self._kept.popitem(last=False)[1]
                self._bytes -= gone.numel() * gone.element_size()


def _key(k: int, point: Point) -> Key:
    return k, tuple(sorted(point.items()))
