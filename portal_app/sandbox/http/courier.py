"""Sends webhooks from threads of its own, so that nobody's request waits for a receiver."""

import threading
import time
from dataclasses import dataclass
from typing import Protocol

import httpx

from portal_app.sandbox.delivery_log import Due
from portal_app.sandbox.engine.webhooks import signature

THREADS = 4
TIMEOUT = 10.0
LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class Letter:
    """A delivery with its address and the secret that signs it."""

    due: Due
    url: str
    secret: str


class Post(Protocol):
    """Where letters come from and what is said about them; each call takes the account's lock."""

    def next_letter(self, wall: float) -> Letter | None: ...

    def wait_for_letters(self, wall: float) -> float | None: ...

    def report(self, letter: Letter, status: int | None, *, wall: float) -> None: ...


class Courier:
    """Threads are started when there is something to send, and end with the process."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._bell = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._news = 0

    def ring(self) -> None:
        """There may be something to send now."""
        with self._bell:
            self._news += 1
            self._bell.notify_all()
            if not self._threads:
                self._threads = [
                    threading.Thread(target=self._run, daemon=True) for _ in range(THREADS)
                ]
                for thread in self._threads:
                    thread.start()

    def close(self) -> None:
        """Finish what is being sent, and nothing after it."""
        with self._bell:
            self._closed = True
            self._bell.notify_all()
        for thread in self._threads:
            thread.join(TIMEOUT)

    def _run(self) -> None:
        with httpx.Client(timeout=TIMEOUT) as client:
            while not self._closed:
                news = self._news
                letter = self._post.next_letter(time.time())
                if letter is None:
                    self._rest(news)
                    continue
                status = _deliver(client, letter)
                self._post.report(letter, status, wall=time.time())

    def _rest(self, news: int) -> None:
        """Until something is due or somebody rings, whichever comes first."""
        pause = self._post.wait_for_letters(time.time())
        with self._bell:
            if not self._closed and news == self._news:
                self._bell.wait(LONGEST_WAIT if pause is None else min(pause, LONGEST_WAIT))


def _deliver(client: httpx.Client, letter: Letter) -> int | None:
    """The receiver's status; None when it could not be reached."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature(letter.secret, letter.due.body, at=int(time.time())),
    }
    try:
        return client.post(letter.url, content=letter.due.body, headers=headers).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
