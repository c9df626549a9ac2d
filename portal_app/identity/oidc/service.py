"""Signing in through another service, and making it a way to sign in.

Who somebody is over there is `issuer` and `subject`. An address that the service names never opens
an account that exists: that takes a code to the address, in the browser that came back.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity import repository as people
from portal_app.identity.actor import Actor
from portal_app.identity.codes import keyed
from portal_app.identity.errors import InvalidAddress
from portal_app.identity.limits import admit_request
from portal_app.identity.models import Identity, OidcAttempt, email_key
from portal_app.identity.notices import AccountNotice, append_notice
from portal_app.identity.oidc import repository
from portal_app.identity.oidc.client import Departure, Found
from portal_app.identity.oidc.errors import (
    AttemptOver,
    MethodNotFound,
    NoAddressShared,
    SomebodyElses,
    UnknownProvider,
)
from portal_app.identity.oidc.linking import add_identity, label_of
from portal_app.identity.oidc.providers import Provider, providers
from portal_app.identity.rules import safe_next
from portal_app.identity.service import (
    Claim,
    Proof,
    SignedIn,
    checked_address,
    new_person,
    open_session,
    request_code,
)
from portal_app.identity.stepup import Approval, Purpose, require_step_up
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import database
from portal_app.kit.tokens import same

logger = logging.getLogger(__name__)
LIFETIME: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class MustProve:
    """A code was sent to the address; it signs in and adds the service in one."""

    next_path: str


def provider_named(name: str) -> Provider:
    """Raises UnknownProvider."""
    found = providers().get(name)
    if found is None:
        raise UnknownProvider
    return found


def is_known(name: str) -> bool:
    return name in providers()


def approval_to_add(provider: Provider) -> Approval:
    return Approval(Purpose.ADD_METHOD, {"provider": provider.label, "name": provider.name})


async def remember(
    provider: Provider,
    leaving: Departure,
    *,
    browser_token: str,
    next_path: str,
    locale: str,
    step_up_id: str = "",
    confirms: str = "",
) -> None:
    """Write down who left, so that only this browser comes back, once."""
    now = wall_now()
    async with database().unit_of_work() as session:
        session.add(
            OidcAttempt(
                provider=provider.name,
                state_digest=keyed(leaving.state),
                browser_digest=keyed(browser_token),
                nonce=leaving.nonce,
                code_verifier=leaving.code_verifier,
                step_up_id=step_up_id,
                confirms=confirms,
                next_path=safe_next(next_path),
                locale=locale,
                created_at=now,
                expires_at=now + LIFETIME,
            )
        )


async def take_up(provider: Provider, state: str, browser_token: str) -> OidcAttempt:
    """The attempt of this *state*, which is over with that; raises AttemptOver.

    It must have begun in this browser and with this provider (RFC 9700 §4.4, mix-up).
    """
    now = wall_now()
    async with database().unit_of_work() as session:
        attempt = await repository.attempt_by_state(session, keyed(state))
        if attempt is None or attempt.provider != provider.name or now >= attempt.expires_at:
            raise AttemptOver
        if not same(attempt.browser_digest, keyed(browser_token)):
            raise AttemptOver
        if not await repository.use_once(session, attempt.id, now):
            raise AttemptOver
    return attempt


async def sign_in(
    provider: Provider, attempt: OidcAttempt, found: Found, proof: Proof, *, ip: str, claim: Claim
) -> SignedIn | MustProve:
    """A session for who is known; a new account for an address that nobody has and that counts.

    Else a code goes to the address: known and unknown ones alike, so that nobody learns which
    exist here. Raises NoAddressShared, TooManyRequests.
    """
    async with database().unit_of_work() as session:
        known = await repository.identity_of(session, found.issuer, found.subject)
        if known is not None:
            return await _welcome(session, attempt, known.person_id, proof, wall_now())
    address = _address(found)
    if provider.trust_email and found.vouched:
        made = await _new_account(attempt, found, proof, address=address, claim=claim)
        if made is not None:
            return made
    await admit_request(email_key(address), ip)
    async with database().unit_of_work() as session:
        row = await session.get_one(OidcAttempt, attempt.id)
        row.issuer, row.subject, row.account = found.issuer, found.subject, address
        await request_code(
            session,
            address=address,
            browser_token=proof.browser_token,
            next_path=attempt.next_path,
            locale=attempt.locale,
            attempt_id=attempt.id,
        )
    return MustProve(attempt.next_path)


async def add_to_account(actor: Actor, provider: Provider, found: Found) -> None:
    """Another way to sign in, approved just before; raises StepUpRequired, SomebodyElses."""
    async with database().unit_of_work() as session:
        await require_step_up(session, actor, approval_to_add(provider))
        known = await repository.identity_of(session, found.issuer, found.subject)
        if known is not None and known.person_id != actor.person_id:
            raise SomebodyElses
        if known is None:
            await add_identity(
                session,
                actor.person_id,
                provider=provider.name,
                issuer=found.issuer,
                subject=found.subject,
                account=found.email or found.subject,
            )


async def remove_method(
    session: AsyncSession, actor: Actor, facts: Mapping[str, str], _claim: Claim
) -> None:
    """The approved removal; a code by email always remains. Raises MethodNotFound."""
    identity = await own_identity(session, actor, facts["id"])
    await session.delete(identity)
    people.note_removal(session, actor.person_id, wall_now())
    told = {"provider": facts["provider"], "account": facts["account"]}
    await append_notice(session, actor.person_id, AccountNotice.METHOD_REMOVED, told)


async def own_identity(session: AsyncSession, actor: Actor, identity_id: str) -> Identity:
    """Raises MethodNotFound, for somebody else's as for an unknown one."""
    identity = await session.get(Identity, identity_id)
    if identity is None or identity.person_id != actor.person_id:
        raise MethodNotFound
    return identity


def approval_to_remove(identity: Identity) -> Approval:
    facts = {
        "id": identity.id,
        "provider": label_of(identity.provider),
        "account": identity.account,
    }
    return Approval(Purpose.REMOVE_METHOD, facts)


def _address(found: Found) -> str:
    try:
        return checked_address(found.email)
    except InvalidAddress:
        raise NoAddressShared from None


async def _new_account(
    attempt: OidcAttempt, found: Found, proof: Proof, *, address: str, claim: Claim
) -> SignedIn | None:
    """None when somebody has the address, also when they got it at this very moment."""
    key, now = email_key(address), wall_now()
    try:
        async with database().unit_of_work() as session:
            if await people.address_row(session, key) is not None:
                return None
            person_id = await new_person(session, address, locale=attempt.locale, now=now)
            await add_identity(
                session,
                person_id,
                provider=attempt.provider,
                issuer=found.issuer,
                subject=found.subject,
                account=address,
            )
            await claim(session, person_id=person_id, address_key=key, now=business_now())
            return await _welcome(session, attempt, person_id, proof, now)
    except IntegrityError:
        return None


async def _welcome(
    session: AsyncSession, attempt: OidcAttempt, person_id: str, proof: Proof, now: datetime
) -> SignedIn:
    token = await open_session(session, person_id, proof, now)
    logger.info("signed in through another service", extra={"fields": {"person": person_id}})
    return SignedIn(person_id, "", token, attempt.next_path)
