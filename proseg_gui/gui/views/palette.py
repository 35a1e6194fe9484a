"""Colours of pictures and plots: raters, parts of the uncertainty, heat maps, and the plots themselves.

Those of structures are in :mod:`proseg_gui.review.colours`, as files carry them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from proseg_gui.review.colours import CURRENT_COLOUR

SAMPLE_COLOUR = "#c9d6e3"
"""Thin sample contours: nearly white, so that they claim no rater."""

UNADJUSTED_COLOUR = "#e8e0ff"
"""A contour that was not adjusted for the scanner: nearly white, dashed, beside the adjusted one."""

AGREED_COLOUR, ONLY_A_COLOUR, ONLY_B_COLOUR = "#f4f4f4", "#56b4e9", "#e69f00"
"""What two contours share (also hatched), and what only one of them has: sky blue and orange, apart to every eye."""

# Chosen by search: any two of these and CURRENT_COLOUR stay at least 0.09 (OKLab) apart in normal vision, protanopia
# and deuteranopia and 0.06 in tritanopia (Machado 2009), all light enough for a dark grey image. Ordered so that the
# first few differ most. tests/gui/views/test_palette.py holds this, test_colour_vision.py the same by CIEDE2000.
RATER_COLOURS = (
    "#70d0f0",  # cyan
    "#e05020",  # vermilion
    "#9060f0",  # violet
    "#e070b0",  # pink
    "#c0b020",  # olive
    "#c0f0d0",  # mint
    "#70a0f0",  # blue
    "#f0a0a0",  # salmon
    "#609070",  # moss
    "#d030b0",  # magenta
)

PART_COLOURS = {"inter": "#4e79a7", "intra": "#76b7b2", "ambiguity": "#f28e2b", "residual": "#79706e",
                "imputation": "#b2472c"}  # fmt: skip
"""Parts of the total uncertainty: between raters, within a rater, what the image leaves open, pixel level; and what
estimates of a missing channel leave open."""

LEAST_CONTRAST = 2.0
"""Of lines and dots with a light ground. At the 3 that WCAG 2.2 asks for, mint and moss become one green."""

HEAT_MAPS = ("inferno", "magma", "viridis")
"""Perceptually uniform maps to choose from; the first is the default."""


def rater_colour(index: int) -> str:
    """Colour ``#rrggbb`` of rater ``index`` (0-based, in the bundle's order); repeats after ten raters."""
    return RATER_COLOURS[index % len(RATER_COLOURS)]


@lru_cache(maxsize=128)
def readable_on(background: str, colour: str) -> str:
    """``colour``, darkened where it must be to stand out by :data:`LEAST_CONTRAST` from a light ``background``."""
    behind, rgb = _luminance(_rgb(background)), _rgb(colour)
    while behind > 0.5 and (behind + 0.05) / (_luminance(rgb) + 0.05) < LEAST_CONTRAST:
        rgb = rgb * 0.97
    return "#{:02x}{:02x}{:02x}".format(*(round(255 * part) for part in rgb.tolist()))


def _rgb(colour: str) -> npt.NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0


def _luminance(rgb: npt.NDArray[np.float64]) -> float:
    """Relative luminance (WCAG 2.2)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@cache
def heat_tables() -> Mapping[str, npt.NDArray[np.uint8]]:
    """Every heat map, read from files at the first call: in the background, before a model draws its first map."""
    from pyqtgraph import colormap  # late: a fifth of a second that no window's start needs

    tables = {}
    for name in HEAT_MAPS:
        table = np.ascontiguousarray(colormap.get(name).getLookupTable(nPts=256, alpha=False), dtype=np.uint8)
        table.setflags(write=False)
        tables[name] = table
    return tables


def heat_table(name: str) -> npt.NDArray[np.uint8]:
    """``(256, 3)`` uint8 RGB from low to high; ``name`` is one of :data:`HEAT_MAPS`, else ``ValueError``."""
    if name not in HEAT_MAPS:
        raise ValueError(f"no heat map is called {name!r}; there are {', '.join(HEAT_MAPS)}")
    return heat_tables()[name]


@dataclass(frozen=True)
class ViewColours:
    """What a plot is painted with, as ``#rrggbb``. Image panes stay black in both themes."""

    background: str
    panel: str
    border: str
    text: str
    muted: str
    accent: str
    bar: str
    bar_faint: str
    histogram: str
    current: str


DARK = ViewColours(
    background="#1b1d21",
    panel="#212327",
    border="#34373c",
    text="#d8dadd",
    muted="#8b9096",
    accent="#4a9eff",
    bar="#bd742a",
    bar_faint="#34373c",
    histogram="#5b6b82",
    current=CURRENT_COLOUR,
)
LIGHT = ViewColours(
    background="#eceef1",
    panel="#fafbfc",
    border="#d0d4da",
    text="#22252a",
    muted="#5f666f",
    accent="#1f6fd0",
    bar="#d98a35",
    bar_faint="#dde0e5",
    histogram="#9dadc4",
    current="#b07d00",
)
