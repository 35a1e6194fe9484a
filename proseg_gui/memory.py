"""How much memory an open case may take beside its pixels: decided before anything is worked out, and said.

And that what was let go goes back to the computer: glibc keeps it, in a heap for each of up to eight threads a core.
Of a CT of 300 slices that was a fifth of the peak. Other allocators give back by themselves, so there nothing is done.
"""

from __future__ import annotations

import ctypes
import platform
from dataclasses import dataclass
from functools import cache

import psutil

MOST_BYTES = 192 << 20
SHARE = 0.2
"""Of the memory that is free when a case is opened."""
FEATURES = 0.75
"""Part of the budget for encoded slices; the rest is for what was surveyed."""
DRAWS = 0.5
"""Part of that, where draws are made of whole slices and kept."""


@dataclass(frozen=True)
class Budget:
    """Bytes for a case: ``total``, and of it what encoded slices (``features``) and surveyed ones (``survey``) have.

    ``draws``: what draws of whole slices have, for methods that ``streams``; for others nothing.
    """

    total: int
    streams: bool = False

    @property
    def features(self) -> int:
        """See the class."""
        return int(self.total * FEATURES) - self.draws

    @property
    def draws(self) -> int:
        """See the class."""
        return int(self.total * FEATURES * DRAWS) if self.streams else 0

    @property
    def survey(self) -> int:
        """See the class."""
        return self.total - self.features - self.draws

    @property
    def text(self) -> str:
        """For people: ``192 MB``."""
        return f"{self.total >> 20} MB"


def memory_budget(*, streams: bool = False) -> Budget:
    """A fifth of what is free now, at most 192 MiB."""
    return Budget(min(MOST_BYTES, int(SHARE * psutil.virtual_memory().available)), streams)


M_ARENA_MAX = -8
"""Of glibc's ``malloc.h``."""
ARENAS = 2
"""The window's thread and the slider's seldom wait for each other with two; each has a heap that only grows."""


@cache
def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None


def share_heaps() -> None:
    """Let all threads of this process share :data:`ARENAS` heaps; to be called before they are started."""
    library = _glibc()
    if library is not None:
        library.mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return memory that nobody uses to the computer; a few milliseconds, after work that needed much for a while."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)
