"""Every kind is complete: its words in every language, its reasons, its causes."""

from __future__ import annotations

import pytest

from portal_app.ingest.events import HANDLED_EVENTS
from portal_app.notifications.mails import KINDS
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.preview import off_because
from portal_app.ui.catalogue import LOCALES, translate

EVERY = list(NOTICES.values())


@pytest.mark.parametrize("kind", EVERY, ids=list(NOTICES))
def test_a_kind_is_complete(kind: NoticeKind) -> None:
    assert kind.key in KINDS, "the outbox can send it"
    assert set(kind.events) <= set(HANDLED_EVENTS), "nothing else is ever worked on"
    assert bool(kind.events) is (kind.after_events is not None)
    assert kind.after_events or kind.when_due
    assert kind.default or not kind.locked
    for text in filter(None, (kind.label, kind.note, kind.locked)):
        for locale in set(LOCALES) - {"en"}:
            assert translate(locale, text) != text


def test_what_stripe_mails_itself_is_off_until_somebody_says_who_does() -> None:
    own = {key for key, kind in NOTICES.items() if kind.stripe_mails}
    assert own >= {
        "receipt",
        "payment_failed",
        "renewal",
        "renewal_short",
        "trial_ending",
        "card_expiring",
    }
    for kind in EVERY:
        assert ("Stripe" in off_because(kind, None).removesuffix("with a Stripe key")) is bool(
            kind.stripe_mails
        )


def test_what_nobody_can_refuse() -> None:
    locked = {key for key, kind in NOTICES.items() if kind.locked}
    assert locked == {
        "cancelled",
        "kept",
        "paused",
        "resumed",
        "resuming",
        "price_change",
        "receipt",
        "renewal",
        "tacit_renewal",
        "trial_ending",
        "yearly_reminder",
    }
    assert not NOTICES["renewal_short"].default
