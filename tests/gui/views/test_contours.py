"""Traced outlines: right place, closed, holes empty."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from proseg_gui.gui.views import contours
from proseg_gui.gui.views.contours import trace, trace_mask


def inside(path: QPainterPath, shape: tuple[int, int]) -> np.ndarray:
    """Which pixel centres the path contains."""
    centres = [[path.contains(QPointF(x + 0.5, y + 0.5)) for x in range(shape[1])] for y in range(shape[0])]
    return np.array(centres)


def masks() -> dict[str, np.ndarray]:
    empty = np.zeros((40, 37), dtype=bool)
    ring = empty.copy()
    ring[5:30, 6:33] = True
    ring[12:20, 12:20] = False
    ring[15, 15] = True
    border = empty.copy()
    border[:9, :] = True
    border[30:, 30:] = True
    dots = empty.copy()
    dots[[0, 0, 39, 39, 20], [0, 36, 0, 36, 20]] = True
    noise = np.random.default_rng(3).random((40, 37)) > 0.6
    return {"ring with island": ring, "border": border, "single pixels": dots, "noise": noise, "full": ~empty}


@pytest.mark.parametrize("name", masks())
def test_a_mask_contains_its_own_pixel_centres(name):
    mask = masks()[name]
    found = inside(trace_mask(mask), mask.shape)
    np.testing.assert_array_equal(found, mask)


def test_the_line_runs_at_the_crossing_between_pixel_centres():
    probability = np.zeros((9, 12), dtype=np.float32)
    probability[2:7, 3] = 0.25
    probability[2:7, 4:8] = 0.75
    box = trace(probability, 0.5).boundingRect()
    assert box.left() == pytest.approx(4.0)  # half way from the centre 3.5 (0.25) to 4.5 (0.75)
    assert box.right() == pytest.approx(7.5 + 1 / 3)  # a third of the way from 7.5 (0.75) to 8.5 (0)
    assert box.top() == pytest.approx(1.5 + 2 / 3)
    assert box.bottom() == pytest.approx(6.5 + 1 / 3)


def test_levels_are_nested(draw_lesion):
    probability = draw_lesion(96)
    outer, middle, inner = (trace(probability, level).boundingRect() for level in (0.1, 0.5, 0.9))
    assert outer.contains(middle)
    assert middle.contains(inner)


def test_thinning_moves_the_line_by_less_than_can_be_seen(draw_lesion, monkeypatch):
    probability = draw_lesion(192)
    thinned = trace(probability)
    monkeypatch.setattr(contours, "THINNING_PASSES", 0)
    full = trace(probability)
    assert thinned.elementCount() < 0.6 * full.elementCount()
    ends = np.array([[p.x(), p.y()] for p in thinned.toSubpathPolygons()[0].toList()])
    start, way = ends[:-1], np.diff(ends, axis=0)
    for point in full.toSubpathPolygons()[0].toList()[::7]:
        offset = np.array([point.x(), point.y()]) - start
        share = np.clip((offset * way).sum(1) / (way**2).sum(1), 0, 1)
        assert np.hypot(*(offset - share[:, None] * way).T).min() <= 2 * contours.TOLERANCE


def test_a_region_at_the_border_is_closed_along_it():
    path = trace(np.ones((5, 7), dtype=np.float32))
    box = path.boundingRect()
    assert (box.left(), box.top(), box.right(), box.bottom()) == pytest.approx((0, 0, 7, 5))
    polygon = path.toSubpathPolygons()[0]
    assert polygon.isClosed()


def test_a_block_larger_than_the_traced_part_gives_the_same_line(draw_lesion):
    probability = draw_lesion(64)
    framed = np.zeros((200, 180), dtype=np.float32)
    framed[70:134, 50:114] = probability
    alone, moved = trace(probability), trace(framed)
    assert moved.elementCount() == alone.elementCount()
    assert moved.boundingRect().left() == pytest.approx(alone.boundingRect().left() + 50)
    assert moved.boundingRect().bottom() == pytest.approx(alone.boundingRect().bottom() + 70)


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_nothing_above_the_level_is_an_empty_path(value):
    assert trace(np.full((6, 6), value, dtype=np.float32), 0.5).isEmpty()
