"""What the preview shows: the views of customers' pages, of a membership that nobody holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Company
from portal_app.memberships.views import (
    CancelView,
    MembershipView,
    OrdersView,
    cancel_view,
    membership_view,
)
from portal_app.studio.preview.papers import MAILS, PDF
from portal_app.studio.preview.samples import STATES, sample
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewView:
    """*shown* is one of `samples.STATES`, `cancel`, `empty`, `error`, or one of PAPERS.

    *paper* is what a frame of ours asks for then, empty for pages; *unsent* that it is a mail which
    the policies leave out.
    """

    shown: str = "active"
    paper: str = ""
    is_mail: bool = False
    unsent: bool = False
    membership: MembershipView = field(default_factory=MembershipView)
    cancel: CancelView = field(default_factory=CancelView)
    orders: OrdersView = field(default_factory=OrdersView)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of several; *href* leads to it where no handler does."""

    value: str = ""
    label: str = ""
    href: str = ""


# What is no page → its last segment below the preview's routes.
PAPERS: Final = {f"mail_{kind}": f"{kind}.html" for kind in MAILS} | {"invoice": PDF}
OWN_CSS: Final = "own.css"
LABELS: Final = {
    "active": "Active",
    "trial": "Trial",
    "past_due": "Past due",
    "paused": "Paused",
    "ending": "Ending",
    "ended": "Ended",
    "cancel": "Cancel page",
    "empty": "No memberships",
    "error": "Error",
    "mail_renewal": "Mail: renewal",
    "mail_trial_ending": "Mail: trial ends",
    "mail_payment_failed": "Mail: payment failed",
    "mail_cancelled": "Mail: cancelled",
    "invoice": "Invoice as PDF",
}
LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
DEVICES: Final = {"phone": "Phone", "desktop": "Desktop"}
THEMES: Final = {"light": "Light", "dark": "Dark"}
# Of whoever is signed in there.
SAMPLE_EMAIL: Final = "customer@example.com"


def options(reader: Reader) -> list[Option]:
    """Everything that can be shown, named in the language of whoever looks."""
    return [Option(value=value, label=reader.say(label)) for value, label in LABELS.items()]


def preview_view(
    reader: Reader, company: Company, configuration: Configuration, shown: str, now: datetime
) -> PreviewView:
    state = shown if shown in STATES else "active"
    made = sample(company, configuration, state, now)
    is_mail = shown.startswith("mail_")
    return PreviewView(
        shown=shown if shown in LABELS else "active",
        paper=PAPERS.get(shown, ""),
        is_mail=is_mail,
        unsent=is_mail and not configuration.notices.sends(shown.removeprefix("mail_")),
        membership=membership_view(reader, made.details),
        cancel=cancel_view(reader, made.exit),
        orders=OrdersView(email=SAMPLE_EMAIL),
    )
