"""A small copy of every seen slice's features, where the structures may be: what whole-volume numbers come from.

Volumes, the effect of a slider and the axes of the ambiguity need all slices at once, and the features of all slices
do not fit in memory. A patch is the bounding box of what any of a fixed set of probe points draws (with a margin),
thinned to every n-th pixel of every n-th row where it is large; pixels count for those they stand for. The decoder
works pixel by pixel, so decoding a patch gives exactly the pixels that decoding the slice would. Where draws are made
of whole slices, a patch holds places instead of features (:mod:`~proseg_gui.inference.draws`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from proseg_gui.inference.points import Point, point_from, unstacked
from proseg_gui.networks.base import Method

PROBE_PIXELS = 16_384
"""A slice is probed on at most this many of its pixels."""
PROBE_DRAWS = 8
PROBE_SEED = 20_251
PLAUSIBLE = 0.02
"""A structure may be where any probe's probability exceeds this."""
Decode = Callable[[Tensor, Sequence[Point]], Tensor]
"""Any pixels of a slice's features ``(1, C, h, w)`` at N points -> logits ``(N, S, h, w)``."""
MARGIN_PIXELS, MARGIN_SHARE = 8, 0.1
CASE_PIXELS = 1_500_000
LEAST_PATCH_PIXELS, MOST_PATCH_PIXELS = 4096, 65_536


@dataclass(frozen=True, eq=False)
class Patch:
    """``features``: ``(1, C, h, w)`` float32 on the CPU, every ``step``-th pixel each way; each counts ``step**2``.

    ``first``: ``(y, x)`` of its first pixel on the model's grid.
    """

    features: Tensor
    step: int
    first: tuple[int, int] = (0, 0)

    @property
    def pixels(self) -> int:
        """How many pixels it keeps."""
        return self.features.shape[-2] * self.features.shape[-1]

    def thinned(self, by: int, offset: int = 0) -> Patch:
        """Every ``by``-th pixel of this patch each way, from the ``offset``-th on (or the last one, if it is less)."""
        if by == 1:
            return self
        y, x = (min(offset, size - 1) for size in self.features.shape[-2:])
        first = self.first[0] + y * self.step, self.first[1] + x * self.step
        return Patch(self.features[..., y::by, x::by], self.step * by, first)


class Patches:
    """The patches of a case by slice, filled as slices are encoded; safe to use from several threads."""

    def __init__(self, n_slices: int, method: Method) -> None:
        self._kept = min(max(CASE_PIXELS // n_slices, LEAST_PATCH_PIXELS), MOST_PATCH_PIXELS)
        self._probes = _probe_points(method)
        self._patches: dict[int, Patch | None] = {}
        self._passed: set[int] = set()
        self._lock = threading.Lock()

    def note(self, k: int, features: Tensor, decode: Decode) -> None:
        """Keep what matters of the features ``(1, C, h, w)`` of slice ``k``, once."""
        with self._lock:
            if k in self._patches and k not in self._passed:
                return
        patch = self._cut(k, features, decode)
        with self._lock:
            self._patches[k] = patch
            self._passed.discard(k)

    def pass_over(self, k: int) -> None:
        """Count slice ``k`` as one without a structure, until its features are noted."""
        with self._lock:
            if k not in self._patches:
                self._patches[k] = None
                self._passed.add(k)

    @property
    def empty(self) -> frozenset[int]:
        """The slices where no structure may be, or that were passed over."""
        with self._lock:
            return frozenset(k for k, patch in self._patches.items() if patch is None)

    def exactly(self, k: int) -> Patch | None:
        """The patch of slice ``k`` where it has every pixel of its box; else ``None``."""
        with self._lock:
            patch = self._patches.get(k)
        return patch if patch is not None and patch.step == 1 else None

    def __contains__(self, k: int) -> bool:
        with self._lock:
            return k in self._patches

    @property
    def seen(self) -> int:
        """Number of slices noted, with or without a structure."""
        with self._lock:
            return len(self._patches)

    def one(self, k: int, max_pixels: int) -> Patch | None:
        """What is kept of slice ``k``, thinned to about ``max_pixels``; nothing where no structure may be."""
        with self._lock:
            patch = self._patches[k]
        if patch is None:
            return None
        by = _every(patch.pixels, max_pixels)
        return patch.thinned(by, k % by)  # neighbouring slices keep other pixels

    def snapshot(self, max_pixels: int | None = None) -> list[tuple[int, Patch]]:
        """Slices that may hold a structure, in order; thinned evenly to about ``max_pixels`` in all."""
        with self._lock:
            found = sorted((k, patch) for k, patch in self._patches.items() if patch is not None)
        total = sum(patch.pixels for _, patch in found)
        by = 1 if max_pixels is None else _every(total, max_pixels)
        return [(k, patch.thinned(by)) for k, patch in found]

    def _cut(self, k: int, features: Tensor, decode: Decode) -> Patch | None:
        height, width = features.shape[-2:]
        coarse = _every(height * width, PROBE_PIXELS)
        logits = decode(features[..., ::coarse, ::coarse], self._probes)
        plausible = (torch.sigmoid(logits) > PLAUSIBLE).flatten(0, 1).any(0).cpu()
        if not plausible.any():
            return None
        rows = _span(plausible.any(1), coarse, height)
        columns = _span(plausible.any(0), coarse, width)
        count = (rows.stop - rows.start) * (columns.stop - columns.start)
        step = _every(count, self._kept)
        offset = k % step  # neighbouring slices keep other pixels, so that their errors do not add up
        part = features[..., rows.start + offset : rows.stop : step, columns.start + offset : columns.stop : step]
        return Patch(part.to("cpu", copy=True).contiguous(), step, (rows.start + offset, columns.start + offset))


def _every(pixels: int, at_most: int) -> int:
    """Taking every so-many-th pixel each way leaves about ``at_most`` of ``pixels``."""
    return max(1, math.ceil(math.sqrt(pixels / at_most)))


def _span(hit: Tensor, coarse: int, size: int) -> slice:
    """Pixels from the first to the last hit of a coarse axis, with a margin."""
    at = torch.nonzero(hit).flatten()
    first, last = int(at[0]) * coarse, int(at[-1]) * coarse
    margin = coarse + MARGIN_PIXELS + int(MARGIN_SHARE * (last - first))
    return slice(max(0, first - margin), min(size, last + margin + 1))


def _probe_points(method: Method) -> Sequence[Point]:
    """All raters' presets and a few random draws, the same for every slice and case."""
    presets = [point_from(method.rater_coords(r)) for r in range(method.n_raters)]
    generator = torch.Generator().manual_seed(PROBE_SEED)
    return [*presets, *unstacked(method.draw(None, PROBE_DRAWS, generator))]
