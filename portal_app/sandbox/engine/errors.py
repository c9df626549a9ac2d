"""Stripe's error shapes (docs.stripe.com/api/errors), raised by the engine, sent by `http`."""

from typing import Any


class ApiError(Exception):
    """One refused request: `status` is the HTTP status, `body` the content of `"error"`.

    `keeps_changes` is set where Stripe answers with an error and still remembers what happened,
    such as the failed charge behind a 402 of `POST /v1/invoices/{id}/pay`.
    """

    def __init__(
        self, status: int, kind: str, message: str, *, keeps_changes: bool = False, **fields: object
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps_changes = keeps_changes
        self.body: dict[str, Any] = {
            **{key: value for key, value in fields.items() if value is not None},
            "message": message,
            "type": kind,
        }


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(400, "invalid_request_error", message, param=param, code=code)


def missing(kind: str, object_id: str, *, param: str = "id") -> ApiError:
    """404 for the object a path names, 400 for one that a parameter names, as Stripe does."""
    status = 404 if param == "id" else 400
    return ApiError(
        status,
        "invalid_request_error",
        f"No such {kind}: '{object_id}'",
        param=param,
        code="resource_missing",
    )


def required(param: str) -> ApiError:
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def not_implemented(what: str) -> ApiError:
    return ApiError(501, "api_error", f"The sandbox does not implement {what}")
