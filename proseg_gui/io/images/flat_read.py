"""Pictures (PNG, JPEG, BMP, TIFF): sizes looked at by Pillow before anything is decoded, and TIFF read by it.

SimpleITK's TIFF reader can end the program on a damaged file (one in 1700 with flipped bytes), Pillow's reports it.
"""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from proseg_gui.errors import UserError
from proseg_gui.io.images.claims import DEFLATE_RATIO, check_memory
from proseg_gui.io.images.raw import RawImage
from proseg_gui.volume import Geometry

_FORMATS = ("PNG", "JPEG", "BMP", "TIFF")
"""Nothing else is tried: some of Pillow's readers start other programs."""
_MOST_PIXELS = 1 << 28
_X_RESOLUTION, _Y_RESOLUTION, _UNIT = 282, 283, 296
_MM = {2: 25.4, 3: 10.0}
"""TIFF 6.0 ResolutionUnit: 2 is inch, 3 is cm."""
_ERRORS = (
    *(OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, struct.error, OverflowError),
    *(ZeroDivisionError, MemoryError, AttributeError, Image.DecompressionBombError),
)
"""What Pillow raises on damaged bytes (found by flipping bytes)."""


def is_tiff(path: Path) -> bool:
    """Whether the file begins as TIFF or BigTIFF."""
    with path.open("rb") as file:
        return file.read(4) in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def check_picture(path: Path) -> str:
    """Refuse a picture that is damaged at its start, or claims more pixels than any picture, or than memory, has.

    Returns what it is by its content: ``PNG``, ``JPEG`` or ``BMP``.

    Raises
    ------
    UserError
        In one sentence.
    """
    with _opened(path) as image:
        _check(image, path, 1)
        kind = image.format or ""
    if kind not in ("PNG", "JPEG", "BMP"):
        raise _damaged(path)
    return kind


def read_tiff(path: Path) -> RawImage:
    """All pages as the slices of one image, with the pixel size of the resolution tags where they have a unit.

    Raises
    ------
    UserError
        If the file is damaged, or its pages have different sizes.
    """
    pages = []
    try:
        with _opened(path) as image:
            count = int(getattr(image, "n_frames", 1))
            _check(image, path, count)
            for number in range(count):
                image.seek(number)
                if image.size[0] * image.size[1] > _MOST_PIXELS:
                    raise UserError("one of its pages claims too many pixels", path=path)
                pages.append(_values(image))
            steps, notice = _spacing(image)
    except _ERRORS as error:
        raise _damaged(path) from error
    if len({page.shape for page in pages}) > 1 or len({page.dtype for page in pages}) > 1:
        raise UserError("its pages are of different sizes", path=path, remedy="Save one page as a file of its own")
    array = np.stack(pages, axis=1)  # (components, z, y, x)
    geometry = Geometry.plain((array.shape[1], array.shape[2], array.shape[3]), (1.0, *steps))
    return RawImage(array, geometry, (notice,), array.shape[0] > 1)


def _opened(path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(path, formats=_FORMATS)
    except _ERRORS as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> UserError:
    return UserError("the image cannot be read", path=path, remedy="It may be damaged; export it again")


def _check(image: Image.Image, path: Path, count: int) -> None:
    width, height = image.size
    if width * height > _MOST_PIXELS:
        raise UserError(f"it claims {width} x {height} pixels, which no picture has", path=path)
    if image.format == "PNG" and width * height // 8 > path.stat().st_size * DEFLATE_RATIO:
        raise UserError("the image is damaged or cut short", path=path, remedy="Copy or export it again")
    check_memory(width * height * count * 4, path)


def _values(image: Image.Image) -> np.ndarray:
    """One page as ``(components, y, x)``."""
    if image.mode in ("P", "CMYK", "YCbCr", "LAB", "PA"):
        image = image.convert("RGB")
    if image.mode == "LA":
        image = image.convert("L")
    values = np.asarray(image)
    if values.dtype == bool:
        values = values.astype(np.uint8) * np.uint8(255)
    values = values.astype(values.dtype.newbyteorder("="), copy=True)
    return np.moveaxis(values, -1, 0) if values.ndim == 3 else values[None]


def _spacing(image: Image.Image) -> tuple[tuple[float, float], str]:
    """(row step, column step) in mm, and what to say about it."""
    tags = getattr(image, "tag_v2", {})
    factor = _MM.get(int(tags.get(_UNIT, 2)))
    sizes = [float(tags.get(tag, 0) or 0) for tag in (_Y_RESOLUTION, _X_RESOLUTION)]
    if factor is None or not all(np.isfinite(size) and 1e-6 < size < 1e9 for size in sizes):
        return (1.0, 1.0), "The file says no pixel size: 1 mm is assumed."
    row, column = (factor / size for size in sizes)
    if abs(row - 1) < 1e-6 and abs(column - 1) < 1e-6:
        return (1.0, 1.0), "The file says no pixel size: 1 mm is assumed."
    return (row, column), f"The pixel size of {column:.4g} x {row:.4g} mm comes from the file's resolution tag."
