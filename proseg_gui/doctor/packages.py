"""Python packages: which are needed, which are there, and whether each can be imported."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from proseg_gui.doctor.libraries import MISSING_LIBRARY
from proseg_gui.doctor.probe import ask
from proseg_gui.doctor.report import Found, Missing, Problem, Row

QT, QT_MODULE = "PySide6-Essentials", "PySide6.QtWidgets"
"""The distribution, and what of it must be importable: its top module alone needs no system library."""
NEEDS_QT = ("pyqtgraph",)

_IMPORTS = """
import importlib, json, sys
for name in sys.argv[1:]:
    problem = ""
    try:
        importlib.import_module(name)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    print("\\n" + json.dumps([name, problem]), flush=True)
"""


@dataclass(frozen=True)
class Requirement:
    """A dependency as pyproject.toml states it: ``least`` is allowed, ``below`` (where there is one) is not."""

    name: str
    least: str
    below: str

    @classmethod
    def parse(cls, line: str) -> Requirement:
        """Read ``"name>=1.2,<2"``, with the bounds in any order."""
        bounds = dict(re.findall(r"(>=|<)\s*([\d.]+)", line))
        return cls(re.split(r"[\s<>=]", line)[0], bounds.get(">=", "0"), bounds.get("<", ""))

    @property
    def range(self) -> str:
        """As pip takes it."""
        return f">={self.least}" + (f",<{self.below}" if self.below else "")

    def misfit(self, version: str) -> str:
        """What is wrong with an installed version, as a clause; empty when nothing is."""
        if _numbers(version) < _numbers(self.least):
            return f"is older than {self.least}"
        if self.below and _numbers(version) >= _numbers(self.below):
            return f"is {self.below} or newer, which does not work here"
        return ""

    @property
    def remedy(self) -> str:
        """How to get it right."""
        return f"Run: {sys.executable} -m pip install --upgrade '{self.name}{self.range}'"


def requirements() -> list[Requirement]:
    """What the program depends on: from the checkout's pyproject.toml, else as installed."""
    source = Path(__file__).resolve().parents[2] / "pyproject.toml"
    if source.is_file():
        lines = tomllib.loads(source.read_text(encoding="utf-8"))["project"]["dependencies"]
    else:
        lines = [line for line in importlib.metadata.requires("proseg-gui") or [] if ";" not in line]
    return [Requirement.parse(line) for line in lines]


def dependencies() -> Found:
    """Version, size and importability of every dependency."""
    wanted = requirements()
    modules = modules_of([need.name for need in wanted])
    failures = import_failures(list(modules.values()))
    for need in wanted:
        failure = failures[modules[need.name]]
        try:
            installed = importlib.metadata.distribution(need.name)
        except importlib.metadata.PackageNotFoundError:
            yield Row("Dependencies", need.name, "not installed", good=False)
            yield Problem(f"{need.name} is not installed", need.remedy, True)
            continue
        misfit = need.misfit(installed.version)
        size = megabytes(_installed_bytes(installed))
        value = f"{installed.version} (needs {need.range}), {size}"
        yield Row("Dependencies", need.name, value, not (failure or misfit))
        if misfit:
            yield Problem(f"{need.name} {installed.version} {misfit}", need.remedy, True)
        elif failure and not (need.name in NEEDS_QT and failures.get(QT_MODULE)):
            yield _import_problem(need, failure)
    extra = [d for d in importlib.metadata.distributions() if re.match(r"nvidia-|triton$", d.name or "")]
    if extra:
        yield Row("Dependencies", "CUDA libraries", megabytes(sum(map(_installed_bytes, extra))))


def _import_problem(need: Requirement, failure: str) -> Problem | Missing:
    library = MISSING_LIBRARY.search(failure)
    if library:
        return Missing(library.group(1), True)
    return Problem(f"{need.name} is installed but cannot be imported ({failure})", need.remedy, True)


def modules_of(distributions: Sequence[str]) -> dict[str, str]:
    """The module to import for each distribution, as its installed files say; its own name where it is not there."""
    tops: dict[str, list[str]] = {}
    for module, owners in importlib.metadata.packages_distributions().items():
        if module.isidentifier() and not module.startswith("_"):
            for owner in owners:
                tops.setdefault(_normalised(owner), []).append(module)
    found = {}
    for name in distributions:
        own = name.replace("-", "_")
        candidates = sorted(tops.get(_normalised(name), [own]))
        found[name] = own if own in candidates else candidates[0]
    return found | {name: QT_MODULE for name in distributions if name == QT}


def _normalised(name: str) -> str:
    """A distribution's name by PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def import_failures(modules: Sequence[str]) -> dict[str, str]:
    """Import each module in a process of its own kind; returns ``{module: "" or what went wrong}``.

    One process tries them in turn. Where it dies, the module it died on is named and another goes on behind it.
    """
    results: dict[str, str] = {}
    remaining = list(modules)
    while remaining:
        answers, ending = ask(_IMPORTS, *remaining)
        done = dict(answers)
        results.update(done)
        remaining = [name for name in remaining if name not in done]
        if remaining:
            results[remaining.pop(0)] = f"Python ended while importing it: {ending}"
    return results


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])


def _installed_bytes(distribution: importlib.metadata.Distribution) -> int:
    paths = (Path(str(distribution.locate_file(file))) for file in distribution.files or ())
    return _total(paths)


def bytes_below(*folders: Path) -> int:
    """Size of all files in these folders together; a file in two of them counts once."""
    return _total({file for folder in folders for file in folder.rglob("*")})


def _total(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())


def megabytes(size: int) -> str:
    """Bytes for people."""
    return f"{size / 1e6:.1f} MB"
