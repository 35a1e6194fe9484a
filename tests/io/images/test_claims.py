"""Headers that claim gigabytes: refused by the file's own size or by the memory, before anything is asked for."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
import zlib
from types import SimpleNamespace

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

from proseg_gui.errors import UserError
from proseg_gui.io.images import claims
from proseg_gui.io.images.reading import read_image

VALUES = np.arange(3 * 8 * 9, dtype=np.int16).reshape(3, 8, 9)


def _refused(path, said):
    tracemalloc.start()
    with pytest.raises(UserError, match=said) as caught:
        read_image(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.path == path and "\n" not in str(caught.value)
    assert peak < 200 << 20, f"{peak >> 20} MB were asked for"


def _replaced(path, old, new):
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    return path


def test_nrrd(tmp_path):
    for compressed in (False, True):
        path = tmp_path / f"{compressed}.nrrd"
        sitk.WriteImage(sitk.GetImageFromArray(VALUES), str(path), compressed)
        _refused(_replaced(path, b"sizes: 9 8 3", b"sizes: 9000 8000 3000"), "damaged or cut short")
        _refused(_replaced(path, b"sizes: 9000 8000 3000", b"sizes: 9 -8 3"), "no valid sizes")
        _refused(_replaced(path, b"sizes: 9 -8 3", b"sizes: 9 8"), "no valid dimension")


def test_compressed_metaimage(tmp_path):
    path = tmp_path / "a.mha"
    sitk.WriteImage(sitk.GetImageFromArray(VALUES), str(path), True)
    _refused(_replaced(path, b"DimSize = 9 8 3", b"DimSize = 9000 8000 3000"), "damaged or cut short")


def test_nifti_that_unpacks_to_far_more_than_its_header_says(tmp_path):
    nib.save(nib.Nifti1Image(VALUES, np.eye(4)), tmp_path / "a.nii")
    bomb = gzip.compress((tmp_path / "a.nii").read_bytes() + bytes(300 << 20), compresslevel=1)
    (tmp_path / "a.nii.gz").write_bytes(bomb)
    _refused(tmp_path / "a.nii.gz", "far more than its header says")


def test_png(tmp_path):
    Image.fromarray(np.zeros((8, 9), np.uint8)).save(tmp_path / "a.png")
    content = bytearray((tmp_path / "a.png").read_bytes())
    claimed = ((12000, 12000, "damaged or cut short"), (60000, 60000, "cannot be read|which no picture"))
    for width, height, said in claimed:
        content[16:24] = struct.pack(">II", width, height)
        content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
        (tmp_path / "a.png").write_bytes(content)
        _refused(tmp_path / "a.png", said)


def test_what_is_larger_than_the_free_memory_says_so(tmp_path, monkeypatch):
    nib.save(nib.Nifti1Image(np.zeros((100, 100, 100), np.int16), np.eye(4)), tmp_path / "a.nii")
    monkeypatch.setattr(claims.psutil, "virtual_memory", lambda: SimpleNamespace(available=1 << 20))
    _refused(tmp_path / "a.nii", r"needs 0\.0 GB of memory where 0\.0 GB are free")


def test_tiff_pages_of_different_sizes_and_a_page_size(tmp_path):
    pages = [Image.fromarray(np.full(shape, 5, np.uint8)) for shape in ((8, 9), (4, 9))]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    _refused(tmp_path / "a.tif", "pages are of different sizes")
    sizes = {"resolution_unit": 3, "x_resolution": 5, "y_resolution": 4}
    pages[0].save(tmp_path / "b.tif", save_all=True, append_images=[pages[0]], **sizes)
    volume, notices = read_image(tmp_path / "b.tif")
    assert volume.array.shape == (2, 8, 9) and volume.geometry.spacing_mm == (1.0, 2.5, 2.0)
    assert "2 x 2.5 mm comes from the file's resolution tag" in notices[0]
