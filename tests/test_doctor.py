"""What `proseg-gui doctor` says on whole and on broken machines. The breakage is real: a fake package, a fake ldd."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from proseg_gui import doctor
from proseg_gui.cli.doctor import table
from proseg_gui.doctor import libraries, packages
from proseg_gui.doctor.packages import Requirement
from proseg_gui.doctor.report import Missing, Problem, Report, Row

ROOT = Path(__file__).parent.parent


def run_doctor(**environment: str) -> subprocess.CompletedProcess:
    """`python app.py doctor` in a process of its own, offscreen unless told otherwise."""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", **environment}
    command = [sys.executable, str(ROOT / "app.py"), "doctor"]
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, timeout=300, check=False)


def test_whole_machine_is_described_and_can_start_the_window():
    ended = run_doctor()
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    for need in packages.requirements():
        version = re.escape(importlib.metadata.version(need.name))
        assert re.search(rf"^    {re.escape(need.name)} +{version} \(needs", ended.stdout, re.MULTILINE)
    for word in ("cuda", "mps", "settings", "logs", "bundles", "cores usable", "platform offscreen", "families"):
        assert word in ended.stdout


def test_qt_that_cannot_be_imported_names_the_library_and_the_package_to_install(tmp_path: Path):
    broken = tmp_path / "PySide6"
    broken.mkdir()
    (broken / "__init__.py").write_text(
        "raise ImportError('libEGL.so.1: cannot open shared object file: No such file or directory')"
    )
    ended = run_doctor(PYTHONPATH=str(tmp_path))
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert "libEGL.so.1" in ended.stderr
    assert "apt-get install libegl1" in ended.stderr
    assert "  1. The system library libEGL.so.1 is missing.\n     Run: apt-get install libegl1" in ended.stdout
    assert "pyqtgraph is installed but" not in ended.stdout  # it fails only because Qt does


@pytest.mark.skipif(sys.platform != "linux", reason="ldd is Linux's")
def test_a_library_that_the_qt_platform_plugin_misses_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fake = tmp_path / "ldd"
    fake.write_text(
        "#!/bin/sh\ncase $1 in *libqxcb.so)\n"
        "printf '\\tlibxcb-cursor.so.0 => not found\\n\\tlibc.so.6 => /lib/libc.so.6 (0x0)\\n';; esac\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    found = list(libraries.qt_libraries())
    assert Row("Window", "system libraries", "1 missing", good=False) in found
    assert Missing("libxcb-cursor.so.0", stops_window=False) in found
    assert not any(isinstance(item, Problem) for item in found)


def test_missing_libraries_become_one_problem_with_one_command():
    cursor = Missing("libxcb-cursor.so.0", stops_window=False)
    problem = libraries.missing_libraries([Missing("libxkbcommon.so.0", stops_window=True), cursor, cursor])
    assert problem.stops_window
    assert not libraries.missing_libraries([cursor]).stops_window
    assert problem.what == "2 system libraries are missing: libxcb-cursor.so.0, libxkbcommon.so.0"
    assert "apt-get install libxcb-cursor0 libxkbcommon0 (Debian" in problem.remedy
    assert "dnf install xcb-util-cursor libxkbcommon (Fedora" in problem.remedy


@pytest.mark.skipif(sys.platform != "linux", reason="only there a missing screen is told by the environment")
def test_without_a_screen_it_says_so(monkeypatch: pytest.MonkeyPatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    (problem,) = [item for item in doctor._window() if isinstance(item, Problem)]
    assert problem.stops_window
    assert problem.what == "There is no screen here"


def test_a_module_that_kills_python_is_named_and_the_others_are_still_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "kills_python.py").write_text("import os; os._exit(9)")
    (tmp_path / "raises_oserror.py").write_text("raise OSError('wrong ELF class')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = packages.import_failures(["json", "kills_python", "raises_oserror", "csv"])
    assert found["json"] == found["csv"] == ""
    assert "exit status 9" in found["kills_python"]
    assert found["raises_oserror"] == "OSError: wrong ELF class"


def test_old_new_and_absent_packages_are_problems_with_a_pip_line(monkeypatch: pytest.MonkeyPatch):
    lines = ["platformdirs>=999.0", "psutil<1.0,>=0.5", "surely-not-there>=1.0"]
    monkeypatch.setattr(packages, "requirements", lambda: [Requirement.parse(line) for line in lines])
    old, new, absent = [item for item in packages.dependencies() if isinstance(item, Problem)]
    assert re.fullmatch(r"platformdirs [\d.]+ is older than 999\.0", old.what)
    assert re.fullmatch(r"psutil [\d.]+ is 1\.0 or newer, which does not work here", new.what)
    assert new.remedy.endswith("pip install --upgrade 'psutil>=0.5,<1.0'")
    assert absent.what == "surely-not-there is not installed"
    assert "pip install --upgrade 'surely-not-there>=1.0'" in absent.remedy


def test_the_module_of_a_distribution_is_read_from_its_files():
    names = ["torch", "lightning-fabric", "PySide6-Essentials", "pytest-qt", "surely-not-there"]
    modules = ["torch", "lightning_fabric", "PySide6.QtWidgets", "pytestqt", "surely_not_there"]
    assert packages.modules_of(names) == dict(zip(names, modules, strict=True))


@pytest.mark.parametrize(
    ("version", "fits"),
    [("6.6", True), ("6.6.0", True), ("6.5.9", False), ("6.11.3", True), ("6.12.0", False), ("6.12", False)],
)
def test_versions_are_compared_by_number(version: str, fits: bool):
    need = Requirement.parse("PySide6-Essentials>=6.6,<6.12")
    assert need == Requirement.parse("PySide6-Essentials<6.12,>=6.6")
    assert (need.misfit(version) == "") is fits


def test_an_unknown_library_still_gets_advice():
    assert "hold libnever.so.7" in libraries.missing_libraries([Missing("libnever.so.7", True)]).remedy


def write_bundle(folder: Path, weights: bytes, stated: str) -> Path:
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(weights)
    card = folder / "card.json"
    card.write_text(json.dumps({"sha256": stated}))
    return card


def test_bundles_are_checked_against_their_hash(tmp_path: Path):
    good = write_bundle(tmp_path / "good", b"weights", hashlib.sha256(b"weights").hexdigest())
    bad = write_bundle(tmp_path / "bad", b"Weights", hashlib.sha256(b"weights").hexdigest())
    assert doctor.bundle_failure(good) == ""
    assert "do not match" in doctor.bundle_failure(bad)
    (bad.parent / "model.safetensors").unlink()
    assert "FileNotFoundError" in doctor.bundle_failure(bad)
    good.write_text("[]")
    assert "TypeError" in doctor.bundle_failure(good)


def test_the_table_lists_problems_last_with_their_remedy():
    report = Report(
        rows=(Row("System", "Python", "3.11"), Row("Window", "fonts", "0 families", good=False)),
        problems=(Problem("No font is installed", "Install one", False),),
    )
    assert report.window_can_start
    assert table(report).splitlines() == [
        "System",
        "    Python  3.11",
        "Window",
        "  ! fonts   0 families",
        "",
        "Problems",
        "  1. No font is installed.",
        "     Install one.",
    ]
    assert table(Report(report.rows, ())).endswith("No problems found.")
