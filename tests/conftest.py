"""For every test: no screen, one thread for torch, the user's own settings out of reach, and no thread left behind."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
THREADS_END_WITHIN_S = 10.0

_home = tempfile.mkdtemp(prefix="proseg-gui-tests-")
# Before anything imports Qt, torch or platformdirs. Processes that tests start inherit it.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"  # the window speaks the system's language where nobody chose one
os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads on two busy cores are more than ten times slower
for _name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA"):
    os.environ[_name] = str(Path(_home) / _name.lower())

# Started in the background of a script, Python ignores Ctrl+C and so would every program that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    """Remove the settings and logs that the tests wrote."""
    shutil.rmtree(_home, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what needs data that this clone does not have beside it."""
    if SHARED_DATA.is_dir():
        return
    absent = pytest.mark.skip(reason=f"shared_data: {SHARED_DATA} is not there")
    for item in items:
        if "shared_data" in item.keywords:
            item.add_marker(absent)


@pytest.fixture(autouse=True)
def _no_thread_outlives_a_test() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    until = time.monotonic() + THREADS_END_WITHIN_S
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(max(0.0, until - time.monotonic()))
    alive = [thread.name for thread in left if thread.is_alive()]
    assert not alive, f"threads are still running after the test: {alive}"
