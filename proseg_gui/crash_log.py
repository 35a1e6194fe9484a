"""What is written when the fault is ours: where it happened, without a word that could name a patient.

An exception's text may hold what a file or its path says (``could not convert string to float: 'DOE^JANE'``), and a log
lies in the user's folder for long and is sent around. So the log has the kinds of the errors and the lines of code
that they went through, no message, and no folder.
"""

from __future__ import annotations

import os
import platform
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from proseg_gui import __version__


def header() -> str:
    """Versions and system, in one line."""
    return f"proseg-gui {__version__}, Python {platform.python_version()}, {platform.platform()}"


def write_crash_log(error: BaseException) -> Path:
    """Write the log into the user's log folder and return its path; raises ``OSError`` where that cannot be written."""
    from platformdirs import user_log_path

    name = f"crash-{datetime.now():%Y%m%d-%H%M%S-%f}-{os.getpid()}.log"
    file = user_log_path("proseg-gui", ensure_exists=True) / name
    lines = [header(), "Messages are left out: they could name a patient.", *_frames(error)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _place(file: Path) -> str:
    """A file of code without the folder that it is installed in, which may lie below one with the user's name."""
    homes = [Path(path) for path in (str(Path(__file__).parents[1]), *sys.path, sys.base_prefix) if path]
    inside = [file.relative_to(home) for home in homes if file.is_relative_to(home)]
    return min(inside, key=lambda path: len(path.parts), default=Path(file.name)).as_posix()


def _frames(error: BaseException) -> Iterator[str]:
    """The error's kind and lines of code, those of its causes first."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _frames(cause)
        yield "\nwhich led to"
    frames = [
        traceback.FrameSummary(_place(Path(frame.filename)), frame.lineno, frame.name, line=frame.line)
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    yield "".join(traceback.format_list(frames)).rstrip()
    kind = type(error)
    yield f"{kind.__module__}.{kind.__qualname__}"
