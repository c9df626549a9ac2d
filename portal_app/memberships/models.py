"""Memberships, who held them when, which Stripe subscription feeds them, and what happened."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Computed, String, UniqueConstraint
from sqlmodel import Field, Index, SQLModel, text

from portal_app.identity.actor import ActorKind
from portal_app.kit.columns import (
    currency,
    json_column,
    minor_units,
    reference,
    str_enum,
    utc,
)
from portal_app.kit.ids import new_id, new_reference
from portal_app.memberships.buckets import BUCKET_SQL


class MembershipSource(StrEnum):
    """Where Stripe keeps the truth about a membership (design.md §4, From Stripe)."""

    SUBSCRIPTION = "subscription"
    CHECKOUT = "checkout"
    INVOICE = "invoice"


class Membership(SQLModel, table=True):
    """The stored Stripe facts of a membership; status and access are derived in `rules.py`.

    *price_minor* × *quantity* in *currency* is what the first licensed recurring item costs a
    period; for a one-time membership it is what was paid. *customer_id* is who is billed for it,
    and of what was bought once who paid, whoever holds it since: whose it is says `Member`, and
    only its own customer may be shown to anybody by it (`repository.owned_by`).
    *billing_anchor_at* is what every renewal date is computed from.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        # Generated, and no attribute: an instance would have to be read again after each change.
        Column("bucket", String(20), Computed(BUCKET_SQL, persisted=True)),
        Index("ix_memberships_company_newest", "company_id", "created_at", "id"),
        Index("ix_memberships_company_bucket", "company_id", "bucket", "created_at", "id"),
        Index("ix_memberships_product_newest", "product_id", "created_at", "id"),
        Index("ix_memberships_product_bucket", "product_id", "bucket", "created_at", "id"),
        Index("ix_memberships_plan_newest", "plan_id", "created_at", "id"),
        Index("ix_memberships_plan_bucket", "plan_id", "bucket", "created_at", "id"),
    )
    __mapper_args__ = {"exclude_properties": ["bucket"]}

    id: str = Field(default_factory=lambda: new_id("mem"), primary_key=True)
    company_id: str = Field(sa_column=reference("companies.id", index=False))
    product_id: str = Field(sa_column=reference("products.id", index=False))
    plan_id: str = Field(sa_column=reference("plans.id", index=False))
    customer_id: str = Field(sa_column=reference("customers.id"))
    source: MembershipSource = Field(sa_column=str_enum(MembershipSource))
    stripe_checkout_session_id: str | None = Field(default=None, unique=True)
    stripe_invoice_id: str | None = Field(default=None, unique=True)
    stripe_payment_intent_id: str | None = Field(default=None, index=True)
    stripe_status: str = ""
    collection_method: str = "charge_automatically"
    # Stripe's flexible billing mode: only that lets a subscription itself pause.
    flexible_billing: bool = False
    quantity: int = 1
    # Stripe metadata `license_key`; developers may name the membership by it in the API.
    license_key: str | None = Field(default=None, index=True)
    price_minor: int = Field(sa_column=minor_units())
    currency: str = Field(sa_column=currency())
    # Items beside the plan: [{"description", "quantity", "amount_minor"}].
    extra_items: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())
    stripe_default_payment_method_id: str | None = None
    stripe_default_source_id: str | None = None
    latest_stripe_invoice_id: str | None = None
    started_at: datetime = Field(sa_column=utc())
    billing_anchor_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    current_period_start: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    current_period_end: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    trial_end_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    cancel_at_period_end: bool = False
    cancel_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    canceled_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    paused_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    # When Stripe will pause it by itself (a schedule's `pause_schedules`).
    pauses_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    # Stripe's pause_collection.behavior; empty when collection is not paused.
    pause_behavior: str = ""
    resumes_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    cancel_feedback: str = ""
    cancel_comment: str = ""
    # A change Stripe will make by itself: {"plan_id"?, "takes_effect_at", …}; empty when none.
    scheduled_change: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    details: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    created_at: datetime = Field(sa_column=utc())
    updated_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())

    @property
    def changes_at(self) -> datetime | None:
        """When the scheduled change takes effect; None without one, or where it waits for money."""
        at = self.scheduled_change.get("takes_effect_at")
        return datetime.fromisoformat(at) if at else None


class Member(SQLModel, table=True):
    """A holding (`mber_…`): one membership in one person's hands, from, until.

    While the customer is unclaimed there is no person yet; claiming fills *person_id* in and keeps
    the id. At most one holding of a membership is open.
    """

    __tablename__ = "members"
    __table_args__ = (
        Index(
            "uq_members_one_open",
            "membership_id",
            unique=True,
            sqlite_where=text("until_at IS NULL"),
            postgresql_where=text("until_at IS NULL"),
        ),
        Index(
            "ix_members_closed",
            "membership_id",
            sqlite_where=text("until_at IS NOT NULL"),
            postgresql_where=text("until_at IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=lambda: new_id("mber"), primary_key=True)
    membership_id: str = Field(sa_column=reference("memberships.id"))
    person_id: str | None = Field(default=None, sa_column=reference("people.id", nullable=True))
    customer_id: str = Field(sa_column=reference("customers.id"))
    from_at: datetime = Field(sa_column=utc())
    until_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class MembershipSubscription(SQLModel, table=True):
    """Which subscription stood behind a membership, from, until; only the open row counts."""

    __tablename__ = "membership_subscriptions"

    id: str = Field(default_factory=lambda: new_id("msub"), primary_key=True)
    membership_id: str = Field(sa_column=reference("memberships.id"))
    stripe_subscription_id: str = Field(unique=True)
    from_at: datetime = Field(sa_column=utc())
    until_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class MembershipEvent(SQLModel, table=True):
    """One line of a membership's history: append-only, ids instead of names.

    A trigger in the database refuses UPDATE and DELETE.
    """

    __tablename__ = "membership_events"
    __table_args__ = (Index("ix_membership_events_newest", "membership_id", "happened_at", "id"),)

    id: str = Field(default_factory=lambda: new_id("mevt"), primary_key=True)
    membership_id: str = Field(sa_column=reference("memberships.id", index=False))
    kind: str
    actor_kind: ActorKind = Field(sa_column=str_enum(ActorKind))
    actor_id: str = ""
    before: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    after: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    happened_at: datetime = Field(sa_column=utc())
    recorded_at: datetime = Field(sa_column=utc())


class CardNotice(SQLModel, table=True):
    """A card that will have expired when it is to be charged next. `cnot_…`; business times.

    One for each card, expiry and charge that it would miss, and at most one open. It is resolved
    when the card no longer misses a charge, and opened again when it does after all. *quiet* ones
    stood already when somebody first looked after an import: nobody is told of those by mail.
    """

    __tablename__ = "card_notices"
    __table_args__ = (
        UniqueConstraint("payment_method_id", "exp_year", "exp_month", "charge_at"),
        Index(
            "uq_card_notices_one_open",
            "payment_method_id",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=lambda: new_id("cnot"), primary_key=True)
    payment_method_id: str = Field(sa_column=reference("payment_methods.id", index=False))
    membership_id: str = Field(sa_column=reference("memberships.id", index=False))
    exp_year: int
    exp_month: int
    charge_at: datetime = Field(sa_column=utc())
    quiet: bool
    raised_at: datetime = Field(sa_column=utc())
    resolved_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class Cancellation(SQLModel, table=True):
    """A membership that somebody cancelled. `cncl_…`; business times, but for *confirmed_at*.

    *asked_at* is when they did, *ends_at* what they were told that it ends, and after Stripe has
    confirmed it, what Stripe says. *undone_at* is when it was taken back. *reference* is what they
    can name to support. *source* is where it came from: `page`, `api`, `statutory`. *reason* is one
    of `exits.Reason` or empty, *option_id* and *option_label* the company's own one as it was then.
    Whether it could be done after all, its intent says. *stripe_subscription_id* is what it ends: a
    membership that was joined again has another.
    """

    __tablename__ = "cancellations"
    __table_args__ = (Index("ix_cancellations_newest", "membership_id", "asked_at", "id"),)

    id: str = Field(default_factory=lambda: new_id("cncl"), primary_key=True)
    membership_id: str = Field(sa_column=reference("memberships.id", index=False))
    member_id: str = Field(sa_column=reference("members.id"))
    intent_id: str = Field(unique=True)
    stripe_subscription_id: str | None = None
    reference: str = Field(default_factory=new_reference, unique=True)
    source: str
    reason: str = ""
    option_id: str = ""
    option_label: str = ""
    comment: str = ""
    asked_at: datetime = Field(sa_column=utc())
    ends_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    confirmed_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    undone_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class Pause(SQLModel, table=True):
    """A pause that somebody asked for. `paus_…`; business times, but for *confirmed_at*.

    *asked_at* is when they did, *starts_at* from when they were told that nothing is charged, and
    *resumes_at* when they are charged again. *undone_at* is when it was taken back before it began.
    *kind* is a `pauses.PauseKind`, *source* where it came from: `page`, `api`. Whether it could be
    done after all, its intent says; how things stand, the membership.
    """

    __tablename__ = "pauses"
    __table_args__ = (Index("ix_pauses_newest", "membership_id", "asked_at", "id"),)

    id: str = Field(default_factory=lambda: new_id("paus"), primary_key=True)
    membership_id: str = Field(sa_column=reference("memberships.id", index=False))
    member_id: str = Field(sa_column=reference("members.id"))
    intent_id: str = Field(unique=True)
    source: str
    kind: str
    asked_at: datetime = Field(sa_column=utc())
    starts_at: datetime = Field(sa_column=utc())
    resumes_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    confirmed_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    undone_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class RetentionOffer(SQLModel, table=True):
    """What somebody chose instead of cancelling. `roff_…`; business times.

    *kind* is one of `offers.OfferKind`, *terms* what was promised. It is won back once it was done
    (*taken_at*): a pause or a plan is chosen on a page of its own, and may be thought over.
    """

    __tablename__ = "retention_offers"
    __table_args__ = (Index("ix_retention_offers_newest", "membership_id", "chosen_at", "id"),)

    id: str = Field(default_factory=lambda: new_id("roff"), primary_key=True)
    membership_id: str = Field(sa_column=reference("memberships.id", index=False))
    member_id: str = Field(sa_column=reference("members.id"))
    kind: str
    # Of a discount: {"coupon", "percent_off", "months"}, as `catalog.retention` reads it.
    terms: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    reason: str = ""
    option_id: str = ""
    option_label: str = ""
    comment: str = ""
    chosen_at: datetime = Field(sa_column=utc())
    taken_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
