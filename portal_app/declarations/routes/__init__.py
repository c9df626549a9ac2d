"""The statutory pages over HTTP, and the confirmations of what was cancelled or declared."""

from __future__ import annotations

from fastapi import APIRouter

from portal_app.declarations.routes.confirmations import router as confirmation_router
from portal_app.declarations.routes.statutory import router as statutory_router
from portal_app.declarations.routes.undoing import router as undoing_router

router = APIRouter(include_in_schema=False)
# Before the companies' pages: `undo` is none.
router.include_router(undoing_router)
router.include_router(statutory_router)
router.include_router(confirmation_router)
