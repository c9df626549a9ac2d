"""Making an account elsewhere one of a person's ways to sign in."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.models import Identity, OidcAttempt
from portal_app.identity.notices import AccountNotice, append_notice
from portal_app.identity.oidc import repository
from portal_app.identity.oidc.providers import providers
from portal_app.kit.clock import wall_now


def label_of(provider: str) -> str:
    """As people know the service, also when the operator has taken it out of the settings."""
    known = providers().get(provider)
    return known.label if known else provider.title()


async def add_identity(
    session: AsyncSession, person_id: str, *, provider: str, issuer: str, subject: str, account: str
) -> None:
    """The unit of work fails with IntegrityError when somebody else was faster."""
    session.add(
        Identity(
            person_id=person_id,
            provider=provider,
            issuer=issuer,
            subject=subject,
            account=account,
            created_at=wall_now(),
        )
    )
    await session.flush()
    await append_notice(
        session,
        person_id,
        AccountNotice.METHOD_ADDED,
        {"provider": label_of(provider), "account": account},
    )


async def link_attempt(session: AsyncSession, attempt_id: str, person_id: str) -> None:
    """Whoever came back from there has proved the person's address here; nothing is taken over."""
    attempt = await session.get(OidcAttempt, attempt_id)
    if attempt is None or not attempt.subject:
        return
    if await repository.identity_of(session, attempt.issuer, attempt.subject) is None:
        await add_identity(
            session,
            person_id,
            provider=attempt.provider,
            issuer=attempt.issuer,
            subject=attempt.subject,
            account=attempt.account,
        )
