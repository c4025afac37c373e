"""Documents over HTTP: what her phone and the manager's desk see."""

import pytest

from backend.documents.kinds import Purpose
from tests.backend.documents.hostile import located_jpeg
from tests.factories import SECTIONS, Upload, a_pdf, day
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

NAMES = ("../../etc/passwd", "a\u202efdp.exe", "身份证.pdf", "x" * 300, "a;b'c.pdf")


@pytest.fixture
def her(world):
    return world.citizen()


def opening(case, **more):
    return {"application_id": case["id"], "purpose": "review"} | more


def test_a_document_goes_from_her_phone_to_the_managers_desk(world, her):
    whole = a_pdf(2)
    # She sends her identity card once ...
    sent = {"file": whole, "kind": "id_card", "expires_on": day(365)}
    made = her.post("/documents", Upload(sent)).json
    assert ("身份证.pdf", "身份证", "可用", 2) == tuple(
        made[name] for name in ("name", "kind_label", "status_label", "pages")
    )
    assert (len(whole), True, False) == (made["size_bytes"], made["unscanned"], made["expired"])
    assert [made["id"]] == [each["id"] for each in her.get("/documents").json["items"]]
    assert made == her.get(f"/documents/{made['id']}").json

    # ... lets it stand for a paper of her draft, and submits.
    draft, etag = world.draft(her)
    path = f"/applications/{draft['id']}"
    papers = her.get(f"{path}/papers").json
    assert ["attach"] == papers["actions"]
    assert [
        ("id", True),
        ("plan", True),
        ("licence", False),
        ("group", False),
        ("permit", False),
    ] == [(each["paper"], each["required"]) for each in papers["items"]]
    told = her.put(f"{path}/papers/id", {"documents": [made["id"]]}).json
    assert [made["id"]] == [each["id"] for each in told["items"][0]["documents"]]
    case = her.post(f"{path}/submit", {}, etag=etag).json

    # The manager sees that it is there, says why he needs it, and gets one marked copy.
    him = world.staff()
    seen = him.get(f"{path}/papers").json
    assert [] == seen["actions"]
    (document,) = seen["items"][0]["documents"]
    assert (["open"], True) == (document["actions"], document["unscanned"])
    ticket = him.post(f"/documents/{made['id']}/openings", opening(case)).json
    assert 200 == him.send("HEAD", ticket["url"]).status_code  # Asking first costs nothing.
    copy = him.get(ticket["url"])
    assert (200, "application/pdf") == (copy.status_code, copy.mimetype)
    assert whole not in copy.data and copy.data.startswith(b"%PDF-")
    refused(him.get(ticket["url"]), 404, "not-found")

    # She sees that he did.
    (line,) = her.get(f"/documents/{made['id']}/openings").json["items"]
    assert ("审核申请", "演示园区管理员", "园区管理员", case["number"]) == tuple(
        line[name] for name in ("purpose_label", "by", "role_label", "case_number")
    )
    assert line["downloaded_at"] is not None
    # It is evidence now.
    problem = refused(her.delete(f"/documents/{made['id']}"), 409, "in-use")
    assert [case["number"]] == problem["cases"]


def test_what_is_handed_out_is_saved_and_never_shown_or_kept_on_the_way(world, her):
    document = world.document(her)

    answer = her.get(f"/documents/{document['id']}/content")

    assert {
        "Content-Type": "application/pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "private, no-store",
        "Content-Disposition": 'attachment; filename="document.pdf";'
        " filename*=UTF-8''%E8%BA%AB%E4%BB%BD%E8%AF%81.pdf",
    }.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("name", NAMES, ids=["folders", "direction", "chinese", "long", "signs"])
def test_up27_to_up33_a_name_is_words_and_no_more(her, name):
    made = her.post("/documents", Upload({"file": a_pdf(), "kind": "other"}, name))

    assert 201 == made.status_code, made.text
    answer = her.get(f"/documents/{made.json['id']}/content")
    assert 200 == answer.status_code
    assert "\u202e" not in made.json["name"] and "/" not in made.json["name"]
    assert answer.headers["Content-Disposition"].isascii()


def test_up08_the_type_is_what_the_content_is_whatever_the_name_says(her):
    made = her.post("/documents", Upload({"file": located_jpeg(), "kind": "diploma"}, "a.pdf")).json

    assert "image/jpeg" == made["type"]
    answer = her.get(f"/documents/{made['id']}/content")
    assert "image/jpeg" == answer.mimetype
    assert answer.headers["Content-Disposition"].endswith("a.pdf.jpg")
    assert b"Exif" not in answer.data


RANGES = (
    "bytes=0-9",
    "bytes=-1",
    "bytes=99999999-",
    "bytes=9-1",
    "bytes=0-1,3-4",
    "x",
    "lines=1-2",
)


@pytest.mark.parametrize("asked", RANGES)
def test_up39_asking_for_a_part_is_answered_with_the_whole(world, her, asked):
    path = f"/documents/{world.document(her)['id']}/content"
    whole = her.get(path)

    for more in ({}, {"If_Range": whole.headers["ETag"]}, {"If_Range": '"x"'}):
        answer = her.get(path, Range=asked, **more)
        assert (200, whole.data) == (answer.status_code, answer.data)


def test_up38_nobody_else_gets_it(world, her, app):
    case, document = world.filed(her)
    other, stranger = world.citizen("another"), world.staff("demo-manager-p01")
    theirs = [world.staff(username) for username in ("demo-manager", "demo-bureau")]
    path = f"/documents/{document['id']}"
    with nothing_changes(app):
        for read in (
            path,
            f"{path}/content",
            f"{path}/openings",
            f"/applications/{case['id']}/papers",
        ):
            refused(other.get(read), 404, "not-found")
        for him in theirs:
            refused(him.get(f"{path}/content"), 404, "not-found")
            refused(him.get(path), 404, "not-found")
        refused(stranger.post(f"{path}/openings", opening(case)), 404, "not-found")
        refused(other.delete(path), 404, "not-found")
        refused(other.post(f"{path}/openings", opening(case)), 401)


def test_a_file_is_refused_with_the_reason_in_words(her, app):
    with nothing_changes(app):
        answer = her.post("/documents", Upload({"file": b"MZ\x90", "kind": "plan"}))
        problem = refused(answer, 422, "invalid-input")

    assert (["#/file"], "wrong_type") == (pointers(problem), problem["reason"])
    assert "PDF、JPEG 或 PNG" in problem["detail"]


def test_every_fault_of_a_form_is_named_at_once(her, app):
    with nothing_changes(app):
        answer = her.post(
            "/documents", Upload({"kind": "passport", "expires_on": "1.1.", "x": "y"})
        )

    assert ["#/expires_on", "#/file", "#/kind", "#/x"] == pointers(refused(answer, 422))


def test_what_has_run_out_says_so_and_can_still_be_used(world, her):
    last = world.document(her, expires_on=day(0))
    over = world.document(her, expires_on=day(-1))

    assert (False, True) == (last["expired"], over["expired"])
    draft, _ = world.draft(her)
    answer = her.put(f"/applications/{draft['id']}/papers/id", {"documents": [over["id"]]})
    assert 200 == answer.status_code


def test_a_licence_is_asked_of_a_registered_firm(world, her):
    firm = {"stage": "registered", "name": "草原乳业", "credit_code": "91152201MA0N0TRE41"}
    draft, _ = world.draft(her, sections=SECTIONS | {"venture": firm})

    items = her.get(f"/applications/{draft['id']}/papers").json["items"]

    assert ["id", "plan", "licence"] == [each["paper"] for each in items if each["required"]]


def test_the_list_goes_on_where_it_stopped(world, her):
    ids = [world.document(her)["id"] for _ in range(3)]

    first = her.get("/documents?limit=2").json
    second = her.get(f"/documents?limit=2&cursor={first['next_cursor']}").json

    assert ids[::-1] == [each["id"] for each in first["items"] + second["items"]]
    assert second["next_cursor"] is None


def test_an_opening_needs_a_case_and_a_purpose_of_the_list(world, app):
    case, document = world.filed()
    path, him = f"/documents/{document['id']}/openings", world.staff()
    with nothing_changes(app):
        problem = refused(him.post(path, {"purpose": "curiosity"}), 422)

    assert ["#/application_id", "#/purpose"] == pointers(problem)
    for each in Purpose:
        wish = opening(case, purpose=each.name.lower())
        assert 201 == world.staff().post(path, wish).status_code


def test_no_more_than_ten_documents_stand_for_a_paper(world, her, app):
    draft, _ = world.draft(her)
    with nothing_changes(app):
        answer = her.put(
            f"/applications/{draft['id']}/papers/plan", {"documents": [draft["id"]] * 11}
        )

    assert ["#/documents"] == pointers(refused(answer, 422))
