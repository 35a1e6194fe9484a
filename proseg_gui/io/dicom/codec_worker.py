"""JPEG (baseline, extended, lossless) in DICOM, decoded by GDCM in a process of its own.

GDCM is the only codec for these with a permissive licence, and a damaged stream can end the process that it runs in
(found by flipping bytes: an exception of its C++ side that nothing catches). Here that process is this module's
``main``; the program itself gets an error. One line of JSON and a coded frame ask, one line answers, pixels follow.

GDCM is asked directly: it is told the bits that the stream has. By the header's, as pydicom asks, frames of 12 lossy
bits and lossless ones of fewer than 8 come out wrong or not at all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from math import prod
from pathlib import Path

import numpy as np

_TIMEOUT_S = 60.0
"""A frame takes milliseconds; a decoder that hangs on a damaged one is ended."""


_MOST_MORE = 2 << 30
"""Address space beyond what is loaded: the largest frame, 8192 x 8192, takes a tenth of it."""


class CodecWorker:
    """One decoding process; start it late, close it always."""

    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parents[3])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__],  # -P: nothing is imported from the folder that we stand in
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def decode(self, coded: bytes, shape: tuple[int, int], bits: int, syntax: str) -> np.ndarray:
        """Unsigned values ``(y, x)`` of the frame ``coded``, whose samples have ``bits`` bits.

        Raises
        ------
        RuntimeError, ValueError
            If it cannot be decoded, or the process ended over it; close it then.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        watchdog = threading.Timer(_TIMEOUT_S, self._process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._process.stdin.write(json.dumps([len(coded), *shape, bits, syntax]).encode() + b"\n")
            self._process.stdin.write(coded)
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            if not answer:
                raise RuntimeError("the decoder ended")
            problem = json.loads(answer)
            if problem:
                raise RuntimeError(problem)
            kind = _kind(bits)
            return np.frombuffer(self._process.stdout.read(prod(shape) * kind.itemsize), kind).reshape(shape)
        except OSError as error:
            raise RuntimeError("the decoder ended") from error
        finally:
            watchdog.cancel()
            watchdog.join()

    def close(self) -> None:
        """End the process and free its pipes."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # it died with bytes for it on their way
                    pipe.close()
        self._process.kill()
        self._process.wait()


def main() -> None:
    """Answer requests until stdin ends."""
    _limit_memory()
    out = sys.stdout.buffer
    while line := sys.stdin.buffer.readline():
        length, rows, columns, bits, syntax = json.loads(line)
        coded = sys.stdin.buffer.read(length)
        try:
            values = _decode(coded, rows, columns, bits, syntax)
            problem = "" if len(values) == rows * columns * _kind(bits).itemsize else "another size"
        except Exception as error:  # noqa: BLE001 - whatever a codec raises goes to the process that asked
            problem = type(error).__name__
        out.write(json.dumps(problem).encode() + b"\n")
        if not problem:
            out.write(values)
        out.flush()


def _limit_memory() -> None:
    """Let a damaged stream ask for so much and no more, where the system can hold a process to that."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + _MOST_MORE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _kind(bits: int) -> np.dtype:
    return np.dtype("u1" if bits <= 8 else "<u2")


def _decode(coded: bytes, rows: int, columns: int, bits: int, syntax: str) -> bytes:
    import gdcm

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(coded)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((columns, rows, 1))
    image.SetDataElement(element)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.MONOCHROME2))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    image.SetPixelFormat(gdcm.PixelFormat(1, 8 * _kind(bits).itemsize, bits, bits - 1, 0))
    text: str = image.GetBuffer()
    return text.encode("utf-8", "surrogateescape")  # it takes bytes for text


if __name__ == "__main__":
    main()
