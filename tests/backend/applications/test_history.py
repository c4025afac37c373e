"""Do staff read everything that was done in a case, by whom, why, and what they had seen?"""

import pytest

from backend.access import Role
from backend.applications import actions, queries
from backend.applications.history import LABELS, OTHERWISE, history
from backend.applications.kinds import Reason
from backend.cases import actions as cases
from backend.cases import notes
from backend.errors import NotFound
from notifications.catalogue import CATALOGUE
from notifications.silent import SILENT
from tests.filing import draft, handed_in, submitted
from tests.records import look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator", "in_app")


def told(case: dict, by=None, after: int | None = None, limit: int = 50) -> list[dict]:
    return list(history(case["id"], by or staff(), after=after, limit=limit))


def test_each_row_says_who_did_it_why_and_between_which_versions():
    her, him, above = person(), staff(), staff("demo-bureau")
    case = draft(her)
    case = actions.update(case["id"], seen=case["version"], by=her, sections={})
    case = handed_in(case, her)
    notes.add(case["id"], words="已电话核实", by=him)
    seen = queries.get(case["id"], him)["version"]
    case = cases.reject(case["id"], seen=seen, by=him, reasons=[Reason.NO_SPACE])
    cases.reopen(case["id"], seen=case["version"], by=above, why="有空闲场地")

    rows = told(case)

    assert [
        ("新建草稿", None, Role.ENTREPRENEUR, None),
        ("修改填写内容", None, Role.ENTREPRENEUR, None),
        ("提交申请", None, Role.ENTREPRENEUR, None),
        ("添加内部备注", "演示园区管理员", Role.PARK_MANAGER, None),
        ("审核不通过", "演示园区管理员", Role.PARK_MANAGER, "暂无合适场地"),
        (
            "重新审核",
            one("SELECT name FROM staff WHERE username = 'demo-bureau'"),
            Role.BUREAU_STAFF,
            "有空闲场地",
        ),
    ] == [(each["label"], each["by"], each["role"], each["reason"]) for each in rows]
    steps = [each for each in rows if each["party"]]
    assert all(each["version"] > each["seen"] for each in steps)
    assert ["applicant", "decider", "supervisor"] == [each["party"] for each in steps]


def test_every_event_of_a_case_has_a_label():
    named = {row.event for row in CATALOGUE} | SILENT
    of_cases = {name for name in named if name.startswith("application.")} | {"document.attached"}

    assert of_cases <= set(LABELS)
    assert OTHERWISE not in LABELS.values()


def test_it_is_read_page_by_page():
    case = submitted()
    first = told(case, limit=1)
    rest = told(case, after=first[0]["row"])

    assert ["application.created", "application.submitted"] == [
        each["event"] for each in (*first, *rest)
    ]


def test_neither_the_applicant_nor_another_office_reads_it():
    her = person()
    case = submitted(her)

    for by in (her, person("another"), staff("demo-manager-p01")):
        with pytest.raises(NotFound):
            told(case, by)


def test_no_step_is_without_its_actor_party_and_versions():
    case = submitted()
    cases.claim(case["id"], seen=case["version"], by=staff())

    assert [] == look(
        "SELECT name FROM event WHERE name IN ('application.submitted', 'application.claimed') AND"
        " (actor_id IS NULL OR NOT particulars ?& ARRAY['party', 'seen', 'version'])"
    )
