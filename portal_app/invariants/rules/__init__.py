"""What must hold in the database whatever happens.

A contradiction is wrong at any time: tests look for them after every test with a database. What is
late is wrong only by the clock: something that should have moved has not.
"""

from __future__ import annotations

from typing import Final

from portal_app.invariants.rules.billed import BILLED
from portal_app.invariants.rules.held import HELD
from portal_app.invariants.rules.late import LATE_ROWS
from portal_app.invariants.rules.rule import Condition, Rule

CONTRADICTIONS: Final = (*HELD, *BILLED)
RULES: Final = (*CONTRADICTIONS, *LATE_ROWS)

__all__ = ["CONTRADICTIONS", "RULES", "Condition", "Rule"]
