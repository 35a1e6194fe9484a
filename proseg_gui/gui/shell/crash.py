"""What to tell when the fault is ours: a sentence, and a log that can be sent."""

from __future__ import annotations

import traceback

from proseg_gui.crash_log import header, write_crash_log


def describe(error: BaseException) -> tuple[str, str]:
    """A sentence for the dialog and its folded details, which only the screen shows whole; a log is written."""
    details = f"{header()}\n{''.join(traceback.format_exception(error))}"
    try:
        file = write_crash_log(error)
    except OSError:
        return f"An internal error stopped this work ({type(error).__name__}).", details
    return f"An internal error stopped this work ({type(error).__name__}). Details are in {file}", details
