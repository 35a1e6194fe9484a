"""Shared libraries of the system: which ones Qt misses, and which package holds each."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from proseg_gui.doctor.probe import TIMEOUT_S
from proseg_gui.doctor.report import Found, Missing, Problem, Row

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


def qt_libraries() -> Found:
    """Ask ldd what Qt's own files miss on Linux, whether or not the platform in use needs it."""
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
