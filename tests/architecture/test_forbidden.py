"""Constructs that look harmless and are not; each rule is also shown to find its offender."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest

from tests.architecture import forbidden

# The pages with fields for a card, and the states behind them.
CARD_MODULES = (
    "portal_app/payment_methods/pages/add.py",
    "portal_app/payment_methods/pages/form.py",
    "portal_app/payment_methods/state/adding.py",
    "portal_app/memberships/pages/paying.py",
    "portal_app/memberships/pages/bank_step.py",
    "portal_app/memberships/state/paying.py",
)
Rule = Callable[[ast.Module], Iterator[str]]


def found(
    modules: dict[str, ast.Module], rule: Rule, *, except_in: tuple[str, ...] = ()
) -> list[str]:
    return [
        f"{path}:{finding}"
        for path, tree in modules.items()
        if not path.startswith(except_in or ("\0",))
        for finding in rule(tree)
    ]


def test_forms_and_links_to_documents_come_from_ui(modules: dict[str, ast.Module]) -> None:
    assert found(modules, forbidden.bare_documents, except_in=("portal_app/ui/",)) == []


def test_the_server_sends_no_script(modules: dict[str, ast.Module]) -> None:
    assert found(modules, forbidden.server_sent_script) == []


def test_time_comes_from_a_clock(modules: dict[str, ast.Module]) -> None:
    # The sandbox knows nothing of the portal, hence not its clocks; it signs webhooks at wall time.
    own_clock = ("portal_app/kit/clock.py", "portal_app/sandbox/")
    assert found(modules, forbidden.wall_clock, except_in=own_clock) == []


def test_who_is_signed_in_reads_by_their_own_clock(modules: dict[str, ast.Module]) -> None:
    assert found(modules, forbidden.readers_without_zone) == []


def test_handlers_take_plain_values(modules: dict[str, ast.Module]) -> None:
    assert found(modules, forbidden.handler_arguments) == []


def test_card_pages_are_entered_and_left_by_full_loads(modules: dict[str, ast.Module]) -> None:
    pages = {path: tree for path, tree in modules.items() if "/pages" in path}
    assert "portal_app/payment_methods/pages/add.py" in pages
    assert found(pages, forbidden.card_pages_by_router) == []
    assert found(modules, forbidden.redirects_to_card_pages) == []
    own = {path: modules[path] for path in CARD_MODULES}
    assert found(own, forbidden.left_by_router) == []


@pytest.mark.parametrize(
    ("rule", "offender"),
    [
        (forbidden.card_pages_by_router, "link_button('Add', view.add_href)"),
        (forbidden.card_pages_by_router, "link_button('Add', view.add_href, reload=False)"),
        (forbidden.card_pages_by_router, "text_link('Add', '/payment-methods/add/?customer=x')"),
        (forbidden.card_pages_by_router, "card(href=f'/billing/manage/{one}/pay/')"),
        (forbidden.redirects_to_card_pages, "rx.redirect(add_href(customer))"),
        (forbidden.readers_without_zone, "Reader(current_actor().locale)"),
        (forbidden.left_by_router, "rx.redirect('/orders/')"),
        (forbidden.left_by_router, "link_button('Orders', '/orders/')"),
        (forbidden.bare_documents, "rx.el.form(action='/x')"),
        (forbidden.bare_documents, "rx.el.a('Receipt', href='/receipts/pay_1.pdf')"),
        (forbidden.server_sent_script, "rx.toast('saved')"),
        (forbidden.server_sent_script, "rx.toast.success('saved')"),
        (forbidden.server_sent_script, "rx.call_script('1')"),
        (forbidden.server_sent_script, "rx.download(data='a,b')"),
        (forbidden.wall_clock, "datetime.now(UTC)"),
        (forbidden.wall_clock, "dt.datetime.utcnow()"),
        (forbidden.wall_clock, "date.today()"),
        (forbidden.wall_clock, "time.time()"),
        (forbidden.handler_arguments, "@rx.event\ndef h(self, who: Membership): ..."),
        (forbidden.handler_arguments, "@rx.event(background=True)\nasync def h(self, who): ..."),
        (forbidden.handler_arguments, "@rx.event\ndef h(self, *, who: 'models.Customer'): ..."),
    ],
)
def test_each_rule_finds_its_offender(rule: Rule, offender: str) -> None:
    assert list(rule(ast.parse(offender)))


@pytest.mark.parametrize(
    ("rule", "harmless"),
    [
        (forbidden.card_pages_by_router, "link_button('Add', view.add_href, reload=True)"),
        (forbidden.card_pages_by_router, "document_link('Pay', view.pay_href)"),
        (forbidden.card_pages_by_router, "link_button('Orders', '/orders/')"),
        (forbidden.left_by_router, "link_button('Orders', '/orders/', reload=True)"),
        (forbidden.server_sent_script, "rx.download(url='/receipts/pay_1.pdf')"),
        (forbidden.wall_clock, "clock.business().now()"),
        (forbidden.handler_arguments, "@rx.event\ndef h(self, form: dict[str, str]): ..."),
        (forbidden.handler_arguments, "@rx.event\ndef h(self, code: str | None): ..."),
        (forbidden.handler_arguments, "def service(actor: Actor): ..."),
    ],
)
def test_no_rule_cries_wolf(rule: Rule, harmless: str) -> None:
    assert list(rule(ast.parse(harmless))) == []
