"""Folders as other projects lay them out: read as cases where that is plain, else named, with the way to ours.

QUBIQ keeps every rater's mask beside the image (``CASE/task01_seg03.nii.gz``); nnU-Net and the Medical Segmentation
Decathlon keep images and label maps of all cases in two folders.
"""

from __future__ import annotations

import re
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.images.reading import image_files, image_stem
from proseg_gui.wording import plural

_BESIDE = re.compile(
    r"^(?:(?P<structure>.+)_)?(?P<rater>(?:seg|mask|rater|reader|expert|annotator)[-_]?\d+)$", re.IGNORECASE
)
_CHANNEL = re.compile(r"_\d{4}$")


def drawings_beside(folder: Path, structure: str) -> dict[tuple[str, str, str], Path]:
    """``{(structure, rater, ""): file}`` of the masks beside a case's image; ``structure`` where they name none."""
    found = {}
    for item in image_files(folder):
        parts = _BESIDE.match(image_stem(item))
        if parts is not None:
            found[parts["structure"] or structure, parts["rater"], ""] = item
    return found


def has_drawings(folder: Path) -> bool:
    """Whether a case's folder holds masks, by their names."""
    return (folder / "masks").is_dir() or bool(drawings_beside(folder, ""))


def foreign_layout(folder: Path) -> UserError | None:
    """The sentence for a data set of a layout that is not read; ``None`` for any other folder."""
    images, labels = folder / "imagesTr", folder / "labelsTr"
    if not images.is_dir() or not (labels.is_dir() or (folder / "dataset.json").is_file()):
        return None
    files = image_files(images)
    cases = sorted({_CHANNEL.sub("", image_stem(item)) for item in files})
    first = next((item for item in files if image_stem(item).startswith(cases[0])), None) if cases else None
    drawn = [item for item in image_files(labels) if cases and image_stem(item) == cases[0]] if labels.is_dir() else []
    example = f"imagesTr/{first.name} labelsTr/{(drawn or [first])[0].name}" if first is not None else "IMAGE LABELS"
    return UserError(
        f"this is an nnU-Net data set ({plural(len(cases), 'case')} in imagesTr, label maps in "
        "labelsTr), where a case of ours is a folder with one mask a rater",
        path=folder,
        remedy=f"Write each case as ours: proseg-gui import-contours {example} --rater NAME --out DATASET/"
        f"{cases[0] if cases else 'CASE'}; or open an image in imagesTr",
    )
