"""Every branch of `transfers/rules.py` and `transfers/service/` is taken by a test of transfers.

With PORTAL_SOAK of both, by all of these tests on SQLite; else of the rules, by their unit tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

RULES: Final = ("portal_app/transfers/rules.py",)
SERVICE: Final = ("portal_app/transfers/service/*",)
OF_RULES: Final = ("tests/unit/transfers/test_rules.py", "tests/unit/transfers/test_terms.py")
OF_SERVICE: Final = (
    "tests/db/transfers",
    "tests/http/test_transfer_confirmations.py",
    "tests/unit/notifications/test_transfer_mails.py",
    *(
        f"tests/provider/adapter/test_transfer{name}.py"
        for name in ("s", "_answers", "_attacks", "_edges", "_failures", "_kinds", "_pages")
    ),
    "tests/provider/adapter/test_transfer_waiting.py",
)
SOAKS: Final = bool(os.environ.get("PORTAL_SOAK"))


def coverage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "coverage", *arguments)
    given = {**os.environ, "COVERAGE_FILE": str(folder / "seen")}
    given.pop("PORTAL_SOAK", None)
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


def test_every_branch_is_taken(tmp_path: Path) -> None:
    tests = (*OF_RULES, *OF_SERVICE) if SOAKS else OF_RULES
    wanted = ",".join((*RULES, *SERVICE) if SOAKS else RULES)
    run = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not postgresql", *tests)
    ran = coverage(tmp_path, "run", "--branch", "--source=portal_app/transfers", *run)
    assert ran.returncode == 0, ran.stdout[-3000:]
    report = coverage(tmp_path, "report", f"--include={wanted}", "--fail-under=100")
    sys.stdout.write(report.stdout)
    assert report.returncode == 0, report.stdout + report.stderr
