import re
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import default_exceptions

from backend import errors
from miniprogram_api import problems
from miniprogram_api.problems import BY_SLUG, PROBLEMS
from tests.miniprogram_api.refusals import CHINESE, nothing_changes, one_more_app, refused


def kinds(base):
    """Every class below, however deep."""
    return [each for kind in base.__subclasses__() for each in (kind, *kinds(kind))]


OURS = [each for base in (errors.Refusal, errors.Fault) for each in kinds(base)]
KINDS = [each for each in OURS if each.__module__ == errors.__name__]
ALL = [pytest.param(kind, id=f"{kind.__module__}.{kind.__name__}") for kind in OURS]
# What the actions say besides.
ADDED = {
    errors.Outdated: {"seen": 1, "current": 2, "yours": {"a": 1}, "theirs": {"a": 2}},
    errors.Incomplete: {"missing": [{"pointer": "#/sections/applicant/name", "label": "姓名"}]},
    errors.AlreadyOpen: {"existing": "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"},
    errors.UnitTaken: {"held_from": "2027-01-01", "held_until": None, "free_units": []},
    errors.Invalid: {"errors": [{"pointer": "#/note", "detail": "请说明原因"}]},
    errors.Malformed: {"errors": [{"pointer": "?q", "detail": "参数重复"}]},
}


@pytest.fixture(scope="module")
def client(settings):
    """A client of an app with one address more, which raises whatever stands in `to_raise`."""
    with one_more_app(settings) as app:

        @app.get("/raises")
        def raises():
            raise app.extensions["to_raise"]

        yield app.test_client()


@pytest.fixture
def raised(client):
    """The answer to a request of which the view raises this."""

    def answer(error):
        client.application.extensions["to_raise"] = error
        return client.get("/raises")

    return answer


def test_no_two_rows_share_a_name():
    assert len(PROBLEMS) == len(BY_SLUG)


@pytest.mark.parametrize("problem", BY_SLUG.values(), ids=BY_SLUG)
def test_a_row_is_fit_to_show(problem):
    assert 400 <= problem.status <= 599
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.slug)
    assert CHINESE.search(problem.title)
    assert CHINESE.search(problem.meaning)


@pytest.mark.parametrize("kind", ALL)
def test_a_refusal_is_answered_with_its_row_and_its_type_leads_to_the_meaning(client, raised, kind):
    row = next(PROBLEMS[each] for each in kind.__mro__ if each in PROBLEMS)

    problem = refused(raised(kind.__new__(kind)), row.status, row.slug)

    assert (row.title, kind.detail) == (problem["title"], problem["detail"])
    assert urlsplit(problem["type"]).scheme in ("http", "https")
    meaning = client.get(urlsplit(problem["type"]).path)
    assert 200 == meaning.status_code
    assert {"title": row.title, "status": row.status, "meaning": row.meaning} == meaning.json


@pytest.mark.parametrize("kind", [errors.WeChatDown, errors.DatabaseDown])
def test_a_fault_says_when_to_come_back(raised, kind):
    assert int(raised(kind()).headers["Retry-After"]) > 0


@pytest.mark.parametrize("kind", [errors.TooMany, errors.KeyBusy])
def test_whoever_has_to_wait_is_told_how_long(raised, kind):
    answer = raised(kind(retry_after=7))

    assert "7" == answer.headers["Retry-After"]
    assert "retry_after" not in answer.json


@pytest.mark.parametrize("kind", ADDED, ids=lambda kind: kind.__name__)
def test_what_a_refusal_adds_is_part_of_the_document(raised, kind):
    problem = refused(raised(kind(**ADDED[kind])), PROBLEMS[kind].status)

    assert ADDED[kind] == {name: problem[name] for name in ADDED[kind]}


def test_a_step_that_does_not_exist_says_where_the_case_stands_and_what_may_be_done(world, app):
    made, etag = world.submitted()
    her = world.citizen()
    with nothing_changes(app):
        answer = her.post(f"/applications/{made['id']}/submit", {}, etag=etag)
        problem = refused(answer, 409, "wrong-status")

    assert ("submitted", ["withdraw"]) == (problem["current_status"], problem["actions"])


def test_a_class_that_grows_out_of_another_is_answered_like_it(raised):
    class UnitBurnt(errors.UnitTaken):
        detail = "该场地已烧毁"

    problem = refused(raised(UnitBurnt()), 409, "unit-taken")

    assert "该场地已烧毁" == problem["detail"]


CODES = [code for code in default_exceptions if code >= 400]


@pytest.mark.parametrize("code", CODES)
def test_every_error_of_http_is_a_problem_document_in_chinese(raised, code):
    problem = refused(raised(default_exceptions[code]()), code)

    assert "about:blank" == problem["type"]


def test_what_nobody_expected_is_told_to_the_log_and_to_nobody_else(raised, caplog):
    answer = raised(RuntimeError("the password is hunter2"))

    problem = refused(answer, 500)
    assert {"type", "title", "status", "detail", "instance"} == set(problem)
    assert "hunter2" not in answer.text
    (line,) = [record for record in caplog.records if record.name == problems.__name__]
    assert "hunter2" in str(line.exc_info[1])
