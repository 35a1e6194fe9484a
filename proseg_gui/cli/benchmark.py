"""``proseg-gui benchmark``: every method trained and judged under the same conditions, with tables of the results."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proseg_gui.catalogue import CONTENDERS
from proseg_gui.cli.train import parse_window
from proseg_gui.errors import UserError

if TYPE_CHECKING:
    from proseg_gui.training.benchmark.protocol import Protocol, Run

EXAMPLES = """examples:
  proseg-gui benchmark brain_growth --out results --name brain_growth --flip x --modality MR
  proseg-gui benchmark scans --out results --methods proseg,pionono --seeds 1 --seconds 60
  proseg-gui benchmark scans --out results --folds 1           the data set's own split.json

OUT/runs gets a file a run as each ends; runs that are there and whose conditions did not change are not made again, so
the same command goes on after an interruption. OUT/tables.md is made from all runs of the folder.
"""
HEADER = """# Benchmark

Made by `proseg-gui benchmark` from the files in `runs/`; do not edit.

"""
TABLES = "tables.md"


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "benchmark",
        help="train and compare methods on a data set",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="folder of cases")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the runs and tables")
    parser.add_argument("--name", metavar="NAME",
                        help="what the data set is called in the results (what dataset.json calls it, else data): its "
                             "folder's name is not told")  # fmt: skip
    parser.add_argument("--methods", default=",".join(CONTENDERS), metavar="A,B",
                        help=f"which of {', '.join(CONTENDERS)} (all)")  # fmt: skip
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="trainings of each, seeds 0 to N-1 (3)")
    parser.add_argument("--folds", type=int, default=5, metavar="N",
                        help="parts by patient, each judged once (5); 1: the split of split.json")  # fmt: skip
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--steps", type=int, default=800, metavar="N", help="equal steps for all (800)")
    budget.add_argument("--seconds", type=float, default=0.0, metavar="S",
                        help="equal processor seconds for all instead, on one thread")  # fmt: skip
    parser.add_argument("--side", type=int, default=64, metavar="PIXELS",
                        help="longest side of the grid on which all is trained and judged (64)")  # fmt: skip
    parser.add_argument("--flip", choices=("none", "x", "y", "xy"), default="none", help="see train")
    parser.add_argument("--window", metavar="LOW,HIGH", help="see train")
    parser.add_argument("--crop", type=int, default=0, metavar="PIXELS", help="see train")
    parser.add_argument("--modality", default="", help="see train")


def run(args: argparse.Namespace) -> int:
    """Make the runs, write the tables, print them."""
    methods = _checked(args)
    from proseg_gui.inference.device import choose_device
    from proseg_gui.io.dataset import read_dataset
    from proseg_gui.training.benchmark.protocol import Protocol, protocol_recipe, runs_of
    from proseg_gui.training.benchmark.store import run_benchmark

    window = parse_window(args.window)
    dataset = read_dataset(args.dataset)
    name = args.name or dataset.title or "data"
    if set(name) & set("/\\:"):
        raise UserError(f"the data set's name {name!r} begins the names of files", remedy="Give a plain one by --name")
    protocol = Protocol(
        name, 0 if args.seconds else args.steps, args.seconds, args.side, args.folds, window=window,
        modality=args.modality, recipe=protocol_recipe(args.flip, args.crop, calibrated=window is not None),
    )  # fmt: skip
    _one_thread()
    runs = runs_of(methods, args.folds, args.seeds)

    def report(made: Run, result: dict[str, Any] | None) -> None:
        print(_line(protocol, made, result), flush=True)
        if result is not None:
            _write_tables(args.out)

    run_benchmark(dataset, protocol, runs, args.out, overwrite=args.overwrite, report=report,
                  device="cpu" if args.device == "auto" else str(choose_device(args.device)))  # fmt: skip
    print(f"\n{_write_tables(args.out)}\nwrote {TABLES}")
    return 0


def _checked(args: argparse.Namespace) -> list[str]:
    methods = [name.strip() for name in args.methods.split(",") if name.strip()]
    unknown = [name for name in methods if name not in CONTENDERS]
    if unknown or not methods:
        raise UserError(f"there is no method {(unknown or [''])[0]!r}", remedy=f"Methods are {', '.join(CONTENDERS)}")
    for name, least in (("steps", 2), ("seeds", 1), ("folds", 1), ("side", 16)):
        if getattr(args, name) < least:
            raise UserError(f"--{name} {getattr(args, name)} is too few", remedy=f"Give {least} or more")
    if args.seconds < 0:
        raise UserError(f"--seconds {args.seconds:g} is negative", remedy="Give processor seconds for each training")
    if args.seconds and args.device not in ("auto", "cpu"):
        raise UserError(f"equal processor seconds are not measured on {args.device}", remedy="Give --steps instead")
    return methods


def _one_thread() -> None:
    """Seconds are compared, so every run has one thread."""
    import torch

    torch.set_num_threads(1)


def _line(protocol: Protocol, run: Run, result: dict[str, Any] | None) -> str:
    name = run.file_name(protocol).removesuffix(".json")
    if result is None:
        return f"{name}: there already"
    figures = result["figures"]
    shown = " ".join(f"{key} {figures[key]:.4f}" for key in ("ged2", "dice_identity_mean", "dice_soft")
                     if figures[key] is not None)  # fmt: skip
    return f"{name}: {result['steps']} steps, {result['seconds']:.0f} s, {shown}"


def _write_tables(out: Path) -> str:
    from proseg_gui.io.base.atomic import atomic_bytes
    from proseg_gui.training.benchmark.store import read_runs
    from proseg_gui.training.benchmark.table import tables

    text = tables(read_runs(out))
    atomic_bytes(out / TABLES, (HEADER + text).encode(), overwrite=True)
    return text
