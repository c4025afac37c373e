"""How long does it take to count everybody whom a rule fits, among a million?

Against counting the rows of the same table, in the same run and the same connection.
"""

import statistics
import time
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from sqlalchemy import Connection, Executable, create_engine, func, select, text

from backend.profiles import audience
from backend.profiles.audience import NotTargetable
from backend.profiles.columns import PERSONAL, POLICY
from backend.profiles.models import Profile
from tests.benchmarks import openfisca_peer, population, rules

PEOPLE, MISSING, ROUNDS, GOAL_S = 1_000_000, 0.12, 5, 1.0
SNAPSHOT = POLICY.readings.at(population.AS_OF, population.AS_OF)


def report(database_url: str, people: int = PEOPLE) -> None:
    """Fill the database, count, print each rule's time and its ratio to a plain count."""
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        population.fill(connection, people, missing=MISSING)
        connection.execute(text("VACUUM ANALYZE profile"))
        times, found = measured(connection, counts())
        _against_openfisca(connection, found, times)
    engine.dispose()
    plain = times["count(*)"]
    print(f"{people:,} profiles, median of {ROUNDS} interleaved rounds, one connection")
    for name, seconds in times.items():
        ratio = seconds / plain
        print(f"  {name:<36}{found[name]:>9,}  {seconds:6.3f} s  {ratio:5.1f} × a plain count")
    slowest = max(seconds for name, seconds in times.items() if name.endswith(" yes"))
    print(f"  everybody a rule fits, in ≤ {GOAL_S:g} s:  {slowest:.3f}")


def _against_openfisca(
    connection: Connection, found: Mapping[str, int], times: Mapping[str, float]
) -> None:
    """Let OpenFisca-core count three rules, from rows in the database and from ready arrays."""
    started = time.perf_counter()
    columns = _columns(connection)
    fetched = time.perf_counter() - started
    started = time.perf_counter()
    counted = openfisca_peer.batch(columns)
    reckoned = time.perf_counter() - started
    ours = sum(times[f"{rule} yes"] for rule in openfisca_peer.RULES)
    print("  three rules over everybody:")
    print(f"    ours, one after the other            {ours:6.2f} s")
    print(f"    ours, in one pass                    {_in_one_pass(connection):6.2f} s")
    print(f"    OpenFisca-core, rows to arrays first {fetched + reckoned:6.2f} s")
    print(f"    OpenFisca-core, arrays at hand       {reckoned:6.2f} s")
    for rule, number in counted.items():
        print(f"    {rule}: {number:,} by defaults, {found[f'{rule} yes']:,} surely")


def _in_one_pass(connection: Connection) -> float:
    asked = [audience.yes(POLICY, r, SNAPSHOT, population.AS_OF) for r in openfisca_peer.RULES]
    statement = select(*(func.count().filter(each) for each in asked)).select_from(Profile)
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        connection.execute(statement).one()
        rounds.append(time.perf_counter() - started)
    return statistics.median(rounds)


def _columns(connection: Connection) -> dict[str, np.ndarray]:
    table = Profile.__table__.c
    # What is counted between bounds has two columns; the lower one will do here.
    held = {n: table[n if n in table else f"{n}_least"] for n in rules.SHE}
    connection.execute(text("BEGIN"))  # Rows are only streamed inside a transaction.
    told = connection.execute(select(*held.values()).execution_options(yield_per=50_000))
    parts: dict[str, list[np.ndarray]] = {name: [] for name in held}
    for rows in told.partitions():
        for name, values in zip(held, zip(*rows, strict=True), strict=True):
            parts[name].append(_array(rules.SHE[name], values))
    connection.execute(text("COMMIT"))
    return {name: np.concatenate(each) for name, each in parts.items()}


def _array(like: object, values: Sequence[object]) -> np.ndarray:
    if isinstance(like, bool):
        return np.array([value is True for value in values])
    if isinstance(like, date):
        return np.array([value or date(1970, 1, 1) for value in values], dtype="datetime64[D]")
    return np.array([value or 0 for value in values], dtype=np.int32)


def counts() -> Mapping[str, Executable]:
    """Return what is to be counted, by name."""
    table = Profile.__table__
    everybody = select(func.count()).select_from(table)
    found: dict[str, Executable] = {"count(*)": everybody}
    for rule in POLICY.rules.values():
        if rule.kind != "benefit" or not PERSONAL & set(rule.subject):
            continue
        asked = (POLICY, rule.id, SNAPSHOT, population.AS_OF)
        try:
            sides = audience.sides(*asked)
        except NotTargetable:
            continue
        found[f"{rule.id} yes"] = everybody.where(sides.yes)
        found[f"{rule.id} unknown"] = everybody.where(sides.unknown)
    asked = (POLICY, "startup_subsidy", SNAPSHOT, population.AS_OF)
    found["startup_subsidy likely, one answer"] = everybody.where(
        audience.likely(*asked, at_most=1)
    )
    return found


def measured(
    connection: Connection, asked: Mapping[str, Executable]
) -> tuple[dict[str, float], dict[str, int]]:
    """Return the median time and the result of each."""
    rounds: dict[str, list[float]] = {name: [] for name in asked}
    found: dict[str, int] = {}
    for number in range(ROUNDS + 1):
        for name, statement in asked.items():
            started = time.perf_counter()
            found[name] = connection.execute(statement).scalar_one()
            if number:
                rounds[name].append(time.perf_counter() - started)
    return {name: statistics.median(each) for name, each in rounds.items()}, found
