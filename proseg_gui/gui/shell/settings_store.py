"""QSettings behind the typed settings; layout bytes of the window beside them."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from proseg_gui.settings import Settings

ORGANISATION = "proseg-gui"
LAYOUT_VERSION = 1


class SettingsStore:
    """Loads and saves :class:`~proseg_gui.settings.Settings` and the window's geometry."""

    def __init__(self, qsettings: QSettings | None = None) -> None:
        self._store = (
            qsettings
            if qsettings is not None
            else QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANISATION, ORGANISATION)
        )
        # Qt's own file dialogs keep the folders they showed in a file of Qt's, which nobody thinks of clearing. Below
        # something that is no folder they cannot.
        QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, sys.executable)

    def load(self) -> Settings:
        """Read what is stored; anything missing or damaged is the default."""
        self._store.beginGroup("settings")
        stored = {key: self._store.value(key) for key in self._store.childKeys() if key}
        self._store.endGroup()
        return Settings.from_mapping(stored)

    def save(self, settings: Settings) -> None:
        """Write all settings."""
        self._store.beginGroup("settings")
        for key, value in asdict(settings).items():
            self._store.setValue(key, list(value) if isinstance(value, tuple) else value)
        self._store.endGroup()
        self._sync()

    def save_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        """Remember the window's place and its docks."""
        self._store.setValue(f"layout{LAYOUT_VERSION}/geometry", geometry)
        self._store.setValue(f"layout{LAYOUT_VERSION}/state", state)
        self._sync()

    def layout(self) -> tuple[QByteArray | None, QByteArray | None]:
        """``(geometry, dock state)`` as last saved."""
        values = [self._store.value(f"layout{LAYOUT_VERSION}/{key}") for key in ("geometry", "state")]
        geometry, state = (value if isinstance(value, QByteArray) else None for value in values)
        return geometry, state

    def clear_traces(self) -> None:
        """Forget recent files and the last folder."""
        for key in ("recent", "last_folder", "export_folder"):
            self._store.remove(f"settings/{key}")
        self._sync()

    def _sync(self) -> None:
        """Write the file; its recent paths may name a patient, so nobody else on this computer reads them."""
        self._store.sync()
        with suppress(OSError):  # where it cannot be written, it is not there either
            Path(self._store.fileName()).chmod(0o600)
