"""Brings the lists of texts up to date and compiles them: ``python docs/scripts/translations.py``.

Runs Qt's own tools, which come with PySide6: ``lupdate`` collects what stands in ``tr("...")``, ``lrelease`` makes
``proseg-gui_de.qm`` of ``proseg-gui_de.ts``. Translate in between, by hand or with ``pyside6-linguist``; it says what
lacks.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import PySide6

ROOT = Path(__file__).resolve().parents[2]
I18N = ROOT / "resources" / "i18n"
TOOLS = Path(PySide6.__file__).parent


def collect(list_of_texts: Path) -> None:
    """Add texts that are new to a list, and take out those that are gone."""
    sources = [
        str(path) for path in sorted((ROOT / "proseg_gui" / "gui").rglob("*.py")) if "tr(" in path.read_text("utf-8")
    ]
    command = [TOOLS / "lupdate", *sources, "-no-obsolete", "-locations", "none", "-source-language", "en", "-silent",
               "-target-language", "de", "-ts", list_of_texts]  # fmt: skip
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
