"""What this computer has and lacks: libraries, devices, versions, sizes, folders, shipped bundles, and what to do.

Works when Qt, torch or any other dependency cannot be imported: each is tried in a process of its own, and this module
itself needs the standard library only.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proseg_gui import __version__
from proseg_gui.locations import data_folder

TIMEOUT_S = 180
MODULES = {"PySide6-Essentials": "PySide6.QtWidgets", "lightning-fabric": "lightning_fabric"}
"""Distribution -> module to import, where the name does not tell."""
QT = "PySide6-Essentials"
NEEDS_QT = ("pyqtgraph",)
QT_FILES = ("QtWidgets.abi3.so", "Qt/plugins/platforms/libqxcb.so", "Qt/plugins/platforms/libqoffscreen.so")
QT_WAYLAND = "Qt/plugins/platforms/libqwayland.so"
MISSING_LIBRARY = re.compile(r"(lib[\w.+-]+?\.so[.\d]*): cannot open shared object file")

# soname, Debian and Ubuntu package, Fedora package
_LIBRARIES = """
libEGL.so.1 libegl1 libglvnd-egl
libGL.so.1 libgl1 libglvnd-glx
libGLX.so.0 libglx0 libglvnd-glx
libOpenGL.so.0 libopengl0 libglvnd-opengl
libX11.so.6 libx11-6 libX11
libX11-xcb.so.1 libx11-xcb1 libX11-xcb
libxcb.so.1 libxcb1 libxcb
libxcb-cursor.so.0 libxcb-cursor0 xcb-util-cursor
libxcb-glx.so.0 libxcb-glx0 libxcb
libxcb-icccm.so.4 libxcb-icccm4 xcb-util-wm
libxcb-image.so.0 libxcb-image0 xcb-util-image
libxcb-keysyms.so.1 libxcb-keysyms1 xcb-util-keysyms
libxcb-randr.so.0 libxcb-randr0 libxcb
libxcb-render.so.0 libxcb-render0 libxcb
libxcb-render-util.so.0 libxcb-render-util0 xcb-util-renderutil
libxcb-shape.so.0 libxcb-shape0 libxcb
libxcb-shm.so.0 libxcb-shm0 libxcb
libxcb-sync.so.1 libxcb-sync1 libxcb
libxcb-util.so.1 libxcb-util1 xcb-util
libxcb-xfixes.so.0 libxcb-xfixes0 libxcb
libxcb-xkb.so.1 libxcb-xkb1 libxcb
libxkbcommon.so.0 libxkbcommon0 libxkbcommon
libxkbcommon-x11.so.0 libxkbcommon-x11-0 libxkbcommon-x11
libwayland-client.so.0 libwayland-client0 libwayland-client
libwayland-cursor.so.0 libwayland-cursor0 libwayland-cursor
libfontconfig.so.1 libfontconfig1 fontconfig
libfreetype.so.6 libfreetype6 freetype
libdbus-1.so.3 libdbus-1-3 dbus-libs
libglib-2.0.so.0 libglib2.0-0 glib2
libgthread-2.0.so.0 libglib2.0-0 glib2
libbrotlidec.so.1 libbrotli1 libbrotli
libgssapi_krb5.so.2 libgssapi-krb5-2 krb5-libs
libzstd.so.1 libzstd1 libzstd
libz.so.1 zlib1g zlib
libstdc++.so.6 libstdc++6 libstdc++
libgomp.so.1 libgomp1 libgomp
"""
PACKAGES = {soname: (debian, fedora) for soname, debian, fedora in map(str.split, _LIBRARIES.strip().splitlines())}

_IMPORTS = """
import importlib, json, sys
for name in sys.argv[1:]:
    problem = ""
    try:
        importlib.import_module(name)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    print("\\n" + json.dumps([name, problem]), flush=True)
"""
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


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    section: str
    name: str
    value: str
    good: bool = True


@dataclass(frozen=True)
class Problem:
    """Something that is missing or damaged, as one sentence, and its remedy as another."""

    what: str
    remedy: str
    stops_window: bool


@dataclass(frozen=True)
class Missing:
    """A shared library that was looked for in vain; all of them become one problem with one remedy."""

    soname: str
    stops_window: bool


@dataclass(frozen=True)
class Report:
    """Everything that was found."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    @property
    def window_can_start(self) -> bool:
        """Whether nothing that was found keeps the window from starting."""
        return not any(problem.stops_window for problem in self.problems)


def examine() -> Report:
    """Look at this computer; changes nothing and takes some seconds (torch is imported once or twice)."""
    rows: list[Row] = []
    problems: list[Problem] = []
    missing: list[Missing] = []
    for part in (_system(), _dependencies(), _qt_libraries(), _window(), _devices(), _places(), _bundles()):
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


Found = Iterator[Row | Problem | Missing]


def _system() -> Found:
    yield Row("Program", "proseg-gui", f"{__version__} in {Path(__file__).resolve().parent}")
    yield Row("Program", "size", _megabytes(_bytes_below(Path(__file__).parent, data_folder("models"))))
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


def _usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def requirements() -> list[tuple[str, str]]:
    """``(distribution, least version)`` of each dependency: from the checkout's pyproject.toml, else as installed."""
    source = Path(__file__).resolve().parent.parent / "pyproject.toml"
    if source.is_file():
        lines = tomllib.loads(source.read_text(encoding="utf-8"))["project"]["dependencies"]
    else:
        lines = [line for line in importlib.metadata.requires("proseg-gui") or [] if ";" not in line]
    return [(name.strip(), least.strip()) for name, _, least in (line.partition(">=") for line in lines)]


def _dependencies() -> Found:
    wanted = requirements()
    modules = {name: MODULES.get(name, name) for name, _ in wanted}
    failures = import_failures(list(modules.values()))
    for name, least in wanted:
        failure = failures[modules[name]]
        try:
            installed = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            yield Row("Dependencies", name, "not installed", good=False)
            yield Problem(f"{name} is not installed", _pip_remedy(name, least), True)
            continue
        size = _megabytes(_installed_bytes(installed))
        old = _numbers(installed.version) < _numbers(least)
        yield Row("Dependencies", name, f"{installed.version} (needs {least}), {size}", not (failure or old))
        if old:
            yield Problem(f"{name} {installed.version} is older than {least}", _pip_remedy(name, least), True)
        elif failure and not (name in NEEDS_QT and failures[MODULES[QT]]):
            yield _import_problem(name, failure, least)
    extra = [d for d in importlib.metadata.distributions() if re.match(r"nvidia-|triton$", d.name or "")]
    if extra:
        yield Row("Dependencies", "CUDA libraries", _megabytes(sum(map(_installed_bytes, extra))))


def _pip_remedy(name: str, least: str) -> str:
    return f"Run: {sys.executable} -m pip install --upgrade '{name}>={least}'"


def _import_problem(name: str, failure: str, least: str) -> Problem | Missing:
    library = MISSING_LIBRARY.search(failure)
    if library:
        return Missing(library.group(1), True)
    return Problem(f"{name} is installed but cannot be imported ({failure})", _pip_remedy(name, least), True)


def import_failures(modules: Sequence[str]) -> dict[str, str]:
    """Import each module in a process of its own kind; returns ``{module: "" or what went wrong}``.

    One process tries them in turn. Where it dies, the module it died on is named and another goes on behind it.
    """
    results: dict[str, str] = {}
    remaining = list(modules)
    while remaining:
        answers, ending = _ask(_IMPORTS, *remaining)
        done = dict(answers)
        results.update(done)
        remaining = [name for name in remaining if name not in done]
        if remaining:
            results[remaining.pop(0)] = f"Python ended while importing it: {ending}"
    return results


def missing_libraries(missing: Sequence[Missing]) -> Problem:
    """One problem for all missing shared libraries, with one command that installs the packages that hold them."""
    names = sorted({item.soname for item in missing})
    known = [PACKAGES[name] for name in names if name in PACKAGES]
    unknown = [name for name in names if name not in PACKAGES]
    debian, fedora = (" ".join(dict.fromkeys(column)) for column in zip(*known, strict=True)) if known else ("", "")
    remedies = [f"Run: apt-get install {debian} (Debian, Ubuntu) or: dnf install {fedora} (Fedora)"] if known else []
    if unknown:
        remedies.append(f"Install the packages of your system that hold {', '.join(unknown)}")
    what = (
        f"The system library {names[0]} is missing"
        if len(names) == 1
        else (f"{len(names)} system libraries are missing: {', '.join(names)}")
    )
    return Problem(what, ". ".join(remedies), any(item.stops_window for item in missing))


def _qt_libraries() -> Found:
    if platform.system() != "Linux":
        return
    spec = importlib.util.find_spec("PySide6")
    ldd = shutil.which("ldd")
    if spec is None or spec.origin is None or ldd is None:
        yield Row("Window", "system libraries", "not checked (needs PySide6 and ldd)")
        return
    names = QT_FILES + ((QT_WAYLAND,) if _on_wayland() else ())
    files = [path for path in (Path(spec.origin).parent / name for name in names) if path.is_file()]
    missing = sorted({soname for file in files for soname in _not_found(ldd, file)})
    yield Row("Window", "system libraries", f"{len(missing)} missing" if missing else "all found", not missing)
    # A platform that is not the one in use may lack a library without harm; _window tries the one in use.
    yield from (Missing(soname, False) for soname in missing)


def _on_wayland() -> bool:
    return bool(os.environ.get("WAYLAND_DISPLAY")) and not os.environ.get("QT_QPA_PLATFORM")


def _not_found(ldd: str, file: Path) -> list[str]:
    listing = subprocess.run([ldd, str(file)], capture_output=True, text=True, timeout=TIMEOUT_S, check=False).stdout
    return re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)


def _window() -> Found:
    answers, ending = _ask(_WINDOW)
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
    answers, ending = _ask(_DEVICES)
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
        size = _megabytes(_bytes_below(card.parent))
        yield Row("Bundles", card.parent.name, failure or f"readable, hash matches, {size}", not failure)
        if failure:
            what = f"The shipped bundle {card.parent.name} is damaged ({failure})"
            yield Problem(what, "Install proseg-gui again", False)


def bundle_failure(card: Path) -> str:
    """Say what is wrong with the bundle of this ``card.json``; empty when its weights have the stated hash."""
    try:
        stated = json.loads(card.read_text(encoding="utf-8"))["sha256"]
        found = hashlib.sha256((card.parent / "model.safetensors").read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return "" if stated == found else "the weights do not match the card's hash"


def _ask(code: str, *arguments: str) -> tuple[list[Any], str]:
    """Run ``code`` in a fresh Python; returns its JSON lines and, for when they are too few, how it ended."""
    command = [sys.executable, "-c", code, *arguments]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return [], f"no answer within {TIMEOUT_S} s"
    answers = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith(("[", "{"))]
    said = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
    return answers, said[-1] if said else f"exit status {ended.returncode}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])


def _installed_bytes(distribution: importlib.metadata.Distribution) -> int:
    paths = (Path(str(distribution.locate_file(file))) for file in distribution.files or ())
    return _total(paths)


def _bytes_below(*folders: Path) -> int:
    return _total({file for folder in folders for file in folder.rglob("*")})


def _total(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
