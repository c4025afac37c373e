"""Who lives in a made-up league? Profiles by the million, made inside PostgreSQL.

Everything follows from a person's number, so that the same number is the same person in every
run. Some facts are missing, and some counts are known only between bounds; where it is wanted, the
whole truth about everybody stands beside it.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, text

from backend.profiles.columns import HELD, Held

AS_OF = date(2026, 11, 23)
CODES = {
    "county_code": ["152201", "152202", "152221", "152222", "152223", "152224", "150100"],
    "industry_code": ["smart", "gig", "drone", "bakery", "shepherd"],
}
# Days before the day asked about: from, and over how many; what comes later comes after the first.
DAYS = {"person_birth_date": (20 * 365, 25 * 365), "internship_start": (1500, 700)}
AFTER = {"internship_end": ("internship_start", 400)}
GREATEST = {"loan_amount": 20_000_000, "loans_outstanding": 20_000_000, "internship_months": 18}
WIDENED = 0.1


def fill(connection: Connection, people: int, *, missing: float, truth: bool = False) -> None:
    """Make so many people who lack that share of the facts.

    With `truth` the same people, of whom everything is known, stand before them: each is so many
    numbers before her own copy.
    """
    lots = 2 if truth else 1
    connection.execute(
        text(
            "INSERT INTO person (id, public_id, created_at)"
            " SELECT n, gen_random_uuid(), now() FROM generate_series(1, :many) AS n"
        ),
        {"many": people * lots},
    )
    if truth:
        _insert(connection, people, 0, None)
    _insert(connection, people, people * (lots - 1), missing)


def _insert(connection: Connection, people: int, offset: int, missing: float | None) -> None:
    columns, values = zip(*_columns(missing), strict=True)
    connection.execute(
        text(
            f"INSERT INTO profile (person_id, {', '.join(columns)}, conflicts, disputed, version)"
            f" SELECT n + {offset}, {', '.join(values)}, '{{}}', '{{}}', 1"
            f" FROM generate_series(1::bigint, {people}) AS n"
        )
    )


def _columns(missing: float | None) -> Iterator[tuple[str, str]]:
    for place, (name, held) in enumerate(HELD.items()):
        # An approval that nobody gave is not missing: it was not given.
        whole = missing is None or held.spec.default_false
        known = "true" if whole else f"{_chance(place, 'missing')} >= {missing}"
        value = _value(name, held, place)
        bounds = [value] * len(held.names)
        if missing is not None and len(bounds) == 2:
            wide = f"({_chance(place, 'widened')} < {WIDENED})::int"
            bounds = [f"greatest(0, {value} - {wide})", f"{value} + {wide}"]
        for column, bound in zip(held.names, bounds, strict=True):
            yield column, f"CASE WHEN {known} THEN {bound} END"
        if held.day:
            yield held.day, f"CASE WHEN {known} THEN date '{AS_OF}' - {_upto(place, 80)} END"


def _value(name: str, held: Held, place: int) -> str:
    if held.spec.type == "bool":
        return f"({_chance(place)} < 0.5)"
    if name in CODES:
        listed = ", ".join(f"'{code}'" for code in CODES[name])
        return f"(ARRAY[{listed}])[1 + {_upto(place, len(CODES[name]) - 1)}]"
    if held.spec.type == "date":
        return _day(name, place)
    if held.spec.type == "enum":
        return _upto(place, len(held.spec.values) - 1)
    return _upto(place, GREATEST.get(name, 12))


def _day(name: str, place: int) -> str:
    if name in AFTER:
        first, within = AFTER[name]
        return f"({_day(first, list(HELD).index(first))} + {_upto(place, within)})"
    least, over = DAYS.get(name, (0, 2000))
    return f"(date '{AS_OF}' - {least} - {_upto(place, over)})"


def _chance(place: int, salt: str = "") -> str:
    """An evenly spread number from 0 to 1 that is the same for a person and a place."""
    return f"((hashtextextended('{place}{salt}', n) & 1048575) / 1048576.0)"


def _upto(place: int, most: int) -> str:
    return f"floor({_chance(place)} * {most + 1})::int"
