"""Scans to measure on: the demo phantom's middle, brought to any size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import ndimage

from proseg_gui.volume import Geometry, Study, Volume


def plane_study(size: int, spacing_mm: float, n_slices: int = 3) -> Study:
    """``n_slices`` of ``size`` x ``size`` pixels at the model's own spacing, MR-like grey values 0..255."""
    from proseg_gui.phantom import demo_study

    values = demo_study().image.array[24].astype(np.float32)
    big = ndimage.zoom(values, size / values.shape[0], order=1)[:size, :size]
    grey = np.clip((big + 160.0) * (255.0 / 400.0), 0, 255).astype(np.float32)
    geometry = Geometry.plain((n_slices, size, size), (3.0, spacing_mm, spacing_mm))
    return Study(f"bench {size}", {"MR": Volume(np.repeat(grey[None], n_slices, 0), geometry, modality="MR")})


def write_ct(folder: str, shape: tuple[int, int, int]) -> dict[str, int]:
    """Write a CT series of ``shape`` (z, y, x), 360 mm wide, into ``folder``."""
    from proseg_gui.io.dicom.write import write_series
    from proseg_gui.phantom import demo_study

    demo = demo_study().image
    zoom = [n / m for n, m in zip(shape, demo.array.shape, strict=True)]
    values = ndimage.zoom(demo.array.astype(np.float32), zoom, order=1)[: shape[0], : shape[1], : shape[2]]
    geometry = Geometry.plain(tuple(values.shape), (1.0, 360.0 / shape[1], 360.0 / shape[2]))
    volume = Volume(np.rint(values).astype(np.int16), geometry, unit="HU", modality="CT", window=(40.0, 400.0))
    write_series(volume, Path(folder) / "ct")
    return {"slices": shape[0]}


def scan_headers(folder: str) -> dict[str, float]:
    """Seconds to find the series of ``folder`` by headers alone, to three decimals; no pixel is read."""
    import time

    from proseg_gui.io.dicom.reading import scan_folder

    started = time.perf_counter()
    listed = scan_folder(folder)
    seconds = time.perf_counter() - started
    assert len(listed.series) == 1 and listed.series[0].problem is None
    return {"seconds": round(seconds, 3)}
