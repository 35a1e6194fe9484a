"""The window's words in the language of the person: ``tr`` looks one text up. Numbers keep their decimal points.

Texts are English in the code; ``resources/i18n`` holds the other languages. After a text was added or changed,
``python docs/scripts/translations.py`` brings the lists up to date and says what lacks a translation.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from proseg_gui.locations import data_folder

LANGUAGES = ("en", "de")


def tr(text: str, comment: str = "") -> str:
    """``text`` in the language of the window; ``comment`` tells apart what is one word in English.

    Called when a text is shown, never at import: the language is not known before the application is there.
    """
    return QCoreApplication.translate("", text, comment or None)


def marked(text: str) -> str:
    """``text`` itself, which the lists of texts then hold: for a table or a constant that is made at import.

    What shows it says ``tr(TEXT)``.
    """
    return text


def tr_counted(text: str) -> str:
    """A text that came from below with its numbers in it, such as ``measuring slice 3 of 48``, by its words alone."""
    words = re.sub(r"\d+", "{}", text)
    said = tr(words)
    return text if said == words else said.format(*re.findall(r"\d+", text))


def spoken(wanted: str, system: QLocale) -> str:
    """The language to use: ``wanted`` if it is one of :data:`LANGUAGES`, else the system's if that is one, else en."""
    if wanted in LANGUAGES:
        return wanted
    name = system.name().split("_")[0]
    return name if name in LANGUAGES else "en"


def speak(application: QCoreApplication, wanted: str) -> list[QTranslator]:
    """Use a language (``"system"``: the system's) for all windows that are built from now on; returns what was added.

    Numbers are written as in English in every language: a comma would be read as two numbers, or typed into a file.
    """
    plain = QLocale.c()
    plain.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator | QLocale.NumberOption.RejectGroupSeparator)
    QLocale.setDefault(plain)
    language = spoken(wanted, QLocale.system())
    added: list[QTranslator] = []
    if language != "en":
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, folder in ((f"qtbase_{language}", qt), (f"proseg-gui_{language}", _folder())):
            translator = QTranslator(application)
            if translator.load(name, folder):
                application.installTranslator(translator)
                added.append(translator)
    return added


def _folder() -> str:
    return str(data_folder("resources") / "i18n")
