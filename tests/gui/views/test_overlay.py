"""Texts and marks over a picture: round lengths, ticks, wrapping, no overlap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from proseg_gui.gui.views import pane_overlay
from proseg_gui.gui.views.colour_bar import bar_ticks
from proseg_gui.gui.views.overlay_items import length_text, nice_length_mm
from proseg_gui.gui.views.overlay_text import wrapped
from proseg_gui.gui.views.pane_overlay import (
    Labels,
    Shown,
    description_text,
    paint_levels,
    paint_scale,
    paint_words,
    window_text,
)
from proseg_gui.gui.views.picture import HeatStyle
from proseg_gui.planes import PlaneGrid
from proseg_gui.volume import Geometry, Volume


@pytest.mark.parametrize(
    ("limit", "length", "text"),
    [(30.0, 20.0, "2 cm"), (99.9, 50.0, "5 cm"), (10.0, 10.0, "1 cm"), (9.0, 5.0, "5 mm"), (0.35, 0.2, "0.2 mm")],
)
def test_scale_bars_have_round_lengths(limit, length, text):
    assert nice_length_mm(limit) == pytest.approx(length)
    assert length_text(nice_length_mm(limit)) == text


@pytest.mark.parametrize(
    ("levels", "gap", "ticks"),
    [
        ((0.0, 0.25), 0.1, [0, 0.05, 0.1, 0.15, 0.2, 0.25]),
        ((0.0, 0.25), 0.3, [0, 0.1, 0.25]),
        ((0.0, np.log(2)), 0.12, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, np.log(2)]),
        ((0.0, np.log(2)), 0.25, [0, 0.2, 0.4, np.log(2)]),
        ((0.0, 1.0), 0.6, [0, 1]),
    ],
)
def test_colour_bar_names_both_ends_and_round_values_between(levels, gap, ticks):
    assert bar_ticks(levels, gap) == pytest.approx(ticks)


@pytest.mark.parametrize(
    ("window", "unit", "text"),
    [
        ((-600.0, 1500.0), "HU", "W 1500  L −600"),
        ((40.4, 80.2), "", "W 80  L 40"),
        ((0.5, 1.25), "", "W 1.25  L 0.50"),
        ((0.01, 0.05), "SUV", "W 0.0500  L 0.0100"),
    ],
)
def test_window_text(window, unit, text):
    assert window_text(window, unit) == text


def test_fields_move_to_the_next_line_and_only_a_long_one_is_cut(qapp):
    metrics = QFontMetricsF(QFont("DejaVu Sans", 9))
    fields = ["Axial", "slice 31 / 48", "S 12.1 mm"]
    width = metrics.horizontalAdvance
    assert wrapped(metrics, fields, 10_000) == ["Axial · slice 31 / 48 · S 12.1 mm"]
    assert wrapped(metrics, fields, width("Axial · slice 31 / 48") + 1) == ["Axial · slice 31 / 48", "S 12.1 mm"]
    narrow = wrapped(metrics, fields, width("slice 31 /"))
    assert len(narrow) == 3
    assert narrow[1].startswith("slice")
    assert narrow[1].endswith("…")
    assert all(width(line) <= width("slice 31 /") for line in narrow)
    assert wrapped(metrics, fields, 4) == []


def test_the_series_is_described_in_one_line(volume):
    assert description_text(volume, PlaneGrid.of(volume.geometry, 0)) == "CT thorax, 2.5 mm"
    one_slice = Volume(np.zeros((1, 4, 4), np.float32), Geometry.plain((1, 4, 4)), modality="MR", description="a\n b")
    assert description_text(one_slice, PlaneGrid.of(one_slice.geometry, 0)) == "a b"


@pytest.mark.parametrize("width", [240, 320, 480, 1000])
@pytest.mark.parametrize("role", ["scan", "heatmap"])
def test_texts_keep_clear_of_the_letters_in_panes_of_any_size(width, role, make_pane, eye, volume):
    black = Volume(
        np.full(volume.geometry.shape, -2000, np.float32),
        volume.geometry,
        description="a very long series description " * 8,
        window=(100000.0, 1500.0),
    )
    pane = make_pane(black, width, 300, role)
    pane.set_heatmap(np.zeros((96, 96), np.float32), HeatStyle("Ambiguity of the image, a long name", "variance"))
    lit = eye.grabbed(pane).max(axis=2) > 60
    letter = QFontMetricsF(pane.font()).horizontalAdvance("A") / 2
    for rows in (slice(0, 18), slice(282, 300)):
        middle = lit[rows, width // 2 - 3 : width // 2 + 4]
        assert middle.any()
        for edge in (width / 2 - letter - 8, width / 2 + letter + 4):
            assert not lit[rows, int(edge) : int(edge) + 4].any()
    assert lit[:60, 6 : width // 3].any()
    assert lit[282:, 6 : width // 3].any()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_kept_labels_look_as_if_written_each_time_and_are_written_once(pane, ratio, monkeypatch):
    pane.set_heatmap(np.zeros((96, 96), np.float32))
    pane.set_notice("Measuring")
    shown, area, labels = pane._shown(pane._volume, pane.grid), QRectF(0, 0, 480, 500), Labels()
    written: list[str] = []
    for name in ("paint_words", "paint_scale"):
        real = getattr(pane_overlay, name)
        monkeypatch.setattr(
            pane_overlay, name, lambda *given, real=real, name=name: written.append(name) or real(*given)
        )

    def pixels(paint) -> np.ndarray:
        image = QImage(round(480 * ratio), round(500 * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor("#6a7a50"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter)
        painter.end()
        return np.ndarray((image.height(), image.width(), 4), np.uint8, image.constBits())[..., :3].astype(int)

    def fresh_words(painter: QPainter, now: Shown) -> None:
        paint_words(painter, area, now)
        paint_scale(painter, area, now)
        paint_levels(painter, area, now)

    fresh = pixels(lambda painter: fresh_words(painter, shown))
    for _ in range(2):
        assert np.abs(pixels(lambda painter: labels.paint(painter, area, shown)) - fresh).max() <= 3
    assert written == ["paint_words", "paint_scale"]
    assert np.abs(fresh - fresh[-20, -200]).max() > 60  # letters are there
    for change, anew in (
        ({"notice": "Another"}, ["paint_words"]),
        ({"notice": "Another", "crosshair": (1, 2, 3)}, []),  # a pointer that moves writes nothing anew
        ({"notice": "Another", "window": (3.0, 4.0)}, []),
        ({"notice": "Another", "window": (3.0, 4.0), "pixels_per_mm": 0.7}, ["paint_scale"]),
    ):
        written.clear()
        now = replace(shown, **change)
        kept = pixels(lambda painter, now=now: labels.paint(painter, area, now))
        assert written == anew
        assert np.abs(kept - pixels(lambda painter, now=now: fresh_words(painter, now))).max() <= 3
