"""One progress bar shared by the steps of opening or writing something."""

from __future__ import annotations

from proseg_gui.jobs import Progress


def share_of(progress: Progress, start: float, end: float) -> Progress:
    """A progress whose 0..1 is the part ``start``..``end`` of ``progress``."""

    def part(share: float, text: str) -> None:
        progress(start + share * (end - start), text)

    return part
