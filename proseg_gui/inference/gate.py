"""Background work gives way to the slider, and every long piece of work stops where it may."""

from __future__ import annotations

import threading
from collections import Counter

from proseg_gui.jobs import CancelToken

LOOK_S = 0.02
"""How often a waiting thread looks whether it was cancelled."""


class Gate:
    """Lets the interactive thread hold back all others at their next stopping point.

    A thread that holds the gate itself is never stopped by it, so nested work cannot wait for itself.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holders: Counter[int] = Counter()

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

    def pass_through(self, token: CancelToken | None) -> None:
        """A stopping point: wait while another thread holds the gate; raise ``Cancelled`` when the token says so."""
        if token is not None:
            token.check()
        me = threading.get_ident()
        if not self._holders or me in self._holders:
            return
        with self._changed:
            while self._holders and me not in self._holders:
                self._changed.wait(LOOK_S)
                if token is not None:
                    token.check()
