"""Damaged mosaics, SPECT, headerless files, pictures and zip files in zip files: an image, a mask, or one sentence."""

from __future__ import annotations

import gc
import io
import zipfile

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset

from proseg_gui.errors import UserError
from proseg_gui.io.images.masks import read_mask
from proseg_gui.io.open import SeveralSeries, open_study
from proseg_gui.volume import Geometry

TRIES = 60
DRAWN = np.zeros((16, 18), bool)
DRAWN[4:9, 3:12] = True


def _damaged(content: bytes, seed: int) -> bytes:
    """One to five flipped bytes, half of them in the first 2000; one file in seven is cut."""
    rng = np.random.default_rng(seed)
    if seed % 7 == 0:
        return content[: int(rng.integers(1, len(content)))]
    damaged = bytearray(content)
    for _ in range(int(rng.integers(1, 6))):
        end = len(damaged) if rng.random() < 0.5 else min(2000, len(damaged))
        damaged[int(rng.integers(0, end))] = int(rng.integers(0, 256))
    return bytes(damaged)


def _mosaic(paths):
    ds = pydicom.dcmread(paths[0])
    ds.Modality, ds.ImageType, ds.SpacingBetweenSlices = "MR", ["ORIGINAL", "PRIMARY", "M", "MOSAIC"], 3
    ds.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", 4)
    entry = b"SliceNormalVector".ljust(64, b"\0") + b"".join(n.to_bytes(4, "little") for n in (3, 0, 3, 3, 77))
    for text in (b"0\0", b"0\0", b"1\0"):
        entry += b"".join(n.to_bytes(4, "little") for n in (2, 2, 77, 2)) + text.ljust(4, b"\0")
    csa = b"SV10\4\3\2\1" + (1).to_bytes(4, "little") + (77).to_bytes(4, "little") + entry
    ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "OB", csa)
    return ds


def _spect(paths):
    ds = pydicom.dcmread(paths[0])
    ds.Modality, ds.SOPClassUID, ds.ImageType = "NM", "1.2.840.10008.5.1.4.1.1.20", ["O", "P", "RECON TOMO", "E"]
    ds.NumberOfFrames, ds.SpacingBetweenSlices, ds.SliceVector = 2, -3, [1, 2]
    item = Dataset()
    item.ImagePositionPatient, item.ImageOrientationPatient = ds.ImagePositionPatient, ds.ImageOrientationPatient
    del ds.ImagePositionPatient, ds.ImageOrientationPatient
    ds.DetectorInformationSequence = [item]
    ds.PixelData = ds.PixelData * 2
    return ds


@pytest.mark.parametrize("kind", ["mosaic", "SPECT", "headerless", "zip in zip"])
def test_damaged_images(kind, dicom_series, along_z, tmp_path):
    paths = dicom_series(tmp_path / "s", np.arange(16 * 18, dtype=np.uint16).reshape(1, 16, 18), along_z(1))
    out = io.BytesIO()
    ds = {"mosaic": _mosaic, "SPECT": _spect}.get(kind, lambda found: pydicom.dcmread(found[0]))(paths)
    ds.save_as(out, enforce_file_format=True)
    content = out.getvalue()
    if kind == "headerless":
        content = content[144 + int.from_bytes(content[140:144], "little") :]
    elif kind == "zip in zip":
        for name in ("a.dcm", "inner.zip"):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(name, content)
            content = packed.getvalue()
    path = tmp_path / "d"
    path.write_bytes(content)
    assert open_study(path).image.array.size in (16 * 18, 2 * 16 * 18)
    opened = 0
    for seed in range(TRIES):
        path.write_bytes(_damaged(content, seed))
        try:
            opened += np.isfinite(open_study(path).image.array).all()
        except SeveralSeries:
            opened += 1
        except UserError as error:
            assert str(error).isprintable() and len(str(error)) < 1000
    assert opened > 0 or kind == "zip in zip"  # there nearly every byte is under a checksum
    gc.collect()


@pytest.mark.parametrize("kind", ["palette.png", "la.png", "la16.png", "rgba.png", "bit.png", "palette.tif", "bit.tif"])
def test_damaged_pictures(kind, tmp_path):
    full = (DRAWN * 255).astype(np.uint8)
    palette = Image.fromarray(DRAWN.astype(np.uint8), "P")
    palette.putpalette([0, 0, 0, 128, 0, 0] + [0] * 750)
    images = {
        "palette": palette, "la": Image.fromarray(np.stack([full, np.full_like(full, 255)], -1), "LA"),
        "rgba": Image.fromarray(np.stack([full] * 4, -1)), "bit": Image.fromarray(DRAWN),
        "la16": Image.fromarray(full),
    }  # fmt: skip
    path = tmp_path / kind
    images[kind.split(".")[0]].save(path)
    content = path.read_bytes()
    if kind == "la16.png":  # claims to be of another kind than its data
        content = content[:24] + bytes([16, 4]) + content[26:]
    for seed in range(TRIES):
        path.write_bytes(_damaged(content, seed))
        try:
            read_mask(path, Geometry.plain((1, *DRAWN.shape)))
        except UserError as error:
            assert str(error).isprintable() and len(str(error)) < 1000
