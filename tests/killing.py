"""A child process that dies, with no time to clean up, at its n-th step on the disk: what a kill -9 may leave."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.truncate", "os.utime", "os.link")


def steps_of(folder: Path, work: Callable[[], object]) -> int:
    """How many steps ``work`` takes when a child does it: those that :func:`killed_at` counts."""
    told, tells = os.pipe()
    seen = killed_at(-1, folder, work, tells)
    os.close(tells)
    with os.fdopen(told) as lines:
        count = int(lines.read())
    assert not seen
    return count


def killed_at(step: int, folder: Path, work: Callable[[], object], tell: int | None = None) -> bool:
    """Do ``work`` in a child that ends just before its ``step``-th (from 0) opening, renaming or removal in ``folder``.

    Returns whether it was killed; ``False`` means that it came to its end before. Reading is a step too. ``tell`` is a
    file into which the number of steps is written at the end.
    """
    child = os.fork()
    if child == 0:
        seen = [0]
        within = str(folder)

        def here(argument: object) -> bool:
            if not isinstance(argument, str | bytes | Path):
                return False
            name = os.fsdecode(argument)
            return within in name or not Path(name).is_absolute()  # removing a tree goes by names in open folders

        def look(event: str, arguments: tuple[object, ...]) -> None:
            if event in STEPS and any(map(here, arguments)):
                if seen[0] == step:
                    os._exit(9)
                seen[0] += 1

        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            sys.addaudithook(look)
            work()
            if tell is not None:
                os.write(tell, str(seen[0]).encode())
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9), f"the work itself failed with {code}"
    return code == 9
