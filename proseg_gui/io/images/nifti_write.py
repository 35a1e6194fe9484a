"""NIfTI-1 out: a mask (uint8), label map or map (float32) on exactly the image's grid, with a JSON side-car.

Written by nibabel with the exact grid in the sform, because SimpleITK silently straightens a sheared direction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import Writer, atomic_write_all, json_writer
from proseg_gui.io.base.json_in import read_json
from proseg_gui.io.base.provenance import Provenance, software_name
from proseg_gui.io.images.reading import image_stem
from proseg_gui.volume import Geometry, Mask

_SCANNER = 1  # NIFTI_XFORM_SCANNER_ANAT
_MOST_SIDE_CAR = 1 << 24
_ROUNDING_MM = 1e-3
"""What the float32 numbers of a written position may be off."""
SIDE_CAR = "proseg-gui side-car"
EDITED = "changed outside this program after it was written"


def side_car_path(path: Path) -> Path:
    """The JSON beside a NIfTI file: the same name with ``.json`` as ending."""
    return path.with_name(image_stem(path) + ".json")


def voxels_sha256(content: Mask | np.ndarray) -> str:
    """Fingerprint of shape and voxels of a mask or float map: the side-car knows by it whether they were changed."""
    array = content.array if isinstance(content, Mask) else content
    digest = hashlib.sha256(json.dumps(array.shape).encode())
    digest.update(np.packbits(array).tobytes() if isinstance(content, Mask) else array.astype("<f4").tobytes())
    return digest.hexdigest()


def origin_beside(path: str | Path, voxels: Mask | np.ndarray) -> Provenance | None:
    """What our side-car of the file ``path`` says about where its ``voxels`` came from; ``None`` without one.

    ``voxels`` are on the image's grid. Where its voxels are not those that were written, ``edits`` says so. A side-car
    is a help, never a condition: a damaged one counts as none.
    """
    try:
        content = read_json(side_car_path(Path(path)), most=_MOST_SIDE_CAR)
    except UserError:
        return None
    if not isinstance(content, dict) or content.get("format") != SIDE_CAR:
        return None
    origin = Provenance.of(content.get("provenance"))
    if origin is None or content.get("voxels_sha256") == voxels_sha256(voxels):
        return origin
    return replace(origin, edits=EDITED)


def remarked(origin: Provenance, remark: str) -> Provenance:
    """``origin`` with what was decided to bring its voxels onto their grid."""
    if not remark:
        return origin
    known = "" if origin.edits in ("", "none") else f"{origin.edits}; "
    return replace(origin, edits=known + remark)


def write_nifti(
    mask_or_array: Mask | np.ndarray,
    geometry: Geometry,
    path: str | Path,
    *,
    overwrite: bool = False,
    provenance: Provenance | None = None,
    labels: Mapping[int, str] | None = None,
    colours: Mapping[int, str] | None = None,
    unit: str = "",
) -> tuple[str, ...]:
    """Write a mask, label map, integer image or float map, read it back, and only then let it appear.

    Parameters
    ----------
    mask_or_array:
        A :class:`Mask` on ``geometry``, or an array ``(z, y, x)``: bool and uint8 are stored as uint8, int16 as
        int16, floating types as float32.
    geometry:
        The image's grid; the file gets exactly this grid (float32 sform, every corner within 1e-3 mm).
    path:
        Ends with ``.nii`` or ``.nii.gz``; its side-car gets the same name with ``.json``.
    provenance:
        Written into the side-car.
    labels:
        Label value -> name for the side-car; a Mask's own name is the default.
    colours:
        Label value -> ``#rrggbb`` for the side-car.
    unit:
        What the values mean, for the side-car of a map.

    Returns
    -------
    Notices for the user: uneven or tilted slices, which NIfTI holds less well than DICOM does.

    Raises
    ------
    UserError
        If the mask lies on another grid, the file exists, cannot be written, or does not read back identical.
    """
    writers, notices = nifti_writers(
        mask_or_array, geometry, path, provenance=provenance, labels=labels, colours=colours, unit=unit
    )
    atomic_write_all(writers, overwrite=overwrite)
    return notices


def nifti_writers(
    mask_or_array: Mask | np.ndarray,
    geometry: Geometry,
    path: str | Path,
    *,
    provenance: Provenance | None = None,
    labels: Mapping[int, str] | None = None,
    colours: Mapping[int, str] | None = None,
    unit: str = "",
) -> tuple[dict[Path, Writer], tuple[str, ...]]:
    """As :func:`write_nifti`, for several files that appear together: writers for ``atomic_write_all``, and notices."""
    path = Path(path)
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        raise UserError("the name must end with .nii or .nii.gz", path=path)
    name = ""
    if isinstance(mask_or_array, Mask):
        difference = geometry.difference(mask_or_array.geometry)
        if difference:
            raise UserError(f"the mask is not on the image's grid: {difference}", path=path)
        name, array = mask_or_array.name, mask_or_array.array
    else:
        array = mask_or_array
    if labels is None and array.dtype == bool:
        labels = {1: name or image_stem(path)}
    stored = _stored(array, geometry)
    notices = grid_notices(geometry)
    side_car = _side_car(geometry, labels or {}, unit, provenance, notices)
    if colours:
        side_car["colours"] = {str(value): colour for value, colour in colours.items()}
    if isinstance(mask_or_array, Mask) or array.dtype.kind == "f":
        side_car["voxels_sha256"] = voxels_sha256(mask_or_array)

    def write(temporary: Path) -> None:
        nib.save(_image(stored, geometry), temporary)
        _read_back(temporary, path, stored, geometry)

    return {path: write, side_car_path(path): json_writer(side_car)}, notices


def grid_notices(geometry: Geometry) -> tuple[str, ...]:
    """What NIfTI cannot say about this grid, as sentences."""
    notices: list[str] = []
    if not geometry.is_even:
        even = Geometry.from_lps_matrix(geometry.lps_matrix(), geometry.shape)
        off = np.linalg.norm(even.slice_origins() - geometry.slice_origins(), axis=1).max()
        notices.append(
            "The image's slices are uneven: the NIfTI file holds them in order with the mean step between the first "
            f"and the last, so single slices are shown up to {off:.3g} mm off."
        )
    if geometry.is_sheared:
        notices.append(
            "The slices are tilted: the exact grid is in the NIfTI sform; software that reads only the qform "
            "(SimpleITK, ITK) shows it straightened."
        )
    return tuple(notices)


def _stored(array: np.ndarray, geometry: Geometry) -> np.ndarray:
    if array.shape != geometry.shape:
        raise ValueError(f"array {array.shape} does not fit the grid {geometry.shape}")
    if array.dtype in (np.bool_, np.uint8):
        kind: Any = np.uint8
    elif array.dtype == np.int16:
        kind = np.int16
    elif array.dtype.kind == "f":
        kind = np.float32
    else:
        raise ValueError(f"masks, label maps (uint8), int16 images and float maps can be written, not {array.dtype}")
    return np.ascontiguousarray(array.transpose(2, 1, 0), dtype=kind)


def _image(stored_xyz: np.ndarray, geometry: Geometry) -> nib.Nifti1Image:
    affine = geometry.ras_affine()
    image = nib.Nifti1Image(stored_xyz, affine)
    image.set_qform(affine, _SCANNER, strip_shears=True)
    image.set_sform(affine, _SCANNER)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = software_name().encode()[:79]
    return image


def _read_back(temporary: Path, path: Path, stored_xyz: np.ndarray, geometry: Geometry) -> None:
    """Compare what lies on the disk with what was meant, voxel by voxel and corner by corner."""
    image: Any = nib.load(temporary)
    written = np.asarray(image.dataobj)
    nan = written.dtype.kind == "f"
    if written.dtype != stored_xyz.dtype or not np.array_equal(written, stored_xyz, equal_nan=nan):
        raise UserError("the written voxels do not read back the same; nothing was kept", path=path)
    even = Geometry.from_lps_matrix(geometry.lps_matrix(), geometry.shape)
    gap = even.gap(Geometry.from_ras_affine(image.affine, geometry.shape))
    if not gap.is_none or gap.mm > _ROUNDING_MM:
        raise UserError(
            f"the image lies too far from the origin for NIfTI, whose positions would be {gap.mm:.3g} mm off",
            path=path,
            remedy="Export as RTSTRUCT instead",
        )


def _side_car(
    geometry: Geometry,
    labels: Mapping[int, str],
    unit: str,
    provenance: Provenance | None,
    notices: Sequence[str],
) -> dict[str, Any]:
    grid: dict[str, Any] = {
        "shape_xyz": list(reversed(geometry.shape)),
        "spacing_mm_xyz": list(reversed(geometry.spacing_mm)),
        "even_slices": geometry.is_even,
    }
    if not geometry.is_even:
        grid["slice_origins_lps_mm"] = geometry.slice_origins().tolist()
    return {
        "format": SIDE_CAR,
        "schema_version": 1,
        "labels": {str(value): text for value, text in labels.items()},
        "unit": unit,
        "grid": grid,
        "notices": list(notices),
        "provenance": None if provenance is None else provenance.as_dict(),
    }
