"""How much memory an open case may take beside its pixels: decided before anything is worked out, and said."""

from __future__ import annotations

from dataclasses import dataclass

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
