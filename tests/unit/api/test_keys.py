"""What a key may be made with."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.api.keys import ALL_SCOPES, READ_SCOPES, create_key, format_key
from portal_app.api.scopes import check_known
from portal_app.kit.db import Database
from portal_app.kit.errors import InvalidInput
from tests.conftest import NOW
from tests.factories import make_company


async def test_a_key_is_stored_as_digest_and_hint(settings: Any, db: Database) -> None:
    async with db.unit_of_work() as session:
        company = await make_company(session)
        common: dict[str, Any] = {"company_id": company.id, "now": NOW, "scopes": READ_SCOPES}
        first, text = await create_key(session, name="a", **common)
        _, other = await create_key(session, name="a", **common)
    assert text != other
    assert text not in first.model_dump_json()
    assert len(first.digest) == 64
    assert first.hint == f"bpk_test_…{text[-4:]}"


async def test_a_given_secret_makes_the_text_that_is_shown(settings: Any, db: Database) -> None:
    async with db.unit_of_work() as session:
        company = await make_company(session)
        _, text = await create_key(
            session, company_id=company.id, name="", scopes=ALL_SCOPES, now=NOW, secret="demo"
        )
    assert text == format_key("demo")


@pytest.mark.parametrize("scopes", [[], ["member:everything"], ["member:basic:read", ""]])
async def test_meaningless_scopes_are_refused(
    settings: Any, db: Database, scopes: list[str]
) -> None:
    async with db.unit_of_work() as session:
        company = await make_company(session)
        with pytest.raises(InvalidInput):
            await create_key(session, company_id=company.id, name="", scopes=scopes, now=NOW)


def test_scopes_are_kept_once_and_in_order() -> None:
    assert check_known([*reversed(ALL_SCOPES), ALL_SCOPES[0]]) == list(ALL_SCOPES)
    assert set(READ_SCOPES) < set(ALL_SCOPES)
    assert all(scope.endswith(":read") for scope in READ_SCOPES)
    assert not [s for s in set(ALL_SCOPES) - set(READ_SCOPES) if s.endswith(":read")]
