"""Every method from a folder to files, with several structures and channels and uneven data, by the commands alone."""

from __future__ import annotations

import json

import nibabel as nib
import numpy as np
import pytest

from proseg_gui.bundle import load_bundle
from proseg_gui.catalogue import METHODS
from proseg_gui.cli import main
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.volume import Geometry, Mask

CHANNELS, STRUCTURES, RATERS = ("T1", "T1c", "T2"), ("core", "whole"), ("rater1", "rater2", "rater3")


WAYS = [[f"--method={entry.name}"] for entry in METHODS] + [
    [f"--method={entry.name}", f"{option.flag}={value}"]
    for entry in METHODS for option in entry.options for value in option.names[1:]
]  # fmt: skip
"""Every method, and of each its own options one by one (a backbone needs a file of weights)."""


@pytest.fixture(scope="module")
def tumours(tmp_path_factory):
    """Two structures by three raters on three channels; a missing mask, an empty one, a case of larger pixels."""
    root = tmp_path_factory.mktemp("many") / "tumours"
    rng = np.random.default_rng(0)
    for i in range(3):
        step = 2 if i == 2 else 1
        shape = (3, 24 // step, 20 // step)
        geometry = Geometry.plain(shape, (3.0, 1.0 * step, 1.0 * step))
        y, x = np.mgrid[: shape[1], : shape[2]] * step
        distance = np.broadcast_to(np.hypot(y - 12, x - 10), shape)
        for c, name in enumerate(CHANNELS):
            image = (np.where(distance < 3 + 2 * c, 100, 0) + rng.normal(0, 5, shape)).astype(np.float32)
            write_nifti(image, geometry, root / f"case{i}" / "images" / f"{name}.nii.gz")
        for s, structure in enumerate(STRUCTURES):
            for r, rater in enumerate(RATERS):
                if (i, s, r) == (1, 1, 1):
                    continue  # missing
                mask = distance < 3 + 3 * s + r if (i, s, r) != (0, 0, 2) else np.zeros(shape, bool)  # empty
                write_nifti(Mask(mask, geometry), geometry, root / f"case{i}" / "masks" / structure / f"{rater}.nii.gz")
    info = {"structures": STRUCTURES, "channels": CHANNELS}
    (root / "dataset.json").write_text(json.dumps(info))
    (root / "split.json").write_text(json.dumps({"train": ["case0", "case1"], "val": ["case2"]}))
    return root


@pytest.mark.parametrize("options", WAYS)
def test_structures_and_channels_from_training_to_files(tumours, tmp_path, options, capsys):
    model, out = tmp_path / "model", tmp_path / "out"
    words = ["train", str(tumours), "--out", str(model), "--steps", "4", "--widths", "4,8", "--device", "cpu"]
    assert main([*words, *options]) == 0
    bundle = load_bundle(model)
    assert bundle.card.structures == STRUCTURES and bundle.card.channels == CHANNELS
    assert bundle.card.spacing_mm == (1.0, 1.0) and bundle.card.metrics["validation"]["n_cases"] == 1
    words = ["predict", str(tumours), "--model", str(model), "--out", str(out), "--device", "cpu"]
    assert main([*words, "--rater", "all", "--samples", "2", "--uncertainty"]) == 0
    assert capsys.readouterr().err == ""
    for case, shape in (("case0", (20, 24, 3)), ("case2", (10, 12, 3))):
        maps = []
        for structure in STRUCTURES:
            folder = out / case / structure
            names = {path.name for path in folder.glob("*.nii.gz")}
            assert {f"rater_{rater}.nii.gz" for rater in RATERS} <= names
            assert len(list((folder / "samples").iterdir())) >= 2
            assert nib.load(folder / "uncertainty_total.nii.gz").shape == shape
            maps.append(np.asarray(nib.load(folder / "consensus_probability.nii.gz").dataobj))
        assert maps[0].shape == shape and np.isfinite(maps).all() and not np.array_equal(*maps)
