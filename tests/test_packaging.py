"""What an installation consists of: version, entry point, data folders, bundle sizes, pinned dependencies."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

import proseg_gui
from proseg_gui import locations
from proseg_gui.doctor.packages import Requirement
from proseg_gui.locations import data_folder

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SHIPPED = ("phantom", "brain_growth")


def pins() -> dict[str, str]:
    """``{normalised name: exact version}`` of constraints.txt."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and line[0] != "#"]
    found = {}
    for line in lines:
        match = re.fullmatch(r"([\w.-]+)==([\w.]+)", line)
        assert match, f"constraints.txt: {line!r} is not an exact pin of a public version"
        found[normalised(match[1])] = match[2]
    return found


def normalised(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_version_is_the_one_that_is_installed():
    assert importlib.metadata.version("proseg-gui") == proseg_gui.__version__


def test_console_script_points_at_the_command_line():
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="proseg-gui")
    assert script.value == PROJECT["scripts"]["proseg-gui"] == "proseg_gui.cli:main"
    assert callable(script.load())


@pytest.mark.parametrize("name", ["models", "resources"])
def test_data_folder_of_a_checkout_is_beside_the_package(name: str):
    assert data_folder(name) == ROOT / name
    assert data_folder(name).is_dir()


def test_data_folder_of_an_installation_is_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "proseg_gui" / "models").mkdir(parents=True)
    monkeypatch.setattr(locations, "__file__", str(tmp_path / "proseg_gui" / "locations.py"))
    assert data_folder("models") == tmp_path / "proseg_gui" / "models"
    assert data_folder("resources") == tmp_path / "resources"


@pytest.mark.parametrize("name", SHIPPED)
def test_bundle_is_shipped(name: str):
    for file in ("card.json", "model.safetensors"):
        assert (data_folder("models") / name / file).is_file()


def test_shipped_data_is_small():
    def size(name: str) -> int:
        return sum(file.stat().st_size for file in data_folder(name).rglob("*") if file.is_file())

    assert size("models") < 20e6
    assert size("models") + size("resources") < 24e6  # the wheel stays under 25 MB


def test_every_folder_with_code_is_a_package():
    folders = {file.parent for file in (ROOT / "proseg_gui").rglob("*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_constraints_pin_every_dependency_at_an_allowed_version():
    pinned = pins()
    for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]:
        need = Requirement.parse(line)
        assert normalised(need.name) in pinned, f"{need.name} is not pinned"
        assert need.misfit(pinned[normalised(need.name)]) == ""


def test_constraints_pin_what_the_dependencies_need_in_turn():
    pinned = pins()
    waiting = [normalised(Requirement.parse(line).name) for line in PROJECT["dependencies"]]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for line in importlib.metadata.requires(name) or []:
            wanted, _, marker = line.partition(";")
            needed = normalised(re.match(r"[\w.-]+", wanted)[0])
            # Extras and other systems do not apply; torch pins the CUDA libraries that its own builds need.
            if not marker.strip() and not needed.startswith(("nvidia-", "cuda-", "triton")):
                assert needed in pinned, f"{needed}, needed by {name}, is not pinned"
                waiting.append(needed)
    assert len(seen) > len(PROJECT["dependencies"])


def test_readme_has_the_two_commands_and_names_the_system_packages():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    start = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt "
    assert f"\n{start}. && .venv/bin/proseg-gui --demo\n" in readme
    assert f"\n{start}-e '.[test]' && .venv/bin/python -m pytest\n" in readme
    packages = (ROOT / ".ci" / "system-packages.txt").read_text().split()
    (line,) = re.findall(r"^(?:sudo )?apt-get install (.*)$", readme, re.MULTILINE)
    assert line.split() == packages


PAGES = [ROOT / name for name in ("README.md", "CONTEXT.md", "CHANGELOG.md", "THIRD_PARTY.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_the_documents_lead_somewhere(page: Path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_every_decision_is_in_the_index():
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = [page.name for page in folder.glob("*.md") if page.name != "README.md"]
    assert [name for name in pages if f"({name})" not in index] == []


def test_types_are_told_to_other_programs():
    assert (ROOT / "proseg_gui" / "py.typed").is_file()
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    assert "py.typed" in settings["package-data"]["proseg_gui"]


@pytest.fixture(scope="module")
def complete():
    spec = importlib.util.spec_from_file_location("check_sbom", ROOT / ".ci" / "check_sbom.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.complete


def bom(*names, **more):
    components = [{"name": name, "version": "1", **more} for name in names]
    return {"bomFormat": "CycloneDX", "components": components, "metadata": {"component": {"name": "proseg-gui"}}}


def test_a_list_of_components_gets_the_version_and_must_be_whole(complete):
    found = complete(bom("Torch", "PySide6_Essentials"), ["torch>=2.4", "PySide6-Essentials>=6.6,<6.12"], "0.2.0")
    assert found["metadata"]["component"]["version"] == "0.2.0"
    with pytest.raises(SystemExit, match="lacks numpy"):
        complete(bom("torch"), ["torch", "numpy>=1.26"], "0.2.0")
    with pytest.raises(SystemExit, match="place on this disk"):
        complete(bom("torch", purl="file:///tmp/x"), ["torch"], "0.2.0")
    with pytest.raises(SystemExit, match="not a CycloneDX"):
        complete({"components": [1]}, [], "0.2.0")


def test_the_format_is_checked_before_each_commit_and_in_ci():
    assert "ruff format --force-exclude" in (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert "\nruff format --check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
