"""The `portal` command in a process of its own, as an operator types it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment(data_dir: Path, **values: str) -> dict[str, str]:
    """The machine's variables without settings, and *values*."""
    own = ("PORTAL_", "STRIPE_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return kept | {"PORTAL_DATA_DIR": str(data_dir)} | values


def portal(
    settings: Mapping[str, str], *arguments: str, code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run it to its end; it must end with *code*."""
    done = subprocess.run(
        [sys.executable, "-m", "portal_app", *arguments],
        cwd=ROOT,
        env=dict(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done
