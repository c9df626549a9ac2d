"""Who asks for a document: the payer's session, or the holder of a link made for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from starlette.requests import Request

from portal_app.identity.actor import Actor
from portal_app.identity.sessions import find_actor
from portal_app.invoices.documents import links
from portal_app.kit.clock import wall_now
from portal_app.settings import get_settings
from portal_app.ui.i18n_routes import requested_locale
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """*by_link* is proof enough without an *actor*; *link* is its query, to be carried along."""

    actor: Actor | None
    by_link: bool
    presented: bool
    query: Mapping[str, str]
    reader: Reader

    @classmethod
    async def of(cls, request: Request, document_id: str) -> Self:
        query = request.query_params
        by_link = links.opens(get_settings().secret_key, document_id, query, wall_now())
        actor = await find_actor(request.headers.get("cookie", ""))
        locale = actor.locale if actor else requested_locale(request)
        return cls(
            actor=actor,
            by_link=by_link,
            presented=links.is_presented(query),
            query=query,
            reader=Reader(locale),
        )

    @property
    def is_stranger(self) -> bool:
        return self.actor is None and not self.by_link

    @property
    def asks_as(self) -> Actor | None:
        """Whose documents are looked through; None when a link opens this one."""
        return None if self.by_link else self.actor

    @property
    def link(self) -> str:
        """The link's own part of the query, behind a question mark; empty without one."""
        if not self.by_link:
            return ""
        pairs = ((name, self.query[name]) for name in (links.EXPIRES, links.TOKEN))
        return "?" + "&".join(f"{name}={value}" for name, value in pairs)
