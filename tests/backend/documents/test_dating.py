"""Who says until when a document is good, and whose word stands?"""

from datetime import date
from uuid import UUID, uuid4

import pytest

from backend.documents.dating import date_document
from backend.errors import Invalid, NotAllowed, NotFound
from tests.filing import submitted
from tests.records import look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator", "in_app")
ISSUED, EXPIRES = date(2026, 11, 2), date(2030, 12, 31)


def given(her) -> tuple[dict, UUID]:
    """A case of hers and a document with which it was submitted."""
    case = submitted(her)
    return case, one("SELECT public_id FROM document ORDER BY id LIMIT 1")


def dated(document: UUID, by, issued_on=ISSUED, expires_on=EXPIRES, case=None) -> dict:
    return date_document(
        document, issued_on=issued_on, expires_on=expires_on, by=by, application=case
    )


def test_she_says_it_herself_until_staff_have_read_it():
    her, him = person(), staff()
    case, document = given(her)

    hers = dated(document, her)
    his = dated(document, him, expires_on=date(2027, 1, 31), case=case["id"])

    assert (ISSUED, EXPIRES, False) == (
        hers["issued_on"],
        hers["expires_on"],
        hers["dated_by_staff"],
    )
    assert (date(2027, 1, 31), True) == (his["expires_on"], his["dated_by_staff"])
    with pytest.raises(NotAllowed, match="已核对"):
        dated(document, her)
    assert [("person", her.id), ("staff", him.id)] == [
        (each["actor_kind"], each["actor_id"])
        for each in look("SELECT * FROM event WHERE name = 'document.dated' ORDER BY id")
    ]


@pytest.mark.parametrize(("expires_on", "is_right"), [(ISSUED, True), (date(2026, 11, 1), False)])
def test_it_does_not_end_before_it_begins(expires_on, is_right):
    her = person()
    _, document = given(her)

    if is_right:
        assert expires_on == dated(document, her, expires_on=expires_on)["expires_on"]
    else:
        with pytest.raises(Invalid) as refused:
            dated(document, her, expires_on=expires_on)
        assert ["#/expires_on"] == [each["pointer"] for each in refused.value.more["errors"]]


def test_nobody_elses_document_has_days():
    case, document = given(person())

    for by, named in [
        (person("another"), None),
        (staff(), None),
        (staff("demo-manager-p01"), case["id"]),
    ]:
        with pytest.raises(NotFound):
            dated(document, by, case=named)
    with pytest.raises(NotFound):
        dated(uuid4(), staff(), case=case["id"])
