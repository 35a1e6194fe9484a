"""Where the network runs and with how many threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch

from proseg_gui.errors import UserError

MAX_THREADS = 8
"""More threads do not speed up slices of this size."""
LOOK_S = 0.1
"""Shortest stretch of time by which to judge how busy the machine is (its clock ticks every 0.01 s)."""


def choose_device(name: str) -> torch.device:
    """The torch device for ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.

    ``auto`` takes the first of CUDA, Apple's GPU and the CPU that is there.

    Raises
    ------
    UserError
        The name is unknown, or this computer has no such device; names what it has.
    """
    available = available_devices()
    if name == "auto":
        return torch.device(available[0])
    wanted = "cuda:0" if name == "cuda" else name
    if wanted in available:
        return torch.device(wanted)
    raise UserError(f"there is no device {name!r}", remedy=f"This computer has {', '.join(available)}; or use auto")


def available_devices() -> list[str]:
    """Names that :func:`choose_device` takes here, best first; the CPU is always the last."""
    names = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        names.append("mps")
    return [*names, "cpu"]


def device_label(device: torch.device) -> str:
    """What people call it: ``CPU``, or the graphics card's name."""
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} ({device})"
    return {"cpu": "CPU", "mps": "Apple GPU"}.get(device.type, str(device))


def to_device(values: torch.Tensor, device: torch.device) -> torch.Tensor:
    """``values`` of the CPU on ``device``; for a CUDA card through page-locked memory, so that nobody waits for it."""
    if device.type != "cuda":
        return values.to(device)
    return values.pin_memory().to(device, non_blocking=True)


def from_device(values: torch.Tensor) -> torch.Tensor:
    """``values`` on the CPU, complete: the one place where a result is waited for.

    From a CUDA card into page-locked memory: one copy, and one wait on this thread's own queue of work.
    """
    if values.device.type != "cuda":
        return values.cpu()
    found = torch.empty(values.shape, dtype=values.dtype, pin_memory=True)
    found.copy_(values, non_blocking=True)
    torch.cuda.current_stream(values.device).synchronize()
    return found


def usable_cores() -> int:
    """Processor cores that this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows have no such call
        return psutil.cpu_count() or 1


def free_threads(cores: int, busy: float) -> int:
    """Threads for ``cores`` of which other processes use ``busy`` (fractions allowed): 1 at least.

    A thread that has to wait for its core holds up all others (two threads on a busy 2-core machine were over ten
    times slower than one), so a core counts only when it is at least 60 % free.
    """
    return max(1, min(MAX_THREADS, int(cores - busy + 0.4)))


class ThreadChooser:
    """How many threads heavy work should use now, by what other processes did since the last look.

    ``OMP_NUM_THREADS`` in the environment overrules it.
    """

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._lock = threading.Lock()
        self._before = self._times()
        self._threads = 0

    def threads(self) -> int:
        """The number to use now. The first call waits until :data:`LOOK_S` after the start; later ones never wait."""
        asked = os.environ.get("OMP_NUM_THREADS", "")
        if asked.isdigit() and int(asked) > 0:
            return int(asked)
        with self._lock:
            elapsed = time.monotonic() - self._before[0]
            if elapsed < LOOK_S and self._threads:
                return self._threads
            time.sleep(max(0.0, LOOK_S - elapsed))
            now = self._times()
            wall, busy, own = (after - before for after, before in zip(now, self._before, strict=True))
            self._before = now
            self._threads = free_threads(usable_cores(), max(0.0, busy - own) / wall)
            return self._threads

    def _times(self) -> tuple[float, float, float]:
        """Wall clock, processor seconds of the whole machine, processor seconds of this process."""
        system, own = psutil.cpu_times(), self._process.cpu_times()
        idle = system.idle + getattr(system, "iowait", 0.0)
        return time.monotonic(), sum(system) - idle - getattr(system, "guest", 0.0), own.user + own.system


@contextmanager
def thread_limit(threads: int) -> Iterator[None]:
    """Run this thread's torch work on ``threads`` threads, and put the number back."""
    before = torch.get_num_threads()
    if before == threads:
        yield
        return
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
