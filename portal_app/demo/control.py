"""The sandbox's controls over HTTP: its clock and what a customer does on a Checkout page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx


class SandboxControl:
    """`base` is the sandbox's address, the same that the SDK gets as its API base."""

    def __init__(self, base: str, key: str = "sk_test_sandbox") -> None:
        self.base = base.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}

    async def now(self) -> datetime:
        """The account's now, aware UTC."""
        return datetime.fromtimestamp((await self._call("GET", "/clock"))["now"], UTC)

    async def upcoming(self, limit: int = 20) -> dict[str, Any]:
        """`{"now", "moments": [{"at", "kind", "customer", "email", …}], "next_charge"}`."""
        return await self._call("GET", f"/upcoming?limit={limit}")

    async def fail_next_charge(self, decline: str | None, customer: str | None = None) -> None:
        """The next charge, of this customer or of any, is declined with that code; None: it isn't.

        Raises httpx.HTTPStatusError (400) for a word that is no decline.
        """
        await self._call("POST", "/next_charge", {"decline": decline, "customer": customer})

    async def advance_to(self, moment: datetime) -> list[dict[str, Any]]:
        """Moves the clock forward to *moment*; returns what happened on the way, oldest first."""
        reply = await self._call("POST", "/clock", {"now": int(moment.timestamp())})
        happened: list[dict[str, Any]] = reply["happened"]
        return happened

    async def set_clock(self, moment: datetime) -> datetime:
        """Sets the clock of an empty account, advances it otherwise; whole seconds.

        Raises httpx.HTTPStatusError (400) for a moment in the account's past.
        """
        reply = await self._call("POST", "/clock", {"now": int(moment.timestamp())})
        return datetime.fromtimestamp(reply["now"], UTC)

    async def advance(self, by: timedelta) -> datetime:
        """Moves the clock forward with all that happens on the way; returns the new now."""
        return await self.set_clock(await self.now() + by)

    async def complete_checkout(
        self, session_id: str, payment_method: str = "pm_card_visa"
    ) -> dict[str, Any]:
        """Pays an open session with a test card; returns the session as JSON."""
        path = f"/checkout/sessions/{session_id}/complete"
        return await self._call("POST", path, {"payment_method": payment_method})

    async def register_webhook(self, name: str, url: str, secret: str) -> None:
        """Send every event to *url* from now on, signed with *secret*; a name has one address."""
        body: dict[str, object] = {"url": url, "secret": secret}
        await self._call("PUT", f"/webhook_endpoints/{name}", body)

    async def undelivered(self) -> int:
        """How many webhooks are still to be sent."""
        return int((await self._call("GET", "/deliveries"))["pending"])

    async def reset(self) -> None:
        """Empties the account."""
        await self._call("POST", "/reset")

    async def _call(
        self, method: str, path: str, body: dict[str, object] | None = None
    ) -> dict[str, Any]:
        # 120 s: an advance over years does the work of those years. A client for each call, so
        # that nobody has to close a control.
        async with httpx.AsyncClient(headers=self._headers, timeout=120) as client:
            answer = await client.request(method, f"{self.base}/_sandbox{path}", json=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
