"""What is kept of a look at a text, and who is called?"""

import pytest

from backend.db import action
from backend.texts.keeping import keep
from backend.texts.kinds import Finding, Looked, Place, Source, Verdict
from tests.filing import submitted
from tests.records import look, one, person

pytestmark = pytest.mark.usefixtures("simulator", "in_app")
SUMMARY, TITLE = "#/sections/project/summary", "#/sections/project/title"
V = Verdict


def found(pointer=SUMMARY, verdict=V.REVIEW, label="20006"):
    return Finding(pointer, verdict, Source.WECHAT, label, "60ae1f")


def kept(case, *findings, by=None, **more):
    write(case, findings, by or person(), **more)


@action
def write(case, findings, by, under="#", place=Place.APPLICATION):
    application = one("SELECT id FROM application WHERE public_id = :id", id=case["id"])
    keep(Looked(place, findings), case["id"], by, under=under, application_id=application)


def checks():
    return look("SELECT * FROM text_check ORDER BY id")


def flagged():
    return one("SELECT count(*) FROM event WHERE name = 'text.flagged'")


def test_what_was_found_is_kept_and_the_text_is_not():
    case = submitted()

    kept(case, found(), found(TITLE, V.PASS, "100"))

    first, second = checks()
    assert ("REVIEW", "WECHAT", "20006", "60ae1f") == tuple(
        first[name] for name in ("verdict", "source", "label", "trace_id")
    )
    assert (SUMMARY, case["id"], "APPLICATION") == (
        first["pointer"],
        first["subject"],
        first["place"],
    )
    assert ("PASS", None) == (second["verdict"], second["settled"])
    summary = case["sections"]["project"]["summary"]
    assert not any(summary in str(value) for value in (*first.values(), *second.values()))


def test_nothing_is_kept_where_nobody_looked():
    keep(None, submitted()["id"], person())

    assert [] == checks()


@pytest.mark.parametrize(
    ("verdict", "called"), [(V.PASS, 0), (V.UNCHECKED, 0), (V.REVIEW, 1), (V.RISKY, 1)]
)
def test_the_office_is_called_for_what_is_suspect_and_once_for_all_of_it(verdict, called):
    kept(submitted(), found(SUMMARY, verdict), found(TITLE, verdict))

    assert called == flagged()


def test_what_the_same_person_writes_there_anew_replaces_what_was_found_before():
    case = submitted()
    kept(case, found(), found(TITLE))

    kept(case, found(verdict=V.PASS))

    assert [(SUMMARY, True), (TITLE, False), (SUMMARY, False)] == [
        (each["pointer"], each["replaced_at"] is not None) for each in checks()
    ]


def test_both_sides_of_a_month_and_every_month_are_texts_of_their_own():
    case, other = submitted(), person("contact")
    for month, by in (("2027-01", person()), ("2027-01", other), ("2027-02", other)):
        words = found("#/words")
        kept(case, words, under=f"#/months/{month}", by=by, place=Place.ATTENDANCE)

    assert [None] * 3 == [each["replaced_at"] for each in checks()]
    assert "#/months/2027-01/words" == checks()[0]["pointer"]
