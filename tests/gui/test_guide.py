"""The guide's page of commands is the window's own table: every command, with its keys, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "user-guide"
OPTIONAL = {"Archive (PACS)…"}
"""Only where an extra is installed."""


def test_the_guide_has_every_command_of_the_window_with_its_keys(window):
    page = (GUIDE / "commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:\\\||[^|])+?) \| ([^|]*?) ?\| [^|]*\|$", page.split("## Mouse")[0], re.MULTILINE)
    rows = [(label.replace("\\|", "|"), keys) for label, keys in rows if label not in ("command", "---")]
    told = {label: re.findall(r"`([^`]+)`", keys) for label, keys in rows}
    names = {c: (f"{c.submenu}: {c.text}" if c.submenu else c.text).replace("&", "") for c in window.commands.table()}
    there = {name: list(c.keys) for c, name in names.items()}
    lacking = [f"| {name} | {', '.join(keys)} |" for name, keys in there.items() if told.get(name) != keys]
    assert lacking == [], "docs/user-guide/commands.md lacks these lines, or has other keys"
    assert set(told) - set(there) <= OPTIONAL, "docs/user-guide/commands.md has commands that are not there"
