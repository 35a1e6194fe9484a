"""NIfTI-1 and NIfTI-2 in, by nibabel: a sheared sform stays sheared, and sform and qform are compared."""

from __future__ import annotations

import gzip
import io
import logging
import zlib
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.images.claims import check_claim, check_memory
from proseg_gui.io.images.raw import RawImage
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Geometry

# nibabel prints how it repairs a header to stderr, also for files that are then refused
logging.getLogger("nibabel.global").setLevel(logging.CRITICAL)

_CHUNK = 4 << 20
_GZIP = b"\x1f\x8b"
_MOST_EXTENSIONS = 64 << 20
"""Header extensions may stand before the voxels, and padding behind them."""
_DISAGREEMENT_MM = 0.01
"""sform and qform are both rounded to float32; a corner further apart than this is a real disagreement."""

# Linear luminance of red, green and blue, ITU-R BT.601 (what SimpleITK and Pillow use too).
LUMINANCE = (0.299, 0.587, 0.114)


def header_bytes(path: Path, count: int = 352) -> bytes:
    """The first bytes of a file, unpacked if it is a gzip file; fewer when the file is shorter or damaged."""
    with path.open("rb") as file:
        start = file.read(count)
        if start[:2] != _GZIP:
            return start
        file.seek(0)
        try:
            with gzip.GzipFile(fileobj=file) as packed:
                return packed.read(count)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return b""


def looks_like_nifti(path: Path) -> bool:
    """Whether the file is a NIfTI-1 or NIfTI-2 header or image, by its magic bytes and not by its name."""
    start = header_bytes(path)
    return start[344:347] in (b"n+1", b"ni1") or start[4:7] in (b"n+2", b"ni2")


def read_nifti(path: Path, *, progress: Progress = no_progress, token: CancelToken | None = None) -> RawImage:
    """Read a single file or a ``.hdr``/``.img`` pair; values have the header's slope and intercept applied."""
    try:
        image = _load(path, progress, token)
        values = _values(image)
    except (
        OSError,
        EOFError,
        zlib.error,
        ValueError,
        OverflowError,
        MemoryError,
        nib.spatialimages.HeaderDataError,
        nib.wrapstruct.WrapStructError,
    ) as error:
        raise UserError(
            f"the NIfTI file is damaged or cut short ({_reason(error)})", path=path, remedy="Copy or export it again"
        ) from error
    except nib.filebasedimages.ImageFileError as error:
        raise UserError(f"the NIfTI file cannot be read ({_reason(error)})", path=path) from error
    colour = values.dtype.names is not None
    if colour:
        values = np.stack([values[name] for name in "RGB"], axis=-1)
    while values.ndim < 3:
        values = values[..., None]
    if values.size == 0:
        raise UserError("the NIfTI file holds no voxels", path=path)
    components = values.reshape(*values.shape[:3], -1)
    array = components.transpose(3, 2, 1, 0)
    geometry, notices = _geometry(image, array.shape[1:], path)
    return RawImage(array, geometry, notices, colour, (float(image.dataobj.slope), float(image.dataobj.inter)))


def _load(path: Path, progress: Progress, token: CancelToken | None) -> Any:
    start = header_bytes(path)
    second = start[4:7] in (b"n+2", b"ni2")
    kind = nib.Nifti2Image if second else nib.Nifti1Image
    header = kind.header_class.from_fileobj(io.BytesIO(header_bytes(path, 1024)), check=False)
    voxels = prod(int(size) for size in header.get_data_shape()) * header.get_data_dtype().itemsize
    if start[344:347] == b"ni1" or start[4:7] == b"ni2":
        check_memory(voxels, path, kind="NIfTI file")
        return nib.load(path)
    packed = start_bytes(path) == _GZIP
    check_claim(voxels, path, compressed=packed, kind="NIfTI file")
    offset = float(header["vox_offset"])
    most = voxels + int(offset if 0 <= offset < _MOST_EXTENSIONS else 0) + _MOST_EXTENSIONS
    return kind.from_bytes(_read_all(path, most, progress, token))


def start_bytes(path: Path) -> bytes:
    """The file's first two bytes as they are stored."""
    with path.open("rb") as file:
        return file.read(2)


def _read_all(path: Path, most: int, progress: Progress, token: CancelToken | None) -> bytes:
    """The whole unpacked file, at most ``most`` bytes of it, read in pieces so that a cancel is heard."""
    size = path.stat().st_size
    content = io.BytesIO()
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
        file.seek(0)
        stream = gzip.GzipFile(fileobj=file) if packed else file
        while piece := stream.read(_CHUNK):
            if token is not None:
                token.check()
            content.write(piece)
            if content.tell() > most:
                raise ValueError("it holds far more than its header says")
            progress(min(file.tell() / size, 1.0), "reading the image")
    return content.getvalue()


def _values(image: Any) -> np.ndarray:
    """Values in (x, y, z, ...) order; whole numbers stay whole where the header does not scale them."""
    if image.get_data_dtype().names is not None:
        return np.asarray(image.dataobj.get_unscaled())
    slope, inter = image.dataobj.slope, image.dataobj.inter
    if (slope, inter) == (1, 0):
        return np.asarray(image.dataobj.get_unscaled())
    wide = image.get_data_dtype().itemsize > 2
    return image.get_fdata(caching="unchanged", dtype=np.float64 if wide else np.float32)


def _geometry(image: Any, shape: tuple[int, ...], path: Path) -> tuple[Geometry, tuple[str, ...]]:
    """The sform, else the qform, else pixel sizes with assumed axes (as ITK does); and what to say about it."""
    header = image.header
    sform, sform_code = header.get_sform(coded=True)
    try:
        qform, qform_code = header.get_qform(coded=True)
    except (ValueError, nib.spatialimages.HeaderDataError):
        qform, qform_code = None, 0  # a broken quaternion; the sform may still be good
    zyx = (shape[0], shape[1], shape[2])
    notices = []
    forms = [
        Geometry.from_ras_affine(form, zyx)
        for form, code in ((sform, sform_code), (qform, qform_code))
        if code > 0 and form is not None and _usable(form)
    ]
    if not forms:
        if sform_code > 0 or qform_code > 0:
            raise UserError(
                "the NIfTI header's position matrix is not valid", path=path, remedy="Export the image again"
            )
        notices.append("The file says no position or orientation: axes are assumed to run left, posterior, superior.")
        steps = [abs(float(step)) or 1.0 for step in header["pixdim"][1:4]]
        nibabels = Geometry.from_ras_affine(header.get_base_affine(), zyx)  # what masks made with nibabel have
        forms = [Geometry.plain(zyx, (steps[2], steps[1], steps[0])), nibabels]
    elif len(forms) == 2 and (gap := forms[0].gap(forms[1])).mm > _DISAGREEMENT_MM:
        notices.append(
            f"The header's two positions (sform and qform) disagree by up to {gap.mm:.3g} mm; the sform is used."
        )
    if header["xyzt_units"] & 7 in (1, 3):  # metres or micrometres
        factor, unit = (1000.0, "metres") if header["xyzt_units"] & 7 == 1 else (0.001, "micrometres")
        forms = [Geometry.from_lps_matrix(np.diag([factor] * 3 + [1.0]) @ form.lps_matrix(), zyx) for form in forms]
        notices.append(f"The file is in {unit}; it was converted to mm.")
    assumed = sform_code <= 0 and qform_code <= 0
    return replace(forms[0], other_forms=tuple(forms[1:]), assumed=assumed), tuple(notices)


def _usable(affine: np.ndarray | None) -> bool:
    if affine is None or not np.isfinite(affine).all():
        return False
    steps = np.linalg.norm(affine[:3, :3], axis=0)
    return bool((steps > 0).all() and abs(np.linalg.det(affine[:3, :3] / steps)) > 1e-3)


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 120 else text[:117] + "..."
