"""Signing in: ask for a code, prove the address by code or link, get a session.

There is one code path for every address: whether an account exists is first looked at when the
address has been proved, so neither answer nor time tells a stranger who is a customer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity import repository
from portal_app.identity.codes import code_of, keyed, link_token_of
from portal_app.identity.errors import (
    CodeUsed,
    InvalidAddress,
    NoCodeAsked,
    OtherBrowser,
    SignInRefused,
    UnknownLink,
    WrongCode,
)
from portal_app.identity.known_devices import recognise
from portal_app.identity.models import EmailAddress, LoginCode, OidcAttempt, Person, email_key
from portal_app.identity.notices import append_device_notice
from portal_app.identity.oidc.linking import label_of, link_attempt
from portal_app.identity.rules import CODE_LIFETIME, MAX_WRONG_TRIES, digits_of, refusal, safe_next
from portal_app.identity.sessions import LONGEST_AGENT, start_session
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.ids import new_id
from portal_app.kit.tokens import same
from portal_app.notifications.outbox import append_mail

logger = logging.getLogger(__name__)


class Claim(Protocol):
    """Links every unclaimed customer with a proved address to its person (design.md §4)."""

    async def __call__(
        self, session: AsyncSession, *, person_id: str, address_key: str, now: datetime
    ) -> Any: ...  # noqa: ANN401 -- what was linked is of no interest here


@dataclass(frozen=True, slots=True)
class Proof:
    """What a browser hands in besides the code or token."""

    browser_token: str
    device_token: str
    user_agent: str
    previous_session: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: *token* goes into the cookie, *next_path* is where the person wanted to go."""

    person_id: str
    address_key: str
    token: str
    next_path: str


def checked_address(typed: str) -> str:
    """*typed* in the form it is written to (NFC); raises InvalidAddress. Asks no name server."""
    try:
        found = validate_email(typed.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise InvalidAddress from None
    if not email_key(found.normalized):
        raise InvalidAddress
    return found.normalized


async def request_code(
    session: AsyncSession,
    *,
    address: str,
    browser_token: str,
    next_path: str,
    locale: str,
    attempt_id: str | None = None,
) -> LoginCode:
    """Write the request and its mail; ends older requests of this browser for the address.

    *address* comes from `checked_address`. The mail carries the request's id only. *attempt_id* is
    of a way through another service, which the code adds to the account.
    """
    now, identifier = wall_now(), new_id("code")
    key, browser_digest = email_key(address), keyed(browser_token)
    await repository.void_open_requests(
        session, address_key=key, browser_digest=browser_digest, now=now
    )
    request = LoginCode(
        id=identifier,
        address=address,
        address_key=key,
        link_digest=keyed(link_token_of(identifier)),
        browser_digest=browser_digest,
        next_path=safe_next(next_path),
        locale=locale,
        created_at=now,
        expires_at=now + CODE_LIFETIME,
        attempt_id=attempt_id,
    )
    session.add(request)
    append_mail(
        session,
        kind="sign_in_code",
        recipient=address,
        locale=locale,
        payload={"login_code_id": identifier},
    )
    await session.flush()
    return request


async def verify_code(
    code: str, proof: Proof, *, claim: Claim, address: str | None = None
) -> SignedIn:
    """Sign in with the digits of the mail, in the browser that asked for them.

    Raises
    ------
    SignInRefused
        One of its kinds in `identity.errors`; a wrong try is counted all the same.
    InvalidAddress
        When the form names an address that can't be one.

    """
    key = email_key(checked_address(address)) if address else None
    async with database().unit_of_work() as session:
        request = await repository.newest_request(session, keyed(proof.browser_token), key)
        outcome = await _settle(session, request, proof, claim, lambda it: _try_code(it, code))
    return _result(outcome)


async def verify_link(token: str, proof: Proof, *, claim: Claim) -> SignedIn:
    """Sign in with the link's token; raises like `verify_code`, and OtherBrowser without effect."""
    async with database().unit_of_work() as session:
        request = await repository.request_by_link(session, keyed(token))
        if request is None:
            raise UnknownLink
        outcome = await _settle(
            session, request, proof, claim, lambda it: _try_browser(it, proof.browser_token)
        )
    return _result(outcome)


async def request_behind_link(token: str, browser_token: str) -> LoginCode:
    """What a link would sign in to, for the page in front of the button; uses nothing up."""
    async with database().reading() as session:
        request = await repository.request_by_link(session, keyed(token))
    if request is None:
        raise UnknownLink
    refused = refusal(request, wall_now()) or _try_browser(request, browser_token)
    if refused is not None:
        raise refused
    return request


async def pending_request(browser_token: str) -> LoginCode | None:
    """What this browser asked for last and has not used yet; it may have expired."""
    async with database().reading() as session:
        request = await repository.newest_request(session, keyed(browser_token))
    return None if request is None or request.used_at is not None else request


async def linking_of(request: LoginCode) -> str:
    """The service that becomes a way to sign in by this code, as people know it; else empty."""
    if request.attempt_id is None:
        return ""
    async with database().reading() as session:
        attempt = await session.get(OidcAttempt, request.attempt_id)
    return label_of(attempt.provider) if attempt else ""


def _try_code(request: LoginCode, code: str) -> PortalError | None:
    if same(digits_of(code), code_of(request.id)):
        return None
    request.wrong_tries += 1
    if request.wrong_tries >= MAX_WRONG_TRIES:
        request.voided_at = wall_now()
        return refusal(request, wall_now())
    return WrongCode()


def _try_browser(request: LoginCode, browser_token: str) -> PortalError | None:
    bound = same(keyed(browser_token), request.browser_digest)
    return None if bound else OtherBrowser()


async def _settle(
    session: AsyncSession,
    request: LoginCode | None,
    proof: Proof,
    claim: Claim,
    check: Callable[[LoginCode], PortalError | None],
) -> SignedIn | PortalError:
    """Judge and use *request*. A refusal is returned, not raised: its count has to be committed."""
    if request is None:
        return NoCodeAsked()
    await repository.lock_request(session, request)
    now = wall_now()
    refused = refusal(request, now) or check(request)
    if refused is None and not await repository.use_once(session, request.id, now):
        refused = CodeUsed()
    if refused is not None:
        return refused
    return await _sign_in(session, request, proof, claim, now)


async def _sign_in(
    session: AsyncSession, request: LoginCode, proof: Proof, claim: Claim, now: datetime
) -> SignedIn:
    person_id = await _person_of(session, request, now)
    await claim(session, person_id=person_id, address_key=request.address_key, now=business_now())
    if request.attempt_id is not None:
        await link_attempt(session, request.attempt_id, person_id)
    token = await open_session(session, person_id, proof, now)
    return SignedIn(person_id, request.address_key, token, request.next_path)


async def open_session(session: AsyncSession, person_id: str, proof: Proof, now: datetime) -> str:
    """A new session in place of the browser's last (ASVS 7.2.4); returns its token."""
    person, agent = await session.get_one(Person, person_id), proof.user_agent[:LONGEST_AGENT]
    device = await recognise(session, person_id, proof.device_token, user_agent=agent, now=now)
    # Silent for who signs up only: no session is left either of somebody who was long away.
    if person.created_at < now and device.is_new:
        await append_device_notice(session, person_id, agent)
    if proof.previous_session:
        await repository.revoke_token(session, keyed(proof.previous_session), now)
    return await start_session(
        session, person_id=person_id, user_agent=agent, device_id=device.id, now=now
    )


async def _person_of(session: AsyncSession, request: LoginCode, now: datetime) -> str:
    """The address's person; the account is created by the first proof of the address."""
    known = await repository.address_row(session, request.address_key)
    if known is not None:
        return known.person_id
    try:
        async with session.begin_nested():
            return await new_person(session, request.address, locale=request.locale, now=now)
    except IntegrityError:
        # Another browser proved the same new address at the same moment.
        known = await repository.address_row(session, request.address_key)
        if known is None:
            raise
        return known.person_id


async def new_person(session: AsyncSession, address: str, *, locale: str, now: datetime) -> str:
    """An account for a proved address that nobody has; IntegrityError when somebody has it."""
    person = Person(locale=locale, created_at=now)
    session.add(person)
    await session.flush()
    session.add(
        EmailAddress(
            person_id=person.id,
            address=address,
            address_key=email_key(address),
            is_primary=True,
            verified_at=now,
        )
    )
    await session.flush()
    return person.id


def _result(outcome: SignedIn | PortalError) -> SignedIn:
    if isinstance(outcome, PortalError):
        code = outcome.code if isinstance(outcome, SignInRefused) else "error"
        logger.warning("sign-in refused", extra={"fields": {"reason": code}})
        raise outcome
    logger.info("signed in", extra={"fields": {"person": outcome.person_id}})
    return outcome
