"""How hosts come into the register, and how one person comes to speak for one."""

from datetime import timedelta

import pytest
import time_machine

from backend import clock
from backend.access import Role
from backend.errors import Invalid, InvitationSpent, NotAllowed, NotFound
from backend.internships import hosts, listing
from backend.internships.kinds import INVITED, HostKind
from tests.backend.internships.stage import contact, credit_code, host
from tests.records import look, new_staff, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
TUQUAN = "152224"


def invited(its: dict) -> str:
    return hosts.invite(its["id"], by=staff("demo-bureau"))["code"]


def speaks_for(its: dict) -> int:
    return one("SELECT contact_id FROM host WHERE public_id = :id", id=its["id"])


def test_a_host_stands_in_the_register_of_its_county(in_mended_app):
    its = host()
    new_staff("tuquan", Role.BUREAU_STAFF, county=TUQUAN)

    found = listing.hosts(staff("demo-bureau"), after=None, limit=9)
    assert [its["id"]] == [each["id"] for each in found]
    assert ("双创示范基地", False) == (found[0]["kind"].value, found[0]["has_contact"])
    assert [] == listing.hosts(staff("tuquan"), after=None, limit=9)


def test_the_policy_names_three_kinds_of_carriers():
    assert ["双创示范基地", "创业孵化示范基地", "“四众”创业市场"] == [e.value for e in HostKind]


def test_a_clerk_enters_hosts_of_her_own_county_alone(in_mended_app):
    clerk = new_staff("tuquan", Role.BUREAU_STAFF, county=TUQUAN)
    said = {"kind": HostKind.CROWD_MARKET, "name": "市场", "credit_code": credit_code(0)}

    with pytest.raises(NotAllowed):
        hosts.create(**said, jurisdiction_code="152201", by=clerk)
    assert TUQUAN == hosts.create(**said, jurisdiction_code=TUQUAN, by=clerk)["jurisdiction_code"]


@pytest.mark.parametrize(
    ("number", "county", "pointer"),
    [(0, "152201", "#/credit_code"), (1, "152200", "#/jurisdiction_code")],
)
def test_what_is_known_already_or_lies_in_no_county_is_named(in_app, number, county, pointer):
    host()

    with pytest.raises(Invalid) as refused:
        host(number, county)

    assert [pointer] == [each["pointer"] for each in refused.value.more["errors"]]


class TestInvitations:
    def test_whoever_has_the_code_speaks_for_the_host(self, in_app):
        its = host()
        code, her = invited(its), person("contact")

        assert hosts.accept_invitation(code, by=her)["has_contact"]
        assert her.id == speaks_for(its)

    def test_a_code_may_be_typed_in_small_letters_with_blanks(self, in_app):
        code = invited(host()).lower()

        assert hosts.accept_invitation(f"{code[:4]} {code[4:8]}-{code[8:]}", by=person())

    def test_the_code_is_long_random_and_kept_as_a_hash_alone(self, in_app):
        codes = {invited(host(number)) for number in range(2)}

        assert [16, 16] == [len(each) for each in codes]
        assert 2 == len(codes)
        kept = str(look("SELECT * FROM host_invitation")) + str(look("SELECT * FROM event"))
        assert not any(code in kept for code in codes)

    def test_it_is_good_once(self, in_app):
        code = invited(host())
        hosts.accept_invitation(code, by=person("one"))

        with pytest.raises(InvitationSpent):
            hosts.accept_invitation(code, by=person("two"))

    @pytest.mark.parametrize(("late", "good"), [(-1, True), (0, False)])
    def test_it_is_good_for_seven_days(self, in_app, late, good):
        with time_machine.travel(clock.now(), tick=False) as then:
            code = invited(host())
            then.shift(INVITED + timedelta(seconds=late))
            if good:
                assert hosts.accept_invitation(code, by=person())
            else:
                with pytest.raises(InvitationSpent):
                    hosts.accept_invitation(code, by=person())

    def test_a_new_one_makes_the_one_before_void(self, in_app):
        its = host()
        first, second = invited(its), invited(its)

        with pytest.raises(InvitationSpent):
            hosts.accept_invitation(first, by=person())
        assert hosts.accept_invitation(second, by=person())

    def test_an_unknown_one_is_refused_in_the_same_words(self, in_app):
        with pytest.raises(InvitationSpent) as refused:
            hosts.accept_invitation("A" * 16, by=person())

        assert InvitationSpent.detail == refused.value.detail

    def test_another_person_may_take_over(self, in_app):
        its = host()
        contact(its, "before")

        her = contact(its, "after")

        assert her.id == speaks_for(its)

    def test_nobody_invites_for_a_host_of_another_county(self, in_mended_app):
        its = host()

        with pytest.raises(NotFound):
            hosts.invite(its["id"], by=new_staff("tuquan", Role.BUREAU_STAFF, county=TUQUAN))
