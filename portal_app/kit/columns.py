"""Column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Dialect, Enum, ForeignKey, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import DateTime, TypeDecorator
from sqlmodel import SQLModel

# Every models.py imports this module, so the names are settled before the first table is.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; refuses naive values, returns aware ones on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was about to be stored")
        utc = value.astimezone(UTC)
        # SQLite keeps no zone; a plain UTC text sorts and compares as it should.
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc(*, nullable: bool = False, index: bool = False) -> Column[Any]:
    return Column(UtcDateTime(), nullable=nullable, index=index)


def minor_units(*, nullable: bool = False) -> Column[Any]:
    """An amount in ISO 4217 minor units (see `kit.money`)."""
    return Column(BigInteger(), nullable=nullable)


def currency(*, nullable: bool = False) -> Column[Any]:
    return Column(String(3), nullable=nullable)


def json_type() -> JSON:
    """JSON on SQLite, JSONB on PostgreSQL."""
    return JSON().with_variant(JSONB(), "postgresql")


def json_column() -> Column[Any]:
    """A JSON document, never NULL."""
    return Column(json_type(), nullable=False)


def str_enum(kind: type[StrEnum], *, nullable: bool = False) -> Column[Any]:
    """The enum's *values* as text with a check constraint; no native type to migrate later."""
    return Column(
        Enum(
            kind,
            native_enum=False,
            create_constraint=True,
            values_callable=lambda members: [member.value for member in members],
            length=40,
            name=kind.__name__.lower(),
        ),
        nullable=nullable,
    )


def reference(
    target: str, *, nullable: bool = False, index: bool = True, primary_key: bool = False
) -> Column[Any]:
    """A foreign key to *target* (`people.id`), indexed, as every one of ours is joined on."""
    return Column(
        String(64), ForeignKey(target), nullable=nullable, index=index, primary_key=primary_key
    )
