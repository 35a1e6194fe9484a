"""The longest diameter, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.review.figures import longest_diameter_mm, ml_text
from proseg_gui.volume import Geometry

GEOMETRY = Geometry.plain((1, 20, 20), (3.0, 2.0, 0.5))


def region(*pixels: tuple[int, int]) -> np.ndarray:
    inside = np.zeros((20, 20), bool)
    for y, x in pixels:
        inside[y, x] = True
    return inside


@pytest.mark.parametrize(
    ("inside", "wanted"),
    [
        (region(), None),
        (region((3, 3)), 0.0),
        (region((3, 3), (3, 9)), 3.0),
        (region((3, 3), (8, 3), (5, 3)), 10.0),
        (region((0, 0), (3, 16), (1, 2)), np.hypot(6.0, 8.0)),
    ],
)
def test_by_hand(inside, wanted) -> None:
    found = longest_diameter_mm(inside, GEOMETRY)
    assert found == (wanted if wanted is None else pytest.approx(wanted))


def test_a_disk_has_its_diameter() -> None:
    y, x = np.mgrid[:101, :101]
    disk = (y - 50) ** 2 + (x - 50) ** 2 <= 40**2
    assert longest_diameter_mm(disk, Geometry.plain((1, 101, 101), (1.0, 0.5, 0.5))) == pytest.approx(40.0)


@pytest.mark.parametrize(
    ("ml", "text"),
    [
        (0.0, "0 ml"), (0.004, "< 0.01 ml"), (0.376, "0.38 ml"), (9.99, "9.99 ml"), (45.04, "45.0 ml"),
        (2100.4, "2,100 ml"),
    ],
)  # fmt: skip
def test_volumes_are_written_for_reading(ml, text) -> None:
    assert ml_text(ml) == text
