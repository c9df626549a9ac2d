"""What a recipient would take on, as the provider has it when the offer is made."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Plan
from portal_app.kit.clock import business_now
from portal_app.kit.ids import new_id
from portal_app.kit.money import Money
from portal_app.memberships.repository import current_subscriptions
from portal_app.provider.writing import PaymentWriter
from portal_app.transfers.errors import CantTransfer
from portal_app.transfers.links import digest_of_link, stop_token_of, token_of
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import LIFETIME, Terms, price_at_provider, refusal_at_provider
from portal_app.transfers.service.subject import Subject


async def subscription_of(session: AsyncSession, subject: Subject) -> str | None:
    """Stripe's id of what stands behind it now; None for what was paid once."""
    found = await current_subscriptions(session, [subject.row.membership.id])
    return found[0] if found else None


async def terms_of(provider: PaymentWriter, subject: Subject, subscription_id: str | None) -> Terms:
    """Asks the provider, who alone knows discounts and taxes. Raises CantTransfer as it says."""
    plan = subject.row.plan
    if subscription_id is None:
        return _terms(plan, subject.subtotal)
    found = await provider.subscription_terms(subscription_id)
    if refused := refusal_at_provider(found, business_now()):
        raise CantTransfer(refused)
    return replace(
        _terms(plan, price_at_provider(found)),
        kept=tuple(one.name for one in found.discounts if one.lasts),
        ended=tuple(one.name for one in found.discounts if not one.lasts),
        plus_tax=found.automatic_tax,
    )


def _terms(plan: Plan, amount: Money) -> Terms:
    return Terms(
        product_id=plan.product_id,
        plan_id=plan.id,
        amount_minor=amount.minor,
        currency=amount.currency,
        interval=plan.interval.value if plan.interval else "",
        interval_count=plan.interval_count,
    )


def new_transfer(subject: Subject, terms: Terms, *, source: str) -> Transfer:
    """An offer from now on, not yet to anybody."""
    identifier, now = new_id("trf"), business_now()
    return Transfer(
        id=identifier,
        membership_id=subject.row.membership.id,
        member_id=subject.row.member.id,
        company_id=subject.row.company.id,
        person_id=subject.row.member.person_id,
        source=source,
        state=TransferState.OFFERED,
        token_digest=digest_of_link(token_of(identifier)),
        stop_digest=digest_of_link(stop_token_of(identifier)),
        terms=terms.stored(),
        asked_at=now,
        offered_at=now,
        expires_at=now + LIFETIME,
    )
