"""G10: does a caller reach only her own things, and set only what is hers to set?"""

import re

import pytest

from backend.access import PERMISSIONS, Relation
from miniprogram_api.demo import ACCOUNTS
from tests.factories import SECTIONS, Caller, World
from tests.miniprogram_api.ready import READY
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

AN_ID = "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"
SMUGGLED = {
    "MA-01-role": {"role": "bureau_admin"},
    "MA-01-is_admin": {"is_admin": True},
    "MA-02-status": {"status": "approved"},
    "MA-03-park": {"located_county_code": "152201", "park": "P01"},
    "MA-04-owner_id": {"owner_id": 1},
    "MA-04-openid": {"openid": "o" + "0" * 27},
    "MA-04-person_id": {"person_id": AN_ID, "applicant_id": 1, "user_id": 1},
    "MA-05-amount": {"amount_approved": "10000.00"},
    "MA-06-id": {"id": AN_ID},
    "MA-06-number": {"number": "RZ-2026-000001", "public_id": AN_ID},
    "MA-07-created_at": {"created_at": "2020-01-01T00:00:00Z"},
    "MA-07-audit": {"audit": [], "version": 9, "decided_by": 1, "verdict": {"value": True}},
    "MA-proto": {"__proto__": {"role": "x"}, "__class__": "x", "constructor": 1},
    "MA-marshmallow": {"partial": True, "unknown": "include", "many": True},
}

_ALL = [pair for fields in SMUGGLED.values() for pair in fields.items()]
# A form may have twenty fields.
IN_TWO_PARTS = (dict(_ALL[::2]), dict(_ALL[1::2]))
READS = ("get", "suggest", "list", "check", "count", "preview", "download")
WITHOUT_BODY = {"endSession", "endOtherSession", "removeDocument"}
# What stands beside the seal of a callback counts for nothing, whatever it is.
OF_WECHAT = {"wechatCallbackGet", "wechatCallbackPost"}
WRITES = sorted(
    name
    for name in PERMISSIONS
    if not name.startswith(READS) and name not in WITHOUT_BODY | OF_WECHAT
)
# Open to whoever works for the bureau, whatever the thing.
OF_THE_BUREAU = sorted(name for name, open_to in PERMISSIONS.items() if open_to == {Relation.CLERK})


class Scene:
    """One thing of each kind, and who may touch it."""

    def __init__(self, world: World):
        self.world = world
        self.her, self.other = world.citizen(), world.citizen("another")
        self.manager = world.staff()
        self.park, self.unit = world.park(), world.units()[0]["id"]
        draft, self.draft_tag = world.draft(self.her)
        sent, self.sent_tag = world.submitted(self.other)
        self.draft = f"/applications/{draft['id']}"
        self.sent = f"/applications/{sent['id']}"


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


@pytest.mark.parametrize("operation", WRITES)
def test_a_body_is_refused_for_what_is_not_hers_to_set_and_for_what_it_must_have(
    world, app, document, operation
):
    """MA-01 to MA-07, MA-13, TX-23: null for something required is like nothing at all.

    Unless the document says that null is an answer of its own.
    """
    ready = READY[operation](world)
    given = ready.content or {}
    foreign = [{n: v for n, v in extra.items() if n not in given} for extra in IN_TWO_PARTS]
    wrong = [(given | extra, sorted(extra)) for extra in foreign]
    for name, may_be_null in _required(document, operation):
        if not may_be_null:
            wrong.append((given | {name: None}, [name]))
        wrong.append(({each: value for each, value in given.items() if each != name}, [name]))
    for content, names in wrong:
        with nothing_changes(app):
            answer = ready.send(content=content)

        assert [f"#/{each}" for each in names] == pointers(refused(answer, 422, "invalid-input"))


@pytest.mark.parametrize(
    ("where", "pointer"),
    [
        (("sections",), "#/sections/status"),
        (("sections", "applicant"), "#/sections/applicant/status"),
        (("sections", "space"), "#/sections/space/status"),
        (("sections", "declaration"), "#/sections/declaration/status"),
    ],
)
def test_ma02_a_field_smuggled_in_deeper_is_refused_as_well(scene, app, where, pointer):
    content: dict = {"sections": {name: dict(answers) for name, answers in SECTIONS.items()}}
    inner = content
    for name in where:
        inner = inner[name]
    inner["status"] = "approved"
    with nothing_changes(app):
        problem = refused(scene.her.put(scene.draft, content, etag=scene.draft_tag), 422)

    assert [pointer] == pointers(problem)


def test_ma03_a_manager_cannot_take_a_case_into_another_park(scene, app):
    wish = {"unit_id": scene.unit, "park_id": scene.world.park_id("P01")}
    with nothing_changes(app):
        answer = scene.manager.post(f"{scene.sent}/approve", wish, etag=scene.sent_tag)
        problem = refused(answer, 422, "invalid-input")

    assert ["#/park_id"] == pointers(problem)


def test_ma08_ma10_a_unit_of_another_park_is_no_more_there_than_one_that_does_not_exist(scene, app):
    foreign = scene.world.units("P01")[0]["id"]
    problems = []
    for unit in (foreign, AN_ID):
        with nothing_changes(app):
            answer = scene.manager.post(
                f"{scene.sent}/approve", {"unit_id": unit}, etag=scene.sent_tag
            )
            problems.append(refused(answer, 422, "invalid-input"))

    assert ["#/unit_id"] == pointers(problems[0])
    assert _without_number(problems[0]) == _without_number(problems[1])


def test_ma08_a_park_that_does_not_exist_is_refused(scene, app):
    her = scene.world.citizen("newcomer")
    with nothing_changes(app):
        answer = her.post("/applications", {"kind": "tenancy", "park_id": AN_ID})
        assert ["#/park_id"] == pointers(refused(answer, 422, "invalid-input"))
        answer = scene.her.put(scene.draft, {"park_id": AN_ID}, etag=scene.draft_tag)
        assert ["#/park_id"] == pointers(refused(answer, 422, "invalid-input"))


def test_what_is_foreign_and_what_is_missing_look_alike(scene, app):
    """MA-08, MA-11, T02: the same status, headers and body, but for the number."""
    elsewhere = scene.world.staff("demo-manager-p01")
    message = _message_of(scene)
    session = scene.other.get("/sessions").json["items"][0]["id"]
    why, wish = {"reasons": ["no_space"]}, {"unit_id": scene.unit}
    one = "/applications/{}"
    sent = scene.sent.rpartition("/")[2]
    asked = [
        (scene.her, "GET", one, None, sent),
        (scene.her, "GET", f"{one}/timeline", None, sent),
        (scene.her, "PUT", one, {"sections": {}}, sent),
        (scene.her, "POST", f"{one}/submit", {}, sent),
        (scene.her, "POST", f"{one}/withdraw", {}, sent),
        (elsewhere, "GET", one, None, sent),
        (elsewhere, "GET", f"{one}/timeline", None, sent),
        (elsewhere, "POST", f"{one}/approve", wish, sent),
        (elsewhere, "POST", f"{one}/reject", why, sent),
        (scene.manager, "GET", one, None, scene.draft.rpartition("/")[2]),
        (scene.manager, "POST", f"{one}/reject", why, scene.draft.rpartition("/")[2]),
        (scene.her, "POST", "/messages/{}/read", {}, message),
        (scene.manager, "POST", "/messages/{}/read", {}, message),
        (scene.her, "DELETE", "/sessions/{}", None, session),
        (scene.manager, "DELETE", "/sessions/{}", None, session),
    ]
    for caller, method, path, content, foreign in asked:
        with nothing_changes(app):
            seen = [
                _alike(caller.send(method, path.format(id_), content, etag='"2"'))
                for id_ in (foreign, AN_ID)
            ]
        assert seen[0] == seen[1], (method, path)
        assert 404 == seen[0][0]


@pytest.mark.parametrize("operation", OF_THE_BUREAU)
def test_what_is_the_bureaus_alone_is_refused_to_every_other_member_of_staff(world, operation):
    """A row of the table is worth nothing where nobody asks it."""
    ready = READY[operation](world)
    for username in ("demo-manager", "demo-bank", "demo-guarantor"):
        answer = ready.send(by=world.staff(username))

        assert answer.status_code in (403, 404), (username, answer.text)


def test_a_draft_is_nobodys_business_but_its_writers(scene, subtests):
    for account in ACCOUNTS:
        caller = scene.world.staff(account.username)
        with subtests.test(account.username):
            refused(caller.get(scene.draft), 404, "not-found")
            refused(caller.get(f"{scene.draft}/timeline"), 404, "not-found")
            listed = [each["id"] for each in caller.get("/applications?limit=100").json["items"]]
            assert scene.draft.rpartition("/")[2] not in listed


def test_what_is_required_is_read_off_the_document(document):
    assert [("challenge_token", False), ("code", False)] == _required(document, "confirmTotp")
    assert [("expires_on", True), ("issued_on", True)] == _required(document, "dateDocument")
    assert [] == _required(document, "updateApplication")


def _required(document, operation):
    """The fields that a body must have, and whether null is one; a form with its file aside."""
    written = next(
        each
        for path in document["paths"].values()
        for method, each in path.items()
        if method != "parameters" and each["operationId"] == operation
    )
    content = written.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return []
    schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return [
        (name, "null" in schema["properties"][name].get("type", ()))
        for name in sorted(schema.get("required", ()))
    ]


def test_ma14_a_decision_answers_the_manager_with_the_mask(scene):
    answer = scene.manager.post(
        f"{scene.sent}/approve", {"unit_id": scene.unit}, etag=scene.sent_tag
    )

    assert "138****8000" == answer.json["sections"]["applicant"]["phone"]
    assert SECTIONS["applicant"]["phone"] not in answer.text


PERSONAL = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dX](?!\d)|\bo[\w-]{27}\b")


def test_ma15_what_is_open_to_everybody_names_nobody(scene, document):
    name = "卡纳里测试人"
    sections = SECTIONS | {"applicant": {"name": name, "phone": "13900139000"}}
    her = scene.world.citizen("canary")
    made, etag = scene.world.draft(her, sections=sections)
    path = f"/applications/{made['id']}"
    etag = her.post(f"{path}/submit", {}, etag=etag).headers["ETag"]
    scene.manager.post(f"{path}/approve", {"unit_id": scene.unit}, etag=etag)
    seen = 0
    for operations in document["paths"].values():
        operation = operations.get("get")
        if operation is None or PERMISSIONS[operation["operationId"]] != {Relation.ANYONE}:
            continue
        filled = READY[operation["operationId"]](scene.world).path
        answer = scene.world.anybody.get(filled)
        assert 200 == answer.status_code, filled
        seen += 1
        if filled != "/openapi.json":
            assert not PERSONAL.search(answer.text), filled
        assert name not in answer.text
        assert "13900139000" not in answer.text
    assert seen >= 9


def test_ma15_a_refusal_names_nobody_either(scene):
    taken = scene.manager.post(
        f"{scene.sent}/approve", {"unit_id": scene.unit}, etag=scene.sent_tag
    )
    assert 200 == taken.status_code
    rival = scene.world.citizen("rival")
    made, etag = scene.world.submitted(rival)

    answer = scene.manager.post(
        f"/applications/{made['id']}/approve", {"unit_id": scene.unit}, etag=etag
    )

    problem = refused(answer, 409, "unit-taken")
    assert not PERSONAL.search(answer.text)
    assert SECTIONS["applicant"]["name"] not in answer.text
    assert scene.sent.rpartition("/")[2] not in answer.text
    assert [unit["id"] for unit in problem["free_units"]] != []


def _without_number(problem):
    return {name: value for name, value in problem.items() if name != "instance"}


def _alike(answer):
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}
    return answer.status_code, headers, _without_number(answer.json)


def _message_of(scene: Scene) -> str:
    """A message in the other one's inbox."""
    world = scene.world
    rejected = world.citizen("another-still")
    made, etag = world.submitted(rejected)
    why = {"reasons": ["no_space"]}
    scene.manager.post(f"/applications/{made['id']}/reject", why, etag=etag)
    items = Caller(world.app, rejected.token).get("/messages").json["items"]
    return items[0]["id"]
