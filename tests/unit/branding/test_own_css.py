"""A creator's stylesheet can dress, and neither load, hide, move, blind nor leave its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal_app.branding import stylesheet
from portal_app.branding.brand import Brand
from portal_app.branding.contrast_gate import pairs_of
from portal_app.branding.own_classes import CLASSES
from portal_app.branding.own_css import LONGEST, own_css
from portal_app.branding.own_values import GROUNDS, INKS, PROPERTIES
from portal_app.branding.repository import own_text
from portal_app.branding.theme_file import NoTheme, check_css
from portal_app.studio.brand.form import form_of
from portal_app.studio.brand.views import Typed, brand_studio_view
from portal_app.ui.reader import Reader

PORTAL_CSS = (Path(__file__).parents[3] / "assets" / "portal.css").read_text("utf-8")
# All that can ever come out: rules of documented classes with values in our own writing.
SELECTOR = r"(\.[a-z-]+(:[a-z-]+)?)+"
COMPOUND = rf"{SELECTOR}( {SELECTOR}){{0,2}}"
VALUE = r"(var\(--[a-z0-9-]+\)|#[0-9a-f]{3,6}|[a-z-]+|-?[0-9.]+(px|em)?)"
DECLARATION = rf"[a-z-]+:{VALUE}( {VALUE}){{0,3}}"
RULE = rf"{COMPOUND}(,{COMPOUND})*\{{{DECLARATION}(;{DECLARATION})*\}}"
CLOSED = re.compile(rf"({RULE})*")


def said(text: str) -> str:
    return own_css(text).css()


def test_what_may_be_said_is_written_anew() -> None:
    text = """/* ours */ .card { border-radius: 4px 8px; BACKGROUND-COLOR: var(--sunken) }
    .card .card-title:hover, .lead { font-size: 20px; letter-spacing: 0; font-weight: 700 }"""
    assert said(text) == (
        ".card{border-radius:4px 8px;background-color:var(--sunken)}"
        ".card .card-title:hover,.lead{font-size:20px;letter-spacing:0;font-weight:700}"
    )
    assert own_css(text).refused == ()
    assert own_css(".card{gap:4px}").css(".preview-look") == ".preview-look .card{gap:4px}"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("@import url(https://evil.test/x.css);", 1, "@import"),
        ("@font-face { font-family: x; src: url(x) }", 1, "@font-face"),
        ("@media all { .card { gap: 4px } }", 1, "@media"),
        (".card {\n background: url(//evil.test) }", 2, "background"),
        (".card { border-color: image-set('x' 1x) }", 1, "border-color"),
        (".card { display: none }", 1, "display"),
        (".card { visibility: hidden }", 1, "visibility"),
        (".card { opacity: 0 }", 1, "opacity"),
        (".card { position: fixed }", 1, "position"),
        (".card { transform: scale(0) }", 1, "transform"),
        (".card { z-index: 9 }", 1, "z-index"),
        (".card { margin: -999px }", 1, "margin"),
        (".card { content: 'x' }", 1, "content"),
        (".card { --text: #fff }", 1, "--text"),
        (".card { font-size: 0 }", 1, "font-size"),
        (".card { font-size: 1e999px }", 1, "font-size"),
        (".card { padding: -8px }", 1, "padding"),
        (".card { line-height: calc(0) }", 1, "line-height"),
        (".card { color: #fff }", 1, "color"),
        (".card { color: var(--page) }", 1, "color"),
        (".card { color: var(--text, red) }", 1, "color"),
        (".card { background-color: #000 }", 1, "background-color"),
        (".card { gap: 4px !important }", 1, "gap"),
        (".card .button-primary { color: var(--text) }", 1, "color"),
        (".brand { padding: 40px }", 1, "padding"),
        (".card, .header .lead:hover { line-height: 2 }", 1, "line-height"),
        ("\n\n.footer { gap: 4px }", 3, ".footer"),
        (".card > .lead { gap: 4px }", 1, ".card > .lead"),
        (".card::before { gap: 4px }", 1, ".card::before"),
        (".card:not(.lead) { gap: 4px }", 1, ".card:not(.lead)"),
        ("* { gap: 4px }", 1, "*"),
        ("[href] { gap: 4px }", 1, "[href]"),
        ("html .card { gap: 4px }", 1, "html .card"),
        (".card { .lead { gap: 4px } }", 1, ""),
    ],
)
def test_everything_else_is_left_out_and_listed(text: str, line: int, what: str) -> None:
    found = own_css(text)
    assert found.css() == ""
    assert [(one.line, one.what) for one in found.refused] == [(line, what)]
    reason = found.refused[0].reason
    assert Reader("de").say(reason) != reason


def test_what_a_property_takes_is_said_in_german() -> None:
    # It is said from a table, where the test of all translations sees no call.
    german = Reader("de")
    assert [
        one.allowed for one in PROPERTIES.values() if german.say(one.allowed) == one.allowed
    ] == []


TRICKS = st.sampled_from(
    [
        *(
            "</style><script>",
            "/*",
            "*/",
            "\\",
            "\\0",
            "\\75rl(",
            "url(",
            "@import ",
            "@layer creator{",
        ),
        *("{", "}", ";", ":", ",", "(", ")", "!important", "<!--", "-->", '"', "'", "\n", "\x00"),
        *(
            ".card",
            ".footer",
            "html",
            "*",
            ":hover",
            "::after",
            "color",
            "gap",
            "4px",
            "-9px",
            "#fff",
        ),
        *(
            "var(--text)",
            "var(--page)",
            "expression(",
            "\ufeff",
            "\u2028",
            "é",
            "\U0001f600",
            "1e999px",
        ),
    ]
)


@settings(deadline=None)
@example(".card{gap:4px}}</style>")
@example("(" * LONGEST)
@example(".card{gap:" + "f(" * (LONGEST // 2 - 10))
@example(".c\\61rd{g\\61p:4px}")
@example(".card{color:var(--text) url(x)}")
@given(st.lists(TRICKS | st.text(max_size=8), max_size=40).map("".join))
def test_whatever_is_typed_only_our_own_writing_comes_out(text: str) -> None:
    css = said(text)
    assert CLOSED.fullmatch(css), css
    classes = set(re.findall(r"\.([a-z][a-z-]+)(?=[ ,:{.])", css))
    assert classes <= set(CLASSES)
    for name in re.findall(r"[{;]([a-z-]+):", css):
        assert name in PROPERTIES
    sheet = stylesheet.render(Brand(wordmark="Any", accent="#0f766e"), text=text)
    assert sheet.count("{") == sheet.count("}")
    assert "<" not in sheet
    assert "url(" not in sheet


def test_every_colour_of_text_was_measured_on_every_ground() -> None:
    measured = {(one.ink, one.ground) for one in pairs_of(Brand(wordmark="Any", accent="#1754d8"))}
    assert {(ink, ground) for ink in INKS for ground in GROUNDS} <= measured


def test_every_documented_class_is_one_of_the_portals() -> None:
    for name in CLASSES:
        assert re.search(rf"\.{name}(?![a-z-])", PORTAL_CSS), name


def test_it_costs_what_it_says_and_is_counted_apart() -> None:
    text = ".card{gap:4px}" * (LONGEST // 14)
    bare = stylesheet.render(Brand(wordmark="Any", accent="#0f766e"))
    with_own = stylesheet.render(Brand(wordmark="Any", accent="#0f766e"), text=text * 2)
    assert len(bare.encode()) <= 2048
    assert len(with_own.encode()) - len(bare.encode()) <= LONGEST
    with pytest.raises(ValueError, match="css"):
        Brand(wordmark="Any", accent="#0f766e", css="x" * (LONGEST + 1))


def test_a_theme_file_is_refused_where_the_studio_leaves_out() -> None:
    check_css(Brand(wordmark="Any", accent="#0f766e", css=".card{gap:4px}"))
    with pytest.raises(NoTheme, match="css, line 2: display"):
        check_css(Brand(wordmark="Any", accent="#0f766e", css=".card{\ndisplay:none}"))


def test_a_long_list_of_what_is_left_out_ends_with_how_many_more() -> None:
    brand = Brand(wordmark="Any", accent="#0f766e", css="a{}\n" * 45)
    with pytest.raises(NoTheme, match=r"line 10: a: [^\n]*\ncss: 35 more\.$"):
        check_css(brand)
    shown = brand_studio_view(
        Reader("de"), Typed(form=form_of(brand), brand=brand, wrong=[], revision=1)
    ).left_out
    assert len(shown) == 21
    assert (shown[-1].where, shown[-1].reason) == ("Nicht aufgeführt", "25")
    # What stands on several lines is shown whole, as it was typed.
    (refused,) = own_css(".card,\n  b\r\n c { gap: 4px }").refused
    assert (refused.line, refused.what) == (1, ".card, b c")


def test_a_file_of_the_operators_stands_in_until_the_company_writes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Here:
        data_dir = tmp_path

    monkeypatch.setattr("portal_app.branding.repository.get_settings", Here)
    brand = Brand(wordmark="Any", accent="#0f766e")
    assert own_text("biz_acme", brand) == ""
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme" / "biz_acme.css").write_text(".card{gap:4px}")
    assert own_text("biz_acme", brand) == ".card{gap:4px}"
    assert own_text("biz_other", brand) == ""
    assert (
        own_text("biz_acme", brand.model_copy(update={"css": ".lead{gap:5px}"})) == ".lead{gap:5px}"
    )
