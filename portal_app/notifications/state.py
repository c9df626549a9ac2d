"""Which notices a person gets, in a tab of theirs."""

from __future__ import annotations

import logging

import reflex as rx

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.notifications.service import choose_notice, notice_settings
from portal_app.notifications.views import NoticeRow, notice_rows
from portal_app.ui.notices import notify, tell

log = logging.getLogger(__name__)


class NoticeSettingsState(rx.State):
    """The account page's section about mails. *phase* is `loading`, `ready` or `failed`.

    *rows* are to choose from, *always* what nobody can refuse; *sends* whether there is
    any of either.
    """

    phase: str = "loading"
    rows: list[NoticeRow] = []
    always: list[NoticeRow] = []
    sends: bool = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read again; safe to repeat."""
        actor = current_actor()
        try:
            async with database().reading() as session:
                found = await notice_settings(session, actor)
            self.rows = notice_rows(actor.reader, found, locked=False)
            self.always = notice_rows(actor.reader, found, locked=True)
            self.sends, self.phase = bool(found), "ready"
        except Exception:
            # The rest of the page is of use without.
            log.exception("the notices of an account could not be read")
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def choose(self, key: str, wanted: bool) -> None:
        """Get this kind of mail or not; kept at once."""
        actor = current_actor()
        reader = actor.reader
        try:
            async with database().unit_of_work() as session:
                await choose_notice(session, actor, key, wanted)
            await notify(self, "ok", reader.say("Saved."))
        except PortalError as refusal:
            await tell(self, reader, refusal)
        except Exception:
            # The box shows what was not kept, so it is drawn anew.
            log.exception("a notice could not be chosen")
            self.phase = "failed"
