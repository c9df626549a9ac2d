"""Subscription schedules."""

from collections.abc import Iterable

from portal_app.sandbox.engine import schedules
from portal_app.sandbox.http import queries
from portal_app.sandbox.http import schedule_specifications as spec
from portal_app.sandbox.http.routing import Route, resource


def every() -> Iterable[Route]:
    path, sdk = "/v1/subscription_schedules", "SubscriptionSchedule"
    kind, query = "subscription_schedule", queries.subscription_schedules
    yield from resource(path, kind, query, spec.SCHEDULE_LIST, f"{sdk}ListParams")
    yield Route("POST", path, schedules.create, spec.SCHEDULE_CREATE, f"{sdk}CreateParams")
    one = path + "/{id}"
    yield Route("POST", one, schedules.update, spec.SCHEDULE_UPDATE, f"{sdk}UpdateParams")
    cancel, release = spec.SCHEDULE_CANCEL, spec.SCHEDULE_RELEASE
    yield Route("POST", one + "/cancel", schedules.cancel, cancel, f"{sdk}CancelParams")
    yield Route("POST", one + "/release", schedules.release, release, f"{sdk}ReleaseParams")
