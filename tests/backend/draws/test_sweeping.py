"""A draw from the closed list to the last offer, as the system does it by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.cases import actions as cases
from backend.db import session
from backend.draws import actions, lots, queries, sweeping
from backend.errors import NotFound, WrongStatus
from backend.tenancies import actions as tenancies
from backend.tenancies import queries as places
from backend.tenancies import sweeping as lists
from tests.backend.draws.stage import ANNOUNCED, DRAWS, FREEZES, announced, at, seen
from tests.backend.draws.test_lots import rerun
from tests.backend.tenancies.stage import applicant, join, offers, told, waits
from tests.backend.tenancies.stage import seen as version
from tests.backend.tenancies.test_waiting import is_veteran
from tests.records import change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
A_SECOND = timedelta(seconds=1)
NAMES = ["one", "two", "three", "four", "five"]


def on_the_list(*names: str) -> dict[str, tuple]:
    with at(ANNOUNCED):
        return {name: waits(name) for name in names}


def swept(moment) -> None:
    with at(moment):
        sweeping.sweep()
        lists.sweep()


def drawn(*names: str) -> tuple[dict, dict[str, tuple]]:
    """A draw that has been held among these people."""
    people, draw = on_the_list(*names), announced()
    swept(FREEZES)
    swept(DRAWS)
    return draw, people


def in_order(draw: dict, people: dict[str, tuple]) -> list[str]:
    """Who was drawn, first to last, by the tickets that each of them reads."""
    by_place = {queries.ticket(draw["id"], her)["place"]: name for name, (her, _) in people.items()}
    return [by_place[place] for place in sorted(by_place)]


def rank(case, her) -> int | None:
    (found,) = places.waiting(case["id"], her)["items"]
    return found["rank"]


class TestClosingTheList:
    def test_at_its_moment_everybody_has_a_ticket_and_the_hash_is_published(self, in_app):
        people, draw = on_the_list("one", "two"), announced()
        swept(FREEZES - A_SECOND)
        assert "ANNOUNCED" == seen(draw)["status"].name
        swept(FREEZES)

        found = seen(draw)
        assert ("FROZEN", 2, None) == (found["status"].name, found["entrants"], found["secret"])
        entrants = [lots.Entrant(e["class_rank"], e["code"]) for e in found["tickets"]]
        assert lots.list_hash(str(draw["id"]), entrants) == found["list_sha256"]
        her, _ = people["one"]
        hers = queries.ticket(draw["id"], her)
        assert hers["code"] == lots.code(str(draw["id"]), str(hers["entry_id"]))
        assert hers["code"] in [each["code"] for each in found["tickets"]]
        body = one("SELECT min(body) FROM message WHERE event = 'ticket.issued'")
        assert found["list_sha256"] in body
        assert 2 == told("ticket.issued")

    def test_what_is_public_names_nobody(self, in_app):
        people, draw = on_the_list("one", "two"), announced()
        swept(FREEZES)

        shown = str(seen(draw))
        for her, case in people.values():
            (place,) = places.waiting(case["id"], her)["items"]
            for name in (case["id"], case["number"], place["id"], her.public_id):
                assert str(name) not in shown
        assert {"code", "class_rank", "class_label", "place"} == seen(draw)["tickets"][0].keys()

    def test_whoever_is_not_approved_yet_or_rests_is_in_it_and_whoever_comes_later_is_not(
        self, in_app
    ):
        people, draw = on_the_list("rests"), announced()
        change("UPDATE waiting_entry SET paused_at = now()")
        with at(ANNOUNCED):
            people["undecided"] = applicant("undecided")
            join(people["undecided"][1], people["undecided"][0])
        swept(FREEZES)
        with at(FREEZES):
            late, _ = waits("late")

        assert 2 == seen(draw)["entrants"]
        for her, _ in people.values():
            assert queries.ticket(draw["id"], her)["still_waiting"]
        with pytest.raises(NotFound):
            queries.ticket(draw["id"], late)

    def test_afterwards_it_can_no_longer_be_called_off(self, in_app):
        draw = announced()
        swept(FREEZES)

        with pytest.raises(WrongStatus):
            actions.cancel(draw["id"], seen=2, by=staff(), why="太晚了")

    @pytest.mark.parametrize(
        "change_",
        [
            "DELETE FROM ticket",
            "UPDATE ticket SET code = 'x'",
            "UPDATE ticket SET class_rank = 1",
            "INSERT INTO ticket (public_id, draw_id, entry_id, code, class_rank)"
            " SELECT gen_random_uuid(), draw_id, entry_id, 'x', 1 FROM ticket",
            "UPDATE draw SET list_sha256 = 'x'",
        ],
    )
    def test_nobody_gets_onto_it_or_off_it_any_more_not_even_in_the_database(self, in_app, change_):
        on_the_list("one")
        announced()
        swept(FREEZES)

        with pytest.raises(IntegrityError, match="list of a draw is closed|keeps what it has"):
            session.execute(text(change_))
        session.rollback()


class TestTheDraw:
    def test_the_order_is_what_a_stranger_works_out_and_the_offers_follow_it(self, in_app):
        draw, people = drawn(*NAMES)

        found = seen(draw)
        shown = found | {"id": str(found["id"])}
        assert [] == lots.faults(shown)
        assert rerun(shown) == [each["code"] for each in found["tickets"]]
        order = in_order(draw, people)
        assert [("OFFERED", "B201", order[0])] == offers()
        for name in order[1:]:
            (offer,) = look(
                "SELECT public_id, version, person_id FROM tenancy WHERE status = 'OFFERED'"
            )
            with at(DRAWS):
                her = next(h for h, _ in people.values() if h.id == offer["person_id"])
                tenancies.decline(offer["public_id"], seen=offer["version"], by=her)
            assert ("OFFERED", "B201", name) == offers()[-1]

    def test_each_is_told_her_place_and_of_how_many(self, in_app):
        draw, people = drawn("one", "two", "three")

        last = in_order(draw, people)[-1]
        her, case = people[last]
        body = one(
            "SELECT body FROM message WHERE event = 'ticket.drawn' AND person_id = :id", id=her.id
        )
        assert "第 3 位，共 3 人" in body
        assert 3 == told("ticket.drawn")
        (place,) = places.waiting(case["id"], her)["items"]
        assert (3, 3) == (place["drawn"], place["rank"])

    def test_a_better_class_comes_first_as_it_stood_when_the_list_was_closed(self, in_app):
        people = on_the_list(*NAMES)
        for name in ("four", "five"):
            with at(ANNOUNCED):
                is_veteran(people[name][0])
        draw = announced()
        swept(FREEZES)
        swept(DRAWS)

        assert {"four", "five"} == set(in_order(draw, people)[:2])

    def test_whoever_came_after_it_was_closed_stands_behind_everybody_drawn(self, in_app):
        people, _ = on_the_list("one", "two"), announced()
        swept(FREEZES)
        with at(FREEZES):
            her, case = waits("late")
        swept(DRAWS)

        assert 3 == rank(case, her)
        assert {1, 2} == {rank(case, her) for her, case in people.values()}

    def test_whoever_gives_up_meanwhile_moves_nobody_else(self, in_app):
        """The same secret and the same list, with and without her giving up."""
        people, draw = on_the_list(*NAMES), announced()
        swept(FREEZES)
        gone, case = people["three"]
        with at(FREEZES):
            cases.withdraw(case["id"], seen=version(case), by=gone)
        swept(DRAWS)

        found = seen(draw)
        assert [1, 2, 3, 4, 5] == [each["place"] for each in found["tickets"]]
        assert [] == lots.faults(found | {"id": str(found["id"])})
        assert not queries.ticket(draw["id"], gone)["still_waiting"]
        assert 4 == told("ticket.drawn")
        rest = [name for name in in_order(draw, people) if name != "three"]
        with at(DRAWS):
            ranks = {name: rank(case, her) for name, (her, case) in people.items() if name in rest}
        assert ranks == {name: place for place, name in enumerate(rest, 1)}

    def test_holding_it_twice_is_holding_it_once(self, in_app):
        draw, people = drawn(*NAMES)
        first = in_order(draw, people)
        swept(DRAWS)
        swept(DRAWS + timedelta(hours=1))

        assert first == in_order(draw, people)
        assert 1 == one("SELECT count(*) FROM event WHERE name = 'draw.revealed'")
        assert (5, 0) == (told("ticket.drawn"), one("SELECT count(*) FROM stopped_list"))

    def test_the_database_lets_nobody_draw_again(self, in_app):
        drawn("one", "two")

        for again in ("UPDATE ticket SET place = 3 - place", "UPDATE draw SET secret = 'x'"):
            with pytest.raises(IntegrityError, match="closed|keeps what it has published"):
                session.execute(text(again))
            session.rollback()

    def test_a_draw_that_nobody_is_in_is_held_all_the_same(self, in_app):
        draw = announced()
        swept(FREEZES)
        swept(DRAWS)

        found = seen(draw)
        assert ("REVEALED", []) == (found["status"].name, found["tickets"])
        assert [] == lots.faults(found | {"id": str(found["id"])})

    def test_a_later_draw_gives_another_order_and_forgets_the_first(self, in_app):
        """Whoever came in between takes part in the second like everybody else."""
        _, people = drawn("one", "two")
        with at(DRAWS):
            people["three"] = waits("three")
        later = timedelta(days=21)
        with at(ANNOUNCED + later):
            again = actions.announce(
                one("SELECT p.public_id FROM park p JOIN draw ON draw.park_id = p.id"),
                unit_kind=seen({"id": one("SELECT public_id FROM draw")})["unit_kind"],
                places=1,
                freezes_on=(FREEZES + later).date(),
                draws_on=(DRAWS + later).date(),
                by=staff(),
            )
        swept(FREEZES + later)
        swept(DRAWS + later)

        assert 3 == seen(again)["entrants"]
        assert [1, 2, 3] == sorted(
            each["drawn"] for each in look("SELECT drawn FROM waiting_entry")
        )

    def test_what_cannot_be_unsealed_does_not_hold_up_the_others(self, in_app):
        broken, good = announced(), announced("P01", "demo-manager-p01")
        swept(FREEZES)
        change(
            "ALTER TABLE draw DISABLE TRIGGER draw_keeps_its_word;"
            " UPDATE draw SET sealed = 'x' WHERE id = 1;"
            " ALTER TABLE draw ENABLE TRIGGER draw_keeps_its_word"
        )
        swept(DRAWS)

        assert ["FROZEN", "REVEALED"] == [seen(each)["status"].name for each in (broken, good)]


class TestAsking:
    def test_draws_are_listed_by_park_newest_first(self, in_app):
        here, there = announced(), announced("P01", "demo-manager-p01")

        assert [there["id"], here["id"]] == [
            each["id"] for each in queries.listed(None, park_id=None, after=None, limit=9)
        ]
        (found,) = queries.listed(None, park_id=here["park_id"], after=None, limit=9)
        assert (here["id"], []) == (found["id"], found["actions"])
        (found,) = queries.listed(staff(), park_id=here["park_id"], after=None, limit=9)
        assert ["cancel"] == found["actions"]

    def test_nobody_reads_a_ticket_that_is_not_hers(self, in_app):
        draw, _ = drawn("one")

        with pytest.raises(NotFound):
            queries.ticket(draw["id"], person("somebody"))
