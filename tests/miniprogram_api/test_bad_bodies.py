"""G4, bodies: is what cannot be read refused before anything is looked up or changed?"""

import gzip
import io
from typing import NamedTuple

import pytest
from sqlalchemy import event

from backend.db import db
from tests.factories import SECTIONS, Caller
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused
from tests.miniprogram_api.test_json import UNREADABLE, WRONG_TYPES

MIB = 1024 * 1024


class Draft(NamedTuple):
    by: Caller
    path: str
    etag: str

    def put(self, content, **headers):
        return self.by.put(self.path, content, etag=self.etag, **headers)


@pytest.fixture
def draft(world) -> Draft:
    her = world.citizen()
    made, etag = world.draft(her, sections={})
    return Draft(her, f"/applications/{made['id']}", etag)


@pytest.fixture
def statements(app):
    """Every SQL statement that was sent while the test ran."""
    seen = []

    def note(connection, cursor, statement, *rest):
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


# Nothing at all is no body, which is another matter.
BODIES = {name: raw for name, raw in UNREADABLE.items() if name != "HT-11-empty"}


def test_a_body_that_cannot_be_read_is_refused_and_nothing_changes(draft, app, subtests):
    for name, raw in BODIES.items():
        with subtests.test(name), nothing_changes(app):
            refused(draft.put(raw), 400, "malformed")


def test_ht03_depth_32_is_read_and_judged_by_the_form(draft, app):
    with nothing_changes(app):
        problem = refused(
            draft.put(b'{"sections":' + b"[" * 31 + b"]" * 31 + b"}"), 422, "invalid-input"
        )

    assert ["#/sections"] == pointers(problem)


@pytest.mark.parametrize(
    "size", [pytest.param(10 * MIB, id="HT-04-10-MiB"), pytest.param(MIB + 1, id="one-byte-more")]
)
def test_a_body_over_one_mebibyte_is_refused_before_it_is_parsed(draft, app, statements, size):
    with nothing_changes(app):
        statements.clear()
        answer = draft.put(b"[" * size)
        touched = [each for each in statements if "application" in each]

    refused(answer, 413)
    assert [] == touched


def as_gunicorn_gives_it(draft, app, body: bytes, length: str | None = None, **headers: str):
    """Send a body as a server that ends the stream itself, whatever the length says."""
    said = {} if length is None else {"CONTENT_LENGTH": length}
    sent = {"Authorization": f"Bearer {draft.by.token}", "If-Match": draft.etag, **headers}
    return app.test_client().put(
        f"/api/v1{draft.path}",
        input_stream=io.BytesIO(body),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, **said},
        headers=sent,
    )


CHUNKED = {"Transfer-Encoding": "chunked"}


def test_ht05_a_small_body_in_chunks_is_read(draft, app):
    answer = as_gunicorn_gives_it(draft, app, b'{"sections":{}}', **CHUNKED)

    assert 200 == answer.status_code, answer.text


@pytest.mark.parametrize("size", [MIB + 1, 10 * MIB])
def test_ht05_a_body_in_chunks_over_one_mebibyte_is_refused_and_not_cut_off(draft, app, size):
    body = b'{"sections":{}}'
    with nothing_changes(app):
        padded = body + b" " * (size - len(body))
        refused(as_gunicorn_gives_it(draft, app, padded, **CHUNKED), 413)


@pytest.mark.parametrize("length", ["100", "16"])
def test_ht06_a_body_that_is_shorter_than_its_length_is_refused(draft, app, length):
    with nothing_changes(app):
        answer = as_gunicorn_gives_it(draft, app, b'{"sections":{}}', length)
        refused(answer, 400)


def test_a_body_of_exactly_one_mebibyte_is_read(draft):
    body = b'{"sections":{"project":{"summary":"' + b"x" * MIB
    problem = refused(draft.put(body[: MIB - 4] + b'"}}}'), 422, "invalid-input")

    assert ["#/sections/project/summary"] == pointers(problem)


def test_tx20_a_megabyte_in_a_short_field_is_refused_before_any_record_is_touched(
    draft, app, statements
):
    with nothing_changes(app):
        statements.clear()
        answer = draft.put({"sections": {"applicant": {"name": "x" * 1_000_000}}})
        touched = [each for each in statements if "application" in each]

    assert ["#/sections/applicant/name"] == pointers(refused(answer, 422, "invalid-input"))
    assert [] == touched


def test_ht11_only_a_body_that_is_absent_is_no_body(draft, app):
    with nothing_changes(app):
        for content in (None, b""):
            problem = refused(draft.put(content), 400, "malformed")
            assert "缺少请求内容" == problem["detail"]
    # An empty object names nothing to change, which is allowed.
    assert 200 == draft.put({}).status_code


NO_OBJECTS = ("null", "[]", '"x"', "1", "true", "[{}]")
PLACES = {
    "#": "{}",
    "#/sections": '{{"sections":{}}}',
    "#/sections/applicant": '{{"sections":{{"applicant":{}}}}}',
}


@pytest.mark.parametrize("where", PLACES)
def test_ht12_anything_but_an_object_where_one_belongs_is_refused(draft, app, subtests, where):
    for raw in NO_OBJECTS:
        with subtests.test(raw), nothing_changes(app):
            problem = refused(draft.put(PLACES[where].format(raw).encode()), 422, "invalid-input")

            assert [where] == pointers(problem)


def test_another_type_or_encoding_is_refused_and_nothing_changes(draft, app, subtests):
    for name, headers in WRONG_TYPES.items():
        with subtests.test(name), nothing_changes(app):
            sent = {"Authorization": f"Bearer {draft.by.token}", "If-Match": draft.etag, **headers}
            answer = app.test_client().put(
                f"/api/v1{draft.path}", data=b'{"sections":{}}', headers=sent
            )
            refused(answer, 415)


def test_ht17_a_gzip_bomb_is_refused_without_being_opened(draft, app):
    bomb = gzip.compress(b'{"a":"' + b"0" * (64 * MIB) + b'"}')
    assert len(bomb) < MIB
    with nothing_changes(app):
        refused(draft.put(bomb, Content_Encoding="gzip"), 415)


def test_every_fault_of_a_body_is_named_at_once(draft, app):
    content = {
        "park_id": "x",
        "role": "bureau_admin",
        "sections": {
            "applicant": {"name": "", "phone": "12"},
            "venture": {"credit_code": "1"},
            "project": {"title": "x" * 51, "industry": "gold", "team_size": 0},
            "space": {"starts_on": "2027-02-30", "term_months": 37, "desk": 1},
            "declaration": {"truthful": "yes"},
            "bank": {},
        },
    }
    with nothing_changes(app):
        problem = refused(draft.put(content), 422, "invalid-input")

    assert [
        "#/park_id",
        "#/role",
        "#/sections/applicant/name",
        "#/sections/applicant/phone",
        "#/sections/bank",
        "#/sections/declaration/truthful",
        "#/sections/project/industry",
        "#/sections/project/team_size",
        "#/sections/project/title",
        "#/sections/space/desk",
        "#/sections/space/starts_on",
        "#/sections/space/term_months",
        "#/sections/venture/credit_code",
    ] == pointers(problem)


def test_a_draft_that_was_refused_many_times_can_still_be_filled_in(draft):
    for raw in list(BODIES.values())[:5]:
        refused(draft.put(raw), 400)

    assert 200 == draft.put({"sections": SECTIONS}).status_code
