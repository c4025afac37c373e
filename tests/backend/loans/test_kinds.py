"""Are the names those that were agreed, and the days between three and ten?"""

from backend.loans.kinds import (
    REFUSALS,
    TO_APPROVE,
    TO_BEGIN,
    TO_DISBURSE,
    TO_GUARANTEE,
    TO_REFER,
    InstitutionKind,
    Report,
)


def test_bank_and_guarantor_have_three_to_ten_working_days():
    assert (3, 3, 10, 10, 5) == (TO_REFER, TO_BEGIN, TO_GUARANTEE, TO_APPROVE, TO_DISBURSE)


def test_each_side_refuses_for_itself():
    assert {
        Report.GUARANTOR_REFUSED: InstitutionKind.GUARANTOR,
        Report.BANK_REFUSED: InstitutionKind.BANK,
    } == REFUSALS
