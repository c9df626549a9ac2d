"""The source tree as the architecture tests read it."""

from __future__ import annotations

import ast
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "portal_app"


@lru_cache(maxsize=1)
def _modules() -> dict[str, ast.Module]:
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@pytest.fixture
def modules() -> dict[str, ast.Module]:
    """Every module of the portal: path below the project → its syntax tree."""
    return _modules()


@pytest.fixture
def project_files() -> list[Path]:
    """Files that are committed or would be: tracked and untracked, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]
