"""The sandbox as a process of its own: `granian --interface asgi portal_app.sandbox.serve:app`.

`PORTAL_SANDBOX_PATH` names the SQLite file, `PORTAL_SANDBOX_BASE` where this process listens;
without a file the account lives in memory.
"""

import os
from pathlib import Path

from portal_app.sandbox.http.app import create_app

_path = os.environ.get("PORTAL_SANDBOX_PATH")
app = create_app(Path(_path) if _path else None, os.environ.get("PORTAL_SANDBOX_BASE", ""))
