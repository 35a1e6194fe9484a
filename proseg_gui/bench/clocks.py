"""Processor time by thread, so that the steps of a slider's move can be told apart without touching the window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any


class LaneClock:
    """Processor time of the thread that serves a lane of background work, in seconds."""

    def __init__(self, lane: str) -> None:
        self._name = f"job-{lane}"

    def __call__(self) -> float:
        """So far; 0 where the system does not say, or before the lane's first job."""
        if not hasattr(time, "pthread_getcpuclockid"):
            return 0.0
        for thread in threading.enumerate():
            if thread.name == self._name and thread.ident is not None:
                return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
        return 0.0


class Counted:
    """A function that adds up the processor time of the threads that run it, in seconds, in :attr:`seconds`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.seconds = 0.0

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Run it."""
        start = time.thread_time()
        try:
            return self._function(*args, **keywords)
        finally:
            self.seconds += time.thread_time() - start
