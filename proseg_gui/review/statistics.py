"""Figures of every structure of a case: how large it is, where it lies, and which values the scan has in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from proseg_gui.io.base.atomic import atomic_bytes
from proseg_gui.volume import Geometry, Mask

COLUMNS = (
    "case", "structure", "state", "voxels", "volume_ml", "first_slice", "last_slice", "channel", "unit", "mean", "sd",
    "min", "median", "max", "centre_x_mm", "centre_y_mm", "centre_z_mm",
)  # fmt: skip


@dataclass(frozen=True)
class Statistics:
    """Of one structure.

    ``slices``: first and last, from 0. Values are those of the scan's voxels inside, in its unit; ``sd`` is that of
    the population. ``centre_mm``: x, y, z in LPS, every voxel weighed by its volume.
    """

    structure: str
    state: str
    voxels: int
    ml: float
    slices: tuple[int, int]
    mean: float
    sd: float
    low: float
    median: float
    high: float
    centre_mm: tuple[float, float, float]


def statistics(
    structure: str, state: str, inside: npt.NDArray[np.bool_], values: npt.NDArray[np.generic], geometry: Geometry
) -> Statistics | None:
    """Measure ``(z, y, x)`` voxels; ``None`` where there are none."""
    places = np.argwhere(inside)
    if not len(places):
        return None
    found = values[inside].astype(np.float64)
    weights = geometry.slice_thickness_mm()[places[:, 0]]  # pixels are of one area
    x, y, z = np.average(geometry.index_to_world(places), axis=0, weights=weights).tolist()
    return Statistics(
        structure, state, len(places), Mask(inside, geometry).volume_ml, (int(places[0, 0]), int(places[-1, 0])),
        float(found.mean()), float(found.std()), float(found.min()), float(np.median(found)), float(found.max()),
        (x, y, z),
    )  # fmt: skip


def as_csv(case: str, channel: str, unit: str, rows: Sequence[Statistics]) -> str:
    """A line a structure under :data:`COLUMNS`; slices count from 1, numbers have decimal points."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        numbers = [row.mean, row.sd, row.low, row.median, row.high, *row.centre_mm]
        writer.writerow([
            case, row.structure, row.state, row.voxels, f"{row.ml:.6g}", row.slices[0] + 1, row.slices[1] + 1, channel,
            unit, *(f"{number:.6g}" for number in numbers),
        ])  # fmt: skip
    return text.getvalue()


def write_csv(path: Path, text: str) -> None:
    """Write what :func:`as_csv` gave, whole or not at all."""
    atomic_bytes(path, text.encode("utf-8"))
