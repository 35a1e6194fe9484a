"""A fixed piece of work, timed in every part of the bench: what every other time is held against.

Machines differ, and one machine differs from minute to minute. A time divided by this one can be compared with another
run's, and :func:`changes` says which differ by more than such ratios scatter by themselves.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

REPEATS = 9
NOISE = 0.25
"""Ratios of two runs of the same program differ by up to so much on a busy machine (docs/performance.md)."""
TIMED = ("_ms", "_s")
"""How the names of times end."""
KEPT_APART = ("times_baseline", "baseline_ms", "threads")


def baseline_ms() -> float:
    """Processor time of 16 x 16 weights on 16 maps of 512 x 512 with a sigmoid, in numpy on one thread: the median."""
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(16, 16)).astype(np.float32)
    maps = rng.normal(size=(16, 512 * 512)).astype(np.float32)
    out, times = np.empty_like(maps[:4]), []
    for _ in range(REPEATS):
        start = time.process_time()
        for rows in range(0, 16, 4):
            np.einsum("ij,jk->ik", weights[rows : rows + 4], maps, out=out)
            np.exp(-np.abs(out), out=out)
        times.append(1000.0 * (time.process_time() - start))
    return round(statistics.median(times), 2)


def times_in(results: Mapping[str, Any]) -> dict[str, float]:
    """Every time of a bench's results by its path, ``slider_to_pixels_ms/256/median``, in the unit that it has."""
    return dict(_walk(results, "", False))


def _walk(value: Any, path: str, timed: bool) -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name not in KEPT_APART:
                yield from _walk(part, f"{path}/{name}" if path else str(name), timed or str(name).endswith(TIMED))
    elif timed and isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


def ratios(results: Mapping[str, Any]) -> dict[str, float]:
    """Every time as a multiple of the baseline of its own part, ``baseline_ms`` being name of a key -> ms."""
    found = {}
    for path, value in times_in(results).items():
        key = path.partition("/")[0]
        base = results["baseline_ms"].get(key)
        if base:
            found[path] = round((1000.0 if key.endswith("_s") else 1.0) * value / base, 3)
    return found


def changes(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """A line for each time that changed by more than :data:`NOISE`, as a multiple of its run's baseline."""
    old, new = (results.get("times_baseline") or {} for results in (before, now))
    lines = []
    for path in sorted(old.keys() & new.keys()):
        if old[path] > 0 and abs(new[path] / old[path] - 1.0) > NOISE:
            word = "slower" if new[path] > old[path] else "faster"
            share = abs(new[path] / old[path] - 1.0)
            lines.append(f"{path}: {share:.0%} {word} ({old[path]:g} -> {new[path]:g} times the baseline)")
    lines += [f"{path}: new" for path in sorted(new.keys() - old.keys())]
    lines += [f"{path}: no longer measured" for path in sorted(old.keys() - new.keys())]
    return lines
