"""The command line: parsing, exit codes and tables; every command is a module of this package.

Exit codes: 0 done, 2 bad input or usage (one line on stderr), 1 our fault (a log is written and named), 130 on Ctrl+C.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import importlib
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from proseg_gui import __version__
from proseg_gui.crash_log import write_crash_log
from proseg_gui.errors import Cancelled, UserError

COMMANDS = (
    "predict", "condition", "train", "evaluate", "benchmark", "export", "bench", "doctor", "demo_data", "models",
    "import_contours", "project",
)  # fmt: skip
EXAMPLES = """examples:
  proseg-gui --demo                                   open the shipped scan, model and raters
  proseg-gui scan_folder --model brain_growth         open a scan
  proseg-gui predict scan.nii.gz --model brain_growth --out results --rater all --samples 28 --uncertainty
  proseg-gui doctor                                   what this computer has and lacks
"""


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other error of this program."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the whole usage."""
        raise UserError(message, remedy=f"See {self.prog} --help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    if not debug and not sys.warnoptions:
        warnings.simplefilter("ignore")  # what a library remarks about odd input is no sentence for people
    # A closed terminal or a job manager's stop must clean up as Ctrl+C does: temporary files are removed.
    with contextlib.suppress(ValueError, AttributeError):
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _dispatch(arguments)
    except UserError as error:
        if debug:
            traceback.print_exc()
        print(f"proseg-gui: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, Cancelled):
        print("proseg-gui: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno not in _FULL:
            return _internal(error, debug)
        place = "" if error.filename is None else f"{error.filename}: "
        print(f"proseg-gui: {place}the disk is full. Free some space and try again.", file=sys.stderr)
        return 2
    except Exception as error:
        return _internal(error, debug)


def _internal(error: Exception, debug: bool) -> int:
    """What is our fault: a log for whoever mends it, and exit code 1."""
    if debug:
        raise error
    log = write_crash_log(error)
    print(f"proseg-gui: internal error ({type(error).__name__}); details are in {log}", file=sys.stderr)
    return 1


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _dispatch(arguments: list[str]) -> int:
    command = next((a for a in arguments if not a.startswith("-")), "")
    name = command.replace("-", "_")
    if name in COMMANDS and arguments[0] == command and not _is_path(command):
        parser = Parser(prog="proseg-gui", add_help=False)
        commands = parser.add_subparsers(dest="command", parser_class=Parser)
        module = importlib.import_module(f"proseg_gui.cli.{name}")
        module.add_parser(commands)
        for sub in commands.choices.values():
            add_common(sub)
        args = parser.parse_args(arguments)
    else:
        module = importlib.import_module("proseg_gui.cli.window")
        args = _window_parser(module).parse_args(arguments)
    with _quiet(args.quiet):
        return int(module.run(args))


def _is_path(word: str) -> bool:
    """Whether the first word can only be meant as a path: ``./predict`` is, ``predict`` is the command."""
    return os.sep in word


def _window_parser(module: object) -> argparse.ArgumentParser:
    listing = ", ".join(name.replace("_", "-") for name in COMMANDS)
    parser = Parser(
        prog="proseg-gui",
        description="Review how each rater would draw, what the image leaves open, and how sure anybody can be.",
        epilog=f"commands: {listing} (each has its own --help)\n\n{EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)  # type: ignore[attr-defined]
    add_common(parser)
    return parser


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command understands, unless the command has them already."""
    have = {option for action in parser._actions for option in action.option_strings}
    options: tuple[tuple[str, dict[str, object]], ...] = (
        ("--device", {"default": "auto", "metavar": "auto|cpu|cuda|mps", "help": "where the model runs"}),
        ("--overwrite", {"action": "store_true", "help": "replace what exists"}),
        ("--quiet", {"action": "store_true", "help": "print nothing but errors"}),
        ("--debug", {"action": "store_true", "help": "show tracebacks"}),
        ("--version", {"action": "version", "version": f"proseg-gui {__version__}"}),
    )
    for flag, keywords in options:
        if flag not in have:
            parser.add_argument(flag, **keywords)  # type: ignore[arg-type]


def add_series(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which series of a folder, or which volume of a 4D file, is meant."""
    parser.add_argument(
        "--series",
        type=int,
        metavar="N",
        help="which one to take where a folder holds several series, or a file or series several volumes; from 1, as "
        "listed when it is left out",
    )


def add_map(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the table of who drew what."""
    parser.add_argument(
        "--map",
        type=Path,
        metavar="FILE",
        help="a table (JSON, or CSV with file, region, rater, structure, take) that says who drew what, and what is "
        "left out",
    )


def add_accept_grid(parser: argparse.ArgumentParser) -> None:
    """Add the option that takes masks whose header puts them elsewhere."""
    parser.add_argument(
        "--accept-grid",
        action="store_true",
        help="take a mask whose header puts it elsewhere voxel for voxel, where it has as many voxels as the image; "
        "the files written say so",
    )


@contextlib.contextmanager
def _quiet(quiet: bool) -> Iterator[None]:
    """Send standard output nowhere while ``quiet``."""
    if not quiet:
        yield
        return
    with Path(os.devnull).open("w") as nothing, contextlib.redirect_stdout(nothing):
        yield
