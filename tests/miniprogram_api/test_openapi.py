"""Does the published document tell the truth, the whole truth, and in examples that work?"""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend.access import PERMISSIONS, Relation, audiences
from miniprogram_api.operations import OPERATIONS
from tests.miniprogram_api.ready import READY, Ready
from tests.miniprogram_api.refusals import refused

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
OPERATION_IDS = sorted(PERMISSIONS)
# Routes that are not of the contract: for Prometheus, and the pages that show the document.
UNDOCUMENTED = {"/metrics", "/docs/", "/docs/<path:path>"}
# The only places for a JSON number that is not whole; money is never one.
FRACTIONS = {"longitude", "latitude"}


def operations(document) -> dict[str, dict[str, Any]]:
    """Every operation by its id, with the parameters that its path shares."""
    return {
        written["operationId"]: written
        | {"parameters": [*path.get("parameters", ()), *written.get("parameters", ())]}
        for path in document["paths"].values()
        for method, written in path.items()
        if method in METHODS
    }


def contents(written: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body that an operation takes or gives, with a name for it."""
    places = {"body": written.get("requestBody", {})} | written["responses"]
    for name, place in places.items():
        for kind, content in place.get("content", {}).items():
            yield f"{name} {kind}", content


def faults(document, schema: dict[str, Any], value: Any) -> list[str]:
    """What the schema has against a value (JSON Schema 2020-12, formats included)."""
    whole = {"components": document["components"], **schema}
    validator = Draft202012Validator(whole, format_checker=FormatChecker())
    return [each.message[:200] for each in validator.iter_errors(value)]


def test_the_document_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    assert [] == [each.message for each in OpenAPIV31SpecValidator(document).iter_errors()]


def test_the_document_is_what_the_api_gives_out(world, document):
    assert document == orjson.loads(world.anybody.get("/openapi.json").data)


def test_every_operation_of_the_policy_is_documented_and_no_other(document):
    assert set(PERMISSIONS) == set(operations(document)) == set(OPERATIONS)
    assert len(PERMISSIONS) == sum(
        len(METHODS & path.keys()) for path in document["paths"].values()
    )


def test_every_route_is_documented_or_known_not_to_be(app, document):
    documented = {re.sub(r"\{(\w+)\}", "<>", path) for path in document["paths"]}
    routes = {
        re.sub(r"<(\w+:)?\w+>", "<>", rule.rule): rule.rule for rule in app.url_map.iter_rules()
    }
    left = {written for plain, written in routes.items() if plain not in documented}

    assert UNDOCUMENTED == left
    assert documented <= set(routes)


@pytest.mark.parametrize("operation", OPERATION_IDS)
def test_an_operation_says_everything_about_itself(document, operation):
    written = operations(document)[operation]

    assert written["summary"].strip()
    assert written["tags"]
    assert written["x-idempotent"] in ("key", "natural", "none")
    assert sorted(each.name.lower() for each in PERMISSIONS[operation]) == written["x-policy"]
    schemes = {name for each in written["security"] for name in each}
    assert {each.value for each in audiences(operation)} == schemes
    assert schemes <= set(document["components"]["securitySchemes"])
    opened = {Relation.ANYONE} == PERMISSIONS[operation]
    assert opened == (written["security"] == []) == ("401" not in written["responses"] or opened)


@pytest.mark.parametrize("operation", OPERATION_IDS)
def test_what_is_required_of_a_request_is_documented(document, operation):
    written, promised = operations(document)[operation], OPERATIONS[operation]
    headers = {
        each["name"]: each["required"] for each in written["parameters"] if each["in"] == "header"
    }

    expected = {} if promised.key == "none" else {"Idempotency-Key": promised.key == "key"}
    assert headers == expected | ({"If-Match": True} if promised.if_match else {})
    assert promised.has_body == ("requestBody" in written)
    assert all("schema" in each for each in written["parameters"])


# Faults that an example may have: they depend on the records, not on the form of what is sent.
OF_THE_RECORDS = {
    *("#/park_id", "#/unit_id", "#/code", "#/post_id"),
    *("#/last_on", "#/registered_on", "#/amount", "#/paid_on"),
    # Of a case: whether the account has to do with it, and who may take it over.
    *("#/staff_id", "#/to_staff", "#/to_park"),
    # Of a loan: who serves the county, the day of the last state, and what goes with which state.
    # Of a stay: its term, and the days on which somebody came, went or handed over.
    *("#/arrived_on", "#/arrive_by", "#/ends_on", "#/moved_out_on", "#/month", "#/relief/0"),
    *("#/bank_id", "#/guarantor_id", "#/on", "#/reason"),
    # Of a claim: which lines it has, what its kind asks of each, and when something was paid.
    *("#/lines", "#/lines/0/line_id", "#/items/0/line_id", "#/tenancy_id", "#/recovered_on"),
    *("#/lines/0/tenancy_id", "#/lines/0/number", "#/lines/0/hired_on"),
    # Of choices and draws: which parks there are, and the days of the announcement.
    *("#/other_parks/0", "#/freezes_on", "#/draws_on"),
    # Of a document: whether its days are in order.
    "#/expires_on",
}
AS_IT_WAS = "active→active, renewing→renewing, suspended→suspended"
MOVES = {
    "updateApplication": "correction_requested→correction_requested, draft→draft",
    "submitApplication": "draft→submitted",
    "withdrawApplication": "approved→withdrawn, correction_requested→withdrawn, draft→withdrawn,"
    " objection_hold→withdrawn, publicised→withdrawn, submitted→withdrawn, under_review→withdrawn",
    "claimCase": "submitted→under_review",
    "transferCase": "submitted→under_review, under_review→under_review",
    "releaseCase": "under_review→submitted",
    "returnForCorrection": "submitted→correction_requested, under_review→correction_requested",
    "recallCorrection": "correction_requested→under_review",
    "resolveCorrection": "correction_requested→under_review",
    "restoreApplication": "lapsed→draft",
    "updateNotice": "draft→draft",
    "submitNotice": "draft→awaiting_approval",
    "approveNotice": "awaiting_approval→scheduled",
    "refuseNotice": "awaiting_approval→refused",
    "scheduleNotice": "scheduled→scheduled",
    "pauseNotice": "sending→paused",
    "resumeNotice": "paused→sending",
    "cancelNotice": "awaiting_approval→cancelled, draft→cancelled, paused→cancelled,"
    " scheduled→cancelled, sending→cancelled",
    "allowGap": "submitted→submitted, under_review→under_review",
    "promiseGap": "offered→promised",
    "declineGap": "offered→declined",
    "fillGap": "promised→filled",
    "confirmGap": "filled→closed",
    "refuseGap": "filled→promised",
    "approveApplication": "submitted→approved, under_review→approved",
    "rejectApplication": "submitted→rejected, under_review→rejected",
    "reopenCase": "approved→submitted, rejected→submitted",
    "publiciseDecision": "approved→publicised",
    "passOnCase": "submitted→submitted, under_review→submitted",
    "cancelDraw": "announced→cancelled",
    "acceptOffer": "offered→agreement_pending",
    "declineOffer": "offered→declined",
    "amendAgreement": "agreement_pending→agreement_pending",
    "signAgreement": "agreement_pending→agreement_pending",
    "amendInternshipAgreement": "agreement_pending→agreement_pending",
    "signInternshipAgreement": "agreement_pending→agreement_pending",
    "confirmAttendance": "in_progress→in_progress, venture_confirmed→venture_confirmed,"
    " window_open→window_open",
    "settleMonth": "in_progress→in_progress, venture_confirmed→venture_confirmed,"
    " window_open→window_open",
    "completeInternship": "in_progress→terminated",
    "confirmVenture": "window_open→venture_confirmed",
    "acceptVenture": "venture_confirmed→stipend_review",
    "returnVenture": "venture_confirmed→window_open",
    "approveStipend": "stipend_review→stipend_approved",
    "returnStipend": "stipend_review→venture_confirmed",
    "recordStipendPayment": "stipend_approved→paid",
    "recoverStipend": "paid→recovered",
    "confirmArrival": "active→active",
    "postponeArrival": "active→active",
    "renewTenancy": "active→renewing",
    "grantRenewal": "renewing→active",
    "refuseRenewal": "renewing→active",
    "suspendTenancy": "active→suspended",
    "resumeTenancy": "suspended→active",
    **dict.fromkeys(
        ("announceEviction", "answerEviction", "recordHearing", "dropEviction"), AS_IT_WAS
    ),
    "evictTenant": "active→evicted, renewing→evicted, suspended→evicted",
    "leaveTenancy": "active→left_early, renewing→left_early, suspended→left_early",
    "graduateTenant": "active→graduated, left_early→graduated, left_on_time→graduated,"
    " renewing→graduated, suspended→graduated",
    "confirmExitItem": "evicted→evicted, graduated→graduated, left_early→left_early,"
    " left_on_time→left_on_time",
    **dict.fromkeys(
        ("recordHeadcount", "confirmHeadcount"),
        "active→active, evicted→evicted, graduated→graduated, left_early→left_early,"
        " left_on_time→left_on_time, renewing→renewing, suspended→suspended",
    ),
    "recordReferral": "published→referred",
    "recordBankState": "bank_approved→disbursed, bank_approved→refused,"
    " disbursed→interest_subsidised, disbursed→overdue, disbursed→repaid,"
    " due_diligence→guaranteed, due_diligence→refused, guaranteed→bank_approved,"
    " guaranteed→refused, interest_subsidised→interest_subsidised, interest_subsidised→overdue,"
    " interest_subsidised→repaid, overdue→disbursed, overdue→repaid, referred→due_diligence,"
    " referred→guaranteed, referred→refused",
    "updateClaim": "draft→draft, returned→returned",
    "submitClaim": "draft→submitted, returned→submitted",
    "withdrawClaim": "draft→withdrawn, qualified→withdrawn, returned→withdrawn,"
    " submitted→withdrawn",
    "returnClaim": "submitted→returned",
    "reviewClaim": "submitted→qualified, submitted→refused",
    "publiciseClaim": "qualified→publicised",
    "grantSubsidy": "published→granted",
    "approveSubsidy": "granted→payable",
    "returnSubsidy": "granted→published",
    "refuseSubsidy": "published→refused",
    "recordPayment": "payable→paid",
    "recoverSubsidy": "paid→recovered",
}


def test_whatever_moves_a_state_says_from_where_to_where(document):
    written = {
        name: each["x-transition"]
        for name, each in operations(document).items()
        if "x-transition" in each
    }

    assert MOVES == written


@pytest.mark.parametrize("operation", OPERATION_IDS)
def test_every_response_has_a_description_a_schema_and_an_example(document, operation):
    written = operations(document)[operation]

    for status, response in written["responses"].items():
        assert response["description"].strip(), status
        if status in ("204", "304"):
            assert "content" not in response
            continue
        good = OPERATIONS[operation].media or ("application/json",)
        kinds = set(good) if status < "400" else {"application/problem+json"}
        assert kinds == set(response.get("content", ())), status
        assert all({"schema", "example"} <= set(each) for each in response["content"].values())


@pytest.mark.parametrize("operation", OPERATION_IDS)
def test_every_example_fits_its_own_schema(document, operation):
    wrong = {
        name: found
        for name, content in contents(operations(document)[operation])
        if (found := faults(document, content["schema"], content["example"]))
    }

    assert {} == wrong


@pytest.mark.parametrize("operation", OPERATION_IDS)
def test_every_example_and_default_of_a_parameter_fits_its_own_schema(document, operation):
    for each in operations(document)[operation]["parameters"]:
        for source in (each, each["schema"]):
            for name in ("example", "default"):
                if name in source:
                    assert [] == faults(document, each["schema"], source[name]), each["name"]


def test_every_example_inside_a_schema_fits_it(document):
    wrong = []
    for name, schema in document["components"]["schemas"].items():
        for field, inner in schema.get("properties", {}).items():
            for kind in ("example", "default"):
                if kind in inner and (found := faults(document, inner, inner[kind])):
                    wrong.append((name, field, kind, found))

    assert [] == wrong


# The example of a sealed body is sealed for another mini-program.
WITH_JSON = [
    name
    for name in OPERATION_IDS
    if OPERATIONS[name].has_body and not OPERATIONS[name].takes_file and not OPERATIONS[name].signed
]


@pytest.mark.parametrize("operation", WITH_JSON)
def test_the_example_of_a_body_is_one_that_the_api_understands(
    world, app, sweep, document, operation
):
    """An example may name what does not exist here; it may not be refused for its form.

    HT-11: a body may be absent exactly where the document says so.
    """
    written = operations(document)[operation]["requestBody"]
    content = written["content"]["application/json"]
    ready, is_required = READY[operation](world), written.get("required", False)
    absent = ready.send(content=None)
    if is_required:
        refused(absent, 400, "malformed")
    else:
        assert 200 == absent.status_code, absent.text
        with app.app_context():
            sweep()
        ready = READY[operation](world)

    answer = ready.send(content=content["example"])

    pointers = {fault["pointer"] for fault in (answer.json or {}).get("errors", ())}
    assert pointers <= OF_THE_RECORDS, answer.text
    assert answer.status_code not in (400, 415), answer.text


READS = [
    name for name in OPERATION_IDS if OPERATIONS[name].method == "GET" and not OPERATIONS[name].live
]


@pytest.mark.parametrize("operation", OPERATION_IDS)
def test_the_answer_to_a_good_request_is_the_documented_one(world, document, operation):
    written, ready = operations(document)[operation], READY[operation](world)

    answer = ready.send()

    documented = written["responses"][str(answer.status_code)]
    assert answer.status_code < 300, answer.text
    if answer.status_code == 204:
        assert b"" == answer.data
    elif OPERATIONS[operation].media:
        assert answer.mimetype in documented["content"]
    else:
        assert "application/json" == answer.mimetype
        schema = documented["content"]["application/json"]["schema"]
        assert [] == faults(document, schema, answer.json)
    if operation in READS:
        told_that_she_has_it(ready, answer.headers["ETag"])


def told_that_she_has_it(ready: Ready, tag: str) -> None:
    """Ask again as a reader who has the answer already."""
    again = ready.by.get(ready.path, If_None_Match=tag)

    assert (304, b"", tag) == (again.status_code, again.data, again.headers["ETag"])


def test_that_a_reader_may_have_the_answer_already_is_documented(document):
    silent = [name for name in READS if "304" not in operations(document)[name]["responses"]]

    assert [] == silent


def test_every_schema_is_used(document):
    text = str(document)
    schemas = document["components"]["schemas"]
    unused = {name for name in schemas if f"#/components/schemas/{name}'" not in text}

    assert set() == unused


def test_a_problem_may_carry_more_members_as_ours_do(document):
    problem = {
        "type": "/api/v1/problems/wrong-status",
        "title": "当前状态不可操作",
        "status": 409,
        "detail": "当前状态下不能进行此操作",
        "instance": "urn:uuid:019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10",
        "actions": ["withdraw"],
    }

    assert [] == faults(document, {"$ref": "#/components/schemas/Problem"}, problem)


def test_nm15_money_is_no_json_number_and_every_size_names_its_unit(document):
    numbers, sizes = set(), set()
    for schema in document["components"]["schemas"].values():
        for name, field in schema.get("properties", {}).items():
            kinds = field.get("type", ())
            kinds = kinds if isinstance(kinds, list) else [kinds]
            numbers |= {name} & ({name} if "number" in kinds else set())
            if {"integer", "number"} & set(kinds):
                sizes |= {name} if re.search("area|distance|amount|rent|fee|price", name) else set()

    assert FRACTIONS == numbers
    assert [] == [name for name in sizes if not re.search("_(m2|m|fen|yuan|months)$", name)]


def _good(written: dict[str, Any]) -> dict[str, Any]:
    """The response of an operation that went well."""
    return next(each for status, each in written["responses"].items() if status.startswith("2"))


def test_ma15_no_open_answer_has_a_field_for_anything_personal(document):
    personal = re.compile("openid|unionid|id_number|birth|phone|applicant|person_id|session_key")
    for operation, written in operations(document).items():
        if PERMISSIONS[operation] != {Relation.ANYONE} or "Session" in operation:
            continue
        if operation in ("loginWechat", "loginStaff", "confirmTotp"):
            continue
        for name in _names(document, _good(written)):
            # A park's own telephone is there for everybody to call.
            assert not personal.search(name) or (operation, name) in {
                ("listParks", "phone"),
                ("getPark", "phone"),
            }


def _names(document, node: Any) -> set[str]:
    """Every property name that a piece of the document can lead to."""
    if isinstance(node, list):
        return set().union(*(_names(document, each) for each in node))
    if not isinstance(node, dict):
        return set()
    if "$ref" in node:
        return _names(document, document["components"]["schemas"][node["$ref"].rsplit("/", 1)[1]])
    names = set(node.get("properties", ()))
    for key, inner in node.items():
        if key not in ("example", "examples"):
            names |= _names(document, inner)
    return names
