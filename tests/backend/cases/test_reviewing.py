"""Who looks at a text that no machine has cleared, and what comes of it?"""

from datetime import date
from uuid import UUID, uuid4

import pytest

from backend.applications import queries
from backend.cases import reviewing, submitting
from backend.errors import Invalid, NotFound, WrongStatus
from backend.internships import hosts, listing, posts
from backend.texts.kinds import Finding, Looked, Place, Settled, Source, Verdict
from notifications.fanout import announce_late_events
from tests.backend.internships.stage import host, on
from tests.filing import draft
from tests.records import change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator", "in_app")
SUMMARY = "#/sections/project/summary"
ANEW = {"settled": Settled.REWRITE, "why": "简介中有广告，请删去"}
FINE = {"settled": Settled.HARMLESS, "why": ""}
V = Verdict


def looked(verdict=V.RISKY, pointer=SUMMARY, place=Place.APPLICATION):
    return Looked(place, (Finding(pointer, verdict, Source.WECHAT, "20006", "60ae1f"),))


def handed(verdict=V.RISKY, by=None):
    """A case that was handed in with one text of which that was found."""
    by = by or person()
    begun = draft(by)
    return submitting.submit(begun["id"], seen=begun["version"], by=by, looked=looked(verdict))


def the_one(case, by=None):
    (found,) = reviewing.of_case(case["id"], by or staff())
    return found


def inbox(who: str) -> list[dict]:
    change("UPDATE event SET at = at - interval '1 minute' WHERE announced_at IS NULL")
    announce_late_events()
    table = "person p ON p.id = m.person_id" if who == "her" else "staff p ON p.id = m.staff_id"
    return look(
        f"SELECT m.title, m.body, m.link, p.id AS reader FROM message m JOIN {table}"
        " WHERE m.event LIKE 'text.%' ORDER BY m.id"
    )


@pytest.mark.parametrize("verdict", list(V))
def test_whatever_was_found_the_case_is_with_the_office_and_can_be_decided(verdict):
    case = handed(verdict)

    now = queries.get(case["id"], staff())
    assert "submitted" == now["status"].name.lower()
    assert {"claim", "approve", "reject"} <= set(now["actions"])


@pytest.mark.parametrize(
    ("verdict", "actions"),
    [(V.PASS, []), (V.REVIEW, ["review"]), (V.RISKY, ["review"]), (V.UNCHECKED, ["review"])],
)
def test_the_office_sees_what_was_found_and_what_is_left_to_do(verdict, actions):
    seen = the_one(handed(verdict))

    assert ("创业项目 · 项目简介", verdict, actions) == (
        seen["field"],
        seen["verdict"],
        seen["actions"],
    )


def test_another_office_and_the_applicant_see_nothing():
    case = handed()
    check = the_one(case)["id"]

    for other in (staff("demo-manager-p01"), person(), person("neighbour")):
        with pytest.raises(NotFound):
            reviewing.of_case(case["id"], other)
        with pytest.raises(NotFound):
            reviewing.review(check, by=other, **FINE)
    with pytest.raises(NotFound):
        reviewing.review(uuid4(), by=staff(), **FINE)


def test_harmless_is_written_down_once_and_nobody_is_told():
    case = handed()

    told = reviewing.review(the_one(case)["id"], by=staff(), **FINE)

    assert (Settled.HARMLESS, []) == (told["settled"], told["actions"])
    with pytest.raises(WrongStatus):
        reviewing.review(told["id"], by=staff(), **ANEW)
    assert [] == inbox("her")
    assert 1 == one("SELECT count(*) FROM event WHERE name = 'text.cleared'")


def test_what_has_to_be_written_anew_she_is_told_with_the_reason_and_the_case_goes_on():
    case = handed(V.REVIEW)

    reviewing.review(the_one(case)["id"], by=staff(), **ANEW)

    (message,) = inbox("her")
    assert "有内容需要修改" == message["title"]
    assert "理由：简介中有广告，请删去。" in message["body"]
    assert "照常办理" in message["body"]
    assert f"pages/applications/detail?id={case['id']}" == message["link"]
    assert "SUBMITTED" == one("SELECT status FROM application WHERE public_id = :id", id=case["id"])


def test_without_a_reason_nothing_has_to_be_written_anew():
    check = the_one(handed())["id"]

    with pytest.raises(Invalid):
        reviewing.review(check, by=staff(), settled=Settled.REWRITE, why=" \n")


def test_what_passed_is_nothing_to_look_at():
    with pytest.raises(WrongStatus):
        reviewing.review(the_one(handed(V.PASS))["id"], by=staff(), **FINE)


def test_the_office_is_told_of_what_is_suspect_without_a_word_of_it():
    case = handed(V.RISKY)

    messages = inbox("staff")

    assert {"有文字需要复核"} == {each["title"] for each in messages}
    assert all(case["number"] in each["body"] for each in messages)
    assert {staff().id, staff("demo-manager-2").id} == {each["reader"] for each in messages}


class TestAPost:
    """The one text of citizens that anybody reads."""

    def offered(self, looked_at):
        with on("2027-01-04"):
            its = host()
            contact = person("contact")
            code = hosts.invite(its["id"], by=staff("demo-bureau"))["code"]
            hosts.accept_invitation(code, by=contact)
            wish = {"title": "电商见习", "duties": "选品。", "months": 2, "places": 1}
            return posts.create(
                its["id"],
                by=contact,
                starts_on=date(2027, 1, 5),
                looked=looked_at and looked(looked_at, "#/duties", Place.POST),
                **wish,
            )

    def listed(self):
        return [each["title"] for each in listing.posts(county=None, after=None, limit=9)]

    @pytest.mark.parametrize("verdict", [None, V.PASS])
    def test_what_passed_and_what_the_bureau_wrote_is_there_at_once(self, verdict):
        self.offered(verdict)

        assert ["电商见习"] == self.listed()

    @pytest.mark.parametrize("verdict", [V.REVIEW, V.RISKY, V.UNCHECKED])
    def test_anything_else_is_hidden_until_the_bureau_has_cleared_it(self, verdict):
        post = self.offered(verdict)
        assert post["is_hidden"]
        assert [] == self.listed()
        with pytest.raises(NotFound):
            listing.shown(UUID(str(post["id"])))
        assert {"有文字需要复核"} == {each["title"] for each in inbox("staff")}

        (check,) = reviewing.of_post(post["id"], staff("demo-bureau"))
        reviewing.review(check["id"], by=staff("demo-bureau"), **FINE)

        assert ["电商见习"] == self.listed()
        assert not listing.shown(post["id"])["is_hidden"]

    def test_what_has_to_be_written_anew_stays_hidden_and_the_contact_is_told(self):
        post = self.offered(V.RISKY)
        (check,) = reviewing.of_post(post["id"], staff("demo-bureau"))

        reviewing.review(check["id"], by=staff("demo-bureau"), **ANEW)

        assert [] == self.listed()
        (message,) = inbox("her")
        assert person("contact").id == message["reader"]
        assert "电商见习" in message["body"]
