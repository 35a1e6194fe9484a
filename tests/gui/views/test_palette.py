"""Rater colours must stay apart for every kind of colour vision, and readable over a dark image."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from proseg_gui.gui.views.palette import (
    DARK,
    HEAT_MAPS,
    LIGHT,
    PART_COLOURS,
    RATER_COLOURS,
    heat_table,
    rater_colour,
    readable_on,
)
from proseg_gui.review.colours import CURRENT_COLOUR, structure_colour

# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> np.ndarray:
    channel = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson 2020, from linear RGB."""
    to_lms = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566]]
    to_lms.append([0.0883024619, 0.2817188376, 0.6299787005])
    to_lab = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099]]
    to_lab.append([0.0259040371, 0.7827717662, -0.8086757660])
    return np.cbrt(np.clip(rgb, 0, 1) @ np.array(to_lms).T) @ np.array(to_lab).T


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("vision", VISION)
def test_raters_and_the_current_contour_stay_apart(vision):
    colours = np.array([linear(c) for c in (*RATER_COLOURS, CURRENT_COLOUR)])
    seen = oklab(np.clip(colours @ VISION[vision].T, 0, 1))
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=2)
    nearest = apart[~np.eye(len(seen), dtype=bool)].min()
    assert nearest >= (0.06 if vision == "tritanopia" else 0.09)


@pytest.mark.parametrize("colour", RATER_COLOURS)
def test_rater_colours_show_on_black_and_are_not_grey(colour):
    assert contrast(colour, "#000000") >= 4.5
    assert np.hypot(*oklab(linear(colour))[1:]) >= 0.05


def test_more_raters_than_colours_start_over():
    assert rater_colour(10) == rater_colour(0) != rater_colour(1)
    assert structure_colour(0) == CURRENT_COLOUR


@pytest.mark.parametrize("name", HEAT_MAPS)
def test_heat_maps_grow_lighter_from_end_to_end(name):
    table = heat_table(name)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    light = [oklab(linear("#" + bytes(row).hex()))[0] for row in table[::8]]
    assert (np.diff(light) > 0).all()


def test_an_unknown_heat_map_is_refused_with_the_names():
    with pytest.raises(ValueError, match="inferno, magma, viridis"):
        heat_table("jet")


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_text_of_both_themes_reads_on_its_panel(theme):
    assert contrast(theme.text, theme.panel) >= 7
    assert contrast(theme.muted, theme.panel) >= 4.5
    assert contrast(theme.bar, theme.panel) >= 2.4
    assert contrast(theme.current, theme.panel) >= 3
    assert set(PART_COLOURS) == {"inter", "intra", "ambiguity", "imputation", "residual"}


@pytest.mark.parametrize("background", [LIGHT.background, LIGHT.panel])
def test_lines_stand_out_on_a_light_ground_and_stay_as_they_are_on_a_dark_one(background):
    shown = [readable_on(background, rater_colour(i)) for i in range(10)]
    assert all(contrast(colour, background) >= 1.95 for colour in shown)  # 2, less the rounding to whole numbers
    places = [oklab(linear(colour)) for colour in shown]
    assert min(np.linalg.norm(a - b) for a, b in combinations(places, 2)) > 0.08
    assert shown[1] == rater_colour(1) and shown[5] != rater_colour(5)  # vermilion was readable, mint was not
    assert [readable_on(DARK.background, rater_colour(i)) for i in range(10)] == [rater_colour(i) for i in range(10)]
