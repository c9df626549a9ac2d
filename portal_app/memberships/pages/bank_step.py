"""The bank's page in front of a page of ours: `assets/bank_step.jsx` over the provider's script."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.ui.i18n import t
from portal_app.ui.parts import button, card, empty_state, muted, skeleton_lines
from portal_app.ui.parts.types import Events, Text


class BankStep(rx.NoSSRComponent):
    """A chunk of its own, fetched where it is mounted; brings the bank's page up at once."""

    library = "$/public/bank_step.jsx"
    tag = "BankStep"
    lib_dependencies: list[str] = ["@stripe/stripe-js@10.2.1"]
    publishable_key: rx.Var[str]
    script: rx.Var[str]
    client_secret: rx.Var[str]
    labels: rx.Var[dict[str, str]]
    # Reflex reads the signature from the brackets; its own annotation of them is not generic.
    on_answered: rx.EventHandler[rx.event.no_args_event_spec]  # type: ignore[type-arg, valid-type]


def bank_step(
    *, publishable_key: Text, script: Text, client_secret: Text, on_answered: Events
) -> rx.Component:
    """*script* is where the sandbox's stand-in is, empty for Stripe's own.

    *on_answered* comes when the bank's page is gone, whatever was answered: ask the provider.
    """
    return BankStep.create(
        publishable_key=publishable_key,
        script=script,
        client_secret=client_secret,
        labels={
            "broken": t("Your bank's page could not be loaded. Nothing has been charged."),
            "retry": t("Try again"),
        },
        on_answered=on_answered,
    )


def bank_card(state: Any) -> rx.Component:  # noqa: ANN401 -- of PayState, or of RejoinState
    """What a state of the phase `bank` shows: the bank's page in front of ours."""
    return card(
        rx.el.p(t("Your bank wants to confirm that it is you…"), role="status"),
        muted(t("Nothing is charged before you have confirmed it.")),
        bank_step(
            publishable_key=state.publishable_key,
            script=state.script,
            client_secret=state.client_secret,
            on_answered=state.answered,
        ),
    )


def checking() -> rx.Component:
    return card(
        rx.el.p(t("We are checking with the payment provider…"), role="status"),
        skeleton_lines(2),
    )


def unconfirmed(again: Events) -> rx.Component:
    """Nobody knows yet what became of it; *again* asks once more."""
    return rx.el.div(
        empty_state(
            t("We are finding out what became of your payment"),
            t(
                "The payment provider didn't answer in time. You don't have to pay again: we look"
                " at what it did and show it here."
            ),
            action=button(t("Check again"), on_click=again, variant="primary"),
        ),
        role="alert",
    )
