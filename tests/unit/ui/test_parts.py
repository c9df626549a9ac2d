"""What the parts become: names for readers, busy buttons, links and forms that do what they say."""

from __future__ import annotations

import re

import reflex as rx

from portal_app.ui import parts
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.shell import NavLink, Shell, current_shell, use_shell


class Example(rx.State):
    busy: bool = False
    error: str = ""
    title: str = ""


def source(component: rx.Component) -> str:
    return str(component)


def test_busy_button_is_disabled_and_says_so() -> None:
    text = source(parts.button("Pay", busy=Example.busy, disabled=Example.error != ""))
    assert re.search(r"disabled:pyOr\(\S*busy_rx_state_, .*error_rx_state_", text)
    assert '? "true" : "false"' in text
    assert "disabled:true" in source(parts.button("Pay", busy=True))
    assert "disabled:false" in source(parts.button("Pay"))


def test_button_submits_only_when_asked() -> None:
    assert 'type:"button"' in source(parts.button("Keep it"))
    assert 'type:"submit"' in source(parts.button("Send", submit=True))


def test_name_for_readers_carries_the_thing() -> None:
    text = source(parts.link_button("Manage", "/x/", accessible_name="Manage Trading Room"))
    assert '"aria-label":"Manage Trading Room"' in text


def test_document_link_is_followed_by_the_browser() -> None:
    assert "reloadDocument:true" in source(parts.document_link("Receipt", "/receipts/1.pdf"))
    assert "reloadDocument:true" in source(parts.link_button("Start", "/", reload=True))
    assert "reloadDocument" not in source(parts.text_link("Orders", "/orders/"))


def test_native_form_is_posted_by_the_browser() -> None:
    text = source(parts.native_form(action="/auth/logout"))
    assert "onSubmit" not in text
    assert 'method:"post"' in text


def test_field_ties_hint_and_error_to_the_input() -> None:
    text = source(parts.field("Code", "code", hint="Six digits", error=Example.error))
    assert '"aria-describedby":"field-code-hint field-code-error"' in text
    assert 'htmlFor:"field-code"' in text
    assert '"aria-invalid":' in text
    assert "aria-describedby" not in source(parts.field("Email", "email"))


def test_tone_may_come_from_state() -> None:
    assert "badge badge-" in source(parts.badge("x", Example.title))


def test_text_is_looked_up_at_run_time() -> None:
    filled = str(t_fill("Ends {date}", date=Example.title))
    assert filled.startswith("t(")
    assert '"Ends {date}"' in filled
    assert "title_rx_state_" in filled
    data = t("Orders")._get_all_var_data()
    assert data is not None
    assert any(library == "$/public/translate.js" for library, _ in data.imports)


def test_text_with_quotes_stays_one_literal() -> None:
    assert '"We can\'t \\"find\\" it"' in str(t('We can\'t "find" it'))


def test_shell_has_menu_landmark_and_gate() -> None:
    before = current_shell()
    use_shell(Shell(links=(NavLink("Orders", "/orders/"),), account="ada@example.com"))
    try:
        private = source(page_shell("body", title="Orders"))
        public = source(page_shell("body", title="Sign in", signed_in=False))
    finally:
        use_shell(before)
    assert 'popoverTarget:"profile-menu"' in private.replace('"popoverTarget"', "popoverTarget")
    assert '"/auth/logout"' in private
    assert "is_hydrated" in private
    assert "profile-menu" not in public
    assert "is_hydrated" not in public
    for page in (private, public):
        assert 'id:"main"' in page
        assert '"#main"' in page
