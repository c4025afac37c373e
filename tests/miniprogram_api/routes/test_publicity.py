"""The board and its objections over HTTP."""

import pytest

from tests.factories import World
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

pytestmark = pytest.mark.usefixtures("in_app")

WORDS = {"words": "该项目并未在园区经营"}
FOUND = {"upheld": False, "answer": "经现场核查，经营正常"}


@pytest.fixture
def listed(world: World) -> dict:
    """What anybody reads of the one decision that is published."""
    made = world.approved()
    path = f"/applications/{made['id']}"
    his = world.staff()
    etag = his.get(path).headers["ETag"]
    answer = his.post(f"{path}/publicise", {}, etag=etag)
    assert ("publicised", 200) == (answer.json["status"], answer.status_code)
    (item,) = world.anybody.get("/publicity").json["items"]
    return {**item, "application": path}


def test_anybody_reads_it_without_signing_in_and_learns_no_name(world, listed):
    assert ("其**", "公示中") == (listed["name"], listed["status_label"])
    answer = world.anybody.get("/publicity")
    assert "其其格" not in answer.text
    assert "1380013" not in answer.text


def test_an_objection_is_raised_read_answered_and_told_to_the_applicant(world, listed):
    neighbour, above = world.citizen("neighbour"), world.staff("demo-bureau")

    raised = neighbour.post(f"/publicity/{listed['id']}/objections", WORDS)
    assert 201 == raised.status_code, raised.text
    (found,) = above.get(f"{listed['application']}/objections").json["items"]
    assert (WORDS["words"], ["answer"]) == (found["words"], found["actions"])
    answered = above.post(f"/objections/{found['id']}/answer", FOUND)
    assert 200 == answered.status_code, answered.text

    mine = neighbour.get(f"/objections/{found['id']}").json
    assert (False, FOUND["answer"]) == (mine["upheld"], mine["answer"])
    titles = [each["title"] for each in world.citizen().get("/messages").json["items"]]
    assert ["公示继续", "公示中止", "审核结果开始公示"] == titles[:3]


def test_the_neighbour_is_nowhere_in_what_the_applicant_reads(world, listed):
    neighbour = world.citizen("neighbour")
    neighbour.post(f"/publicity/{listed['id']}/objections", WORDS)
    her = world.citizen()

    refused(her.get(f"{listed['application']}/objections"), 401)
    timeline = her.get(f"{listed['application']}/timeline")
    assert WORDS["words"] not in timeline.text
    assert "公众" == timeline.json["items"][-1]["by"]


def test_a_second_objection_and_ones_own_case_are_refused(world, app, listed):
    path = f"/publicity/{listed['id']}/objections"
    neighbour, her = world.citizen("neighbour"), world.citizen()
    neighbour.post(path, WORDS)

    with nothing_changes(app):
        refused(neighbour.post(path, WORDS), 409, "already-objected")
        refused(her.post(path, WORDS), 403, "not-allowed")


@pytest.mark.parametrize(("workdays", "status"), [(2, 422), (31, 422), (True, 422)])
def test_the_period_has_its_bounds(world, app, workdays, status):
    made = world.approved()
    his, path = world.staff(), f"/applications/{made['id']}"
    etag = his.get(path).headers["ETag"]
    with nothing_changes(app):
        problem = refused(his.post(f"{path}/publicise", {"workdays": workdays}, etag=etag), status)

    assert ["#/workdays"] == pointers(problem)
