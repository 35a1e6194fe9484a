"""German as proof: no text lacks its translation, the window is built in it, and numbers keep their points."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox

from proseg_gui.gui.language import speak, spoken, tr
from proseg_gui.gui.shell.actions import menu_titles

ROOT = Path(__file__).resolve().parents[3]
LIST = ROOT / "resources" / "i18n" / "proseg-gui_de.ts"


@pytest.fixture
def german(qapp):
    """The application speaks German; windows that are built from here on do."""
    before = QLocale()
    added = speak(qapp, "de")
    yield
    for translator in added:
        qapp.removeTranslator(translator)
    QLocale.setDefault(before)


@pytest.fixture
def deutsch(german, window):
    """The main window in German."""
    return window


@pytest.fixture(scope="module")
def translations():
    path = ROOT / "docs" / "scripts" / "translations.py"
    spec = importlib.util.spec_from_file_location("translations", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entries(path: Path) -> dict[str, str]:
    messages = ElementTree.parse(path).iter("message")
    return {str(m.findtext("source")): m.findtext("translation") or "" for m in messages}


def test_translations_have_the_same_places_mnemonics_and_ellipses(translations):
    holes = re.compile(r"\{(\w+)\}")
    assert len(entries(LIST)) > 300
    for text, translated in entries(LIST).items():
        if translated:
            assert sorted(holes.findall(text)) == sorted(holes.findall(translated)), text
            assert text.count("&") == translated.count("&"), text
            assert text.endswith("\u2026") == translated.endswith("\u2026"), text


def test_every_text_of_the_table_of_commands_is_collected_and_translated(translations, window, tmp_path):
    again = tmp_path / LIST.name
    shutil.copy(LIST, again)
    translations.collect(again)
    collected, known, names = entries(again), entries(LIST), re.compile(r": \S.*|\d+")
    for command in window.commands.table():
        for text in (command.text, command.tip, command.words):
            made = text not in collected  # of a text with a place in it, and names of docks and languages
            assert made or known.get(text), f"{command.id}: no German for {text!r}: run docs/scripts/translations.py"
            assert not made or names.search(text) or text in ("English", "Deutsch"), text
    assert all(known.get(title) for title in menu_titles().values())


def test_the_compiled_file_is_the_lists(translations, tmp_path):
    subprocess.run(
        [str(translations.TOOLS / "lrelease"), str(LIST), "-qm", str(tmp_path / "a.qm"), "-silent"], check=True
    )
    assert (tmp_path / "a.qm").read_bytes() == LIST.with_suffix(".qm").read_bytes()


def test_the_menus_and_every_command_are_german(deutsch, qtbot):
    titles = [action.text().replace("&", "") for action in deutsch.menuWidget().menus.actions()]
    assert titles[:3] == ["Datei", "Bearbeiten", "Ansicht"] and titles[-1] == "Hilfe"
    known = entries(LIST)
    for command in deutsch.commands.table():
        for text in (command.text, command.tip, command.words):
            assert text not in known or known[text] == text, f"{command.id}: {text} is English"
    assert deutsch.menus.action("export").text() == "&Exportieren\u2026"
    assert deutsch.header._export.text() == "Exportieren\u2026"
    assert deutsch.minimumSizeHint().width() <= 1366


def test_the_palette_finds_german_and_english_words(deutsch, qtbot):
    deutsch.finder.ask()
    palette = deutsch.finder._open
    for typed, wanted in (("pinsel", "brush"), ("brush", "brush"), ("rueckg", None), ("ruckgangig", "undo"),
                          ("bildschirm", "screenshot"), ("screenshot", "screenshot")):  # fmt: skip
        palette.field.clear()
        QTest.keyClicks(palette.field, typed)
        found = [entry.id for entry in palette.shown()]
        assert (wanted in found[:2]) if wanted else found == []
    palette.reject()


def test_numbers_keep_their_decimal_points(german, qtbot):
    box = QDoubleSpinBox()
    qtbot.addWidget(box)
    box.setRange(0, 100_000)
    box.setValue(12345.5)
    assert box.text() == "12345.50"
    box.clear()
    QTest.keyClicks(box, "2.5")
    assert box.value() == 2.5


def test_the_system_decides_unless_a_person_did(qapp):
    assert spoken("system", QLocale("de_AT")) == "de" and spoken("system", QLocale("fr_FR")) == "en"
    assert spoken("en", QLocale("de_DE")) == "en" and spoken("de", QLocale("en_GB")) == "de"
    assert tr("&File") == "&File" and isinstance(QApplication.instance(), QApplication)


def test_the_choice_is_kept(window, qtbot):
    said: list[str] = []
    window.controller.noticed.connect(said.append)
    window.menus.give("language_de")
    assert window.controller.display.view.settings.language == "de"
    assert said == ["The language changes at the next start"]
    window.menus.refresh()
    assert window.menus.action("language_de").isChecked() and not window.menus.action("language_en").isChecked()
