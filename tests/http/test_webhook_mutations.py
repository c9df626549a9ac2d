"""Mutations of a signed webhook: none is accepted, none breaks anything (research §1.5).

1,000 here and 100,000 in `make soak`. Plain random edits do more here than hypothesis, whose
shrinking has nothing to shrink.
"""

from __future__ import annotations

import json
import os
import sys
from random import Random

import httpx

from portal_app.ingest.models import InboxEvent
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.rows import all_of
from tests.webhooks import PATH, application, event, send, sender, signed

COUNT = 100_000 if os.environ.get("PORTAL_SOAK") else 1_000


def mutated(chance: Random, text: bytes) -> bytes:
    """*text* with one to three bytes changed, put in, cut out, or stretches swapped."""
    found = bytearray(text)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(found) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            found[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            found[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 4)))
        elif kind == 2:
            del found[at : at + chance.randint(1, 8)]
        else:
            found = found[at:] + found[:at]
    return bytes(found)


def sendable(header: bytes) -> bool:
    """What a server would hand over: HTTP strips spaces around a value and refuses controls."""
    return header == header.strip() and not any(byte < 0x20 or byte == 0x7F for byte in header)


async def attempt(
    client: httpx.AsyncClient, chance: Random, body: bytes, header: bytes
) -> httpx.Response | None:
    sent_body = mutated(chance, body) if chance.random() < 0.6 else body
    sent_header = mutated(chance, header) if sent_body == body else header
    if (sent_body, sent_header) == (body, header) or not sendable(sent_header):
        return None
    return await client.post(PATH, content=sent_body, headers={"Stripe-Signature": sent_header})


async def test_no_mutation_of_header_or_body_is_accepted(clocks: Clocks, db: Database) -> None:
    chance, done = Random(20261124), 0  # noqa: S311 -- the same edits each time
    async with sender(application()) as client:
        while done < COUNT:
            # Signed anew now and then, as a soak outlasts the tolerance.
            body = json.dumps(event(done))
            header = signed(body)["Stripe-Signature"].encode()
            for _ in range(250):
                reply = await attempt(client, chance, body.encode(), header)
                if reply is not None:
                    assert (reply.status_code, reply.content) == (400, b'{"received":false}')
                    done += 1
        assert await all_of(db, InboxEvent) == []
        assert (await send(client, event())).status_code == 200
    sys.stdout.write(f"{done} mutations refused\n")
