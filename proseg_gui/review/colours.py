"""Colours of structures, for window and files alike."""

from __future__ import annotations

CURRENT_COLOUR = "#ffd166"
"""The contour at the sliders' position; also the first structure's colour."""

# Of the rater colours (gui/views/palette.py) after the third those five that stay furthest apart on dark and light
# grounds.
STRUCTURE_COLOURS = (CURRENT_COLOUR, "#70a0f0", "#e070b0", "#c0f0d0", "#d030b0", "#609070")


def structure_colour(index: int) -> str:
    """Colour ``#rrggbb`` of structure ``index`` (0-based); the first is the colour of the current contour."""
    return STRUCTURE_COLOURS[index % len(STRUCTURE_COLOURS)]


def rgb(colour: str) -> tuple[int, int, int]:
    """``#rrggbb`` as (red, green, blue), 0..255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
