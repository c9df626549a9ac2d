"""That the checks of the gallery find what they are for, and that its list is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from portal_app.portal_app import app
from tests.e2e.gallery.everything import NO_PAGES, SCENES
from tests.e2e.gallery.layout import layout_faults
from tests.e2e.gallery.records import FOLDER, differs, normalised
from tests.security.routes_of import http_routes

SOUND = '<p>Some text</p><div class="card"><button>Press</button> <a href="/">A link</a></div>'
STYLE = """
  body { margin: 0; font: 16px/24px sans-serif; }
  .card { padding: 8px; border: 1px solid; width: 300px; }
  .marked { position: relative; }
  .marked::before { content: ""; position: absolute; inset-inline-start: 0; width: 10px;
    top: 6px; height: 10px; }
"""
ACCENT = 'style="--accent: red"'


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def found(page: Page, body: str, *, shell: str = "") -> list[str]:
    page.set_content(
        f'<style>{STYLE}</style><div class="shell" {shell}>'
        f'<header class="header"><span class="brand">Billing</span></header>{body}</div>'
    )
    return layout_faults(page)


def test_a_sound_page_has_no_faults(blank: Page) -> None:
    assert found(blank, SOUND) == []
    assert found(blank, SOUND, shell=ACCENT) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<div style="width: 2000px; height: 1px"></div>', "the page scrolls sideways"),
        (
            '<p style="width: 60px; overflow: hidden; white-space: nowrap">Much too long</p>',
            "“Much too long” is cut off at its side",
        ),
        ('<p style="height: 20px; overflow: hidden">One<br>Two</p>', "“OneTwo” is cut off below"),
        (
            '<div style="width: 60px; overflow: auto; white-space: nowrap">Scrolled inside</div>',
            "“Scrolled inside” is cut off at its side",
        ),
        (
            '<div class="card" style="width: 60px; white-space: nowrap">Much too long</div>',
            "“Much too long” sticks out of div.card",
        ),
        (
            '<div class="card" style="height: 30px"><p>One</p><p>Two</p></div>',
            "“Two” sticks out of div.card",
        ),
        (
            '<div class="card"><button style="width: 400px">Wide</button></div>',
            "“Wide” sticks out of div.card",
        ),
        ('<p>First</p><p style="margin-top: -36px">Second</p>', "“First” lies over p “Second”"),
        (
            '<button>One</button><button style="margin-left: -20px">Two</button>',
            "“One” lies over button “Two”",
        ),
        (
            '<input name="field"><p style="margin-top: -24px">A hint</p>',
            "“field” lies over p “A hint”",
        ),
        ('<p style="position: absolute; left: -30px">Away</p>', "“Away” is beyond the screen"),
    ],
)
def test_what_is_broken_is_found_on_both_screens(blank: Page, body: str, fault: str) -> None:
    told = found(blank, SOUND + body)
    for size in ("phone", "desktop"):
        assert any(one.startswith(size) and fault in one for one in told), told


def test_what_is_broken_in_one_look_only_is_found_and_named(blank: Page) -> None:
    physical = '<p>Text<span style="position: absolute; left: 0">Mark</span></p>'
    (narrow,) = [f for f in found(blank, '<p style="min-width: 500px">Wide</p>') if "scrolls" in f]
    assert narrow.startswith("phone")
    assert any("as it is ltr light, as it is ltr dark)" in one for one in found(blank, physical))
    bullet = '<p class="marked" style="padding-left: 24px">Text</p>'
    assert all("as it is rtl light, as it is rtl dark)" in one for one in found(blank, bullet))
    assert found(blank, bullet)
    dark = "<style>.dark p { margin-top: -20px }</style><p>One</p><p>Two</p>"
    assert all("ltr dark, as it is rtl dark)" in one for one in found(blank, dark))
    assert found(blank, dark)
    round_only = (
        '<p style="height: 24px; margin-bottom: calc(10px - var(--radius-card, 0px) * 2)">One</p>'
        "<p>Two</p>"
    )
    told = found(blank, round_only, shell=ACCENT)
    assert told
    assert not any("as it is" in one for one in told)
    assert blank.evaluate("document.querySelector('.shell').style.cssText") == "--accent: red;"
    assert blank.evaluate("document.documentElement.dir") == ""


def test_another_reading_than_the_recorded_one_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: Page
) -> None:
    monkeypatch.delenv("PORTAL_WRITE_GOLDEN", raising=False)
    monkeypatch.delenv("CI", raising=False)
    blank.set_content("<h1>Membership mber_0123456789abcdef</h1><button>Pay</button>")
    heard = normalised(blank.locator("body").aria_snapshot())
    assert heard == '- heading "Membership mber_…" [level=1]\n- button "Pay"\n'
    assert "PORTAL_WRITE_GOLDEN=1" in differs("page", heard, tmp_path)[0]
    monkeypatch.setenv("PORTAL_WRITE_GOLDEN", "1")
    assert differs("page", heard, tmp_path) == []
    monkeypatch.delenv("PORTAL_WRITE_GOLDEN")
    assert differs("page", heard, tmp_path) == []
    told = differs("page", heard.replace("button", "link"), tmp_path)
    assert told[1:] == ['- - button "Pay"', '+ - link "Pay"']


def test_every_page_of_the_portal_is_in_the_list() -> None:
    shown = {scene.route for scene in SCENES}
    http = {route.path for route in http_routes() if "GET" in route.methods}
    braces = str.maketrans("[]", "{}")
    pages = {f"/{one.translate(braces)}/" for one in app._unevaluated_pages}
    known = (http | pages | {"/no/such/page/"}) - {"/404/"}
    assert known - shown - NO_PAGES.keys() == set(), "pages that nobody looks at: add scenes"
    assert (shown | NO_PAGES.keys()) - known == set(), "there are no such routes"
    assert shown & NO_PAGES.keys() == set()


def test_every_scene_has_a_record_and_every_record_a_scene() -> None:
    names = [scene.name for scene in SCENES]
    assert len(names) == len(set(names))
    assert {path.stem for path in FOLDER.glob("*.yml")} == set(names)
