"""``proseg-gui import-contours``: contours of any kind become the rater masks of a dataset case."""

from __future__ import annotations

import argparse
from pathlib import Path

from proseg_gui.cli import add_accept_grid, add_series
from proseg_gui.errors import UserError

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
    parser.add_argument("--out", type=Path, required=True, help="the case folder (for LIDC XML: a folder of cases)")
    parser.add_argument(
        "--straighten", action="store_true", help="resample tilted or uneven slices to an even, upright grid"
    )
    add_accept_grid(parser)
    add_series(parser)


def run(args: argparse.Namespace) -> int:
    """Read the image and the contours, write the case, say what was done."""
    from dataclasses import replace

    from proseg_gui.io.case_write import write_case
    from proseg_gui.io.contours.reading import kind_of, one_structure, readings_of
    from proseg_gui.io.images.resample import straightened
    from proseg_gui.io.open import open_study

    if args.rater and len(args.rater) != len(args.contours):
        raise UserError(
            f"got {len(args.contours)} contour files and {len(args.rater)} --rater",
            remedy="Give one --rater for each file, or none",
        )
    study = replace(open_study(args.image, contours=False, pick=args.series), readings=())
    notices = list(study.notices)
    if [path for path in args.contours if kind_of(path) == "LIDC reading"]:
        return _lidc(args, study.image, notices)
    readings = []
    for number, path in enumerate(args.contours):
        rater = args.rater[number] if args.rater else ""
        readings += readings_of(path, study.image, rater=rater, notices=notices, accept_grid=args.accept_grid)
    structures, drawn = one_structure(readings)
    study = replace(study, structures=structures, readings=drawn)
    if args.straighten:
        study, more = straightened(study)
        notices += more
    written, more = write_case(study, args.out, overwrite=args.overwrite)
    _say([*notices, *more], written)
    return 0


def _lidc(args: argparse.Namespace, volume: object, notices: list[str]) -> int:
    """One case for each nodule of a scan."""
    from proseg_gui.io.case_write import nodule_study, write_case
    from proseg_gui.io.contours.lidc import read_lidc
    from proseg_gui.volume import Volume

    assert isinstance(volume, Volume)
    if len(args.contours) > 1 or args.rater or args.straighten:
        raise UserError(
            "an LIDC file brings its own readers and is imported alone, as it stands",
            path=args.contours[0],
            remedy="Give it as the only file, without --rater and --straighten",
        )
    readings = read_lidc(args.contours[0], volume)
    if not readings.nodules:
        raise UserError("no reader outlined a nodule", path=args.contours[0])
    written: list[Path] = []
    for number, nodule in enumerate(readings.nodules):
        files, more = write_case(
            nodule_study(volume, readings, number, nodule.name), args.out / nodule.name, overwrite=args.overwrite
        )
        written += files
        notices += [text for text in more if text not in notices]
    _say(notices, written)
    return 0


def _say(notices: list[str], written: list[Path]) -> None:
    for notice in dict.fromkeys(notices):
        print(f"note: {notice}")
    for path in written:
        print(f"wrote {path}")
