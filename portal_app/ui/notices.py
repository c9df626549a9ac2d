"""Notices: one sentence about what just happened, read aloud, rendered from state.

Toasts sent by the server would need `unsafe-eval` (design.md §6). The state has no handler, so
nobody can put words on a page from outside.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

import reflex as rx

from portal_app.kit.errors import PortalError
from portal_app.ui.banner import refresh_banner
from portal_app.ui.parts.actions import link_button
from portal_app.ui.parts.content import alert
from portal_app.ui.reader import Reader

NoticeTone = Literal["ok", "info", "warn", "danger"]


class NoticeState(rx.State):
    """The notice on screen in this tab; empty text is none, an empty *href* no link."""

    tone: str = "info"
    text: str = ""
    label: str = ""
    href: str = ""
    _for_next_page: bool = False
    _said_on: str = ""


async def notify(
    state: rx.State,
    tone: NoticeTone,
    text: str,
    *,
    link: tuple[str, str] = ("", ""),
    on_next_page: bool = False,
) -> None:
    """Show *text* (already in the person's language) until the next page or notice.

    *link* is a label and one of our pages, entered by a full load. *on_next_page* keeps it all
    through the redirect that the same handler returns.
    """
    notices = await state.get_state(NoticeState)
    notices.tone, notices.text, notices._for_next_page = tone, text, on_next_page  # noqa: SLF001
    notices._said_on = state.router.url.path  # noqa: SLF001
    notices.label, notices.href = link


async def tell(
    state: rx.State, reader: Reader, error: PortalError, *, on_next_page: bool = False
) -> None:
    """Say a refusal, or that a change is under way (2xx), in the person's language."""
    tone: NoticeTone = "info" if error.status < HTTPStatus.BAD_REQUEST else "danger"
    await notify(state, tone, reader.say(error.sentence), on_next_page=on_next_page)


async def start_page(state: rx.State) -> None:
    """Call first in every `on_load`: brings the banner, and forgets the last page's notice.

    A notice that was meant for this page stays. A page that loads again because its socket is back,
    on the way to the next one, is not that.
    """
    await refresh_banner(state)
    notices = await state.get_state(NoticeState)
    if notices._for_next_page and notices._said_on == state.router.url.path:  # noqa: SLF001
        return
    if not notices._for_next_page:  # noqa: SLF001
        notices.text = ""
    notices._for_next_page = False  # noqa: SLF001


def notice_region() -> rx.Component:
    """Always in the page, so that readers hear what appears in it."""
    return rx.el.div(
        rx.cond(
            NoticeState.text != "",
            alert(rx.Var.create(NoticeState.tone), NoticeState.text, action=_link()),
        ),
        class_name="notices",
        role="status",
        aria_live="polite",
    )


def _link() -> rx.Component:
    return rx.cond(
        NoticeState.href != "",
        link_button(NoticeState.label, NoticeState.href, variant="primary", reload=True),
    )
