"""The command line's contract: exit codes, one line on stderr, help without the heavy imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from proseg_gui import __version__, cli
from proseg_gui.errors import Cancelled


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    try:
        code = cli.main(arguments)
    except SystemExit as ended:  # argparse's own --help and --version
        code = int(ended.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(
    "command", ["", "predict", "condition", "train", "evaluate", "export", "bench", "doctor", "demo-data", "models"]
)
def test_every_command_has_help_with_the_common_options(capsys, command) -> None:
    code, out, err = run(capsys, *command.split(), "--help")
    assert (code, err) == (0, "")
    for flag in ("--device", "--overwrite", "--quiet", "--debug", "--version"):
        assert flag in out
    assert "example" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["predict"],
        ["predict", "x.nii", "--out", "y", "--model", "m", "--samples", "many"],
        ["no_such_scan.nii.gz"],
        ["--demo", "--size", "12x9"],
        ["--demo", "--size", "huge"],
        ["--channel", "T1", "--demo"],
        ["--demo", "somewhere"],
        ["--demo", "--screenshot", "picture.txt"],
        ["--demo", "--screenshot", "/no/such/folder/picture.png"],
        ["benchmark", "data", "--out", "x"],
        ["import-contours", "file"],
        ["export", "--image", "a.nii", "--mask", "b.nii", "--name", "n", "--format", "docx", "--out", "o"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_exit_2_with_one_line(capsys, arguments, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert err.startswith("proseg-gui: ")
    assert not list(tmp_path.iterdir())


def test_version(capsys) -> None:
    assert run(capsys, "--version")[:2] == (0, f"proseg-gui {__version__}\n")
    assert run(capsys, "models", "--version")[:2] == (0, f"proseg-gui {__version__}\n")


class Failing:
    """A stand-in for a command's module that fails in a chosen way."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def add_parser(self, commands) -> None:
        commands.add_parser("models")

    def run(self, _args) -> int:
        raise self.error


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (Cancelled(), 130)])
def test_ctrl_c_is_exit_130(capsys, monkeypatch, error, code) -> None:
    monkeypatch.setattr(cli.importlib, "import_module", lambda _name: Failing(error))
    assert run(capsys, "models")[0] == code


def test_our_own_fault_is_exit_1_and_names_a_log(capsys, monkeypatch) -> None:
    monkeypatch.setattr(cli.importlib, "import_module", lambda _name: Failing(ZeroDivisionError("oops")))
    code, _, err = run(capsys, "models")
    assert code == 1
    assert len(err.strip().splitlines()) == 1
    log = Path(err.strip().split(" details are in ")[1])
    assert "ZeroDivisionError" in log.read_text() and "oops" not in log.read_text(), "a message could name a patient"


def test_debug_shows_the_traceback(capsys, monkeypatch) -> None:
    monkeypatch.setattr(cli.importlib, "import_module", lambda _name: Failing(ZeroDivisionError("oops")))
    with pytest.raises(ZeroDivisionError):
        run(capsys, "models", "--debug")


def test_quiet_prints_nothing(capsys) -> None:
    code, out, _ = run(capsys, "models", "--quiet")
    assert (code, out) == (0, "")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["predict", "--help"], ["train", "--help"]])
def test_help_waits_for_neither_torch_nor_qt(arguments) -> None:
    code = (
        "import sys; from proseg_gui.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "sys.exit(3 if {'torch', 'PySide6', 'SimpleITK'} & set(sys.modules) else 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_without_a_screen_a_window_is_refused_in_a_sentence(capsys, monkeypatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    code, _, err = run(capsys, "--demo")
    assert code == 2
    assert "no screen" in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["notes.dcm"]])
def test_pictures_need_no_screen(tmp_path, arguments) -> None:
    (tmp_path / "notes.dcm").write_text("hello")
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    ended = subprocess.run(
        [sys.executable, "-m", "proseg_gui", *arguments, "--screenshot", "empty.png", "--size", "800x600"],
        capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert (tmp_path / "empty.png").exists() is not bool(arguments)
    assert ended.returncode == (2 if arguments else 0)
    assert len(ended.stderr.splitlines()) == len(arguments)
