"""Pictures (PNG, JPEG, BMP, TIFF): sizes looked at by Pillow before anything is decoded, and TIFF read by it.

SimpleITK's TIFF reader can end the program on a damaged file (one in 1700 with flipped bytes), Pillow's reports it.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import replace
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
_BITS, _PHOTOMETRIC = 258, 262
_MM = {2: 25.4, 3: 10.0}
"""TIFF 6.0 ResolutionUnit: 2 is inch, 3 is cm."""
PICTURE_DAMAGE = (
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

    Returns what it is by its content: ``PNG``, ``JPEG``, ``BMP`` or ``TIFF``.

    Raises
    ------
    UserError
        In one sentence.
    """
    with _opened(path) as image:
        _check(image, path, 1)
        kind = image.format or ""
    if kind not in ("PNG", "JPEG", "BMP", "TIFF"):
        raise damaged_picture(path)
    return kind


def read_tiff(path: Path) -> RawImage:
    """All pages as the slices of one image, with the pixel size of the resolution tags where they have a unit.

    Raises
    ------
    UserError
        If the file is damaged, or its pages have different sizes.
    """
    try:
        pages = [_values(page) for page in picture_pages(path)]
    except PICTURE_DAMAGE as error:
        raise damaged_picture(path) from error
    if len({page.shape for page in pages}) > 1 or len({page.dtype for page in pages}) > 1:
        raise UserError("its pages are of different sizes", path=path, remedy="Save one page as a file of its own")
    array = np.stack(pages, axis=1)  # (components, z, y, x)
    geometry, notice = _grid(path)
    return RawImage(array, geometry, (notice,), array.shape[0] > 1)


def picture_pages(path: Path) -> Iterator[Image.Image]:
    """The pages of a TIFF file, or a picture's only one, each to be used before the next is asked for.

    Raises
    ------
    UserError
        If the file is damaged.
    """
    with _opened(path) as image:
        try:
            count = int(getattr(image, "n_frames", 1))
            _check(image, path, count)
            for number in range(count):
                image.seek(number)
                if image.size[0] * image.size[1] > _MOST_PIXELS:
                    raise UserError("one of its pages claims too many pixels", path=path)
                image.load()
                yield image
        except PICTURE_DAMAGE as error:
            raise damaged_picture(path) from error


def png_kind(path: Path) -> tuple[int, int]:
    """(bits, colour type) of a PNG file by its IHDR (PNG 11.2.1); zeros for another file."""
    with path.open("rb") as file:
        start = file.read(26)
    return (start[24], start[25]) if len(start) == 26 and start[:8] == b"\x89PNG\r\n\x1a\n" else (0, 0)


def grey_alpha(path: Path) -> np.ndarray:
    """``(y, x, 2)`` grey and alpha of a PNG file of that kind, which ITK cannot read and Pillow cuts to 8 bits.

    A pixel of two 16-bit numbers is as long as one of four 8-bit ones, and packed the same, so the file is decoded as
    if it were of the latter kind and the bytes are put together again.

    Raises
    ------
    UserError
        If the file is damaged.
    """
    deep = png_kind(path)[0] == 16
    content = bytearray(path.read_bytes())
    if deep:
        content[24:26] = bytes([8, 6])
        content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            _check(image, path, 2)
            pixels = np.asarray(image)
    except PICTURE_DAMAGE as error:
        raise damaged_picture(path) from error
    return np.ascontiguousarray(pixels).view(">u2").astype(np.uint16) if deep else pixels


def read_grey_alpha(path: Path) -> RawImage:
    """The grey values of a PNG file with grey and alpha."""
    geometry, notice = _grid(path)
    return RawImage(grey_alpha(path)[None, None, ..., 0], geometry, (notice,))


def picture_grid(path: Path) -> Geometry:
    """Where a picture's pixels lie: its pages as slices, no position, the pixel size of TIFF's resolution tags."""
    return _grid(path)[0]


def _grid(path: Path) -> tuple[Geometry, str]:
    with _opened(path) as image:
        try:
            shape = (int(getattr(image, "n_frames", 1)), image.size[1], image.size[0])
            steps, notice = _spacing(image)
        except PICTURE_DAMAGE as error:
            raise damaged_picture(path) from error
    return replace(Geometry.plain(shape, (1.0, *steps)), assumed=True), notice


def _opened(path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(path, formats=_FORMATS)
    except PICTURE_DAMAGE as error:
        raise damaged_picture(path) from error


def damaged_picture(path: Path) -> UserError:
    """The error for a picture that its decoder cannot make sense of."""
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
    values = grey_values(image)
    return np.moveaxis(values, -1, 0) if values.ndim == 3 else values[None]


def grey_values(image: Image.Image) -> np.ndarray:
    """The numbers of a loaded page, bright as high: Pillow turns WhiteIsZero for 8 bits and fewer only."""
    values = np.asarray(image)
    if values.dtype == bool:
        return values.astype(np.uint8) * np.uint8(255)
    values = values.astype(values.dtype.newbyteorder("="), copy=True)
    tags = getattr(image, "tag_v2", {})
    if values.dtype.kind in "iu" and image.mode not in ("L", "RGB", "RGBA") and tags.get(_PHOTOMETRIC) == 0:
        bits = tags.get(_BITS, (16,))[0]
        values = values.dtype.type((1 << min(bits, 8 * values.dtype.itemsize)) - 1) - values
    return values


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
