"""The archive panel in the real window: search, fetch that opens, failed send that waits, by a stand-in archive."""

from __future__ import annotations

import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.errors import UserError
from proseg_gui.gui.review import archives as module
from proseg_gui.gui.review.archives import Archives
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.pacs.archive import is_installed
from proseg_gui.io.pacs.nodes import FoundSeries
from proseg_gui.volume import Geometry, Volume

SETTLE_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


@dataclass
class Shelf:
    """An archive that is a folder; ``down`` refuses to take anything."""

    series: Path
    down: bool = False
    taken: list[str] = field(default_factory=list)

    def find(self, query, token=None):
        return [FoundSeries("1", "1.1", query.patient_id, "Doe^Jane", "20200102", "CT", "thorax", 3)]

    def fetch(self, series, folder, progress=None, token=None):
        return [Path(shutil.copy(path, folder)) for path in sorted(self.series.iterdir())]

    def send(self, files, progress=None, token=None):
        if self.down:
            raise UserError("the archive 'shelf': cannot be reached", remedy="Check the network")
        self.taken += [path.name for path in files]


@pytest.fixture
def shelf(tmp_path, monkeypatch) -> Shelf:
    values = np.arange(3 * 12 * 10, dtype=np.int16).reshape(3, 12, 10)
    write_series(Volume(values, Geometry.plain(values.shape), modality="CT"), tmp_path / "ct")
    found = Shelf(tmp_path / "ct")
    monkeypatch.setattr(module, "connect", lambda _node: found)
    return found


@pytest.fixture
def panel(window, shelf, tmp_path, qtbot):
    archives = Archives(window.host, window.opener.open_paths, tmp_path / "data")
    archives.ask()
    qtbot.waitUntil(lambda: archives.dialog is not None, timeout=SETTLE_MS)
    dialog = archives.dialog
    QTest.keyClicks(dialog.form.name, "shelf")
    QTest.keyClicks(dialog.form.url, "http://shelf/dicom-web")
    QTest.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil((tmp_path / "data" / "archives.json").is_file, timeout=SETTLE_MS)
    assert stat.S_IMODE((tmp_path / "data" / "archives.json").stat().st_mode) == 0o600
    dialog.folder.setText(str(tmp_path / "fetched"))
    return archives


def test_find_fetch_and_open(panel, window, qtbot, tmp_path):
    dialog = panel.dialog
    QTest.keyClicks(dialog.fields["patient_id"], "P1")
    QTest.mouseClick(dialog.find_button, LEFT)
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 1 and dialog.find_button.isEnabled(), timeout=SETTLE_MS)
    dialog.table.selectRow(0)
    with qtbot.waitSignal(window.controller.study_changed, timeout=SETTLE_MS):
        QTest.mouseClick(dialog.fetch, LEFT)
    qtbot.waitUntil(lambda: window.controller.desk.study is not None, timeout=SETTLE_MS)
    assert window.controller.desk.study.geometry.shape == (3, 12, 10)
    assert (tmp_path / "fetched" / "series_001").is_dir() and not dialog.isVisible()


def test_a_failed_send_waits_and_goes_through_later(panel, shelf, qtbot):
    dialog, shelf.down = panel.dialog, True
    dialog.send_asked.emit(dialog.form.node(), sorted(shelf.series.iterdir()))
    qtbot.waitUntil(lambda: dialog.kept.count() == 1 and dialog.retry.isEnabled(), timeout=SETTLE_MS)
    assert "kept to be sent again" in dialog.trouble.text() and "cannot be reached" in dialog.kept.item(0).text()
    shelf.down = False
    QTest.mouseClick(dialog.retry, LEFT)
    qtbot.waitUntil(lambda: dialog.kept.count() == 0, timeout=SETTLE_MS)
    assert len(shelf.taken) == 3 and "were sent" in dialog.trouble.text()


@pytest.mark.skipif(not is_installed(), reason="needs the extra [pacs]")
def test_the_menu_has_it_only_with_the_extra(window, monkeypatch):
    titles = [command.text for command in window.commands.table()]
    assert any("PACS" in title for title in titles)
    monkeypatch.setattr("proseg_gui.gui.shell.commands.is_installed", lambda: False)
    assert not any("PACS" in command.text for command in window.commands.table())
