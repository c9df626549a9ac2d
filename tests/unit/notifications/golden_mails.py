"""Expected mails, kept in `golden/`; `tests/golden.py` says how they are written anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from portal_app.notifications.rendering import Mail
from tests.golden import writing

FOLDER: Final = Path(__file__).parent / "golden"


def assert_golden(name: str, mail: Mail) -> None:
    """*mail* is what `golden/<name>.txt` and `.html` say, to the letter."""
    forms = {"txt": f"Subject: {mail.subject}\n\n{mail.text}", "html": mail.html + "\n"}
    for form, found in forms.items():
        path = FOLDER / f"{name}.{form}"
        if writing():
            FOLDER.mkdir(exist_ok=True)
            path.write_text(found, "utf-8")
        assert path.read_text("utf-8") == found, f"{path.name}: see golden_mails.py"
