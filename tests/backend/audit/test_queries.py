"""What has happened to a thing?"""

from backend.audit import actions, queries
from backend.db import action
from tests.records import person

record = action(lambda *args, **more: actions.record(*args, **more).id)


def names(kind: str, key: int) -> list[str]:
    return [event["name"] for event in queries.of(kind, key)]


def test_its_events_come_oldest_first_and_no_others(in_app):
    her = person()
    record("application.created", "application", 7, her)
    record("application.created", "application", 8, her)
    record("application.submitted", "application", 7, her)
    record("application.withdrawn", "person", 7, her)

    assert ["application.created", "application.submitted"] == names("application", 7)
    assert ["application.created"] == names("application", 8)
    assert [] == names("application", 9)


def test_an_event_tells_who_and_what_with_it(in_app):
    her = person()
    record("application.created", "application", 7, her, kind="tenancy")

    (event,) = queries.of("application", 7)

    assert ("person", her.id, {"kind": "tenancy"}) == (
        event["actor_kind"],
        event["actor_id"],
        event["particulars"],
    )
