"""The statutory pages over HTTP, and the confirmations of what was cancelled or declared."""

from __future__ import annotations

from fastapi import APIRouter

from portal_app.declarations.routes.confirmations import router as confirmations
from portal_app.declarations.routes.statutory import router as statutory
from portal_app.declarations.routes.undoing import router as undoing

router = APIRouter(include_in_schema=False)
# Before the companies' pages: `undo` is none.
router.include_router(undoing)
router.include_router(statutory)
router.include_router(confirmations)
