"""Encoded slices under a memory budget: what was used least recently goes first.

Features stay float32. Half precision was measured and left out because it moved mask voxels
(docs/decisions/inference-cache.md).
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from torch import Tensor


class FeatureCache:
    """Slice number -> features, safe to use from several threads.

    The entry put last is always kept, even where it alone exceeds the budget; a budget of 0 keeps nothing.
    """

    def __init__(self, budget_bytes: int) -> None:
        if budget_bytes < 0:
            raise ValueError("the budget is a number of bytes")
        self._budget = budget_bytes
        self._entries: OrderedDict[int, Tensor] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, k: int) -> Tensor | None:
        """The features of slice ``k``, which thereby becomes the most recently used."""
        with self._lock:
            features = self._entries.get(k)
            if features is not None:
                self._entries.move_to_end(k)
            return features

    def put(self, k: int, features: Tensor, *, first_to_go: bool = False) -> None:
        """Keep features, and let go of the least recently used beyond the budget.

        ``first_to_go`` is for work ahead of need: where room is short, such an entry goes before any that was used.
        """
        if self._budget == 0:
            return
        with self._lock:
            self._drop(k)
            while self._entries and self._bytes + _size(features) > self._budget:
                self._drop(next(iter(self._entries)))
            self._entries[k] = features
            self._bytes += _size(features)
            if first_to_go:
                self._entries.move_to_end(k, last=False)

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def __contains__(self, k: int) -> bool:
        with self._lock:
            return k in self._entries

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    @property
    def used_bytes(self) -> int:
        """Memory of all features that are kept."""
        with self._lock:
            return self._bytes

    def _drop(self, k: int) -> None:
        gone = self._entries.pop(k, None)
        if gone is not None:
            self._bytes -= _size(gone)


def _size(features: Tensor) -> int:
    return features.numel() * features.element_size()
