"""Values to pixels: window, heat colours, interpolation, and that nothing is computed twice."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QTransform

from proseg_gui.gui.views.palette import heat_table
from proseg_gui.gui.views.picture import HeatStyle, Picture, Placing, coloured_image, grey_image, to_bytes

FOURFOLD = QTransform.fromScale(4, 4)


@pytest.fixture
def picture(qapp) -> Picture:
    shown = Picture()
    shown.set_window(50, 100)
    shown.set_slice(np.array([[0, 50, 100], [-900, 25, 900]], dtype=np.int16))
    return shown


def pixels(pixmap: QPixmap) -> np.ndarray:
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.ndarray((image.height(), image.bytesPerLine()), np.uint8, image.constBits())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int32, np.float32])
def test_the_window_maps_its_ends_to_black_and_white(dtype):
    values = np.array([1000, 1100, 1200, 1300, 0, 30000], dtype=dtype)
    np.testing.assert_array_equal(to_bytes(values, 1000, 1200), [0, 128, 255, 255, 0, 255])


def test_a_narrow_window_far_from_zero_keeps_its_steps():
    values = np.arange(65000, 65011, dtype=np.uint16)
    np.testing.assert_array_equal(to_bytes(values, 65000, 65010), np.floor(np.arange(11) * 25.5 + 0.5))


def test_pixels_are_blocks_without_interpolation(picture):
    picture.set_interpolate(False)
    grey = pixels(picture.rendered(QSize(12, 8), 1.0, FOURFOLD))[:, :, 0]
    np.testing.assert_array_equal(grey, np.kron([[0, 128, 255], [0, 64, 255]], np.ones((4, 4))))


def test_interpolation_blends_between_pixel_centres(picture):
    row = pixels(picture.rendered(QSize(12, 8), 1.0, FOURFOLD))[1, :, 0].astype(int)
    assert (np.diff(row) >= 0).all()
    assert len(set(row[2:10])) >= 6


def test_many_small_pixels_are_averaged_not_picked(qapp):
    picture = Picture()
    picture.set_window(0.5, 1)
    picture.set_slice((np.indices((256, 256)).sum(0) % 8 == 0).astype(np.float32))  # fine stripes, mean 1/8
    grey = pixels(picture.rendered(QSize(32, 32), 1.0, QTransform.fromScale(1 / 8, 1 / 8)))[:, :, 0]
    np.testing.assert_allclose(grey, 255 / 8, atol=4)


def test_device_pixels_are_used_on_a_fine_screen(picture):
    picture.set_interpolate(False)
    pixmap = picture.rendered(QSize(12, 8), 2.0, FOURFOLD)
    assert (pixmap.width(), pixmap.height(), pixmap.devicePixelRatio()) == (24, 16, 2.0)
    np.testing.assert_array_equal(pixels(pixmap)[:, :, 0], np.kron([[0, 128, 255], [0, 64, 255]], np.ones((8, 8))))


def test_an_unchanged_picture_is_painted_once(picture):
    first = picture.rendered(QSize(12, 8), 1.0, FOURFOLD).cacheKey()
    assert picture.rendered(QSize(12, 8), 1.0, QTransform.fromScale(4, 4)).cacheKey() == first
    picture.set_window(50, 100)
    assert picture.rendered(QSize(12, 8), 1.0, FOURFOLD).cacheKey() == first
    picture.set_window(50, 50)
    changed = picture.rendered(QSize(12, 8), 1.0, FOURFOLD)
    assert changed.cacheKey() != first
    assert pixels(changed)[6, 5, 0] == 0  # 25 is now the lower end


def test_the_scan_shows_through_the_floor_of_the_map(picture):
    picture.set_interpolate(False)
    bare = pixels(picture.rendered(QSize(12, 8), 1.0, FOURFOLD))
    heat = np.array([[0.0, 0.25, 0.1], [0.0, 0.0, 0.0]], dtype=np.float32)
    picture.set_heat(heat, HeatStyle(opacity=1.0))
    covered = pixels(picture.rendered(QSize(12, 8), 1.0, FOURFOLD))
    np.testing.assert_array_equal(covered[4:], bare[4:])
    np.testing.assert_array_equal(covered[:4, :4], bare[:4, :4])
    np.testing.assert_array_equal(covered[1, 5], heat_table("inferno")[255])
    np.testing.assert_array_equal(covered[1, 9], heat_table("inferno")[102])
    picture.set_heat(None)
    np.testing.assert_array_equal(pixels(picture.rendered(QSize(12, 8), 1.0, FOURFOLD)), bare)


def test_below_the_threshold_nothing_is_drawn():
    colours = HeatStyle(levels=(0.0, 0.5), opacity=0.5, threshold=0.25).colours()
    alpha = colours >> 24
    assert (alpha[:127] == 0).all()
    assert (alpha[128:] == 255).all()


def test_opacity_is_the_share_of_the_map_in_what_is_seen(picture):
    picture.set_interpolate(False)
    bare = pixels(picture.rendered(QSize(12, 8), 1.0, FOURFOLD)).astype(float)
    for opacity in (0.0, 0.3, 0.75, 1.0):
        picture.set_heat(np.full((2, 3), 0.25, dtype=np.float32), HeatStyle(opacity=opacity))
        wanted = (1 - opacity) * bare + opacity * heat_table("inferno")[255]
        np.testing.assert_allclose(pixels(picture.rendered(QSize(12, 8), 1.0, FOURFOLD)), wanted, atol=2.0)


def test_the_same_map_again_and_taking_away_none_cost_nothing(picture):
    picture.set_heat(None)
    first = picture.rendered(QSize(12, 8), 1.0, FOURFOLD).cacheKey()
    picture.set_heat(None, HeatStyle())
    assert picture.rendered(QSize(12, 8), 1.0, FOURFOLD).cacheKey() == first
    heat = np.full((2, 3), 0.2, dtype=np.float32)
    picture.set_heat(heat, HeatStyle())
    second = picture.rendered(QSize(12, 8), 1.0, FOURFOLD).cacheKey()
    picture.set_heat(heat, HeatStyle())
    assert picture.rendered(QSize(12, 8), 1.0, FOURFOLD).cacheKey() == second != first
    picture.set_heat(heat, HeatStyle(opacity=0.3))
    assert picture.rendered(QSize(12, 8), 1.0, FOURFOLD).cacheKey() != second


def test_a_new_slice_drops_the_map_of_the_old_one(picture):
    picture.set_heat(np.zeros((2, 3), dtype=np.float32))
    assert picture.has_heat
    picture.set_slice(np.zeros((2, 3), dtype=np.float32))
    assert not picture.has_heat


def test_a_map_of_another_size_is_refused(picture):
    with pytest.raises(ValueError, match=r"\(3, 3\).*\(2, 3\)"):
        picture.set_heat(np.zeros((3, 3), dtype=np.float32))


def test_nothing_to_show_is_black(qapp):
    assert pixels(Picture().rendered(QSize(5, 5), 1.0, QTransform())).max() == 0


def words(image: QImage) -> np.ndarray:
    return np.ndarray((image.height(), image.width()), np.uint32, image.constBits()).copy()


@pytest.mark.parametrize("shape", [(16, 16), (7, 13), (1, 5)])
def test_greys_are_opaque_and_equal_in_all_three_colours(shape):
    grey = np.resize(np.arange(256, dtype=np.uint8), shape)
    for way in (grey, np.asfortranarray(grey)):
        np.testing.assert_array_equal(words(grey_image(way)), 0xFF000000 | grey.astype(np.uint32) * 0x010101)


@pytest.mark.parametrize("shape", [(16, 16), (7, 13), (1, 5)])
def test_each_share_of_a_map_has_its_colour(shape):
    shares, colours = np.resize(np.arange(256, dtype=np.uint8), shape), HeatStyle().colours()
    for way in (shares, np.asfortranarray(shares)):
        np.testing.assert_array_equal(words(coloured_image(way, colours)), colours[shares])


def test_a_map_looks_the_same_by_whichever_way_it_came_to_its_style(picture):
    values = np.array([[0.0, 0.1, 0.2], [0.25, 0.05, 0.02]])
    faint, narrow = HeatStyle(opacity=0.3, threshold=0.05), HeatStyle(levels=(0.0, 0.1))
    for style in (HeatStyle(), faint, narrow, faint):
        picture.set_heat(values, style)
        picture.rendered(QSize(12, 8), 1.0, FOURFOLD)
    anew = Picture()
    anew.set_window(*picture.window)
    anew.set_slice(np.array([[0, 50, 100], [-900, 25, 900]], dtype=np.int16))
    anew.set_heat(values, faint)
    np.testing.assert_array_equal(
        pixels(picture.rendered(QSize(12, 8), 1.0, FOURFOLD)), pixels(anew.rendered(QSize(12, 8), 1.0, FOURFOLD))
    )


def counted_layers(monkeypatch) -> list[str]:
    """What is painted from now on: the scan, or the map."""
    painted, paint = [], Placing.paint

    def counted(self, target, image, ground):
        painted.append("scan" if ground == Qt.GlobalColor.black else "map")
        paint(self, target, image, ground)

    monkeypatch.setattr(Placing, "paint", counted)
    return painted


def test_grey_levels_leave_the_map_as_it_is_a_threshold_the_scan_and_opacity_both(picture, monkeypatch):
    size = QSize(12, 8)
    picture.set_heat(np.full((2, 3), 0.2))
    picture.rendered(size, 1.0, FOURFOLD)
    painted = counted_layers(monkeypatch)
    picture.set_window(40, 90)
    picture.rendered(size, 1.0, FOURFOLD)
    assert painted == ["scan"]
    faint = pixels(picture.rendered(size, 1.0, FOURFOLD))
    picture.set_heat(picture._heat, HeatStyle(opacity=0.2))
    assert (pixels(picture.rendered(size, 1.0, FOURFOLD)) != faint).any()
    assert painted == ["scan"]
    picture.set_heat(picture._heat, HeatStyle(opacity=0.2, threshold=0.1))
    picture.rendered(size, 1.0, FOURFOLD)
    assert painted == ["scan", "map"]
    picture.rendered(size, 1.0, QTransform.fromScale(3, 3))
    assert painted == ["scan", "map", "scan", "map"]


def test_a_pane_that_changes_its_size_is_painted_anew(picture):
    picture.set_heat(np.array([[0.0, 0.1, 0.2], [0.25, 0.05, 0.02]]))
    small = pixels(picture.rendered(QSize(12, 8), 1.0, FOURFOLD))
    assert pixels(picture.rendered(QSize(24, 16), 2.0, FOURFOLD)).shape == (32, 48, 3)
    np.testing.assert_array_equal(pixels(picture.rendered(QSize(12, 8), 1.0, FOURFOLD)), small)
