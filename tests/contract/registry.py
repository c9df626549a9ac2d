"""One example or more of every verb and every read of the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from portal_app.provider.facts import Page
from portal_app.provider.stripe_writer import StripeWriter
from tests.contract.scene import Scene


@dataclass(frozen=True)
class Case:
    """A *call* of a verb with an idempotency key, and what its answer *shows* when it worked.

    *needs* are parameters that Stripe documents as required where the SDK can't say so: one of
    several, or required by another. *repeats* is false where a second call has nothing to do.
    """

    call: Callable[[StripeWriter, str], Awaitable[Any]]
    shows: Callable[[Any], bool]
    needs: frozenset[str] = frozenset()
    repeats: bool = True


Build = Callable[[Scene], Case]


@dataclass(frozen=True)
class Example:
    verb: str
    build: Build
    label: str

    def __str__(self) -> str:
        return self.label


EXAMPLES: list[Example] = []


def example(verb: str, variant: str = "") -> Callable[[Build], Build]:
    def register(build: Build) -> Build:
        EXAMPLES.append(Example(verb, build, f"{verb} {variant}".strip()))
        return build

    return register


async def first(pages: AsyncIterator[Page[Any]]) -> tuple[str, ...]:
    """The ids on the first page of a listing, which must be readable."""
    page = await anext(pages)
    assert not page.malformed
    return tuple(fact.id for fact in page.facts)
