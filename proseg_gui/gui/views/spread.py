"""Hairlines made wide: one line of a pixel's width, kept as an 8-bit mask, becomes a line of any width.

The mask is summed over a disc as wide as the line, multiplied and cut off at full cover: in the middle of the line
that is full, at its edge it falls to nothing within about a pixel, as an antialiased edge does. A disc's rows are sums
that grow by a pixel at each end, so a line ``n`` pixels wide costs about ``3 n`` additions of whole masks, whatever it
looks like. How near that is to Qt's own stroke, which takes thirty times as long, is held by
``tests/gui/views/test_strokes.py``.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
Sums = npt.NDArray[np.uint16]
QUARTERS = 4
"""The ends of a disc's rows count in quarters of a pixel."""
CHORDS = 64
MOST = 65535 // QUARTERS
"""What a sum may come to in 16 bits."""


def is_even(width: float) -> bool:
    """Whether a line of ``width`` pixels is made from a hairline that lies half a pixel further right and down."""
    return math.floor(width + 0.25) % 2 == 0


def margin(width: float) -> int:
    """Pixels by which :func:`spread` widens a hairline at most, on each side."""
    return len(_disc(width)) // 2 + 1


def spread(hairline: Mask, width: float) -> Mask:
    """Make a hairline ``width`` pixels wide, at least one.

    Parameters
    ----------
    hairline:
        ``(h, w)`` cover 0..255, contiguous, with :func:`margin` empty pixels on every side; half a pixel too far to
        the right and down where the width :func:`is_even`.

    Returns
    -------
    ``(h, w)`` cover of the line where it belongs.
    """
    if width <= 1.0:
        return hairline
    rows, odd = _disc(width), 0 if is_even(width) else 1
    shift = 0
    while (255 >> shift) * sum(whole + ends / 2 for whole, ends in rows) > MOST:
        shift += 1
    line = (hairline.ravel() >> shift).astype(np.uint16)
    total, inner, reach = np.zeros_like(line), np.zeros_like(line), 0
    for whole, ends in sorted(set(rows)):
        while reach < (whole + 1) // 2:  # a disc's longer row has a pixel more at each end
            _add(inner, line, reach)
            if reach or not odd:
                _add(inner, line, odd - 1 - reach)
            reach += 1
        summed = inner * np.uint16(QUARTERS)
        if ends:
            part = line * np.uint16(ends)
            _add(summed, part, reach)
            if reach or not odd:
                _add(summed, part, odd - 1 - reach)
        for number, row in enumerate(rows):
            if row == (whole, ends):
                _add(total, summed, (number - len(rows) // 2) * hairline.shape[1])
    factor = round((0.4 + 1.0 / width) * 256 / QUARTERS) << shift  # calibrated against Qt's own stroke
    np.minimum(total, (255 << 8) // factor, out=total)
    total *= np.uint16(factor)
    total >>= 8
    return total.astype(np.uint8).reshape(hairline.shape)


def _add(total: Sums, values: Sums, step: int) -> None:
    """Add ``values`` moved on by ``step``; what runs over the end of a row comes from its empty margin."""
    if step >= 0:
        total[step:] += values[: len(values) - step]
    else:
        total[:step] += values[-step:]


@lru_cache(maxsize=64)
def _disc(width: float) -> tuple[tuple[int, int], ...]:
    """The rows of a disc for a line of ``width`` pixels: whole pixels, and quarters of a pixel beside them at each end.

    The disc's middle is a corner between pixels where the width :func:`is_even`, otherwise a pixel. A row of such a
    disc that has no whole pixel (written as -1) has its quarters on the middle one.
    """
    half, even = math.ceil(width / 2 + 0.5), is_even(width)
    radius = (width - 0.05 * min(max(width - 2.0, 0.0), 6.0)) / 2  # calibrated, as the factor is
    middles = np.arange(-half, half) + 0.5 if even else np.arange(-half, half + 1.0)
    within = (np.arange(CHORDS) + 0.5) / CHORDS - 0.5
    chords = 2.0 * np.sqrt(np.clip(radius**2 - (middles[:, None] + within) ** 2, 0.0, None)).mean(1)
    rows = []
    for chord in chords.tolist():
        whole = 2 * int(chord // 2) if even else 2 * int((chord + 1) // 2) - 1
        rows.append((-1, round(chord * QUARTERS)) if whole < 0 else (whole, round((chord - whole) / 2 * QUARTERS)))
    return tuple(rows)
