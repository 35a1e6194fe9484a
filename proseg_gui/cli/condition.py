"""``proseg-gui condition``: what a reader has said about a few voxels or slices carries through the volume."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from proseg_gui.cli import add_series
from proseg_gui.cli.predict import parse_channels, parse_point, progress_line
from proseg_gui.errors import UserError

EXAMPLE = """examples:
  proseg-gui condition scan.nii.gz --model brain_growth --evidence strokes.nii.gz --out proposal
  proseg-gui condition scan.nii.gz --model phantom --evidence strokes.nii.gz --accepted slices.nii.gz
             --latents remembered.json --out proposal

The evidence is a mask on the image's grid: 0 unknown, 1 in, 2 out. In the mask of --accepted 1 says that the contour
was accepted there as it stands at --latents. What was said or accepted is in the proposal as it was said; it stays a
proposal.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "condition",
        help="propose a contour on all slices from what was said about some voxels",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # As in predict: "-12.5,3,40" is no option.
    parser._negative_number_matcher = re.compile(r"^-[\d.][\d.,eE+-]*$")
    parser.add_argument("image", type=Path, metavar="IMAGE", help="image file, DICOM folder or case")
    parser.add_argument("--model", required=True, metavar="BUNDLE", help="a shipped bundle's name or a bundle's folder")
    parser.add_argument("--evidence", required=True, type=Path, metavar="FILE", help="mask of 0 unknown, 1 in, 2 out")
    parser.add_argument("--accepted", type=Path, metavar="FILE", help="mask of 1 where the contour was accepted")
    parser.add_argument(
        "--latents", type=Path, metavar="FILE", help="where the contour stands (default: consensus style)"
    )
    parser.add_argument(
        "--structure", default="", metavar="NAME", help="which structure, where the model draws several"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which draws are weighed")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write, new or empty")
    parser.add_argument("--point", metavar="X,Y,Z", help="LPS mm around which a model with a box looks")
    parser.add_argument(
        "--channel", action="append", default=[], metavar="NAME=PATH", help="a further channel of the image"
    )
    add_series(parser)


def run(args: argparse.Namespace) -> int:
    """Check what is asked for, then condition and write."""
    from proseg_gui.inference.condition.case import ConditionRequest, condition_case, read_words
    from proseg_gui.io.base.atomic import check_folder
    from proseg_gui.io.dataset import load_case
    from proseg_gui.io.open import find_inputs, open_study

    point = None if args.point is None else parse_point(args.point)
    channels = parse_channels(args.channel)
    request = ConditionRequest(args.structure, None, args.seed, point)
    check_folder(args.out)
    inputs = find_inputs(args.image)

    from dataclasses import replace

    from proseg_gui.bundle import load_bundle
    from proseg_gui.inference.condition.ensemble import Ensemble
    from proseg_gui.inference.latents import read_latents

    bundle = load_bundle(args.model)
    Ensemble.check(bundle)
    request.structure_of(bundle)
    if args.latents is not None:
        request = replace(request, latents=read_latents(args.latents, bundle))
    cases = [found.case for found in inputs if found.case is not None]
    if cases and cases[0].path != args.image:
        raise UserError("this is a folder of cases, and evidence is about one", path=args.image, remedy="Give one case")
    if cases and not channels and args.series is None:
        study = load_case(cases[0], ())
    else:
        study = open_study(inputs[0] if len(inputs) == 1 else args.image, channels=channels, pick=args.series)
    notices: list[str] = []
    words = read_words(args.evidence, study.geometry, 2, notices)
    accepted = None
    if args.accepted is not None:
        accepted = read_words(args.accepted, study.geometry, 1, notices) == 1
    summary = condition_case(
        bundle,
        study,
        args.out,
        request,
        words,
        accepted,
        device=args.device,
        overwrite=args.overwrite,
        progress=progress_line(args.quiet),
    )
    for notice in [*notices, *summary["notices"]]:
        print(f"note: {notice}")
    if summary["raters"]:
        name, share = max(summary["raters"].items(), key=lambda pair: pair[1])
        print(f"most like {name} ({share:.0%}); {summary['changed_ml']:.2f} ml would change")
    print(f"wrote {len(summary['files'])} files to {args.out}")
    return 0
