"""A mask file in: which voxels it says are drawn, whatever numbers or colours say so, brought to an image's grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.images.grid import OtherGrid, place_on
from proseg_gui.io.images.picture_labels import is_picture, read_picture_labels
from proseg_gui.io.images.raw import RawImage
from proseg_gui.io.images.reading import image_stem, read_raw
from proseg_gui.io.images.resample import nearest_on
from proseg_gui.volume import Geometry, Mask

WHOLE = 1e-3
"""A mask stored with a slope (0..255 times 1/255) comes back this close to whole numbers."""
_ONE_EACH = "Save each structure as 0 and 1 in a file of its own"


def read_mask(
    path: str | Path,
    like: Geometry,
    *,
    notices: list[str] | None = None,
    resample: bool = False,
    accept_grid: bool = False,
) -> Mask:
    """Read a mask file (background and one other value) and bring it to ``like``'s voxels, bit exact.

    Where a mask may lie is said in :mod:`proseg_gui.io.images.grid`; what lies elsewhere is refused, unless
    ``accept_grid`` takes it voxel for voxel (then the mask's ``remark`` says so) or ``resample`` asks for the nearest
    neighbours. What the user should know is appended to ``notices``.

    Raises
    ------
    OtherGrid
        If it lies on another grid, and neither ``resample`` nor ``accept_grid`` can help.
    UserError
        If the file cannot be read, is no mask, or none of it lies within the image.
    """
    path = Path(path)
    told: list[str] = []
    raw = read_labels(path, told)
    if raw.array.shape[0] > 1:
        raise UserError(f"it holds {raw.array.shape[0]} volumes, a mask has one", path=path)
    if raw.colour:
        raise UserError("it holds several colours besides its background", path=path, remedy=_ONE_EACH)
    drawn = _drawn(raw.array[0], raw.scaling, path, told)
    mask = _on(drawn, raw.geometry, like, path, told, resample, accept_grid)
    if notices is not None:
        notices += told
    return mask


def read_labels(path: Path, notices: list[str]) -> RawImage:
    """The file's numbers ``(layers, z, y, x)`` with background as 0: colours as numbers, NaN as background.

    ``colour`` is set where colours had to be numbered.

    Raises
    ------
    UserError
        If the file cannot be read, or it cannot be known what is drawn.
    """
    if is_picture(path):
        return read_picture_labels(path)
    raw = read_raw(path)
    array = raw.array
    if raw.colour and (array[:3] == array[0]).all():
        return RawImage(array[:1], raw.geometry)
    if raw.colour:
        raise UserError("this is a colour image, not a mask", path=path, remedy="Save the labels as numbers")
    if array.dtype.kind == "f" and np.isnan(array).any():
        bad = np.isnan(array)
        if bad.all():
            raise UserError("every voxel is NaN: there is no mask in it", path=path)
        if not array[~bad].any():
            raise UserError(
                "it holds nothing but 0 and NaN, so it is not clear what is drawn", path=path, remedy=_ONE_EACH
            )
        notices.append(f"{path.name}: {np.count_nonzero(bad)} voxels are NaN and count as not drawn.")
        array = np.where(bad, array.dtype.type(0), array)
    return RawImage(array, raw.geometry, scaling=raw.scaling)


def unscaled(values: np.ndarray, scaling: tuple[float, float]) -> np.ndarray | None:
    """The whole numbers that the file stores, before its slope and intercept; ``None`` where it has none of these."""
    slope, intercept = scaling
    if scaling == (1.0, 0.0) or slope == 0 or not np.isfinite(scaling).all():
        return None
    stored = (values.astype(np.float64) - intercept) / slope
    whole = np.rint(stored)
    return whole if np.abs(stored - whole).max() <= WHOLE else None


def _drawn(values: np.ndarray, scaling: tuple[float, float], path: Path, notices: list[str]) -> np.ndarray:
    """``(z, y, x)`` bool of the only value that is not background."""
    only = _only_value(values)
    if only is not None:
        if only != np.rint(only):
            notices.append(f"{path.name}: its values are 0 and {only:.4g} only; what is not 0 was taken as drawn.")
        return np.asarray(values != 0)
    stored = unscaled(values, scaling)
    if stored is not None and _only_value(stored) is not None and (stored == 0).any():
        notices.append(f"{path.name}: its header scales its values; those stored are 0 and {stored.max():g}.")
        return np.asarray(stored != 0)
    labels = np.unique(values)  # slow for a large image, so only when it may say more
    wholes = np.unique(np.rint(labels)) if np.isfinite(labels).all() else labels
    remedy = "JPEG changes values; save it as PNG" if path.suffix.lower() in (".jpg", ".jpeg") else _ONE_EACH
    if not np.isfinite(labels).all() or (np.abs(labels - np.rint(labels)) > WHOLE).any() or not wholes.any():
        raise UserError("it is no mask: its values are not whole numbers", path=path, remedy=remedy)
    if np.count_nonzero(wholes) == 1:
        return np.asarray(np.rint(values) != 0)
    shown = ", ".join(f"{label:g}" for label in wholes[wholes != 0][:4])
    more = " ..." if np.count_nonzero(wholes) > 4 else ""
    raise UserError(f"it holds several labels ({shown}{more})", path=path, remedy=remedy)


def _only_value(values: np.ndarray) -> float | None:
    """The one value beside 0; 0 where there is none, ``None`` where there are several."""
    low, high = values.min(), values.max()
    other = high if high > 0 else low
    return float(other) if np.isfinite(other) and ((values == 0) | (values == other)).all() else None


def _on(
    drawn: np.ndarray,
    grid: Geometry,
    like: Geometry,
    path: Path,
    notices: list[str],
    resample: bool,
    accept: bool,
) -> Mask:
    try:
        place = place_on(grid, like, path, accept=accept)
    except OtherGrid as other:
        if not resample:
            raise
        difference = other.difference
    else:
        return Mask(place.array(drawn, path, notices), like, image_stem(path), place.remark)
    found = nearest_on(drawn, grid, like)
    if drawn.any() and not found.any():
        raise UserError("nothing that it holds lies within the image", path=path, remedy="Leave the case out")
    notices.append(
        f"{path.name}: the mask was put on the image's grid by nearest neighbour, as asked for ({difference})."
    )
    return Mask(found, like, image_stem(path))
