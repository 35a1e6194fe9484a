"""Rulers in planes of any axis against distances worked out by hand, and a view that survives being written."""

from __future__ import annotations

import json

import numpy as np
import pytest

from proseg_gui.planes import Plane
from proseg_gui.review.viewing import Ruler, View, ViewPlace
from proseg_gui.volume import Geometry

THIN = Geometry((4, 50, 50), np.array([3.0, -8.0, 40.0]), (5.0, 2.0, 0.5), np.eye(3))
TURN = np.array([[0.6, 0.8, 0.0], [-0.8, 0.6, 0.0], [0.0, 0.0, 1.0]]).T
OBLIQUE = Geometry(THIN.shape, THIN.origin_mm, THIN.spacing_mm, TURN)
TILTED = Geometry(THIN.shape, THIN.origin_mm, THIN.spacing_mm, np.array([[1, 0, 0], [0, 1, 0], [0, 0.6, 0.8]]).T)
PLACES = np.array([[0, 0, 0], [0, 0, 2], [0, 0, 7], [0, 0, 15.0]])
UNEVEN = Geometry(THIN.shape, PLACES[0], (5.0, 2.0, 0.5), np.eye(3), PLACES)


@pytest.mark.parametrize(
    ("geometry", "axis", "start", "end", "mm"),
    [
        (THIN, 0, (9.5, 9.5), (12.5, 25.5), 10.0),  # 6 mm down, 8 mm across
        (THIN, 1, (0.0, 4.0), (3.0, 20.0), 17.0),  # three slices of 5 mm, 8 mm across
        (THIN, 2, (3.0, 6.0), (0.0, 2.0), 17.0),  # three slices, 4 rows of 2 mm
        (OBLIQUE, 0, (9.5, 9.5), (12.5, 25.5), 10.0),
        (OBLIQUE, 1, (0.0, 4.0), (3.0, 20.0), 17.0),
        (TILTED, 1, (0.0, 4.0), (3.0, 20.0), 17.0),  # the step is 5 mm along the tilt
        (TILTED, 2, (0.0, 0.0), (1.0, 1.0), 41.0**0.5),  # back 3 + 2, up 4
        (TILTED, 2, (0.0, 3.0), (2.0, 0.0), 8.0),  # back 6 - 6, up 8
        (UNEVEN, 1, (0.0, 0.0), (1.0, 0.0), 2.0),
        (UNEVEN, 1, (2.0, 0.0), (3.0, 12.0), 10.0),  # 8 mm up, 6 mm across
        (UNEVEN, 2, (0.5, 0.0), (1.5, 0.0), 3.5),  # half of 2 mm and half of 5 mm
    ],
)
def test_rulers_measure_in_the_patient(geometry, axis, start, end, mm):
    assert Ruler(Plane(axis, 2), start, end).length_mm(geometry) == pytest.approx(mm)


PLACE = ViewPlace(
    (View(), View(2.5, (10.0, -4.25)), View(0.2)),
    (Ruler(Plane(0, 3), (1.5, 2.0), (3.0, 4.0)), Ruler(Plane(2, 7), (0.0, 0.0), (9.0, 1.0))),
)


def test_a_place_is_the_same_after_writing_and_reading():
    assert ViewPlace.from_json(json.loads(json.dumps(PLACE.to_json()))) == PLACE
    assert ViewPlace.from_json(ViewPlace().to_json()) == ViewPlace()


@pytest.mark.parametrize(
    "change",
    [
        {"views": None},
        {"views": [[1.0, None]]},
        {"views": [[1.0, None]] * 4},
        {"views": [[float("nan"), None]] * 3},
        {"views": [[1e308, None]] * 3},
        {"views": [[1.0, [1.0]]] * 3},
        {"views": [[1.0, [float("inf"), 0.0]]] * 3},
        {"rulers": [[3, 0, [0, 0], [1, 1]]]},
        {"rulers": [[0, -1, [0, 0], [1, 1]]]},
        {"rulers": [[0, 1.5, [0, 0], [1, 1]]]},
        {"rulers": [[True, 1, [0, 0], [1, 1]]]},
        {"rulers": [[0, 1, [0, 0], [1, float("nan")]]]},
        {"rulers": [[0, 1, [0, 0]]]},
        {"rulers": 7},
    ],
)
def test_what_is_no_place_is_refused(change):
    with pytest.raises(ValueError, match="no views"):
        ViewPlace.from_json({**PLACE.to_json(), **change})


def test_a_missing_part_is_refused():
    with pytest.raises(ValueError, match="no views"):
        ViewPlace.from_json({"views": PLACE.to_json()["views"]})
