"""Settings of an operator's portal, from nothing, and a sandbox that stands in for Stripe."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from portal_app import cli
from portal_app.kit import clock
from portal_app.settings import Settings, get_settings
from tests.provider.sandbox_server import SandboxServer, serve_sandbox

Configure = Callable[..., Settings]


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """`configure(PORTAL_ENV="production", …)`: settings with nothing else but a folder."""
    for field in Settings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)

    def make(**values: str) -> Settings:
        monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "data"))
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        return get_settings()

    yield make
    get_settings.cache_clear()


class Done(NamedTuple):
    """What a command printed; it ended as it was expected to."""

    stdout: str
    stderr: str


Portal = Callable[..., Done]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder that looks as if the front end had been built in it, without a `.env`."""
    client = tmp_path / "place" / ".web" / "build" / "client"
    client.mkdir(parents=True)
    (client / "404.html").touch()
    return tmp_path / "place"


@pytest.fixture
def portal_command(
    configure: Configure,
    built: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Portal]:
    """`portal_command("company", "list", code=0)`: the command line, in this process."""
    handlers = logging.getLogger().handlers[:]
    configure()
    monkeypatch.chdir(built)

    def run(*arguments: str, code: int = 0) -> Done:
        get_settings.cache_clear()
        monkeypatch.setattr("sys.argv", ["portal", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        done = Done(*capsys.readouterr())
        assert (ended.value.code or 0) == code, done
        return done

    yield run
    logging.getLogger().handlers[:] = handlers
    clock.install(business=clock.SystemClock(), wall=clock.SystemClock())


@pytest.fixture(scope="module")
def _served() -> Iterator[SandboxServer]:
    with serve_sandbox() as server:
        yield server


@pytest.fixture
def stripe(_served: SandboxServer) -> SandboxServer:
    """An empty account at the machine's time, as a new Stripe account is."""
    _served.reset()
    return _served
