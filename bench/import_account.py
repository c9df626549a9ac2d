"""`portal sync` of 1,000 customers with 12 invoices each, over HTTP; the goals are 60 s and 300 MB.

`python -m bench.import_account [CUSTOMERS]`: the sandbox serves the account from another process.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.provider.importing import Installation
from tests.provider.large_account import write_account
from tests.provider.sandbox_server import serve_sandbox

CUSTOMERS, INVOICES = 1000, 12
GOAL_SECONDS, GOAL_MB = 60, 300
RESULT = Path(__file__).parent / "results" / "import_account.json"


def main(customers: int = CUSTOMERS) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_account(folder / "account.db", customers=customers, invoices=INVOICES)
        with serve_sandbox(folder / "account.db", patience=120) as sandbox:
            installation = Installation(folder, sandbox.origin)
            first, again = installation.sync(), installation.sync()
    print(f"import of {customers} customers x {INVOICES} invoices: {first}")
    print(f"  the same again, which writes nothing: {again}")
    print(f"  goals for {CUSTOMERS}: {GOAL_SECONDS} s, {GOAL_MB} MB")
    figures = {"customers": customers, "invoices": INVOICES}
    figures |= {"first": asdict(first), "again": asdict(again)}
    RESULT.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main(*(int(given) for given in sys.argv[1:]))
