"""Setup intents as rows, with the method that one saved and whom it is for."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, String, bindparam, select, tuple_
from sqlmodel import col

from portal_app.api.hot_read import HotRead
from portal_app.customers.models import Customer
from portal_app.identity.models import Person
from portal_app.kit.columns import UtcDateTime
from portal_app.payment_methods.models import PaymentMethod, SetupIntent


class SetupRow(NamedTuple):
    """The method's columns are null until it is on file."""

    id: str
    company_id: str
    member_id: str
    status: str
    challenged: bool
    action_url: str
    return_url: str
    failure_code: str
    details: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    method_id: str | None
    kind: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    person_id: str | None
    person_name: str | None


_OF_SETUP: Final = SetupRow._fields[:11]
_OF_METHOD: Final = SetupRow._fields[12:17]
_COLUMNS: Final[tuple[Any, ...]] = (
    *(col(getattr(SetupIntent, name)) for name in _OF_SETUP),
    col(PaymentMethod.id).label("method_id"),
    *(col(getattr(PaymentMethod, name)) for name in _OF_METHOD),
    col(Person.id).label("person_id"),
    col(Person.name).label("person_name"),
)


def _setups() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .select_from(SetupIntent)
        .join(Customer, col(Customer.id) == col(SetupIntent.customer_id))
        .outerjoin(Person, col(Person.id) == col(Customer.person_id))
        .outerjoin(
            PaymentMethod,
            col(PaymentMethod.stripe_payment_method_id)
            == col(SetupIntent.stripe_payment_method_id),
        )
    )


_NAMED: Final = col(SetupIntent.id) == bindparam("id", type_=String())
_COMPANY: Final = col(SetupIntent.company_id) == bindparam("company_id", type_=String())
BY_ID: Final = HotRead(_setups().where(_NAMED, _COMPANY), SetupRow)
OWNER: Final = HotRead(select(col(SetupIntent.company_id)).where(_NAMED), str)
RETURN_URL: Final = HotRead(select(col(SetupIntent.return_url)).where(_NAMED), str)


@lru_cache(maxsize=4)
def list_setups(*, descending: bool, by_status: bool) -> HotRead[SetupRow]:
    """A window of a company's setups, all or those of one `status`."""
    order = [col(SetupIntent.created_at), col(SetupIntent.id)]
    statement = _setups().where(
        _COMPANY, tuple_(*order) > _position("oldest"), tuple_(*order) < _position("newest")
    )
    if by_status:
        statement = statement.where(col(SetupIntent.status) == bindparam("status", type_=String()))
    ordered = (column.desc() if descending else column.asc() for column in order)
    return HotRead(statement.order_by(*ordered).limit(bindparam("rows")), SetupRow)


def _position(side: str) -> ColumnElement[Any]:
    at = bindparam(f"{side}_at", type_=UtcDateTime())
    return tuple_(at, bindparam(f"{side}_id", type_=String()))
