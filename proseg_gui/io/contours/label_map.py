"""Label maps: one file with several whole numbers, each a structure of its own."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.base.json_in import read_json
from proseg_gui.io.base.shown import plain
from proseg_gui.io.images.claims import check_memory
from proseg_gui.io.images.grid import place_on
from proseg_gui.io.images.masks import WHOLE, read_labels, unscaled
from proseg_gui.io.images.raw import RawImage
from proseg_gui.io.images.reading import image_stem, image_suffix
from proseg_gui.volume import Geometry, Mask

_MOST_LABELS = 10_000
"""Instances and atlases have thousands of labels at most; a scan has as many different values as it likes."""
_FEW_LABELS = 32
_LOOK_AT = 1 << 16
_UNLIKE = 0.5
_HEADER_BYTES = 1 << 20


def read_label_map(
    path: str | Path, like: Geometry, *, notices: list[str] | None = None, accept_grid: bool = False
) -> list[Mask]:
    """Each label of the file as a mask on ``like``'s grid, by growing label; 0 is background.

    Names come from a side-car JSON with ``labels`` (ours, or nnU-Net's ``dataset.json`` in the same folder), from the
    segments of a 3D Slicer ``.seg.nrrd``, else they are ``label 1``, ``label 2`` and so on. A file with one label
    and no names is named by the file. ``accept_grid`` as in :func:`proseg_gui.io.images.masks.read_mask`.

    Raises
    ------
    UserError
        If the file cannot be read, has other values than whole numbers, more labels than the memory can hold as
        masks, or lies on another grid (``OtherGrid``).
    """
    path, told = Path(path), list[str]()
    raw = read_labels(path, told)
    if raw.colour:
        raise UserError("this is a colour picture, not a label map", path=path, remedy="Save the labels as numbers")
    segments = _slicer_segments(path)
    if raw.array.shape[0] > 1 and not segments:
        raise UserError(f"it holds {raw.array.shape[0]} volumes, a label map has one", path=path)
    layers = [_whole(raw, layer, path, told) for layer in raw.array]
    labels = [_labels_of(layer, path) for layer in layers]
    if segments:
        wanted = _segments_drawn(segments, labels, path, told)
    else:
        names = _named_labels(path)
        single = image_stem(path) if len(labels[0]) == 1 else ""
        wanted = [(0, label, names.get(label) or single or f"label {label}") for label in labels[0]]
    check_memory(len(wanted) * int(np.prod(like.shape)), path, kind="label map's masks")
    place = place_on(raw.geometry, like, path, accept=accept_grid)
    masks = []
    for layer, label, name in wanted:
        array = place.array(layers[layer] == label, path, told)
        masks.append(Mask(array, like, plain(name), place.remark))
    if notices is not None:
        notices += told
    return masks


def looks_like_label_map(path: Path) -> bool:
    """Whether an image file holds labels and no scan, by its values.

    It does when it holds 0 and at most 31 other whole numbers; or thousands, none below 0, where most neighbouring
    voxels that are not 0 are alike, as in a whole body of organs. In a scan most of them differ.
    """
    try:
        raw = read_labels(path, [])
    except UserError:
        return False
    if raw.colour or raw.array.dtype.kind not in "iufb":
        return False
    values = raw.array.ravel()
    found = np.unique(values[:: max(1, values.size // _LOOK_AT)])  # a scan is known by a few of its voxels
    if len(found) <= _FEW_LABELS and _are_labels(found):
        found = np.unique(values)
    if not _are_labels(found) or not (found == 0).any():
        return False
    return len(found) <= _FEW_LABELS or (found[0] >= 0 and _is_patchy(raw.array))


def _are_labels(found: np.ndarray) -> bool:
    return bool(len(found) <= _MOST_LABELS and np.isfinite(found).all() and (found == np.rint(found)).all())


def _is_patchy(layers: np.ndarray) -> bool:
    """Whether neighbours along a row that are both not 0 are mostly alike."""
    left, right = layers[..., :-1], layers[..., 1:]
    both = (left != 0) & (right != 0)
    return bool(np.count_nonzero(both & (left != right)) <= _UNLIKE * np.count_nonzero(both))


def _segments_drawn(
    segments: dict[str, tuple[int, int]], labels: list[list[int]], path: Path, notices: list[str]
) -> list[tuple[int, int, str]]:
    """``(layer, label, name)`` of the segments that have voxels, and of labels that no segment names."""
    wanted = [(k, n, name) for name, (k, n) in segments.items() if k < len(labels) and n in labels[k]]
    without = [name for name in segments if name not in {name for _, _, name in wanted}]
    if without:
        shown = ", ".join(repr(name) for name in without[:4]) + (" ..." if len(without) > 4 else "")
        notices.append(f"{path.name}: nothing is drawn for {shown}; left out.")
    named = set(segments.values())
    for k, layer in enumerate(labels):
        where = f" of layer {k}" if len(labels) > 1 else ""
        wanted += [(k, n, f"label {n}{where}") for n in layer if (k, n) not in named]
    return wanted


def _whole(raw: RawImage, layer: np.ndarray, path: Path, notices: list[str]) -> np.ndarray:
    """One layer's whole numbers: as they are, or as they are stored where only the header's scaling breaks them."""
    if layer.dtype.kind in "iub":
        return layer
    if not np.isfinite(layer).all():
        raise UserError("it is no label map: some of its values are infinite", path=path)
    whole = np.rint(layer)
    if np.abs(layer - whole).max() <= WHOLE and (whole.any() or not layer.any()):
        return whole
    stored = unscaled(layer, raw.scaling)
    if stored is None:
        raise UserError("it is no label map: its values are not whole numbers", path=path)
    text = f"{path.name}: its header scales its values; the labels are the numbers that it stores."
    notices += [text] if text not in notices else []
    return stored


def _labels_of(layer: np.ndarray, path: Path) -> list[int]:
    labels = [int(value) for value in np.unique(layer) if value != 0]
    if len(labels) > _FEW_LABELS and (len(labels) > _MOST_LABELS or not _is_patchy(layer)):
        raise UserError(
            f"it holds {len(labels)} different values that change from voxel to voxel, as in a scan, not in labels",
            path=path,
            remedy="Choose the file with the labels",
        )
    return labels


def _named_labels(path: Path) -> dict[int, str]:
    """Names by label, from the side-car of the file or the ``dataset.json`` beside it; empty where there is none.

    nnU-Net keeps its ``dataset.json`` above the folder of the labels.
    """
    sides = [path.parent / f"{image_stem(path)}.json", path.parent / "dataset.json"]
    sides += [path.parent.parent / "dataset.json"] if path.parent.name.startswith("labels") else []
    for side in sides:
        try:
            content = read_json(side)
            labels = content["labels"]
            pairs = labels.items()
        except (UserError, KeyError, TypeError, AttributeError):
            continue  # a side-car is a help, never a condition
        found: dict[int, str] = {}
        for key, value in pairs:
            number, name = (key, value) if str(key).isdigit() else (value, key)
            if str(number).isdigit() and isinstance(name, str):
                found[int(number)] = name
        return found
    return {}


def _slicer_segments(path: Path) -> dict[str, tuple[int, int]]:
    """``{name: (layer, label)}`` of a 3D Slicer segmentation (``Segment0_Name:=`` lines in a NRRD header)."""
    if image_suffix(path) not in (".nrrd", ".nhdr"):
        return {}
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES).replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace")
    fields: dict[str, dict[str, str]] = {}
    for number, key, value in re.findall(r"^Segment(\d+)_(Name|LabelValue|Layer):=(.*)$", header, re.MULTILINE):
        fields.setdefault(number, {})[key] = value.strip()
    segments: dict[str, tuple[int, int]] = {}
    for number, values in sorted(fields.items(), key=lambda item: int(item[0])):
        label, layer = values.get("LabelValue", ""), values.get("Layer", "0")
        if label.isdigit() and layer.isdigit():
            name = plain(values.get("Name", "")) or f"segment {number}"
            same = sum(taken == name or taken.startswith(f"{name} (") for taken in segments)
            segments[name if not same else f"{name} ({same + 1})"] = (int(layer), int(label))
    return segments
