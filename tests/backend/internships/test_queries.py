"""Who sees which internships, and how the timeline tells of them."""

import pytest

from backend.access import Role, can
from backend.errors import NotFound
from backend.internships import queries
from tests.backend.internships.stage import begun, fresh, granted, on
from tests.records import new_staff, person, staff

pytestmark = pytest.mark.usefixtures("simulator")


def listed(by) -> list:
    return [each["id"] for each in queries.listed(by, status=None, after=None, limit=9)]


def test_a_list_shows_what_the_table_of_permissions_lets_one_see(in_mended_app):
    her, speaks, its = granted()
    found = queries.find(its["id"])
    readers = {
        "she": her,
        "the host's": speaks,
        "a stranger": person("stranger"),
        "the league's": staff("demo-bureau"),
        "the county's": new_staff("ulanhot", Role.BUREAU_STAFF, county="152201"),
        "another county's": new_staff("tuquan", Role.BUREAU_STAFF, county="152224"),
        "a manager": staff("demo-manager"),
    }

    for name, by in readers.items():
        assert can(by, "getInternship", found) == (listed(by) == [its["id"]]), name
        assert (name in ("a stranger", "another county's", "a manager")) == (listed(by) == [])


def test_what_is_foreign_is_not_there(in_app):
    _, _, its = granted()

    with pytest.raises(NotFound):
        queries.get(its["id"], person("stranger"))


def test_each_party_sees_what_it_may_do_now(in_app):
    her, speaks, its = granted()

    seen = [queries.get(its["id"], by)["actions"] for by in (her, speaks, staff("demo-bureau"))]

    assert [["sign"], ["sign"], ["amend", "sign"]] == seen


def test_the_timeline_says_who_did_what(in_app):
    with on("2027-01-04"):
        _, _, its = begun()

    told = queries.told(fresh(its)["application_id"])

    assert [
        ("见习岗位已安排，待签协议", "人社局"),
        ("见习人员签署协议", "申请人"),
        ("见习单位签署协议", "见习单位"),
        ("人社部门签署协议", "人社局"),
        ("三方签署完毕，见习开始", "系统"),
    ] == [(each["label"], each["by"]) for each in told]
