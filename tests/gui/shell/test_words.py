"""Every text that a person reads in the window goes through ``tr``, when it is shown and not before."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

GUI = Path(__file__).resolve().parents[3] / "proseg_gui" / "gui"
WORDS = re.compile(r"[A-Za-z']{2,}[^A-Za-z{}#]{0,3} [^A-Za-z{}#]{0,2}[a-z]{2,}")
"""Two words of a language beside each other."""
BESIDE = re.compile(r"(^|[ .,;:])[a-z]{2,} |[ .,;:][a-z]{3,}($|[ .,;:])")
"""A word beside a place of an f-string."""
SHOWN = {
    "QLabel", "QPushButton", "QCheckBox", "QRadioButton", "QGroupBox", "QAction", "QMessageBox", "setText", "setTitle",
    "setToolTip", "setWindowTitle", "setPlaceholderText", "setAccessibleName", "setAccessibleDescription",
    "setStatusTip", "setPrefix", "setSuffix", "setSpecialValueText", "setInformativeText", "addItem", "addRow",
    "addTab", "addAction", "addButton", "add_button", "set_texts", "set_full_name", "muted", "words", "heading",
    "notice", "set_notice", "button", "flat_button", "AdaptiveLabel", "Measure", "plural",
}  # fmt: skip
"""What puts its words on the screen: there not even one word is written without ``tr``."""
ROLES = {"muted", "title", "notice", "danger", "header", "value", "primary", "preset", "fold", "small", "good", ""}
ICONS = {"dice", "reset", "remember", "open", "plus", "eye", "lock", "more", "sort", "ball", "copy", "warning"}
NAMES = {"proseg-gui", "Dice", "reader1", "GTVp", "Reviewer"}
"""Names: of the program, of a measure, of an example."""
NOT_SHOWN = {"ValueError", "TypeError", "AssertionError", "RuntimeError", "getLogger", "debug", "info", "warning",
             "Plotter", "exception", "error", "Signal", "cast", "setStyleSheet", "Thread", "Command"}  # fmt: skip
"""Messages to programmers, to the log and to Qt. A command's own words go through ``tr`` in its table."""
ELSEWHERE = {
    "the scan was not ready for its picture within 5 minutes", "Try a smaller scan", " series or cases",
    "Give the folder of one of them", "there are ",  # --screenshot: read in a terminal
    "the theme cannot be read", "Install proseg-gui again",  # before there is a language
    "Probabilistic Modeling of Multi-rater Medical Image Segmentation for Diversity and Personalization, "
    "arXiv 2512.00748",  # a title
    "take sample", "export look ", "light kit", "body ", "cut ", "not started", "in progress", "exclusive or",
    "Soft tissue",  # keys
    ": the mask was put",  # so begins a notice of ``io``, which is looked for
    "Total uncertainty",  # HeatStyle's own; the scene gives another
    ", straightened",  # of a new study's name
    " min", "https://archive/dicom-web", " (*.png *.jpg)", ".svg", ".html", '<span style="color:',
}  # fmt: skip


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(GUI.rglob("*.py")):
        yield str(path.relative_to(GUI)), ast.parse(path.read_text("utf-8"))


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def literals(tree: ast.Module) -> Iterator[tuple[ast.Constant, list[ast.AST]]]:
    """Every string that is no docstring, with what it stands in, from the inside."""

    def walk(node: ast.AST, around: list[ast.AST]) -> Iterator[tuple[ast.Constant, list[ast.AST]]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Constant):
                if isinstance(child.value, str) and not isinstance(node, ast.Expr):
                    yield child, [node, *around]
            else:
                yield from walk(child, [node, *around])

    return walk(tree, [])


def bare() -> Iterator[str]:
    for name, tree in modules():
        for text, around in literals(tree):
            calls = [called(node) for node in around if isinstance(node, ast.Call)]
            if isinstance(around[0], (ast.Subscript, ast.Compare)):  # a key
                continue
            if {"tr", "marked"} & set(calls) or NOT_SHOWN & set(calls) or text.value in ELSEWHERE:
                continue
            on_screen = any(call in SHOWN for call in calls[:1]) and text.value.strip() not in ROLES | ICONS | NAMES
            beside = isinstance(around[0], ast.JoinedStr) and BESIDE.search(text.value)
            if WORDS.search(text.value) or beside or (on_screen and re.search(r"[A-Z]?[a-z]{3,}", text.value)):
                yield f"{name}:{text.lineno}: {text.value!r} in {calls[:2]}"


def test_what_is_shown_goes_through_tr():
    assert list(bare()) == [], "say tr(...), or marked(...) in a table that is made at import"


def test_the_test_finds_what_it_looks_for():
    tree = ast.parse('label.setText("Dice")\nbox = QLabel("current")\ntext = f"{n} left"\nx = "two words"\n')
    found = {text.value for text, around in literals(tree) if around}
    assert found == {"Dice", "current", " left", "two words"}
    assert WORDS.search("two words") and BESIDE.search(" left") and not WORDS.search("color: #fff")


def test_no_text_is_looked_up_before_the_language_is_known():
    early = []
    for name, tree in modules():
        for top in tree.body:
            bodies = top.body if isinstance(top, ast.ClassDef) else [top]
            for part in bodies:
                function = isinstance(part, (ast.FunctionDef, ast.ClassDef))
                looked = [*part.args.defaults, *part.args.kw_defaults] if isinstance(part, ast.FunctionDef) else [part]
                for node in (n for one in looked if one is not None and not (function and one is part)
                             for n in ast.walk(one)):  # fmt: skip
                    early += [f"{name}:{node.lineno}"] if called(node) == "tr" else []
    assert early == [], "tr at import: use marked(...) there, and tr(...) where it is shown"


def test_what_is_marked_is_looked_up_somewhere():
    """A constant of marked texts that nothing hands to ``tr`` would stay English."""
    uses = Counter(re.findall(r"\w+", "\n".join(path.read_text("utf-8") for path in GUI.rglob("*.py"))))
    for name, tree in modules():
        for top in tree.body:
            if isinstance(top, ast.Assign) and any(called(node) == "marked" for node in ast.walk(top.value)):
                targets = [n.id for t in top.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
                assert any(uses[target] > 1 for target in targets), f"{name}: {targets}"


def test_every_place_of_a_text_is_filled():
    """``tr("... {name} ...").format(name=...)``: a place that nothing fills would fail when the text is shown."""
    wrong = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if called(node) != "format" or called(getattr(node.func, "value", None)) != "tr":
                continue
            said = node.func.value.args[0]
            if isinstance(said, ast.Constant):
                holes = set(re.findall(r"\{(\w+)[^}]*\}", said.value))
                given = {keyword.arg for keyword in node.keywords}
                wrong += (
                    [f"{name}:{node.lineno}: {sorted(holes ^ given)}"] if None not in given and holes != given else []
                )
    assert wrong == []
