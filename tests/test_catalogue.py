"""Each method stands once: no list beside the catalogue, and a new one touches five files."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from proseg_gui.catalogue import CONTENDERS, ENTRIES, METHODS, OPTIONS, VARIANTS, methods_with, options_of, title_of

ROOT = Path(__file__).resolve().parents[1]
ELDERS = frozenset({"proseg", "reference", "dpersona", "probunet", "pionono", "rater_heads", "majority", "threshold"})
"""Methods of before the catalogue: some share files, and tests of other things take them as examples."""

YARDSTICKS = frozenset({"proseg", "rater_heads"})
"""What other code is about, or is measured by: stages, calibration, and heads beside every new model."""


def test_it_is_known_without_torch():
    code = "import sys; import proseg_gui.catalogue, proseg_gui.training.process; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_names_are_unique_and_variants_are_of_methods_that_have_their_options():
    assert len(ENTRIES) == len(METHODS) and len({option.name for option in OPTIONS}) == len(OPTIONS)
    assert list(CONTENDERS)[:2] == ["proseg", "proseg_matrix"] and len(CONTENDERS) == len(METHODS) + len(VARIANTS)
    for contender in VARIANTS:
        own = {option.name: option for option in options_of(contender.method)}
        assert all(value in own[name].names for name, value in contender.options.items())
    assert all(methods_with(option) for option in OPTIONS)
    assert title_of("pionono") == "Pionono" and title_of("of tomorrow") == "of tomorrow"


def code_of(entry):
    """The words by which code can name a method, and its two files."""
    network, objective = (place.split(":") for place in (entry.network, entry.objective))
    files = [f"networks/{network[0]}.py", f"training/{objective[0].replace('.', '/')}.py"]
    return (network[1], objective[1]), [f"proseg_gui/{name}" for name in files]


def mentions(words, *folders, pattern="*.py"):
    found = re.compile("|".join(rf"(?<![\w/-]){re.escape(word)}(?![\w-])" for word in words))
    files = sorted(path for folder in folders for path in (ROOT / folder).rglob(pattern))
    return [str(path.relative_to(ROOT)) for path in files if found.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("entry", [e for e in METHODS if e.name not in YARDSTICKS], ids=lambda entry: entry.name)
def test_no_code_asks_for_a_method_by_its_class(entry):
    classes, _ = code_of(entry)
    package = ROOT / "proseg_gui"
    free = [package / "networks", package / "training" / "objectives"]  # a method may be made of another's parts
    for path in package.rglob("*.py"):
        if path.parent not in free:
            nodes = ast.walk(ast.parse(path.read_bytes()))
            assert not {getattr(n, "id", getattr(n, "name", None)) for n in nodes}.intersection(classes), path


@pytest.mark.parametrize("entry", METHODS, ids=lambda entry: entry.name)
def test_every_method_has_its_page_and_no_page_is_left_over(entry):
    page = ROOT / "docs" / "methods" / f"{entry.name}.md"
    assert f"`{entry.name}`" in page.read_text(encoding="utf-8").splitlines()[0]
    assert {path.stem for path in page.parent.iterdir()} == set(ENTRIES)


@pytest.mark.parametrize("entry", [e for e in METHODS if e.name not in ELDERS], ids=lambda entry: entry.name)
def test_a_method_touches_five_files(entry):
    classes, files = code_of(entry)
    named = (*classes, f'"{entry.name}"', f"`{entry.name}`", f"--method {entry.name}", f"--method={entry.name}")
    code, tests = mentions(named, "proseg_gui"), mentions(named, "tests")
    docs = mentions((f"`{entry.name}`",), "docs/methods", "docs/user-guide", pattern="*.md")
    assert code == sorted([*files, "proseg_gui/catalogue.py"])
    assert docs == [f"docs/methods/{entry.name}.md"]
    assert len({*code, *tests, *docs}) == 5, tests
