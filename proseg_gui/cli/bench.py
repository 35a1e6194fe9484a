"""``proseg-gui bench``: speed on this machine, as a table and as JSON."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

EXAMPLE = "example: proseg-gui bench --json bench.json"


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("bench", help="measure speed on this computer", epilog=EXAMPLE)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--against", type=Path, metavar="FILE", help="an earlier --json FILE: say what changed since")


def run(args: argparse.Namespace) -> int:
    """Measure, print, write."""
    from proseg_gui.bench import run_bench
    from proseg_gui.bench.baseline import NOISE, changes
    from proseg_gui.errors import UserError
    from proseg_gui.io.base.atomic import atomic_json
    from proseg_gui.io.base.json_in import read_json

    if args.json is not None and args.json.exists() and not args.overwrite:
        raise UserError("the file exists already", path=args.json, remedy="Choose another name or add --overwrite")
    earlier = None if args.against is None else read_json(args.against, what="the earlier figures")
    if earlier is not None and not (isinstance(earlier, dict) and isinstance(earlier.get("times_baseline"), dict)):
        raise UserError("this file holds no figures to compare with", path=args.against,
                        remedy="Give one that 'proseg-gui bench --json' of this version wrote")  # fmt: skip
    results = run_bench(args.device, lambda line: print(f"measuring {line}", file=sys.stdout, flush=True))
    for line in table(results):
        print(line)
    if earlier is not None:
        found = changes(results, earlier)
        print(f"against {args.against}, beyond {NOISE:.0%} of noise: {'nothing changed' if not found else ''}")
        for line in found:
            print(f"  {line}")
    if args.json is not None:
        atomic_json(args.json, results, overwrite=args.overwrite)
        print(f"wrote {args.json}")
    return 0


def table(results: dict[str, Any]) -> list[str]:
    """The figures as lines of text."""
    lines = []
    for size, figures in results["slider_to_pixels_ms"].items():
        steps = ", ".join(f"{name} {value}" for name, value in results["cpu_ms"][size].items())
        views = ", ".join(f"{name} {value}" for name, value in results["view_changes_ms"][size].items())
        training, sweep = (results[name][size]["times_idle"] for name in ("during_training", "during_sweep"))
        lines += [
            f"slider to pixels, {size} x {size}: median {figures['median']} ms, p95 {figures['p95']} ms",
            f"  p95 beside a training {training} times that, beside the sweep {sweep} times",
            f"  processor time in ms: {steps}; a change of view: {views}",
            f"  from cache against encoding again: {results['speedup_vs_reencode'][size]} times faster",
        ]
    survey, loading, ready = (results[name] for name in ("survey_slice_ms", "load_bundle_ms", "volume_ready_s"))
    lines += [
        f"start to window: {results['start_to_window_s']} s ({results['start_processor_s']} s of processor time)",
        f"a bundle loads in {loading['bundle']} ms (torch itself {loading['torch']} ms)",
        f"512 x 512 x 300 CT to first contours: {results['open_to_contour_s']} s, peak {results['peak_rss_mb']} MB",
        f"  wholly measured after {ready['processor']} s of processor time; "
        f"a slice {survey['box']} ms, everywhere {survey['everywhere']} ms",
        f"device: {results['device']}, threads: {results['threads_used']}",
    ]
    for threads, times in results["threads"].items():
        lines.append(f"  {threads} threads: encode {times['encode_ms']} ms, decode {times['decode_ms']} ms")
    return lines
