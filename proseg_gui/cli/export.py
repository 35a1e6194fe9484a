"""``proseg-gui export``: masks on an image's grid, written as NIfTI, RTSTRUCT or DICOM SEG."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from proseg_gui.cli import add_accept_grid, add_map, add_series
from proseg_gui.errors import UserError

if TYPE_CHECKING:
    from proseg_gui.io.base.provenance import Provenance
    from proseg_gui.io.export import Content
    from proseg_gui.volume import Volume

EXAMPLES = """examples:
  proseg-gui export --image ct_folder --mask lesion.nii.gz --name GTV --format rtstruct --out rs.dcm
  proseg-gui export --image ct --mask consensus_probability.nii.gz --name GTV --format seg --fractional --out p.dcm
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "export",
        help="write masks as NIfTI, RTSTRUCT or DICOM SEG",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--image", type=Path, required=True, help="the scan that the masks belong to")
    parser.add_argument(
        "--mask", type=Path, action="append", required=True, help="a mask file (with --map: contours); may be repeated"
    )
    parser.add_argument("--name", action="append", default=[], help="name of each mask, in the same order")
    add_map(parser)
    parser.add_argument("--format", choices=("rtstruct", "nifti", "seg"), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--fractional",
        action="store_true",
        help="seg only: each file holds shares from 0 to 1, such as predict's consensus_probability.nii.gz, and they "
        "are written as they are, in steps of 1/255",
    )
    parser.add_argument("--append-to", type=Path, help="an RTSTRUCT of the same series whose regions are kept")
    parser.add_argument(
        "--code",
        action="append",
        default=[],
        metavar="CODE|MEANING",
        help="seg only: what each mask is, in the same order, such as Lesion or SCT:41216001; Tissue without. "
        "A word that is not exact gets the nearest ones",
    )
    parser.add_argument(
        "--deidentify",
        action="store_true",
        help="no patient data, new UIDs; DICOM comes with a copy of the image without patient data beside it",
    )
    add_accept_grid(parser)
    parser.add_argument(
        "--pseudonym",
        default="",
        metavar="NAME",
        help="with --deidentify: what the patient is called instead. All exports of a study under this name, made on "
        "this computer, have the same new UIDs; without it they are new each time",
    )
    add_series(parser)


def run(args: argparse.Namespace) -> int:
    """Read, check the grids, write, read back."""
    from proseg_gui.io.contours.structure_codes import structure_code
    from proseg_gui.io.export import export_masks
    from proseg_gui.io.open import open_study

    if args.map is not None and args.name:
        raise UserError("the map says what each mask is called", remedy="Leave out --name")
    if args.map is None and len(args.mask) != len(args.name):
        raise UserError(
            f"got {len(args.mask)} --mask and {len(args.name)} --name",
            remedy="Give one --name for each --mask, or a --map",
        )
    if len(set(args.name)) != len(args.name):
        raise UserError("two masks have the same --name", remedy="Give each mask its own name")
    if args.code and args.format != "seg":
        raise UserError("--code goes with --format seg and is given once for each --mask")
    if args.fractional and (args.format != "seg" or args.map is not None):
        raise UserError("--fractional goes with --format seg and with --name", remedy="Give both, or leave it out")
    if args.pseudonym and not args.deidentify:
        raise UserError("--pseudonym goes with --deidentify", remedy="Give both, or neither")
    codes = [structure_code(text) for text in args.code] or None
    study = open_study(args.image, pick=args.series)
    notices: list[str] = list(study.notices)
    read = _mapped if args.map is not None else _shares if args.fractional else _named
    masks, origins = read(args, study.image, notices)
    if codes is not None and len(codes) != len(masks):
        raise UserError("--code goes with --format seg and is given once for each --mask")
    written = export_masks(
        study,
        masks,
        args.format,
        args.out,
        overwrite=args.overwrite,
        append_to=args.append_to,
        origins=origins,
        deidentify=args.deidentify,
        pseudonym=args.pseudonym,
        codes=codes,
        notices=notices,
    )
    for notice in dict.fromkeys(notices):
        print(f"note: {notice}")
    for path in written:
        print(f"wrote {path}")
    return 0


def _named(
    args: argparse.Namespace, volume: Volume, notices: list[str]
) -> tuple[list[tuple[str, Content]], list[Provenance | None]]:
    """One mask from each file, called as --name says."""
    from proseg_gui.io.base.provenance import Provenance
    from proseg_gui.io.images.masks import read_mask
    from proseg_gui.io.images.nifti_write import origin_beside, remarked

    masks = [
        (name, read_mask(path, volume.geometry, notices=notices, accept_grid=args.accept_grid))
        for path, name in zip(args.mask, args.name, strict=True)
    ]
    origins: list[Provenance | None] = [
        remarked(origin_beside(path, mask) or Provenance(), mask.remark)
        for path, (_, mask) in zip(args.mask, masks, strict=True)
    ]
    return list(masks), origins


def _shares(
    args: argparse.Namespace, volume: Volume, notices: list[str]
) -> tuple[list[tuple[str, Content]], list[Provenance | None]]:
    """One map of shares from each file, called as --name says."""
    from proseg_gui.io.base.provenance import Provenance
    from proseg_gui.io.images.nifti_write import origin_beside, remarked
    from proseg_gui.io.images.shares import read_share

    maps: list[tuple[str, Content]] = []
    origins: list[Provenance | None] = []
    for path, name in zip(args.mask, args.name, strict=True):
        values, remark = read_share(path, volume.geometry, notices=notices, accept_grid=args.accept_grid)
        maps.append((name, values))
        origins.append(remarked(origin_beside(path, values) or Provenance(), remark))
    return maps, origins


def _mapped(
    args: argparse.Namespace, volume: Volume, notices: list[str]
) -> tuple[list[tuple[str, Content]], list[Provenance | None]]:
    """The regions that the map takes, each with what our side-car says of it, else with its rater."""
    from proseg_gui.io.base.provenance import Provenance
    from proseg_gui.io.contours.naming import titles
    from proseg_gui.io.contours.reading import named_rows, read_drawn
    from proseg_gui.io.images.nifti_write import origin_beside, remarked

    drawn = read_drawn(args.mask, volume, notices, accept_grid=args.accept_grid)
    rows = named_rows(drawn, args.map, notices)
    readings = drawn.readings(rows)
    masks: list[tuple[str, Content]] = [
        (title, reading.mask) for title, reading in zip(titles(rows), readings, strict=True)
    ]
    files = [row.file for row in rows if row.take]
    origins = [
        remarked(origin_beside(file, reading.mask) or Provenance(rater=reading.rater), reading.mask.remark)
        for file, reading in zip(files, readings, strict=True)
    ]
    return masks, list(origins)
