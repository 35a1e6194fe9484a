"""Refusing sizes that no bundle of ours has, before anything is allocated for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST = {"n_raters": 512, "n_structures": 64, "n_channels": 16, "features": 256, "hidden": 256}


def check_sizes(architecture: Mapping[str, Any], least: Mapping[str, int], most: Mapping[str, int]) -> None:
    """Raise ValueError unless every size is a whole number in range (from 1 where ``least`` has no entry).

    ``most`` adds to :data:`MOST`; names that the architecture lacks are passed over. ``widths`` is always checked.
    """
    for name, top in {**MOST, **most}.items():
        value, bottom = architecture.get(name, 1), least.get(name, 1)
        if not isinstance(value, int) or isinstance(value, bool) or not bottom <= value <= top:
            raise ValueError(f"{name} must be a whole number from {bottom} to {top}")
    widths = architecture["widths"]
    if not 2 <= len(widths) <= 8 or not all(isinstance(w, int) and 2 <= w <= 2048 for w in widths):
        raise ValueError("widths must be two to eight whole numbers from 2 to 2048")
