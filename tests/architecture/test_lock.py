"""Dependencies are pinned, all of them, and no committed file names a package registry."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([0-9][A-Za-z0-9.]*)$")
# In two halves, so that this file does not name what it looks for.
REGISTRIES = re.compile(
    r"(?:pypi|pythonhosted|npmjs|yarnpkg)"
    r"\.(?:org|com)|/sim"
    "ple/"
    r"|--(?:extra-)?index-"
    "url",
)


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    matches = (PIN.match(line) for line in lines)
    return {canonicalize_name(match[1]): match[2] for match in matches if match}


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return [Requirement(line) for line in lines]


def needed(wanted: list[Requirement]) -> set[str]:
    """Names of everything that *wanted* pulls in on this machine, itself included."""
    seen: set[tuple[str, str]] = set()
    queue = [(requirement.name, extra) for requirement in wanted for extra in _extras(requirement)]
    while queue:
        name, extra = queue.pop()
        if (canonicalize_name(name), extra) in seen:
            continue
        seen.add((canonicalize_name(name), extra))
        for line in metadata.requires(name) or []:
            child = Requirement(line)
            if child.marker is None or child.marker.evaluate({"extra": extra}):
                queue += [(child.name, wish) for wish in _extras(child)]
    return {name for name, _ in seen}


def _extras(requirement: Requirement) -> list[str]:
    return ["", *requirement.extras]


def test_every_line_of_the_lock_is_one_exact_version() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [
        line for line in lines if line and not line.startswith("#") and not PIN.match(line)
    ] == []


def test_everything_installed_is_locked() -> None:
    assert sorted(needed(declared()) - pins().keys()) == []


def test_what_is_installed_is_what_is_locked() -> None:
    locked = pins()
    installed = {name: metadata.version(name) for name in needed(declared()) if name in locked}
    differing = {name: have for name, have in installed.items() if have != locked[name]}
    assert differing == {}


def test_declared_ranges_contain_the_locked_version() -> None:
    locked = pins()
    names = [
        item for item in declared() if locked[canonicalize_name(item.name)] not in item.specifier
    ]
    assert names == []


def test_no_file_names_a_registry(project_files: list[Path]) -> None:
    naming = []
    for path in project_files:
        text = path.read_bytes().decode("utf-8", "ignore")
        naming += [f"{path.relative_to(ROOT)}: {found[0]}" for found in REGISTRIES.finditer(text)]
    assert naming == []


def test_a_registry_would_be_found() -> None:
    assert REGISTRIES.search("https://registry." + "npmjs" + ".org/react")
    assert REGISTRIES.search("https://files." + "pythonhosted" + ".org/x")
