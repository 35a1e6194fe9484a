"""Any image file in: NIfTI by nibabel, TIFF by Pillow, the rest by SimpleITK."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.images.nifti_read import LUMINANCE, looks_like_nifti, nifti_grid, read_nifti
from proseg_gui.io.images.raw import RawImage, SeveralComponents
from proseg_gui.io.images.sitk_read import read_with_sitk
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Geometry, Volume

SUFFIXES = (
    *(".nii.gz", ".nii", ".hdr", ".img", ".nrrd", ".nhdr", ".mha", ".mhd"),
    *(".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"),
)
"""Endings of the image files that can be read, longest first where one ends with another."""


def image_suffix(path: Path) -> str:
    """The ending of ``path`` that is in :data:`SUFFIXES`, or an empty text."""
    name = path.name.lower()
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")


def image_stem(path: Path) -> str:
    """File name without the image ending; other dots belong to the name (``dr.a.nii.gz`` gives ``dr.a``)."""
    suffix = image_suffix(path)
    return path.name[: len(path.name) - len(suffix)] if suffix else path.stem


def image_files(folder: Path) -> list[Path]:
    """A folder's image files, sorted by name; the ``.img`` of a header pair is left out."""
    files = [item for item in folder.iterdir() if item.is_file() and not item.name.startswith(".")]
    headers = {image_stem(item) for item in files if item.suffix.lower() == ".hdr"}
    found = [item for item in files if image_suffix(item)]
    return sorted(item for item in found if not (item.suffix.lower() == ".img" and image_stem(item) in headers))


def read_image(
    path: str | Path,
    *,
    component: int | None = None,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> tuple[Volume, tuple[str, ...]]:
    """Read an image file as a Volume and the sentences that its user should see.

    Values are finite: NaN and infinite voxels become the smallest finite value (background) and are counted in a
    notice. A 2D image is a volume of one slice; colour becomes grey with a notice.

    Parameters
    ----------
    path:
        The file.
    component:
        Which volume of a 4D file, from 0; needed there, not used elsewhere.

    Raises
    ------
    UserError
        If the file is missing, empty, damaged, of an unknown kind or all NaN; :class:`SeveralComponents` for a 4D
        file without ``component``.
    """
    path = Path(path)
    raw = read_raw(path, progress=progress, token=token)
    array, notices = _single(raw, component, path)
    array, more = finite(_simple_type(array, path), path)
    if array.size > 1 and array.min() == array.max():
        more += ("Every voxel of the image has the same value.",)
    return Volume(np.ascontiguousarray(array), raw.geometry), raw.notices + notices + more


def header_grid(path: Path) -> Geometry | None:
    """The grid of a NIfTI file by its header; ``None`` where that takes reading the whole image."""
    try:
        return nifti_grid(path) if looks_like_nifti(path) else None
    except OSError:
        return None


def read_raw(path: Path, *, progress: Progress = no_progress, token: CancelToken | None = None) -> RawImage:
    """Read ``path`` by its content (NIfTI) or its ending (all others), without any cleaning."""
    if not path.exists():
        raise UserError("there is no such file", path=path, remedy="Check the name")
    if path.is_dir():
        raise UserError("this is a folder, not an image file", path=path)
    try:
        if path.stat().st_size == 0:
            raise UserError("the file is empty", path=path, remedy="Copy or export it again")
        path = _header_of_pair(path)
        nifti = looks_like_nifti(path)
    except OSError as error:
        raise UserError(f"the file cannot be read ({error.strerror or error})", path=path) from error
    suffix = image_suffix(path)
    if nifti:
        return read_nifti(path, progress=progress, token=token)
    if suffix in (".nii", ".nii.gz"):
        raise UserError("it is named NIfTI but is none, or is cut short", path=path, remedy="Export the image again")
    if not suffix:
        known = ", ".join(SUFFIXES)
        raise UserError("its ending is of no known image format", path=path, remedy=f"Known are {known} and DICOM")
    return read_with_sitk(path, progress=progress, token=token)


def _header_of_pair(path: Path) -> Path:
    """For the ``.img`` of a pair its ``.hdr``."""
    if path.suffix.lower() != ".img":
        return path
    for ending in (".hdr", ".HDR"):
        if path.with_suffix(ending).exists():
            return path.with_suffix(ending)
    raise UserError("its header file (.hdr) is missing", path=path, remedy="Keep the .hdr and .img files together")


def _single(raw: RawImage, component: int | None, path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """One component ``(z, y, x)`` of ``raw``: grey for colour, the chosen one of a 4D file."""
    count = raw.array.shape[0]
    if raw.colour:
        grey = np.tensordot(np.array(LUMINANCE), raw.array[:3].astype(np.float64), axes=1)
        if (raw.array[:3] == raw.array[0]).all():
            return raw.array[0], ("The picture's red, green and blue are equal: it was read as grey.",)
        return np.rint(grey).astype(raw.array.dtype), ("The picture is in colour: it was converted to grey.",)
    if count == 1:
        return raw.array[0], ()
    if component is None:
        raise SeveralComponents(count, path)
    if not 0 <= component < count:
        raise UserError(f"it has no volume {component}", path=path, remedy=f"Choose one of 0 to {count - 1}")
    return raw.array[component], (f"Volume {component} of 0 to {count - 1} was read.",)


def _simple_type(array: np.ndarray, path: Path) -> np.ndarray:
    """``array`` in native byte order as an integer of at most 32 bits where it fits, else float32."""
    kind = array.dtype.kind
    if kind == "c":
        raise UserError("its voxels are complex numbers", path=path, remedy="Save the magnitude as an image")
    if kind == "b":
        return array.astype(np.uint8)
    if kind in "iu":
        if array.dtype.itemsize < 4 or array.dtype == np.int32:
            return array.astype(array.dtype.newbyteorder("="), copy=False)
        limits = np.iinfo(np.int32)
        fits = array.min() >= limits.min and array.max() <= limits.max
        return array.astype(np.int32 if fits else np.float32)
    with np.errstate(over="ignore"):  # beyond float32 becomes infinite, which is counted like NaN
        return array.astype(np.float32, copy=False)


def finite(array: np.ndarray, path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """``array`` with NaN and infinite voxels set to its smallest finite value, and a notice that counts them."""
    if array.dtype.kind != "f":
        return array, ()
    good = np.isfinite(array)
    bad = int(array.size - np.count_nonzero(good))
    if bad == 0:
        return array, ()
    if bad == array.size:
        raise UserError("every voxel is NaN or infinite: there is no image in it", path=path)
    lowest = array[good].min()
    share = 100.0 * bad / array.size
    notice = f"{bad} of {array.size} voxels ({share:.2g} %) are NaN or infinite; they count as background ({lowest:g})."
    return np.where(good, array, lowest), (notice,)
