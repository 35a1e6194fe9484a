"""A tiny data set on the disk, with one of each thing that a table can show."""

from __future__ import annotations

import json

import numpy as np
import pytest

from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.volume import Geometry

RATERS = ("anna", "ben", "cleo")
GEOMETRY = Geometry.plain((1, 24, 20), (3.0, 1.0, 1.0))


def write_case(folder, seed, raters=RATERS, empty=()):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:24, :20]
    distance = np.hypot(y - 12 - rng.uniform(-2, 2), x - 10 - rng.uniform(-2, 2))[None]
    image = (100 / (1 + np.exp(distance - 6)) + rng.normal(0, 4, distance.shape)).astype(np.float32)
    write_nifti(image, GEOMETRY, folder / "image.nii.gz")
    for i, rater in enumerate(RATERS):
        if rater in raters:
            mask = (distance < 4 + i) & (rater not in empty)
            write_nifti(mask.astype(np.uint8), GEOMETRY, folder / "masks" / f"{rater}.nii.gz")


@pytest.fixture
def discs(tmp_path):
    """Six cases: 2 has no cleo, 3 an empty ben, 4 a mask on another grid, 5 and 0 are of one patient; no split."""
    folder = tmp_path / "discs"
    for i in range(6):
        raters = ("anna", "ben") if i == 2 else RATERS
        write_case(folder / f"case{i}", i, raters, ("ben",) if i == 3 else ())
    wrong = Geometry.plain((1, 9, 9), (3.0, 1.5, 1.5))  # no box of the image's own voxels, which would be placed
    write_nifti(np.ones((1, 9, 9), np.uint8), wrong, folder / "case4" / "masks" / "anna.nii.gz", overwrite=True)
    patients = {f"case{i}": f"p{i}" for i in range(5)} | {"case5": "p0"}
    (folder / "dataset.json").write_text(json.dumps({"name": "discs", "patients": patients, "modality": "MR"}))
    return folder
