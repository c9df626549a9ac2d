"""The buckets that lists are filtered by, worked out by the database from Stripe's facts.

Every membership is in exactly one. The column is generated from the same row, so it can't disagree
with it, and an index on it keeps every filtered list as fast as the unfiltered one. What a
*status* means towards people is decided in `rules.py` alone; a test holds the two together.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Bucket(StrEnum):
    """`…_PAUSED` is the same with charging paused; CANCELING has an arranged end ahead."""

    TRIALING = "trialing"
    TRIALING_PAUSED = "trialing_paused"
    ACTIVE = "active"
    ACTIVE_PAUSED = "active_paused"
    PAST_DUE = "past_due"
    CANCELING = "canceling"
    CANCELING_PAUSED = "canceling_paused"
    ONE_TIME = "one_time"
    EXPIRING = "expiring"
    CANCELED = "canceled"
    EXPIRED = "expired"
    UNRESOLVED = "unresolved"
    DRAFTED = "drafted"


_ENDS: Final = (
    "cancel_at IS NOT NULL OR (cancel_at_period_end"
    " AND (current_period_end IS NOT NULL OR trial_end_at IS NOT NULL))"
)
_PAUSED: Final = "pause_behavior <> '' OR stripe_status = 'paused'"
# One-time first, then what is over, then what can be paused, then the rest.
BUCKET_SQL: Final = (
    "CASE WHEN source <> 'subscription' THEN CASE"
    " WHEN ended_at IS NOT NULL AND canceled_at IS NOT NULL THEN 'canceled'"
    " WHEN ended_at IS NOT NULL THEN 'expired'"
    f" WHEN {_ENDS} THEN 'expiring' ELSE 'one_time' END"
    " WHEN stripe_status = 'canceled' THEN 'canceled'"
    " WHEN stripe_status = 'incomplete_expired' THEN 'expired'"
    " WHEN stripe_status IN ('active', 'trialing', 'paused') THEN CASE"
    f" WHEN ({_ENDS}) AND ({_PAUSED}) THEN 'canceling_paused'"
    f" WHEN {_ENDS} THEN 'canceling'"
    f" WHEN stripe_status = 'trialing' AND ({_PAUSED}) THEN 'trialing_paused'"
    f" WHEN {_PAUSED} THEN 'active_paused'"
    " WHEN stripe_status = 'trialing' THEN 'trialing' ELSE 'active' END"
    f" WHEN {_ENDS} THEN 'canceling'"
    " WHEN stripe_status = 'past_due' THEN 'past_due'"
    " WHEN stripe_status = 'incomplete' THEN 'drafted' ELSE 'unresolved' END"
)
