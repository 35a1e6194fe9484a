"""What this computer has and lacks: libraries, devices, versions, sizes, folders, shipped bundles, and what to do.

Works when Qt, torch or any other dependency cannot be imported: each is tried in a process of its own, and this package
itself needs the standard library only.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from pathlib import Path

from proseg_gui import __version__
from proseg_gui.doctor.libraries import MISSING_LIBRARY, missing_libraries, qt_libraries
from proseg_gui.doctor.packages import bytes_below, dependencies, megabytes
from proseg_gui.doctor.probe import ask
from proseg_gui.doctor.report import Found, Missing, Problem, Report, Row
from proseg_gui.errors import UserError
from proseg_gui.io.base.json_in import read_json
from proseg_gui.locations import data_folder

PACKAGE = Path(__file__).resolve().parent.parent
_DEVICES = """
import json, torch
count = torch.cuda.device_count() if torch.cuda.is_available() else 0
cuda = [torch.cuda.get_device_properties(index) for index in range(count)]
print("\\n" + json.dumps({
    "built": torch.version.cuda or "", "mps": torch.backends.mps.is_available(),
    "cuda": [f"{p.name}, {p.total_memory / 2**30:.0f} GiB" for p in cuda],
}))
"""
_WINDOW = """
import json
from PySide6.QtGui import QFontDatabase, QGuiApplication
app = QGuiApplication(["doctor"])
screens = [f"{s.geometry().width()}x{s.geometry().height()} at {s.devicePixelRatio():g}" for s in app.screens()]
print("\\n" + json.dumps({"platform": app.platformName(), "screens": screens, "fonts": len(QFontDatabase.families())}))
"""


def examine() -> Report:
    """Look at this computer; changes nothing and takes some seconds (torch is imported once or twice)."""
    rows: list[Row] = []
    problems: list[Problem] = []
    missing: list[Missing] = []
    for part in (_system(), dependencies(), qt_libraries(), _window(), _devices(), _places(), _bundles()):
        for item in part:
            if isinstance(item, Row):
                rows.append(item)
            elif isinstance(item, Missing):
                missing.append(item)
            else:
                problems.append(item)
    if missing:
        problems.insert(0, missing_libraries(missing))
    return Report(tuple(rows), tuple(problems))


def _system() -> Found:
    yield Row("Program", "proseg-gui", f"{__version__} in {PACKAGE}")
    yield Row("Program", "size", megabytes(bytes_below(PACKAGE, data_folder("models"))))
    enough = sys.version_info >= (3, 11)
    yield Row("System", "Python", f"{platform.python_version()} ({sys.executable})", enough)
    if not enough:
        yield Problem("Python is older than 3.11", "Install Python 3.11 or newer and make a new environment", True)
    yield Row("System", "system", f"{platform.system()} {platform.release()} {platform.machine()}")
    yield Row("System", "processor", f"{_usable_cores()} cores usable, {os.cpu_count()} present")
    try:
        import psutil
    except (ImportError, OSError):
        return
    memory = psutil.virtual_memory()
    yield Row("System", "memory", f"{memory.available / 2**30:.1f} GiB free of {memory.total / 2**30:.1f} GiB")
    from proseg_gui.memory import memory_budget

    text = f"{memory_budget().text} for encoded and measured slices, if a case were opened now"
    yield Row("System", "budget", text)


def _usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _window() -> Found:
    answers, ending = ask(_WINDOW)
    if not answers:
        yield Row("Window", "can start", f"no: {ending}", good=False)
        yield _no_window(ending)
        return
    answer = answers[0]
    yield Row("Window", "can start", f"yes, platform {answer['platform']}, screen {', '.join(answer['screens'])}")
    yield Row("Window", "fonts", f"{answer['fonts']} families", answer["fonts"] > 0)
    if not answer["fonts"]:
        remedy = "Run: apt-get install fonts-dejavu-core (Debian, Ubuntu) or: dnf install dejavu-sans-fonts (Fedora)"
        yield Problem("No font is installed, so the window shows no text", remedy, False)


def _no_window(ending: str) -> Problem | Missing:
    library = MISSING_LIBRARY.search(ending)
    if library:
        return Missing(library.group(1), True)
    screen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if platform.system() == "Linux" and not screen:
        remedy = "Start it in a desktop session; 'predict' and the other commands work without a screen"
        return Problem("There is no screen here", remedy, True)
    remedy = "See to the other problems in this list first; QT_DEBUG_PLUGINS=1 makes Qt say more"
    return Problem(f"Qt cannot start a window ({ending})", remedy, True)


def _devices() -> Found:
    answers, ending = ask(_DEVICES)
    if not answers:
        yield Row("Devices", "torch", f"cannot say: {ending}", good=False)
        return
    answer = answers[0]
    yield Row("Devices", "cpu", f"{_usable_cores()} cores")
    built = f"torch is built for CUDA {answer['built']}" if answer["built"] else "torch is built without CUDA"
    yield Row("Devices", "cuda", "; ".join(answer["cuda"]) or f"none ({built})")
    yield Row("Devices", "mps", "available" if answer["mps"] else "none")
    if not answer["cuda"] and not answer["built"] and shutil.which("nvidia-smi"):
        yield Problem(
            "There is an NVIDIA driver, but torch is built without CUDA, so the model runs on the processor",
            "Install a CUDA build of torch as pytorch.org tells, if you want the GPU",
            False,
        )


def _places() -> Found:
    try:
        from platformdirs import user_data_path, user_log_path
    except ImportError:
        return
    base = os.environ.get("APPDATA") if sys.platform == "win32" else os.environ.get("XDG_CONFIG_HOME")
    config = Path(base) if base else Path.home() / ".config"
    places = {
        "settings": config / "proseg-gui" / "proseg-gui.ini",
        "logs": user_log_path("proseg-gui"),
        "data": user_data_path("proseg-gui"),
    }
    for name, path in places.items():
        writable = _writable(path)
        yield Row("Places", name, f"{path}{'' if writable else ' (not writable)'}", writable)
        if not writable:
            yield Problem(f"{path} cannot be written", "Give yourself the right to write there", False)
    yield Row("Places", "bundles", str(data_folder("models")))


def _writable(path: Path) -> bool:
    existing = next(p for p in (path, *path.parents) if p.exists())
    return os.access(existing, os.W_OK)


def _bundles() -> Found:
    folder = data_folder("models")
    cards = sorted(folder.glob("*/card.json"))
    if not cards:
        yield Row("Bundles", "shipped", f"none in {folder}", good=False)
        yield Problem("No model bundle is shipped with this installation", "Install proseg-gui again", False)
    for card in cards:
        failure = bundle_failure(card)
        size = megabytes(bytes_below(card.parent))
        yield Row("Bundles", card.parent.name, failure or f"readable, hash matches, {size}", not failure)
        if failure:
            what = f"The shipped bundle {card.parent.name} is damaged ({failure})"
            yield Problem(what, "Install proseg-gui again", False)


def bundle_failure(card: Path) -> str:
    """Say what is wrong with the bundle of this ``card.json``; empty when its weights have the stated hash."""
    try:
        stated = read_json(card)["sha256"]
        found = hashlib.sha256((card.parent / "model.safetensors").read_bytes()).hexdigest()
    except UserError as error:
        return error.what
    except (OSError, KeyError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return "" if stated == found else "the weights do not match the card's hash"
