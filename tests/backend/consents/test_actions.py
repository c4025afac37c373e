"""How is a consent given and taken back? What was given stays written down."""

import pytest
from sqlalchemy.exc import IntegrityError

from backend.consents import actions
from backend.consents.kinds import TERMS, Purpose
from backend.db import action
from backend.errors import Invalid
from tests.records import at_once, change, look, one, person

pytestmark = pytest.mark.usefixtures("in_app")
MATCHING = Purpose.POLICY_MATCHING
NOW = TERMS[MATCHING].version


def stands(shown: dict) -> bool:
    return shown["items"][0]["stands"]


def events() -> list[str]:
    return [
        each["name"]
        for each in look("SELECT name FROM event WHERE name LIKE 'consent.%' ORDER BY id")
    ]


def test_it_is_given_and_taken_back_as_often_as_she_likes_and_all_of_it_stays():
    her = person()

    seen = []
    for _ in range(2):
        seen.append(stands(actions.grant(MATCHING, NOW, by=her)))
        seen.append(stands(actions.withdraw(MATCHING, by=her)))

    assert [True, False] * 2 == seen
    assert ["consent.granted", "consent.withdrawn"] * 2 == events()
    assert 2 == one("SELECT count(*) FROM consent WHERE withdrawn_at IS NOT NULL")


def test_to_say_it_twice_changes_nothing():
    her = person()

    for _ in range(2):
        actions.grant(MATCHING, NOW, by=her)
    for _ in range(2):
        actions.withdraw(MATCHING, by=her)

    assert ["consent.granted", "consent.withdrawn"] == events()


def test_nobody_consents_to_words_that_are_not_the_present_ones():
    with pytest.raises(Invalid) as refused:
        actions.grant(MATCHING, "2020-01", by=person())

    assert [
        {"pointer": "#/version", "detail": "说明已更新，请阅读最新的说明后再同意"}
    ] == refused.value.more["errors"]


def test_new_words_end_the_consent_to_the_old_ones():
    her = person()
    change(
        "INSERT INTO consent (public_id, person_id, purpose, version, granted_at)"
        " VALUES (gen_random_uuid(), :id, 'POLICY_MATCHING', '2020-01', '2020-01-01Z')",
        id=her.id,
    )

    actions.grant(MATCHING, NOW, by=her)

    assert [("2020-01", True), (NOW, False)] == [
        (each["version"], each["ended"])
        for each in look(
            "SELECT version, withdrawn_at IS NOT NULL AS ended FROM consent ORDER BY id"
        )
    ]


def test_whoever_closes_her_account_ends_all_of_it():
    her = person()
    for each in Purpose:
        actions.grant(each, TERMS[each].version, by=her)

    action(actions.end_all)(her.id)

    assert 0 == one("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL")


@pytest.mark.parametrize(
    "how",
    [
        "version = 'another'",
        "granted_at = granted_at - interval '1 day'",
        "withdrawn_at = NULL",
        "withdrawn_at = now() + interval '1 day'",
    ],
)
def test_what_was_given_and_ended_is_not_rewritten(how):
    her = person()
    actions.grant(MATCHING, NOW, by=her)
    actions.withdraw(MATCHING, by=her)

    with pytest.raises(IntegrityError, match="a consent stays as it was given"):
        change(f"UPDATE consent SET {how}")


def test_eight_devices_at_once_give_it_once():
    her = person()

    got = at_once(8, lambda _: actions.grant(MATCHING, NOW, by=her))

    assert [True] * 8 == [stands(each) for each in got]
    assert 1 == one("SELECT count(*) FROM consent")


def test_without_the_lock_the_index_refuses_the_second():
    """The planted bug: whoever does not wait for the other device."""
    her = person()
    actions.grant(MATCHING, NOW, by=her)

    with pytest.raises(IntegrityError, match="uq_consent_in_force"):
        change(
            "INSERT INTO consent (public_id, person_id, purpose, version, granted_at)"
            " VALUES (gen_random_uuid(), :id, 'POLICY_MATCHING', :now, now())",
            id=her.id,
            now=NOW,
        )
