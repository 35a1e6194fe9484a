from __future__ import annotations

import math

import numpy as np
import pytest
import SimpleITK as sitk

from proseg_gui.metrics.surface import surface_distances


def box(shape: tuple[int, ...], *spans: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[tuple(slice(*span) for span in spans)] = True
    return mask


def test_the_same_mask_has_no_distance() -> None:
    mask = box((6, 8, 8), (1, 4), (2, 6), (2, 6))
    result = surface_distances(mask, mask, (2.5, 1, 1), 0.0)
    assert (result.surface_dice, result.hd95_mm, result.assd_mm) == (1.0, 0.0, 0.0)


def test_empty_masks() -> None:
    empty, full = np.zeros((2, 3, 3), bool), np.ones((2, 3, 3), bool)
    both = surface_distances(empty, empty, (1, 1, 1), 1.0)
    assert (both.surface_dice, both.hd95_mm, both.assd_mm) == (1.0, 0.0, 0.0)
    one = surface_distances(empty, full, (1, 1, 1), 1.0)
    assert (one.surface_dice, one.hd95_mm, one.assd_mm) == (0.0, math.inf, math.inf)


def test_spacing_is_used_axis_by_axis() -> None:
    a, b = box((9, 9, 9), (4, 5), (4, 5), (4, 5)), box((9, 9, 9), (6, 7), (4, 5), (5, 6))
    assert surface_distances(a, b, (2.5, 1.0, 3.0), 0).assd_mm == pytest.approx(math.hypot(2 * 2.5, 3.0))


def test_a_shifted_line_by_hand() -> None:
    a, b = box((1, 1, 20), (0, 1), (0, 1), (2, 12)), box((1, 1, 20), (0, 1), (0, 1), (4, 14))
    # along the one axis that is left, a segment's surface is its two ends: 2 and 11 against 4 and 13, half mm voxels
    result = surface_distances(a, b, (5.0, 5.0, 0.5), 0.9)
    assert result.assd_mm == pytest.approx(1.0)
    assert result.hd95_mm == pytest.approx(1.0)
    assert result.surface_dice == 0.0
    assert surface_distances(a, b, (5.0, 5.0, 0.5), 1.0).surface_dice == 1.0


def test_a_single_slice_is_measured_in_its_plane() -> None:
    flat = box((1, 12, 12), (0, 1), (2, 8), (2, 8)), box((1, 12, 12), (0, 1), (3, 9), (2, 8))
    plane = flat[0][0], flat[1][0]
    assert surface_distances(*flat, (7.0, 1, 2), 1.0) == surface_distances(*plane, (1, 2), 1.0)


def test_hausdorff_agrees_with_simpleitk_on_balls() -> None:
    z, y, x = np.ogrid[:20, :24, :24]
    a = (z - 9) ** 2 + (y - 11) ** 2 + (x - 11) ** 2 <= 36
    b = (z - 10) ** 2 + (y - 12) ** 2 + (x - 10) ** 2 <= 49
    images = []
    for mask in (a, b):
        image = sitk.GetImageFromArray(mask.astype(np.uint8))
        image.SetSpacing((1.0, 1.5, 2.5))
        images.append(image)
    reference = sitk.HausdorffDistanceImageFilter()
    reference.Execute(*images)
    result = surface_distances(a, b, (2.5, 1.5, 1.0), 100.0)
    assert result.assd_mm < result.hd95_mm <= reference.GetHausdorffDistance() + 1e-6
    assert result.surface_dice == 1.0


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        surface_distances(np.zeros((2, 2)), np.zeros((2, 2)), (1, 1, 1), 1)
