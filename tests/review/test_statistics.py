"""Figures of structures against plain sums over voxels, on a grid with uneven slices too."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from proseg_gui.review.statistics import COLUMNS, as_csv, statistics, write_csv
from proseg_gui.volume import Geometry

SHAPE = (4, 6, 5)
EVEN = Geometry(SHAPE, np.array([1.0, 2.0, 3.0]), (2.0, 1.5, 0.5), np.eye(3))
UNEVEN = Geometry(
    SHAPE, np.array([1.0, 2.0, 3.0]), (2.0, 1.5, 0.5), np.eye(3),
    slice_origins_mm=np.array([[1.0, 2.0, z] for z in (3.0, 5.0, 9.0, 11.0)]),
)  # fmt: skip


@pytest.mark.parametrize("geometry", [EVEN, UNEVEN])
def test_they_are_what_a_loop_over_voxels_says(geometry):
    rng = np.random.default_rng(3)
    inside, values = rng.random(SHAPE) < 0.3, rng.normal(100, 30, SHAPE).astype(np.float32)
    found = statistics("GTV", "draft", inside, values, geometry)
    thick = geometry.slice_thickness_mm()
    volume, centre, seen = 0.0, np.zeros(3), []
    for place in np.argwhere(inside):
        each = thick[place[0]] * 1.5 * 0.5
        volume += each
        centre += each * geometry.index_to_world(place)
        seen.append(float(values[tuple(place)]))
    assert found.voxels == len(seen) and found.ml == pytest.approx(volume / 1000)
    assert np.allclose(found.centre_mm, centre / volume)
    assert (found.mean, found.sd) == (pytest.approx(np.mean(seen)), pytest.approx(np.std(seen)))
    assert (found.low, found.median, found.high) == (min(seen), pytest.approx(np.median(seen)), max(seen))
    assert found.slices == (int(np.argwhere(inside)[:, 0].min()), int(np.argwhere(inside)[:, 0].max()))
    assert statistics("none", "draft", np.zeros(SHAPE, bool), values, geometry) is None


def test_the_file_reads_back(tmp_path):
    inside = np.zeros(SHAPE, bool)
    inside[1, 2, 3] = True
    row = statistics('GTV, "left"', "accepted", inside, np.full(SHAPE, 7, np.int16), EVEN)
    write_csv(tmp_path / "figures.csv", as_csv("case;1", "CT", "HU", [row]))
    (read,) = csv.DictReader(io.StringIO((tmp_path / "figures.csv").read_text("utf-8")))
    assert tuple(read) == COLUMNS
    assert read["structure"] == 'GTV, "left"' and read["first_slice"] == read["last_slice"] == "2"
    assert float(read["volume_ml"]) == pytest.approx(0.0015) and float(read["mean"]) == 7 and float(read["sd"]) == 0
    assert [float(read[f"centre_{axis}_mm"]) for axis in "xyz"] == [1 + 3 * 0.5, 2 + 2 * 1.5, 3 + 2.0]
