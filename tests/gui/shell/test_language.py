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
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QWidget

from proseg_gui.gui.language import speak, spoken, tr
from proseg_gui.gui.shell.actions import menu_titles

ROOT = Path(__file__).resolve().parents[3]
HOLES = re.compile(r"\{[^}]*\}")
SAYINGS = (
    "text", "toolTip", "title", "windowTitle", "placeholderText", "accessibleName", "accessibleDescription",
    "specialValueText", "prefix", "suffix", "full_text",
)  # fmt: skip
ENGLISH = frozenset({
    "the", "of", "and", "with", "from", "this", "that", "not", "for", "is", "are", "your", "each", "every", "what",
    "which", "how", "where", "who", "its", "it", "to", "on", "at",
})  # fmt: skip
"""Words that no German text has; names of models, raters and files are lower-case words of their own."""
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
    assert len(entries(LIST)) > 300
    for text, translated in entries(LIST).items():
        if translated:
            assert sorted(HOLES.findall(text)) == sorted(HOLES.findall(translated)), text
            assert text.count("&") == translated.count("&"), text
            assert text.endswith("\u2026") == translated.endswith("\u2026"), text


def test_no_text_lacks_its_german_and_none_is_left_over(translations, tmp_path):
    again = tmp_path / LIST.name
    shutil.copy(LIST, again)
    translations.collect(again)
    assert translations.lacking(again) == [], "run docs/scripts/translations.py, and translate what it names"
    assert entries(again).keys() == entries(LIST).keys(), "run docs/scripts/translations.py"


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


def shown(window: QWidget) -> set[tuple[str, str]]:
    """Every text of a window, with what it stands on; codes of SNOMED have English names."""
    found = set()
    for widget in (window, *window.findChildren(QWidget), *window.findChildren(QAction)):
        for name in SAYINGS:
            say = getattr(widget, name, None)
            found |= {(type(widget).__name__, say())} if callable(say) else set()
        if isinstance(widget, QComboBox):
            found |= {(type(widget).__name__, widget.itemText(i)) for i in range(widget.count())}
    return {(where, text) for where, text in found if isinstance(text, str) and where != "CodeBox"}


def english(text: str, patterns: list[tuple[re.Pattern[str], re.Pattern[str]]]) -> bool:
    """Whether a text is one of the list's, as it stands in the code, or has words that only English has."""
    source = any(said.fullmatch(text) and not meant.fullmatch(text) for said, meant in patterns)
    return source or bool(ENGLISH & set(re.findall(r"[a-z']+", text.lower())))


def as_pattern(text: str) -> re.Pattern[str]:
    parts = HOLES.split(text)
    return re.compile(".+".join(map(re.escape, parts)), re.DOTALL)


def test_all_that_the_window_says_is_german(german, reviewed, qtbot):
    several = re.compile(r"[a-z]{2,}.* .*[a-z]{2,}", re.DOTALL | re.IGNORECASE)
    known = {source: meant for source, meant in entries(LIST).items() if several.search(HOLES.sub("", source))}
    patterns = [(as_pattern(source), as_pattern(meant)) for source, meant in known.items()]
    assert english("Open a scan first", patterns) and english("1 of them", patterns)
    assert not english("Zuerst einen Scan \u00f6ffnen", patterns)
    reviewed.trainer.tab.setup.advanced.fold.setChecked(True)
    reviewed.commands.exporting.ask()
    said = shown(reviewed)
    reviewed._dialogs[-1].reject()
    assert len(said) > 500
    left = sorted((where, text) for where, text in said if english(text, patterns))
    assert left == []


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
