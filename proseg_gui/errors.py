"""The one kind of error that is shown to people, and the one that says "stopped on request"."""

from __future__ import annotations

from pathlib import Path


class UserError(Exception):
    """Something outside the program is wrong: says what happened, to which file, and what to do.

    ``str(error)`` is one line of one or two sentences, fit for a dialog or for stderr.

    Parameters
    ----------
    what:
        What happened, as a clause without the file's name and without a final stop.
    path:
        The file or folder that it happened to, when there is one.
    remedy:
        What the reader can do about it, as a sentence without a final stop.
    """

    def __init__(self, what: str, *, path: str | Path | None = None, remedy: str = "") -> None:
        self.what = _one_line(what).rstrip(".")
        self.path = None if path is None else Path(path)
        self.remedy = _one_line(remedy).rstrip(".")
        super().__init__(self.what)

    def __str__(self) -> str:
        place = "" if self.path is None else f"{_one_line(str(self.path))}: "
        advice = f" {self.remedy}." if self.remedy else ""
        return f"{place}{self.what}.{advice}"


def _one_line(text: str) -> str:
    """``text`` in one printable line: what a file or its name holds must not move a terminal's cursor."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class Cancelled(Exception):
    """Work stopped because its owner asked for it; never shown as an error."""
