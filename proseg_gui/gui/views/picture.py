"""The scan and the heat map of one plane, kept as ready pixels: only what changed is computed again.

Scan and map are layers of the pane's size, each made anew when it changes: grey levels leave the map as it is, a map's
threshold the scan, and its opacity both. A slider move changes none of them, so a repaint of the pane is one copy of
pixels plus the contours.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, QTransform

from .palette import heat_table

FADE_IN = 0.25
"""The share of the colour range over which the heat map goes from clear to its full opacity."""
MINIFY = 0.5
"""Screen pixels per image pixel below which pixels are averaged instead of interpolated between neighbours."""


@dataclass(frozen=True)
class HeatStyle:
    """How a map is named and coloured. Parts of ``title`` divided by a spaced middle dot may be put on lines.

    ``levels`` are the map values at both ends of the colour bar, in ``unit``; values outside are shown as the end.
    ``threshold`` is a map value below which nothing is drawn; ``opacity`` (0..1) is reached a quarter up the range,
    so that the floor is clear and the scan can be read.
    """

    title: str = "Total uncertainty"
    unit: str = "variance"
    levels: tuple[float, float] = (0.0, 0.25)
    table: str = "inferno"
    opacity: float = 0.75
    threshold: float = 0.0

    def colours(self) -> npt.NDArray[np.uint32]:
        """``(256,)`` premultiplied ARGB from the lower to the upper level, at full opacity."""
        ramp = np.linspace(0.0, 1.0, 256)
        low, high = self.levels
        alpha = np.clip(ramp / FADE_IN, 0.0, 1.0)
        alpha[low + ramp * (high - low) < self.threshold] = 0.0
        rgb = np.rint(heat_table(self.table) * alpha[:, None]).astype(np.uint32)
        opaque = np.rint(alpha * 255).astype(np.uint32)
        return np.asarray(opaque << 24 | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2], dtype=np.uint32)


def to_bytes(values: np.ndarray, low: float, high: float) -> npt.NDArray[np.uint8]:
    """Map ``low..high`` to 0..255, finite values beyond to the ends; same shape."""
    scaled = np.subtract(values, np.float32(low), dtype=np.float32, casting="unsafe")
    scaled *= np.float32(255.0 / (high - low))
    scaled += np.float32(0.5)
    np.clip(scaled, 0.0, 255.0, out=scaled)
    return scaled.astype(np.uint8)


@dataclass(frozen=True)
class Placing:
    """Where and how a picture lies in a pane of ``size`` widget pixels with ``ratio`` device pixels each."""

    size: QSize
    ratio: float
    to_widget: QTransform
    smooth: bool

    def canvas(self, old: QPixmap | None) -> QPixmap:
        """Pixels to paint on: ``old`` where it has the size, since fresh memory costs more than what is painted."""
        if old is not None and old.size() == self.size * self.ratio and old.devicePixelRatio() == self.ratio:
            return old
        fresh = QPixmap(self.size * self.ratio)
        fresh.setDevicePixelRatio(self.ratio)
        return fresh

    def paint(self, target: QPixmap, image: QImage | None, ground: Qt.GlobalColor) -> None:
        """Cover ``target`` with an image on a ground of one colour."""
        target.fill(QColor(ground))
        if image is None:
            return
        painter = QPainter(target)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth)
        painter.setTransform(self.to_widget)
        small = self._minified(image)
        painter.drawImage(QRectF(0, 0, image.width(), image.height()), small, QRectF(small.rect()))
        painter.end()

    def _minified(self, image: QImage) -> QImage:
        scale_x = math.hypot(self.to_widget.m11(), self.to_widget.m12()) * self.ratio
        scale_y = math.hypot(self.to_widget.m21(), self.to_widget.m22()) * self.ratio
        if not self.smooth or min(scale_x, scale_y) >= MINIFY:
            return image
        shown = QSizeF(image.width() * min(scale_x, 1.0), image.height() * min(scale_y, 1.0))
        keep, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        return image.scaled(shown.toSize().expandedTo(QSize(1, 1)), keep, smooth)


@dataclass
class _Layer:
    """Pixels of a pane's size, up to date while ``done``."""

    pixels: QPixmap | None = None
    done: bool = False

    def painted(self, placing: Placing, image: Callable[[], QImage | None], ground: Qt.GlobalColor) -> QPixmap:
        """The pixels, painted anew where they are out of date."""
        if self.pixels is None or not self.done:
            self.pixels, self.done = placing.canvas(self.pixels), True
            placing.paint(self.pixels, image(), ground)
        return self.pixels


class Picture:
    """One plane as pixels, with a heat map over it when there is one; coordinates as in :mod:`proseg_gui.planes`."""

    def __init__(self) -> None:
        self.window = (0.0, 1.0)
        self.heat_style = HeatStyle()
        self.interpolate = True
        self._slice: np.ndarray | None = None
        self._heat: np.ndarray | None = None
        self._heat_bytes: tuple[tuple[float, float], npt.NDArray[np.uint8]] | None = None
        """What share of the scale each value of the map is, and of which scale: opacity and threshold change none."""
        self._scan = _Layer()
        """The scan at the pane's size, on black."""
        self._map = _Layer()
        """The map at the pane's size and full opacity, on a clear ground."""
        self._whole = _Layer()
        self._placing: Placing | None = None

    @property
    def has_heat(self) -> bool:
        """Whether a map lies over the scan."""
        return self._heat is not None

    def set_slice(self, values: np.ndarray | None) -> None:
        """Show ``(row, column)`` scan values, ``None`` for nothing; drops the heat map, which belongs to its plane."""
        self._slice = values
        self._scan.done = self._whole.done = False
        self.set_heat(None)

    def set_window(self, centre: float, width: float) -> None:
        """Show ``centre +- width / 2`` from black to white; the width is kept above 0."""
        window = (float(centre), max(float(width), 1e-6))
        if window != self.window:
            self.window = window
            self._scan.done = self._whole.done = False

    def set_heat(self, values: np.ndarray | None, style: HeatStyle | None = None) -> None:
        """Lay a ``(row, column)`` map over the scan, or take it away; the same array and style change nothing."""
        style = style or self.heat_style
        if values is self._heat and style == self.heat_style:
            return
        if values is not None and self._slice is not None and values.shape != self._slice.shape:
            raise ValueError(f"a map of shape {values.shape} does not fit a picture of shape {self._slice.shape}")
        if values is not self._heat:
            self._heat_bytes = None
        if values is not self._heat or replace(style, opacity=self.heat_style.opacity) != self.heat_style:
            self._map.done = False
        self._heat, self.heat_style, self._whole.done = values, style, False

    def set_interpolate(self, smooth: bool) -> None:
        """Whether pixels blend into each other or are shown as blocks."""
        self.interpolate = smooth

    def rendered(self, size: QSize, ratio: float, to_widget: QTransform) -> QPixmap:
        """The picture on black at ``size`` (widget pixels) with ``ratio`` device pixels each."""
        placing = Placing(size, ratio, to_widget, self.interpolate)
        if placing != self._placing:
            self._placing = placing
            self._scan.done = self._map.done = self._whole.done = False
        scan = self._scan.painted(placing, self._scan_image, Qt.GlobalColor.black)
        if self._heat is None or self._slice is None:
            return scan
        if not self._whole.done or self._whole.pixels is None:
            values = self._heat
            over = self._map.painted(placing, lambda: self._heat_image(values), Qt.GlobalColor.transparent)
            self._whole.pixels, self._whole.done = placing.canvas(self._whole.pixels), True
            painter = QPainter(self._whole.pixels)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.drawPixmap(0, 0, scan)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.setOpacity(self.heat_style.opacity)
            painter.drawPixmap(0, 0, over)
            painter.end()
        return self._whole.pixels

    def _scan_image(self) -> QImage | None:
        if self._slice is None:
            return None
        centre, width = self.window
        return grey_image(to_bytes(self._slice, centre - width / 2, centre + width / 2))

    def _heat_image(self, values: np.ndarray) -> QImage:
        levels = self.heat_style.levels
        if self._heat_bytes is None or self._heat_bytes[0] != levels:
            self._heat_bytes = levels, to_bytes(values, *levels)
        return coloured_image(self._heat_bytes[1], self.heat_style.colours())


def grey_image(grey: npt.NDArray[np.uint8]) -> QImage:
    """Each byte as a grey of 32 bits, the form that is scaled fastest; Qt copies 30 times as fast as numpy here."""
    height, width = grey.shape
    grey = np.ascontiguousarray(grey)  # a plane across the slices may come in another order
    image = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def coloured_image(shares: npt.NDArray[np.uint8], colours: npt.NDArray[np.uint32]) -> QImage:
    """Each byte in its premultiplied colour, looked up straight into the image's own memory."""
    height, width = shares.shape
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    pixels = np.ndarray((height, width), np.uint32, image.bits())
    np.take(colours, shares, out=pixels, mode="clip")  # bytes are within 256 colours; without a mode numpy buffers
    return image
