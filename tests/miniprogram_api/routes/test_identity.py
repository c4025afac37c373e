"""Who the caller is and how to reach her, over HTTP (G1, G2, ID-32)."""

from uuid import uuid4

import pytest

from tests.factories import Caller, World
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused
from tests.miniprogram_api.test_logs import lines

__all__ = ["lines"]
HERS, OTHER = "152201199001010001", "152201199101010009"
TOLD = {"name": "其其格", "number": HERS}
SHOWN = {
    "name_masked": "其**",
    "number_masked": "1522**********0001",
    "document": "resident_card",
    "document_label": "居民身份证",
    "minor": False,
    "source": "declared",
    "source_label": "本人填写",
}


def by_wechat(world: World, name: str = "qiqige") -> Caller:
    """Somebody who has signed in through WeChat's stand-in, which knows her openid."""
    answer = world.anybody.post("/session/wechat", {"code": f"demo:{name}:{uuid4()}"})
    return Caller(world.app, answer.json["access_token"])


class TestIdentity:
    def test_it_is_bound_shown_masked_and_part_of_what_i_know_of_me(self, world):
        her = world.citizen()
        assert None is her.get("/me").json["identity"]

        answer = her.put("/me/identity", TOLD)

        assert 200 == answer.status_code, answer.text
        told = answer.json
        assert SHOWN == {name: value for name, value in told.items() if name != "bound_at"}
        assert told == her.get("/me").json["identity"]
        assert "1990" not in her.get("/me").text

    def test_staff_have_none(self, world):
        me = world.staff().get("/me").json

        assert (None, None) == (me["identity"], me["phone"])

    def test_without_or_with_another_key_the_same_again_is_the_same(self, world):
        her = world.citizen()

        got = [her.put("/me/identity", TOLD, key=key) for key in ("", "k1", "k1", "k2")]

        assert [got[0].json] * 4 == [each.json for each in got]
        assert "true" == got[2].headers["Idempotent-Replayed"]

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ({}, ["#/name", "#/number"]),
            ({"name": " ", "number": "1"}, ["#/name", "#/number"]),
            ({"name": None, "number": None}, ["#/name", "#/number"]),
            ({"name": "其\u202e格", "number": "152201900101001"}, ["#/name", "#/number"]),
            # ID-29: as a number it would lose its last digits on the way.
            ({"name": "其其格", "number": 152201199001010001}, ["#/number"]),
            ({"name": "其" * 100_000, "number": "1" * 100_000}, ["#/name", "#/number"]),
            # Of no province, no day, and the wrong check character.
            ({"name": "其其格", "number": "162201201002290009"}, ["#/number"] * 3),
        ],
        ids=["nothing", "blank", "null", "old", "ID-29", "overlong", "three faults"],
    )
    def test_every_fault_is_named_at_once_and_nothing_is_kept(self, world, app, content, expected):
        her = world.citizen()
        with nothing_changes(app):
            problem = refused(her.put("/me/identity", content), 422, "invalid-input")

        assert expected == pointers(problem)
        assert "2201" not in str(problem)

    def test_id16_too_young_is_a_kind_of_its_own(self, world, app):
        her = world.citizen()
        # Born on 1 January 2020: 86 for the region, 2*2+9*0+6*2+3*0+7*0+9*1+10*0+5*1 = 30 for
        # the day; 116 leaves 6 when divided by 11, and the seventh character is 6.
        with nothing_changes(app):
            problem = refused(
                her.put("/me/identity", {**TOLD, "number": "152201202001010006"}),
                422,
                "too-young",
            )

        assert ["#/number"] == pointers(problem)

    def test_id30_taken_names_nobody_and_staff_see_two_accounts(self, world):
        her, other = world.citizen(), world.citizen("other")
        her.put("/me/identity", TOLD)

        problem = refused(other.put("/me/identity", TOLD), 409, "identity-taken")

        assert {"type", "title", "status", "detail", "instance"} == set(problem)
        assert None is other.get("/me").json["identity"]
        (found,) = world.staff("demo-bureau").get("/duplicates").json["items"]
        assert {
            "kind": "identity",
            "kind_label": "同一证件号码",
            "number_masked": "1522**********0001",
            "claimant": other.get("/me").json["id"],
            "holder": her.get("/me").json["id"],
        } == {name: value for name, value in found.items() if name not in ("id", "noted_at")}

    def test_a_refusal_is_not_remembered_under_its_key(self, world):
        her, other = world.citizen(), world.citizen("other")
        her.put("/me/identity", TOLD)
        refused(other.put("/me/identity", TOLD, key="k"), 409, "identity-taken")
        her.put("/me/identity", {**TOLD, "number": OTHER})

        assert 200 == other.put("/me/identity", TOLD, key="k").status_code

    def test_after_a_submission_only_staff_may_change_it(self, world):
        her = world.citizen()
        her.put("/me/identity", {**TOLD, "number": OTHER})
        assert 200 == her.put("/me/identity", TOLD).status_code
        world.submitted(her)

        problem = refused(her.put("/me/identity", {**TOLD, "number": OTHER}), 409, "identity-bound")

        assert "窗口" in problem["detail"]
        assert 200 == her.put("/me/identity", TOLD).status_code

    @pytest.mark.parametrize("path", ["/me", "/me/identity", "/duplicates", "/messages"])
    def test_id32_a_number_in_the_query_is_refused_and_not_written_down(self, world, lines, path):
        her = world.staff("demo-bureau") if path == "/duplicates" else world.citizen()
        method = "PUT" if path == "/me/identity" else "GET"
        content = TOLD if method == "PUT" else None

        refused(her.send(method, f"{path}?number={HERS}", content), 400, "malformed")

        assert '"event":"request"' in lines()
        assert "19900101" not in lines()

    def test_nothing_of_a_body_is_written_down(self, world, lines):
        her, other = world.citizen(), world.citizen("other")
        for by, number in ((her, HERS), (other, HERS), (other, HERS[:17] + "2")):
            by.put("/me/identity", {**TOLD, "number": number})

        assert 3 == lines().count('"operation":"bindIdentity"')
        for leak in ("19900101", "其其格", "1522"):
            assert leak not in lines()


class TestPhones:
    def test_a_code_of_the_button_binds_the_phone(self, world, simulator):
        her = by_wechat(world)
        simulator.set_phone("qiqige", "13800138000")
        assert None is her.get("/me").json["phone"]

        answer = her.put("/me/phone", {"code": simulator.mint_phone_code("qiqige")})

        assert 200 == answer.status_code, answer.text
        assert "138****8000" == answer.json["number_masked"]
        assert answer.json == her.get("/me").json["phone"]

    def test_the_same_request_again_has_the_same_answer_with_and_without_a_key(
        self, world, simulator
    ):
        her, code = by_wechat(world), f"phone:qiqige:{uuid4()}"

        got = [her.put("/me/phone", {"code": code}, key=key) for key in ("", "k1", "k1")]

        assert [got[0].json] * 3 == [each.json for each in got]
        assert 1 == len(simulator.log(endpoint="phone"))

    @pytest.mark.parametrize("code", ["demo:qiqige", "phone:batu", "x", "x" * 128])
    def test_a_code_that_is_of_no_use_is_refused_in_words(self, world, app, code):
        her = by_wechat(world)
        with nothing_changes(app):
            problem = refused(her.put("/me/phone", {"code": code}), 422, "invalid-input")

        assert ["#/code"] == pointers(problem)
        assert "重新" in problem["errors"][0]["detail"]

    @pytest.mark.parametrize("kind", ["busy", 500, "close"])
    def test_wechat_away_is_503_and_the_code_may_be_sent_again(self, world, simulator, kind):
        her = by_wechat(world)
        simulator.misbehave("phone", kind, times=1)

        problem = refused(her.put("/me/phone", {"code": "phone:qiqige:1"}), 503)

        assert problem["type"].endswith("wechat-unavailable")

    def test_too_often_says_how_long_to_wait(self, world, simulator):
        her = by_wechat(world)
        simulator.misbehave("phone", 45011, times=1)

        answer = her.put("/me/phone", {"code": "phone:qiqige:2"})

        refused(answer, 429, "too-many")
        assert "60" == answer.headers["Retry-After"]

    def test_a_number_is_never_taken_from_the_body(self, world, app):
        her = world.citizen()
        with nothing_changes(app):
            problem = refused(her.put("/me/phone", {"phone": "13800138000"}), 422)

        assert ["#/code", "#/phone"] == pointers(problem)


class TestDuplicates:
    def test_they_come_in_pages_newest_first(self, world, simulator):
        for name in ("one", "two", "three"):
            simulator.set_phone(name, "13800138000")
            code = {"code": simulator.mint_phone_code(name)}
            assert 200 == by_wechat(world, name).put("/me/phone", code).status_code
        clerk = world.staff("demo-bureau")

        first = clerk.get("/duplicates?limit=2").json
        rest = clerk.get(f"/duplicates?limit=2&cursor={first['next_cursor']}").json

        # The second met the first, the third met both.
        three, two = (by_wechat(world, name).get("/me").json["id"] for name in ("three", "two"))
        found = [*first["items"], *rest["items"]]
        assert [three, three, two] == [each["claimant"] for each in found]
        assert {"phone"} == {each["kind"] for each in found}
        assert None is rest["next_cursor"]

    def test_a_manager_is_refused(self, world):
        refused(world.staff().get("/duplicates"), 403, "not-allowed")
