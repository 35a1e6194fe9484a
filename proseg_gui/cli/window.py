"""``proseg-gui [PATH ...]``: the window, with a scan, the demo, or empty; or a screenshot of it."""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

from proseg_gui.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the window's own arguments."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="scan files or folders to open")
    parser.add_argument("--demo", action="store_true", help="open the shipped scan, model and raters")
    parser.add_argument("--model", metavar="BUNDLE", help="a shipped bundle's name or a bundle folder")
    parser.add_argument("--channel", action="append", default=[], metavar="NAME=PATH", help="a channel of the case")
    parser.add_argument("--project", type=Path, metavar="FILE", help="keep cases in this project; made if not there")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="open, wait until all is drawn, save, quit")
    parser.add_argument("--exhaustive", action="store_true", help="measure every slice, also where none seems needed")
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window in pixels")


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and 320 <= int(width) <= 16384 and 240 <= int(height) <= 16384):
        raise argparse.ArgumentTypeError(f"'{text}' is not a size such as 1366x768")
    return int(width), int(height)


def run(args: argparse.Namespace) -> int:
    """Check the arguments before Qt starts, then run the window."""
    channels = {}
    for item in args.channel:
        name, separator, path = item.partition("=")
        if not (name and separator and path):
            raise UserError(f"--channel {item} is not NAME=PATH", remedy="Write for instance --channel T1=t1.nii.gz")
        channels[name] = Path(path)
    if args.demo and (args.paths or channels):
        raise UserError("--demo opens its own scan", remedy="Leave out either --demo or the paths")
    for path in (*args.paths, *channels.values()):
        if not path.exists():
            raise UserError("there is no such file or folder", path=path, remedy="Check the path")
    if args.screenshot is not None:
        _check_screenshot(args.screenshot, args.overwrite)
    _find_screen(args.screenshot is not None)
    try:
        from proseg_gui.gui.shell.application import Request, start
    except ImportError as error:
        raise UserError(
            f"the window cannot start ({error})", remedy="Run 'proseg-gui doctor' to see what is missing"
        ) from error
    request = Request(
        paths=tuple(args.paths),
        channels=channels,
        demo=args.demo,
        model=args.model,
        project=args.project,
        device=args.device,
        screenshot=args.screenshot,
        size=args.size,
        exhaustive=args.exhaustive,
    )
    return start(request)


def _find_screen(picture_only: bool) -> None:
    """Without a screen a picture is drawn offscreen; a window cannot be (Qt would abort the process)."""
    if platform.system() != "Linux" or os.environ.get("QT_QPA_PLATFORM"):
        return
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return
    if not picture_only:
        raise UserError(
            "there is no screen to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set)",
            remedy="Start it from a desktop, or use 'proseg-gui predict' and the other commands without a window",
        )
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _check_screenshot(path: Path, overwrite: bool) -> None:
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise UserError("a screenshot is a .png or .jpg file", path=path, remedy="Change the file's name")
    if path.exists() and not overwrite:
        raise UserError("the file exists already", path=path, remedy="Choose another name or add --overwrite")
    if not path.parent.is_dir():
        raise UserError("the folder does not exist", path=path.parent, remedy="Make it first")
