"""What was chosen comes back at the next start; traces can be cleared."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QFileDialog

from proseg_gui.gui.shell.settings_store import SettingsStore
from proseg_gui.settings import Settings


def store(tmp_path) -> SettingsStore:
    return SettingsStore(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


def write(tmp_path, *acts) -> None:
    """What a window does with its store, until it is closed."""
    found = store(tmp_path)
    for act in acts:
        act(found)
    found.close()


def test_settings_come_back(tmp_path, qapp) -> None:
    chosen = Settings(theme="light", heat_opacity=0.3, show_thin=True, recent=("/a", "/b"), layout="single")
    write(tmp_path, lambda kept: kept.save(Settings()), lambda kept: kept.save(chosen))
    assert store(tmp_path).load() == chosen


def test_one_recent_file_and_none(tmp_path, qapp) -> None:
    for recent in (("/only",), ()):
        write(tmp_path, lambda kept, recent=recent: kept.save(Settings(recent=recent)))
        assert store(tmp_path).load().recent == recent


def test_layout_comes_back(tmp_path, qapp) -> None:
    assert store(tmp_path).layout() == (None, None)
    write(tmp_path, lambda kept: kept.save_layout(QByteArray(b"geometry"), QByteArray(b"state")))
    assert store(tmp_path).layout() == (QByteArray(b"geometry"), QByteArray(b"state"))


def test_a_damaged_file_is_the_default(tmp_path, qapp) -> None:
    (tmp_path / "settings.ini").write_bytes(b"[settings]\nheat_opacity=wide\n\xff\xfe garbage\n=\n")
    assert store(tmp_path).load() == Settings()


@pytest.mark.parametrize(
    "line",
    [
        "theme=foo", "layout=spiral", "map_name=?", "map_form=7", "line_width=nan", "line_width=1e308", "line_width=-1",
        "fill=nan", "heat_opacity=inf", "heat_threshold=2", "inner_level=0.1", "outer_level=1e308", "recent=@Invalid()",
        "mouse_profile=\0", f"last_folder={'x' * 5000}",
    ],
)  # fmt: skip
def test_an_odd_value_is_the_default(tmp_path, qapp, line) -> None:
    (tmp_path / "settings.ini").write_text(f"[settings]\n{line}\nshow_thin=true\n")
    assert store(tmp_path).load() == Settings(show_thin=True)


def test_a_file_that_cannot_be_written_is_said(tmp_path, qapp) -> None:
    found, said = store(tmp_path / "file"), []
    (tmp_path / "file").write_text("not a folder")
    found.failed = said.append
    found.save(Settings(theme="light"))
    found.close()
    assert "cannot be kept" in str(said[0])


def test_traces_are_cleared_on_disk(tmp_path, qapp) -> None:
    write(tmp_path, lambda kept: kept.save(Settings(recent=("/patients/doe",), last_folder="/p", theme="light")))
    write(tmp_path, lambda kept: kept.clear_traces())
    assert "doe" not in (tmp_path / "settings.ini").read_text()
    assert store(tmp_path).load() == Settings(theme="light")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_nobody_else_on_the_computer_reads_recent_paths(tmp_path, qapp) -> None:
    for act in (
        lambda kept: kept.save(Settings(recent=("/patients/doe",))),
        lambda kept: kept.save_layout(QByteArray(b"a"), QByteArray(b"b")),
        lambda kept: kept.clear_traces(),
    ):
        write(tmp_path, act)
        assert (tmp_path / "settings.ini").stat().st_mode & 0o077 == 0


def test_qts_file_dialogs_keep_no_folder(tmp_path, qapp) -> None:
    """They write the folders they showed when they are destroyed, into a file that is Qt's own."""
    store(tmp_path)
    planted = tmp_path / "ZQDOE"
    planted.mkdir()
    (planted / "scan.nii").write_bytes(b"")
    dialog = QFileDialog(None, "Open", str(planted))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.open()
    dialog.selectFile(str(planted / "scan.nii"))
    dialog.accept()
    assert [Path(path).name for path in dialog.history()] == ["ZQDOE"], "it would be kept"
    shiboken6.delete(dialog)
    for path in Path(os.environ["XDG_CONFIG_HOME"]).rglob("*"):
        assert path.is_dir() or b"ZQDOE" not in path.read_bytes(), path.name
