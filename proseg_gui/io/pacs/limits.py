"""How much an archive, or whoever connects in its name, may make us keep in memory before we look at it.

pynetdicom reads as many bytes as the four in front of a PDU say, up to 4 GB, whatever size we announced
(github.com/pydicom/pynetdicom/issues/1086), and gathers a message without end. Here the connection ends instead.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

import psutil
from pynetdicom.association import Association
from pynetdicom.transport import AssociationSocket

MOST_PDU = 16 << 20
"""We announce 16 kB; what asks for an association is longer, and still far from this."""
MOST_MESSAGE = 4 << 30
"""DICOM's own limit of an element's length, so of the pixels of one object."""
_read = AssociationSocket.recv


class TooMuch(OSError):
    """More than we agreed on; pynetdicom ends the connection over any OSError."""


def _limited(self: AssociationSocket, nr_bytes: int) -> bytearray:
    message = getattr(self, "proseg_message", 0) + nr_bytes
    self.proseg_message = message  # type: ignore[attr-defined]
    if nr_bytes > MOST_PDU or message > min(MOST_MESSAGE, psutil.virtual_memory().available // 4):
        raise TooMuch("larger than what was agreed on")
    return _read(self, nr_bytes)


def install() -> None:
    """Put the limits in place, in this process; once is enough."""
    AssociationSocket.recv = _limited  # type: ignore[method-assign]


def hang_up(link: Association) -> None:
    """End a connection and its threads at once, whatever the other side does."""
    with suppress(OSError, AttributeError):
        link.dul.socket.socket.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
    link.dul.kill_dul()
    link.kill()


def message_ended(event: Any) -> None:
    """Begin counting anew: a handler for ``EVT_DIMSE_RECV``."""
    link = event.assoc.dul.socket
    if link is not None:
        link.proseg_message = 0
