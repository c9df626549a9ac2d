"""`/js/`: the stand-in for Stripe.js, and the frame in which its fields are."""

from pathlib import Path
from typing import Final, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

FOLDER: Final = Path(__file__).parents[1] / "js"
_FILES: Final = frozenset(path.name for path in FOLDER.iterdir())
# As the shop's own pages, but that those may frame it.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " base-uri 'none'; frame-ancestors 'self'"
)
AnyResponse = TypeVar("AnyResponse", bound=Response)


def framed(response: AnyResponse) -> AnyResponse:
    """*response* with a policy that lets pages of the same origin show it inside them."""
    response.headers["Content-Security-Policy"] = _POLICY
    return response


async def script(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        raise HTTPException(404)
    return framed(FileResponse(FOLDER / name))


ROUTES = [Route("/js/{name}", script)]
