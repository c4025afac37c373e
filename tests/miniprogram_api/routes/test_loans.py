"""Loans over HTTP: shapes, refusals and the register."""

from backend import clock
from backend.loans.workflow import Status
from tests.backend.loans import stage
from tests.backend.loans.stage import BANK, BUREAU, GUARANTOR
from tests.factories import Caller, World, day


def at(world: World, status: Status, name: str = "qiqige") -> str:
    """The path of a loan that stands at a status."""
    with world.app.app_context():
        return f"/loans/{stage.at(status, name)[2]['id']}"


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].rsplit("/", 1)[1]


def told(by: Caller, path: str, **content):
    """Report a state as of today on what is there now."""
    sent = {"on": str(clock.today())} | content
    return by.post(f"{path}/states", sent, etag=by.get(path).headers["ETag"])


def test_the_routes_to_a_waiver_before_anything_is_typed(world: World):
    her = world.citizen()
    her.put("/me/facts", {"facts": {"applicant_is_individual": True, "loan_amount": "100000.00"}})

    found = her.get("/me/loan-routes").json
    before = her.get("/me/loan-routes?as_of=2022-04-01").json

    assert [True, None, None] == [each["value"] for each in found["routes"]]
    assert ("2022-04-01", [None] * 3) == (
        before["as_of"],
        [each["value"] for each in before["routes"]],
    )
    assert {"park_only", "anyone"} == {each["reading"] for each in found["readings"]}
    assert "bank_credit_good" == found["routes"][2]["missing"][0]["name"]
    assert 401 == world.anybody.get("/me/loan-routes").status_code
    assert 400 == her.get("/me/loan-routes?as_of=yesterday").status_code


def test_a_partner_sees_lists_and_reports_what_was_referred_to_it(world: World):
    path = at(world, Status.BANK_APPROVED)
    bank = world.staff(BANK)

    (listed,) = bank.get("/loans").json["items"]
    assert ("其**", None, None) == tuple(
        listed[name] for name in ("applicant", "application_id", "amount_asked")
    )
    assert {"disbursed", "bank_refused", "open_contact"} == set(listed["actions"])

    paid = told(bank, path, state="disbursed", amount="90000.00")
    assert (200, "disbursed", "90000.00") == (
        paid.status_code,
        paid.json["status"],
        paid.json["amount"],
    )
    assert paid.headers["ETag"] == f'"{paid.json["version"]}"'
    assert (409, "wrong-status") == problem(told(bank, path, state="disbursed", amount="1.00"))


def test_whoever_may_not_is_refused_by_the_book(world: World):
    path = at(world, Status.BANK_APPROVED)
    paid = {"state": "disbursed", "amount": "90000.00"}

    assert (403, "not-allowed") == problem(told(world.staff(GUARANTOR), path, **paid))
    manager = world.staff("demo-manager")
    sent = paid | {"on": day(0)}
    assert (404, "not-found") == problem(manager.post(f"{path}/states", sent, etag='"1"'))
    assert (412, "outdated") == problem(world.staff(BANK).post(f"{path}/states", sent, etag='"1"'))
    faults = told(world.staff(BANK), path, state="disbursed", reason="not_stated")
    assert ["#/amount", "#/reason"] == [each["pointer"] for each in faults.json["errors"]]
    assert [] == manager.get("/loans").json["items"]


def test_a_bank_finds_nothing_else_of_the_case(world: World):
    at(world, Status.REFERRED)
    bank = world.staff(BANK)
    (case,) = world.citizen().get("/applications").json["items"]
    where = f"/applications/{case['id']}"

    for path in (where, f"{where}/timeline", f"{where}/papers", f"{where}/decisions"):
        assert 404 == bank.get(path).status_code, path
    assert [] == bank.get("/applications").json["items"]
    for path in ("/institutions", "/duplicates"):
        assert 403 == bank.get(path).status_code


def test_a_contact_is_opened_by_post_and_told_once_for_one_key(world: World):
    path = at(world, Status.REFERRED)
    bank = world.staff(BANK)

    first = bank.post(f"{path}/contact", {}, key="a-key-of-the-bank-1")
    again = bank.post(f"{path}/contact", {}, key="a-key-of-the-bank-1")

    assert ("其其格", "13800138000") == (first.json["name"], first.json["phone"])
    assert first.json == again.json
    (loan,) = world.citizen().get("/loans").json["items"]
    items = world.citizen().get(f"/applications/{loan['application_id']}/timeline").json["items"]
    assert 1 == sum(each["event"] == "loan.contact_opened" for each in items)


def test_the_register_is_the_bureaus(world: World):
    clerk = world.staff(BUREAU)
    wish = {"name": "突泉县银行", "kind": "bank", "jurisdiction_code": "152224"}

    made = clerk.post("/institutions", wish)
    assert (201, "经办银行") == (made.status_code, made.json["kind_label"])
    assert [made.json] == clerk.get("/institutions?kind=bank").json["items"]
    assert [] == clerk.get("/institutions?kind=guarantor").json["items"]
    assert (422, "invalid-input") == problem(clerk.post("/institutions", wish))
    assert 403 == world.staff("demo-manager").post("/institutions", wish).status_code
    assert 401 == world.citizen().get("/institutions").status_code


def test_the_list_goes_on_where_the_last_page_ended(world: World):
    paths = [at(world, Status.REFERRED, name) for name in ("one", "two", "three")]
    bank, found, cursor = world.staff(BANK), [], ""
    while cursor is not None:
        page = bank.get(f"/loans?status=referred&limit=2{cursor}").json
        found += [f"/loans/{each['id']}" for each in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"

    assert paths == found[::-1]
    assert [] == bank.get("/loans?status=repaid").json["items"]
