"""The former name of :mod:`proseg_gui.io.contours.reading`, for scripts outside this project; it goes with 0.3."""

from __future__ import annotations

import warnings

from proseg_gui.io.contours.reading import is_drawing, kind_of, read_masks, readings_of

__all__ = ["is_drawing", "kind_of", "read_masks", "readings_of"]
warnings.warn("proseg_gui.io.contours_in is now proseg_gui.io.contours.reading", DeprecationWarning, stacklevel=2)
