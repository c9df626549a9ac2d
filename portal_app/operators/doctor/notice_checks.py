"""Whether notices are on, and who sends what."""

from __future__ import annotations

from collections.abc import Collection

from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.operators.doctor.findings import Finding, fine, warning
from portal_app.settings import Mode, Settings

ABOUT = "notices"


def notices_said(settings: Settings, sent: Collection[NoticeKind]) -> Finding:
    """A warning while nobody may be sending something that the card networks ask for."""
    if settings.mode is Mode.SANDBOX:
        return fine(ABOUT, "the sandbox sends every kind to its mailbox from its first look on")
    by_portal = [kind.key for kind in NOTICES.values() if kind in sent]
    left = [kind for kind in NOTICES.values() if kind not in sent]
    says = f"the portal sends {', '.join(by_portal) or 'none'}"
    if not left:
        return fine(ABOUT, says)
    stripes = [kind.key for kind in left if kind.stripe_mails]
    nobodys = [kind.key for kind in left if not kind.stripe_mails]
    if stripes:
        says += f"; off here, and Stripe's if they are on there: {', '.join(stripes)}"
    if nobodys:
        says += f"; sent by nobody: {', '.join(nobodys)}"
    if all(not kind.locked for kind in left):
        return fine(ABOUT, says)
    mend = (
        "see `portal notices preview`, then `portal notices on` with the kinds that it shall send"
    )
    return warning(ABOUT, says, mend)
