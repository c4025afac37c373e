"""What can she do about it, by one tap?"""

from uuid import UUID

import pytest

from backend.applications.kinds import Kind
from backend.matches.buttons import button
from backend.matches.kinds import What

CASE = UUID(int=7)


@pytest.mark.parametrize(
    ("what", "benefit", "cases", "label", "page"),
    [
        (What.ELIGIBLE, "startup_subsidy", {}, "去申请", "applications/new?kind=startup_subsidy"),
        (What.CLOSING, "guarantee_waiver", {}, "去申请", "applications/new?kind=guarantee_loan"),
        (What.ELIGIBLE, "fee_relief", {}, "查看办法", "benefits/detail?id=fee_relief"),
        (What.LOST, "startup_subsidy", {}, "查看办法", "benefits/detail?id=startup_subsidy"),
        (What.POSSIBLE, "startup_subsidy", {}, "补充资料", "me/facts?benefit=startup_subsidy"),
        (
            What.ELIGIBLE,
            "startup_subsidy",
            {Kind.STARTUP_SUBSIDY: CASE, Kind.TENANCY: UUID(int=8)},
            "继续办理",
            f"applications/detail?id={CASE}",
        ),
    ],
)
def test_it_leads_to_what_comes_next(what, benefit, cases, label, page):
    assert {"label": label, "page": f"pages/{page}"} == button(what, benefit, cases)
