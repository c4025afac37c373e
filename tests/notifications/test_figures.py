"""How many would a notice reach, and how many has it reached? Counted by hand, and adding up."""

import pytest
import time_machine

from backend import clock
from backend.applications.kinds import Kind
from backend.profiles.audience import GROUPS
from notifications import broadcasting, expansion, figures
from tests.backend.notices import stage
from tests.backend.notices.stage import ARSHAN, MORNING, ULANHOT, league
from tests.filing import submitted
from tests.planned import rows_read
from tests.records import change

pytestmark = pytest.mark.usefixtures("in_mended_app")


def cell(cells, county, group, name="people"):
    (found,) = [e for e in cells if (e["county"], e["group"]) == (county, group)]
    return found[name]


def test_a_preview_counts_by_county_and_group_and_hides_what_is_small():
    stage.crowd(20)
    stage.crowd(9, county=ARSHAN)
    stage.crowd(12, county=ARSHAN, credits=0)
    made = stage.draft()

    with time_machine.travel(MORNING, tick=False):
        found = broadcasting.preview(made["id"], at=None, by=league())

    assert (False, 41, 0) == (found["frozen"], found["people"], found["quiet"])
    assert {"reachable": 29, "no_credit": 12} == {
        each["reach"].name.lower(): each["people"] for each in found["by_reach"] if each["people"]
    }
    cells = found["cells"]
    assert [(c, g) for c in (ULANHOT, ARSHAN) for g in ("", *GROUPS)] == [
        (each["county"], each["group"]) for each in cells
    ]
    # Every second one is a veteran: ten of twenty, and four and six of nine and twelve.
    assert (20, 20) == (cell(cells, ULANHOT, ""), cell(cells, ULANHOT, "", "reachable"))
    assert 10 == cell(cells, ULANHOT, "veteran")
    assert (21, 10) == (cell(cells, ARSHAN, ""), cell(cells, ARSHAN, "veteran"))
    assert (None, None) == (
        cell(cells, ARSHAN, "", "reachable"),
        cell(cells, ARSHAN, "veteran", "reachable"),
    )


def test_what_would_leave_in_the_night_waits_for_the_morning():
    stage.crowd(3)
    made = stage.draft()
    evening = MORNING.replace(hour=13)

    found = broadcasting.preview(made["id"], at=evening, by=league())

    assert (3, evening) == (found["quiet"], found["at"])
    # Five samples, or as many as there are; on the card stands the morning.
    assert ["2026年12月1日 08:00"] * 3 == [each["card"]["date3"] for each in found["samples"]]


def test_what_is_urgent_does_not_wait_for_the_morning():
    stage.crowd(3)
    made = stage.draft(urgent_why="明日停电")

    found = broadcasting.preview(made["id"], at=MORNING.replace(hour=13), by=league())

    assert (0, "明日停电") == (found["quiet"], found["urgent_why"])
    assert {"2026年11月30日 21:00"} == {each["card"]["date3"] for each in found["samples"]}


def test_a_digest_is_a_way_of_its_own_in_the_preview_and_adds_up():
    stage.crowd(12)
    change("INSERT INTO weekly SELECT person_id, 'SUBSIDY', now() FROM profile LIMIT 4")

    found = broadcasting.preview(stage.draft()["id"], at=MORNING, by=league())

    by_reach = {each["reach"].name: each["people"] for each in found["by_reach"]}
    assert (4, 8, 12) == (by_reach["DIGEST"], by_reach["REACHABLE"], sum(by_reach.values()))


def test_five_samples_show_what_would_be_read():
    stage.crowd(4)
    stage.crowd(3, credits=0)
    made = stage.draft(title="兴安盟创业担保贷款贴息政策调整及申报时间通知")

    found = broadcasting.preview(made["id"], at=MORNING, by=league())["samples"]

    assert 5 == len(found)
    assert {made["title"]} == {each["title"] for each in found}
    for each in found:
        assert bool(each["card"]) is (each["reach"].name == "REACHABLE")
        assert {"reach", "title", "body", "link", "card"} == each.keys()
    (card,) = {each["card"]["thing1"] for each in found if each["card"]}
    assert "兴安盟创业担保贷款贴息政策调整及申报时…" == card
    assert 20 == len(card)


def test_with_submission_people_and_numbers_are_frozen():
    stage.crowd(11)
    made = stage.submitted()
    stage.crowd(5)
    change("UPDATE profile SET county_code = :code", code=ARSHAN)

    found = broadcasting.preview(made["id"], at=None, by=league())

    assert (True, 11) == (found["frozen"], found["people"])
    assert 11 == cell(found["cells"], ULANHOT, "")
    assert (11, 11) == (made["figures"]["people"], made["figures"]["by_reach"]["reachable"])


def test_a_notice_for_nobody_counts_nobody():
    found = figures.counted(figures.frozen(stage.key_of(stage.submitted()["id"])), clock.now())

    assert (0, 0, []) == (found["people"], found["quiet"], found["cells"])


def test_the_report_says_who_opened_and_who_acted():
    with time_machine.travel(MORNING, tick=True):
        tuya, naren, bayar = (stage.citizen(n, credits=1) for n in ("tuya", "naren", "bayar"))
        submitted(naren)  # Before she was told.
        made = stage.begun(acts_on=Kind.TENANCY)
        submitted(tuya)
        change(
            "UPDATE message SET read_at = now() WHERE event = 'notice.published'"
            " AND person_id IN (:one, :other)",
            one=tuya.id,
            other=bayar.id,
        )
        for her, status in ((tuya, "DELIVERED"), (naren, "ACCEPTED")):
            change(
                f"UPDATE delivery SET status = '{status}'"
                " WHERE person_id = :id AND notice_id IS NOT NULL",
                id=her.id,
            )

        found = stage.now(made)["report"]

    assert {"delivered": 1, "accepted": 1, "pending": 1} == {
        each["state"]: each["people"] for each in found["states"]
    }
    assert (3, 2, 1, 2, 1) == tuple(
        found[name] for name in ("people", "sent", "delivered", "opened", "acted")
    )
    assert {None} == {each["people"] for each in found["cells"]}


def test_a_report_costs_as_much_as_there_are_people():
    """Right after the first notice to many the planner knows of nobody."""
    stage.unknown_to_the_planner()
    stage.crowd(1000, counted=False)
    with time_machine.travel(MORNING, tick=True):
        made = stage.begun()
        change("UPDATE notice SET released_at = now()")
        expansion.sweep()

    assert {"pending": 1000} == stage.states(made)
    assert rows_read(figures.REPORT, {"id": stage.key_of(made["id"])}) < 20 * 1000
