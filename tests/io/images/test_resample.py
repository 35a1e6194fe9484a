"""Resampling through world mm, against hand-computed values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.images.resample import resample_to, straight_grid, straightened
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import DicomReference, Geometry, Mask, Reading, Study, Volume

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


def test_uneven_slices_come_onto_an_even_grid_where_they_lie():
    places = np.array([[0.0, 0, z] for z in (0, 2, 4, 8, 10)])
    geometry = Geometry((5, 6, 7), places[0], (2.5, 1.0, 1.0), np.eye(3), places)
    values = np.broadcast_to(places[:, 2][:, None, None], geometry.shape).astype(np.float32)
    study = Study("s", {"image": Volume(values, geometry)}, ("a",), (Reading("r", "a", Mask(values > 7, geometry)),))
    even, notices = straightened(study)
    assert even.geometry.is_even and even.geometry.shape == (6, 6, 7) and even.geometry.spacing_mm[0] == 2.0
    assert np.allclose(even.image.array[:, 0, 0], [0, 2, 4, 6, 8, 10]), "a linear image stays linear over the gap"
    assert even.readings[0].mask.array[:, 0, 0].tolist() == [False, False, False, True, True, True]
    assert "6 voxels, as asked for" in notices[0]
    assert straightened(even) == (even, ())
    assert even.image.derivation.endswith("to an even, upright grid of 7 x 6 x 6 voxels.")


def test_a_resampled_series_is_no_series_but_still_its_patients():
    series = DicomReference(
        "1.2", "1.2.3", "1.2.4", "1.2.840.10008.5.1.4.1.1.2", ("1", "2", "3", "4"), {"PatientID": "P"}
    )
    moved = resample_to(replace(_ramp(), dicom=series), RAMP)
    assert moved.dicom is None and moved.derived_from is series and moved.origin is series
    assert resample_to(moved, RAMP).origin is series


def test_slices_too_uneven_to_resample_are_refused():
    places = np.array([[0.0, 0, z] for z in (0, 0.1, 0.2, 0.3, 5000)])
    with pytest.raises(UserError, match="too unevenly"):
        straight_grid(Geometry((5, 6, 7), places[0], (1250.0, 1.0, 1.0), np.eye(3), places))
