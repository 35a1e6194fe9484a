"""Brings the lists of texts up to date and compiles them: ``python docs/scripts/translations.py``.

Runs Qt's own tools, which come with PySide6: ``lupdate`` collects what stands in ``tr("...")`` and ``marked("...")``
in the window's code, and the fixed words of the floors below that the window shows (:func:`below`); ``lrelease`` makes
``proseg-gui_de.qm`` of ``proseg-gui_de.ts``. Translate in between, by hand or with ``pyside6-linguist``; it says what
lacks.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import PySide6

ROOT = Path(__file__).resolve().parents[2]
I18N = ROOT / "resources" / "i18n"
TOOLS = Path(PySide6.__file__).parent


def below() -> list[str]:
    """What the floors below the window, which know no Qt, say in fixed words, and the window shows by ``tr``."""
    from proseg_gui import catalogue
    from proseg_gui.review import doubts, export_request, prompting

    options = (*catalogue.OPTIONS, catalogue.PRECISION)
    found = [text for stage in catalogue.STAGES for text in (stage.title, stage.title.lower(), stage.sentence)]
    found += [text for option in options for text in (option.title, option.meaning, *option.choices.values())]
    found += [entry.title for entry in catalogue.METHODS]
    found += [*doubts.WORDS.values(), prompting.MOVED, "measuring slice {} of {}"]
    found += [*export_request.MAPS_HAVE_NO_PLACE.values(), export_request.NAME_IN_DICOM, export_request.CONTOURS_ONLY,
              export_request.SEGMENTS_ONLY, export_request.ONE_ONLY]  # fmt: skip
    for plane in ("Axial", "Coronal", "Sagittal"):
        found += [f"{plane}{tilt}" for tilt in ("", " oblique")]
    return list(dict.fromkeys([*found, *(text.lower() for text in found[-6:])]))


def collect(list_of_texts: Path) -> None:
    """Add texts that are new to a list, and take out those that are gone."""
    sources = [
        str(path)
        for path in sorted((ROOT / "proseg_gui" / "gui").rglob("*.py"))
        if re.search(r"\b(tr|marked)\(", path.read_text("utf-8"))
    ]
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "below.py"
        words.write_text("".join(f"tr({json.dumps(text)})\n" for text in below()), encoding="utf-8")
        _lupdate([*sources, str(words)], list_of_texts)


def _lupdate(sources: list[str], list_of_texts: Path) -> None:
    command = [TOOLS / "lupdate", *sources, "-no-obsolete", "-locations", "none", "-source-language", "en", "-silent",
               "-tr-function-alias", "QT_TR_NOOP+=marked", "-target-language", "de", "-ts", list_of_texts]  # fmt: skip
    subprocess.run([str(part) for part in command], check=True)


def lacking(list_of_texts: Path) -> list[str]:
    """Texts without a translation."""
    messages = ElementTree.parse(list_of_texts).iter("message")
    return [str(m.findtext("source")) for m in messages if not (m.findtext("translation") or "").strip()]


def main() -> int:
    """Collect, tell what lacks, compile."""
    texts = I18N / "proseg-gui_de.ts"
    collect(texts)
    for text in lacking(texts):
        sys.stdout.write(f"no German for: {text}\n")
    command = [TOOLS / "lrelease", texts, "-qm", texts.with_suffix(".qm"), "-silent"]
    subprocess.run([str(part) for part in command], check=True)
    return 1 if lacking(texts) else 0


if __name__ == "__main__":
    sys.exit(main())
