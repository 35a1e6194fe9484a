"""The measured attributes of a way of drawing, by which texts, named raters and sliders speak of the same thing."""

from __future__ import annotations

ATTRIBUTES = ("size", "smoothness", "spikes", "rim", "parts", "holes")
"""In the order of every vector of attributes; :mod:`proseg_gui.metrics.style` measures them."""
