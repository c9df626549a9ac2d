"""Pausing and resuming: the subscription itself, by a schedule, or its collection."""

from __future__ import annotations

from portal_app.provider.pausing import PlannedPause
from tests.contract.examples.subscriptions import at
from tests.contract.registry import Case, example
from tests.contract.scene import DAY, START, Scene


@example("pause_subscription")
def pause(scene: Scene) -> Case:
    sub = scene.subscribe().id
    return Case(
        lambda w, key: w.pause_subscription(sub, key=key),
        lambda facts: facts.status == "paused" and facts.paused_at is not None,
    )


@example("resume_subscription")
def resume(scene: Scene) -> Case:
    sub = scene.paused()
    return Case(
        lambda w, key: w.resume_subscription(sub, key=key), lambda facts: facts.status == "active"
    )


@example("pause_collection")
def pause_collection(scene: Scene) -> Case:
    sub, until = scene.subscribe().id, at(START + 40 * DAY)
    return Case(
        lambda w, key: w.pause_collection(sub, resumes_at=until, key=key),
        lambda facts: (facts.pause_behavior, facts.resumes_at) == ("void", until),
    )


@example("resume_collection")
def resume_collection(scene: Scene) -> Case:
    sub = scene.subscribe().id
    scene.v1.subscriptions.update(sub, {"pause_collection": {"behavior": "void"}})
    return Case(
        lambda w, key: w.resume_collection(sub, key=key), lambda facts: not facts.pause_behavior
    )


PAUSE = PlannedPause(pauses_at=at(START + 10 * DAY), resumes_at=at(START + 40 * DAY))


@example("schedule_pause", "on a schedule of its own")
def plan_pause(scene: Scene) -> Case:
    sub = scene.subscribe().id
    return Case(
        lambda w, key: w.schedule_pause(sub, PAUSE, schedule_id=None, key=key),
        lambda facts: (
            (facts.status, facts.flexible, facts.scheduled) == ("active", True, None)
            and (facts.pauses_at, facts.resumes_at) == (PAUSE.pauses_at, PAUSE.resumes_at)
        ),
    )


@example("schedule_pause", "at once, on the schedule that there is")
def pause_at_once(scene: Scene) -> Case:
    sub = scene.subscribe().id
    schedule = scene.v1.subscription_schedules.create({"from_subscription": sub}).id
    pause = PlannedPause(pauses_at=None, resumes_at=PAUSE.resumes_at, credited_whole=True)
    return Case(
        lambda w, key: w.schedule_pause(sub, pause, schedule_id=schedule, key=key),
        lambda facts: (
            (facts.status, facts.schedule_id) == ("paused", schedule)
            and (facts.pauses_at, facts.resumes_at) == (None, PAUSE.resumes_at)
        ),
    )


@example("clear_pauses")
def clear_pauses(scene: Scene) -> Case:
    sub = scene.subscribe().id
    entry = {"pause": {"pause_at": {"type": "timestamp", "timestamp": START + 10 * DAY}}}
    given = {"from_subscription": sub, "pause_schedules": [entry]}
    schedule = scene.v1.subscription_schedules.create(given)  # type: ignore[arg-type]
    return Case(
        lambda w, key: w.clear_pauses(schedule.id, key=key),
        lambda _: not scene.v1.subscription_schedules.retrieve(schedule.id).pause_schedules,
    )
