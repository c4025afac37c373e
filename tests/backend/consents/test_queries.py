"""To what has somebody consented, and is that still so?"""

import pytest

from backend.consents import actions, queries
from backend.consents.kinds import TERMS, Purpose
from tests.records import change, person

pytestmark = pytest.mark.usefixtures("in_app")
MATCHING = Purpose.POLICY_MATCHING


def test_every_purpose_is_listed_with_its_words_whether_or_not_she_consents():
    items = queries.listed(person())["items"]

    assert [(each, TERMS[each].text, False, None) for each in Purpose] == [
        (each["purpose"], each["text"], each["stands"], each["granted_at"]) for each in items
    ]


def test_a_consent_to_words_that_were_replaced_is_shown_and_does_not_stand():
    her = person()
    change(
        "INSERT INTO consent (public_id, person_id, purpose, version, granted_at)"
        " VALUES (gen_random_uuid(), :id, 'POLICY_MATCHING', '2020-01', now())",
        id=her.id,
    )

    shown = queries.listed(her)["items"][0]

    assert (False, "2020-01") == (shown["stands"], shown["granted_version"])
    assert not queries.stands(her.id, MATCHING)


def test_a_consent_is_to_one_purpose_and_of_one_person():
    her, other = person("bayar"), person("tuya")

    actions.grant(MATCHING, TERMS[MATCHING].version, by=her)

    assert queries.stands(her.id, MATCHING)
    assert not queries.stands(her.id, Purpose.POLICY_LOSSES)
    assert not queries.stands(other.id, MATCHING)
