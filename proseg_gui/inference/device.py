"""Where the network runs and with how many threads."""

from __future__ import annotations

import os

import psutil
import torch

from proseg_gui.errors import UserError

MAX_THREADS = 8
"""More threads do not speed up slices of this size."""
SAMPLE_S = 0.05


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


def usable_cores() -> int:
    """Processor cores that this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows have no such call
        return psutil.cpu_count() or 1


def choose_threads(sample_s: float = SAMPLE_S) -> int:
    """How many threads a computation should use now: the cores that no other process keeps busy, 1 at least.

    A thread that has to wait for its core holds up all others (two threads on a busy 2-core machine were over ten
    times slower than one), so a core that is half taken does not count. ``OMP_NUM_THREADS`` overrules. Looks at the
    machine for ``sample_s`` seconds.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    cores = usable_cores()
    process = psutil.Process()
    own_before = sum(process.cpu_times()[:2])
    busy = psutil.cpu_percent(interval=sample_s) / 100.0 * (psutil.cpu_count() or 1)
    own = (sum(process.cpu_times()[:2]) - own_before) / sample_s
    others = max(0.0, busy - own)
    return free_threads(cores, others)


def free_threads(cores: int, busy: float) -> int:
    """Threads for ``cores`` of which others use ``busy`` (fractions allowed)."""
    return max(1, min(MAX_THREADS, int(cores - busy + 0.6)))
