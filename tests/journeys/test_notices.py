"""From a clerk's draft to an inbox: a notice, seen by everybody who has to do with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from notifications import digests, expansion
from tests.factories import ULANHOT, Caller, World

# Monday, 30 November 2026, ten o'clock in Shanghai.
MORNING = datetime(2026, 11, 30, 2, tzinfo=UTC)
SAID: dict[str, Any] = {
    "title": "退役军人一次性创业补贴开始申报",
    "summary": "首次创业且正常经营满一年的退役军人可以申报。",
    "body": "十二月一日起在各旗县市人社局窗口或小程序申报。\n材料见附件。",
    "clause": "五（三）",
    "topics": ["policy", "subsidy"],
    "in_force_from": "2026-12-01",
    "in_force_until": "2027-12-31",
    "acts_on": "startup_subsidy",
    "attachments": [{"title": "申报表", "url": "https://rsj.xam.gov.cn/forms/1.pdf"}],
    "audience": {"all": [{"group": "veteran"}, {"not": {"county": "152202"}}]},
}


def test_a_veteran_reads_what_the_bureau_has_to_tell_and_others_have_nothing(world: World):
    with time_machine.travel(MORNING, tick=False) as now:
        reader, muted, elsewhere = people(world)
        clerk, colleague = world.staff("demo-bureau"), world.staff("demo-bureau-2")
        path = write(clerk)
        look_at_the_figures(clerk, path)
        hand_over(clerk, path)
        decide(clerk, colleague, path)
        send(clerk, world, path, now)
        read(reader, path)
        assert [] == inbox(muted) == inbox(elsewhere)
        published(world, path)
        look_at_the_report(world, path)


def people(world: World) -> tuple[Caller, Caller, Caller]:
    """Two veterans of Ulanhot, of whom one does not want to hear of these things, and another."""
    callers = []
    for name, county in (("bayar", ULANHOT), ("tuya", ULANHOT), ("naren", "152202")):
        her = world.citizen(name)
        told = {"facts": {"is_veteran": True, "county_code": county}}
        assert 200 == her.put("/me/facts", told).status_code
        callers.append(her)
    reader, muted, elsewhere = callers
    answer = {"answers": [{"template": "policy_notice", "answer": "accept"}]}
    assert 200 == reader.post("/messages/subscriptions", answer).status_code
    wishes = muted.put("/me/preferences", {"muted": ["subsidy", "policy"]})
    assert {"subsidy", "policy"} == {
        each["topic"] for each in wishes.json["items"] if not each["wanted"]
    }
    return reader, muted, elsewhere


def write(clerk: Caller) -> str:
    """A first draft is refused for everything that is wrong with it; a second one is taken."""
    wrong = SAID | {
        "audience": {"any": [{"group": "rich"}]},
        "in_force_until": "2026-11-01",
    }
    refused = clerk.post("/notices", wrong)
    assert 422 == refused.status_code
    assert ["#/audience/any/0/group", "#/in_force_until"] == [
        each["pointer"] for each in refused.json["errors"]
    ]
    insecure = SAID | {"attachments": [{"title": "申报表", "url": "http://example.com/1.pdf"}]}
    assert 422 == clerk.post("/notices", insecure).status_code

    made = clerk.post("/notices", SAID)

    assert (201, "draft", ["update", "submit", "cancel"]) == (
        made.status_code,
        made.json["status"],
        made.json["actions"],
    )
    assert SAID == {name: made.json[name] for name in SAID}
    return f"/notices/{made.json['id']}"


def look_at_the_figures(clerk: Caller, path: str) -> None:
    """Two people, of whom one would be reached and one has opted out; at night it would wait."""
    found = clerk.get(f"{path}/audience").json

    assert (False, 2, 0) == (found["frozen"], found["people"], found["quiet"])
    reach = {each["reach"]: each["people"] for each in found["by_reach"]}
    assert {"opted_out": 1, "reachable": 1} == {n: many for n, many in reach.items() if many}
    assert {"退役军人一次性创业补贴开始申报"} == {e["title"] for e in found["samples"]}
    tonight = clerk.get(f"{path}/audience?at=2026-11-30T13:00:00Z").json
    cards = [each["card"] for each in tonight["samples"] if each["card"]]
    assert (1, ["2026年12月1日 08:00"]) == (tonight["quiet"], [each["date3"] for each in cards])


def hand_over(clerk: Caller, path: str) -> None:
    """What is submitted is not written any more."""
    etag = clerk.get(path).headers["ETag"]
    done = clerk.post(f"{path}/submit", {}, etag=etag)
    assert ("awaiting_approval", 2) == (done.json["status"], done.json["people"])

    late = clerk.put(path, SAID, etag=done.headers["ETag"])

    assert 409 == late.status_code


def decide(clerk: Caller, colleague: Caller, path: str) -> None:
    """Not she who wrote it, and not without having seen for how many it is."""
    told = colleague.get("/messages").json["items"]
    assert ["有政策通知待复核"] == [each["title"] for each in told]
    etag = colleague.get(path).headers["ETag"]
    assert 403 == clerk.post(f"{path}/approve", {"people": 2}, etag=etag).status_code
    assert 412 == colleague.post(f"{path}/approve", {"people": 3}, etag=etag).status_code

    done = colleague.post(f"{path}/approve", {"people": 2}, etag=etag)

    assert (200, "scheduled") == (done.status_code, done.json["status"])


def send(clerk: Caller, world: World, path: str, now: Any) -> None:
    """It leaves at the moment that was chosen, and nobody reads it before."""
    etag = clerk.get(path).headers["ETag"]
    too_late = clerk.post(f"{path}/schedule", {"send_at": "2027-11-30T04:00:00Z"}, etag=etag)
    assert ["#/send_at"] == [each["pointer"] for each in too_late.json["errors"]]
    at = {"send_at": "2026-11-30T02:05:00Z"}
    assert 200 == clerk.post(f"{path}/schedule", at, etag=etag).status_code
    with world.app.app_context():
        expansion.sweep()
        assert [] == world.anybody.get("/published-notices").json["items"]
        now.shift(timedelta(minutes=5))

        expansion.sweep()

    assert "sending" == clerk.get(path).json["status"]


def inbox(her: Caller) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = her.get("/messages").json["items"]
    return items


def read(reader: Caller, path: str) -> None:
    """She has the message, with its push, and opens it."""
    (message,) = inbox(reader)
    assert ("notice.published", SAID["title"], SAID["summary"]) == tuple(
        message[name] for name in ("event", "title", "body")
    )
    assert [("wechat", "pending")] == [
        (each["channel"], each["status"]) for each in message["deliveries"]
    ]
    assert f"pages/notices/detail?id={path.rsplit('/', 1)[1]}" == message["link"]
    assert 200 == reader.post(f"/messages/{message['id']}/read", {}).status_code


def published(world: World, path: str) -> None:
    """Anybody reads it, finds it by its words, and sees in which days it is in force."""
    anybody = world.anybody
    (found,) = anybody.get("/published-notices?q=退役军人&topic=subsidy").json["items"]
    assert ("2026-12-01", "2027-12-31") == (found["in_force_from"], found["in_force_until"])
    assert [] == anybody.get("/published-notices?in_force_on=2026-11-30").json["items"]
    whole = anybody.get(f"/published-notices/{path.rsplit('/', 1)[1]}").json
    assert SAID["body"] == whole["body"]
    assert not {"audience", "people", "figures"} & whole.keys()


def look_at_the_report(world: World, path: str) -> None:
    """The states add up to everybody, one of two has opened it, and small cells stay empty."""
    clerk = world.staff("demo-bureau")
    seen = clerk.get(path)
    # What was opened since changes no version, and is told all the same.
    assert 200 == clerk.get(path, If_None_Match=seen.headers["ETag"]).status_code
    report = seen.json["report"]

    assert {"opted_out": 1, "pending": 1} == {e["state"]: e["people"] for e in report["states"]}
    assert (2, 1, 0) == (report["people"], report["opened"], report["acted"])
    assert {None} == {each["people"] for each in report["cells"]}
    (push,) = clerk.get(f"{path}/deliveries").json["items"]
    assert "pending" == push["status"]


def test_whoever_wants_to_hear_once_a_week_does_but_at_once_of_what_is_urgent(world: World):
    with time_machine.travel(MORNING, tick=False) as now:
        her = world.citizen("bayar")
        answer = {"answers": [{"template": "policy_notice", "answer": "accept"}]}
        assert 200 == her.post("/messages/subscriptions", answer).status_code
        both = her.put("/me/preferences", {"muted": ["policy"], "weekly": ["policy"]})
        assert ["#/weekly"] == [each["pointer"] for each in both.json["errors"]]
        wishes = her.put("/me/preferences", {"muted": ["loan"], "weekly": ["policy", "subsidy"]})
        assert ["weekly", "weekly", "never", "each"] == [
            each["wish"] for each in wishes.json["items"]
        ][:4]
        for moment, more in (
            (MORNING, {}),
            # In the evening of that day.
            (MORNING.replace(hour=14), {"title": "明日停电", "urgent_why": "明日窗口不办理业务"}),
        ):
            now.move_to(moment)
            brought(world, SAID | {"audience": {"all": []}} | more)
        urgent, plain = inbox(world.citizen("bayar"))
        assert [("明日停电", "pending"), (SAID["title"], "skipped")] == [
            (each["title"], each["deliveries"][0]["status"]) for each in (urgent, plain)
        ]
        now.move_to(MORNING + timedelta(days=7, hours=-1))
        with world.app.app_context():
            digests.sweep()

        (digest, *_) = inbox(world.citizen("bayar"))

        assert "digest.begun" == digest["event"]
        assert "明日停电" in digest["body"] and SAID["title"] in digest["body"]


def brought(world: World, said: dict[str, Any]) -> None:
    """Write a notice, approve it as what it is, and let it begin."""
    clerk, colleague = world.staff("demo-bureau"), world.staff("demo-bureau-2")
    path = f"/notices/{clerk.post('/notices', said).json['id']}"
    etag = clerk.get(path).headers["ETag"]
    etag = clerk.post(f"{path}/submit", {}, etag=etag).headers["ETag"]
    is_urgent = "urgent_why" in said
    wrong = {"people": 1, "urgent": not is_urgent}
    assert 412 == colleague.post(f"{path}/approve", wrong, etag=etag).status_code
    right = {"people": 1, "urgent": is_urgent}
    etag = colleague.post(f"{path}/approve", right, etag=etag).headers["ETag"]
    assert 200 == clerk.post(f"{path}/schedule", {}, etag=etag).status_code
    with world.app.app_context():
        expansion.sweep()
