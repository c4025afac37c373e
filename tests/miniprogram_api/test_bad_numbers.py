"""G5 and G6: are numbers and days taken only in the one way in which they are written?"""

import pytest
import time_machine

from tests.factories import World, day
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

BOUNDS = {
    ("project", "team_size"): (1, 500),
    ("space", "floor_area_m2"): (1, 100_000),
    ("space", "term_months"): (1, 36),
}
FIELDS = [pytest.param(*where, id=".".join(where)) for where in BOUNDS]


class Form:
    """A draft of which one answer at a time is written as raw JSON."""

    def __init__(self, world: World):
        self.her = world.citizen()
        made, self.etag = world.draft(self.her)
        self.path = f"/applications/{made['id']}"

    def write(self, section: str, field: str, raw: str):
        body = f'{{"sections":{{"{section}":{{"{field}":{raw}}}}}}}'
        answer = self.her.put(self.path, body.encode(), etag=self.etag)
        self.etag = answer.headers.get("ETag", self.etag)
        return answer


@pytest.fixture
def form(world: World) -> Form:
    return Form(world)


NUMBERS = {
    "NM-01-minus-one": "-1",
    "NM-02-zero": "0",
    "NM-03-minus-zero": "-0",
    "NM-03-minus-zero-point-zero": "-0.0",
    "NM-04-half-a-hundredth": "0.005",
    "NM-04-one-and-a-bit": "1.005",
    "NM-05-1e400-as-text": '"1e400"',
    "NM-05-eleven-digits": "99999999999.99",
    "NM-06-full-width": '"１２.５"',
    "NM-06-full-width-whole": '"１２"',
    "NM-06-underscore": '"1_000"',
    "NM-06-arabic-indic": '"٣"',
    "NM-06-spaces": '" 1 "',
    "NM-06-digits": '"3"',
    "NM-06-empty": '""',
    "NM-07-true": "true",
    "NM-07-false": "false",
    "NM-08-1.9": "1.9",
    "NM-08-0.9999": "0.99999999999999999999",
    "NM-09-2-31": str(2**31),
    "NM-09-2-63": str(2**63),
    "NM-09-minus-2-63": str(-(2**63)),
    "NM-09-1e30": "1e30",
    "NM-10-2-53": str(2**53 + 1),
    "NM-12-heads": "1000000000000",
    "NM-a-list": "[3]",
    "NM-an-object": '{"value":3}',
}


@pytest.mark.parametrize(("section", "field"), FIELDS)
def test_a_number_that_is_none_of_ours_is_refused(form, app, subtests, section, field):
    for name, raw in NUMBERS.items():
        with subtests.test(name), nothing_changes(app):
            problem = refused(form.write(section, field, raw), 422, "invalid-input")

            assert [f"#/sections/{section}/{field}"] == pointers(problem)


def test_nm05_a_number_that_no_column_can_hold_cannot_even_be_read(form, app, subtests):
    for raw in ("1e400", "-1e400", "1e-400", "NaN", "Infinity", "9" * 31):
        with subtests.test(raw), nothing_changes(app):
            refused(form.write("project", "team_size", raw), 400, "malformed")


@pytest.mark.parametrize(("section", "field"), FIELDS)
def test_nm11_the_bounds_themselves_are_taken_and_nothing_beyond(form, app, section, field):
    least, most = BOUNDS[section, field]
    for number in (least, most):
        answer = form.write(section, field, str(number))

        assert number == answer.json["sections"][section][field]
    with nothing_changes(app):
        for number in (least - 1, most + 1):
            refused(form.write(section, field, str(number)), 422, "invalid-input")


def test_a_whole_number_may_be_written_with_a_point_and_comes_back_plain(form, subtests):
    for raw in ("3.0", "3e0", "30e-1", "0.3e1"):
        with subtests.test(raw):
            answer = form.write("project", "team_size", raw)

            assert b'"team_size":3,' in answer.data or b'"team_size":3}' in answer.data


def test_nm18_only_true_and_false_are_yes_and_no(form, app, subtests):
    for raw in ('"true"', '"on"', '"yes"', '"1"', "1", "0", "1.0", '""', "[]", "{}", '"是"'):
        with subtests.test(raw), nothing_changes(app):
            problem = refused(form.write("declaration", "truthful", raw), 422, "invalid-input")

            assert ["#/sections/declaration/truthful"] == pointers(problem)


DAYS = {
    "DT-01-30-february": "2024-02-30",
    "DT-02-no-leap-year": "2023-02-29",
    "DT-03-31-april": "2027-04-31",
    "DT-03-in-chinese": "4月31日",
    "DT-04-year-zero": "0000-01-01",
    "DT-05-first-day": "0001-01-01",
    "DT-05-last-day": "9999-12-31",
    "DT-05-2101": "2101-01-01",
    "DT-06-basic": "20240101",
    "DT-06-week": "2024-W01-1",
    "DT-06-ordinal": "2024-001",
    "DT-07-slashes": "2024/1/1",
    "DT-07-chinese": "2024年1月1日",
    "DT-08-one-digit": "2024-1-1",
    "DT-09-no-zone": "2027-01-01T00:00:00",
    "DT-10-Z": "2027-01-01T00:00:00Z",
    "DT-10-plus-8": "2027-01-01T00:00:00+08:00",
    "DT-10-plus-14": "2027-01-01T00:00:00+14:00",
    "DT-11-leap-second": "2026-12-31T23:59:60Z",
    "DT-year-of-five-digits": "12027-01-01",
    "DT-arabic-indic": "٢٠٢٧-01-01",
    "DT-full-width-dashes": "2027－01－01",
    "DT-line-break": "2027-01-01\\n",
    "DT-space": " 2027-01-01",
    "DT-empty": "",
    "DT-words": "明天",
}


NO_WORDS = ("20270101", "1798761600", "true", '["2027-01-01"]', '{"y":2027}')


def test_a_day_that_is_no_day_is_refused(form, app, subtests):
    given = {name: f'"{words}"' for name, words in DAYS.items()} | {raw: raw for raw in NO_WORDS}
    for name, raw in given.items():
        with subtests.test(name), nothing_changes(app):
            problem = refused(form.write("space", "starts_on", raw), 422, "invalid-input")

            assert ["#/sections/space/starts_on"] == pointers(problem)


def test_a_manager_writes_numbers_and_days_no_better(world, app, subtests):
    made, etag = world.submitted()
    manager, unit, path = world.staff(), world.units()[0]["id"], f"/applications/{made['id']}"
    wrong = [("term_months", given) for given in (0, -1, 37, 1.5, "12", True, 2**63)]
    wrong += [("starts_on", given) for given in ("2027-02-30", "20270101", "9999-12-31", "x", 1)]
    for name, given in wrong:
        with subtests.test(f"{name} {given}"), nothing_changes(app):
            answer = manager.post(f"{path}/approve", {"unit_id": unit, name: given}, etag=etag)
            problem = refused(answer, 422, "invalid-input")

            assert [f"#/{name}"] == pointers(problem)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2027-01-31", 12, "2028-01-30"),
        ("2027-01-01", 1, "2027-01-31"),
        ("2027-01-15", 36, "2030-01-14"),
        ("2028-02-01", 1, "2028-02-29"),
        ("2028-03-01", 12, "2029-02-28"),
        ("2100-12-31", 36, "2103-12-30"),
    ],
)
def test_dt12_dt16_a_term_of_months_ends_on_the_day_before_the_corresponding_one(
    world, first, months, last
):
    made, etag = world.submitted()
    wish = {"unit_id": world.units()[0]["id"], "starts_on": first, "term_months": months}

    granted = world.staff().post(f"/applications/{made['id']}/approve", wish, etag=etag)

    assert 200 == granted.status_code, granted.text
    assert (first, last) == (granted.json["unit"]["starts_on"], granted.json["unit"]["ends_on"])


@pytest.mark.parametrize(
    ("at", "today"),
    [("2026-12-31T15:59:59Z", "2026-12-31"), ("2026-12-31T16:00:00Z", "2027-01-01")],
)
def test_dt13_dt14_a_day_begins_at_midnight_in_shanghai(world, at, today):
    with time_machine.travel(at, tick=True):
        park = world.park()
        made, _ = world.draft(world.citizen())

    assert today == park["units"]["as_of"]
    assert f"RZ-{today[:4]}-" == made["number"][:8]


def test_dt10_every_moment_goes_out_in_utc(world):
    made, _ = world.submitted()

    for name in ("created_at", "submitted_at", "held_since"):
        assert made[name].endswith("Z")
        assert "." not in made[name]


def test_dt18_the_clock_of_the_phone_has_no_effect(world):
    her = world.citizen()
    draft, etag = world.draft(her)
    yesterday = "Sat, 01 Jan 2000 00:00:00 GMT"

    sent = her.post(f"/applications/{draft['id']}/submit", {}, etag=etag, Date=yesterday)

    assert day(0) < sent.json["due_on"]
