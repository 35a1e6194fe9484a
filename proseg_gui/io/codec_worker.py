"""JPEG (baseline, extended, lossless) in DICOM, decoded by GDCM in a process of its own.

GDCM is the only codec for these with a permissive licence, and a damaged stream can end the process that it runs in
(found by flipping bytes: an exception of its C++ side that nothing catches). Here that process is this module's
``main``; the program itself gets an error. One line of JSON asks for a frame, one line answers, pixels follow.
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


class CodecWorker:
    """One decoding process; start it late, close it always."""

    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__],  # -P: nothing is imported from the folder that we stand in
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def decode(self, path: Path, frame: int) -> np.ndarray:
        """Stored values ``(y, x)`` of a frame, counted from 0.

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
            self._process.stdin.write(json.dumps([str(path), frame]).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            if not answer:
                raise RuntimeError("the decoder ended")
            problem, shape, kind = json.loads(answer)
            if problem:
                raise RuntimeError(problem)
            values = self._process.stdout.read(prod(shape) * np.dtype(kind).itemsize)
            return np.frombuffer(values, kind).reshape(shape)
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
    import pydicom
    from pydicom.pixels import get_decoder

    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        path, frame = json.loads(line)
        try:
            ds = pydicom.dcmread(path)
            decoder = get_decoder(ds.file_meta.TransferSyntaxUID)
            values, _ = decoder.as_array(ds, index=frame, raw=True, decoding_plugin="gdcm")
            values = np.ascontiguousarray(values)
        except Exception as error:  # noqa: BLE001 - whatever a codec raises goes to the process that asked
            out.write(json.dumps([f"{type(error).__name__}", [], ""]).encode() + b"\n")
        else:
            out.write(json.dumps(["", values.shape, values.dtype.str]).encode() + b"\n")
            out.write(values.tobytes())
        out.flush()


if __name__ == "__main__":
    main()
