"""Pure decisions about a membership, from Stripe's facts.

Nothing here is stored (design.md §4): a status that is derived can't disagree with its facts.
"""

from portal_app.memberships.rules.calendar import (
    Charge,
    Cycle,
    charges_until,
    first_charge_at,
    is_final,
    nth_period_end,
    previewed_at,
)
from portal_app.memberships.rules.standing import (
    NEEDS_ATTENTION,
    OVER,
    RENEWING,
    TELL_AHEAD,
    MembershipStatus,
    StripeFacts,
    access_while_past_due_until,
    ends_at,
    grants_access,
    is_canceling,
    is_current,
    is_paused,
    is_resting,
    may_be_told_of,
    most_recent_action,
    pauses_from,
    pauses_within_period,
    renewal_date,
    status_of,
)

__all__ = [
    "NEEDS_ATTENTION",
    "OVER",
    "RENEWING",
    "TELL_AHEAD",
    "Charge",
    "Cycle",
    "MembershipStatus",
    "StripeFacts",
    "access_while_past_due_until",
    "charges_until",
    "ends_at",
    "first_charge_at",
    "grants_access",
    "is_canceling",
    "is_current",
    "is_final",
    "is_paused",
    "is_resting",
    "may_be_told_of",
    "most_recent_action",
    "nth_period_end",
    "pauses_from",
    "pauses_within_period",
    "previewed_at",
    "renewal_date",
    "status_of",
]
