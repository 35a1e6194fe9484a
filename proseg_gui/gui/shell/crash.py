"""What to tell when the fault is ours: a sentence, and details that only the screen shows whole."""

from __future__ import annotations

import traceback

from proseg_gui.crash_log import header
from proseg_gui.gui.language import tr


def describe(error: BaseException) -> tuple[str, str]:
    """A sentence for the dialog and its folded details."""
    details = f"{header()}\n{''.join(traceback.format_exception(error))}"
    return tr("An internal error stopped this work ({name}).").format(name=type(error).__name__), details


def place_of(error: BaseException) -> tuple[str, ...]:
    """Tells faults apart: the kind, and the line of code that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    return (type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in frames[-1:]))
