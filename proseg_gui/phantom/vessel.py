"""The phantom's second structure: the vena cava beside the lesion, and how the four raters draw it.

Its wall is clear, so raters differ by millimetres and by how far along it they draw: a planner needs it near the lesion
only. A reading is deterministic given a jitter (the rater's hand) and a border (what the image leaves open), as for the
lesion; the draws are others than the lesion's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from proseg_gui.phantom.noise import Float32Array
from proseg_gui.phantom.raters import BORDER, JITTER, Draw

BORDER_MM = 0.5
"""Standard deviation of where the wall is seen."""


@dataclass(frozen=True)
class Style:
    """``level_mm`` outwards of the wall, ``jitter_mm`` between readings, ``reach_mm`` above and below the lesion."""

    level_mm: float
    jitter_mm: float
    reach_mm: float


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "generous": Style(level_mm=2.0, jitter_mm=0.6, reach_mm=40.0),
        "no_lobe": Style(level_mm=0.0, jitter_mm=0.4, reach_mm=24.0),
        "smooth": Style(level_mm=0.6, jitter_mm=0.4, reach_mm=32.0),
        "tight": Style(level_mm=-1.5, jitter_mm=0.3, reach_mm=24.0),
    }
)
"""The same raters as for the lesion, by name."""


def vessel_mask(
    depth: Float32Array, z_mm: Float32Array, lesion_z_mm: float, rater: str, draw: Draw
) -> npt.NDArray[np.bool_]:
    """``(z, y, x)`` mask that ``rater`` draws of the vessel of that ``depth``, on slices at ``z_mm (Z, 1, 1)``."""
    style = STYLES[rater]
    offset = style.level_mm + style.jitter_mm * JITTER[draw.jitter] + BORDER_MM * BORDER[draw.border]
    return (depth > np.float32(-offset)) & (np.abs(z_mm - np.float32(lesion_z_mm)) <= np.float32(style.reach_mm))
