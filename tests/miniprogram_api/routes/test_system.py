"""Is it alive, is it ready, what does it offer, what does a problem mean?"""

import logging
from dataclasses import replace

import pytest

from backend import heartbeats, readiness
from miniprogram_api.app import create_app
from miniprogram_api.problems import PROBLEMS
from notifications import watching
from notifications.sweepers import SWEEPERS
from tests.factories import Caller, World
from tests.miniprogram_api.ready import administrator
from tests.records import change


def test_it_is_alive(world: World):
    answer = world.anybody.get("/healthz")

    assert (200, {"status": "ok"}) == (answer.status_code, answer.json)


class TestReadiness:
    def test_with_database_schema_and_redis_it_is_ready(self, world: World):
        assert {
            "status": "ok",
            "database": True,
            "schema_version": readiness.expected_schema(),
            "redis": True,
            "stale_sweepers": list(SWEEPERS),
        } == world.anybody.get("/readyz").json

    def test_periodic_jobs_that_have_stopped_are_named_and_it_is_ready_all_the_same(
        self, world: World, in_app
    ):
        for job in SWEEPERS:
            heartbeats.beat(job, 0.1)
        change("UPDATE heartbeat SET beaten_at = now() - interval '1 h' WHERE job = 'sweep_cases'")

        answer = world.anybody.get("/readyz")

        assert (200, ["sweep_cases"]) == (answer.status_code, answer.json["stale_sweepers"])

    def test_a_stop_is_logged_once_and_not_at_every_look(self, world: World, in_app, caplog):
        kept, in_app.extensions["watch"] = in_app.extensions["watch"], watching.Watch(began=-1e6)
        for job in SWEEPERS:
            heartbeats.beat(job, 0.1)
        change("UPDATE heartbeat SET beaten_at = now() - interval '1 h' WHERE job = 'sweep_cases'")
        try:
            with caplog.at_level(logging.ERROR):
                for _ in range(3):
                    world.anybody.get("/readyz")
        finally:
            in_app.extensions["watch"] = kept

        (cried,) = [each.message for each in caplog.records if each.levelname == "ERROR"]
        assert "sweep_cases has stopped" in cried

    def test_on_another_schema_it_is_not(self, world: World, in_app):
        kept = readiness.expected_schema()
        change("UPDATE alembic_version SET version_num = '0001'")
        try:
            answer = world.anybody.get("/readyz")
        finally:
            change("UPDATE alembic_version SET version_num = :kept", kept=kept)

        assert (503, "服务暂不可用") == (answer.status_code, answer.json["title"])
        assert int(answer.headers["Retry-After"]) > 0

    @pytest.mark.usefixtures("closed_afterwards")
    def test_without_a_database_it_is_alive_and_not_ready(self, settings):
        away = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
        caller = Caller(create_app(replace(settings, database_url=away)))

        assert [200, 503] == [caller.get(path).status_code for path in ("/healthz", "/readyz")]


class TestSweepers:
    def test_an_administrator_sees_when_each_last_came_to_a_good_end(self, world: World, in_app):
        heartbeats.beat("sweep_messages", 0.25)

        found = {each["job"]: each for each in administrator(world).get("/sweepers").json["items"]}

        assert list(SWEEPERS) == list(found)
        beaten, never = found["sweep_messages"], found["sweep_cases"]
        assert (False, 250, 120) == (beaten["stale"], beaten["took_ms"], beaten["rests_s"])
        assert beaten["beaten_at"].endswith("Z")
        assert (True, None, None) == (never["stale"], never["took_ms"], never["beaten_at"])

    @pytest.mark.parametrize("who", ["demo-bureau", "demo-manager"])
    def test_nobody_else_does(self, world: World, who):
        assert 403 == world.staff(who).get("/sweepers").status_code


class TestProblems:
    @pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda each: each.slug)
    def test_every_kind_of_problem_is_explained_where_its_type_points(self, world: World, problem):
        answer = world.anybody.get(f"/problems/{problem.slug}")

        assert 200 == answer.status_code
        assert (problem.title, problem.status) == (answer.json["title"], answer.json["status"])
        assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json["meaning"])

    def test_the_type_of_a_problem_leads_to_its_explanation(self, world: World):
        refused = world.anybody.get("/me").json

        explained = world.anybody.get(refused["type"].removeprefix("http://localhost"))

        assert refused["title"] == explained.json["title"]

    def test_a_kind_that_does_not_exist_is_not_found(self, world: World):
        assert 404 == world.anybody.get("/problems/no-such-problem").status_code

    def test_an_address_that_does_not_exist_is_a_problem_too(self, world: World):
        answer = world.anybody.get("/nowhere")

        assert (404, "application/problem+json", "about:blank") == (
            answer.status_code,
            answer.mimetype,
            answer.json["type"],
        )

    def test_a_method_that_does_not_exist_names_those_that_do(self, world: World):
        answer = world.anybody.delete("/parks")

        assert 405 == answer.status_code
        assert {"GET", "HEAD", "OPTIONS"} >= set(answer.headers["Allow"].split(", ")) >= {"GET"}


class TestMetrics:
    def test_this_machine_may_read_them(self, world: World):
        world.anybody.get("/healthz")

        answer = world.anybody.get("/metrics")

        assert 200 == answer.status_code
        assert 'requests_total{operation="checkHealth",status="200"}' in answer.text

    @pytest.mark.parametrize(
        ("token", "given", "status"),
        [
            ("a-token-of-this-house", "Bearer a-token-of-this-house", 200),
            ("a-token-of-this-house", "Bearer another", 404),
            ("a-token-of-this-house", "", 404),
            ("a-token-of-this-house", "Bearer schlüssel", 404),
            ("", "Bearer ", 404),
            ("", "", 404),
        ],
    )
    @pytest.mark.usefixtures("closed_afterwards")
    def test_another_machine_needs_the_token(self, settings, token, given, status):
        client = create_app(replace(settings, metrics_token=token)).test_client()

        answer = client.get(
            "/metrics",
            headers={"Authorization": given} if given else {},
            environ_base={"REMOTE_ADDR": "192.168.1.77"},
        )

        assert status == answer.status_code


class TestTheDocument:
    def test_it_can_be_read_by_everybody(self, world: World):
        document = world.anybody.get("/openapi.json").json

        assert "3.1.0" == document["openapi"]
        assert "/api/v1/parks" in document["paths"]

    def test_its_pages_come_from_this_house_alone(self, world: World):
        page = world.anybody.get("/docs/")

        assert 200 == page.status_code
        assert "https://" not in page.headers["Content-Security-Policy"]
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
