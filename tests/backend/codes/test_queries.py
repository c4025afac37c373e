"""Who reads which codes?"""

import pytest

from backend.access import Role
from backend.codes import actions, queries
from backend.errors import CodeRevoked, NotFound
from tests.backend.codes.stage import code
from tests.records import new_staff, staff

pytestmark = pytest.mark.usefixtures("in_app")


def labels(who: str, after=None, limit=9) -> list[str]:
    return [each["label"] for each in queries.listed(staff(who), after=after, limit=limit)]


def test_a_manager_reads_those_of_his_parks_and_the_league_all_of_them():
    code(label="P05")
    code("demo-manager-p01", "P01", label="P01")
    code("demo-bureau", None, label="海报")
    new_staff("admin2", Role.BUREAU_ADMIN)

    assert ["P05"] == labels("demo-manager")
    assert ["P01"] == labels("demo-manager-p01")
    assert ["海报", "P01", "P05"] == labels("demo-bureau")
    assert [] == labels("admin2")


def test_a_county_reads_those_of_its_parks_and_its_own_posters():
    new_staff("tuquan", Role.BUREAU_STAFF, county="152224")
    code(label="P05")
    code("tuquan", None, label="突泉海报")

    assert ["突泉海报"] == labels("tuquan")


def test_the_list_goes_on_after_a_row():
    for label in ("1", "2", "3"):
        code(label=label)
    first, *_ = queries.listed(staff(), after=None, limit=1)

    assert ["2", "1"] == labels("demo-manager", after=first["row"])


def test_a_picture_that_was_not_drawn_and_one_of_a_revoked_code_are_told_apart():
    made = code()

    with pytest.raises(NotFound):
        queries.picture(made["id"], staff())
    actions.revoke(made["id"], seen=1, by=staff())
    with pytest.raises(CodeRevoked):
        queries.picture(made["id"], staff())
