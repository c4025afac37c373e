"""How an institution learns whom to call, and who hears of it."""

import pytest

from backend.cases import timeline
from backend.errors import NotAllowed, NotFound, WrongStatus
from backend.loans import institutions, openings
from backend.loans.kinds import InstitutionKind
from backend.loans.workflow import Status
from tests.backend.loans.stage import BANK, BUREAU, GUARANTOR, at
from tests.records import change, look, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
OPENED = "SELECT particulars, actor_id FROM event WHERE name = 'loan.contact_opened' ORDER BY id"


def test_each_look_at_name_and_phone_is_written_down_and_she_sees_it(in_app):
    her, case, loan = at(Status.REFERRED)

    for who in (BANK, GUARANTOR, BANK):
        found = openings.open_contact(loan["id"], by=staff(who))
        assert ("其其格", "13800138000") == (found["name"], found["phone"])

    written = [(each["particulars"]["party"], each["actor_id"]) for each in look(OPENED)]
    bank, guarantor = staff(BANK).id, staff(GUARANTOR).id
    assert [("bank", bank), ("guarantor", guarantor), ("bank", bank)] == written
    assert "13800138000" not in str(look(OPENED)) and "其其格" not in str(look(OPENED))
    shown = [
        each["by"]
        for each in timeline.timeline(case["id"], her)["items"]
        if each["event"] == "loan.contact_opened"
    ]
    assert ["演示经办银行", "演示担保中心", "演示经办银行"] == shown


def test_nobody_else_is_shown_it_this_way(in_app):
    her, _, loan = at(Status.REFERRED)

    for by in (her, staff(BUREAU)):
        with pytest.raises(NotAllowed):
            openings.open_contact(loan["id"], by=by)
    institutions.appoint(BANK, name="另一家银行", kind=InstitutionKind.BANK)
    for by in (person("somebody"), staff(BANK), staff("demo-manager")):
        with pytest.raises(NotFound):
            openings.open_contact(loan["id"], by=by)
    assert [] == look(OPENED)


def test_before_the_referral_the_loan_is_not_there_and_after_its_end_nobody_need_call(in_app):
    _, _, loan = at(Status.PUBLISHED)
    with pytest.raises(NotFound):
        openings.open_contact(loan["id"], by=staff(BANK))
    change("DELETE FROM loan; DELETE FROM paper; DELETE FROM application")

    _, _, loan = at(Status.DISBURSED, "another")
    assert "其其格" == openings.open_contact(loan["id"], by=staff(BANK))["name"]
    change("UPDATE loan SET status = 'REPAID'")
    with pytest.raises(WrongStatus):
        openings.open_contact(loan["id"], by=staff(BANK))
