"""A transfer that is done, as each of its two sides may have it confirmed: its own part only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Company, Plan, Product
from portal_app.catalog.policies import policy_of
from portal_app.catalog.support_policy import SupportPolicy
from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.memberships.models import Member
from portal_app.transfers import repository
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import Terms, masked
from portal_app.transfers.service.telling import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedTransfer:
    """*own* is the address of whose part it is, *other* the other side's, masked.

    Product and plan are those that were transferred, whatever became of them since; *support* is
    the policy for the product.
    """

    transfer: Transfer
    side: Side
    terms: Terms
    product: Product
    plan: Plan
    company: Company
    holding: Member
    customer: Customer
    own: str
    other: str
    support: SupportPolicy


async def read_transfer(
    session: AsyncSession, transfer_id: str, actor: Actor
) -> ConfirmedTransfer | None:
    """The actor's part of a transfer that is done; None for everybody else's as for none."""
    transfer = await session.get(Transfer, transfer_id)
    if transfer is None or transfer.state is not TransferState.COMPLETED:
        return None
    given = await session.get_one(Member, transfer.member_id)
    taken = await session.get_one(Member, str(transfer.to_member_id))
    addresses = {
        Side.SENDER: await _address(session, given),
        Side.RECIPIENT: transfer.recipient_address or await _address(session, taken),
    }
    if actor.person_id == taken.person_id:
        side, holding, other = Side.RECIPIENT, taken, Side.SENDER
    elif actor.person_id == given.person_id:
        side, holding, other = Side.SENDER, given, Side.RECIPIENT
    else:
        return None
    terms = Terms.read(transfer.terms)
    policy = await policy_of(session, transfer.company_id, terms.product_id)
    return ConfirmedTransfer(
        transfer=transfer,
        side=side,
        terms=terms,
        product=await session.get_one(Product, terms.product_id),
        plan=await session.get_one(Plan, terms.plan_id),
        company=await session.get_one(Company, transfer.company_id),
        holding=holding,
        customer=await session.get_one(Customer, holding.customer_id),
        own=addresses[side],
        other=masked(addresses[other]),
        support=policy.support,
    )


async def _address(session: AsyncSession, holding: Member) -> str:
    """Of whoever has or had it; what Stripe knows, of somebody whom nobody has claimed."""
    known = await repository.addresses_of(session, holding.person_id)
    if known:
        return known[0].address
    return (await session.get_one(Customer, holding.customer_id)).email
