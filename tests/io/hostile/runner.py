"""Runs commands of ``proseg-gui``, each in a forked child with limits; asked line by line, as JSON, on stdin.

The libraries are loaded once and the children share them, so that a file costs what it costs and not a second of
loading. Each child is killed after its time; what it used of the processor and of memory is measured by the kernel.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

MOST_MORE = 640 << 20
"""Address space of a child beyond what is loaded, with its threads' stacks. The test holds what it uses to less."""


def main() -> None:
    import nibabel  # noqa: F401
    import pydicom.pixels  # noqa: F401
    import SimpleITK  # noqa: F401

    import proseg_gui.cli.export
    import proseg_gui.cli.import_contours
    import proseg_gui.io.case_write
    import proseg_gui.io.contours.reading
    import proseg_gui.io.export
    import proseg_gui.io.open  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        answer = _run(asked["argv"], Path(asked["folder"]), asked["seconds"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _run(argv: list[str], folder: Path, seconds: float) -> dict[str, object]:
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _child(argv, folder)
    done = 0
    while done == 0:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done == 0 and time.monotonic() - began > seconds:
            os.kill(child, signal.SIGKILL)
            done, status, used = os.wait4(child, 0)
        elif done == 0:
            time.sleep(0.005)
    return {
        "code": os.waitstatus_to_exitcode(status), "seconds": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss >> (20 if sys.platform == "darwin" else 10),
        "stderr": (folder / "stderr").read_text(errors="replace"),
    }  # fmt: skip


def _child(argv: list[str], folder: Path) -> None:
    code = 99
    try:
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        if sys.platform == "linux":
            now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (now + MOST_MORE, now + MOST_MORE))
        os.chdir(folder)
        from proseg_gui.cli import main as program

        code = program(argv)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
