"""What documents, code and tests say of each other holds: citations, links, commands, hazards, the guide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proseg_gui import __version__
from proseg_gui.cli import COMMANDS

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


def test_every_hazard_cites_tests_that_are_there():
    rows = [line for line in text(DOCS / "hazards.md").splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) >= 15
    for row in rows:
        cited = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row)
        assert cited, f"no test: {row[:60]}"
        for file, name in cited:
            assert re.search(rf"^ *def {name}\(", text(ROOT / file), re.MULTILINE), f"{file}::{name}"


@pytest.mark.parametrize("document", ["README.md", "docs/CONTRACTS.md", "docs/user-guide/command-line.md"])
def test_every_command_is_told(document):
    page = text(ROOT / document)
    missing = [name for name in COMMANDS if not re.search(rf"\b{name.replace('_', '-')}\b", page)]
    assert missing == []


def test_the_readme_s_table_has_a_line_a_command():
    lines = [line for line in text(ROOT / "README.md").splitlines() if line.startswith("| `proseg-gui")]
    named = {match[1].replace("-", "_") for line in lines if (match := re.match(r"\| `proseg-gui ([a-z-]+)", line))}
    assert named == set(COMMANDS)


def test_the_readme_s_figures_are_those_of_the_benchmark():
    section = text(DOCS / "benchmarks" / "tables.md").split("## brain_growth: 800 steps each")[1]
    rows = {_cells(line)[0]: _cells(line) for line in section.split(" minus ")[0].splitlines() if line.startswith("| ")}
    columns = {name: i for i, name in enumerate(rows["method"])}
    names = {"ProSeg, default": "ProSeg coherent",
             "ProSeg, `--conditioning matrix` (as the shipped brain_growth)": "ProSeg coherent, matrix",
             "a head a rater": "per-rater heads", "Pionono": "Pionono",
             "one map, a level a rater": "one map, a threshold a rater"}  # fmt: skip
    wanted = ("GED^2", "identity Dice", "own - wrong", "ECE", "Dice_max", "volume CRPS (ml)")
    shown = {_cells(line)[0].strip("*"): _cells(line)[1:] for line in text(ROOT / "README.md").splitlines()
             if line.startswith("| ") and "---" not in line}  # fmt: skip
    for ours, theirs in names.items():
        exact = [float(rows[theirs][columns[name]].strip("*").split(" ±")[0]) for name in wanted]
        assert [float(cell.strip("*")) for cell in shown[ours]] == [pytest.approx(x, abs=0.00051) for x in exact], ours


def _cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_version_changelog_and_citation_move_together():
    sections = re.findall(r"^## (\S+) \(", text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert sections[0] == __version__ and len(sections) >= 2
    headings = re.findall(r"^### (.+)$", text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert set(headings) == {"Added", "Changed", "Fixed"}
    assert f"\nversion: {__version__}\n" in text(ROOT / "CITATION.cff")
