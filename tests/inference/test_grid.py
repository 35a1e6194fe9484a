import numpy as np
import pytest
import torch

from proseg_gui.errors import UserError
from proseg_gui.inference.grid import BACKGROUND_LOGIT, plan_grid
from proseg_gui.volume import Geometry

WHOLE = {"kind": "whole"}


def box(y, x):
    return {"kind": "box", "size_mm": [y, x]}


def disc(shape, centre, radius, spacing=(1.0, 1.0)):
    y, x = np.ogrid[: shape[0], : shape[1]]
    return (((y - centre[0]) * spacing[0]) ** 2 + ((x - centre[1]) * spacing[1]) ** 2 <= radius**2).astype(np.float32)


def test_equal_spacing_is_the_identity():
    grid = plan_grid(Geometry.plain((3, 17, 23), (2.0, 0.7, 0.8)), (0.7, 0.8), WHOLE)
    image = np.random.default_rng(0).random((2, 17, 23)).astype(np.float32)
    assert not grid.resampled
    assert grid.model_shape == (17, 23)
    np.testing.assert_array_equal(grid.to_model(grid.crop(image))[0].numpy(), image)
    logits = torch.randn(2, 17, 23)
    assert grid.to_image(logits) is logits


@pytest.mark.parametrize(("ratio", "resampled"), [(1.009, False), (0.991, False), (1.011, True), (0.989, True)])
def test_within_one_percent_counts_as_equal(ratio, resampled):
    assert plan_grid(Geometry.plain((1, 50, 50)), (ratio, 1.0), WHOLE).resampled is resampled


def test_axes_are_resampled_independently():
    grid = plan_grid(Geometry.plain((1, 30, 40), (1.0, 2.0, 0.5)), (1.0, 0.5), WHOLE)
    assert grid.model_shape == (60, 40)
    image = np.tile(np.arange(40, dtype=np.float32), (1, 30, 1))
    np.testing.assert_allclose(grid.to_model(image)[0, 0].numpy(), np.tile(image[0, :1], (60, 1)), atol=1e-4)


@pytest.mark.parametrize("spacing", [(0.5, 0.5), (0.73, 0.9), (1.7, 2.3), (3.0, 0.4)])
@pytest.mark.parametrize("model", [(1.0, 1.0), (2.0, 1.5)])
def test_position_survives_the_way_there_and_back(spacing, model):
    """The centroid of a disc, in mm, is where it was; constants stay constants."""
    shape = (int(90 / spacing[0]), int(110 / spacing[1]))
    grid = plan_grid(Geometry.plain((1, *shape), (1.0, *spacing)), model, WHOLE)
    centre = (40.0 / spacing[0], 60.0 / spacing[1])
    image = disc(shape, centre, 20.0, spacing)
    back = grid.to_image(grid.to_model(image[None])[0])[0].numpy()
    assert back.shape == shape
    y, x = np.mgrid[: shape[0], : shape[1]]
    for index, step in ((y, spacing[0]), (x, spacing[1])):
        assert abs((index * back).sum() / back.sum() - (index * image).sum() / image.sum()) * step < 0.06
    assert back.sum() == pytest.approx(image.sum(), rel=0.02)
    ones = grid.to_image(grid.to_model(np.ones((1, *shape), np.float32))[0])
    np.testing.assert_allclose(ones.numpy(), 1.0, atol=1e-5)


def test_model_pixel_centres_lie_where_documented():
    """A ramp sampled at the documented centres: (j + 0.5) * scale - 0.5."""
    grid = plan_grid(Geometry.plain((1, 40, 40)), (2.0, 2.0), WHOLE)
    ramp = np.tile(np.arange(40, dtype=np.float32)[:, None], (1, 1, 40))
    rows = grid.to_model(ramp)[0, 0, :, 5].numpy()
    np.testing.assert_allclose(rows[1:-1], (np.arange(1, 19) + 0.5) * 2 - 0.5, atol=1e-4)
    back = grid.to_image(grid.to_model(ramp)[0])[0, :, 7].numpy()
    np.testing.assert_allclose(back[3:-3], np.arange(3, 37), atol=1e-4)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 50, 333])
@pytest.mark.parametrize("scale", [0.31, 0.5, 0.999 / 1.03, 1.37, 2.0, 17.0])
def test_every_image_pixel_is_covered(n, scale):
    grid = plan_grid(Geometry.plain((1, n, n)), (scale, scale), WHOLE)
    logits = torch.full((1, *grid.model_shape), 5.0)
    assert grid.to_image(logits).shape == (1, n, n)
    torch.testing.assert_close(grid.to_image(logits), torch.full((1, n, n), 5.0))
    assert torch.isfinite(grid.to_model(np.ones((1, n, n), np.float32))).all()


def test_box_around_a_point():
    geometry = Geometry((4, 60, 80), np.array([-30.0, 12.0, 5.0]), (3.0, 0.5, 1.0), np.diag([1.0, -1.0, 1.0]))
    centre = tuple(geometry.index_to_world((2, 30, 40)))
    grid = plan_grid(geometry, (0.5, 1.0), box(10.0, 21.0), centre)
    assert (grid.size, grid.first) == ((20, 21), (21, 30))
    marked = np.zeros((60, 80), np.float32)
    marked[30, 40] = 1.0
    assert grid.crop(marked).sum() == 1.0
    full = grid.to_image(torch.ones(1, 20, 21))[0].numpy()
    assert (full == 1.0).sum() == 420
    assert full[21:41, 30:51].min() == 1.0
    assert (full[full != 1.0] == BACKGROUND_LOGIT).all()


@pytest.mark.parametrize(("index", "first"), [((0, 0, 0), (0, 0)), ((0, 59, 79), (40, 60)), ((0, 30, 0), (21, 0))])
def test_a_box_at_the_border_is_moved_inside(index, first):
    geometry = Geometry.plain((1, 60, 80))
    grid = plan_grid(geometry, (1.0, 1.0), box(20.0, 20.0), tuple(geometry.index_to_world(index)))
    assert (grid.size, grid.first) == ((20, 20), first)


def test_a_box_larger_than_the_image_is_the_whole_image():
    grid = plan_grid(Geometry.plain((1, 60, 80)), (1.0, 1.0), box(100.0, 50.0))
    assert (grid.size, grid.first, grid.whole) == ((60, 50), (0, 15), False)
    assert plan_grid(Geometry.plain((1, 60, 80)), (1.0, 1.0), box(100.0, 90.0)).whole


def test_a_resampled_box_lands_on_its_place():
    geometry = Geometry.plain((1, 100, 100))
    grid = plan_grid(geometry, (2.0, 2.0), box(40.0, 40.0), (60.0, 30.0, 0.0))
    assert grid.model_shape == (20, 20)
    image = disc((100, 100), (30, 60), 9.0)
    back = grid.to_image(grid.to_model(grid.crop(image[None]))[0])[0].numpy() > 0.5
    rows, columns = np.nonzero(back)
    assert (rows.mean(), columns.mean()) == (pytest.approx(30, abs=0.1), pytest.approx(60, abs=0.1))


def test_a_point_outside_is_refused_with_the_extent():
    with pytest.raises(UserError, match=r"outside the image.*x -0\.5 to 79\.5"):
        plan_grid(Geometry.plain((1, 60, 80)), (1.0, 1.0), box(20.0, 20.0), (200.0, 0.0, 0.0))
    with pytest.raises(UserError, match="outside"):
        plan_grid(Geometry.plain((1, 60, 80)), (1.0, 1.0), box(20.0, 20.0), (float("nan"), 0.0, 0.0))


def test_absurd_pixel_sizes_are_refused_before_memory_is_asked_for():
    with pytest.raises(UserError, match="921600 x 921600 pixels"):
        plan_grid(Geometry.plain((1, 512, 512), (1.0, 900.0, 900.0)), (0.5, 0.5), WHOLE)
