"""A process that is killed while it overwrites its exports leaves each file old or new, and whole."""

from __future__ import annotations

import subprocess
import sys

import nibabel as nib
import numpy as np
import pytest

from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.seg_read import read_seg
from proseg_gui.volume import DicomReference, Geometry, Volume

SHAPE = (3, 48, 40)
WRITER = """
import sys
from pathlib import Path
import numpy as np
from proseg_gui.io.export import export_masks
from proseg_gui.volume import DicomReference, Geometry, Mask, Volume

shape, folder = {shape}, Path(sys.argv[1])
geometry = Geometry.plain(shape)
uids = tuple(f"1.2.3.4.{{k + 1}}" for k in range(shape[0]))
reference = DicomReference("1.2.3", "1.2.3.4", "1.2.3.5", "1.2.840.10008.5.1.4.1.1.2", uids)
volume = Volume(np.zeros(shape, np.int16), geometry, modality="CT", dicom=reference)
number = 0
while True:
    mask = Mask(np.random.default_rng(number % 2).random(shape) < 0.5, geometry)
    for fmt, name in (("rtstruct", "rt.dcm"), ("seg", "seg.dcm"), ("nifti", "m.nii.gz")):
        export_masks(volume, [("a", mask)], fmt, folder / name, overwrite=True)
        print(fmt, flush=True)
    number += 1
"""


@pytest.mark.parametrize("lines", [3, 5, 7])
def test_every_file_is_whole(lines, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER.format(shape=SHAPE), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    for _ in range(lines):  # all three are there; then it dies in the middle of whatever comes next
        assert process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()
    geometry = Geometry.plain(SHAPE)
    uids = tuple(f"1.2.3.4.{k + 1}" for k in range(SHAPE[0]))
    reference = DicomReference("1.2.3", "1.2.3.4", "1.2.3.5", "1.2.840.10008.5.1.4.1.1.2", uids)
    volume = Volume(np.zeros(SHAPE, np.int16), geometry, modality="CT", dicom=reference)
    versions = [np.random.default_rng(seed).random(SHAPE) < 0.5 for seed in (0, 1)]
    found = [
        read_rtstruct(tmp_path / "rt.dcm", volume)[0].array,
        read_seg(tmp_path / "seg.dcm", volume)[0].array,
        np.asarray(nib.load(tmp_path / "m.nii.gz").dataobj).T > 0,
    ]
    for array in found:
        assert any(np.array_equal(array, version) for version in versions)
    visible = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".part-")}
    assert visible == {"rt.dcm", "seg.dcm", "m.nii.gz", "m.json"}
