"""When to work out again what costs more the more is known."""

from __future__ import annotations

from collections.abc import Callable

GROWTH = 1.5


class Growing:
    """Due after ``first_s``, then each time half as much time again has passed since :meth:`begin`.

    What is worked out at these times costs, in proportion to how much is known, at most a few times the last one,
    however long it all takes; at even times it would cost with the square.
    """

    def __init__(self, clock: Callable[[], float], first_s: float) -> None:
        self._clock, self._first = clock, first_s
        self.begin()

    def begin(self) -> None:
        """From now on."""
        self._from, self._next = self._clock(), self._first

    def __call__(self) -> bool:
        """Whether it is due; then it is taken as done."""
        passed = self._clock() - self._from
        if passed < self._next:
            return False
        self._next = GROWTH * passed
        return True
