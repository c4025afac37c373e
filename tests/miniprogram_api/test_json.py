"""What gets past the JSON door? (reliability groups G3 and G4)"""

import pytest

from tests.factories import SECTIONS, World

DEEP_32 = b"[" * 31 + b"]" * 31
MALFORMED = {
    "HT-01 100,000 open brackets": b"[" * 100_000,
    "HT-02 3,000 closed brackets": b'{"a":' + b"[" * 3000 + b"]" * 3000 + b"}",
    "depth 10,000": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "HT-03 depth 33": b'{"sections":' + b"[" * 32 + b"]" * 32 + b"}",
    "HT-07 duplicate keys": b'{"code":"a","code":"a"}',
    "HT-08 NaN": b'{"code":NaN}',
    "HT-08 Infinity": b'{"code":Infinity}',
    "HT-08 -Infinity": b'{"code":-Infinity}',
    "HT-08 1e999": b'{"code":1e999}',
    "HT-09 5,000 digits": b'{"code":' + b"9" * 5000 + b"}",
    "HT-10 trailing data": b'{"code":"a"} x',
    "HT-13 byte order mark": b'\xef\xbb\xbf{"code":"a"}',
    "HT-13 UTF-16": '{"code":"a"}'.encode("utf-16"),
    "HT-14 invalid UTF-8": b'{"code":"\xff\xfe"}',
    "HT-15 10,000 keys": b"{" + b",".join(b'"k%d":1' % n for n in range(10_000)) + b"}",
    "TX-01 escaped NUL": b'{"code":"a\\u0000b"}',
    "raw NUL": b'{"code":"a\x00b"}',
    "TX-02 lone surrogate": b'{"code":"\\ud800"}',
    "a NUL in a name": b'{"co\\u0000de":"a"}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_cannot_be_read_is_400_and_nothing_happens(world: World, body: bytes):
    answer = world.anybody.post("/session/wechat", body)

    assert 400 == answer.status_code, answer.text
    assert "application/problem+json" == answer.mimetype
    assert {"type", "title", "status", "detail", "instance"} <= set(answer.json)


def test_every_place_of_an_unheld_character_is_named_at_once(world: World):
    body = b'{"code":"a\\u0000", "device":"\\ud800"}'

    answer = world.anybody.post("/session/wechat", body)

    assert ["#/code", "#/device"] == [each["pointer"] for each in answer.json["errors"]]


def test_a_surrogate_pair_is_an_ordinary_character(world: World):
    body = b'{"code":"\\ud842\\udfb7"}'  # U+20BB7, a rare character of names

    # It is read, and only WeChat does not know such a code.
    assert 401 == world.anybody.post("/session/wechat", body).status_code


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"1", b"true"], ids=str)
def test_ht_12_anything_but_an_object_is_refused(world: World, body: bytes):
    assert world.anybody.post("/session/wechat", body).status_code in (400, 422)


def test_ht_04_ten_megabytes_are_refused_before_they_are_read(world: World):
    body = b'{"code":"' + b"a" * 10_000_000 + b'"}'

    assert 413 == world.anybody.post("/session/wechat", body).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/json; charset=gbk"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Encoding": "gzip"},
    ],
    ids=str,
)
def test_ht_16_17_other_kinds_of_content_are_415(world: World, headers: dict[str, str]):
    answer = world.app.test_client().post(
        "/api/v1/session/wechat",
        data=b'{"code":"a"}',
        headers={"Content-Type": "application/json"}
        | {name.replace("_", "-"): value for name, value in headers.items()},
    )

    assert 415 == answer.status_code


def test_ht_18_19_20_one_way_of_asking(world: World):
    assert 200 == world.anybody.get("/parks", Accept="text/html").status_code
    assert 405 == world.anybody.send("PATCH", "/parks").status_code
    assert "GET" in world.anybody.send("PATCH", "/parks").headers["Allow"]
    assert 405 == world.anybody.post("/parks", {}, X_HTTP_Method_Override="GET").status_code


@pytest.mark.parametrize("path", ["/%00", "/..%2f..%2fetc%2fpasswd", "//", "/parks;a=b", "/%ff"])
def test_ht_23_24_odd_paths_are_404(world: World, path: str):
    assert 404 == world.app.test_client().get(f"/api/v1{path}").status_code


def test_ht_30_head_and_options_break_nothing(world: World):
    for rule in world.app.url_map.iter_rules():
        path = rule.rule.replace("<uuid:", "<").replace("<path:", "<")
        path = path.replace("<", "019ab3c0-7e1a-7d3f-9b44-").replace(">", "")
        for method in ("HEAD", "OPTIONS"):
            answer = world.app.test_client().open(path, method=method)
            assert answer.status_code < 500, (method, path)


TEXTS = {
    "TX-03 emoji": ("奶豆腐😀", 200),
    "TX-05 direction override": ("a\u202eb", 422),
    "TX-07 stacked marks": ("a" + "\u0300" * 1000, 422),
    "TX-09 rare hanzi": ("𠮷", 200),
    "TX-10 Mongolian": ("ᠮᠣᠩᠭᠣᠯ\u180e", 200),
    "TX-12 50 characters": ("字" * 50, 200),
    "TX-12 51 characters": ("字" * 51, 422),
    "TX-13 only spaces": ("   ", 422),
    "TX-13 only U+3000": ("\u3000", 422),
    "TX-14 line feed in one line": ("a\nb", 422),
    "TX-15 script": ("<script>alert(1)</script>", 200),
    "TX-16 template": ("{{7*7}} ${7*7} %s%n", 200),
    "TX-17 quotes": ("' OR 1=1--", 200),
    "TX-22 private use": ("a\ue000", 422),
    "TX-23 the word null": ("null", 200),
}


@pytest.mark.parametrize(("words", "status"), TEXTS.values(), ids=TEXTS)
def test_names_are_kept_as_they_are_or_refused(world: World, words: str, status: int):
    her = world.citizen()
    draft, etag = world.draft(her, sections={})
    project = {**SECTIONS["project"], "title": words}

    path = f"/applications/{draft['id']}"
    answer = her.put(path, {"sections": {"project": project}}, etag=etag)

    assert status == answer.status_code, answer.text
    kept = her.get(path).json["sections"].get("project", {}).get("title")
    assert (words if status == 200 else None) == kept


def test_tx_08_the_two_ways_of_writing_a_letter_are_one(world: World):
    her = world.citizen()
    sections = {"applicant": {"name": "e\u0301", "phone": "13800138000"}}

    draft, _ = world.draft(her, sections=sections)

    assert "\u00e9" == draft["sections"]["applicant"]["name"]


NUMBERS = {
    "NM-01 -1": (-1, 422),
    "NM-02 0": (0, 422),
    "least": (1, 200),
    "most": (500, 200),
    "one more": (501, 422),
    "NM-06 text": ("3", 422),
    "NM-06 full-width": ("３", 422),
    "NM-07 true": (True, 422),
    "NM-08 1.9": (1.9, 422),
    "3.0 is a whole number": (3.0, 200),
    "NM-09 2^31": (2**31, 422),
    "NM-09 2^63": (2**63, 422),
}


@pytest.mark.parametrize(("number", "status"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_numbers(world: World, number, status: int):
    her = world.citizen()
    draft, etag = world.draft(her, sections={})
    project = {**SECTIONS["project"], "team_size": number}

    answer = her.put(f"/applications/{draft['id']}", {"sections": {"project": project}}, etag=etag)

    assert status == answer.status_code, answer.text


DAYS = {
    "DT-01": ("2024-02-30", 422),
    "DT-02": ("2023-02-29", 422),
    "leap day": ("2028-02-29", 200),
    "DT-03": ("2022-04-31", 422),
    "DT-04": ("0000-01-01", 422),
    "DT-05": ("9999-12-31", 422),
    "DT-06 basic": ("20240101", 422),
    "DT-06 week": ("2024-W01-1", 422),
    "DT-07": ("2024年1月1日", 422),
    "DT-08": ("2024-1-1", 422),
    "a moment": ("2027-01-01T00:00:00Z", 422),
    "DT-24 full-width": ("２０２７-01-01", 422),
}


@pytest.mark.parametrize(("day", "status"), DAYS.values(), ids=DAYS)
def test_days_are_written_one_way(world: World, day: str, status: int):
    her = world.citizen()
    draft, etag = world.draft(her, sections={})
    space = {**SECTIONS["space"], "starts_on": day}

    answer = her.put(f"/applications/{draft['id']}", {"sections": {"space": space}}, etag=etag)

    assert status == answer.status_code, answer.text


def test_all_faults_of_all_sections_are_named_at_once(world: World):
    her = world.citizen()
    draft, etag = world.draft(her, sections={})
    bad = {
        "applicant": {"name": " ", "phone": "12"},
        "project": {"team_size": True, "role": "admin"},
        "nonsense": {},
    }

    answer = her.put(f"/applications/{draft['id']}", {"sections": bad, "status": "x"}, etag=etag)

    assert 422 == answer.status_code
    assert {
        "#/sections/applicant/name",
        "#/sections/applicant/phone",
        "#/sections/project/team_size",
        "#/sections/project/role",
        "#/sections/nonsense",
        "#/status",
    } == {each["pointer"] for each in answer.json["errors"]}
    assert {} == her.get(f"/applications/{draft['id']}").json["sections"]
