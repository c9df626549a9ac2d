"""Published looks of companies, and the pictures in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from portal_app.catalog.models import PublishedVersion
from portal_app.kit.columns import json_column, reference, utc
from portal_app.kit.ids import new_id


class BrandVersion(PublishedVersion, table=True):
    """A version of a company's look; an empty *body* is the look it came with."""

    __tablename__ = "brand_versions"
    __table_args__ = (UniqueConstraint("company_id", "version"),)

    id: str = Field(default_factory=lambda: new_id("brnd"), primary_key=True)


class BrandImage(SQLModel, table=True):
    """A picture that we drew anew from what was uploaded: a PNG, named by its digest."""

    __tablename__ = "brand_images"
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    id: str = Field(default_factory=lambda: new_id("bimg"), primary_key=True)
    company_id: str = Field(sa_column=reference("companies.id"))
    name: str = Field(index=True)
    content: bytes
    width: int
    height: int
    created_at: datetime = Field(sa_column=utc())


class BrandPreview(SQLModel, table=True):
    """A link that shows a look before it is published; *body* is the draft as it was then.

    The link's token follows from the id and our key; of the token only a digest is kept.
    """

    __tablename__ = "brand_previews"

    id: str = Field(default_factory=lambda: new_id("bprv"), primary_key=True)
    company_id: str = Field(sa_column=reference("companies.id"))
    digest: str = Field(unique=True)
    body: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    author_id: str = ""
    created_at: datetime = Field(sa_column=utc())
    expires_at: datetime = Field(sa_column=utc())
