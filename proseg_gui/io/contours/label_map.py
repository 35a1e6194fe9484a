"""Label maps: one file with several whole numbers, each a structure of its own."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.images.raw import RawImage
from proseg_gui.io.images.reading import image_stem, image_suffix, match_grid, read_raw
from proseg_gui.io.json_in import read_json
from proseg_gui.io.shown import plain
from proseg_gui.volume import Geometry, Mask

_MOST_LABELS = 256
_WHOLE = 1e-3
_HEADER_BYTES = 1 << 20


def read_label_map(path: str | Path, like: Geometry, *, notices: list[str] | None = None) -> list[Mask]:
    """Each label of the file as a mask on ``like``'s grid, by growing label; 0 is background.

    Names come from a side-car JSON with ``labels`` (ours, or nnU-Net's ``dataset.json`` in the same folder), from the
    segments of a 3D Slicer ``.seg.nrrd``, else they are ``label 1``, ``label 2`` and so on. A file with one label
    and no names is named by the file.

    Raises
    ------
    UserError
        If the file cannot be read, has other values than whole numbers, more than 256 labels, or another grid.
    """
    path = Path(path)
    raw = read_raw(path)
    if raw.colour:
        raise UserError("this is a colour picture, not a label map", path=path, remedy="Save the labels as numbers")
    segments = _slicer_segments(path)
    if raw.array.shape[0] > 1 and not segments:
        raise UserError(f"it holds {raw.array.shape[0]} volumes, a label map has one", path=path)
    layers = [_labels_of(layer, path) for layer in raw.array]
    if segments:
        wanted = [(layer, label, name) for name, (layer, label) in segments.items() if layer < len(layers)]
    else:
        names = _named_labels(path)
        single = image_stem(path) if len(layers[0]) == 1 else ""
        wanted = [(0, label, names.get(label) or single or f"label {label}") for label in layers[0]]
    return [_mask(raw, layer, label, name, like, path, notices) for layer, label, name in wanted]


def _labels_of(layer: np.ndarray, path: Path) -> list[int]:
    values = np.unique(layer)
    if not np.isfinite(values).all() or (np.abs(values - np.rint(values)) > _WHOLE).any():
        raise UserError("it is no label map: its values are not whole numbers", path=path)
    labels = [int(value) for value in np.unique(np.rint(values)) if value != 0]
    if len(labels) > _MOST_LABELS:
        raise UserError(
            f"it holds {len(labels)} different values, which is an image and no label map",
            path=path,
            remedy="Choose the file with the labels",
        )
    return labels


def _mask(
    raw: RawImage, layer: int, label: int, name: str, like: Geometry, path: Path, notices: list[str] | None
) -> Mask:
    array = np.abs(raw.array[layer] - label) <= _WHOLE if raw.array.dtype.kind == "f" else raw.array[layer] == label
    more: list[str] = []
    matched = match_grid(array, raw.geometry, like, path, more)
    if notices is not None:
        notices += [text for text in more if text not in notices]
    return Mask(matched, like, plain(name))


def _named_labels(path: Path) -> dict[int, str]:
    """Names by label, from the side-car of the file or the ``dataset.json`` beside it; empty where there is none."""
    for side in (path.parent / f"{image_stem(path)}.json", path.parent / "dataset.json"):
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
        header = file.read(_HEADER_BYTES).partition(b"\n\n")[0].decode("utf-8", errors="replace")
    fields: dict[str, dict[str, str]] = {}
    for number, key, value in re.findall(r"^Segment(\d+)_(Name|LabelValue|Layer):=(.*)$", header, re.MULTILINE):
        fields.setdefault(number, {})[key] = value.strip()
    segments = {}
    for number, values in fields.items():
        label, layer = values.get("LabelValue", ""), values.get("Layer", "0")
        if label.isdigit() and layer.isdigit():
            segments[plain(values.get("Name", "")) or f"segment {number}"] = (int(layer), int(label))
    return segments
