"""What documents, code and tests say of each other holds: citations, links, commands, hazards, the guide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MARKDOWN = sorted(p for p in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / ".github").rglob("*.md")))
SOURCES = sorted(p for folder in ("proseg_gui", "tests", "docs/scripts") for p in (ROOT / folder).rglob("*.py"))
CITED = re.compile(r"[\w./-]*\b[\w-]+\.md\b")
SECTION = re.compile(r"docs/METHOD\.md sections? (\d)(?:(?: to | and |, )(\d))?")


def text(path):
    return path.read_text(encoding="utf-8")


def test_every_document_that_code_cites_is_there():
    cited = [(path, name) for path in SOURCES if path != Path(__file__) for name in CITED.findall(text(path))]
    missing = [f"{path}: {name}" for path, name in cited if name.startswith("docs/") and not (ROOT / name).is_file()]
    assert missing == []


@pytest.mark.parametrize("name", ["METHOD", "METRICS", "CONTRACTS"])
def test_what_code_cites_by_name_lies_in_docs(name):
    bare = re.compile(rf"(?<!docs/)\b{name}\.md")
    assert (DOCS / f"{name}.md").is_file()
    assert [str(path.relative_to(ROOT)) for path in SOURCES if path != Path(__file__) and bare.search(text(path))] == []


def test_cited_sections_of_the_method_are_there():
    there = set(re.findall(r"^## (\d)\.", text(DOCS / "METHOD.md"), re.MULTILINE))
    cited = {number for path in SOURCES for pair in SECTION.findall(text(path)) for number in pair if number}
    assert cited and cited <= there


def test_links_between_documents_lead_somewhere():
    dead = []
    for path in MARKDOWN:
        for target in re.findall(r"\]\(([^)\s]+)\)", text(path)):
            name = target.split("#")[0]
            if name and "://" not in name and not name.startswith("mailto:") and not (path.parent / name).exists():
                dead.append(f"{path.relative_to(ROOT)}: {target}")
    assert dead == []
