"""Work of the Trainer in this window's own process makes way for Review."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

NICENESS = 10


def lower_priority() -> None:
    """Give the calling thread a lower priority than the window has; on Linux only, where threads have their own.

    Never the main thread: that one is the window's.
    """
    if sys.platform == "linux" and threading.current_thread() is not threading.main_thread():
        with contextlib.suppress(OSError):
            lower = min(os.getpriority(os.PRIO_PROCESS, os.getpid()) + NICENESS, 19)
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), lower)
