"""What was chosen comes back at the next start; traces can be cleared."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings

from proseg_gui.gui.settings_store import SettingsStore
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
