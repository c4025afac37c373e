"""Codes over HTTP: made, drawn by WeChat's stand-in, scanned, counted and revoked."""

import pytest

from tests.factories import World
from tests.miniprogram_api.refusals import refused

PNG = b"\x89PNG\r\n\x1a\n"
WISH = {"kind": "poster", "label": "乌兰浩特站出站口"}


@pytest.fixture
def code(world: World) -> dict:
    answer = world.staff().post("/codes", WISH | {"park_id": world.park_id()})
    assert 201 == answer.status_code, answer.text
    return answer.json


def test_a_poster_from_its_making_to_its_end(world, simulator, code):
    his, path = world.staff(), f"/codes/{code['id']}"

    # Before WeChat has drawn it there is no picture; afterwards it is there and asked for once.
    assert 404 == his.get(f"{path}/image").status_code
    for _ in range(2):
        assert his.post(f"{path}/image", {}).json["is_drawn"]
    picture = his.get(f"{path}/image")
    assert ("image/png", True) == (picture.mimetype, picture.data.startswith(PNG))
    assert 1 == len(simulator.log(endpoint="code"))
    assert his.post(f"{path}/link", {}).json["link"].startswith("https://")

    # Two people scan it, neither of whom signs in; a repeated request counts once.
    for key in ("one", "one", "two"):
        opened = world.anybody.post("/codes/open", {"token": code["token"]}, key=key)
        assert f"pages/parks/detail?id={world.park_id()}" == opened.json["page"]
    whole = his.get(path)
    assert (2, [2]) == (whole.json["opens"], [day["opens"] for day in whole.json["days"]])

    # It is taken down.
    ended = his.post(f"{path}/revoke", {}, etag=whole.headers["ETag"])
    assert (200, []) == (ended.status_code, ended.json["actions"])
    gone = world.anybody.post("/codes/open", {"token": code["token"]})
    assert "停用" in refused(gone, 410, "code-revoked")["detail"]


@pytest.mark.parametrize("token", ["x", "7cQ2mVxN0aLp", "a" * 32])
def test_an_unknown_token_is_not_found(world, token):
    refused(world.anybody.post("/codes/open", {"token": token}), 404)


@pytest.mark.parametrize("verb", ["image", "link"])
@pytest.mark.parametrize("kind", ["busy", 500, 45009])
def test_without_wechat_the_code_is_there_and_the_rest_may_be_asked_for_later(
    world, simulator, code, verb, kind
):
    simulator.misbehave({"image": "code"}.get(verb, verb), kind)
    path = f"/codes/{code['id']}/{verb}"

    refused(world.staff().post(path, {}), 503, "wechat-unavailable")
    assert world.anybody.post("/codes/open", {"token": code["token"]}).json["park_id"]
    simulator.behave()

    assert 200 == world.staff().post(path, {}).status_code


def test_another_manager_knows_nothing_of_it_and_citizens_have_no_business_here(world, code):
    other = world.staff("demo-manager-p01")

    for verb in ("", "/image"):
        refused(other.get(f"/codes/{code['id']}{verb}"), 404)
    assert [] == other.get("/codes").json["items"]
    refused(world.citizen().get("/codes"), 401)
    refused(other.post("/codes", WISH | {"park_id": world.park_id()}), 403)
