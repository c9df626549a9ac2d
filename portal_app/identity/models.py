"""People, the addresses they proved, and how they sign in."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint, text

from portal_app.kit.columns import json_column, reference, utc
from portal_app.kit.ids import new_id


def email_key(address: str) -> str:
    """The form in which addresses are compared: NFKC and casefolded; plus-tags stay different.

    "" for an address that folds into another mailbox's (`straße@` into `strasse@`, full-width
    letters into plain ones): reading one must prove nothing about the other, so such an address
    signs nobody in and claims nothing. An operator can still link its customer.
    """
    key = unicodedata.normalize("NFKC", address.strip()).casefold()
    same_mailbox = unicodedata.normalize("NFC", address.strip()).lower()
    return key if key == same_mailbox else ""


class Person(SQLModel, table=True):
    """Somebody who can sign in; an account. `user_…` in the API.

    *zone* is IANA's name of a time zone; empty until a browser or the person has said it.
    """

    __tablename__ = "people"

    id: str = Field(default_factory=lambda: new_id("user"), primary_key=True)
    name: str = Field(default="", index=True)
    locale: str = "en"
    zone: str = ""
    created_at: datetime = Field(sa_column=utc())


class EmailAddress(SQLModel, table=True):
    """An address that a person has proved. One person per address, one first one per person."""

    __tablename__ = "email_addresses"
    __table_args__ = (
        Index(
            "uq_email_addresses_one_primary",
            "person_id",
            unique=True,
            sqlite_where=text("is_primary"),
            postgresql_where=text("is_primary"),
        ),
    )

    id: str = Field(default_factory=lambda: new_id("email"), primary_key=True)
    person_id: str = Field(sa_column=reference("people.id"))
    address: str
    address_key: str = Field(unique=True)
    is_primary: bool = False
    verified_at: datetime = Field(sa_column=utc())


class LoginCode(SQLModel, table=True):
    """One request to sign in: a code and a link, ten minutes, one use, one browser.

    The code and the link's token are derived from `id` and the secret key, so that neither stands
    in any table; only the link's digest does, to find the row by. *attempt_id* is of a way through
    another service, whose account there signs in from now on, too.
    """

    __tablename__ = "login_codes"

    id: str = Field(default_factory=lambda: new_id("code"), primary_key=True)
    address: str
    address_key: str = Field(index=True)
    link_digest: str = Field(unique=True)
    browser_digest: str = Field(index=True)
    next_path: str = "/orders/"
    locale: str = "en"
    created_at: datetime = Field(sa_column=utc())
    expires_at: datetime = Field(sa_column=utc(index=True))
    used_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    voided_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    wrong_tries: int = 0
    attempt_id: str | None = None


class Device(SQLModel, table=True):
    """A browser that a person has signed in with: its cookie holds a token, the row a digest.

    It opens nothing; it only tells a browser that was here before from one that was not. The digest
    is of token and person, so that no two rows say that two people share a browser. Wall times.
    """

    __tablename__ = "devices"

    id: str = Field(default_factory=lambda: new_id("dev"), primary_key=True)
    person_id: str = Field(sa_column=reference("people.id"))
    token_digest: str = Field(unique=True)
    user_agent: str = ""
    first_seen_at: datetime = Field(sa_column=utc())
    last_seen_at: datetime = Field(sa_column=utc(index=True))


class LoginSession(SQLModel, table=True):
    """A signed-in browser; the cookie holds the token, the row its digest.

    *device_id* may be of a device that was forgotten; empty in sessions older than devices, until
    one is forgotten.
    """

    __tablename__ = "login_sessions"

    id: str = Field(default_factory=lambda: new_id("sess"), primary_key=True)
    person_id: str = Field(sa_column=reference("people.id"))
    token_digest: str = Field(unique=True)
    user_agent: str = ""
    device_id: str = ""
    created_at: datetime = Field(sa_column=utc())
    last_seen_at: datetime = Field(sa_column=utc())
    expires_at: datetime = Field(sa_column=utc(index=True))
    revoked_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class StepUp(SQLModel, table=True):
    """One thing that somebody has to approve, in one session: asked, confirmed, used once.

    *facts* and their *digest* say exactly what (`stepup.approval`); *back* is the page to return
    to. The code is derived from `id` and *code_number*, which counts the codes sent to *address*.
    Wall times.
    """

    __tablename__ = "step_ups"

    id: str = Field(default_factory=lambda: new_id("stpu"), primary_key=True)
    person_id: str = Field(sa_column=reference("people.id"))
    session_id: str = Field(index=True)
    purpose: str
    digest: str
    facts: dict[str, str] = Field(sa_column=json_column())
    back: str
    address: str
    asked_at: datetime = Field(sa_column=utc(index=True))
    code_number: int = 1
    code_sent_at: datetime = Field(sa_column=utc())
    wrong_tries: int = 0
    confirmed_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    consumed_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class Identity(SQLModel, table=True):
    """An account elsewhere that signs a person in: *issuer* and *subject* name it, nothing else.

    *provider* is the name in the settings, *account* the address as the service said it, to tell
    two of them apart by.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: str = Field(default_factory=lambda: new_id("idn"), primary_key=True)
    person_id: str = Field(sa_column=reference("people.id"))
    provider: str
    issuer: str
    subject: str
    account: str = ""
    created_at: datetime = Field(sa_column=utc())


class OidcAttempt(SQLModel, table=True):
    """One way to another service and back: ten minutes, one use, one browser.

    *step_up_id* is of who adds the service to their account, *confirms* of who signs in anew to
    confirm that step-up; without either somebody signs in. After the return *issuer*, *subject* and
    *account* say who it was, in case an address has yet to be proved before that may sign anybody
    in.
    """

    __tablename__ = "oidc_attempts"

    id: str = Field(default_factory=lambda: new_id("oida"), primary_key=True)
    provider: str
    state_digest: str = Field(unique=True)
    browser_digest: str
    nonce: str
    code_verifier: str
    step_up_id: str = ""
    confirms: str = ""
    next_path: str = "/orders/"
    locale: str = "en"
    created_at: datetime = Field(sa_column=utc())
    expires_at: datetime = Field(sa_column=utc(index=True))
    used_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    issuer: str = ""
    subject: str = ""
    account: str = ""


class PrimaryChange(SQLModel, table=True):
    """Another address became a person's first one; undone by a link that the old one was sent.

    The link's token is derived from `id` and the secret key; the row has its digest. Wall times.
    """

    __tablename__ = "primary_changes"

    id: str = Field(default_factory=lambda: new_id("pchg"), primary_key=True)
    person_id: str = Field(sa_column=reference("people.id"))
    link_digest: str = Field(unique=True)
    old_email_id: str = Field(index=True)
    new_email_id: str
    changed_at: datetime = Field(sa_column=utc())
    undone_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class SignInRemoval(SQLModel, table=True):
    """An address or a service stopped signing a person in. Wall time.

    Whoever has taken an account over removes what the owner signs in with: for a while the
    *address* that the account's holder removed is still told of what is done there. It is empty for
    what was not theirs to hear of, and goes with the row soon (`jobs.pruning`).
    """

    __tablename__ = "sign_in_removals"

    id: str = Field(default_factory=lambda: new_id("sirm"), primary_key=True)
    person_id: str = Field(sa_column=reference("people.id"))
    address: str = ""
    removed_at: datetime = Field(sa_column=utc(index=True))
