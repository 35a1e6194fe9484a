"""Colours that stand beside each other stay apart for every kind of colour vision, on the dark and the light ground.

Vision is simulated as Machado, Oliveira and Fernandes 2009 do (IEEE Trans. Vis. Comput. Graph. 15(6), 1291-1298;
severity 1.0, on linear RGB); distances are CIEDE2000 as in Sharma, Wu and Dalal 2005 (Color Res. Appl. 30(1), 21-30),
whose published pairs the implementation here is held to. About 1 can just be told apart side by side; what is asked
for here is many times that, since thin lines on a picture are told apart worse than patches.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from proseg_gui.gui.views.palette import (
    DARK,
    LIGHT,
    PART_COLOURS,
    RATER_COLOURS,
    readable_on,
)
from proseg_gui.review.colours import CURRENT_COLOUR, STRUCTURE_COLOURS
from tests.gui.views.test_palette import VISION, linear

WHITE_D65 = np.array([0.95047, 1.0, 1.08883])
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of linear RGB."""
    ratio = (rgb @ TO_XYZ.T) / WHITE_D65
    x, y, z = np.moveaxis(np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(one: np.ndarray, other: np.ndarray) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1 + 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25.0**7)))
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, stretch * a1)) % 360, np.degrees(np.arctan2(b2, stretch * a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    cos = lambda degrees: np.cos(np.radians(degrees))  # noqa: E731
    t = 1 - 0.17 * cos(hue - 30) + 0.24 * cos(2 * hue) + 0.32 * cos(3 * hue + 6) - 0.2 * cos(4 * hue - 63)
    s_l = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rotation = -np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))) * 2
    rotation *= np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    dl, dc = (l2 - l1) / s_l, (c2 - c1) / s_c
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / s_h
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh))


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425), ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065), ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195), ((50, 0, 0), (50, -1, 2), 2.3669),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)  # fmt: skip
def test_the_distance_is_the_published_one(one, other, published):
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(published, abs=5e-5)


def seen(colours, vision: str) -> list[np.ndarray]:
    rgb = np.array([linear(colour) for colour in colours]) @ VISION[vision].T
    return list(lab(np.clip(rgb, 0, 1)))


def nearest(colours, vision: str) -> float:
    return min(ciede2000(one, other) for one, other in combinations(seen(colours, vision), 2))


def from_ground(colours, ground: str, vision: str) -> float:
    *shown, behind = seen((*colours, ground), vision)
    return min(ciede2000(colour, behind) for colour in shown)


RATERS = (*RATER_COLOURS, CURRENT_COLOUR)
PARTS = tuple(PART_COLOURS.values())


@pytest.mark.parametrize("vision", VISION)
def test_raters_structures_and_parts_stay_apart_on_the_dark_ground(vision):
    assert nearest(RATERS, vision) >= 9.5
    assert min(nearest(pair, vision) for pair in pairwise(RATERS)) >= 12
    assert nearest(STRUCTURE_COLOURS, vision) >= 11
    assert nearest(PARTS, vision) >= 17


@pytest.mark.parametrize("vision", VISION)
def test_they_stay_apart_where_a_light_ground_darkens_them(vision):
    """Mint and salmon, the sixth and the eighth rater, come nearest: 5.4 in protanopia; no other pair below 7."""
    raters = [readable_on(LIGHT.panel, colour) for colour in RATER_COLOURS]
    assert nearest(raters, vision) >= 5
    assert nearest([*raters[:5], *raters[6:]], vision) >= 7
    assert nearest(raters[:5], vision) >= 9
    assert nearest([readable_on(LIGHT.panel, colour) for colour in STRUCTURE_COLOURS], vision) >= 11


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_all_of_them_stand_out_from_every_ground(vision, theme):
    for ground in (theme.background, theme.panel, *(("#000000",) if theme is DARK else ())):
        shown = [readable_on(ground, colour) for colour in (*RATERS, *STRUCTURE_COLOURS)]
        assert from_ground(shown, ground, vision) >= 17
        assert from_ground(PARTS, ground, vision) >= 14
