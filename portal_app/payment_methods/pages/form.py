"""The provider's form in a page of ours: `assets/payment_form.jsx` over @stripe/react-stripe-js."""

from __future__ import annotations

import reflex as rx

from portal_app.payment_methods.views import DECLINES
from portal_app.ui.i18n import LocaleState, t
from portal_app.ui.parts.types import Child, Events, Text


def _setup_id(setup_id: rx.Var[str]) -> tuple[rx.Var[str]]:
    return (setup_id,)


class PaymentForm(rx.NoSSRComponent):
    """A chunk of its own, fetched where it is mounted. What is typed never reaches the state."""

    library = "$/public/payment_form.jsx"
    tag = "PaymentForm"
    lib_dependencies: list[str] = [
        "@stripe/react-stripe-js@7.0.1",
        "@stripe/stripe-js@10.2.1",
    ]
    publishable_key: rx.Var[str]
    script: rx.Var[str]
    client_secret: rx.Var[str]
    return_url: rx.Var[str]
    back: rx.Var[str]
    locale: rx.Var[str]
    labels: rx.Var[dict[str, str]]
    declines: rx.Var[dict[str, dict[str, str]]]
    # Reflex reads the signature from the brackets; its own annotation of them is not generic.
    on_succeeded: rx.EventHandler[_setup_id]  # type: ignore[type-arg, valid-type]


def payment_form(
    *terms: Child,
    publishable_key: Text,
    script: Text,
    client_secret: Text,
    return_url: Text,
    back: Text,
    sentences: dict[str, str] | rx.Var,
    on_succeeded: Events,
) -> rx.Component:
    """*terms* stand between the fields and the button.

    *script* is where the sandbox's stand-in is, empty for Stripe's own. *sentences* are those of
    `decline_sentences`, for what a bank says to the browser. *on_succeeded* gets the setup's id,
    which is a claim: ask the provider.
    """
    return PaymentForm.create(
        *terms,
        publishable_key=publishable_key,
        script=script,
        client_secret=client_secret,
        return_url=return_url,
        back=back,
        locale=LocaleState.lang,
        labels={
            "submit": t("Add payment method"),
            "cancel": t("Cancel"),
            "loading": t("Loading…"),
            "broken": t("The payment form could not be loaded. Check your connection."),
            "lost": t("That didn't work. Please try again."),
            "retry": t("Try again"),
        },
        declines={
            "kinds": {code: str(one) for code, one in DECLINES.items()},
            "sentences": sentences,
        },
        on_succeeded=on_succeeded,
    )
