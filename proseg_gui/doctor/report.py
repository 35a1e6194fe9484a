"""What was found: rows for a table, problems with their remedies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    section: str
    name: str
    value: str
    good: bool = True


@dataclass(frozen=True)
class Problem:
    """Something that is missing or damaged, as one sentence, and its remedy as another."""

    what: str
    remedy: str
    stops_window: bool


@dataclass(frozen=True)
class Missing:
    """A shared library that was looked for in vain; all of them become one problem with one remedy."""

    soname: str
    stops_window: bool


@dataclass(frozen=True)
class Report:
    """Everything that was found."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    @property
    def window_can_start(self) -> bool:
        """Whether nothing that was found keeps the window from starting."""
        return not any(problem.stops_window for problem in self.problems)


Found = Iterator[Row | Problem | Missing]
