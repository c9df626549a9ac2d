"""The process's own connection to the payment provider, for whoever answers a customer."""

from __future__ import annotations

from portal_app.provider.writing import PaymentWriter

_current: list[PaymentWriter] = []


def install(provider: PaymentWriter) -> None:
    """Make *provider* the process's; the composition root and tests do this, nobody else."""
    _current[:] = [provider]


def provider() -> PaymentWriter:
    """The process's provider; LookupError before the composition root has run."""
    if not _current:
        raise LookupError("no provider was installed")
    return _current[0]
