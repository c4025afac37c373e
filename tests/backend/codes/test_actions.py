"""Who makes codes, what do they lead to, and how are they counted and revoked?"""

import pytest
import time_machine

from backend.access import Role
from backend.codes import actions, queries
from backend.codes.kinds import CodeKind
from backend.errors import CodeRevoked, Invalid, NotAllowed, NotFound, Outdated
from tests.backend.codes.stage import WHERE, code
from tests.records import look, new_staff, one, park, staff

pytestmark = pytest.mark.usefixtures("in_app")


def days(made, who="demo-manager"):
    return {str(e["day"]): e["opens"] for e in queries.get(made["id"], staff(who))["days"]}


class TestMaking:
    @pytest.mark.parametrize("who", ["demo-manager", "demo-bureau"])
    @pytest.mark.parametrize("kind", list(CodeKind))
    def test_a_manager_makes_codes_of_his_park_and_the_bureau_of_any(self, who, kind):
        made = code(who, kind=kind)

        assert (kind, WHERE, 0, ["revoke", "draw", "link"]) == (
            made["kind"],
            made["label"],
            made["opens"],
            made["actions"],
        )
        assert 1 == one("SELECT count(*) FROM event WHERE name = 'code.created'")

    def test_a_manager_makes_none_of_another_park_and_none_without_a_park(self):
        for key in ("P01", None):
            with pytest.raises(NotAllowed):
                code("demo-manager", key)

    def test_a_county_makes_none_elsewhere_and_its_free_poster_is_its_own(self):
        new_staff("tuquan", Role.BUREAU_STAFF, county="152224")

        with pytest.raises(NotAllowed):
            code("tuquan")
        made = code("tuquan", None)

        assert "152224" == one("SELECT jurisdiction_code FROM code")
        assert made["id"] == queries.get(made["id"], staff("demo-bureau"))["id"]
        with pytest.raises(NotFound):
            queries.get(made["id"], staff("demo-manager"))

    def test_a_park_code_needs_a_park_that_is_there(self):
        for wish in (
            {"kind": CodeKind.PARK, "key": None},
            {"kind": CodeKind.POSTER, "key": None, "park": code()["id"]},
        ):
            with pytest.raises(Invalid) as refused:
                actions.create(
                    kind=wish["kind"], park=wish.get("park"), label="", by=staff("demo-bureau")
                )
            assert "#/park_id" == refused.value.more["errors"][0]["pointer"]


class TestOpening:
    def test_whoever_scans_it_is_led_to_the_park(self):
        told = actions.open_by_token(code()["token"])

        assert f"pages/parks/detail?id={park('P05')['public_id']}" == told["page"]
        assert "恒隆创业广场" == told["park_name"]

    def test_a_poster_of_no_park_leads_to_the_first_page(self):
        made = code("demo-bureau", None)

        assert "pages/index/index" == actions.open_by_token(made["token"])["page"]

    def test_openings_are_counted_by_the_day_of_shanghai_and_nobody_is_noted(self):
        made = code()
        # Midnight in Shanghai is four in the afternoon of UTC.
        for at in ("2026-11-29T15:59:59Z", "2026-11-29T16:00:00Z", "2026-11-29T16:00:01Z"):
            with time_machine.travel(at, tick=False):
                actions.open_by_token(made["token"])

        assert {"2026-11-29": 1, "2026-11-30": 2} == days(made)
        assert 3 == queries.get(made["id"], staff())["opens"]
        assert {"code_id", "day", "opens"} == set(look("SELECT * FROM code_openings")[0])

    @pytest.mark.parametrize("token", ["", "abc", "a" * 12, "a" * 13, "a' OR 1=1 -", "小程序码"])
    def test_what_is_no_token_of_ours_is_not_found(self, token):
        code()

        with pytest.raises(NotFound):
            actions.open_by_token(token)
        assert [] == look("SELECT * FROM code_openings")


class TestRevoking:
    def test_a_revoked_code_leads_nowhere_and_is_counted_no_more(self):
        made = code()
        actions.open_by_token(made["token"])

        revoked = actions.revoke(made["id"], seen=1, by=staff())

        assert ([], 2) == (revoked["actions"], revoked["version"])
        with pytest.raises(CodeRevoked):
            actions.open_by_token(made["token"])
        assert 1 == queries.get(made["id"], staff())["opens"]

    def test_it_is_revoked_once_and_by_whoever_has_seen_it(self):
        made = code()

        with pytest.raises(NotFound):
            actions.revoke(made["id"], seen=1, by=staff("demo-manager-p01"))
        with pytest.raises(Outdated):
            actions.revoke(made["id"], seen=2, by=staff())
        actions.revoke(made["id"], seen=1, by=staff("demo-bureau"))
        with pytest.raises(CodeRevoked):
            actions.revoke(made["id"], seen=2, by=staff())
