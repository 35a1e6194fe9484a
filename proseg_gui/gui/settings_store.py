"""QSettings behind the typed settings; layout bytes of the window beside them."""

from __future__ import annotations

from dataclasses import asdict

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
        self._store.sync()

    def save_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        """Remember the window's place and its docks."""
        self._store.setValue(f"layout{LAYOUT_VERSION}/geometry", geometry)
        self._store.setValue(f"layout{LAYOUT_VERSION}/state", state)
        self._store.sync()

    def layout(self) -> tuple[QByteArray | None, QByteArray | None]:
        """``(geometry, dock state)`` as last saved."""
        values = [self._store.value(f"layout{LAYOUT_VERSION}/{key}") for key in ("geometry", "state")]
        geometry, state = (value if isinstance(value, QByteArray) else None for value in values)
        return geometry, state

    def clear_traces(self) -> None:
        """Forget recent files and the last folder."""
        for key in ("recent", "last_folder", "export_folder"):
            self._store.remove(f"settings/{key}")
        self._store.sync()
