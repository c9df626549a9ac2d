"""What a kind of write consists of: asking the provider, and applying what it answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.intents.models import Intent
from portal_app.provider.writing import PaymentWriter

Answer = TypeVar("Answer")
Answer_contra = TypeVar("Answer_contra", contravariant=True)
Send: TypeAlias = Callable[[PaymentWriter, Intent], Awaitable[Answer]]


class Apply(Protocol[Answer_contra]):
    """Bring our rows to what the provider answered; *observed_at* is before it was asked.

    Appends mails too: they are sent if and only if this unit of work commits.
    """

    def __call__(
        self,
        session: AsyncSession,
        intent: Intent,
        answer: Answer_contra,
        /,
        *,
        observed_at: datetime,
    ) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(Generic[Answer]):
    """One kind of write. All its functions may be called again for the same intent.

    *send* asks with `intent.key`, or with a `step_key` for each of several calls. Those come in an
    order in which stopping after any of them leaves nobody worse off than before.

    *look* is for writes that must not happen behind the customer's back, such as a payment: when it
    is unknown what became of one, it is looked at and never repeated.

    *decide* is for writes that somebody may take back until they are sent: *send* raises Undecided
    before the first call that can't be taken back, and is called once more when *decide* has
    written into the row, locked, whether it may. Whoever takes it back locks the row too, and
    either comes before or is told that it is too late.

    *find* is for writes that create something: whether the provider has it already, by the
    `portal_intent` in its metadata, when the key may have been forgotten.
    """

    kind: str
    send: Send[Answer]
    apply: Apply[Answer]
    look: Send[Answer] | None = None
    find: Send[Answer | None] | None = None
    decide: Callable[[Intent], None] | None = None


Writes: TypeAlias = Mapping[str, Write[Any]]


def by_kind(*writes: Write[Any]) -> Writes:
    """*writes* by their kinds, as the jobs loop finds them."""
    return {write.kind: write for write in writes}
