"""What C libraries print past Python, caught: a damaged file is one sentence, not one sentence and ten lines."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_output_lock = threading.Lock()


@contextmanager
def heard_output(numbers: tuple[int, ...] = (1, 2)) -> Iterator[list[str]]:
    """Catch what C libraries (libtiff, libpng, libjpeg, OpenJPEG) print beside the error that they raise.

    ``numbers`` are the file descriptors to listen to (1 is stdout, 2 is stderr); they belong to the whole process,
    hence the lock. The list holds the text once the block has ended.
    """
    heard = [""]
    with _output_lock, tempfile.TemporaryFile() as sink:
        _flush_output()
        kept: dict[int, int] = {}
        for number in numbers:
            with suppress(OSError):  # a windowed program may have no output at all
                kept[number] = os.dup(number)
                os.dup2(sink.fileno(), number)
        try:
            yield heard
        finally:
            _flush_output()
            for number, copy in kept.items():
                os.dup2(copy, number)
                os.close(copy)
            sink.seek(0)
            heard[0] = sink.read().decode(errors="replace").strip()


def _flush_output() -> None:
    """Empty Python's and C's buffers, so that nothing goes to the wrong side."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    if os.name == "posix":
        ctypes.pythonapi.fflush(None)
