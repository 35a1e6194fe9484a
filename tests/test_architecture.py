"""The floors of docs/architecture.md, held by a machine; and proof that the machine notices what breaks them."""

from __future__ import annotations

import os
import pkgutil
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "proseg_gui"
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
WITH_QT = ("proseg_gui.gui", "proseg_gui.bench", "proseg_gui.__main__")  # the last runs the program when imported


def python(code: str, *arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess:
    """Run ``code`` in a fresh Python with ``folder`` first on its path."""
    env = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env, timeout=300, check=False)


def lint(folder: Path = ROOT) -> subprocess.CompletedProcess:
    """Check the import contracts of the copy in ``folder``."""
    return python(LINT, folder=folder)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code, to plant faults in."""
    shutil.copytree(PACKAGE, tmp_path / "proseg_gui", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_go_to_lower_floors_only():
    ended = lint()
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("metrics/planted.py", "import proseg_gui.inference", "Floors"),
        ("networks/planted.py", "from proseg_gui import volume", "Floors|networks import"),
        ("review/planted.py", "def late():\n    from PySide6 import QtCore\n    return QtCore", "Qt stays in gui"),
        ("io/planted.py", "import proseg_gui.metrics", "Floors|Wings of io"),
        ("io/dicom/planted.py", "import proseg_gui.io.contours.file", "Wings of io"),
        ("gui/review/planted.py", "import proseg_gui.gui.shell.tabs", "Wings of gui"),
        ("planted.py", "", "Floors"),  # a new module that was given no floor
    ],
)
def test_a_planted_wrong_arrow_is_noticed(copy: Path, file: str, line: str, contract: str):
    (copy / "proseg_gui" / file).write_text(f'"""Planted."""\n{line}\n')
    ended = lint(copy)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    broken = [text for text in ended.stdout.splitlines() if text.endswith("BROKEN")]
    if broken:
        assert any(text.startswith(name) for text in broken for name in contract.split("|"))
    else:
        assert "planted" in ended.stdout + ended.stderr


def modules_without_qt() -> list[str]:
    """Every module of the package that may not need Qt."""
    found = [module.name for module in pkgutil.walk_packages([str(PACKAGE)], "proseg_gui.")]
    assert len(found) > 30
    return [name for name in found if not name.startswith(WITH_QT)]


def test_nothing_below_the_window_imports_qt():
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'PySide6', 'shiboken6', 'pyqtgraph', 'pytestqt'}))"
    )
    ended = python(code, *modules_without_qt())
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "[]"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["predict", "--help"], ["train", "--help"]])
def test_help_and_version_wait_for_nothing_heavy(arguments: list[str]):
    code = (
        "import sys\n"
        "from proseg_gui.cli import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0, end.code\n"
        "heavy = {'torch', 'PySide6', 'SimpleITK', 'scipy', 'lightning_fabric', 'pyqtgraph'}\n"
        "print('heavy:', sorted({m.split('.')[0] for m in sys.modules} & heavy))"
    )
    ended = python(code, *arguments)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "heavy: []"


def test_a_window_waits_for_no_network_no_reader_no_plot_and_no_trainer(tmp_path):
    code = (
        "import sys\n"
        "from PySide6.QtCore import QSettings\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from proseg_gui.gui.shell.main_window import MainWindow\n"
        "from proseg_gui.gui.shell.settings_store import SettingsStore\n"
        "from proseg_gui.review.keeper import Keeper\n"
        "application = QApplication(sys.argv[:1])\n"
        "store = SettingsStore(QSettings(sys.argv[1], QSettings.Format.IniFormat))\n"
        "window = MainWindow(store, Keeper())\n"
        "window.show()\n"
        "application.processEvents()\n"
        "heavy = {'torch', 'scipy', 'SimpleITK', 'nibabel', 'pydicom', 'gdcm', 'pyqtgraph'}\n"
        "found = {m.split('.')[0] for m in sys.modules} & heavy | {m for m in sys.modules if '.trainer.' in m}\n"
        "window.close()\n"
        "print('heavy:', sorted(found))"
    )
    ended = python(code, str(tmp_path / "settings.ini"))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "heavy: []"


def test_files_stay_readable():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sorted(PACKAGE.rglob("*.py"))}
    too_long = {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > 800}
    assert too_long == {}
    written = [length for path, length in lengths.items() if path.name != "__init__.py"]
    assert statistics.median(written) < 150
