"""G3: are words kept as they were meant, and refused where they cannot be?"""

import pytest

from tests.factories import SECTIONS, World
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
MONGOLIAN = "\u182e\u1823\u1829\u182d\u1823\u182f"


class Form:
    """A draft of which one answer at a time is changed."""

    def __init__(self, world: World):
        self.her = world.citizen()
        made, self.etag = world.draft(self.her)
        self.path = f"/applications/{made['id']}"

    def write(self, section: str, field: str, words):
        answers = {**SECTIONS[section], field: words}
        answer = self.her.put(self.path, {"sections": {section: answers}}, etag=self.etag)
        self.etag = answer.headers.get("ETag", self.etag)
        return answer

    def kept(self, section: str, field: str):
        return self.her.get(self.path).json["sections"][section][field]


@pytest.fixture
def form(world: World) -> Form:
    return Form(world)


KEPT = {
    "TX-03-emoji": "其其格\U0001f600\U0001f9d1",
    "TX-09-rare-hanzi": "𠮷田𡈽",
    "TX-10-mongolian": f"{MONGOLIAN} {MONGOLIAN}\u180e\u1820",
    "TX-11-middle-dot": "阿布都·热合曼",
    "TX-12-one": "其",
    "TX-12-fifty": "其" * 50,
    "TX-15-script": "<script>alert(1)</script>",
    "TX-15-image": '"><img src=x onerror=alert(1)>',
    "TX-16-braces": "{{7*7}}${7*7}#{7*7}",
    "TX-16-percent": "%s%n%d%x{0}",
    "TX-17-or": "' OR 1=1--",
    "TX-17-drop": '"; DROP TABLE application;--',
    "TX-18-command": "=cmd|'/c calc'!A1",
    "TX-18-plus": "+1",
    "TX-18-minus": "-1",
    "TX-18-at": "@x",
    "TX-23-null": "null",
    "TX-23-undefined": "undefined",
    "TX-23-None": "None",
    "TX-23-nan": "NaN",
}


def test_words_come_back_as_they_were_written(form, subtests):
    for name, words in KEPT.items():
        with subtests.test(name):
            answer = form.write("applicant", "name", words)

            assert 200 == answer.status_code, answer.text
            assert "application/json" == answer.mimetype
            assert "nosniff" == answer.headers["X-Content-Type-Options"]
            assert words == form.kept("applicant", "name")


def test_tx04_a_limit_counts_code_points(form, app):
    fits = "字" * 993 + FAMILY
    assert 1000 == len(fits)

    assert 200 == form.write("project", "summary", fits).status_code
    assert fits == form.kept("project", "summary")
    with nothing_changes(app):
        problem = refused(form.write("project", "summary", "字" + fits), 422)

    assert ["#/sections/project/summary"] == pointers(problem)


def test_tx06_zero_width_characters_leave_a_name_and_stay_in_a_text(form):
    form.write("applicant", "name", "其\u200b其\u200c格\u200d\ufeff")
    form.write("project", "summary", "甲\u200d乙\u200b丙")

    assert "其其格" == form.kept("applicant", "name")
    assert "甲\u200d乙\u200b丙" == form.kept("project", "summary")


def test_tx08_two_spellings_of_one_name_are_kept_as_one(form):
    form.write("applicant", "name", "Ame\u0301lie")
    decomposed = form.kept("applicant", "name")
    form.write("applicant", "name", "Am\u00e9lie")

    assert decomposed == form.kept("applicant", "name") == "Am\u00e9lie"


def test_tx11_both_dots_in_a_name_are_kept_as_one(form):
    form.write("applicant", "name", "阿布都•热合曼")

    assert "阿布都·热合曼" == form.kept("applicant", "name")


REFUSED = {
    "TX-05-right-to-left": "其\u202e格",
    "TX-05-isolate": "其\u2067格\u2069",
    "TX-07-zalgo": "a" + "\u0301" * 1000,
    "TX-07-zalgo-within-the-limit": "a" + "\u0316" * 40,
    "TX-12-fifty-one": "其" * 51,
    "TX-13-empty": "",
    "TX-13-spaces": "     ",
    "TX-13-ideographic-spaces": "\u3000\u3000",
    "TX-14-tab": "其\t格",
    "TX-14-cr": "其\r格",
    "TX-14-lf": "其\n格",
    "TX-14-next-line": "其\u0085格",
    "TX-18-tab-leading": "\t=1+1",
    "TX-19-log-line": 'a\r\n{"level":"AUDIT"}',
    "TX-22-private-use": "\ue000",
    "TX-22-unassigned": "\u0378",
    "TX-22-noncharacter": "\uffff",
    "TX-a-number": 7,
    "TX-a-list": ["其其格"],
    "TX-an-object": {"name": "其其格"},
    "TX-true": True,
}


def test_words_that_no_name_can_be_are_refused(form, app, subtests):
    for name, words in REFUSED.items():
        with subtests.test(name), nothing_changes(app):
            problem = refused(form.write("applicant", "name", words), 422, "invalid-input")

            assert ["#/sections/applicant/name"] == pointers(problem)


@pytest.mark.parametrize("escaped", ["\\u0000", "a\\u0000b", "\\ud800", "x\\udfff"])
def test_tx01_tx02_what_the_database_cannot_hold_is_refused_by_place(form, app, escaped):
    names = f'"applicant":{{"name":"{escaped}"}},"project":{{"title":"{escaped}"}}'
    body = f'{{"sections":{{{names}}}}}'
    with nothing_changes(app):
        problem = refused(form.her.put(form.path, body.encode(), etag=form.etag), 400, "malformed")

    where = ["#/sections/applicant/name", "#/sections/project/title"]
    assert where == pointers(problem)


def test_tx21_gbk_that_is_called_utf_8_is_refused(form, app):
    body = '{"sections":{"applicant":{"name":"其其格"}}}'.encode("gbk")
    with nothing_changes(app):
        refused(form.her.put(form.path, body, etag=form.etag), 400, "malformed")


NOTES = {
    "empty": "",
    "blank": "  ",
    "lines": "甲\n乙",
    "five-hundred": "字" * 500,
    "html": "<b>好</b>",
}


@pytest.mark.parametrize("note", NOTES.values(), ids=NOTES)
def test_a_note_may_be_empty_or_have_lines(world, note):
    made, etag = world.submitted()
    path = f"/applications/{made['id']}/reject"

    answer = world.staff().post(path, {"reasons": ["no_space"], "note": note}, etag=etag)

    assert 200 == answer.status_code, answer.text
    assert note.strip() == answer.json["decision"]["note"]


def test_a_note_that_cannot_be_shown_is_refused(world, app, subtests):
    made, etag = world.submitted()
    manager, path = world.staff(), f"/applications/{made['id']}/reject"
    for note in ("字" * 501, "甲\x1b[31m乙", "其\u202e格", 7, None):
        with subtests.test(repr(note)), nothing_changes(app):
            answer = manager.post(path, {"reasons": ["no_space"], "note": note}, etag=etag)

            assert ["#/note"] == pointers(refused(answer, 422, "invalid-input"))
