"""``proseg-gui predict``: masks, samples and uncertainty of an image or a dataset folder, without a window."""

from __future__ import annotations

import argparse
import math
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proseg_gui.cli import add_series
from proseg_gui.errors import UserError
from proseg_gui.jobs import Progress, no_progress
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from proseg_gui.inference.pointing import Clicks

EXAMPLE = """examples:
  proseg-gui predict scan.nii.gz --model brain_growth --out results --rater all --samples 28 --uncertainty
  proseg-gui predict dicom_folder --model phantom --out contours --rater smooth --format rtstruct
  proseg-gui predict scan.nii.gz --model brain_growth --out mine --latents remembered.json
  proseg-gui predict scan.nii.gz --model brain_growth --out tight --prompt "tighter, smooth, without spikes"
  proseg-gui predict scan.nii.gz --model mine --out asked --click -12.5,30,40 --click -2,30,40,out
  proseg-gui predict cases --model brain_growth --out results --rater consensus
  proseg-gui predict scan.nii.gz --model levels --out agreed --level 4 --rater consensus --format seg

Without --rater, --level, --samples, --uncertainty, --latents, --prompt, --click and --box it is --rater all. A dataset
folder gives DIR/<case> for each case; run the same command again to go on after a stop. Maps are
NIfTI in every format; seg writes the consensus probability as a fractional DICOM SEG too.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "predict",
        help="write masks, samples and uncertainty maps of an image or a data set",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # argparse takes "-12.5,3,40" for an option unless told what a negative number looks like here.
    parser._negative_number_matcher = re.compile(r"^-[\d.][\d.,eE+-]*[a-z]*$")
    parser.add_argument("image", type=Path, metavar="IMAGE|DATASET", help="image file, DICOM folder, case or dataset")
    parser.add_argument("--model", required=True, metavar="BUNDLE", help="a shipped bundle's name or a bundle's folder")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write, new or empty")
    parser.add_argument(
        "--rater",
        action="append",
        default=[],
        metavar="NAME|all|consensus|consensus-style",
        help="whose prediction; may be given several times",
    )
    parser.add_argument(
        "--level",
        action="append",
        default=[],
        metavar="C|all",
        help="what at least C raters would include, of a model with agreement levels; may be given several times. Its "
        "consensus is the mean over all levels",
    )
    parser.add_argument("--samples", type=int, default=0, metavar="N", help="random masks in all, spread over raters")
    parser.add_argument("--uncertainty", action="store_true", help="write the five uncertainty maps")
    parser.add_argument("--latents", type=Path, metavar="FILE", help="draw a point that the window saved")
    parser.add_argument(
        "--prompt", default=None, metavar="TEXT", help="draw as described, from --latents or the consensus style on"
    )
    add_adjust(parser)
    parser.add_argument(
        "--click", action="append", default=[], metavar="X,Y,Z[,out]", help="draw what is meant by a click in (or out) "
        "at a point in LPS mm, with a model that takes clicks; may be given several times"
    )  # fmt: skip
    parser.add_argument("--box", metavar="X,Y,Z,X,Y,Z", help="the same by two opposite corners of a box on a slice")
    parser.add_argument("--point", metavar="X,Y,Z", help="LPS mm around which a model with a box looks")
    parser.add_argument("--format", default="nifti", metavar="nifti|rtstruct|seg", help="format of the masks")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which samples")
    parser.add_argument(
        "--channel", action="append", default=[], metavar="NAME=PATH", help="a further channel of the image"
    )
    parser.add_argument(
        "--straighten", action="store_true", help="resample tilted or uneven slices to an even, upright grid first"
    )
    add_series(parser)


def run(args: argparse.Namespace) -> int:
    """Check what is asked for, then draw and write."""
    from proseg_gui.inference.drawings import Request, list_drawings
    from proseg_gui.io.base.atomic import check_folder
    from proseg_gui.io.dataset import load_case
    from proseg_gui.io.images.resample import straightened
    from proseg_gui.io.open import find_inputs, open_study

    point = None if args.point is None else parse_point(args.point)
    request = Request(
        tuple(args.rater), args.samples, args.uncertainty, None, point, args.format, args.seed, args.prompt,
        tuple(args.level), not args.no_adjust, parse_clicks(args.click, args.box),
    )  # fmt: skip
    channels = parse_channels(args.channel)
    check_folder(args.out)
    inputs = find_inputs(args.image)
    cases = [found.case for found in inputs if found.case is not None]

    from proseg_gui.bundle import find_bundle, load_bundle, read_card

    read_card(find_bundle(args.model))  # what is wrong with it is said before torch is loaded, which takes seconds
    from proseg_gui.inference.latents import read_latents
    from proseg_gui.inference.predict import predict_case, predict_dataset

    bundle = load_bundle(args.model)
    if args.latents is not None:
        request = replace(request, raters=tuple(args.rater), latents=read_latents(args.latents, bundle))
    list_drawings(bundle, request)
    how: dict[str, Any] = {"device": args.device, "overwrite": args.overwrite, "progress": progress_line(args.quiet)}
    if cases and cases[0].path != args.image:
        if channels:
            raise UserError("--channel is for a single image", remedy="Put a case's channels in its folder images")
        if request.clicks is not None:
            raise UserError("--click and --box are for a single image", remedy="Give the cases one by one")
        if args.straighten:
            raise UserError("--straighten is for a single image", remedy="Give the cases one by one")
        if args.series is not None:
            raise UserError("--series is for a single image", remedy="Give the cases one by one")
        summaries = predict_dataset(bundle, cases, args.out, request, **how)
        misfits = sum(not summary["fit"]["ok"] for summary in summaries.values() if "fit" in summary)
        if misfits:
            print(f"note: the model does not fit {misfits} of {len(summaries)} cases; their predict.json say why")
        print(f"wrote {plural(len(summaries), 'case')} to {args.out}")
        return 0
    if cases and not channels and args.series is None:
        study = load_case(cases[0], ())
    else:  # what can be meant in only one way need not be looked for again
        study = open_study(inputs[0] if len(inputs) == 1 else args.image, channels=channels, pick=args.series)
    if args.straighten:
        study, _ = straightened(study)
    summary = predict_case(bundle, study, args.out, request, **how)
    for notice in summary["notices"]:
        print(f"note: {notice}")
    print(f"wrote {len(summary['files'])} files to {args.out}")
    return 0


def add_adjust(parser: argparse.ArgumentParser) -> None:
    """The option of a model that adjusts for the scanner."""
    parser.add_argument(
        "--no-adjust", action="store_true", help="do not adjust for the scanner, where the model does (method mambo)"
    )


def parse_point(text: str) -> tuple[float, float, float]:
    """``X,Y,Z`` in mm."""
    x, y, z = numbers(text, 3, "--point", "X,Y,Z")
    return x, y, z


def parse_clicks(clicks: list[str], box: str | None) -> Clicks | None:
    """Each ``X,Y,Z`` with ``,in`` or ``,out`` after it or nothing, and ``X,Y,Z,X,Y,Z``; ``None`` without either."""
    from proseg_gui.inference.pointing import Click, Clicks

    if not clicks and box is None:
        return None
    places = []
    for text in clicks:
        place, _, said = text.rpartition(",")
        plain = said not in ("in", "out")
        x, y, z = numbers(text if plain else place, 3, "--click", "X,Y,Z or X,Y,Z,out")
        places.append(Click((x, y, z), said != "out"))
    if box is None:
        return Clicks(tuple(places))
    a, b, c, d, e, f = numbers(box, 6, "--box", "X,Y,Z,X,Y,Z")
    return Clicks(tuple(places), ((a, b, c), (d, e, f)))


def numbers(text: str, count: int, option: str, form: str) -> list[float]:
    """So many numbers in mm, with commas between them."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count or not all(math.isfinite(value) for value in found):
        words = {3: "three", 6: "six"}[count]
        raise UserError(f"{option} {text!r} is not {words} numbers", remedy=f"Give {form} in LPS mm")
    return found


def parse_channels(pairs: list[str]) -> dict[str, Path]:
    """``NAME=PATH`` pairs as a table."""
    channels: dict[str, Path] = {}
    for pair in pairs:
        name, equals, path = pair.partition("=")
        if not (name and equals and path) or name in channels:
            raise UserError(f"--channel {pair!r} is not NAME=PATH with a name of its own")
        channels[name] = Path(path)
    return channels


def progress_line(quiet: bool) -> Progress:
    """Progress on one line that the next line of output replaces, where standard output is a terminal."""
    if quiet or not sys.stdout.isatty():
        return no_progress

    def report(share: float, text: str) -> None:
        print(f"\r\033[K{share:4.0%} {text}", end="" if share < 1.0 else "\r\033[K", flush=True)

    return report
