"""Background work without Qt: lanes of one thread each, progress, cancel, and "the newest request wins".

``gui.jobs`` brings the callbacks to the window's thread; everything else about background work is decided here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from proseg_gui.errors import Cancelled

log = logging.getLogger(__name__)

LOWEST = 19
"""Of a thread's priorities on Linux."""
Progress = Callable[[float, str], None]
"""Called with the share done (0..1) and a short text such as ``"slice 12 of 48"``."""


def no_progress(_share: float, _text: str) -> None:
    """Report nothing."""


class CancelToken:
    """A flag that the owner of some work raises and the work looks at between its stages."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop; safe from any thread, and more than once."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise :class:`~proseg_gui.errors.Cancelled` if a stop was asked for."""
        if self._event.is_set():
            raise Cancelled


class RunnerClosed(RuntimeError):
    """Work was asked for after the end."""


@dataclass(eq=False)
class Job:
    """One piece of work in a lane. ``work(token, progress)`` runs on the lane's thread."""

    work: Callable[[CancelToken, Progress], Any]
    title: str
    done: Callable[[Any], None]
    failed: Callable[[BaseException], None]
    progress: Progress = no_progress
    ended: Callable[[], None] | None = None
    token: CancelToken = field(default_factory=CancelToken)

    def cancel(self) -> None:
        """Stop this job: it reports no result from now on, whether or not it has begun."""
        self.token.cancel()


class JobRunner:
    """Named lanes, each a queue with one thread that starts with its first job.

    A job submitted with ``latest=True`` cancels what the lane holds, so the newest request wins. A cancelled job
    calls ``done``, ``failed`` and ``progress`` no more, not even where the call was already on its way; ``ended`` is
    always called exactly once, whatever happened.

    Parameters
    ----------
    deliver:
        Brings a call to the thread of the job's owner. By default callbacks are called on the worker's thread.
    """

    def __init__(self, deliver: Callable[[Callable[[], None]], None] | None = None) -> None:
        self._deliver = deliver if deliver is not None else _call
        self._lock = threading.Lock()
        self._queues: dict[str, queue.SimpleQueue[Job | None]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._pending: dict[str, list[Job]] = {}
        """Jobs of a lane whose end their owner has not seen yet."""
        self._at_end: dict[str, Callable[[], None]] = {}
        self._closed = False

    def submit(self, lane: str, job: Job, *, latest: bool = False) -> Job:
        """Queue ``job`` in ``lane``; with ``latest`` everything older in the lane is cancelled first.

        Raises
        ------
        RunnerClosed
            After :meth:`close`.
        """
        with self._lock:
            if self._closed:
                raise RunnerClosed("the job runner is closed")
            if lane not in self._queues:
                self._queues[lane] = queue.SimpleQueue()
                self._pending[lane] = []
                thread = threading.Thread(target=self._serve, args=(lane,), name=f"job-{lane}", daemon=True)
                self._threads[lane] = thread
                thread.start()
            if latest:
                for older in self._pending[lane]:
                    older.cancel()
            self._pending[lane].append(job)
            self._queues[lane].put(job)
        return job

    def cancel(self, lane: str) -> None:
        """Cancel everything that ``lane`` holds: running, waiting, or with a result on its way."""
        with self._lock:
            for job in self._pending.get(lane, []):
                job.cancel()

    def at_end(self, lane: str, release: Callable[[], None]) -> None:
        """Call ``release`` on the lane's thread when it ends: for what belongs to one thread, as a graphics context."""
        with self._lock:
            self._at_end[lane] = release

    def busy(self, lane: str) -> bool:
        """Whether ``lane`` holds work that was not cancelled."""
        with self._lock:
            return any(not job.token.cancelled for job in self._pending.get(lane, []))

    def post(self, token: CancelToken, function: Callable[..., None], *values: Any) -> None:
        """From a worker: call ``function(*values)`` on the owner's side, unless ``token`` is cancelled by then."""
        self._deliver(lambda: None if token.cancelled else function(*values))

    def close(self, timeout_s: float = 10.0) -> None:
        """Cancel everything and wait for the threads to end; the runner takes no more work."""
        with self._lock:
            self._closed = True
            for lane, waiting in self._pending.items():
                for job in waiting:
                    job.cancel()
                self._queues[lane].put(None)
            threads = list(self._threads.values())
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(timeout_s)

    def _serve(self, lane: str) -> None:
        while True:
            job = self._queues[lane].get()
            if job is None:
                self._at_end.get(lane, _nothing)()
                return
            self._run(job)
            self._deliver(partial(self._finish, lane, job))

    def _finish(self, lane: str, job: Job) -> None:
        with self._lock:
            self._pending[lane].remove(job)
        if job.ended is not None:
            job.ended()

    def _run(self, job: Job) -> None:
        token = job.token
        if token.cancelled:
            return
        try:
            result = job.work(token, partial(self.post, token, job.progress))
        except Cancelled:
            return
        except BaseException as error:  # noqa: BLE001 - whatever a worker hits belongs to the job's owner
            if token.cancelled:
                log.debug("a cancelled job ended with %s", type(error).__name__)  # titles and messages name files
            self.post(token, job.failed, error)
            return
        self.post(token, job.done, result)


class NewestWriter:
    """Writes values in the background, the newest of each key only; what waits at the end is written before it ends.

    For small things that are written often (settings, the window's layout), where a lane of :class:`JobRunner`, which
    drops what waits when it is closed, would lose the last one.

    Parameters
    ----------
    write:
        Called as ``write(key, value)`` on the writer's thread; an ``Exception`` goes to ``failed``.
    failed:
        Called on the writer's thread.
    """

    def __init__(self, write: Callable[[str, Any], None], failed: Callable[[BaseException], None]) -> None:
        self._write, self._failed = write, failed
        self._waiting: dict[str, Any] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def put(self, key: str, value: Any) -> None:
        """Write ``value`` soon, instead of an older one of that key that waits."""
        with self._changed:
            if self._closed:
                raise RuntimeError("the writer is closed")
            self._waiting[key] = value
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="newest-writer", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what waits, then end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                key = next(iter(self._waiting))
                value = self._waiting.pop(key)
            try:
                self._write(key, value)
            except Exception as error:  # noqa: BLE001 - whatever a write hits belongs to the writer's owner
                self._failed(error)


def lowest_priority() -> None:
    """Give the thread that calls this what the others leave, where the system can do that for a single thread."""
    with contextlib.suppress(AttributeError, OSError):
        if sys.platform == "linux":  # elsewhere the number would be another process's
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)


def _nothing() -> None:
    pass


def _call(function: Callable[[], None]) -> None:
    function()
