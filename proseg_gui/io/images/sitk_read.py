"""NRRD, MetaImage, ANALYZE, PNG, JPEG, TIFF, BMP in, by SimpleITK.

Of ITK's readers exactly one is asked, which the file's ending or content names. Left to itself ITK lets all twenty try,
and among them GDCM takes gigabytes and half a minute over 265 bytes. Each header was looked at here before.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses

from proseg_gui.errors import UserError
from proseg_gui.io.base.quiet import heard_output
from proseg_gui.io.images.analyze_check import check_analyze
from proseg_gui.io.images.cut_short import is_cut_short
from proseg_gui.io.images.flat_read import check_picture, is_tiff, png_kind, read_grey_alpha, read_tiff
from proseg_gui.io.images.meta_check import meta_problem
from proseg_gui.io.images.nrrd_check import check_nrrd
from proseg_gui.io.images.raw import RawImage
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Geometry

log = logging.getLogger(__name__)

_GREY_ALPHA = 4
_FLAT = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}
_READERS = {
    **dict.fromkeys((".mha", ".mhd"), "MetaImageIO"),
    **dict.fromkeys((".nrrd", ".nhdr"), "NrrdImageIO"),
    ".hdr": "NiftiImageIO",
}
_PICTURE_READERS = {"PNG": "PNGImageIO", "JPEG": "JPEGImageIO", "BMP": "BMPImageIO"}
"""By what Pillow finds the content to be: a PNG that is called .jpg is read too."""


def read_with_sitk(path: Path, *, progress: Progress = no_progress, token: CancelToken | None = None) -> RawImage:
    """Read ``path`` whole. Direction matrices are kept as they stand, sheared ones too (tested for NRRD and MHA)."""
    progress(0.0, "reading the image")
    if is_cut_short(path):
        raise UserError("the image is cut short", path=path, remedy="Copy or export it again")
    if is_tiff(path):
        with heard_output():
            return read_tiff(path)
    name = _checked(path)
    if path.suffix.lower() in _FLAT and png_kind(path)[1] == _GREY_ALPHA:
        return read_grey_alpha(path)
    try:
        with heard_output() as heard:
            image = sitk.ReadImage(str(path), imageIO=name)
    except RuntimeError as error:
        raise UserError(
            f"the image cannot be read ({_reason(str(error))})", path=path, remedy="It may be damaged; export it again"
        ) from error
    if heard[0]:
        log.debug("reading the image, its library had remarks")  # they name the file, and quote its header
    if token is not None:
        token.check()
    progress(1.0, "reading the image")
    return _raw(image, path)


def _checked(path: Path) -> str:
    """The one reader of ITK's that this file is for, once its header makes sense."""
    suffix = path.suffix.lower()
    if suffix in _FLAT:
        return _PICTURE_READERS[check_picture(path)]
    if suffix in (".mha", ".mhd"):
        problem = meta_problem(path)
        if problem:
            raise UserError(problem, path=path, remedy="It may be damaged; export it again")
    elif suffix in (".nrrd", ".nhdr"):
        check_nrrd(path)
    else:
        check_analyze(path)
    return _READERS[suffix]


def _raw(image: sitk.Image, path: Path) -> RawImage:
    values = sitk.GetArrayFromImage(image)
    dimension, components = image.GetDimension(), image.GetNumberOfComponentsPerPixel()
    if components > 1:
        values = np.moveaxis(values, -1, 0)
    else:
        values = values[None]
    if dimension == 2:
        values = values[:, None]
    if dimension > 4 or values.ndim - 1 > 4:
        raise UserError(f"it has {dimension} dimensions, at most 4 can be read", path=path)
    if values.ndim == 5:  # (components, t, z, y, x)
        values = values.reshape(-1, *values.shape[2:])
    colour = components in (3, 4) and dimension < 4 and values.dtype in (np.uint8, np.uint16)
    notices = []
    flat = path.suffix.lower() in _FLAT
    if flat and np.allclose(image.GetSpacing(), 1.0, rtol=0, atol=1e-6):
        notices.append("The file says no pixel size: 1 mm is assumed.")
    elif flat:
        sizes = " x ".join(f"{step:.4g}" for step in image.GetSpacing()[:2])
        notices.append(f"The pixel size of {sizes} mm comes from the file's resolution tag.")
    geometry = replace(_geometry(image, values.shape[1:], path), assumed=flat or path.suffix.lower() == ".hdr")
    return RawImage(values, geometry, tuple(notices), colour)


def _geometry(image: sitk.Image, shape: tuple[int, ...], path: Path) -> Geometry:
    """Grid in LPS, which is SimpleITK's own frame; a 2D image lies in the plane z = 0."""
    n = min(image.GetDimension(), 3)
    size = image.GetDimension()
    directions = np.eye(3)
    directions[:n, :n] = np.array(image.GetDirection()).reshape(size, size)[:n, :n]
    origin, steps = np.zeros(3), np.ones(3)
    origin[:n] = image.GetOrigin()[:n]
    steps[:n] = image.GetSpacing()[:n]
    lengths = np.linalg.norm(directions, axis=0)
    finite = all(np.isfinite(values).all() for values in (directions, origin, steps))
    lengthy = finite and bool((lengths > 0).all() and (steps > 0).all())
    if not lengthy or abs(np.linalg.det(directions / lengths)) < 1e-3:
        raise UserError("its header's position or direction is not valid", path=path, remedy="Export the image again")
    matrix = np.eye(4)
    matrix[:3, :3] = directions / lengths * steps
    matrix[:3, 3] = origin
    return Geometry.from_lps_matrix(matrix, (shape[0], shape[1], shape[2]))


def _reason(text: str) -> str:
    """The telling last line of an ITK error, without addresses and source paths."""
    if "Unable to determine ImageIO" in text:
        return "its content is of no known image format"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = next((item for item in reversed(lines) if "ERROR" in item or "fread" in item), lines[-1] if lines else "")
    line = re.sub(r"^.*?(?:ERROR:|\[nrrd\])\s*", "", line)
    line = re.sub(r"\(0x[0-9a-f]+\)", "", line)
    return line if len(line) <= 140 else line[:137] + "..."
