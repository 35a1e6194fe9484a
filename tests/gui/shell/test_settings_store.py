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


def test_settings_come_back(tmp_path, qapp) -> None:
    chosen = Settings(theme="light", heat_opacity=0.3, show_thin=True, recent=("/a", "/b"), layout="single")
    store(tmp_path).save(chosen)
    assert store(tmp_path).load() == chosen


def test_one_recent_file_and_none(tmp_path, qapp) -> None:
    for recent in (("/only",), ()):
        store(tmp_path).save(Settings(recent=recent))
        assert store(tmp_path).load().recent == recent


def test_layout_comes_back(tmp_path, qapp) -> None:
    assert store(tmp_path).layout() == (None, None)
    store(tmp_path).save_layout(QByteArray(b"geometry"), QByteArray(b"state"))
    assert store(tmp_path).layout() == (QByteArray(b"geometry"), QByteArray(b"state"))


def test_a_damaged_file_is_the_default(tmp_path, qapp) -> None:
    (tmp_path / "settings.ini").write_bytes(b"[settings]\nheat_opacity=wide\n\xff\xfe garbage\n=\n")
    assert store(tmp_path).load() == Settings()


def test_traces_are_cleared_on_disk(tmp_path, qapp) -> None:
    first = store(tmp_path)
    first.save(Settings(recent=("/patients/doe",), last_folder="/patients", theme="light"))
    first.clear_traces()
    assert "doe" not in (tmp_path / "settings.ini").read_text()
    assert store(tmp_path).load() == Settings(theme="light")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_nobody_else_on_the_computer_reads_recent_paths(tmp_path, qapp) -> None:
    for write in (
        lambda kept: kept.save(Settings(recent=("/patients/doe",))),
        lambda kept: kept.save_layout(QByteArray(b"a"), QByteArray(b"b")),
        lambda kept: kept.clear_traces(),
    ):
        write(store(tmp_path))
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
