"""``proseg-gui import-contours``: contours of any kind become the rater masks of a dataset case."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from proseg_gui.cli import add_accept_grid, add_map, add_series
from proseg_gui.errors import UserError

if TYPE_CHECKING:
    from proseg_gui.volume import Reading, Study, Volume

EXAMPLE = "example: proseg-gui import-contours ct_folder dr_a.dcm dr_b.dcm --out dataset/case_1"


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "import-contours", help="write contours on an image as the rater masks of a dataset case", epilog=EXAMPLE
    )
    parser.add_argument("image", type=Path, metavar="IMAGE", help="the scan that the contours were drawn on")
    parser.add_argument(
        "contours",
        type=Path,
        nargs="+",
        metavar="CONTOURS",
        help="RTSTRUCT, DICOM SEG, label map or LIDC-IDRI XML; one file for each rater",
    )
    parser.add_argument(
        "--rater", action="append", default=[], metavar="NAME", help="who drew each file, in the same order"
    )
    add_map(parser)
    parser.add_argument("--out", type=Path, help="the case folder (for LIDC XML: a folder of cases)")
    parser.add_argument(
        "--map-out", type=Path, metavar="FILE", help="write the proposed table of --map (JSON, or CSV) and nothing else"
    )
    parser.add_argument(
        "--straighten", action="store_true", help="resample tilted or uneven slices to an even, upright grid"
    )
    add_accept_grid(parser)
    add_series(parser)


def run(args: argparse.Namespace) -> int:
    """Read the image and the contours, write the case, say what was done."""
    from proseg_gui.io.case_write import write_case
    from proseg_gui.io.contours.naming_map import write_map
    from proseg_gui.io.contours.reading import kind_of, named_rows, read_drawn
    from proseg_gui.io.images.resample import straightened
    from proseg_gui.io.open import open_study

    if args.rater and len(args.rater) != len(args.contours):
        raise UserError(
            f"got {len(args.contours)} contour files and {len(args.rater)} --rater",
            remedy="Give one --rater for each file, or none",
        )
    if (args.out is None) == (args.map_out is None):
        raise UserError("it needs one of --out and --map-out", remedy="Give --out CASE to write the case")
    study = replace(open_study(args.image, contours=False, pick=args.series), readings=())
    notices = list(study.notices)
    if args.map_out is None and [path for path in args.contours if kind_of(path) == "LIDC reading"]:
        return _lidc(args, study.image, notices)
    drawn = read_drawn(args.contours, study.image, notices, raters=args.rater, accept_grid=args.accept_grid)
    rows = named_rows(drawn, args.map, notices)
    if args.map_out is not None:
        write_map(args.map_out, rows, overwrite=args.overwrite)
        _say(notices, [args.map_out])
        return 0
    readings = drawn.readings(rows)
    study = replace(study, structures=tuple(dict.fromkeys(r.structure for r in readings)), readings=tuple(readings))
    if args.straighten:
        study, more = straightened(study)
        notices += more
        study = _without_lost(study, readings, notices)
    written, more = write_case(study, args.out, overwrite=args.overwrite)
    _say([*notices, *more], written)
    return 0


def _without_lost(study: Study, before: Sequence[Reading], notices: list[str]) -> Study:
    """``study`` without drawings whose last voxel was lost on the new grid: that is no drawing of nothing."""
    kept = []
    for old, new in zip(before, study.readings, strict=True):
        if old.mask.array.any() and not new.mask.array.any():
            notices.append(
                f"{new.rater}'s drawing of {new.structure!r} is smaller than a voxel of the new grid: left out."
            )
        else:
            kept.append(new)
    return replace(study, readings=tuple(kept))


def _lidc(args: argparse.Namespace, volume: Volume, notices: list[str]) -> int:
    """One case for each nodule of a scan."""
    from proseg_gui.io.case_write import nodule_study, write_case
    from proseg_gui.io.contours.lidc import read_lidc

    if len(args.contours) > 1 or args.rater or args.straighten or args.map:
        raise UserError(
            "an LIDC file brings its own readers and is imported alone, as it stands",
            path=args.contours[0],
            remedy="Give it as the only file, without --rater, --map and --straighten",
        )
    readings = read_lidc(args.contours[0], volume, notices=notices)
    if not readings.nodules:
        raise UserError("no reader outlined a nodule", path=args.contours[0])
    written: list[Path] = []
    for number, nodule in enumerate(readings.nodules):
        study = nodule_study(volume, readings, number, nodule.name)
        empty = [reading.rater for reading in study.readings if not reading.mask.array.any()]
        if empty:
            notices.append(f"{nodule.name}: {', '.join(empty)} saw the scan and outlined nothing there: empty masks.")
        files, more = write_case(study, args.out / nodule.name, overwrite=args.overwrite)
        written += files
        notices += [text for text in more if text not in notices]
    _say(notices, written)
    return 0


def _say(notices: list[str], written: list[Path]) -> None:
    for notice in dict.fromkeys(notices):
        print(f"note: {notice}")
    for path in written:
        print(f"wrote {path}")
