"""The server's texts and the frame's have their German; page texts: tests/architecture."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.ui import catalogue
from portal_app.ui.catalogue import from_accept_language, messages, supported, translate

ROOT = Path(__file__).parents[3]


def said(names: set[str], argument: int) -> Iterator[tuple[str, Path]]:
    """Every literal text handed to a function of these names, with its file."""
    for path in sorted((ROOT / "portal_app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or len(node.args) <= argument:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else None
            name = node.func.id if isinstance(node.func, ast.Name) else name
            given = node.args[argument]
            if name in names and isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value, path


@pytest.mark.parametrize("locale", [known for known in catalogue.LOCALES if known != "en"])
def test_text_in_every_language_is_translated(locale: str) -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {text!r}"
        for text, path in said({"every_language"}, 0)
        if text not in messages(locale, "pages")
    }
    assert not missing, f"add to portal_app/locale/{locale}/pages/<domain>.po: {sorted(missing)}"


@pytest.mark.parametrize("locale", [known for known in catalogue.LOCALES if known != "en"])
def test_every_server_text_is_translated(locale: str) -> None:
    known = {**messages(locale, "pages"), **messages(locale, "texts")}
    missing = {
        f"{path.relative_to(ROOT)}: {text!r}"
        for text, path in said({"translate"}, 1)
        if text not in known
    }
    assert not missing, f"add to portal_app/locale/{locale}/texts/<domain>.po: {sorted(missing)}"


def test_translate_fills_places_and_falls_back_to_english() -> None:
    assert translate("de", "Signed in as {email}", email="a@b.c") == "Angemeldet als a@b.c"
    assert translate("de-AT", "Orders") == "Bestellungen"
    assert translate("fr", "Orders") == "Orders"
    assert translate("de", "Nobody translated {this}", this="x") == "Nobody translated x"


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("en;q=0.4, de;q=0.8", "de"),
        ("fr, de;q=0", "en"),
        ("fr-FR", "en"),
        ("", "en"),
        ("de;q=x, en", "en"),
        ("*", "en"),
    ],
)
def test_accept_language(asked: str, given: str) -> None:
    assert from_accept_language(asked) == given


@pytest.mark.parametrize("hostile", ["../../etc", "de/../en", "<script>", "", "DE"])
def test_only_known_languages_come_out(hostile: str) -> None:
    assert supported(hostile) in catalogue.LOCALES


def test_stylesheet_shows_each_language() -> None:
    css = (ROOT / "assets" / "portal.css").read_text()
    for locale in catalogue.LOCALES:
        if locale != catalogue.DEFAULT_LOCALE:
            assert f':root[lang="{locale}"] .every-language > [lang="{locale}"]' in css
