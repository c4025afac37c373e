"""How does a repeated request get the first answer? (reliability group G12)"""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from backend import clock
from backend.db import session
from tests.factories import SECTIONS, World


def begin(world: World, by, **headers):
    return by.post("/applications", {"kind": "tenancy", "park_id": world.park()["id"]}, **headers)


def applications(world: World) -> int:
    with world.app.app_context():
        count = session.scalar(text("SELECT count(*) FROM application"))
        session.rollback()
        return count


def test_ic_01_without_a_key_nothing_is_created(world: World):
    answer = begin(world, world.citizen(), key="")

    assert (400, "缺少幂等键") == (answer.status_code, answer.json["title"])
    assert 0 == applications(world)


@pytest.mark.parametrize("key", ["x" * 256, "a b", "ключ".encode().decode("latin-1"), '""'])
def test_ic_02_a_key_that_breaks_the_published_rule_is_refused(world: World, key: str):
    assert 400 == begin(world, world.citizen(), key=key).status_code
    assert 0 == applications(world)


@pytest.mark.parametrize("key", ["x" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "k"])
def test_a_key_may_be_quoted_or_bare_and_as_long_as_255(world: World, key: str):
    assert 201 == begin(world, world.citizen(), key=key).status_code


def test_ic_03_the_same_request_gets_the_first_answer_and_says_so(world: World):
    her = world.citizen()

    first, second = begin(world, her, key="k1"), begin(world, her, key="k1")

    assert (201, first.json) == (second.status_code, second.json)
    assert first.headers["ETag"] == second.headers["ETag"]
    assert "true" == second.headers["Idempotent-Replayed"]
    assert "Idempotent-Replayed" not in first.headers
    assert 1 == applications(world)


def test_ic_04_the_same_key_with_other_content_is_refused(world: World):
    her = world.citizen()
    begin(world, her, key="k1")

    other = {"kind": "tenancy", "park_id": world.park("P13")["id"]}
    answer = her.post("/applications", other, key="k1")

    assert (422, "幂等键重复使用") == (answer.status_code, answer.json["title"])


def test_ic_05_the_same_key_for_another_operation_is_refused(world: World):
    her = world.citizen()
    draft = begin(world, her, key="k1")

    path = f"/applications/{draft.json['id']}/withdraw"
    answer = her.post(path, {}, key="k1", etag=draft.headers["ETag"])

    assert 422 == answer.status_code
    assert "draft" == her.get(f"/applications/{draft.json['id']}").json["status"]


def test_ic_06_keys_of_two_people_have_nothing_to_do_with_each_other(world: World):
    assert 201 == begin(world, world.citizen("a"), key="k1").status_code
    assert 201 == begin(world, world.citizen("b"), key="k1").status_code


def test_ic_09_a_refused_first_try_does_not_burn_the_key(world: World):
    her = world.citizen()
    refused = her.post("/applications", {"kind": "tenancy"}, key="k1")

    assert 422 == refused.status_code
    assert 201 == begin(world, her, key="k1").status_code


@pytest.mark.parametrize(("hours", "replayed"), [(23.99, True), (24.01, False)])
def test_ic_12_a_key_is_forgotten_after_a_day(world: World, hours: float, replayed: bool):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        her = world.citizen()
        draft = begin(world, her, key="k1")
        path, etag = f"/applications/{draft.json['id']}", draft.headers["ETag"]
        saved = her.put(path, {"sections": {}}, key="k2", etag=etag)
        traveller.shift(timedelta(hours=hours))
        her = world.citizen()  # Her token has not lived that long.

        again = her.put(path, {"sections": {}}, key="k2", etag=etag)

    assert 200 == saved.status_code
    assert replayed == ("Idempotent-Replayed" in again.headers)


def test_ic_13_the_order_of_keys_and_white_space_do_not_matter(world: World):
    her, park = world.citizen(), world.park()["id"]

    first = her.post("/applications", f'{{"kind":"tenancy","park_id":"{park}"}}'.encode(), key="k")
    second = her.post(
        "/applications", f'{{ "park_id": "{park}",\n "kind": "tenancy" }}'.encode(), key="k"
    )

    assert first.json == second.json


def test_ic_14_the_kept_answer_holds_no_readable_personal_data(world: World):
    world.draft(world.citizen())

    with world.app.app_context():
        kept = session.scalars(text("SELECT answer FROM idempotency_key")).all()
        session.rollback()
    assert 1 == len(kept)
    assert SECTIONS["applicant"]["phone"] not in kept[0]
    assert SECTIONS["applicant"]["name"] not in kept[0]


def test_a_replay_is_answered_before_the_version_is_looked_at(world: World):
    her = world.citizen()
    draft, etag = world.draft(her)
    path = f"/applications/{draft['id']}/submit"

    first = her.post(path, {}, key="once", etag=etag)
    second = her.post(path, {}, key="once", etag=etag)

    assert [200, 200] == [first.status_code, second.status_code]
    assert first.json == second.json


def test_signing_out_with_a_key_answers_once_and_ends_the_session(world: World):
    her = world.citizen()

    assert 204 == her.delete("/sessions/current", key="bye").status_code
    assert 401 == her.get("/me").status_code
