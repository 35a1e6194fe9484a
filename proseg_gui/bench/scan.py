"""Scans to measure on: the demo phantom's middle, brought to any size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import ndimage

from proseg_gui.volume import Geometry, Study, Volume


def framed_study(size: int, spacing_mm: float = 2.0, repeats: int = 1) -> Study:
    """The slices of the phantom with the tumour, ``repeats`` times over, amid ``size`` x ``size`` pixels of air.

    At the phantom model's own pixel size nothing is resampled, and the outline is as long as that of a real case.
    """
    from proseg_gui.phantom import demo_study

    demo = demo_study().image
    zoom = demo.geometry.spacing_mm[1] / spacing_mm
    values = ndimage.zoom(demo.array[16:32:4].astype(np.float32), (1.0, zoom, zoom), order=1)
    framed = np.full((len(values), size, size), demo.array.min(), np.float32)
    first = (size - values.shape[1]) // 2
    framed[:, first : first + values.shape[1], first : first + values.shape[2]] = values
    framed = np.repeat(framed, repeats, 0)
    geometry = Geometry.plain(framed.shape, (10.0, spacing_mm, spacing_mm))
    return Study(f"bench {size}", {"CT": Volume(framed, geometry, "HU", "CT", demo.description)})


def ct_volume(shape: tuple[int, int, int]) -> Volume:
    """The phantom as a CT of ``shape`` (z, y, x), 360 mm wide, with slices 1 mm apart."""
    from proseg_gui.phantom import demo_study

    demo = demo_study().image
    zoom = [n / m for n, m in zip(shape, demo.array.shape, strict=True)]
    values = ndimage.zoom(demo.array.astype(np.float32), zoom, order=1)[: shape[0], : shape[1], : shape[2]]
    geometry = Geometry.plain(tuple(values.shape), (1.0, 360.0 / shape[1], 360.0 / shape[2]))
    grey = np.rint(values).astype(np.int16)
    return Volume(grey, geometry, unit="HU", modality="CT", window=(40.0, 400.0), description=demo.description)


def write_ct(folder: str, shape: tuple[int, int, int]) -> dict[str, int]:
    """Write :func:`ct_volume` as a CT series into ``folder``."""
    from proseg_gui.io.dicom.write import write_series

    write_series(ct_volume(shape), Path(folder) / "ct")
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
