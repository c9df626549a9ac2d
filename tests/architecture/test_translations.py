"""Every text of a page has its German, with the same places to fill; nothing translated is dead."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parents[2] / "portal_app" / "locale"
# Functions whose first argument is page text; the browser looks it up in `pages` catalogues.
PAGE_TEXT = frozenset({"t", "t_fill"})
# Calls whose first argument the server says: `reader.say`, both languages at once, a refusal.
SERVER_TEXT = frozenset({"say", "every_language", "__init__"})
SAID_IN_TEMPLATE = re.compile(r"_\(\s*\"([^\"]+)\"")
PLACE = re.compile(r"\{\w+\}")


def literals(tree: ast.Module) -> Iterator[str | None]:
    """The text of each `t("…")`, or None where the argument is no literal."""
    return (_text(argument) for argument in first_arguments(tree, PAGE_TEXT))


def first_arguments(tree: ast.Module, names: frozenset[str]) -> Iterator[ast.expr]:
    """The first argument of each call of a function or method of these *names*."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in names:
            yield node.args[0]


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def strings(tree: ast.Module) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def catalogue(kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((LOCALE / "de" / kind).glob("*.po")):
        with path.open("rb") as file:
            found |= {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}
    return found


def test_every_page_text_is_translated(modules: dict[str, ast.Module]) -> None:
    said = {text for tree in modules.values() for text in literals(tree) if text}
    german = catalogue("pages")
    assert said
    assert sorted(text for text in said if not german.get(text)) == []


def test_every_text_of_the_server_is_translated(modules: dict[str, ast.Module]) -> None:
    said = {
        text
        for path, tree in modules.items()
        for argument in first_arguments(tree, SERVER_TEXT)
        if (text := _text(argument)) and not _for_developers(path)
    }
    templates = [path for path in LOCALE.parent.rglob("templates/*") if path.suffix != ".json"]
    said |= {text for path in templates for text in SAID_IN_TEMPLATE.findall(path.read_text())}
    german = catalogue("texts") | catalogue("pages")
    assert len(said) > 100
    assert sorted(text for text in said if not german.get(text)) == []


def _for_developers(path: str) -> bool:
    """API, sandbox, provider and commands answer in English only; so does the build."""
    english = ("api/", "sandbox/", "provider/", "demo/", "operators/", "build.py")
    english += ("startup.py", "kit/http/origin_free.py")
    return path.removeprefix("portal_app/").startswith(english)


def test_page_texts_are_literals(modules: dict[str, ast.Module]) -> None:
    # `ui` itself builds on `t` with texts that its callers name.
    loose = [
        path
        for path, tree in modules.items()
        if not path.startswith("portal_app/ui/") and None in literals(tree)
    ]
    assert loose == []


@pytest.mark.parametrize("kind", ["pages", "texts"])
def test_nothing_translated_is_dead(kind: str, modules: dict[str, ast.Module]) -> None:
    # Templates of mails and statutory pages speak too, so their text counts as said.
    templates = "".join(
        path.read_text("utf-8")
        for suffix in ("html", "txt")
        for path in LOCALE.parent.rglob(f"*.{suffix}")
    )
    said = set().union(*(strings(tree) for tree in modules.values()))
    assert [text for text in catalogue(kind) if text not in said and text not in templates] == []


@pytest.mark.parametrize("kind", ["pages", "texts"])
def test_places_to_fill_survive_translation(kind: str) -> None:
    differing = [
        text
        for text, german in catalogue(kind).items()
        if german and sorted(PLACE.findall(text)) != sorted(PLACE.findall(german))
    ]
    assert differing == []


@pytest.mark.parametrize("kind", ["pages", "texts"])
def test_every_text_has_one_german(kind: str) -> None:
    """The files of a kind are read as one: a second translation would silently take its place."""
    said: Counter[str] = Counter()
    for path in sorted((LOCALE / "de" / kind).glob("*.po")):
        with path.open("rb") as file:
            said.update(str(entry.id) for entry in read_po(file) if entry.id)
    assert [text for text, times in said.items() if times > 1] == []
