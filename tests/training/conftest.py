"""A tiny data set: discs that three raters draw at different sizes, one of them with a second reading."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.errors import Cancelled
from proseg_gui.jobs import CancelToken
from proseg_gui.training.dataset import Layout, prepare_case
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

RATERS = ("rater1", "rater2", "rater3")


def build_study(seed, *, shape=(1, 24, 20), raters=RATERS, modality="MR"):
    """Discs with a soft border; rater i draws i pixels wider. Rater 3 also has an empty reading in odd cases."""
    rng = np.random.default_rng(seed)
    depth, height, width = shape
    y, x = np.mgrid[:height, :width]
    centre = np.array([height, width]) / 2 + rng.uniform(-2, 2, 2)
    distance = np.hypot(y - centre[0], x - centre[1])
    thickness = np.abs(np.arange(depth) - (depth - 1) / 2)[:, None, None]
    field = distance[None] + 1.5 * thickness
    geometry = Geometry.plain(shape, (3.0, 1.0, 1.0))
    image = (100 / (1 + np.exp(field - 6)) + rng.normal(0, 4, shape)).astype(np.float32)
    readings = [Reading(r, "disc", Mask(field < 4 + i, geometry)) for i, r in enumerate(raters)]
    if seed % 2 and len(raters) > 2:
        readings.append(Reading(raters[2], "disc", Mask(np.zeros(shape, bool), geometry), "2"))
    return Study(f"case{seed}", {"T2": Volume(image, geometry, modality=modality)}, ("disc",), tuple(readings))


@pytest.fixture(scope="session")
def make_study():
    return build_study


@pytest.fixture
def study():
    return build_study(1)


@pytest.fixture(scope="session")
def layout():
    return Layout(RATERS, ("disc",), ("T2",), (1.0, 1.0), {"kind": "percentile", "low": 1.0, "high": 99.0})


@pytest.fixture(scope="session")
def make_cases(layout):
    def cases(n, **keywords):
        return [prepare_case(build_study(i, **keywords), layout) for i in range(n)]

    return cases


class StopAfter(CancelToken):
    """Cancels itself when the loop looks for the n-th time."""

    def __init__(self, n):
        super().__init__()
        self.left = n

    def check(self):
        self.left -= 1
        if self.left < 0:
            raise Cancelled


@pytest.fixture(scope="session")
def stop_after():
    return StopAfter
