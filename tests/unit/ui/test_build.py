"""The build step: when it has work to do, and what it makes of Reflex's output."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from portal_app import build
from portal_app.kit.http.origin_free import OriginStillBaked, make_origin_free, origin_free


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small checkout with a finished build."""
    for folder in ("portal_app", "assets", "reflex.lock", ".web/build/client"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "portal_app" / "page.py").write_text("a = 1\n")
    (tmp_path / "assets" / "portal.css").write_text("a{}")
    (tmp_path / "reflex.lock" / "package-lock.json").write_text('{"packages": {}}')
    (tmp_path / "rxconfig.py").write_text("config = 1\n")
    (tmp_path / ".web" / "build" / "client" / "404.html").write_text("<html>")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "CLIENT", tmp_path / ".web" / "build" / "client")
    monkeypatch.setattr(build, "STAMP", tmp_path / ".web" / ".portal-build")
    monkeypatch.setattr(build, "LOCK_FOLDER", tmp_path / "reflex.lock")
    build.STAMP.write_text(build.digest())
    return tmp_path


def test_unchanged_inputs_need_no_build(tree: Path) -> None:
    assert build.is_current()
    (tree / "portal_app" / "notes.md").write_text("not an input")
    assert build.is_current()


@pytest.mark.parametrize(
    "name", ["portal_app/page.py", "assets/portal.css", "reflex.lock/package-lock.json"]
)
def test_changed_input_asks_for_a_build(tree: Path, name: str) -> None:
    (tree / name).write_text("changed")
    assert not build.is_current()


def test_renamed_or_new_source_asks_for_a_build(tree: Path) -> None:
    (tree / "portal_app" / "page.py").rename(tree / "portal_app" / "other.py")
    assert not build.is_current()


def test_lost_output_asks_for_a_build(tree: Path) -> None:
    (tree / ".web" / "build" / "client" / "404.html").unlink()
    assert not build.is_current()


def test_other_version_of_a_tool_asks_for_a_build(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tree
    monkeypatch.setattr(build, "version", lambda _tool: "0.0.0")
    assert not build.is_current()


def test_lock_that_names_a_registry_is_refused(tree: Path) -> None:
    build.check_lock()
    packages = {"node_modules/react": {"resolved": "https://registry.example/react.tgz"}}
    lock = tree / "reflex.lock" / "package-lock.json"
    lock.write_text(json.dumps({"packages": packages}))
    with pytest.raises(build.BuildFailed, match=r"package-lock\.json names a registry"):
        build.check_lock()


def test_build_knows_no_setting_of_its_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_x")
    monkeypatch.setenv("PORTAL_ORIGIN", "https://billing.example.com")
    environment = build._environment()
    assert environment["STRIPE_SECRET_KEY"] == ""
    assert environment["PORTAL_ORIGIN"] == "http://portal.invalid"
    assert environment["NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED"] == "true"


@pytest.mark.parametrize("quote", ['"', "'", "`"])
def test_addresses_become_where_the_page_came_from(quote: str) -> None:
    text = f"e={{PING:{quote}http://portal.invalid/ping{quote}}}"
    assert origin_free(text) == 'e={PING:(globalThis.location.origin+"/ping")}'
    socket = origin_free(f"{quote}ws://portal.invalid/_event{quote}")
    assert socket == '(globalThis.location.origin.replace(/^http/,"ws")+"/_event")'


def test_compressed_copies_follow(tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    chunk = assets / "env-1.js"
    chunk.write_text('a="http://portal.invalid/ping"')
    (assets / "env-1.js.gz").write_bytes(gzip.compress(chunk.read_bytes()))
    (assets / "env-1.js.br").write_bytes(b"stale")
    (assets / "other.js").write_text("b=1")
    assert make_origin_free(tmp_path) == 1
    assert "portal.invalid" not in chunk.read_text()
    assert gzip.decompress((assets / "env-1.js.gz").read_bytes()) == chunk.read_bytes()
    assert not (assets / "env-1.js.br").exists()


@pytest.mark.parametrize("text", ["a=1", "a=`http://portal.invalid${x}`+'portal.invalid'"])
def test_unknown_form_of_address_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "env-1.js").write_text(text)
    with pytest.raises(OriginStillBaked):
        make_origin_free(tmp_path)
