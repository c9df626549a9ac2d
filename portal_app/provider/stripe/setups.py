"""Setup intents, hosted pages, tax ids: what verbs answer beside the rest."""

from __future__ import annotations

from portal_app.provider.answers import (
    HostedPage,
    PageSetup,
    SetupFacts,
)
from portal_app.provider.marked import OPENED_FOR
from portal_app.provider.stripe.fields import Fields


def setup_facts(obj: object) -> SetupFacts:
    """Of a failed try Stripe keeps the method in the error, not on the intent."""
    intent = Fields(obj, "setup_intent")
    error = intent.part_or_none("last_setup_error")
    failure = (error.text_or_empty("decline_code") or error.text_or_empty("code")) if error else ""
    return SetupFacts(
        id=intent.text("id"),
        customer_id=intent.ref_or_none("customer"),
        method_id=intent.ref_or_none("payment_method"),
        status=intent.text("status"),
        client_secret=intent.text("client_secret"),
        failure_code=failure,
        opened_for=intent.metadata().get(OPENED_FOR, ""),
        action_url=_action_url(intent),
    )


def _action_url(intent: Fields) -> str:
    action = intent.part_or_none("next_action")
    redirect = action.part_or_none("redirect_to_url") if action else None
    return redirect.text_or_empty("url") if redirect else ""


def hosted_page(obj: object) -> HostedPage:
    session = Fields(obj, "checkout_session")
    return HostedPage(id=session.text("id"), url=session.text("url"))


def page_setup(obj: object) -> PageSetup:
    """Of a session with its intent expanded."""
    session = Fields(obj, "checkout_session")
    done = session.text("status") == "complete"
    intent = session.raw("setup_intent")
    return PageSetup(
        customer_id=session.ref_or_none("customer"),
        setup=setup_facts(intent) if done and intent is not None else None,
    )
