"""A notice as it is written: plain values that the one template turns into text and HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Company, Plan, Product
from portal_app.catalog.support_policy import SupportPolicy
from portal_app.memberships.models import Membership
from portal_app.memberships.service import HeldMembership, NextCharge
from portal_app.notifications.rendering import Letterhead, NothingToSend, letterhead_of
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """*facts* are label and value, *action* is label and address of the one button.

    *see_also* is a further link below it; both may be empty. *payment_id* is what the letter is the
    receipt of: whoever has no account here gets its documents attached.
    """

    subject: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    action: tuple[str, str] = ("", "")
    see_also: tuple[str, str] = ("", "")
    payment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a kind writes from, in the recipient's language, as things stand when it is sent.

    *held* is the membership in the recipient's hands; None when it is somebody else's by now.
    *next_charge* is what it will be charged next, as the provider said, or as an estimate.
    *support* is the policy for its product.
    """

    session: AsyncSession
    reader: Reader
    payload: Mapping[str, Any]
    origin: str
    membership: Membership
    product: Product
    plan: Plan
    company: Company
    held: HeldMembership | None
    next_charge: NextCharge | None = None
    support: SupportPolicy = field(default_factory=SupportPolicy)

    def holding(self) -> HeldMembership:
        """Raises NothingToSend when the recipient no longer holds the membership."""
        if self.held is None:
            raise NothingToSend
        return self.held

    @property
    def manage_url(self) -> str:
        """Where the recipient manages the membership; their orders when it is no longer theirs."""
        if self.held is None:
            return f"{self.origin}/orders/"
        return f"{self.origin}/billing/manage/{self.held.row.member.id}/"

    @property
    def manage(self) -> tuple[str, str]:
        """The usual button."""
        return self.reader.say("Manage membership"), self.manage_url

    @property
    def without_sign_in(self) -> tuple[str, str]:
        """The page for cancelling that a law wants to be found."""
        address = f"{self.origin}/cancel/{self.company.route}/"
        return self.reader.say("Cancel without signing in"), address

    @property
    def next_amount(self) -> str:
        """To the cent where the provider has said it; else the price, and that it is no more."""
        if self.next_charge is None:
            return ""
        amount = self.reader.money(self.next_charge.amount)
        if self.next_charge.preview is not None:
            return amount
        return self.reader.say("{amount} before taxes and discounts", amount=amount)

    @property
    def letterhead(self) -> Letterhead:
        return letterhead_of(self.company.id, " ".join(self.company.title.split()), self.support)

    @property
    def title(self) -> str:
        """The plan tells memberships of one product apart."""
        plan = self.plan.title
        return f"{self.product.title} ({plan})" if plan else self.product.title
