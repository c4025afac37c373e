"""Which posts are offered, by whom, and which of them an applicant may choose."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend import clock
from backend.applications.kinds import Kind
from backend.errors import Invalid, NotAllowed, NotFound, Outdated, PostFull, WrongStatus
from backend.internships import listing, posts
from tests.backend.internships.stage import applicant, approve, contact, host, post
from tests.filing import draft, draft_for_the_bureau
from tests.records import person, staff

pytestmark = pytest.mark.usefixtures("simulator")


def offered(its: dict, by, **said) -> dict:
    wish = {"title": "见习", "duties": "选品", "starts_on": clock.today(), "months": 3, "places": 1}
    return posts.create(its["id"], by=by, **wish | said)


def wants(name: str = "qiqige"):
    her = person(name)
    return her, draft_for_the_bureau(her, Kind.INTERNSHIP)


class TestOffering:
    def test_whoever_speaks_for_the_host_offers_posts_and_everybody_sees_them(self, in_app):
        its = host()

        made = offered(its, contact(its))

        (found,) = listing.posts(county="152201", after=None, limit=9)
        assert (made["id"], 0, 1, True) == tuple(
            found[name] for name in ("id", "filled", "places", "is_open")
        )
        assert [] == listing.posts(county="152224", after=None, limit=9)

    def test_nobody_else_does(self, in_app):
        its = host()
        contact(its)

        for by in (person("somebody"), staff("demo-manager")):
            with pytest.raises(NotFound):
                offered(its, by)

    def test_a_post_does_not_begin_in_the_past(self, in_app):
        with pytest.raises(Invalid):
            offered(host(), staff("demo-bureau"), starts_on=clock.today() - timedelta(days=1))


class TestClosing:
    def test_a_closed_post_is_offered_no_longer_and_can_still_be_read(self, in_app):
        its = post()

        shut = posts.close(its["id"], seen=its["version"], by=staff("demo-bureau"))

        assert not shut["is_open"]
        assert [] == listing.posts(county=None, after=None, limit=9)
        assert listing.post(its["id"])["closed_at"]

    def test_it_is_closed_once_by_whoever_may_and_has_seen_how_it_is(self, in_app):
        its, by = post(), staff("demo-bureau")

        for error, asked in (
            (NotFound, {"public_id": uuid4(), "seen": 1, "by": by}),
            (NotAllowed, {"public_id": its["id"], "seen": 1, "by": person()}),
            (Outdated, {"public_id": its["id"], "seen": 7, "by": by}),
        ):
            with pytest.raises(error):
                posts.close(asked.pop("public_id"), **asked)
        shut = posts.close(its["id"], seen=1, by=by)
        with pytest.raises(WrongStatus):
            posts.close(its["id"], seen=shut["version"], by=by)


class TestChoosing:
    def test_she_chooses_and_changes_her_mind_while_it_is_in_her_hands(self, in_app):
        first, second = post(host(0)), post(host(1))
        her, begun = wants()

        posts.choose(begun["id"], post=first["id"], by=her)
        posts.choose(begun["id"], post=second["id"], by=her)

        assert second["id"] == listing.chosen(begun["id"], her)["id"]

    def test_the_office_sees_the_choice_and_strangers_nothing(self, in_app):
        its = post()
        _, case = applicant("qiqige", its)

        assert its["id"] == listing.chosen(case["id"], staff("demo-bureau"))["id"]
        with pytest.raises(NotFound):
            listing.chosen(case["id"], person("stranger"))

    def test_where_nothing_was_chosen_there_is_nothing(self, in_app):
        her, begun = wants()

        with pytest.raises(NotFound):
            listing.chosen(begun["id"], her)

    def test_once_it_is_with_the_office_it_stays(self, in_app):
        its = post()
        her, case = applicant("qiqige", its)

        with pytest.raises(WrongStatus):
            posts.choose(case["id"], post=its["id"], by=her)

    def test_only_an_application_for_an_internship_has_one(self, in_app):
        her = person()

        with pytest.raises(Invalid) as refused:
            posts.choose(draft(her)["id"], post=post()["id"], by=her)

        assert posts.NOT_INTERNSHIP == refused.value.more["errors"][0]["detail"]

    def test_an_unknown_post_is_named_and_a_foreign_application_is_not_there(self, in_app):
        her, begun = wants()

        with pytest.raises(Invalid):
            posts.choose(begun["id"], post=uuid4(), by=her)
        with pytest.raises(NotFound):
            posts.choose(begun["id"], post=post()["id"], by=person("stranger"))

    def test_nobody_is_an_intern_where_she_speaks_for_the_host(self, in_app):
        its = host()
        her = contact(its)

        with pytest.raises(NotAllowed):
            posts.choose(wants("contact")[1]["id"], post=post(its)["id"], by=her)

    def test_a_full_one_names_others_that_are_open(self, in_app):
        full, other = post(host(0)), post(host(1))
        approve(applicant("first", full)[1])
        her, begun = wants("second")

        with pytest.raises(PostFull) as refused:
            posts.choose(begun["id"], post=full["id"], by=her)

        assert [str(other["id"])] == [each["id"] for each in refused.value.more["open_posts"]]
