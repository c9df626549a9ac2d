"""Companies (creators), what they sell, and how their portal behaves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlmodel import CheckConstraint, Field, Index, SQLModel, UniqueConstraint

from portal_app.kit.columns import (
    UtcDateTime,
    currency,
    json_column,
    json_type,
    minor_units,
    reference,
    str_enum,
    utc,
)
from portal_app.kit.ids import new_id
from portal_app.kit.money import Money


class CreatorRole(StrEnum):
    OWNER = "owner"
    STAFF = "staff"


class Interval(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Company(SQLModel, table=True):
    """A creator or business whose memberships are managed here. `biz_…`."""

    __tablename__ = "companies"

    id: str = Field(default_factory=lambda: new_id("biz"), primary_key=True)
    title: str
    route: str = Field(unique=True)
    logo_url: str | None = None
    is_default: bool = False
    created_at: datetime = Field(sa_column=utc())


class Creator(SQLModel, table=True):
    """A person who may act for a company in the studio, or the place kept for one.

    An operator names an address. Nobody has proved it until its owner signs in, so the row waits
    with `email_key` and no person, and gives no right to anybody until then.
    """

    __tablename__ = "creators"
    __table_args__ = (
        UniqueConstraint("company_id", "person_id"),
        UniqueConstraint("company_id", "email_key"),
        CheckConstraint("(person_id IS NULL) <> (email_key IS NULL)", name="person_or_email"),
    )

    id: str = Field(default_factory=lambda: new_id("crea"), primary_key=True)
    company_id: str = Field(sa_column=reference("companies.id"))
    person_id: str | None = Field(default=None, sa_column=reference("people.id", nullable=True))
    email_key: str | None = Field(default=None, index=True)
    role: CreatorRole = Field(sa_column=str_enum(CreatorRole))
    created_at: datetime = Field(sa_column=utc())


class Product(SQLModel, table=True):
    """A Stripe product; its metadata `portal_company` names the company, else it is the default."""

    __tablename__ = "products"
    __table_args__ = (Index("ix_products_company_newest", "company_id", "created_at", "id"),)

    id: str = Field(default_factory=lambda: new_id("prod"), primary_key=True)
    company_id: str = Field(sa_column=reference("companies.id", index=False))
    stripe_product_id: str = Field(unique=True)
    title: str
    description: str = ""
    active: bool = True
    details: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    created_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())


class Plan(SQLModel, table=True):
    """A Stripe price; *interval* is empty for a one-time price. `plan_…`."""

    __tablename__ = "plans"
    __table_args__ = (Index("ix_plans_product_newest", "product_id", "created_at", "id"),)

    id: str = Field(default_factory=lambda: new_id("plan"), primary_key=True)
    product_id: str = Field(sa_column=reference("products.id", index=False))
    stripe_price_id: str = Field(unique=True)
    title: str = ""
    amount_minor: int = Field(sa_column=minor_units())
    currency: str = Field(sa_column=currency())
    interval: Interval | None = Field(default=None, sa_column=str_enum(Interval, nullable=True))
    interval_count: int = 1
    active: bool = True
    created_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())

    @property
    def price(self) -> Money:
        return Money(self.amount_minor, self.currency)


class PublishedVersion(SQLModel):
    """What a company published at a time (`versions.py`): the columns of every such table.

    Append-only: going back publishes an old body again, and *restores* says which.
    """

    company_id: str = Field(foreign_key="companies.id", index=True, max_length=64)
    version: int
    body: dict[str, Any] = Field(default_factory=dict, sa_type=cast("Any", json_type()))
    author_id: str = ""
    restores: int | None = None
    created_at: datetime = Field(sa_type=cast("Any", UtcDateTime()))


class PortalConfiguration(PublishedVersion, table=True):
    """A version of a company's policies; `configuration.py` holds the defaults."""

    __tablename__ = "portal_configurations"
    __table_args__ = (UniqueConstraint("company_id", "version"),)

    id: str = Field(default_factory=lambda: new_id("pcfg"), primary_key=True)


class DraftKind(StrEnum):
    BRAND = "brand"
    PORTAL = "portal"


class Draft(SQLModel, table=True):
    """What creators are working on: one for each kind and company, seen by its creators alone."""

    __tablename__ = "drafts"

    company_id: str = Field(sa_column=reference("companies.id", index=False, primary_key=True))
    kind: str = Field(primary_key=True)
    body: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    author_id: str = ""
    saved_at: datetime = Field(sa_column=utc())
