"""What the address of the page that adds a method says that it is added for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from portal_app.payment_methods.views import AddMethodView, add_href

# Of a link to an offer (`transfers/links.py`, which stands above this domain).
_TOKEN: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """*member* is the holding that it is for; then something is paid, or an offer accepted.

    *transfer* is the token of the offer's link, empty for nothing of ours.
    """

    customer: str = ""
    member: str = ""
    then_pay: bool = False
    transfer: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        token = str(query.get("transfer", ""))
        return cls(
            customer=str(query.get("customer", "")),
            member=str(query.get("member", "")),
            then_pay=query.get("then") == "pay",
            transfer=token if _TOKEN.fullmatch(token) else "",
        )

    @property
    def moves(self) -> bool:
        """Whether what is charged already moves to the method: not for who came to do one thing."""
        return not (self.then_pay or self.transfer)

    @property
    def back(self) -> str:
        """Where it leads without having added anything."""
        if self.transfer:
            return f"/transfer/{self.transfer}/"
        return self.page_of(self.member) if self.member else AddMethodView().back

    def page_of(self, member_id: str) -> str:
        page = f"/billing/manage/{member_id}/"
        return f"{page}pay/" if self.then_pay else page

    def after(self, method_id: str, *, found: bool) -> str:
        """To what it was added for, where that is *found*; else to the list, which offers more."""
        if self.transfer:
            return self.back
        if not found:
            return f"{AddMethodView().back}?added={method_id}"
        page = self.page_of(self.member)
        return f"{page}?method={method_id}" if self.then_pay else page

    def here(self, customer_id: str) -> str:
        return add_href(customer_id, self.member, then_pay=self.then_pay, transfer=self.transfer)
