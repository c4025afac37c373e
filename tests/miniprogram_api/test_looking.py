"""What becomes of a request whose texts are looked at, whatever WeChat does? (over HTTP)"""

import logging
import threading
import time
from uuid import uuid4

import pytest

from tests.factories import SECTIONS, Caller, World
from tests.records import look, one

pytestmark = pytest.mark.usefixtures("in_app")
SUMMARY = SECTIONS["project"]["summary"]
LIMIT_S = 3.0


@pytest.fixture
def her(world: World) -> Caller:
    """Somebody who has just come in through WeChat."""
    code = {"code": f"demo:qiqige:{uuid4()}", "device": "iPhone"}
    return Caller(world.app, world.anybody.post("/session/wechat", code).json["access_token"])


def handed_in(world: World, by: Caller, **sections):
    made, etag = world.draft(by, sections=SECTIONS | sections)
    answer = by.post(f"/applications/{made['id']}/submit", {}, etag=etag)
    assert (200, "submitted") == (answer.status_code, answer.json["status"]), answer.text
    return answer.json


def verdicts(case) -> dict[str, str]:
    found = look("SELECT * FROM text_check WHERE subject = :id", id=case["id"])
    return {each["pointer"].rpartition("/")[2]: each["verdict"] for each in found}


def asked(simulator):
    return simulator.log(endpoint="text")


def test_only_free_texts_leave_the_house_and_pass(world, simulator, her):
    case = handed_in(world, her)

    assert {"title": "PASS", "summary": "PASS"} == verdicts(case)
    (call,) = asked(simulator)
    assert f"{SECTIONS['project']['title']}\n{SUMMARY}" == call["body"]["content"]
    assert SECTIONS["applicant"]["phone"] not in str(call)
    assert SECTIONS["applicant"]["name"] not in str(call)


@pytest.mark.parametrize("suggest", ["review", "risky"])
def test_what_wechat_objects_to_goes_to_the_office_with_a_note(world, simulator, her, suggest):
    simulator.think(SUMMARY[:4], suggest, 20001)

    case = handed_in(world, her)

    assert {"title": "PASS", "summary": suggest.upper()} == verdicts(case)
    (found,) = [
        each
        for each in world.staff().get(f"/applications/{case['id']}/texts").json["items"]
        if each["actions"]
    ]
    assert ("20001", "wechat", "创业项目 · 项目简介") == (
        found["label"],
        found["source"],
        found["field"],
    )


@pytest.mark.parametrize("kind", [61010, -1, 45009, 44991, 500, "html", "close"])
def test_when_wechat_cannot_say_it_is_handed_in_all_the_same_and_unchecked(
    world, simulator, her, kind
):
    simulator.misbehave("text", kind)

    assert {"title": "UNCHECKED", "summary": "UNCHECKED"} == verdicts(handed_in(world, her))


def test_our_own_list_is_asked_instead(world, simulator, her):
    simulator.misbehave("text", "busy")
    project = SECTIONS["project"] | {"summary": "刷单返利，日结"}

    case = handed_in(world, her, project=project)

    assert {"title": "UNCHECKED", "summary": "REVIEW"} == verdicts(case)
    assert "fraud" == one("SELECT label FROM text_check WHERE verdict = 'REVIEW'")


def test_somebody_whom_wechat_has_not_seen_for_two_hours_is_unchecked(world, simulator, her):
    simulator.advance(7201)

    assert {"title": "UNCHECKED", "summary": "UNCHECKED"} == verdicts(handed_in(world, her))


def test_nobody_waits_longer_than_the_limit_and_no_transaction_is_open_meanwhile(
    world, simulator, her
):
    made, etag = world.draft(her)
    simulator.misbehave("text", "slow", seconds=1.0, times=1)
    seen: list[int] = []
    began = time.monotonic()

    def watch():
        time.sleep(0.5)
        with world.app.app_context():
            seen.append(
                one(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND state LIKE 'idle in transaction%'"
                )
            )

    watcher = threading.Thread(target=watch)
    watcher.start()
    answer = her.post(f"/applications/{made['id']}/submit", {}, etag=etag)
    watcher.join()

    assert (200, [0]) == (answer.status_code, seen)
    assert 1.0 < time.monotonic() - began < LIMIT_S


@pytest.mark.reliability
def test_a_wechat_that_hangs_costs_three_seconds_and_no_more(world, simulator, her):
    made, etag = world.draft(her)
    simulator.misbehave("text", "hang")
    began = time.monotonic()

    answer = her.post(f"/applications/{made['id']}/submit", {}, etag=etag)

    assert 200 == answer.status_code
    assert LIMIT_S - 0.5 < time.monotonic() - began < LIMIT_S + 1.0


def test_the_same_request_again_asks_nobody_and_keeps_nothing_twice(world, simulator, her):
    made, etag = world.draft(her)
    path, key = f"/applications/{made['id']}/submit", uuid4().hex

    first, again = (her.post(path, {}, etag=etag, key=key) for _ in range(2))

    assert (200, 200, "true") == (
        first.status_code,
        again.status_code,
        again.headers["Idempotent-Replayed"],
    )
    assert 1 == len(asked(simulator))
    assert 2 == one("SELECT count(*) FROM text_check")


def test_of_a_foreign_draft_and_of_another_version_nothing_leaves_the_house(world, simulator, her):
    foreign, etag = world.draft(world.citizen("another"))
    mine, _ = world.draft(her)

    assert 404 == her.post(f"/applications/{foreign['id']}/submit", {}, etag=etag).status_code
    assert 412 == her.post(f"/applications/{mine['id']}/submit", {}, etag='"99"').status_code

    assert [] == asked(simulator)


def test_what_staff_write_is_not_sent(world, simulator):
    made, etag = world.submitted()
    simulator.clear_log()
    why = {"items": [{"pointer": "#/sections/project", "fault": "incomplete", "text": "请写明"}]}

    answer = world.staff().post(f"/applications/{made['id']}/return", why, etag=etag)

    assert 200 == answer.status_code, answer.text
    assert [] == asked(simulator)


def test_no_log_says_a_word_of_the_text(world, simulator, her, caplog):
    caplog.set_level(logging.DEBUG)
    simulator.think(SUMMARY[:4], "risky", 20001)

    handed_in(world, her)

    assert SUMMARY[:4] not in caplog.text
