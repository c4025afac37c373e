"""UP-03 to UP-06: is a form read whole, once, and not one byte further than it must be?"""

import io
from typing import Any

import pytest

from tests.factories import BASE, Caller, Upload, a_pdf
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

MIB = 1024 * 1024
BOUNDARY = "----edge"


def padded(size: int) -> bytes:
    """A sound PDF of exactly so many bytes."""
    start, end = a_pdf().rsplit(b"startxref", 1)
    filling = size - len(start) - len(end) - len(b"startxref") - 2
    return start + b"%" + b"x" * filling + b"\nstartxref" + end


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    said = f'Content-Disposition: form-data; name="{name}"'
    said += "" if filename is None else f'; filename="{filename}"'
    return f"--{BOUNDARY}\r\n{said}\r\n\r\n".encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


class Counted(io.BytesIO):
    """A body that knows how much of it was asked for."""

    asked = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.asked += len(found)
        return found


def send(by: Caller, body: bytes, length: int | None = None, **changed: Any) -> tuple[Any, int]:
    """Send a body as a server would that ends the stream itself; return how much was read."""
    stream = Counted(body)
    given = {"content_type": f"multipart/form-data; boundary={BOUNDARY}"} | changed
    said = {} if length is None else {"CONTENT_LENGTH": str(length)}
    answer = by.app.test_client().post(
        f"{BASE}/documents",
        input_stream=stream,
        environ_overrides={"wsgi.input_terminated": True, **said},
        headers={"Authorization": f"Bearer {by.token}", "Idempotency-Key": "a-key"},
        **given,
    )
    return answer, stream.asked


@pytest.fixture
def her(world) -> Caller:
    return world.citizen()


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + END


KIND = part("kind", b"plan")


def test_a_whole_form_is_taken(her):
    answer, _ = send(her, form(KIND, part("file", a_pdf(), "a.pdf")))

    assert 201 == answer.status_code, answer.text


def test_up03_up04_exactly_10_mib_and_one_byte_more(her, app):
    assert (
        201
        == her.post("/documents", Upload({"file": padded(10 * MIB), "kind": "plan"})).status_code
    )
    with nothing_changes(app):
        answer = her.post("/documents", Upload({"file": padded(10 * MIB + 1), "kind": "plan"}))
        refused(answer, 413)


def test_up04_what_announces_too_much_is_not_read_at_all(her, app):
    with nothing_changes(app):
        body = form(KIND, part("file", b"%PDF-" + b"x" * (11 * MIB), "a.pdf"))
        answer, read = send(her, body, len(body))

    refused(answer, 413)
    assert 0 == read


def test_up04_what_does_not_say_how_long_it_is_is_read_until_it_is_too_much(her, app):
    with nothing_changes(app):
        body = form(KIND, part("file", b"x" * (30 * MIB), "a.pdf"))
        answer, read = send(her, body)

    refused(answer, 413)
    assert read < 11 * MIB


def test_up05_twenty_parts_are_read_and_one_more_is_not(her, app):
    for others, status in ((18, 422), (19, 400)):
        with nothing_changes(app):
            more = [part(f"x{n}", b"1") for n in range(others)]
            answer, _ = send(her, form(KIND, part("file", a_pdf(), "a.pdf"), *more))
        problem = refused(answer, status)
        # Twenty parts are read, and eighteen of them are nothing that we know.
        assert (18 if status == 422 else 0) == len(pointers(problem))


def test_up06_a_part_without_a_filename_is_no_file(her, app):
    with nothing_changes(app):
        answer, _ = send(her, form(KIND, part("file", b"%PDF-1.7")))

    assert ["#/file"] == pointers(refused(answer, 422, "invalid-input"))


BROKEN = {
    "two files": form(KIND, part("file", b"1", "a.pdf"), part("file", b"2", "b.pdf")),
    "one name twice": form(KIND, KIND, part("file", b"1", "a.pdf")),
    "no end": KIND + part("file", a_pdf(), "a.pdf"),
    "half": form(KIND, part("file", a_pdf(), "a.pdf"))[:250],
    "no part at all": b"",
    "only words": b"hello",
    "a part without a name": b"--" + BOUNDARY.encode() + b"\r\n\r\nx\r\n" + END,
    "a field that is not UTF-8": form(part("kind", b"\xff"), part("file", b"1", "a.pdf")),
    "a field of 3 KB": form(part("kind", b"x" * 3000), part("file", b"1", "a.pdf")),
}


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_what_is_no_whole_form_is_refused_and_nothing_changes(her, app, case):
    with nothing_changes(app):
        answer, _ = send(her, BROKEN[case])
        refused(answer, 400, "malformed")


def test_a_body_that_is_shorter_than_it_says_is_refused(her, app):
    body = form(KIND, part("file", a_pdf(), "a.pdf"))
    with nothing_changes(app):
        answer, _ = send(her, body[:-100], len(body))
        refused(answer, 400)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/octet-stream"])
def test_only_a_form_brings_a_file(her, app, kind):
    with nothing_changes(app):
        refused(send(her, b"{}", content_type=kind)[0], 415)


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=é"])
def test_a_form_says_where_its_parts_end(her, app, kind):
    with nothing_changes(app):
        refused(send(her, form(KIND), content_type=kind)[0], 400, "malformed")


def test_a_form_is_refused_everywhere_else(world, her, app):
    made, etag = world.draft(her)
    upload = Upload({"file": a_pdf(), "kind": "plan"})
    with nothing_changes(app):
        for method, path in (
            ("POST", "/applications"),
            ("PUT", f"/applications/{made['id']}"),
            ("PUT", f"/applications/{made['id']}/papers/id"),
        ):
            refused(her.send(method, path, upload, etag=etag), 415)


def test_one_mebibyte_is_still_the_most_of_any_other_body(her, app):
    with nothing_changes(app):
        refused(her.post("/applications", b"[" * (2 * MIB)), 413)


def test_nobody_is_read_who_has_not_signed_in(world):
    stranger = Caller(world.app, "no token")

    answer, read = send(stranger, form(KIND, part("file", a_pdf(), "a.pdf")))

    refused(answer, 401)
    assert 0 == read
