"""What somebody approves, in words and as a digest, and for how long it counts. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from portal_app.identity.models import StepUp
from portal_app.identity.rules import CODE_LIFETIME, MAX_WRONG_TRIES
from portal_app.identity.stepup.errors import ApprovalCodeExpired, ApprovalCodeSpent
from portal_app.kit.errors import PortalError
from portal_app.kit.http.paths import safe_path

FRESH_FOR: Final = timedelta(minutes=10)


class Purpose(StrEnum):
    """What needs a step-up. Never a cancellation (design.md §6)."""

    TRANSFER = "transfer"
    ADD_METHOD = "add_method"
    REMOVE_METHOD = "remove_method"
    ADD_EMAIL = "add_email"
    PROVE_EMAIL = "prove_email"
    PRIMARY_EMAIL = "primary_email"
    REMOVE_EMAIL = "remove_email"
    END_SESSIONS = "end_sessions"


# What is shown before the code is typed, and in the mail that carries it. The places are facts.
SENTENCES: Final[Mapping[Purpose, str]] = {
    Purpose.TRANSFER: "Transfer {membership} to {recipient}",
    Purpose.ADD_METHOD: "Add {provider} as a way to sign in",
    Purpose.REMOVE_METHOD: "Remove {provider} ({account}) as a way to sign in",
    Purpose.ADD_EMAIL: "Add {email} to your account",
    Purpose.PROVE_EMAIL: "Make {email} part of the account of {account}",
    Purpose.PRIMARY_EMAIL: "Make {email} your primary email",
    Purpose.REMOVE_EMAIL: "Remove {email} from your account",
    Purpose.END_SESSIONS: "Sign out every other browser",
}

# What a page says when it was done; the others say it themselves.
DONE: Final[Mapping[Purpose, str]] = {
    Purpose.ADD_METHOD: "You can sign in with {provider} from now on.",
    Purpose.REMOVE_METHOD: "{provider} ({account}) can't sign in any more.",
    Purpose.PROVE_EMAIL: "{email} is part of your account now, and what was bought with it.",
    Purpose.PRIMARY_EMAIL: "{email} is your primary email now.",
    Purpose.REMOVE_EMAIL: "{email} was removed.",
    Purpose.END_SESSIONS: "Every other browser was signed out.",
}


@dataclass(frozen=True, slots=True)
class Approval:
    """Exactly what is approved: a purpose, and every fact on which it depends, by name.

    The facts must hold ids besides names (two memberships may have one name): the digest is over
    all of them, and another fact is another approval.
    """

    purpose: Purpose
    facts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A missing fact is a fault of the caller's; better here than in the mail."""
        SENTENCES[self.purpose].format_map(self.facts)

    @property
    def sentence(self) -> str:
        """English, with places for the facts; to be translated before it is filled."""
        return SENTENCES[self.purpose]

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical form: JSON, keys in order, nothing between."""
        said = {"purpose": self.purpose.value, "facts": dict(self.facts)}
        canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def needs_the_code(row: StepUp) -> bool:
    """Reading the mail is what proves an address; no other proof says anything about it."""
    return row.purpose == Purpose.PROVE_EMAIL


def approval_of(row: StepUp) -> Approval:
    return Approval(Purpose(row.purpose), row.facts)


def refusal(row: StepUp, now: datetime) -> PortalError | None:
    """Why the newest code of *row* confirms nothing any more; None while it does."""
    if row.wrong_tries >= MAX_WRONG_TRIES or row.confirmed_at is not None:
        return ApprovalCodeSpent()
    return ApprovalCodeExpired() if now >= row.code_sent_at + CODE_LIFETIME else None


def with_approval(back: str, step_up_id: str) -> str:
    """*back*, a page of ours, told which approval it gets its facts from."""
    path, _, fragment = safe_path(back, "/account/").partition("#")
    sign = "&" if "?" in path else "?"
    return f"{path}{sign}approval={step_up_id}" + (f"#{fragment}" if fragment else "")
