"""One process at a time serves an account: the claim, and who holds it.

The account is held in memory and written through, so a second process would overwrite the first
one's world. The claim is a lock on a file beside the account's (flock(2): it ends with its
process, whatever that ends of), and the file says where the account is served.
"""

import fcntl
import os
import time
from pathlib import Path
from typing import Final

# A look at the claim holds it for a moment too.
PATIENCE_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 0.02


class AccountInUse(RuntimeError):
    """Another process serves this account; the message says where."""


class Claim:
    """Held from creation to `release`. Raises AccountInUse when somebody else holds it."""

    def __init__(self, account: Path, base: str = "") -> None:
        self._handle = os.open(_file_of(account), os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _locked(self._handle, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                os.close(self._handle)
                raise AccountInUse(f"{account} is served at {served_at(account)} already")
            time.sleep(_PAUSE_SECONDS)
        os.ftruncate(self._handle, 0)
        os.write(self._handle, base.encode())

    def release(self) -> None:
        os.close(self._handle)


def served_at(account: Path) -> str | None:
    """The base address at which a process serves *account*; None when no process does."""
    try:
        handle = os.open(_file_of(account), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        if _locked(handle, fcntl.LOCK_SH):
            return None
        return os.read(handle, 1000).decode()
    finally:
        os.close(handle)


def _locked(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _file_of(account: Path) -> Path:
    return account.with_name(f"{account.name}.served")
