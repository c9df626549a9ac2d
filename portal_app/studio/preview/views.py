"""What the preview shows: the views of customers' pages, of a membership that nobody holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Company
from portal_app.memberships.views import (
    CancelView,
    MembershipView,
    OrdersView,
    cancel_view,
    membership_view,
)
from portal_app.studio.preview.samples import STATES, sample
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewView:
    """*shown* is one of `samples.STATES`, or `cancel`, `empty`, `error`."""

    shown: str = "active"
    membership: MembershipView = field(default_factory=MembershipView)
    cancel: CancelView = field(default_factory=CancelView)
    orders: OrdersView = field(default_factory=OrdersView)


SHOWN = frozenset({*STATES, "cancel", "empty", "error"})


def preview_view(
    reader: Reader, company: Company, configuration: Configuration, shown: str, now: datetime
) -> PreviewView:
    state = shown if shown in STATES else "active"
    made = sample(company, configuration, state, now)
    return PreviewView(
        shown=shown if shown in SHOWN else "active",
        membership=membership_view(reader, made.details),
        cancel=cancel_view(reader, made.exit),
    )
