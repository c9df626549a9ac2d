"""Serves the HTML of pages from memory: with its policy, its preloads and a brand's stylesheet."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import NamedTuple, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_app.kit.http.asgi import header, redirect, respond
from portal_app.kit.http.csp import policy_for
from portal_app.kit.http.routes import Page, read_pages, segments_of

_HEAD_END = "</head>"


class HeadLinks(NamedTuple):
    """A *stylesheet* for the first paint, and the *font* that it names, if it is a file of ours."""

    stylesheet: str
    font: str = ""


BrandLink: TypeAlias = Callable[[str, str], Awaitable[HeadLinks | None]]


@dataclass(frozen=True, slots=True)
class Document:
    """A page's HTML, ready to send, plain and compressed."""

    html: str
    zipped: bytes
    policy: bytes

    @classmethod
    def of(cls, html: str, policy: str) -> Document:
        return cls(html, gzip.compress(html.encode(), 6, mtime=0), policy.encode())

    def body(self, *, zipped: bool, links: HeadLinks | None, path: str) -> bytes:
        """The bytes to send, with *links* as the last word of the head.

        The stylesheet's names the *path* it is meant for, since client navigation keeps the
        document.
        """
        if links is None:
            return self.zipped if zipped else self.html.encode()
        meant_for = f'data-for="{escape(path)}"'
        link = f'<link rel="stylesheet" href="{escape(links.stylesheet)}" {meant_for}/>'
        if links.font:
            # Without `crossorigin` it would be fetched twice: fonts are asked for that way.
            link += (
                f'<link rel="preload" href="{escape(links.font)}" as="font" type="font/woff2"'
                ' crossorigin=""/>'
            )
        html = self.html.replace(_HEAD_END, link + _HEAD_END, 1).encode()
        return gzip.compress(html, 1, mtime=0) if zipped else html


class Documents:
    """Answers GET for the pages of the build in *client*; everything else goes to *app*.

    *brand_link* (path, raw `Cookie` header) names what is linked for the first paint, or None; it
    must answer for the membership's holder only, since a link tells that an id exists. *also* are
    sources of other hosts that the policy of a page allows, by its path, then by directive.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        client: Path,
        brand_link: BrandLink | None = None,
        also: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.app = app
        self.brand_link = brand_link
        self.pages = read_pages(client)
        hosts = {segments_of(path): sources for path, sources in (also or {}).items()}
        self.documents = [_document(page, hosts.get(page.pattern)) for page in self.pages]
        not_found = (client / "404.html").read_text()
        self.not_found_policy = policy_for(not_found).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        document = self._find(scope["path"])
        if document is None:
            await self.app(scope, receive, partial(self._with_policy, send))
        elif not scope["path"].endswith("/"):
            await redirect(send, _with_slash(scope), 308)
        else:
            await self._serve(document, scope, send)

    def _find(self, path: str) -> Document | None:
        segments = segments_of(path)
        for page, document in zip(self.pages, self.documents, strict=True):
            if page.matches(segments):
                return document
        return None

    async def _serve(self, document: Document, scope: Scope, send: Send) -> None:
        zipped = "gzip" in header(scope, b"accept-encoding")
        links = None
        if self.brand_link is not None:
            links = await self.brand_link(scope["path"], header(scope, b"cookie"))
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-security-policy", document.policy),
            (b"vary", b"Accept-Encoding, Cookie"),
        ]
        if zipped:
            headers.append((b"content-encoding", b"gzip"))
        body = document.body(zipped=zipped, links=links, path=scope["path"])
        await respond(send, 200, headers, body, head_only=scope["method"] == "HEAD")

    async def _with_policy(self, send: Send, message: Message) -> None:
        """Unknown addresses get the shell from the static files; it has inline scripts too."""
        if message["type"] == "http.response.start" and message["status"] == 404:  # noqa: PLR2004
            given = message.get("headers", [])
            if not any(name.lower() == b"content-security-policy" for name, _ in given):
                policy = (b"content-security-policy", self.not_found_policy)
                message["headers"] = [*given, policy]
        await send(message)


def _document(page: Page, also: Mapping[str, str] | None) -> Document:
    html = page.file.read_text()
    links = "".join(
        f'<link rel="modulepreload" href="{escape(chunk)}"/>'
        for chunk in page.chunks
        if f'href="{chunk}"' not in html
    )
    return Document.of(html.replace(_HEAD_END, links + _HEAD_END, 1), policy_for(html, also))


def _with_slash(scope: Scope) -> str:
    """The canonical address: a path of ours, so that no proxy's scheme or host is guessed."""
    query = scope["query_string"].decode("latin-1")
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").split("?")[0]
    return f"{path}/?{query}" if query else f"{path}/"
