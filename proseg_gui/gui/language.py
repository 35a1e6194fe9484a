"""The window's words in the language of the person: ``tr`` looks one text up. Numbers keep their decimal points."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def tr(text: str, comment: str = "") -> str:
    """``text`` in the language of the window; ``comment`` tells apart what is one word in English.

    Called when a text is shown, never at import: the language is not known before the application is there.
    """
    return QCoreApplication.translate("", text, comment or None)
