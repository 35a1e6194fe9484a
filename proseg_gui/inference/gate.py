"""Background work gives way to the slider, and every long piece of work stops where it may."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from proseg_gui.jobs import CancelToken

LOOK_S = 0.02
"""How often a waiting thread looks whether it was cancelled."""


class Gate:
    """Lets the interactive thread hold back all others at their next stopping point.

    A thread that holds the gate itself is never stopped by it, so nested work cannot wait for itself. Work that takes
    long and that nobody waits for runs :meth:`giving_way`, and can be stopped for as long as a hand moves something.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holders: Counter[int] = Counter()
        self._last: set[int] = set()
        self._busy_hand = False

    def hold(self) -> None:
        """Stop the other threads at their next stopping point; holds add up."""
        with self._changed:
            self._holders[threading.get_ident()] += 1

    def release(self) -> None:
        """Take one hold of this thread back."""
        me = threading.get_ident()
        with self._changed:
            if not self._holders[me]:
                raise RuntimeError("this thread does not hold the gate")
            self._holders[me] -= 1
            self._holders += Counter()  # drops the zeros
            self._changed.notify_all()

    def keep_free(self, busy_hand: bool) -> None:
        """From press to release of a slider: threads that give way stop at their next stopping point, others do not."""
        with self._changed:
            self._busy_hand = busy_hand
            self._changed.notify_all()

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """What this thread does within stops while the gate is kept free."""
        me = threading.get_ident()
        self._last.add(me)
        try:
            yield
        finally:
            self._last.discard(me)

    def _shut(self, me: int) -> bool:
        return me not in self._holders and bool(self._holders or (self._busy_hand and me in self._last))

    def pass_through(self, token: CancelToken | None) -> None:
        """A stopping point: wait while the gate is shut to this thread; raise ``Cancelled`` when the token says so."""
        if token is not None:
            token.check()
        me = threading.get_ident()
        if not self._shut(me):
            return
        with self._changed:
            while self._shut(me):
                self._changed.wait(LOOK_S)
                if token is not None:
                    token.check()
