"""Drawings as pictures: what is not background in a PNG, BMP, JPEG or TIFF file, in whatever colours it was saved.

Background is what is transparent, else black, else the palette's first colour. One other colour is one label; grey
values and palette entries keep their numbers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses
from PIL import Image

from proseg_gui.errors import UserError
from proseg_gui.io.base.quiet import heard_output
from proseg_gui.io.images.cut_short import is_cut_short
from proseg_gui.io.images.flat_read import (
    PICTURE_DAMAGE,
    check_picture,
    damaged_picture,
    grey_alpha,
    grey_values,
    picture_grid,
    picture_pages,
    png_kind,
)
from proseg_gui.io.images.raw import RawImage

_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
_MOST_COLOURS = 256
_GREY_ALPHA = 4


def is_picture(path: Path) -> bool:
    """Whether the file's ending is that of a picture."""
    return path.suffix.lower() in _SUFFIXES


def read_picture_labels(path: Path) -> RawImage:
    """A picture's labels ``(1, z, y, x)``; ``colour`` where more than one colour beside the background was numbered.

    Raises
    ------
    UserError
        If the picture is damaged, is a photograph, or its background cannot be known.
    """
    if not path.exists():
        raise UserError("there is no such file", path=path, remedy="Check the name")
    if path.stat().st_size == 0:
        raise UserError("the file is empty", path=path, remedy="Copy or export it again")
    if is_cut_short(path):
        raise UserError("the image is cut short", path=path, remedy="Copy or export it again")
    check_picture(path)
    try:
        with heard_output():
            bits, colour = png_kind(path)
            if bits == 16 and colour != 0:
                found = [_of_colours(_deep_pixels(path), path)]
            else:
                found = [_labels(page, path) for page in picture_pages(path)]
    except PICTURE_DAMAGE as error:
        raise damaged_picture(path) from error
    pages = [labels for labels, _ in found]
    if len({page.shape for page in pages}) > 1:
        raise UserError("its pages are of different sizes", path=path, remedy="Save one page as a file of its own")
    return RawImage(np.stack(pages)[None], picture_grid(path), colour=any(several for _, several in found))


def _deep_pixels(path: Path) -> np.ndarray:
    """``(y, x, components)`` of a PNG file of 16 bits with colour or alpha, which Pillow would cut to 8 bits."""
    if png_kind(path)[1] == _GREY_ALPHA:
        return grey_alpha(path)
    try:
        values = sitk.GetArrayFromImage(sitk.ReadImage(str(path), imageIO="PNGImageIO"))
    except RuntimeError as error:
        raise damaged_picture(path) from error
    return np.asarray(values)


def _labels(page: Image.Image, path: Path) -> tuple[np.ndarray, bool]:
    """``(y, x)`` labels of one page, and whether several colours were numbered."""
    if page.mode == "P":
        return _of_palette(page), False
    if page.mode in ("PA", "CMYK", "YCbCr", "LAB", "HSV", "RGBX", "RGBa", "La"):
        page = page.convert("LA" if page.mode == "La" else "RGBA" if page.mode in ("PA", "RGBa") else "RGB")
    if page.mode in ("LA", "RGB", "RGBA"):
        return _of_colours(np.asarray(page), path)
    return grey_values(page), False


def _of_palette(page: Image.Image) -> np.ndarray:
    """The entries' numbers; of two entries the one that is not background, whichever stands first."""
    entries = np.asarray(page)
    used = np.unique(entries)
    if len(used) != 2:
        return entries
    colours = np.asarray(page.convert("RGBA"))
    two = [colours[entries == entry][0] for entry in used]
    for background in ([int(colour[3]) == 0 for colour in two], [not colour[:3].any() for colour in two]):
        if sum(background) == 1:
            return (entries != used[background.index(True)]).astype(np.uint8)
    return entries


def _of_colours(pixels: np.ndarray, path: Path) -> tuple[np.ndarray, bool]:
    """Labels of ``(y, x, components)``: transparent and black pixels are background."""
    alpha = pixels[..., -1] if pixels.shape[-1] in (2, 4) else None
    colour = pixels[..., :-1] if alpha is not None else pixels
    clear = np.zeros(pixels.shape[:2], bool)
    if alpha is not None and alpha.min() != alpha.max():
        if len(np.unique(alpha)) > 2 or alpha.min() != 0:
            raise UserError(
                "some of its pixels are half transparent, so it is not clear what is drawn",
                path=path,
                remedy="Save it without soft edges",
            )
        clear = alpha == 0
    elif (colour == colour[..., :1]).all():
        return np.ascontiguousarray(colour[..., 0]), False  # grey: its values are the labels
    found, numbers = np.unique(colour[~clear], axis=0, return_inverse=True)
    if len(found) > _MOST_COLOURS:
        raise UserError("this is a colour picture, not a mask", path=path, remedy="Save the labels as numbers")
    black = ~found.any(axis=1)
    if not clear.any() and not black.any():
        raise UserError(
            "it cannot be known which of its colours is the background: none is black or transparent",
            path=path,
            remedy="Save it with a black background",
        )
    # where something is transparent, opaque black was drawn unless it surrounds another colour
    is_back = black if not clear.any() or len(found) > 1 else np.zeros(len(found), bool)
    label_of = np.where(is_back, 0, np.cumsum(~is_back))
    labels = np.zeros(pixels.shape[:2], np.uint16)
    labels[~clear] = label_of[numbers.ravel()]
    return labels, int(label_of.max()) > 1
