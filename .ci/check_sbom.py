"""Gives the list of components the program's version; fails when it lacks a dependency or names a place on the disk."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

LOCAL = re.compile(r"file:|/tmp/|/home/|/root/|[A-Z]:\\\\")


def normalised(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def complete(bom: dict[str, Any], dependencies: list[str], version: str) -> dict[str, Any]:
    """``bom`` with the program's version; SystemExit says what is wrong with it."""
    if bom.get("bomFormat") != "CycloneDX" or not bom.get("components"):
        sys.exit("this is not a CycloneDX list of components")
    there = {normalised(component["name"]): component.get("version") for component in bom["components"]}
    wanted = [normalised(re.match(r"[\w.-]+", dependency)[0]) for dependency in dependencies]  # type: ignore[index]
    missing = [name for name in wanted if not there.get(name)]
    if missing:
        sys.exit(f"the list of components lacks {', '.join(missing)}")
    if LOCAL.search(json.dumps(bom)):
        sys.exit("the list of components names a place on this disk")
    bom["metadata"]["component"]["version"] = version
    return bom


if __name__ == "__main__":
    path = Path(sys.argv[1])
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = complete(json.loads(path.read_text(encoding="utf-8")), project["dependencies"],
                     importlib.metadata.version("proseg-gui"))  # fmt: skip
    path.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"{len(found['components'])} components")
