"""``proseg-gui bench``: speed on this machine, as a table and as JSON."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

EXAMPLE = "example: proseg-gui bench --json bench.json"


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("bench", help="measure speed on this computer", epilog=EXAMPLE)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")


def run(args: argparse.Namespace) -> int:
    """Measure, print, write."""
    from proseg_gui.bench import run_bench
    from proseg_gui.errors import UserError
    from proseg_gui.io.base.atomic import atomic_json

    if args.json is not None and args.json.exists() and not args.overwrite:
        raise UserError("the file exists already", path=args.json, remedy="Choose another name or add --overwrite")
    results = run_bench(args.device, lambda line: print(f"measuring {line}", file=sys.stdout, flush=True))
    for size, figures in results["slider_to_pixels_ms"].items():
        print(f"slider to pixels, {size} x {size}: median {figures['median']} ms, p95 {figures['p95']} ms")
    for size, ratio in results["speedup_vs_reencode"].items():
        print(f"from cache against encoding again, {size} x {size}: {ratio} times faster")
    print(f"start to window: {results['start_to_window_s']} s")
    print(f"512 x 512 x 300 CT to first contours: {results['open_to_contour_s']} s, peak {results['peak_rss_mb']} MB")
    print(f"device: {results['device']}, threads: {results['threads_used']}")
    for threads, times in results["threads"].items():
        print(f"  {threads} threads: encode {times['encode_ms']} ms, decode {times['decode_ms']} ms")
    if args.json is not None:
        atomic_json(args.json, results, overwrite=args.overwrite)
        print(f"wrote {args.json}")
    return 0
