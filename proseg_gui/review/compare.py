"""Two contours of a structure against each other: where they agree, where only one is, and how much that is.

What can be compared is a :class:`Side`: the draft, other settings of the model, masks that came with the case, accepted
readings. Given masks are compared in all pairs for a table.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from proseg_gui.io.base.atomic import atomic_bytes
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.metrics import SURFACE_TOLERANCE_MM
from proseg_gui.planes import Plane
from proseg_gui.review.agreement import Agreement, agreement
from proseg_gui.review.edits import Bricks
from proseg_gui.review.figures import ml_text
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import Point
from proseg_gui.volume import Geometry, Mask, Study

if TYPE_CHECKING:
    from proseg_gui.review.desk import Desk

Flat = npt.NDArray[np.bool_]
DRAFT, CONSENSUS, OTHERWISE = "draft", "consensus", "otherwise"
ADJUSTED, NOT_ADJUSTED = "Adjusted for the scanner", "Not adjusted for the scanner"
COLUMNS = ("case", "structure", "A", "B", "metric", "value")


@dataclass(frozen=True, eq=False)
class Side:
    """One of two contours. ``key`` tells sides apart and finds one again; ``name`` is for people.

    Parameters
    ----------
    point:
        Where the model draws it.
    mask:
        Its voxels, where these are given. Neither of both: the draft, which changes under the hand.
    otherwise:
        Drawn without adjusting for the scanner where the model does so now, and the other way round.
    """

    key: str
    name: str
    point: Point | None = None
    mask: Mask | Bricks | None = None
    otherwise: bool = False


def sides(desk: Desk) -> tuple[Side, ...]:
    """What there is of the active structure, the draft first."""
    if desk.study is None or not desk.structure_name:
        return ()
    found, number, review = [Side(DRAFT, "Current draft")], desk.structure, desk.review
    if review is not None and number < len(desk.modelled):
        draw = review.sliders
        found.append(Side(CONSENSUS, "Consensus style", draw.consensus_style()))
        if review.engine.method.capabilities.adjusts:
            name = NOT_ADJUSTED if review.engine.adjusted else ADJUSTED
            found.append(Side(OTHERWISE, name, desk.latents.point, otherwise=True))
        if review.engine.method.capabilities.personalised:
            found += [Side(f"rater/{name}", f"As {name}", draw.rater_point(name)) for name in review.engine.raters]
        found += [Side(kept.key, f"Remembered: {kept.name}", kept.point) for kept in desk.latents.remembered]
        readings = review.given(number)
    else:
        readings = desk.study.readings_of(desk.structure_name, desk.structures)
    for reading in readings:
        name = f"{reading.rater} ({reading.reading})" if reading.reading else reading.rater
        found.append(Side(f"given/{reading.rater}/{reading.reading}", f"Given by {name}", mask=reading.mask))
    document = desk.document
    for step in document.history:
        kept = step.reading
        if kept is not None and kept.structure == desk.structure_name and not document.withdrawn(kept.id):
            name = f"Accepted by {kept.person or 'nobody named'}, version {kept.sequence}"
            found.append(Side(f"reading/{kept.id}", name, mask=document.masks[kept.mask]))
    return tuple(found)


def draft_voxels(desk: Desk) -> Bricks | None:
    """The active structure as shown, every voxel; ``None`` until the volume was worked out where the sliders stand."""
    kept = desk.shapes.kept(desk.structure)
    if kept is not None or not desk.is_modelled:
        return kept
    drawn, evidence = desk.across.current(desk.structure), desk.document.evidence(desk.structure_name)
    return drawn.overlaid(evidence) if drawn is not None and evidence.packed else drawn


def voxels_of(side: Side, review: Reviewed | None, structure: int, token: CancelToken) -> Flat:
    """``(z, y, x)`` of a side that is no draft; the model draws it where it has a point."""
    if isinstance(side.mask, Bricks):
        return side.mask.mask()
    if side.mask is not None:
        return side.mask.array
    assert review is not None and side.point is not None
    if side.otherwise:
        return review.other_engine().mask(side.point, structure, token).array
    return review.measured_mask(side.point, structure, token, no_progress).array


@dataclass(frozen=True, eq=False)
class Compared:
    """Both sides' voxels, and figures over the whole volume."""

    a: Flat
    b: Flat
    figures: Agreement
    ml: tuple[float, float]

    @classmethod
    def of(cls, a: Flat, b: Flat, geometry: Geometry) -> Compared:
        """Measure two ``(z, y, x)`` masks against each other."""
        ml = Mask(a, geometry).volume_ml, Mask(b, geometry).volume_ml
        return cls(a, b, agreement(a, b, geometry), ml)

    @property
    def text(self) -> str:
        """All figures in a line."""
        found = self.figures
        far = f"{found.hd95_mm:.1f} mm" if np.isfinite(found.hd95_mm) else "\u221e"
        return (
            f"Dice {found.dice:.3f} \u00b7 surface Dice ({SURFACE_TOLERANCE_MM:g} mm) {found.surface_dice:.3f} \u00b7 "
            f"HD95 {far} \u00b7 A {ml_text(self.ml[0])} \u00b7 B {ml_text(self.ml[1])}"
        )


@dataclass(frozen=True, eq=False)
class Parts:
    """A plane's voxels ``(row, column)``: in both, in A only, in B only. No voxel is in two of them."""

    both: Flat
    only_a: Flat
    only_b: Flat

    @classmethod
    def of(cls, a: Flat, b: Flat) -> Parts:
        """Of two masks of the plane."""
        return cls(a & b, a & ~b, b & ~a)


def on_plane(side: Side, whole: Flat | None, desk: Desk, plane: Plane) -> Flat | None:
    """What a side holds of a plane: the draft as it is at this moment, anything else of ``whole``."""
    if side.key != DRAFT:
        return None if whole is None else plane.take(whole)
    if plane == Plane(0, desk.slice_index):
        return desk.shown_on_slice()
    kept = draft_voxels(desk)
    return None if kept is None else kept.plane(plane.axis, plane.index) > 0


# -- given against given ----------------------------------------------------------------------------------------------
Row = tuple[str, str, str, str, str, float]


def given_pairs(study: Study, token: CancelToken, progress: Progress = no_progress) -> list[Row]:
    """All pairs of masks that were given of the same structure, a row a metric.

    Metrics: ``dice``, ``surface_dice_2mm``, ``hd95_mm``, ``assd_mm``, and ``volume_ml``, A's minus B's.
    """
    pairs = list(_pairs(study))
    rows: list[Row] = []
    for number, (structure, names, a, b) in enumerate(pairs):
        token.check()
        progress(number / len(pairs), f"pair {number + 1} of {len(pairs)}")
        found = agreement(a.array, b.array, study.geometry)
        figures = {
            "dice": found.dice,
            f"surface_dice_{SURFACE_TOLERANCE_MM:g}mm": found.surface_dice,
            "hd95_mm": found.hd95_mm,
            "assd_mm": found.assd_mm,
            "volume_ml": found.volume_ml,
        }
        rows += [(study.name, structure, *names, metric, value) for metric, value in figures.items()]
    return rows


def _pairs(study: Study) -> Iterator[tuple[str, tuple[str, str], Mask, Mask]]:
    for structure in dict.fromkeys(reading.structure for reading in study.readings):
        own = [reading for reading in study.readings if reading.structure == structure]
        for a, b in itertools.combinations(own, 2):
            one, other = (f"{r.rater} ({r.reading})" if r.reading else r.rater for r in (a, b))
            yield structure, (one, other), a.mask, b.mask


def pairs_there(study: Study | None) -> bool:
    """Whether two masks of one structure were given."""
    return study is not None and any(True for _ in _pairs(study))


def write_pairs(path: Path, rows: list[Row]) -> None:
    """Write the rows as CSV (UTF-8, decimal points, ``inf`` for the distance to nothing), whole or not at all."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([*row[:-1], repr(float(row[-1]))] for row in rows)
    atomic_bytes(path, made.getvalue().encode("utf-8"), overwrite=True)
