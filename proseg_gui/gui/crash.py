"""What to tell when the fault is ours: a sentence, and a log that can be sent."""

from __future__ import annotations

import platform
import traceback
from datetime import datetime

from platformdirs import user_log_path

from proseg_gui import __version__


def describe(error: BaseException) -> tuple[str, str]:
    """A sentence for the dialog and its folded details; the details are also written to the log folder."""
    lines = "".join(traceback.format_exception(error))
    details = f"proseg-gui {__version__}, Python {platform.python_version()}, {platform.platform()}\n{lines}"
    try:
        file = user_log_path("proseg-gui", ensure_exists=True) / f"crash-{datetime.now():%Y%m%d-%H%M%S-%f}.log"
        file.write_text(details, encoding="utf-8")
    except OSError:
        return f"An internal error stopped this work ({type(error).__name__}).", details
    return f"An internal error stopped this work ({type(error).__name__}). Details are in {file}", details
