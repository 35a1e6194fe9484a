"""The cases of the session in the order in which they are seen, with what is known of each. Keeps nothing itself.

What is known (state, flag, doubt) comes from the project; see :mod:`proseg_gui.review.keeper`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from proseg_gui.review.case import CASE_STATES
from proseg_gui.review.state import WorkItem

ORDERS = ("doubt", "name", "state")


class Worklist:
    """An ordered list of cases.

    It is sorted when cases are shown, when an order or another model is chosen, and when a case was measured in the
    background (:meth:`measured`), which happens only while nobody works. Otherwise it stands still: the open case does
    not move away from the one below it when its own doubt becomes known.
    """

    def __init__(self) -> None:
        self.items: tuple[WorkItem, ...] = ()
        """In the order in which they are seen, which is also the one that :meth:`neighbour` follows."""
        self.order = "doubt"
        self.model = ""
        """Hash of the model by whose doubt the cases are compared; empty while none is known."""

    def show(self, items: Iterable[WorkItem]) -> None:
        """Replace the list."""
        self.items = tuple(ordered(tuple(items), self.order, self.model))

    def sort(self, order: str) -> None:
        """Sort by one of :data:`ORDERS`.

        Raises
        ------
        ValueError
            For another order.
        """
        if order not in ORDERS:
            raise ValueError(f"order must be one of {ORDERS}, got {order!r}")
        self.order = order
        self.items = tuple(ordered(self.items, order, self.model))

    def compare_by(self, model: str) -> None:
        """Compare cases by the doubt that the model of this hash measures; what stood in another's way is forgotten."""
        if model != self.model:
            self.model = model
            self.items = tuple(replace(item, problem="") for item in self.items)
            self.sort(self.order)

    def to_measure(self) -> WorkItem | None:
        """The first case, as it is seen, that the model has not measured and could measure."""
        if not self.model:
            return None
        open_cases = (item for item in self.items if not item.current and not item.problem)
        return next((item for item in open_cases if item.doubt_by(self.model) is None), None)

    def measured(self, key: str, case_id: str, ml: float, model: str) -> None:
        """A case was measured in the background; it moves to its place."""
        item = self.item(key)
        if item is not None:
            self.update(key, case_id=case_id or item.case_id, doubt=ml, doubts={**item.doubts, model: ml}, problem="")
            self.sort(self.order)

    def open(self, item: WorkItem) -> None:
        """Make a case the current one, adding it below the others if it is not in the list."""
        if any(known.key == item.key for known in self.items):
            self.items = tuple(
                replace(item, current=True) if known.key == item.key else replace(known, current=False)
                for known in self.items
            )
        else:
            others = tuple(replace(known, current=False) for known in self.items)
            self.items = (*others, replace(item, current=True))

    def item(self, key: str) -> WorkItem | None:
        """The case of that key."""
        return next((item for item in self.items if item.key == key), None)

    @property
    def current(self) -> WorkItem | None:
        """The case that is open."""
        return next((item for item in self.items if item.current), None)

    def neighbour(self, offset: int) -> WorkItem | None:
        """The case ``offset`` places below the open one as it is seen, or ``None`` at the ends."""
        at = next((i for i, item in enumerate(self.items) if item.current), None)
        if at is None or not 0 <= at + offset < len(self.items):
            return None
        return self.items[at + offset]

    def update(self, key: str, **changes: Any) -> None:
        """Change what is known of a case (fields of :class:`WorkItem`); its place stays."""
        self.items = tuple(replace(item, **changes) if item.key == key else item for item in self.items)


def ordered(items: Sequence[WorkItem], order: str, model: str = "") -> list[WorkItem]:
    """Sort cases by ``"doubt"`` (highest first, unmeasured last), ``"name"`` or ``"state"`` (not started first).

    ``model``: hash of the one whose doubt counts; by default each case's newest.
    """

    def by_doubt(item: WorkItem) -> tuple[bool, float, Any]:
        doubt = item.doubt_by(model)
        return doubt is None, -(doubt or 0.0), natural(item.name)

    keys: dict[str, Callable[[WorkItem], Any]] = {
        "doubt": by_doubt,
        "name": lambda item: natural(item.name),
        "state": lambda item: (CASE_STATES.index(item.state), natural(item.name)),
    }
    return sorted(items, key=keys[order])


def natural(name: str) -> list[tuple[int, int, str]]:
    """A sort key that puts ``case 9`` before ``case 10``."""
    parts: list[tuple[int, int, str]] = []
    digits = letters = ""
    for letter in [*name.lower(), ""]:
        if letter.isdigit() and letter.isascii():
            if letters:
                parts.append((1, 0, letters))
                letters = ""
            digits += letter
        else:
            if digits:
                parts.append((0, int(digits), ""))
                digits = ""
            letters += letter
    if letters:
        parts.append((1, 0, letters))
    return parts
