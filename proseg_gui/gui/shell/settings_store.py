"""QSettings behind the typed settings and the window's layout; written in the background as they change."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from proseg_gui.errors import UserError
from proseg_gui.gui.language import tr
from proseg_gui.jobs import NewestWriter
from proseg_gui.settings import Settings

ORGANISATION = "proseg-gui"
LAYOUT_VERSION = 1


class SettingsStore:
    """Loads and saves :class:`~proseg_gui.settings.Settings` and the window's geometry.

    Parameters
    ----------
    failed:
        Called from the writer's thread when the file cannot be written.
    """

    def __init__(
        self, qsettings: QSettings | None = None, failed: Callable[[BaseException], None] = lambda _error: None
    ) -> None:
        self._store = (
            qsettings
            if qsettings is not None
            else QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANISATION, ORGANISATION)
        )
        self.failed = failed
        self._writer = NewestWriter(self._write, lambda error: self.failed(error))
        # Qt's own file dialogs keep the folders they showed in a file of Qt's, which nobody thinks of clearing. Below
        # something that is no folder they cannot.
        QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, sys.executable)

    # -- at the start ---------------------------------------------------------------------------------------------
    def load(self) -> Settings:
        """Read what is stored; anything missing or damaged is the default."""
        self._store.beginGroup("settings")
        stored = {key: self._store.value(key) for key in self._store.childKeys() if key}
        self._store.endGroup()
        return Settings.from_mapping(stored)

    def layout(self) -> tuple[QByteArray | None, QByteArray | None]:
        """``(geometry, dock state)`` as last saved."""
        values = [self._store.value(f"layout{LAYOUT_VERSION}/{key}") for key in ("geometry", "state")]
        geometry, state = (value if isinstance(value, QByteArray) else None for value in values)
        return geometry, state

    # -- later: only the writer's thread touches the store --------------------------------------------------------
    def save(self, settings: Settings) -> None:
        """Write all settings soon."""
        self._writer.put("settings", settings)

    def save_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        """Remember the window's place and its docks."""
        self._writer.put("layout", (geometry, state))

    def clear_traces(self) -> None:
        """Forget recent files and the last folder."""
        self._writer.put("clear", None)

    def close(self) -> None:
        """Write what waits; the store takes no more."""
        self._writer.close()

    def _write(self, key: str, value: Any) -> None:
        if key == "settings":
            self._store.beginGroup("settings")
            for name, item in asdict(value).items():
                self._store.setValue(name, list(item) if isinstance(item, tuple) else item)
            self._store.endGroup()
        elif key == "layout":
            for name, data in zip(("geometry", "state"), value, strict=True):
                self._store.setValue(f"layout{LAYOUT_VERSION}/{name}", data)
        else:
            for name in ("recent", "last_folder", "export_folder"):
                self._store.remove(f"settings/{name}")
        self._store.sync()
        file = Path(self._store.fileName())
        if self._store.status() != QSettings.Status.NoError:
            raise UserError(tr("the settings cannot be kept"), path=file, remedy=tr("Check the folder and free space"))
        with suppress(OSError):  # recent paths may name a patient, so nobody else on this computer reads them
            file.chmod(0o600)
