"""Expected mails, kept in `golden/`; `PORTAL_WRITE_GOLDEN=1` writes them anew, to be read.

Never where tests are run by a machine (`CI` is set): a golden file that writes itself proves
nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from portal_app.notifications.rendering import Mail

FOLDER: Final = Path(__file__).parent / "golden"


def writing() -> bool:
    wanted = bool(os.environ.get("PORTAL_WRITE_GOLDEN"))
    if wanted and os.environ.get("CI"):
        raise AssertionError("golden files are written by people, not in CI")
    return wanted


def assert_golden(name: str, mail: Mail) -> None:
    """*mail* is what `golden/<name>.txt` and `.html` say, to the letter."""
    forms = {"txt": f"Subject: {mail.subject}\n\n{mail.text}", "html": mail.html + "\n"}
    for form, found in forms.items():
        path = FOLDER / f"{name}.{form}"
        if writing():
            FOLDER.mkdir(exist_ok=True)
            path.write_text(found, "utf-8")
        assert path.read_text("utf-8") == found, f"{path.name}: see golden_mails.py"
