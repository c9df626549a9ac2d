"""Expected output kept in files: `PORTAL_WRITE_GOLDEN=1` writes it anew, to be read.

Never where tests are run by a machine (`CI` is set): a golden file that writes itself proves
nothing.
"""

from __future__ import annotations

import os


def writing() -> bool:
    wanted = bool(os.environ.get("PORTAL_WRITE_GOLDEN"))
    if wanted and os.environ.get("CI"):
        raise AssertionError("golden files are written by people, not in CI")
    return wanted
