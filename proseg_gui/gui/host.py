"""What the window hands to its parts: dialogs, notices, failures and background work, and not the window itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from proseg_gui.gui.jobs import QtJobs


class ShowDialog(Protocol):
    """Opens a dialog without blocking the event loop; ``accepted`` is called when it is confirmed."""

    def __call__(self, dialog: Any, accepted: Callable[[], object] | None = None) -> None:
        """Open it."""


@dataclass(frozen=True)
class Host:
    """A part's way to the person and to background threads.

    Parameters
    ----------
    parent:
        Owner of the part's dialogs.
    notice:
        Shows a sentence for a while.
    failed:
        Tells what went wrong: a ``UserError`` in a sentence, our own faults with a log.
    """

    parent: QWidget
    show_dialog: ShowDialog
    notice: Callable[[str], None]
    failed: Callable[[BaseException], None]
    jobs: QtJobs
