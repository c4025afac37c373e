"""At whom do we look? At whoever consents, and at nobody else."""

import pytest

from backend.consents import actions as consents
from backend.consents.kinds import Purpose
from backend.matches import enrolling
from tests.backend.matches.stage import consent
from tests.records import change, look, person

pytestmark = pytest.mark.usefixtures("in_app")


def looked_at() -> list[int]:
    return [each["person_id"] for each in look("SELECT person_id FROM standing ORDER BY 1")]


def test_who_consents_is_looked_at_from_then_on_and_who_withdraws_no_more():
    hers, others = person("bayar"), person("tuya")
    consent(hers)
    consent(others, Purpose.POLICY_LOSSES)
    assert enrolling.is_due()

    enrolling.enrol()

    assert ([hers.id], False) == (looked_at(), enrolling.is_due())
    consents.withdraw(Purpose.POLICY_MATCHING, by=hers)
    assert enrolling.is_due()
    enrolling.enrol()
    assert ([], False) == (looked_at(), enrolling.is_due())


def test_a_closed_account_is_never_begun_with():
    her = person("bayar")
    consent(her)
    change("UPDATE person SET disabled_at = now() WHERE id = :id", id=her.id)

    assert not enrolling.is_due()
    enrolling.enrol()

    assert [] == looked_at()
    change("UPDATE person SET disabled_at = NULL WHERE id = :id", id=her.id)
