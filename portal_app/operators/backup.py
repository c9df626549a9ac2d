"""`portal backup`: one consistent copy of the database while the portal goes on writing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL
from sqlalchemy.engine import make_url

from portal_app.kit.clock import wall_now
from portal_app.kit.errors import Conflict, PortalError
from portal_app.settings import Settings

PRIVATE: Final = 0o600
_PAGES_AT_ONCE: Final = 256


class BackupFailed(PortalError):
    """There is no new backup; the message says why."""

    code = "backup_failed"


def back_up(settings: Settings, to: Path | None = None) -> Path:
    """Write the copy to *to*, by default a dated file in `backups/` of the data directory.

    It appears under its name only when it is complete, readable by its owner alone.

    Raises
    ------
    Conflict
        When *to* is there already.
    BackupFailed
        When the copy could not be made or is damaged.

    """
    url = make_url(settings.database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    target = to or _dated(settings.data_dir / "backups", ".db" if is_sqlite else ".dump")
    if target.exists():
        raise Conflict(f"{target} is there already; backups are never overwritten.")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    try:
        if is_sqlite:
            _copy_sqlite(Path(url.database or ""), partial)
        else:
            _dump_postgres(url, partial)
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _dated(folder: Path, suffix: str) -> Path:
    return folder / f"portal-{wall_now():%Y%m%dT%H%M%SZ}{suffix}"


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's online backup: what is written meanwhile waits for nobody and is copied too."""
    if not source.exists():
        raise BackupFailed(f"There is no database at {source}.")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        try:
            # One read transaction, so that writers don't make the copy start anew for ever.
            live.execute("BEGIN")
            live.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            live.backup(copy, pages=_PAGES_AT_ONCE)
            # A file of one piece: no -wal beside it that somebody could forget to move.
            copy.execute("PRAGMA journal_mode=DELETE")
            found = copy.execute("PRAGMA integrity_check").fetchone()
        except sqlite3.Error as error:
            raise BackupFailed(f"The database could not be copied: {error}.") from error
    if found != ("ok",):
        raise BackupFailed(f"The copy is damaged: {found[0]}.")


def _dump_postgres(url: URL, target: Path) -> None:
    """`pg_dump` in its own format, for `pg_restore`; the password goes by the environment."""
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupFailed("pg_dump is missing: install PostgreSQL's client programs.")
    address = url.set(drivername="postgresql", password=None)
    done = subprocess.run(  # noqa: S603 -- our own program, our own settings
        [
            *(program, "--format=custom", "--no-owner", "--no-privileges"),
            *(f"--file={target}", f"--dbname={address.render_as_string()}"),
        ],
        env=os.environ | ({"PGPASSWORD": url.password} if url.password else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupFailed(f"pg_dump failed: {done.stderr.strip()}")
