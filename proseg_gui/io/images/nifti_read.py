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
from nibabel.volumeutils import apply_read_scaling

from proseg_gui.errors import UserError
from proseg_gui.io.images.claims import check_claim
from proseg_gui.io.images.raw import RawImage
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Geometry

# nibabel prints how it repairs a header to stderr, also for files that are then refused
logging.getLogger("nibabel.global").setLevel(logging.CRITICAL)

_CHUNK = 4 << 20
_GZIP = b"\x1f\x8b"
_MOST_EXTENSIONS = 64 << 20
"""Header extensions may stand before the voxels, and padding behind them."""
DATATYPES = frozenset({2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024, 1280, 1536, 1792, 2304})
"""Codes of nifti1.h: whole numbers, floats, RGB and RGBA; and complex numbers, which are refused by their name."""
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


_FAULTS = (
    *(OSError, EOFError, zlib.error, ValueError, OverflowError, MemoryError),
    *(nib.spatialimages.HeaderDataError, nib.wrapstruct.WrapStructError),
)


def nifti_grid(path: Path) -> Geometry | None:
    """The grid as the header has it, no voxel read; ``None`` where there is no plain volume or the header is odd."""
    try:
        header = _header(path)
        shape = tuple(int(size) for size in header.get_data_shape())
        return _geometry(header, shape[::-1], path)[0] if len(shape) == 3 else None
    except (UserError, *_FAULTS):
        return None


def read_nifti(path: Path, *, progress: Progress = no_progress, token: CancelToken | None = None) -> RawImage:
    """Read a single file or a ``.hdr``/``.img`` pair; values have the header's slope and intercept applied."""
    try:
        header = _header(path)
        values = _values(header, _voxels(header, path, progress, token))
        colour = values.dtype.names is not None
        if colour:
            values = np.stack([values[name] for name in "RGB"], axis=-1)
        while values.ndim < 3:
            values = values[..., None]
        array = values.reshape(*values.shape[:3], -1).transpose(3, 2, 1, 0)
        geometry, notices = _geometry(header, array.shape[1:], path)
    except _FAULTS as error:
        raise UserError(
            f"the NIfTI file is damaged or cut short ({_reason(error)})", path=path, remedy="Copy or export it again"
        ) from error
    return RawImage(array, geometry, notices, colour, _scaling(header))


def _header(path: Path) -> Any:
    """The header alone, looked at before anything is asked for by it; extensions are never parsed."""
    start = header_bytes(path, 540)
    second = start[4:7] in (b"n+2", b"ni2")
    kind = nib.Nifti2Header if second else nib.Nifti1Header
    plain = io.BytesIO(start[: 540 if second else 348])  # no byte more: nibabel follows chains of extensions
    header = kind.from_fileobj(plain, check=False)
    dims = [int(size) for size in header["dim"]]
    if not 1 <= dims[0] <= 7 or (any(size < 1 for size in dims[1 : dims[0] + 1]) and dims[1] != -1):
        raise ValueError(f"its header has the sizes {dims[1:4]}")  # -1: FreeSurfer's long vectors, which nibabel knows
    code = int(header["datatype"])
    if code not in DATATYPES:
        raise UserError(f"the NIfTI file's kind of voxels (datatype {code}) is unknown", path=path,
                        remedy="Save it as whole numbers or floats")  # fmt: skip
    plain.seek(0)
    return kind.from_fileobj(plain)  # now with nibabel's own checks and repairs


def _voxels(header: Any, path: Path, progress: Progress, token: CancelToken | None) -> np.ndarray:
    """The stored values in (x, y, z, ...) order: exactly as many bytes as the header promises are asked for."""
    shape, kind = header.get_data_shape(), header.get_data_dtype()
    needed = prod(int(size) for size in shape) * kind.itemsize
    if not shape or needed == 0:
        raise UserError("the NIfTI file holds no voxels", path=path)
    single = header["magic"].item()[:2] == b"n+"
    data = path if single else _image_of_pair(path)
    packed = start_bytes(data) == _GZIP
    check_claim(needed, data, compressed=packed, kind="NIfTI file")
    offset = float(header["vox_offset"])
    if not 0 <= offset <= _MOST_EXTENSIONS:
        raise ValueError(f"its voxels begin at byte {offset:g}")
    first = int(offset) if offset or not single else header.single_vox_offset
    stored = _read(data, first, needed, packed, progress, token)
    return stored.view(kind).reshape(shape, order="F")


def _image_of_pair(path: Path) -> Path:
    for ending in (".img", ".IMG", ".img.gz"):
        if path.with_suffix(ending).is_file():
            return path.with_suffix(ending)
    raise UserError("its file of voxels (.img) is missing", path=path, remedy="Keep the .hdr and .img files together")


def start_bytes(path: Path) -> bytes:
    """The file's first two bytes as they are stored."""
    with path.open("rb") as file:
        return file.read(2)


def _read(
    path: Path, first: int, needed: int, packed: bool, progress: Progress, token: CancelToken | None
) -> np.ndarray:
    """``needed`` bytes from byte ``first`` of the (unpacked) file, read in pieces so that a cancel is heard."""
    size = path.stat().st_size
    if not packed and size < first + needed:
        raise ValueError(f"{size} of {first + needed} bytes are there")
    stored = np.empty(needed, np.uint8)
    view = stored.data
    with path.open("rb") as file:
        stream: Any = gzip.GzipFile(fileobj=file) if packed else file
        stream.seek(first)
        for begin in range(0, needed, _CHUNK):
            if token is not None:
                token.check()
            part = view[begin : begin + _CHUNK]
            done = 0
            while done < len(part):
                got = stream.readinto(part[done:])
                if not got:
                    raise EOFError(f"{begin + done} of {needed} bytes of voxels are there")
                done += got
            progress(min(file.tell() / size, 1.0), "reading the image")
        for _ in range(_MOST_EXTENSIONS // _CHUNK if packed else 0):  # to the end, where the check sum is
            if not stream.read(_CHUNK):
                break
        else:
            if packed:
                raise ValueError("it holds far more than its header says")
    return stored


def _values(header: Any, stored: np.ndarray) -> np.ndarray:
    """The values that are meant; whole numbers stay whole where the header does not scale them."""
    if stored.dtype.names is not None:
        return stored
    slope, inter = _scaling(header)
    if (slope, inter) == (1, 0):
        return stored
    scaled = apply_read_scaling(stored, np.float64(slope), np.float64(inter))
    return scaled.astype(np.float64 if stored.dtype.itemsize > 2 else np.float32, copy=False)


def _scaling(header: Any) -> tuple[float, float]:
    """Slope and intercept of the values that are meant."""
    slope, inter = header.get_slope_inter()
    return 1.0 if slope is None else float(slope), 0.0 if inter is None else float(inter)


def _geometry(header: Any, shape: tuple[int, ...], path: Path) -> tuple[Geometry, tuple[str, ...]]:
    """The sform, else the qform, else pixel sizes with assumed axes (as ITK does); and what to say about it."""
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
