"""JPEG as DCMTK's encoder writes it, against DCMTK's own decoder: not one value differs.

dcmcjpeg and dcmdjpeg are in the Debian package dcmtk; they are never a dependency.
"""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pydicom
import pytest

from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.open import open_study
from proseg_gui.volume import Geometry, Volume

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(shutil.which("dcmdjpeg") is None, reason="needs the Debian package dcmtk"),
]
CODERS = {
    "extended, 12 bits, quality 90": ["+ee", "+bt", "+q", "90"],
    "extended, 12 bits, quality 30": ["+ee", "+bt", "+q", "30"],
    "extended, bits chosen": ["+ee"],
    "baseline": ["+eb"],
    "lossless": ["+el"],
    "lossless, first prediction": ["+e1"],
}


@pytest.mark.parametrize("stored", [6, 7, 8, 10, 12])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("coder", CODERS)
def test_the_same_values_as_dcmtk(coder, stored, signed, tmp_path):
    rng = np.random.default_rng(stored)
    y, x = np.mgrid[:61, :83]
    wave = 0.5 + 0.36 * np.sin(x / 17) * np.cos(y / 11) + rng.normal(0, 0.03, (2, 61, 83))
    values = np.rint(wave.clip(0, 1) * ((1 << stored) - 1)).astype(np.int16) - ((1 << (stored - 1)) if signed else 0)
    grid = Geometry(values.shape, [0.0, 0, 0], (2.0, 1.0, 1.0), np.eye(3))
    write_series(Volume(values, grid, modality="MR"), tmp_path / "raw")
    (tmp_path / "coded").mkdir()
    (tmp_path / "dcmtk").mkdir()
    for path in (tmp_path / "raw").iterdir():
        ds = pydicom.dcmread(path)
        ds.BitsStored, ds.HighBit, ds.PixelRepresentation = stored, stored - 1, int(signed)
        ds.RescaleSlope, ds.RescaleIntercept = 1, 0
        kind = np.int16 if signed else np.uint16
        ds.PixelData = (values[ds.InstanceNumber - 1].astype(kind) & ((1 << stored) - 1)).astype(np.uint16).tobytes()
        ds.save_as(path, enforce_file_format=True)
        coded = tmp_path / "coded" / path.name
        done = subprocess.run(["dcmcjpeg", *CODERS[coder], path, coded], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"dcmcjpeg does not write this: {done.stderr.strip()[-120:]}")
        subprocess.run(["dcmdjpeg", coded, tmp_path / "dcmtk" / path.name], check=True)
    ours, theirs = open_study(tmp_path / "coded").image.array, open_study(tmp_path / "dcmtk").image.array
    assert np.array_equal(ours, theirs)
    assert ("lossless" not in coder) or np.array_equal(ours, values)
