"""Whatever a creator types: it is refused, or it is data on every page and in every mail."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal_app.branding import stylesheet
from portal_app.branding.service import links_of
from portal_app.catalog.support_policy import SupportPolicy
from portal_app.studio.brand.form import COLOURS, TYPED, checked, filled_in

FINE = {"wordmark": "Northwind", "accent": "#0f766e", "radius": "soft", "font": "system"}
EVIL = (
    "</style><script>alert(1)</script>",
    "#fff;}*{display:none",
    "url(https://evil.test/x)",
    "javascript:alert(1)",
    "https://evil.test/\r\nSet-Cookie: a=b",
    "help@northwind.test\r\nBcc: all@evil.test",
    "data:text/html,x",
    "\\65 xpression(1)",
    "https://a@evil.test",
)
# Of one declaration of ours: a colour pair, a length, a font stack.
SAFE = re.compile(r"light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\)|\d+px|[A-Za-z0-9 ,\"-]+", re.ASCII)


@settings(max_examples=60, deadline=None)
@given(typed=st.fixed_dictionaries({}, optional={name: st.text() for name in TYPED}))
@example(typed=dict.fromkeys(TYPED, EVIL[0]))
@example(typed={"support_email": EVIL[5], "terms_url": EVIL[4], "wordmark": "x\r\nBcc: y"})
def test_nothing_typed_leaves_its_place(typed: dict[str, str]) -> None:
    form = filled_in(FINE, typed)
    brand, wrong = checked(form)
    if brand is None:
        assert wrong
        return
    for value in stylesheet.inline(brand).values():
        assert SAFE.fullmatch(value), value
    for link in links_of(brand, SupportPolicy()):
        assert re.fullmatch(r"(https://|mailto:)[\x21-\x7e]+", link.href)
        assert not set(link.href) & set("<>\"'`\\ ")
    # A mail's header is one line, and a page shows text.
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029<>]", brand.wordmark)


def test_what_is_known_to_be_evil_is_refused_by_its_field() -> None:
    for name in (*COLOURS, "support_email", "support_url", "terms_url", "radius", "font"):
        for text in EVIL:
            _, wrong = checked(filled_in(FINE, {name: text}))
            assert [one.at for one in wrong] == [name], (name, text)


def test_pictures_and_unknown_fields_are_not_taken_from_the_browser() -> None:
    given = {"logo": "img_" + "0" * 32, "markup": "x", "accent": 7, "wordmark": None}
    assert filled_in(FINE, given) == FINE


def test_short_and_bare_colours_mean_what_people_mean() -> None:
    brand, _ = checked(filled_in(FINE, {"accent": "0F766E", "background": "#fff"}))
    assert brand is not None
    assert (brand.accent, brand.background) == ("#0F766E", "#ffffff")
