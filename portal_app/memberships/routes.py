"""Addresses that people of Whop know, and where their pages are here (contracts.md, Pages)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse

router = APIRouter(include_in_schema=False)


@router.get("/@me/settings/orders")
@router.get("/@me/settings/orders/")
async def orders() -> RedirectResponse:
    """Anybody is sent on; the orders page itself asks who it is."""
    return RedirectResponse("/orders/", status_code=303)


@router.get("/@me/settings/memberships/inactive")
@router.get("/@me/settings/memberships/inactive/")
async def inactive_memberships() -> RedirectResponse:
    """Anybody is sent on, to the fold with what has ended."""
    return RedirectResponse("/orders/#past", status_code=303)
