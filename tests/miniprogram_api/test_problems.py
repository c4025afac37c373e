"""Which answer does each refusal get? One shape, and nothing of our inside."""

from tests.factories import World


def test_a_step_that_does_not_exist_from_here_says_which_do(world: World):
    her = world.citizen()
    case, etag = world.submitted(her)
    path = f"/applications/{case['id']}"

    answer = her.put(path, {"sections": {}}, etag=etag)

    assert (409, "当前状态不可操作") == (answer.status_code, answer.json["title"])
    assert ["withdraw"] == answer.json["actions"]
    assert ("submitted", 409) == (answer.json["current_status"], answer.json["status"])


def test_a_party_that_may_look_but_not_decide_gets_403(world: World):
    case, etag = world.submitted()
    wish = {"unit_id": world.units()[0]["id"]}

    answer = world.staff("demo-bureau").post(f"/applications/{case['id']}/approve", wish, etag=etag)

    assert (403, "无权操作") == (answer.status_code, answer.json["title"])


def test_every_kind_of_problem_leads_to_its_meaning(world: World):
    address = world.anybody.get("/me").json["type"]
    path = address.partition("/api/v1")[2]

    answer = world.anybody.get(path)

    assert (200, 401) == (answer.status_code, answer.json["status"])


def test_an_unknown_kind_is_404(world: World):
    assert 404 == world.anybody.get("/problems/nonsense").status_code
