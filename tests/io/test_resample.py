"""Resampling through world mm, against hand-computed values."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.errors import Cancelled
from proseg_gui.io.resample import resample_to
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry, Volume

RAMP = Geometry((4, 5, 6), [0, 0, 0], (2.0, 1.0, 1.0), np.eye(3))


def _ramp():
    z, y, x = np.indices(RAMP.shape)
    return Volume((100 * 2.0 * z + 10 * y + x + 5).astype(np.float32), RAMP, unit="HU", modality="CT")


def test_the_same_grid_gives_the_same_values():
    assert np.array_equal(resample_to(_ramp(), RAMP).array, _ramp().array)


def test_a_turned_finer_grid_reads_the_same_world():
    direction = np.stack([[0, 1, 0], [1, 0, 0], [0, 0, 1]], axis=1).astype(float)  # x index runs along world y
    target = Geometry((3, 4, 5), [1.0, 0.5, 1.0], (1.5, 0.75, 0.5), direction)
    result = resample_to(_ramp(), target)
    for index in [(0, 0, 0), (2, 3, 4), (1, 2, 3)]:
        x, y, z = target.index_to_world(index)
        assert result.array[index] == pytest.approx(100 * z + 10 * y + x + 5, abs=1e-3)
    assert (result.unit, result.modality) == ("HU", "CT") and result.geometry is target


def test_outside_the_voxel_block_is_background_and_its_border_is_not():
    target = Geometry((1, 1, 4), [-1.0, 0, 0], (1.0, 1.0, 0.5), np.eye(3))
    values = resample_to(_ramp(), target).array[0, 0]
    assert values.tolist() == [5.0, 5.0, 5.0, 5.5]  # x = -1 and -0.5 (border, clamped), 0, 0.5


def test_uneven_slices_are_met_where_they_lie():
    places = np.array([[0.0, 0, 0], [0, 0, 1], [0, 0, 5]])
    uneven = Geometry((3, 1, 1), places[0], (2.5, 1, 1), np.eye(3), places)
    volume = Volume(np.array([0, 10, 50], np.int16).reshape(3, 1, 1), uneven)
    target = Geometry((6, 1, 1), [0, 0, 0], (1.0, 1, 1), np.eye(3))
    assert resample_to(volume, target).array.ravel().tolist() == [0, 10, 20, 30, 40, 50]


def test_cancel():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        resample_to(_ramp(), RAMP, token=token)
